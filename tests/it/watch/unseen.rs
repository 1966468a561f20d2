//! What nobody has seen is not sent, and what waits for a person waits after any loss.

use std::io::Write;
use std::time::Duration;

use super::{Shop, rig, stop};

/// A file with a question: whether a BSB has lost its zero.
fn with_a_question(first: usize, rows: usize) -> String {
    rig::payroll(first, rows).replacen("062-000", "62000", 1)
}

#[test]
fn words_answer_a_question_and_the_plan_waits_for_a_yes() {
    let shop = Shop::new();
    shop.drop("salaries.csv", with_a_question(0, 3));
    shop.once(&["--mode", "hold"]).ends(0);
    let asked = shop.read("held/salaries.csv.answer.txt");
    assert!(asked.contains("its plan is shown then"), "{asked}");
    std::fs::write(shop.path("held/salaries.csv.approve"), "accept zero-lost:2\n").expect("written");
    shop.once(&["--mode", "hold"]).ends(0);
    assert_eq!(shop.world.made(), 0, "nobody has seen the plan");
    let asked = shop.read("held/salaries.csv.answer.txt");
    assert!(asked.starts_with("Run r1 waits for a person") && asked.contains("303.03"), "{asked}");
    assert!(shop.has("held/salaries.csv.plan.html"));
    // whatever is lost meanwhile, the words need not be said again
    std::fs::remove_file(shop.world.scope().join("asked.json")).expect("lost");
    std::fs::write(shop.path("held/salaries.csv.approve"), "").expect("written");
    shop.once(&["--mode", "hold"]).ends(0);
    assert_eq!(shop.world.made(), 3);
    assert!(shop.has("done/r1 salaries.csv.report.csv"));
}

#[test]
fn words_that_leave_rows_out_need_not_be_said_twice() {
    let shop = Shop::new();
    shop.drop("salaries.csv", with_a_question(0, 3));
    shop.once(&["--mode", "hold"]).ends(0);
    std::fs::write(shop.path("held/salaries.csv.approve"), "skip-invalid\n").expect("written");
    shop.once(&["--mode", "hold"]).ends(0);
    assert_eq!(shop.world.made(), 0);
    std::fs::write(shop.path("held/salaries.csv.approve"), "").expect("written");
    shop.once(&["--mode", "hold"]).ends(0);
    assert_eq!(shop.world.made(), 2, "without the row that asks");
}

#[test]
fn words_with_the_plan_that_was_seen_are_a_yes() {
    let shop = Shop::new();
    shop.drop("salaries.csv", with_a_question(0, 3));
    shop.once(&["--mode", "hold"]).ends(0);
    let dry = ["pay", "in/held/salaries.csv", "--accept", "zero-lost:2", "--dry-run", "--format", "json"];
    let plan = shop.world.payrun(&dry).json()["plan"].as_str().expect("a hash").to_owned();
    std::fs::write(shop.path("held/salaries.csv.approve"), format!("accept zero-lost:2\nplan {plan}\n"))
        .expect("written");
    shop.once(&["--mode", "hold"]).ends(0);
    assert_eq!(shop.world.made(), 3);
}

#[test]
fn within_the_limits_words_are_enough() {
    let shop = Shop::new();
    shop.drop("salaries.csv", with_a_question(0, 3));
    shop.once(&["--mode", "pay"]).ends(0);
    std::fs::write(shop.path("held/salaries.csv.approve"), "accept zero-lost:2\n").expect("written");
    shop.once(&["--mode", "pay"]).ends(0);
    assert_eq!(shop.world.made(), 3);
    shop.world.payrun(&["status", "r1"]).ends(0).says("its questions were answered by");
}

#[test]
fn a_run_that_stopped_for_a_person_waits_whatever_is_lost() {
    let shop = Shop::new();
    shop.world.faults(&["withdrawal_create:declined"]);
    shop.drop("salaries.csv", rig::payroll(0, 3));
    shop.once(&["--mode", "pay"]).ends(0);
    shop.world.faults(&[]);
    std::fs::remove_file(shop.world.scope().join("asked.json")).expect("lost");
    shop.once(&["--mode", "pay"]).ends(0);
    assert_eq!(shop.world.made(), 0, "it waits in held/");
    // a kill between the end of the run and the move of its file
    std::fs::rename(shop.path("held/salaries.csv"), shop.path("processing/salaries.csv")).expect("moved");
    std::fs::remove_file(shop.world.scope().join("asked.json")).expect("lost");
    shop.once(&["--mode", "pay"]).ends(0);
    assert_eq!(shop.world.made(), 0, "it waits after a kill");
    let answer = shop.read("held/salaries.csv.answer.txt");
    assert!(answer.starts_with("This file is run r1, which has stopped"), "{answer}");
    std::fs::write(shop.path("held/salaries.csv.approve"), "").expect("written");
    shop.once(&["--mode", "pay"]).ends(0);
    assert_eq!(shop.world.made(), 2, "all but the one that was declined");
}

