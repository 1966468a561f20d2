//! What reports and status say of the money, of what stopped a run, and of rows that cannot be paid.

use std::collections::BTreeMap;

use payrun::simulator::{Options, Turn};
use rust_decimal::Decimal;
use serde_json::Value;

use crate::rig::{payroll, quick};
use crate::world::{World, texts};

fn dec(text: &str) -> Decimal {
    Decimal::from_str_exact(text).expect("a decimal")
}

fn run(world: &World, run: &str) -> Value {
    world.payrun(&["status", run, "--format", "json"]).ends(0).json()
}

/// The sums of a list of totals, by currency.
fn sums(totals: &Value) -> BTreeMap<String, Decimal> {
    let lines = totals.as_array().into_iter().flatten();
    let sum = |line: &Value| {
        (line["currency"].as_str().expect("a code").to_owned(), dec(line["amount"].as_str().expect("digits")))
    };
    lines.map(sum).collect()
}

/// The report of a run in a folder of the home, as text.
fn report(world: &World, run: &str, label: &str, kind: &str) -> String {
    world.payrun(&["report", run, "--to", "out"]).ends(0);
    let path = world.home().join(format!("out/{run}-{label}.{kind}"));
    if kind == "xlsx" { texts(&path) } else { std::fs::read_to_string(path).expect("a report") }
}

#[test]
fn a_payment_abroad_shows_what_was_debited_and_at_what_rate() {
    let world = World::with(Options { fee: dec("0.50"), ..quick() });
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::copy(root.join("samples/fx.csv"), world.home().join("fx.csv")).expect("copied");
    let mut pay = world.command(&["pay", "fx.csv", "--yes"]);
    pay.env("PAYRUN_PAYOUTS_FOLLOW", "6s");
    world.start(pay).end().ends(0);
    let ledger = world.ledger();
    let run = run(&world, "r1");
    let mut debited: BTreeMap<String, Decimal> = BTreeMap::new();
    for made in &ledger.payments {
        let payouts = run["payouts"].as_array().expect("a list");
        let payout = payouts
            .iter()
            .find(|payout| payout["kind"] == "payment" && payout["flash_id"] == made.id.as_str())
            .expect("the payment");
        let sum = |field: &str| dec(payout[field].as_str().expect("a sum"));
        assert_eq!((sum("debited"), sum("delivered")), (made.from_amount, made.to_amount), "{payout:#}");
        let off = sum("rate") - made.to_amount / made.from_amount;
        assert!(off.abs() < dec("0.001") * sum("rate"), "{payout:#}");
        *debited.entry(made.from_currency.to_owned()).or_default() += made.from_amount;
    }
    assert_eq!(sums(&run["debited"]), debited);
    let made = &ledger.payments[0];
    let page = report(&world, "r1", "fx", "html");
    assert!(page.contains("debited") && page.contains("Debited for payments abroad"), "{page}");
    let csv = report(&world, "r1", "fx", "csv");
    let mut lines = csv::Reader::from_reader(csv.as_bytes());
    let header = lines.headers().expect("a header").clone();
    let column = |name: &str| header.iter().position(|field| field == name).expect("a column");
    let lines: Vec<csv::StringRecord> = lines.records().map(|line| line.expect("a line")).collect();
    let line = lines.iter().find(|line| &line[column("flash_id")] == made.id.as_str()).expect("its line");
    assert_eq!(dec(&line[column("debited")]), made.from_amount);
    assert!(!line[column("rate")].is_empty());
    assert!(report(&world, "r1", "fx", "xlsx").contains("Debited for payments abroad"));
    // an account abroad is not reached by NPP, whatever moves the money
    for payout in run["payouts"].as_array().expect("a list") {
        let is_home = payout["branch"].is_string() || payout["rail"] == "NPP, by PayID";
        assert!(is_home || payout["rail"] == "abroad", "{payout:#}");
    }
}

