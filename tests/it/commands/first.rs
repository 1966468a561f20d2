//! A file is checked, planned, paid and reported.

use rust_decimal::Decimal;

use crate::rig::{made, payroll};
use crate::world::World;

#[test]
fn a_file_is_paid_row_by_row_and_to_the_cent() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 30));
    let said = world.payrun(&["pay", "pay.csv", "--yes"]).ends(0).says("no money was moved");
    let report =
        said.out.lines().find_map(|line| line.strip_prefix("Report: ")).expect("a report").to_owned();
    assert_eq!(std::fs::read_to_string(report).expect("it is there").lines().count(), 31);
    assert_eq!(world.made(), 30);
    assert!(made(&world.ledger()).values().all(|times| *times == 1));
    let sum: Decimal = (0..30).map(|at| Decimal::new((100 + at) * 100 + at, 2)).sum();
    assert_eq!(world.total(), sum);
    // the cent amounts went over the wire with all their digits
    assert!(world.ledger().withdrawals.iter().any(|made| made.amount.to_string() == "110.10"));
}

#[test]
fn nothing_is_sent_without_consent() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 3));
    world.payrun(&["pay", "pay.csv"]).ends(2).says("say --yes where nobody can answer");
    world.payrun(&["pay", "pay.csv", "--dry-run"]).ends(0).says("to send: AUD 303.03 in 3 payouts");
    world.payrun(&["pay", "pay.csv", "--yes", "--expect-count", "4"]).ends(3).says("the file has 3");
    let unmet =
        ["--expect-count", "4", "--expect-total", "AUD=1", "--expect-total", "EUR=2", "--format", "json"];
    let said = world.payrun(&[&["pay", "pay.csv", "--yes"][..], &unmet].concat()).ends(3);
    let why = said.json()["why"].as_str().expect("a sentence").to_owned();
    assert!(["4 payouts", "AUD 1,", "EUR 2,"].iter().all(|part| why.contains(part)), "{why}");
    assert_eq!(said.json()["outcome"], "refused");
    world
        .payrun(&["pay", "pay.csv", "--yes", "--expect-total", "AUD=1"])
        .ends(3)
        .says("the file has AUD 303.03");
    for wrong in ["AUD:1", "AUD=303,03", "AUD=1,2345"] {
        world.payrun(&["pay", "pay.csv", "--yes", "--expect-total", wrong]).ends(2).says("AUD=1234.50");
    }
    assert_eq!(world.made(), 0);
    world.payrun(&["pay", "pay.csv", "--yes", "--expect-count", "3", "--expect-total", "AUD=303.03"]).ends(0);
    assert_eq!(world.made(), 3);
}

#[test]
fn one_bad_row_stops_the_file_unless_told_otherwise_and_the_rest_can_be_corrected() {
    let world = World::new();
    let bad = payroll(0, 4).replace("101.01", "101.013");
    world.write("pay.csv", &bad);
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(3).says("G3").says("Nothing was sent");
    assert_eq!(world.made(), 0);
    let said =
        world.payrun(&["pay", "pay.csv", "--yes", "--skip-invalid"]).ends(4).says("to correct and pay");
    assert_eq!(world.made(), 3);
    assert_eq!(world.payouts("r1")[1]["payee"], "Robin Example", "whoever is not paid has a name");
    let fix =
        said.out.lines().find_map(|line| line.split("to correct and pay: ").nth(1)).expect("a fix file");
    let text = std::fs::read_to_string(fix).expect("it is there");
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(text.contains("101.013") && text.contains("reason_not_paid"), "{text}");
    world.write("corrected.csv", text.replace("101.013", "101.01"));
    world.payrun(&["pay", "corrected.csv", "--yes"]).ends(0);
    assert_eq!(world.made(), 4);
    world.payrun(&["pay", "corrected.csv", "--yes"]).ends(0).says("nothing was sent now");
    assert_eq!(world.made(), 4);
}

#[test]
fn json_has_the_shape_that_others_build_on() {
    let world = World::new();
    world.write(
        "pay.csv",
        payroll(0, 2).replace("101.01", "1000.10").replace("PAY 0", "SALARY OF NOVEMBER 2026"),
    );
    let check = world.payrun(&["check", "pay.csv", "--format", "json"]).ends(0).json();
    for key in ["file", "format", "rows", "payable", "totals", "findings"] {
        assert!(!check[key].is_null(), "{key} is missing: {check}");
    }
    assert_eq!(check["totals"][0]["amount"], "1100.10");
    let finding = &check["findings"][0];
    for key in ["severity", "code", "message", "hint", "sheet", "row", "column", "cell", "value"] {
        assert!(finding.get(key).is_some(), "{key} is missing: {finding}");
    }
    let plan = world.payrun(&["pay", "pay.csv", "--dry-run", "--format", "json"]).ends(0).json();
    assert_eq!((&plan["to_send"][0]["amount"], &plan["held"]), (&"1100.10".into(), &serde_json::json!([])));
    let paid = world.payrun(&["pay", "pay.csv", "--yes", "--format", "json"]).ends(0).json();
    for document in [&paid, &world.payrun(&["status", "r1", "--format", "json"]).ends(0).json()] {
        for key in ["run", "file", "label", "environment", "state", "counts", "totals", "payouts"] {
            assert!(!document[key].is_null(), "{key} is missing: {document}");
        }
        assert_eq!(document["state"], "finished");
        assert_eq!(document["payouts"][1]["amount"], "1000.10");
        assert_eq!(document["payouts"][1]["account"], "062-000 •••••001");
        for key in [
            "row",
            "payment_id",
            "external_id",
            "status",
            "kind",
            "flash_id",
            "amount",
            "currency",
            "payee",
            "account",
            "reason",
            "next",
        ] {
            assert!(document["payouts"][0].get(key).is_some(), "{key} is missing: {document}");
        }
    }
}

#[test]
fn reports_cannot_run_as_formulas() {
    let world = World::new();
    let file = payroll(0, 5)
        .replace("PAY 0", "=HYPERLINK(1)")
        .replace("PAY 1", "+61")
        .replace("PAY 2", "-2+3")
        .replace("PAY 3", "@SUM(A1)");
    world.write("pay.csv", file);
    let said = world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    let report = said.out.lines().find_map(|line| line.strip_prefix("Report: ")).expect("a report");
    let report = std::fs::read_to_string(report).expect("it is there");
    for defused in ["'=HYPERLINK(1)", "'+61", "'-2+3", "'@SUM(A1)"] {
        assert!(report.contains(defused), "{defused}: {report}");
    }
    assert!(report.contains("PAY 4") && !report.contains("'PAY 4"));
    // and over the wire they went as they were typed
    assert!(world.ledger().withdrawals.iter().any(|made| made.reference.as_deref() == Some("=HYPERLINK(1)")));
}