#[test]
fn rows_that_came_after_the_file_was_read_are_asked_about() {
    let shop = Shop::new();
    shop.world.faults(&["withdrawal_create:slow=300ms@1-"]);
    let watcher = shop.watch(&["--mode", "pay"]);
    shop.until_there("rejected");
    shop.drop("salaries.csv", rig::payroll(0, 4));
    shop.until("it is being sent", |shop| shop.world.made() > 0);
    let mut file =
        std::fs::OpenOptions::new().append(true).open(shop.path("processing/salaries.csv")).expect("there");
    let more = rig::payroll(4, 2);
    file.write_all(more.split_once('\n').expect("rows").1.as_bytes()).expect("written on");
    shop.until_there("held/salaries.csv.answer.txt");
    stop(watcher).ends(0);
    assert_eq!(shop.world.made(), 4);
    assert_eq!(shop.read("done/r1 salaries.csv"), rig::payroll(0, 4), "what was read");
    assert!(shop.read("done/r1 salaries.csv.answer.txt").contains("was written to after payrun had read it"));
    assert!(shop.has("done/r1 salaries.csv.report.csv"));
    std::fs::write(shop.path("held/salaries.csv.approve"), "amends r1\n").expect("written");
    shop.once(&["--mode", "pay"]).ends(0);
    assert_eq!(shop.world.made(), 6, "each row once");
}

#[test]
fn a_run_can_be_refused_whose_file_was_taken_away() {
    let shop = Shop::new();
    let watcher = shop.watch(&["--mode", "hold"]);
    shop.until_there("rejected");
    shop.drop("salaries.csv", rig::payroll(0, 2));
    shop.until_there("held/salaries.csv.answer.txt");
    std::fs::remove_file(shop.path("held/salaries.csv")).expect("taken away");
    shop.world.payrun(&["reject", "r1", "--reason", "wrong month"]).ends(0);
    stop(watcher).ends(0);
    shop.once(&["--mode", "hold"]).ends(0);
    assert!(
        shop.read("rejected/salaries.csv.answer.txt").contains("wrong month"),
        "{:?}",
        shop.list("rejected")
    );
    shop.world.payrun(&["status", "r1"]).ends(0).says("refused");
}

#[test]
fn names_of_what_lies_beside_files_are_not_mixed_up_with_it() {
    let shop = Shop::new();
    shop.drop("salaries.csv", rig::payroll(0, 2));
    shop.drop("salaries.csv.answer.txt", rig::payroll(10, 2));
    shop.drop("july.report.csv", rig::payroll(20, 2));
    shop.drop("august.payouts", rig::payroll(30, 2));
    shop.once(&["--mode", "pay"]).ends(0);
    assert_eq!(shop.world.made(), 8);
    let done = shop.list("done");
    for name in ["salaries.csv", "salaries.csv.answer (2).txt", "july.report.csv", "august.payouts"] {
        assert!(done.iter().any(|there| there.ends_with(&format!(" {name}"))), "{name}: {done:?}");
    }
    // what a kill has left of an answer whose file is gone
    std::fs::write(shop.path("processing/gone.csv.answer.txt"), "Run r9 is being sent.").expect("written");
    std::fs::write(shop.path("processing/september.report.csv"), rig::payroll(40, 2)).expect("written");
    shop.once(&["--mode", "pay"]).ends(0);
    assert_eq!(shop.world.made(), 10);
    assert!(shop.list("processing").is_empty(), "{:?}", shop.list("processing"));
}

#[test]
fn control_totals_that_are_still_being_written_are_waited_for() {
    let shop = Shop::new();
    let watcher = shop.watch(&["--mode", "pay"]);
    shop.until_there("rejected");
    let mut totals = std::fs::File::create(shop.path("salaries.csv.totals")).expect("a file");
    writeln!(totals, "count 2").expect("written");
    shop.drop("salaries.csv", rig::payroll(0, 2));
    for _ in 0..8 {
        std::thread::sleep(Duration::from_millis(80));
        writeln!(totals, "# still at it").expect("written");
    }
    writeln!(totals, "AUD 1.00").expect("written");
    drop(totals);
    shop.until_there("rejected/salaries.csv.answer.txt");
    stop(watcher).ends(0);
    assert_eq!(shop.world.made(), 0);
    assert!(shop.read("rejected/salaries.csv.answer.txt").contains("the control totals say AUD 1.00"));
}

#[test]
fn a_remitter_that_flash_refuses_is_mended_and_the_file_begins_anew() {
    let shop = Shop::new();
    let child = "[remitters.default]\nfirst_name = \"Jo\"\nlast_name = \"Example\"\nstreet = \"1 Hay St\"\ndob = \"2015-01-31\"\n";
    shop.world.write("payrun.toml", child);
    shop.drop("salaries.csv", rig::payroll(0, 2));
    shop.once(&["--mode", "pay"]).ends(0);
    let asked = shop.read("held/salaries.csv.answer.txt");
    assert!(asked.contains("the file begins anew with the settings as they are then"), "{asked}");
    std::fs::write(shop.path("held/salaries.csv.approve"), "").expect("written");
    shop.once(&["--mode", "pay"]).ends(0);
    assert!(shop.has("held/salaries.csv") && shop.world.made() == 0, "nothing is mended yet");
    shop.world.write("payrun.toml", child.replace("2015", "1985"));
    std::fs::write(shop.path("held/salaries.csv.approve"), "").expect("written");
    shop.once(&["--mode", "pay"]).ends(0);
    assert_eq!(shop.world.made(), 2);
}
