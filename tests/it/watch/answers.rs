//! What waits for a person, and what people answer.

use super::{Shop, rig, stop};
use crate::receiver::Receiver;

#[test]
fn a_held_run_is_sent_once_somebody_says_yes_by_a_file() {
    let shop = Shop::new();
    let watcher = shop.watch(&["--mode", "hold"]);
    shop.until_there("held");
    shop.drop("salaries.csv", rig::payroll(0, 3));
    shop.until_there("held/salaries.csv.answer.txt");
    let answer = shop.read("held/salaries.csv.answer.txt");
    assert!(answer.starts_with("Run r1 waits for a person; nothing was sent"), "{answer}");
    assert!(answer.contains("303.03") && answer.contains("payrun approve"), "{answer}");
    assert!(shop.has("held/salaries.csv.plan.html"));
    assert_eq!(shop.world.made(), 0);
    std::fs::write(shop.path("held/salaries.csv.approve"), "note seen with Jo\n").expect("written");
    shop.until_there("done/r1 salaries.csv.report.csv");
    assert_eq!(shop.world.made(), 3);
    let said = shop.world.payrun(&["status", "r1", "--format", "json"]).json();
    assert_eq!((&said["release"]["way"], &said["release"]["note"]), (&"file".into(), &"seen with Jo".into()));
    assert!(!shop.has("held/salaries.csv.approve") && shop.list("held").is_empty());
    stop(watcher).ends(0);
}

#[test]
fn who_is_told_hears_that_a_run_waits_and_that_it_is_finished() {
    let (shop, receiver) = (Shop::new(), Receiver::start(&[]));
    let args = ["watch", "in", "--settle", "200ms", "--poll", "50ms", "--mode", "hold"];
    let mut command = shop.world.command(&args);
    command.env("PAYRUN_NOTIFY_URL", receiver.url());
    let watcher = shop.world.start(command);
    shop.until_there("held");
    shop.drop("salaries.csv", rig::payroll(0, 3));
    shop.until("it is told", |_| !receiver.events().is_empty());
    let told = receiver.heard()[0].json();
    assert_eq!(
        (&told["event"], &told["run"], &told["state"]),
        (&"held".into(), &"r1".into(), &"held".into())
    );
    let next = told["next"].as_str().expect("a sentence");
    assert!(next.contains("payrun approve r1") && next.contains("payrun reject r1"), "{next}");
    let text = told["text"].as_str().expect("a text");
    assert!(text.contains("salaries.csv (run r1) waits for a person; nothing was sent"), "{text}");
    assert!(!receiver.heard()[0].body.contains("Robin") && !receiver.heard()[0].body.contains("1000000"));
    shop.world.payrun(&["approve", "r1"]).ends(0);
    shop.until("the end is told", |_| receiver.events().len() > 1);
    stop(watcher).ends(0);
    assert_eq!(receiver.events(), ["held", "finished"], "each once");
}

#[test]
fn yes_and_no_by_command_while_the_watcher_works_and_while_it_does_not() {
    let shop = Shop::new();
    for (name, first) in [("a.csv", 0), ("b.csv", 10), ("c.csv", 20), ("d.csv", 30)] {
        shop.drop(name, rig::payroll(first, 2));
        shop.once(&["--mode", "hold"]).ends(0);
    }
    shop.world.payrun(&["resume", "r1"]).ends(2).says("waits for a person to let it go");
    shop.world.payrun(&["approve", "r1"]).ends(0).says("taken when one starts");
    shop.world.payrun(&["reject", "r2", "--reason", "wrong month"]).ends(0);
    let watcher = shop.watch(&["--mode", "hold"]);
    shop.until_there("done/r1 a.csv.report.csv");
    shop.until_there("rejected/b.csv.answer.txt");
    let refused = shop.read("rejected/b.csv.answer.txt");
    assert!(refused.contains("refused by") && refused.contains("wrong month"), "{refused}");
    shop.world.payrun(&["approve", "in/held/c.csv"]).ends(0);
    shop.until_there("done/r3 c.csv.report.csv");
    shop.world.payrun(&["reject", "r4", "--reason", "not now"]).ends(0);
    shop.until_there("rejected/d.csv.answer.txt");
    shop.world.payrun(&["approve", "r4"]).ends(2).says("refused; nothing was sent");
    shop.world.payrun(&["approve", "r9"]).ends(2).says("there is no run r9");
    stop(watcher).ends(0);
    assert_eq!(shop.world.made(), 4);
    assert_eq!(shop.world.states("r2"), ["held", "held"]);
    // a refused file can be brought again
    shop.drop("b.csv", rig::payroll(10, 2));
    shop.once(&["--mode", "pay"]).ends(0);
    assert_eq!(shop.world.made(), 6);
}