#[test]
fn what_flash_told_once_stays_in_the_report_whatever_becomes_of_the_payout() {
    let world = World::new();
    let text = "first_name,last_name,street,country,iban,amount,currency,reference,reason\n\
        Lena,Brandt,1 Ahornweg,DE,DE89370400440532013000,100.00,EUR,RENT,BUSINESS\n";
    world.write("one.csv", text);
    world.payrun(&["pay", "one.csv", "--yes"]).ends(0);
    let told = |run: &Value| {
        let payout = &run["payouts"][0];
        let fields = ["debited", "delivered", "rate"].map(|field| payout[field].clone());
        (fields, run["debited"].clone())
    };
    let before = told(&run(&world, "r1"));
    assert!(before.0.iter().all(Value::is_string) && before.1[0]["amount"].is_string(), "{before:#?}");
    let id = world.payouts("r1")[0]["external_id"].as_str().expect("an id").to_owned();
    for word in ["FAILED", "ESCALATED", "gone"] {
        let turn: Turn = word.parse().expect("a turn");
        world.simulator.change(|options| drop(options.turns.insert(id.clone(), turn)));
        world.payrun(&["track", "r1", "--all"]).ends(4);
        let run = run(&world, "r1");
        assert_eq!(run["payouts"][0]["status"], "attention", "{word}");
        assert_eq!(told(&run), before, "{word}");
        let last = if word == "gone" { "ESCALATED" } else { word };
        assert_eq!(run["payouts"][0]["flash_status"], last, "what Flash has said last");
        assert!(report(&world, "r1", "one", "html").contains("Debited for payments abroad"));
    }
}

#[test]
fn a_status_that_nobody_knows_leaves_its_fee_and_its_word_in_the_report() {
    let world = World::with(Options { fee: dec("0.50"), ..quick() });
    let turn: Turn = "ESCALATED".parse().expect("a turn");
    world.simulator.change(|options| drop(options.turns.insert("p-0".to_owned(), turn)));
    let text = payroll(0, 2);
    let (header, rows) = text.split_once('\n').expect("a header");
    let rows = rows.lines().enumerate().map(|(at, row)| format!("{row},p-{at}\n"));
    world.write("pay.csv", format!("{header},payment_id\n{}", rows.collect::<String>()));
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(4);
    for turn in ["ESCALATED", "gone"] {
        let turn: Turn = turn.parse().expect("a turn");
        world.simulator.change(|options| drop(options.turns.insert("p-0".to_owned(), turn)));
        world.payrun(&["track", "r1", "--all"]).ends(4);
        let run = run(&world, "r1");
        let payout = &run["payouts"][0];
        assert_eq!((&payout["status"], &payout["flash_status"]), (&"attention".into(), &"ESCALATED".into()));
        let fees = sums(&run["fees"]);
        assert_eq!((payout["fee"].as_str(), fees["AUD"]), (Some("0.50"), dec("1.00")), "{run:#}");
        assert!(report(&world, "r1", "pay", "html").contains("Fees that Flash has told so far"));
    }
}

#[test]
fn the_sums_of_runs_can_be_added_up_and_what_came_back_is_not_with_flash() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 4));
    world.stop_midway(&["pay", "pay.csv", "--yes"]);
    world.write("again.csv", payroll(0, 6));
    world.payrun(&["pay", "again.csv", "--yes", "--amends", "r1"]).ends(0);
    let both = || ["r1", "r2"].map(|name| run(&world, name));
    let of = |runs: &[Value; 2], field: &str| -> Decimal {
        runs.iter().map(|run| sums(&run[field]).get("AUD").copied().unwrap_or_default()).sum()
    };
    assert_eq!(of(&both(), "totals"), world.total());
    let [first, second] = both();
    assert_eq!(sums(&second["of_other_runs"]), sums(&first["totals"]), "it counts there");
    let said = world.payrun(&["status", "r2"]).ends(0);
    assert!(said.out.contains("of another run, and counted there: AUD"), "{}", said.out);

    let returned = world.payouts("r2")[5]["external_id"].as_str().expect("an id").to_owned();
    let turn: Turn = "REFUNDED".parse().expect("a turn");
    world.simulator.change(|options| drop(options.turns.insert(returned, turn)));
    world.payrun(&["track", "--all"]).ends(4);
    let runs = both();
    assert_eq!(of(&runs, "returned"), dec("105.05"));
    assert_eq!(of(&runs, "totals"), world.total() - dec("105.05"));
    world.payrun(&["status", "r2"]).ends(0).says("came back: AUD 105.05 in 1 payout");
    // each part of the file is somewhere, once
    let by_status = &runs[1]["by_status"];
    let parts = by_status.as_array().expect("a list").iter();
    let parts: Decimal = parts.map(|line| dec(line["amount"].as_str().expect("digits"))).sum();
    assert_eq!(sums(&runs[1]["file_totals"]), BTreeMap::from([("AUD".to_owned(), parts)]));
    assert!(report(&world, "r2", "again", "xlsx").contains("Of another run: amount"));
}

