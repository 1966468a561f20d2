//! What is known only after a run was over: people and the answer in `done/` have it, whoever was killed in between.

use std::process::Command;
use std::time::Duration;

use payrun::simulator::{Options, StatusStep};

use super::{Shop, rig, stop};
use crate::receiver::{Receiver, Reply};

const ANSWER: &str = "done/r1 salaries.csv.answer.txt";

fn telling(shop: &Shop, receiver: &Receiver) -> Command {
    let mut command =
        shop.world.command(&["watch", "in", "--settle", "200ms", "--poll", "50ms", "--mode", "pay"]);
    command.env("PAYRUN_NOTIFY_URL", receiver.url());
    command
}

#[test]
fn the_answer_in_done_says_how_payouts_stand_now_and_the_watcher_says_that_money_came_back() {
    let slow = StatusStep::Every(Duration::from_secs(3600));
    let shop = Shop::with(Options { status_step: slow, ..rig::quick() });
    shop.drop("salaries.csv", rig::payroll(0, 2).replace("PAY 1", "FAIL_ACC"));
    shop.once(&["--mode", "pay"]).ends(0);
    let submitted = shop.read(ANSWER);
    assert!(submitted.contains("2  submitted") && !submitted.contains("returned"), "{submitted}");
    shop.world.simulator.change(|options| options.status_step = StatusStep::Every(Duration::ZERO));
    shop.world.payrun(&["track", "--all"]).says("returned");
    let watcher = shop.watch(&["--mode", "pay"]);
    shop.until("the answer", |shop| shop.read(ANSWER).contains("1  returned"));
    let answer = shop.read(ANSWER);
    assert!(answer.contains("1  paid") && !answer.contains("submitted"), "{answer}");
    let said = stop(watcher).ends(0).says("salaries.csv (run r1) has money that came back");
    assert!(!said.err.contains("Robin"), "a line of the watcher names no payee: {}", said.err);
}

#[test]
fn what_a_person_has_settled_stands_in_the_answer_at_the_next_look() {
    let shop = Shop::with(Options {
        faults: vec!["withdrawal_create:reset_before@2".parse().expect("a fault")],
        ..rig::quick()
    });
    shop.drop("salaries.csv", rig::payroll(0, 3));
    let mut command = shop.world.command(&["watch", "in", "--settle", "200ms", "--once", "--mode", "pay"]);
    command.env("PAYRUN_GATEWAY_RESEND", "never");
    shop.world.start(command).end().ends(0);
    assert!(shop.read(ANSWER).contains("1  attention"), "{}", shop.read(ANSWER));
    let row = 2 + shop.world.states("r1").iter().position(|state| state == "attention").expect("one");
    let row = row.to_string();
    shop.world
        .payrun(&["settle", "r1", "--row", &row, "--not-made", "--reason", "not in the portal"])
        .ends(0);
    shop.once(&["--mode", "pay"]).ends(0);
    assert_eq!(shop.world.made(), 3);
    assert!(!shop.read(ANSWER).contains("attention"), "{}", shop.read(ANSWER));
    assert!(shop.list("done").iter().all(|name| !name.contains("(2)")), "{:?}", shop.list("done"));
}

#[test]
fn a_notice_that_has_not_left_when_the_watcher_is_killed_is_given_by_the_next_one() {
    let shop = Shop::new();
    let (silent, heard) = (Receiver::start(&vec![Reply::Never; 9]), Receiver::start(&[]));
    let watcher = shop.world.start(telling(&shop, &silent));
    shop.drop("salaries.csv", rig::payroll(0, 2));
    shop.until_there("done/r1 salaries.csv.report.csv");
    shop.until_there("done/r1 salaries.csv");
    watcher.signal("KILL");
    watcher.end();
    let watcher = shop.world.start(telling(&shop, &heard));
    shop.until("it is told", |_| !heard.events().is_empty());
    stop(watcher).ends(0);
    assert_eq!(heard.events(), ["finished"]);
    let watcher = shop.world.start(telling(&shop, &heard));
    shop.drop("more.csv", rig::payroll(10, 1));
    shop.until_there("done/r2 more.csv");
    stop(watcher).ends(0);
    assert_eq!(heard.events(), ["finished", "finished"], "each once");
    assert!(heard.heard()[1].body.contains("r2"));
}

#[test]
fn whoever_is_told_of_a_run_that_waits_for_money_is_not_sent_to_a_command_that_cannot_help() {
    let shop = Shop::with(Options {
        balances: [("AUD".to_owned(), "10".parse().expect("a number"))].into(),
        ..rig::quick()
    });
    let receiver = Receiver::start(&[]);
    let watcher = shop.world.start(telling(&shop, &receiver));
    shop.drop("salaries.csv", rig::payroll(0, 2));
    shop.until("it is told", |_| !receiver.events().is_empty());
    stop(watcher).ends(0);
    let next = receiver.heard()[0].json()["next"].as_str().expect("a sentence").to_owned();
    assert!(next.contains("tries it again by itself") && !next.contains("resume"), "{next}");
    let answer = shop.read("processing/salaries.csv.answer.txt");
    assert!(answer.contains("is missing") && answer.contains("It is tried again by itself"), "{answer}");
    assert!(!answer.contains("payrun resume"), "{answer}");
}