#[test]
fn a_question_is_answered_in_the_approval() {
    let shop = Shop::new();
    shop.drop("first.csv", rig::payroll(0, 2));
    shop.once(&["--mode", "pay"]).ends(0);
    // the same people, amounts and references under another name and with one more row
    shop.drop("second.csv", rig::payroll(0, 3));
    let watcher = shop.watch(&["--mode", "pay"]);
    shop.until_there("held/second.csv.answer.txt");
    let answer = shop.read("held/second.csv.answer.txt");
    assert!(answer.contains("2 rows must be decided by a person") && answer.contains("row 2:"), "{answer}");
    std::fs::write(shop.path("held/second.csv.approve"), "amend r1\n").expect("written");
    shop.until("what was not understood", |shop| {
        shop.read("held/second.csv.answer.txt").contains("line 1, \"amend\", is not understood")
    });
    assert!(shop.read("held/second.csv.answer.txt").contains("row 2:"), "the question stays to be read");
    assert_eq!(shop.world.made(), 2);
    std::fs::write(shop.path("held/second.csv.approve"), "amends r1\n").expect("written");
    shop.until_there("done/r2 second.csv.report.csv");
    assert_eq!(shop.world.made(), 3);
    stop(watcher).ends(0);
}

#[test]
fn a_yes_counts_for_the_content_that_was_asked_about_alone() {
    let shop = Shop::new();
    shop.drop("salaries.csv", rig::payroll(0, 2));
    shop.once(&["--mode", "hold"]).ends(0);
    std::fs::write(shop.path("held/salaries.csv"), rig::payroll(0, 3)).expect("changed");
    std::fs::write(shop.path("held/salaries.csv.approve"), "").expect("written");
    shop.once(&["--mode", "hold"]).ends(0).says("was changed after it was asked about");
    assert_eq!(shop.world.made(), 0);
    assert!(shop.has("held/salaries.csv"));
    let answer = shop.read("held/salaries.csv.answer.txt");
    assert!(answer.starts_with("Run r2 waits for a person"), "{answer}");
    shop.world.payrun(&["status", "r1"]).ends(0).says("replaced by a corrected file");
    std::fs::write(shop.path("held/salaries.csv.approve"), "").expect("written");
    shop.once(&["--mode", "hold"]).ends(0);
    assert_eq!(shop.world.made(), 3, "the corrected file alone");
}

#[test]
fn a_yes_that_was_there_before_the_question_does_not_count() {
    let shop = Shop::new();
    shop.drop("salaries.csv.approve", "");
    shop.drop("salaries.csv", rig::payroll(0, 2));
    shop.once(&["--mode", "hold"]).ends(0);
    assert_eq!(shop.world.made(), 0);
    assert!(shop.read("held/salaries.csv.answer.txt").contains("was put aside"));
    assert!(shop.has("rejected/salaries.csv.approve"));
}

#[test]
fn a_corrected_file_takes_the_place_of_the_one_that_waits() {
    let shop = Shop::new();
    shop.drop("salaries.csv", rig::payroll(0, 2));
    shop.once(&["--mode", "hold"]).ends(0);
    shop.drop("salaries.csv", rig::payroll(0, 2)); // the very same
    shop.once(&["--mode", "hold"]).ends(0);
    assert!(shop.read("rejected/salaries.csv.answer.txt").contains("waits already"));
    shop.drop("salaries.csv", rig::payroll(0, 3));
    shop.once(&["--mode", "hold"]).ends(0);
    assert!(shop.read("rejected/salaries (2).csv.answer.txt").contains("taken its place"));
    assert!(shop.read("held/salaries.csv.answer.txt").starts_with("Run r2 waits"));
    std::fs::write(shop.path("held/salaries.csv.approve"), "").expect("written");
    shop.once(&["--mode", "hold"]).ends(0);
    assert_eq!(shop.world.made(), 3);
    assert_eq!(shop.world.states("r1"), ["held", "held"]);
}

#[test]
fn an_answer_without_a_question_is_told() {
    let shop = Shop::new();
    shop.drop("nothing.csv.approve", "");
    shop.once(&["--mode", "hold"]).ends(0);
    assert!(
        shop.read("rejected/nothing.csv.approve.answer.txt").contains("there is no nothing.csv in held/")
    );
}

