//! `payrun template`: files to fill in that keep zeros, help while typing, and cannot be paid by mistake.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use payrun::intake::{self, COLUMNS, Reading, letter};

use super::book::Book;
use super::world::World;

const KINDS: [&str; 3] = ["payroll", "fx", "full"];

fn kept(kind: &str, extension: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("templates/payrun-template-{kind}.{extension}"))
}

fn written(world: &World, kind: &str, extension: &str) -> PathBuf {
    let path = world.home().join(format!("payrun-template-{kind}.{extension}"));
    let args: &[&str] = if extension == "csv" { &["template", kind, "--csv"] } else { &["template", kind] };
    world.payrun(args).ends(0).says(&format!("payrun check payrun-template-{kind}.{extension}"));
    path
}

/// `UPDATE_DOCS=1` writes the folder again.
#[test]
fn the_folder_of_templates_is_what_the_program_writes() {
    let world = World::new();
    for kind in KINDS {
        for extension in ["csv", "xlsx"] {
            let (new, old) = (written(&world, kind, extension), kept(kind, extension));
            if std::env::var_os("UPDATE_DOCS").is_some() {
                std::fs::copy(&new, &old).expect("copied");
            }
        }
        let csv = |path: PathBuf| std::fs::read_to_string(path).expect("a file");
        assert_eq!(csv(kept(kind, "csv")), csv(world.home().join(format!("payrun-template-{kind}.csv"))));
        let (new, old) = (
            Book::open(&world.home().join(format!("payrun-template-{kind}.xlsx"))),
            Book::open(&kept(kind, "xlsx")),
        );
        assert_eq!(old.sheets, new.sheets, "{kind}: UPDATE_DOCS=1 writes it again");
        // formats, colours and hints: the same template is the same file
        for (part, text) in &new.parts {
            assert!(old.parts.get(part) == Some(text), "{kind}: {part}: UPDATE_DOCS=1 writes it again");
        }
    }
}

/// What a payee's row has in each column: a person at home, or one abroad.
fn filled(kind: &str) -> BTreeMap<&'static str, &'static str> {
    let mut row = BTreeMap::from([
        ("payment_id", "JUL26-007"),
        ("payee_id", "E007"),
        ("first_name", "Amelia"),
        ("last_name", "Hartwell"),
        ("street", "83 Acacia Avenue"),
        ("suburb", "Braddon"),
        ("state", "ACT"),
        ("postcode", "2612"),
        ("bsb", "062-199"),
        ("account_number", "01590830"),
        ("amount", "2053.15"),
        ("reference", "SALARY JUL26"),
    ]);
    if kind == "fx" {
        row.retain(|name, _| !["bsb", "account_number", "state", "postcode", "payment_id"].contains(name));
        row.extend([
            ("country", "DE"),
            ("account_type", "IBAN"),
            ("iban", "DE89370400440532013000"),
            ("currency", "EUR"),
            ("reason", "BUSINESS"),
        ]);
    }
    row
}

/// The columns of a template's first sheet.
fn names(book: &Book) -> Vec<String> {
    let (sheet, cells) = &book.sheets[0];
    assert_eq!(sheet, "Payouts");
    let names: Vec<String> = (0..).map_while(|at| cells.get(&format!("{}1", letter(at))).cloned()).collect();
    assert!(names.iter().all(|name| COLUMNS.iter().any(|info| info.name == name)), "{names:?}");
    names
}

