//! Findings that block until a person says that they are meant.

use serde_json::Value;

use crate::rig::payroll;
use crate::world::World;

/// A payroll whose second payee's BSB has lost its zero.
fn lost_zero() -> String {
    let mut rows: Vec<String> = payroll(0, 3).lines().map(str::to_owned).collect();
    rows[2] = rows[2].replace("062-000", "62000");
    rows.join("\n") + "\n"
}

#[test]
fn a_question_blocks_until_it_is_accepted_and_the_run_keeps_who_accepted_what() {
    let world = World::new();
    world.write("pay.csv", lost_zero());
    let said = world.payrun(&["pay", "pay.csv", "--yes"]).ends(3);
    said.says("did a leading zero get lost?").says("--accept zero-lost").says("Nothing was sent");
    world.payrun(&["pay", "pay.csv", "--yes", "--accept", "zero-lost:4"]).ends(3).says("Nothing was sent");
    assert_eq!(world.made(), 0, "another row was accepted");
    world
        .payrun(&["pay", "pay.csv", "--yes", "--accept", "zero-lost:3"])
        .ends(0)
        .says("accepted: zero-lost:3");
    assert_eq!(world.made(), 3);
    let status = world.payrun(&["status", "r1", "--format", "json"]).json();
    assert_eq!(status["accepted"], serde_json::json!(["zero-lost:3"]));
    let payouts = world.payouts("r1");
    let accepted = |at: usize| payouts[at]["accepted"].as_array().map_or(0, Vec::len);
    assert_eq!([accepted(0), accepted(1), accepted(2)], [0, 1, 0], "{payouts:?}");
    assert!(payouts[1]["account"].as_str().is_some_and(|account| account.contains("062-000")), "{payouts:?}");
    world.payrun(&["report", "r1", "--to", "."]).ends(0);
    let reports = std::fs::read_dir(world.home()).expect("the home").flatten().map(|entry| entry.path());
    let report = reports.filter(|path| path.extension().is_some_and(|extension| extension == "csv"));
    let csv = report.map(|path| std::fs::read_to_string(path).expect("a text")).collect::<String>();
    assert!(csv.contains("five digits; did a leading zero get lost?"), "{csv}");
    // the same file again, whether it is said again or not
    world.payrun(&["pay", "pay.csv", "--yes", "--accept", "zero-lost"]).ends(0).says("nothing was sent now");
    assert_eq!(world.made(), 3);
}

#[test]
fn the_rows_that_were_not_accepted_are_left_out_and_can_be_paid_later() {
    let world = World::new();
    world.write("pay.csv", lost_zero());
    let said = world.payrun(&["pay", "pay.csv", "--yes", "--skip-invalid"]).ends(4);
    assert_eq!(world.made(), 2);
    let fix = said.out.lines().find_map(|line| line.split("to correct and pay: ").nth(1)).expect("a file");
    world.payrun(&["pay", fix, "--yes", "--accept", "zero-lost"]).ends(0);
    assert_eq!(world.made(), 3);
}

#[test]
fn only_what_asks_can_be_accepted() {
    let world = World::new();
    world.write("pay.csv", lost_zero());
    for (typed, answer) in [
        ("amount-invalid", "\"amount-invalid\" is no finding that can be accepted"),
        ("changed-account", "changed-account:ROW=END"),
        ("zero-lost:x", "zero-lost"),
    ] {
        world.payrun(&["pay", "pay.csv", "--yes", "--accept", typed]).ends(2).says(answer);
    }
    let said = world.payrun(&["check", "pay.csv", "--format", "json"]).ends(3);
    let report: Value = serde_json::from_str(&said.out).expect("JSON");
    let finding = &report["findings"][0];
    assert_eq!(finding["severity"], "warning");
    assert_eq!((&finding["accept"], &finding["suggestion"]), (&"needed".into(), &"062-000".into()));
    assert_eq!(finding["cell"].as_str().map(|cell| &cell[cell.len() - 1..]), Some("3"));
    world.payrun(&["check", "pay.csv", "--accept", "zero-lost"]).ends(0).says("Accepted");
}

#[test]
fn a_question_that_is_accepted_is_accepted_for_the_rows_too_that_are_not_listed() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 1100).replace("062-000", "62000"));
    let said = world.payrun(&["check", "pay.csv", "--accept", "zero-lost"]).ends(0);
    said.says("100 more findings of this kind are not listed").says("1100 can be paid");
    world.payrun(&["check", "pay.csv"]).ends(3).says("0 can be paid");
    let said = world.payrun(&["check", "pay.csv", "--accept", "zero-lost:2", "--format", "json"]).ends(3);
    let report = said.json();
    let findings = report["findings"].as_array().expect("findings");
    let more = findings.iter().find(|finding| finding["row"].is_null() && finding["code"] == "zero-lost");
    assert_eq!(more.expect("the others")["accept"], "needed");
}

/// A slip of the finger, or the acceptance of another file, is not passed over in silence.
#[test]
fn what_was_accepted_and_met_nothing_is_told() {
    let world = World::new();
    world.write("pay.csv", lost_zero());
    let unmet = "--accept zero-lost:7 met nothing in this file";
    world.payrun(&["check", "pay.csv", "--accept", "zero-lost:3,zero-lost:7"]).ends(0).says(unmet);
    let said = world.payrun(&["pay", "pay.csv", "--yes", "--accept", "hidden,zero-lost:3"]).ends(0);
    assert_eq!(said.err.matches("met nothing").count(), 1, "{said:?}");
    said.says("--accept hidden met nothing in this file");
    assert_eq!(world.made(), 3);
}
