//! The reports of a run as other programs read them: the workbook by calamine and openpyxl, the page as HTML.

use std::process::Command;

use calamine::{Data, Reader, Xlsx, open_workbook};

use super::world::World;

/// Six payouts with ends of every kind, one of them with a reference that a spreadsheet would calculate.
fn reported() -> World {
    let world = World::new();
    let mut text =
        String::from("payment_id,first_name,last_name,street,bsb,account_number,amount,reference\n");
    for (at, reference) in ["=1+1", "@SUM(A1)", "FAIL_ACC", "FAIL_AML", "HALT_AML"].iter().enumerate() {
        let row =
            format!("00{at},Robin,Example,1 Hill Street,062-000,1000000{at},{}.50,{reference}\n", 100 + at);
        text.push_str(&row);
    }
    text.push_str("6,Robin,Example,1 Hill Street,062-00,10000006,1.00,PAY\n");
    world.write("pay.csv", text);
    let mut pay = world.command(&["pay", "pay.csv", "--yes", "--skip-invalid"]);
    pay.env("PAYRUN_PAYOUTS_FOLLOW", "6s");
    world.start(pay).end().ends(4);
    world.payrun(&["report", "r1", "--to", "."]).ends(0);
    world
}

fn sheet(book: &mut Xlsx<std::io::BufReader<std::fs::File>>, name: &str) -> Vec<Vec<Data>> {
    let range = book.worksheet_range(name).expect("a sheet");
    range.rows().map(<[Data]>::to_vec).collect()
}

#[test]
fn the_workbook_has_totals_payouts_and_findings_with_amounts_as_numbers_and_no_formula() {
    let world = reported();
    let mut book: Xlsx<_> = open_workbook(world.home().join("r1-pay.xlsx")).expect("a workbook");
    assert_eq!(book.sheet_names(), ["Totals", "Payouts", "Findings"]);
    for name in ["Totals", "Payouts", "Findings"] {
        assert!(book.worksheet_formula(name).expect("a sheet").is_empty(), "{name} calculates");
    }
    let payouts = sheet(&mut book, "Payouts");
    assert_eq!(payouts.len(), 7);
    let column = |name: &str| payouts[0].iter().position(|cell| *cell == name).expect("a column");
    assert_eq!(payouts[1][column("Payment id")], Data::String("000".to_owned()), "zeros stay");
    assert_eq!(payouts[1][column("Amount")], Data::Float(100.50));
    assert_eq!(payouts[1][column("Reference")], Data::String("=1+1".to_owned()));
    assert_eq!(payouts[1][column("Account")], Data::String("062-000 •••••000".to_owned()));
    assert!(payouts[1][column("Bank and branch")].to_string().contains("Commonwealth Bank"));
    let states: Vec<String> = payouts[1..].iter().map(|row| row[column("Status")].to_string()).collect();
    assert_eq!(states, ["paid", "paid", "returned", "rejected", "submitted", "invalid"]);
    assert!(
        payouts[4][column("Reason")]
            .to_string()
            .contains("compliance check declined it (COMPLIANCE_DECLINED)")
    );
    let totals: Vec<String> = sheet(&mut book, "Totals").concat().iter().map(ToString::to_string).collect();
    for said in ["Approved by", "Plan", "Content of the file", "Against the file's own totals", "513.5", "1"]
    {
        assert!(totals.iter().any(|cell| cell == said), "{said} is not in {totals:?}");
    }
    let findings = sheet(&mut book, "Findings").concat();
    assert!(findings.iter().any(|cell| *cell == "bsb-invalid"), "{findings:?}");
}

#[test]
fn the_rows_of_the_workbook_are_as_high_as_their_texts() {
    let world = reported();
    let book = std::fs::File::open(world.home().join("r1-pay.xlsx")).expect("a workbook");
    let mut book = zip::ZipArchive::new(book).expect("a package");
    let mut sheet = book.by_name("xl/worksheets/sheet2.xml").expect("the payouts");
    let sheet = std::io::read_to_string(&mut sheet).expect("text");
    let height = |row: u32| {
        let row = sheet.split(&format!("<row r=\"{row}\"")).nth(1).expect("a row");
        row.split_once("ht=\"").and_then(|(_, height)| height.split('"').next()?.parse::<u32>().ok())
    };
    assert!(height(5) > Some(15), "a reason of two lines: {sheet}");
}

/// Where the packages are that read and write files beside the tests. `.ci/run` installs them, and says so where it cannot.
const INSTALLED: &str = "PAYRUN_ABA_GENERATORS";

/// A Python that can open workbooks: the installed one, or the machine's.
fn python() -> Option<std::path::PathBuf> {
    if let Some(folder) = std::env::var_os(INSTALLED) {
        return Some(std::path::Path::new(&folder).join("python/bin/python"));
    }
    let found = Command::new("python3").args(["-c", "import openpyxl"]).output();
    found.is_ok_and(|said| said.status.success()).then(|| "python3".into())
}

#[test]
fn another_program_opens_the_workbook() {
    let Some(python) = python() else { return };
    let world = reported();
    let script = "import sys, openpyxl\n\
        b = openpyxl.load_workbook(sys.argv[1])\n\
        s = b['Payouts']\n\
        print(b.sheetnames, s.freeze_panes, s.auto_filter.ref, s['F2'].value, s['F2'].number_format, s['H2'].data_type, s['H2'].value)";
    let path = world.home().join("r1-pay.xlsx");
    let said = Command::new(python).args(["-c", script]).arg(path).output().expect("python");
    assert_eq!(
        String::from_utf8_lossy(&said.stdout).trim(),
        "['Totals', 'Payouts', 'Findings'] D2 A1:W7 100.5 #,##0.00 s =1+1",
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
}

#[test]
fn the_page_says_what_became_of_the_money_and_what_to_do() {
    let world = reported();
    let page = std::fs::read_to_string(world.home().join("r1-pay.html")).expect("a page");
    for said in [
        "Result of pay.csv",
        "AUD 202.00",
        "This was the simulator: no money was moved.",
        "3 rows want a person",
        "2 payouts · AUD 202.00",
        "For a person: 3",
        "Paid or on their way: 3",
        "the money came back; Flash says: The account is closed",
        "Flash forbids sending it again",
        "Approved by",
    ] {
        assert!(page.contains(said), "\"{said}\" is not in:\n{page}");
    }
    assert!(!page.contains("<script") && !page.contains("10000002"));
}

#[test]
fn only_the_reports_that_are_asked_for_are_written_and_an_earlier_one_is_replaced() {
    let world = World::new();
    world.write("pay.csv", super::rig::payroll(0, 1));
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    world.write("r1-pay.html", "old");
    world.payrun(&["report", "r1", "--to", ".", "--only", "html,csv"]).ends(0);
    assert!(std::fs::read_to_string(world.home().join("r1-pay.html")).expect("a page").contains("<svg"));
    assert!(world.home().join("r1-pay.csv").exists() && !world.home().join("r1-pay.xlsx").exists());
}