/// Fills row 2 of a template as a spreadsheet program does, and saves it.
fn fill_in(template: &Path, filled_in: &Path, row: &BTreeMap<&str, &str>) {
    let names = names(&Book::open(template));
    let cells = names.iter().enumerate().filter_map(|(at, name)| {
        let (text, column) = (row.get(name.as_str())?, letter(at));
        Some(match name.as_str() {
            "amount" => format!("<c r=\"{column}2\"><v>{text}</v></c>"),
            _ => format!("<c r=\"{column}2\" t=\"inlineStr\"><is><t>{text}</t></is></c>"),
        })
    });
    let cells: String = cells.collect();
    let mut from = zip::ZipArchive::new(File::open(template).expect("a template")).expect("a zip");
    let mut to = zip::ZipWriter::new(File::create(filled_in).expect("a file"));
    for index in 0..from.len() {
        let mut part = from.by_index(index).expect("a part");
        let name = part.name().expect("a name").into_owned();
        let mut text = String::new();
        part.read_to_string(&mut text).expect("a text");
        if name == "xl/worksheets/sheet1.xml" {
            assert_eq!(
                text.matches("<row ").count(),
                1,
                "the sheet to fill in has its header and nothing else"
            );
            text = text.replace("</sheetData>", &format!("<row r=\"2\">{cells}</row></sheetData>"));
        }
        to.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part");
        to.write_all(text.as_bytes()).expect("written");
    }
    to.finish().expect("a zip");
}

/// A payroll passes, and so do payments abroad.
fn is_understood(world: &World, kind: &str, file: &Path) {
    let file = file.to_str().expect("a path");
    let said = world.payrun(&["check", file, "--format", "json"]);
    let report = said.json();
    let codes: Vec<&str> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter(|finding| finding["severity"] == "error")
        .map(|finding| finding["code"].as_str().expect("a code"))
        .collect();
    assert!(codes.is_empty(), "{kind}: {report}");
    assert_eq!(report["payable"], 1, "{report}");
    assert_eq!(report["totals"][0]["amount"], "2053.15", "{report}");
    said.ends(0);
}

#[test]
fn each_template_is_read_once_it_is_filled_in() {
    let world = World::new();
    for kind in KINDS {
        let row = filled(kind);
        let filled_in = world.home().join(format!("{kind}.xlsx"));
        fill_in(&kept(kind, "xlsx"), &filled_in, &row);
        is_understood(&world, kind, &filled_in);
        let template = std::fs::read_to_string(kept(kind, "csv")).expect("a template");
        let header = template.lines().next().expect("the names");
        let cells: Vec<&str> = header.split(',').map(|name| *row.get(name).unwrap_or(&"")).collect();
        let path = world.write(&format!("{kind}.csv"), format!("{header}\n{}\n", cells.join(",")));
        is_understood(&world, kind, &path);
    }
}

#[test]
fn an_example_that_is_left_in_is_never_paid() {
    let world = World::new();
    for kind in ["payroll", "full"] {
        let template = std::fs::read_to_string(kept(kind, "csv")).expect("a template");
        let file = format!("{kind}.csv");
        world.write(&file, &template);
        world.payrun(&["check", &file]).ends(3).says("A2: this is the example row of a template; remove it");
        world.payrun(&["pay", &file, "--yes"]).ends(3);
        let own = template.lines().last().expect("the example").replace("EXAMPLE", "E001");
        world.write(&file, format!("{template}{own}\n"));
        world.payrun(&["pay", &file, "--yes", "--skip-invalid"]).ends(4);
    }
    assert_eq!(world.made(), 1, "the row below the example, once");
}

