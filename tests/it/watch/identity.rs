//! One file is one run: after a kill, under another name, and whatever lies beside it.

use std::os::unix::fs::symlink;

use rust_decimal::Decimal;

use super::{Shop, rig};

#[test]
fn a_run_that_words_let_go_is_the_same_after_a_kill() {
    let shop = Shop::new();
    shop.world.faults(&["withdrawal_create:slow=150ms@1-"]);
    // a row that is only payable once somebody has said so: without the words this is another content
    let file = rig::payroll(0, 30).replacen("062-000", "62000", 1);
    shop.drop("salaries.csv", file);
    let watcher = shop.watch_slowly(&["--mode", "pay"]);
    shop.until_there("held/salaries.csv.answer.txt");
    std::fs::write(shop.path("held/salaries.csv.approve"), "accept zero-lost:2\n").expect("written");
    shop.until("something is sent", |shop| shop.world.made() > 4);
    watcher.signal("KILL");
    watcher.end();
    assert!(shop.world.made() < 30, "it was killed too late to show anything");
    let said = shop.once(&["--mode", "pay"]).ends(0);
    said.says("salaries.csv: This file is run r1, which goes on.");
    assert_eq!(shop.world.made(), 30);
    assert!(
        shop.list("held").is_empty() && shop.has("done/r1 salaries.csv.report.csv"),
        "{:?}",
        shop.list("held")
    );
}

#[test]
fn a_copy_is_no_answer_for_a_run_that_waits() {
    let shop = Shop::new();
    shop.world.faults(&["withdrawal_create:declined"]);
    shop.drop("salaries.csv", rig::payroll(0, 3));
    shop.once(&["--mode", "pay"]).ends(0);
    shop.world.faults(&[]);
    shop.drop("copy.csv", rig::payroll(0, 3));
    shop.once(&["--mode", "pay"]).ends(0);
    assert_eq!(shop.world.made(), 0, "nobody has said yes");
    let answer = shop.read("rejected/copy.csv.answer.txt");
    assert!(answer.contains("it is run r1, which waits for an answer as held/salaries.csv"), "{answer}");
    std::fs::write(shop.path("held/salaries.csv.approve"), "").expect("written");
    shop.once(&["--mode", "pay"]).ends(0);
    assert_eq!(shop.world.made(), 2, "all but the one that was declined");
}

#[test]
fn the_command_answers_for_its_run_and_no_other_of_the_name() {
    let shop = Shop::new();
    shop.drop("salaries.csv", rig::payroll(0, 2));
    shop.once(&["--mode", "hold"]).ends(0);
    std::fs::write(shop.path("held/salaries.csv"), rig::payroll(10, 2)).expect("changed");
    std::fs::write(shop.path("held/salaries.csv.approve"), "").expect("written");
    shop.once(&["--mode", "hold"]).ends(0);
    shop.world.payrun(&["approve", "r1"]).ends(0);
    shop.once(&["--mode", "hold"]).ends(0);
    let answer = shop.read("held/salaries.csv.answer.txt");
    assert!(answer.contains("the answer is for run r1, and what waits here is run r2"), "{answer}");
    assert_eq!(shop.world.made(), 0);
    shop.world.payrun(&["approve", "r2"]).ends(0);
    shop.once(&["--mode", "hold"]).ends(0);
    assert_eq!(shop.world.made(), 2);
}

#[test]
fn an_early_yes_does_not_count_in_capitals_either() {
    let shop = Shop::new();
    shop.drop("salaries.csv.APPROVE", "");
    shop.drop("salaries.csv", rig::payroll(0, 2));
    shop.once(&["--mode", "hold"]).ends(0);
    assert_eq!(shop.world.made(), 0);
    assert!(shop.has("rejected/salaries.csv.approve") && shop.has("held/salaries.csv"));
}

#[test]
fn control_totals_count_wherever_a_kill_has_left_them() {
    let shop = Shop::new();
    shop.once(&[]).ends(0);
    std::fs::write(shop.path("processing/salaries.csv"), rig::payroll(0, 2)).expect("left by a kill");
    shop.drop("salaries.csv.TOTALS", "count 99\n");
    shop.once(&["--mode", "pay"]).ends(0);
    let answer = shop.read("rejected/salaries.csv.answer.txt");
    assert!(answer.contains("the control totals say 99 payouts"), "{answer}");
    assert_eq!(shop.world.made(), 0);
}

#[test]
fn control_totals_leave_with_the_file_that_was_refused() {
    let shop = Shop::new();
    shop.drop("salaries.csv.totals", "count 2\n");
    shop.drop("salaries.csv", rig::payroll(0, 2));
    shop.once(&["--mode", "hold"]).ends(0);
    std::fs::write(shop.path("held/salaries.csv.reject"), "wrong month").expect("written");
    shop.once(&["--mode", "hold"]).ends(0);
    shop.drop("salaries.csv.totals", "count 3\n");
    shop.drop("salaries.csv", rig::payroll(10, 3));
    shop.once(&["--mode", "hold"]).ends(0);
    let answer = shop.read("held/salaries.csv.answer.txt");
    assert!(answer.starts_with("Run r2 waits for a person"), "{answer}");
}