#[test]
fn what_flash_holds_otherwise_waits_for_a_person_who_may_leave_it_out() {
    let shop = Shop::new();
    shop.drop("first.csv", rig::payroll(0, 2));
    shop.once(&["--mode", "pay"]).ends(0);
    // the same payee ids, other accounts: Flash has other bank details of them
    let text = rig::payroll(0, 3).replace("PAY", "BONUS").replace("10000000", "99990000");
    shop.drop("second.csv", text);
    shop.once(&["--mode", "pay"]).ends(0);
    let answer = shop.read("held/second.csv.answer.txt");
    assert!(answer.contains("changed") || answer.contains("differ"), "{answer}");
    std::fs::write(shop.path("held/second.csv.approve"), "skip-invalid\n").expect("written");
    shop.once(&["--mode", "pay"]).ends(0);
    assert_eq!(shop.world.made(), 4);
    assert!(shop.has("done/r2 second.csv"), "{:?} {:?}", shop.list("done"), shop.list("held"));
    let status = shop.world.payrun(&["status", "r2"]).ends(0);
    assert!(status.out.contains("r2-to-correct.csv"), "{}", status.out);
    assert!(shop.read("done/r2-to-correct.csv").contains("99990000"), "{:?}", shop.list("done"));
}

/// The name of a run's file is how it is answered for, so that no two that wait or are at work may share one.
#[test]
fn files_of_one_name_are_told_apart_while_they_wait() {
    let shop = Shop::new();
    shop.drop("salaries.csv", rig::payroll(0, 2));
    shop.once(&["--mode", "hold"]).ends(0);
    std::fs::write(shop.path("processing/salaries.csv"), rig::payroll(10, 2)).expect("left by a crash");
    shop.once(&["--mode", "hold"]).ends(0);
    let held = shop.list("held");
    let names: Vec<&String> = held.iter().filter(|name| !name.contains(".csv.")).collect();
    assert_eq!(names.len(), 2, "{held:?}");
    for name in names {
        std::fs::write(shop.path(&format!("held/{name}.approve")), "").expect("written");
    }
    shop.once(&["--mode", "hold"]).ends(0);
    assert_eq!(shop.world.made(), 4, "{:?}", shop.list("held"));
}

#[test]
fn a_no_that_was_cut_off_is_said_again() {
    let shop = Shop::new();
    shop.drop("salaries.csv", rig::payroll(0, 2));
    shop.once(&["--mode", "hold"]).ends(0);
    // as if the watcher had been killed between the record and the move: the run is refused, the file still waits
    let away = shop.world.home().join("away.csv");
    std::fs::rename(shop.path("held/salaries.csv"), &away).expect("taken away");
    shop.world.payrun(&["reject", "r1", "--reason", "wrong month"]).ends(0).says("is refused");
    std::fs::rename(away, shop.path("held/salaries.csv")).expect("put back");
    std::fs::write(shop.path("held/salaries.csv.reject"), "wrong month").expect("written");
    shop.once(&["--mode", "hold"]).ends(0);
    assert!(shop.read("rejected/salaries.csv.answer.txt").contains("Not sent: refused by"));
    assert_eq!(shop.world.made(), 0);
}

#[test]
fn taking_the_file_away_is_no_answer() {
    let shop = Shop::new();
    shop.world.faults(&["withdrawal_create:declined"]);
    shop.drop("salaries.csv", rig::payroll(0, 3));
    shop.once(&["--mode", "pay"]).ends(0);
    let answer = shop.read("held/salaries.csv.answer.txt");
    assert!(answer.contains("Flash declined what was sent"), "{answer}");
    // what was wrong is mended, and nobody has said yes
    shop.world.faults(&[]);
    let away = shop.world.home().join("away.csv");
    std::fs::rename(shop.path("held/salaries.csv"), &away).expect("taken away");
    shop.once(&["--mode", "pay"]).ends(0);
    assert_eq!(shop.world.made(), 0, "the next start went on by itself");
    std::fs::rename(away, shop.path("held/salaries.csv")).expect("put back");
    std::fs::write(shop.path("held/salaries.csv.approve"), "").expect("written");
    shop.once(&["--mode", "pay"]).ends(0);
    assert_eq!(shop.world.made(), 2, "all but the one that was declined");
}

#[test]
fn a_no_beside_a_yes_is_a_no() {
    for first in ["approve", "reject"] {
        let shop = Shop::new();
        shop.drop("salaries.csv", rig::payroll(0, 2));
        shop.once(&["--mode", "hold"]).ends(0);
        for end in [first, "approve", "reject"] {
            std::fs::write(shop.path(&format!("held/salaries.csv.{end}")), "").expect("written");
        }
        shop.once(&["--mode", "hold"]).ends(0);
        assert_eq!(shop.world.made(), 0, "{first} first");
        assert!(shop.read("rejected/salaries.csv.answer.txt").contains("refused by"), "{first} first");
        shop.world.payrun(&["status", "r1"]).ends(0).says("refused; nothing was sent");
    }
}