#[test]
fn a_workbook_keeps_zeros_and_helps_in_each_column() {
    for kind in KINDS {
        let book = Book::open(&kept(kind, "xlsx"));
        let names = names(&book);
        let sheet = book.part("xl/worksheets/sheet1.xml");
        assert_eq!(sheet.matches("<dataValidation ").count(), names.len(), "{kind}: one for each column");
        assert_eq!(sheet.matches("promptTitle=").count(), names.len(), "{kind}: each has its hint");
        assert!(sheet.contains("sqref=\"A2:A100001\""), "{kind}");
        assert!(sheet.contains("<pane ySplit=\"1\""), "{kind}: the names stand still");
        let styles = book.part("xl/styles.xml");
        let formats: Vec<&str> =
            styles.split("<cellXfs").nth(1).expect("formats").split("<xf ").skip(1).collect();
        let columns: Vec<&str> = sheet.split("<col ").skip(1).collect();
        let mut texts = 0;
        for (at, name) in names.iter().enumerate() {
            let holds = |column: &&&str| {
                let number = |key: &str| -> usize {
                    let rest = column.split(&format!("{key}=\"")).nth(1).expect("a number");
                    rest.split('"').next().expect("its end").parse().expect("a number")
                };
                (number("min")..=number("max")).contains(&(at + 1))
            };
            let column = columns.iter().find(holds).unwrap_or_else(|| panic!("{kind}: {name} has no format"));
            let style = column.split("style=\"").nth(1).and_then(|style| style.split('"').next());
            let format = formats[style.expect("a style").parse::<usize>().expect("a number")];
            // 49 is a text, 4 a number with two decimals
            let wanted = if name == "amount" { "numFmtId=\"4\"" } else { "numFmtId=\"49\"" };
            assert!(format.contains(wanted), "{kind}: {name} is {format}");
            texts += usize::from(name != "amount");
        }
        assert_eq!(texts + 1, names.len());
    }
    let payroll = Book::open(&kept("payroll", "xlsx"));
    let sheet = payroll.part("xl/worksheets/sheet1.xml");
    assert!(sheet.contains("\"ACT,NSW,NT,QLD,SA,TAS,VIC,WA\""), "the states are a list");
    let full = Book::open(&kept("full", "xlsx"));
    let sheet = full.part("xl/worksheets/sheet1.xml");
    for list in ["\"to,from\"", "\"withdrawal,payment\"", "\"BSB,PAYID,IBAN"] {
        assert!(sheet.contains(list), "{list} is no list");
    }
}

/// Whoever reads the workbook must find one sheet of payouts, not two.
#[test]
fn nobody_takes_the_instructions_for_payouts() {
    let folder = tempfile::tempdir().expect("a folder");
    for kind in KINDS {
        let book = Book::open(&kept(kind, "xlsx"));
        assert_eq!(book.sheets.len(), 2);
        let cells = book.cells("Instructions");
        for name in names(&book) {
            assert!(cells.values().any(|cell| *cell == name), "{kind}: nothing is said of {name}");
        }
        let path = folder.path().join("instructions.csv");
        let mut writer = csv::Writer::from_path(&path).expect("a file");
        for row in 1..=60 {
            let row = ["A", "B", "C", "D"].map(|column| cells.get(&format!("{column}{row}")));
            writer.write_record(row.map(|cell| cell.map_or("", String::as_str))).expect("written");
        }
        writer.flush().expect("written");
        let source = intake::open(&path, &Reading::default()).expect("a source");
        let known = COLUMNS.iter().filter(|info| source.header.has(info.column)).count();
        assert!(known < 2, "{kind}: {:?}", source.header.names);
    }
}

#[test]
fn a_template_is_never_written_over_anything() {
    let world = World::new();
    written(&world, "payroll", "xlsx");
    world.payrun(&["template", "payroll"]).ends(2).says("is there already");
    world.write("mine.csv", "work");
    world.payrun(&["template", "full", "--csv", "--to", "mine.csv"]).ends(2).says("is there already");
    world.payrun(&["template", "full", "--to", "mine.txt"]).ends(2).says("must end in .xlsx");
    world.payrun(&["template", "full", "--to", "nowhere/mine.xlsx"]).ends(2).says("no folder nowhere");
    world.payrun(&["template", "holiday"]).ends(2);
    world.payrun(&["template", "fx", "--to", "abroad.xlsx"]).ends(0).says("payrun check abroad.xlsx");
    world
        .payrun(&["template", "fx", "--format", "json"])
        .ends(0)
        .says("\"file\":\"payrun-template-fx.xlsx\"");
    assert_eq!(std::fs::read_to_string(world.home().join("mine.csv")).expect("it"), "work");
}