#[test]
fn of_a_row_that_cannot_be_paid_all_that_can_be_read_is_shown() {
    let world = World::new();
    let text = "payment_id,first_name,last_name,street,bsb,account_number,amount,reference\n\
        A1,Robin,Example,1 Hill Street,062-000,10000001,100.00,PAY\n\
        A2,Robin,Example,1 Hill Street,062-00,10000002,200.50,PAY\n\
        A3,Robin,Example,1 Hill Street,062-000,10000003,3O0.00,PAY\n\
        A1,Rowan,Example,1 Hill Street,062-000,10000004,400.00,PAY\n";
    world.write("pay.csv", text);
    world.payrun(&["pay", "pay.csv", "--yes", "--skip-invalid"]).ends(4);
    let run = run(&world, "r1");
    let shown = |at: usize| {
        ["payment_id", "amount", "account", "reference"].map(|field| run["payouts"][at][field].clone())
    };
    let some = |text: &str| Value::from(text);
    assert_eq!(shown(1), [some("A2"), some("200.50"), Value::Null, some("PAY")]);
    assert_eq!(shown(2), [some("A3"), Value::Null, some("062-000 •••••003"), some("PAY")]);
    assert_eq!(shown(3)[1..3], [some("400.00"), some("062-000 •••••004")]);
    assert_eq!(sums(&run["file_totals"])["AUD"], dec("700.50"), "every amount that can be read");
    let page = report(&world, "r1", "pay", "html");
    assert!(page.contains("1 row of which no amount can be read is in no total"), "{page}");
    assert!(page.contains("200.50") && page.contains("AUD 700.50"), "{page}");
    let csv = report(&world, "r1", "pay", "csv");
    assert!(csv.contains("4,A3,Robin Example,062-000 •••••003,,,PAY,invalid"), "{csv}");
    for text in [&page, &csv] {
        assert!(!text.contains("10000003") && !text.contains("10000004"), "{text}");
    }
}

#[test]
fn status_says_why_a_run_has_stopped_until_it_goes_on() {
    let balances = [("AUD".to_owned(), dec("406.05"))].into();
    let world = World::with(Options { balances, ..quick() });
    world.write("pay.csv", payroll(0, 4));
    let said = world.payrun(&["pay", "pay.csv", "--yes", "--format", "json"]).ends(5).json();
    assert_eq!(said["stopped"]["class"], "funds", "{said:#}");
    let missing = &said["stopped"]["missing"][0];
    assert_eq!((&missing["currency"], &missing["missing"]), (&"AUD".into(), &"0.01".into()), "{said:#}");
    let said =
        world.payrun(&["status", "r1"]).ends(0).says("why it stopped: there is not enough money for it");
    said.says("AUD 0.01 is missing: from the AUD balance 406.06 is to be paid, and 406.05 is there");
    world.payrun(&["status"]).ends(0).says("pay.csv: 4 ready (there is not enough money for it)");
    assert!(report(&world, "r1", "pay", "html").contains("AUD 0.01 is missing"));
    // the reason is the journal's: it outlives the checkpoint
    std::fs::remove_dir_all(world.scope().join("checkpoint")).expect("removed");
    world.payrun(&["status", "r1"]).ends(0).says("AUD 0.01 is missing");

    world.simulator.change(|options| options.balances.extend([("AUD".to_owned(), dec("1000"))]));
    world.stop_midway(&["resume", "r1"]);
    assert_eq!(run(&world, "r1")["stopped"]["class"], "asked");
    world.payrun(&["status", "r1"]).ends(0).says("why it stopped: it was asked to stop");
    world.payrun(&["resume", "r1"]).ends(0);
    assert!(run(&world, "r1")["stopped"].is_null(), "it has gone on");
}

#[test]
fn a_file_of_rows_to_correct_goes_once_nothing_is_to_correct_unless_somebody_has_written_in_it() {
    for edited in [false, true] {
        let world = World::new();
        world.write("pay.csv", payroll(0, 3));
        world.faults(&["withdrawal_create:declined@2"]);
        world.payrun(&["pay", "pay.csv", "--yes"]);
        world.faults(&[]);
        let path = world.scope().join("reports/r1-to-correct.csv");
        let text = std::fs::read_to_string(&path).expect("a file of rows to correct");
        if edited {
            std::fs::write(&path, text.replace("1 Hill", "2 Hill")).expect("written");
        }
        world.payrun(&["resume", "r1"]);
        let payouts = world.payouts("r1");
        let row = &payouts.iter().find(|one| one["status"] == "rejected").expect("a rejected one")["row"];
        let row = row.to_string();
        world.payrun(&["settle", "r1", "--row", &row, "--not-made", "--reason", "seen"]).ends(0);
        assert_eq!(path.exists(), edited, "it is to be sent again, and not to be corrected");
        let report = std::fs::read_to_string(world.scope().join("reports/r1-pay.csv")).expect("a report");
        assert!(report.contains(",ready,") && !report.contains("rejected"), "written anew: {report}");
        world.payrun(&["resume", "r1"]).ends(0);
        assert_eq!(path.exists(), edited);
        assert_eq!(world.made(), 3);
    }
}