#[test]
fn a_file_that_is_changed_where_it_waits_is_asked_about_as_it_is() {
    let shop = Shop::new();
    for (name, first) in [("salaries.csv", 0), ("bonus.csv", 10)] {
        shop.drop(name, rig::payroll(first, 2));
        shop.once(&["--mode", "hold"]).ends(0);
    }
    assert!(shop.read("held/salaries.csv.answer.txt").contains("AUD 201.01"));
    std::fs::write(shop.path("held/salaries.csv"), rig::payroll(0, 3)).expect("changed");
    shop.once(&["--mode", "hold"]).ends(0).says("salaries.csv was changed after it was asked about");
    let answer = shop.read("held/salaries.csv.answer.txt");
    assert!(answer.contains("AUD 303.03"), "{answer}");
    shop.world.payrun(&["status", "r1"]).ends(0).says("refused");
    let again = shop.once(&["--mode", "hold"]).ends(0);
    assert!(!again.err.contains("asked about again") && !again.out.contains("asked about again"), "once");
    assert_eq!(shop.world.made(), 0);
    for name in ["salaries", "bonus"] {
        std::fs::write(shop.path(&format!("held/{name}.csv.approve")), "").expect("written");
    }
    shop.once(&["--mode", "hold"]).ends(0);
    assert_eq!(shop.world.made(), 5);
}

#[test]
fn a_run_that_was_refused_counts_nothing_of_the_one_in_its_place() {
    let shop = Shop::new();
    let file = |rows| {
        let text = rig::payroll(0, rows);
        let ids = (0..).map(|row| if row == 0 { "payment_id".to_owned() } else { format!("INV-{row}") });
        text.lines().zip(ids).map(|(line, id)| format!("{id},{line}")).collect::<Vec<_>>().join("\n")
    };
    shop.drop("salaries.csv", file(2));
    shop.once(&["--mode", "hold"]).ends(0);
    shop.drop("salaries.csv", file(3)); // takes its place
    shop.once(&["--mode", "hold"]).ends(0);
    std::fs::write(shop.path("held/salaries.csv.approve"), "").expect("written");
    shop.once(&["--mode", "hold"]).ends(0);
    assert_eq!(shop.world.made(), 3);
    let refused = shop.world.payrun(&["status", "r1"]).ends(0);
    let refused = refused.says("Run r1 of salaries.csv: refused");
    assert!(!refused.out.contains("submitted") && !refused.out.contains("with Flash"), "{}", refused.out);
    shop.world.payrun(&["status", "r2"]).ends(0).says("with Flash: AUD 303.03 in 3 payouts");
}

#[test]
fn a_file_of_which_every_row_asks_is_asked_about() {
    let shop = Shop::new();
    shop.drop("salaries.csv", rig::payroll(0, 2).replace("062-000", "62000"));
    shop.once(&["--mode", "hold"]).ends(0);
    let answer = shop.read("held/salaries.csv.answer.txt");
    assert!(answer.contains("accept CODE:ROW"), "{answer}");
    std::fs::write(shop.path("held/salaries.csv.approve"), "skip-invalid\n").expect("written");
    shop.once(&["--mode", "hold"]).ends(0);
    assert!(shop.read("rejected/salaries.csv.answer.txt").contains("no row of the file can be paid"));
    shop.drop("salaries.csv", rig::payroll(0, 2).replace("062-000", "62000"));
    shop.once(&["--mode", "hold"]).ends(0);
    for words in ["accept zero-lost\n", ""] {
        std::fs::write(shop.path("held/salaries.csv.approve"), words).expect("written");
        shop.once(&["--mode", "hold"]).ends(0);
    }
    assert_eq!(shop.world.made(), 2);
}

#[test]
fn a_part_of_a_watched_folder_is_not_watched_by_another_state() {
    let shop = Shop::new();
    shop.drop("salaries.csv", rig::payroll(0, 2));
    shop.once(&["--mode", "pay"]).ends(0);
    let elsewhere = shop.world.home().join("elsewhere");
    for part in ["done", "held", "processing", "rejected"] {
        let folder = format!("in/{part}");
        let args = ["watch", folder.as_str(), "--once", "--mode", "pay", "--state"];
        let said = shop.world.payrun(&[&args[..], &[elsewhere.to_str().expect("text")]].concat());
        said.ends(6).says("is watched as a whole");
    }
    assert_eq!(shop.world.made(), 2);
}