#[test]
fn links_beside_a_file_show_and_empty_nothing() {
    let shop = Shop::new();
    let secret = shop.world.home().join("secret");
    std::fs::write(&secret, "hunter2").expect("written");
    shop.drop("salaries.csv", rig::payroll(0, 2));
    shop.once(&["--mode", "hold"]).ends(0);
    std::fs::remove_file(shop.path("held/salaries.csv.answer.txt")).expect("removed");
    symlink(&secret, shop.path("held/salaries.csv.answer.txt")).expect("a link");
    std::fs::write(shop.path("held/salaries.csv.approve"), "nonsense\n").expect("written");
    shop.once(&["--mode", "hold"]).ends(0);
    let answer = shop.read("held/salaries.csv.answer.txt");
    assert!(answer.contains("is not understood") && !answer.contains("hunter2"), "{answer}");
    let lock = shop.path(".payrun-watch.lock");
    std::fs::remove_file(&lock).expect("the lock's file");
    symlink(&secret, &lock).expect("a link");
    let watcher = shop.watch(&["--once"]);
    assert_ne!(watcher.end().code, Some(0), "a link is no lock");
    assert_eq!(std::fs::read_to_string(secret).expect("read"), "hunter2");
}

#[test]
fn what_somebody_said_yes_to_goes_on_where_its_file_is_taken_away() {
    let shop = Shop::new();
    shop.world.faults(&["withdrawal_create:slow=150ms@1-"]);
    shop.drop("salaries.csv", rig::payroll(0, 60));
    let watcher = shop.watch_slowly(&["--mode", "hold"]);
    shop.until_there("held/salaries.csv.answer.txt");
    std::fs::write(shop.path("held/salaries.csv.approve"), "").expect("written");
    shop.until("something is sent", |shop| shop.world.made() > 2);
    watcher.signal("KILL");
    watcher.end();
    assert!(shop.world.made() < 60, "it was killed too late to show anything");
    std::fs::remove_file(shop.path("processing/salaries.csv")).expect("taken away");
    shop.once(&["--mode", "hold"]).ends(0);
    assert_eq!(shop.world.made(), 60);
}

#[test]
fn a_yes_agrees_to_rates_only_where_it_was_asked_about_them() {
    let shop = Shop::new();
    let once = || {
        let args = ["watch", "in", "--settle", "200ms", "--poll", "50ms", "--mode", "pay", "--once"];
        let mut command = shop.world.command(&args);
        command.env("PAYRUN_PAYOUTS_MAX_SLIPPAGE", "0.5%");
        shop.world.start(command).end().ends(0);
    };
    let yes = || std::fs::write(shop.path("held/pay.csv.approve"), "").expect("written");
    shop.world.faults(&["withdrawal_create:declined"]);
    shop.drop("pay.csv", rig::mixed_payroll(0, 8));
    once();
    let answer = shop.read("held/pay.csv.answer.txt");
    assert!(answer.contains("Flash declined what was sent"), "{answer}");
    shop.world.faults(&[]);
    let before = shop.world.ledger().payments.len();
    shop.world.simulator.change(|options| options.market_factor = Decimal::new(98, 2));
    yes();
    once();
    assert_eq!(shop.world.ledger().payments.len(), before, "nobody was asked about the rates");
    let answer = shop.read("held/pay.csv.answer.txt");
    assert!(answer.contains("cost 2.05 % more") && answer.contains("To agree to the rates"), "{answer}");
    yes();
    once();
    assert_eq!(shop.world.ledger().payments.len(), 4);
}

#[test]
fn no_run_waits_whose_file_was_put_aside() {
    let shop = Shop::new();
    for (name, first) in [("late.csv", 0), ("plan.csv", 10)] {
        shop.drop(name, rig::payroll(first, 2));
        shop.once(&["--mode", "hold"]).ends(0);
    }
    // control totals that come later and are not met
    shop.drop("late.csv.totals", "count 99\n");
    // an answer for another plan, and then a no
    std::fs::write(shop.path("held/plan.csv.approve"), "plan 0123456789ab\n").expect("written");
    shop.once(&["--mode", "hold"]).ends(0);
    assert!(shop.has("rejected/late.csv") && shop.read("held/plan.csv.answer.txt").contains("0123456789ab"));
    std::fs::write(shop.path("held/plan.csv.reject"), "wrong month\n").expect("written");
    shop.once(&["--mode", "hold"]).ends(0);
    assert!(shop.has("rejected/plan.csv"));
    for run in ["r1", "r2"] {
        shop.world.payrun(&["approve", run]).ends(2).says("refused; nothing was sent");
    }
    assert_eq!(shop.world.made(), 0);
}