#[test]
fn nobody_is_told_to_pay_what_a_person_has_refused() {
    let world = World::new();
    std::fs::create_dir(world.home().join("in")).expect("a folder");
    world.write("in/pay.csv", payroll(0, 2));
    let watch = ["watch", "in", "--once", "--settle", "50ms", "--poll", "50ms", "--mode", "hold"];
    world.payrun(&watch).ends(0);
    world.payrun(&["status", "r1"]).ends(0).says("payrun approve r1");
    world.payrun(&["reject", "r1", "--reason", "wrong month"]).ends(0);
    world.payrun(&watch).ends(0);
    let said = world.payrun(&["status", "r1"]).ends(0).says("refused the run: wrong month");
    assert!(!said.out.contains("next:") && !said.out.contains("to-correct"), "{}", said.out);
    let said = world.payrun(&["report", "r1", "--to", "out"]).ends(0);
    assert!(!said.out.contains("to-correct"), "{}", said.out);
    let page = std::fs::read_to_string(world.home().join("out/r1-pay.html")).expect("a page");
    assert!(!page.contains("→ ") && !page.contains("listed below with what to do"), "{page}");
}

#[test]
fn no_label_of_the_chart_ends_beyond_its_edge() {
    let world = World::new();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::copy(root.join("samples/fx.csv"), world.home().join("fx.csv")).expect("copied");
    world.payrun(&["pay", "fx.csv", "--yes"]).ends(0);
    let page = report(&world, "r1", "fx", "html");
    let chart = page.split("<svg").nth(1).and_then(|rest| rest.split("</svg>").next()).expect("a chart");
    let mut labels = 0;
    for text in chart.split("<text x=\"").skip(1).filter(|text| text.contains("·")) {
        let x: usize = text.split('"').next().and_then(|x| x.parse().ok()).expect("a place");
        let label = text.split('>').nth(1).and_then(|rest| rest.split('<').next()).expect("a label");
        // wide letters of a screen's usual font have two thirds of its height
        assert!(x + label.chars().count() * 10 <= 960, "{label} begins at {x}");
        labels += 1;
    }
    assert!(labels > 0 && chart.contains("more currencies"), "{chart}");
}

#[test]
fn the_page_sends_nobody_to_a_row_that_was_corrected() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 3).replace("101.01", "1O1.01").replace("102.02", "1O2.02"));
    world.payrun(&["pay", "pay.csv", "--yes", "--skip-invalid"]).ends(4);
    assert!(report(&world, "r1", "pay", "html").contains("2 rows want a person"));
    let fix = std::fs::read_to_string(world.scope().join("reports/r1-to-correct.csv")).expect("it is there");
    let lines: Vec<&str> = fix.lines().collect();
    world.write("one.csv", format!("{}\n{}\n", lines[0], lines[1].replace("1O1.01", "101.01")));
    world.payrun(&["pay", "one.csv", "--yes"]).ends(0);
    let page = report(&world, "r1", "pay", "html");
    assert!(page.contains("1 row wants a person") && page.contains("For a person: 1<"), "{page}");
    assert!(page.contains("nothing to do any more: 1<") && page.contains("corrected by row 2 of run r2"));
    let page = report(&world, "r2", "one", "html");
    assert!(page.contains("one.csv, 1 row<") && !page.contains("wants a person"), "{page}");
    world.write("two.csv", format!("{}\n{}\n", lines[0], lines[2].replace("1O2.02", "102.02")));
    world.payrun(&["pay", "two.csv", "--yes"]).ends(0);
    let page = report(&world, "r1", "pay", "html");
    assert!(page.contains("Nothing is left to do of 2 rows that were not paid here"), "{page}");
    assert!(page.contains("Every other payout") && !page.contains("For a person"), "{page}");
}
