//! What banks send back after a run is over, and whoever saw it was killed before anybody knew.

use std::time::Duration;

use payrun::simulator::{Options, StatusStep};

use super::{Shop, rig, stop};
use crate::receiver::Receiver;

/// A run that is over and of which a payout comes back from now on.
fn comes_back(shop: &Shop, pay: impl Fn(&Shop)) {
    shop.drop("salaries.csv", rig::payroll(0, 2).replace("PAY 1", "FAIL_ACC"));
    pay(shop);
    shop.world.simulator.change(|options| options.status_step = StatusStep::Every(Duration::ZERO));
}

fn slow() -> Options {
    Options { status_step: StatusStep::Every(Duration::from_secs(3600)), ..rig::quick() }
}

/// A watcher at the start, as long as `until` says.
fn watches(shop: &Shop, receiver: &Receiver, until: impl Fn(&Shop) -> bool) {
    let mut command = shop.world.command(&["watch", "in", "--settle", "200ms", "--poll", "50ms"]);
    command.env("PAYRUN_NOTIFY_URL", receiver.url());
    let watcher = shop.world.start(command);
    shop.until("told", until);
    stop(watcher).ends(0);
}

#[test]
fn a_return_that_was_seen_and_not_told_is_told_at_the_next_start_and_once() {
    let (shop, receiver) = (Shop::with(slow()), Receiver::start(&[]));
    comes_back(&shop, |shop| drop(shop.once(&["--mode", "pay"]).ends(0)));
    let report = "done/r1 salaries.csv.report.csv";
    assert!(!shop.read(report).contains("returned"));
    // it stands in the journal, and no watcher has told of it
    shop.world.payrun(&["track", "--all"]).says("returned");
    watches(&shop, &receiver, |shop| {
        shop.read(report).contains("returned") && shop.has("done/r1-to-correct.csv")
    });
    assert_eq!(receiver.events(), ["returned"]);
    std::fs::remove_file(shop.path(report)).expect("it was there");
    shop.drop("more.csv", rig::payroll(10, 1));
    watches(&shop, &receiver, |shop| shop.has("done/r2 more.csv"));
    assert_eq!(receiver.events(), ["returned", "finished"], "once");
    assert!(!shop.has(report), "once");
}

#[test]
fn a_report_that_could_not_be_written_is_written_by_the_next_look() {
    let (shop, receiver) = (Shop::with(slow()), Receiver::start(&[]));
    comes_back(&shop, |shop| drop(shop.world.payrun(&["pay", "in/salaries.csv", "--yes"]).ends(0)));
    let report = shop.world.scope().join("reports/r1-salaries.csv");
    std::fs::remove_file(&report).expect("it was there");
    std::fs::create_dir(&report).expect("something else in its place");
    shop.world.payrun(&["track", "--all"]).says("once that is mended");
    std::fs::remove_dir(&report).expect("mended");
    let track = || {
        let mut command = shop.world.command(&["track"]);
        command.env("PAYRUN_NOTIFY_URL", receiver.url()).env("PAYRUN_NOTIFY_ALWAYS", "true");
        shop.world.start(command).end().ends(0)
    };
    track().says("Report, written anew");
    assert!(std::fs::read_to_string(&report).expect("a report").contains("returned"));
    assert_eq!(receiver.events(), ["returned"]);
    let again = track();
    assert!(!again.out.contains("written anew"), "{}", again.out);
    assert_eq!(receiver.events(), ["returned"], "once");
}

/// Whoever carries a run out is killed once something of it has come back; so is nobody told of it.
#[test]
fn what_came_back_before_a_run_was_at_its_end_is_told_whoever_ends_it() {
    let (shop, receiver) = (Shop::with(slow()), Receiver::start(&[]));
    shop.world.write("wages.csv", rig::payroll(0, 6).replace("PAY 0", "FAIL_ACC"));
    shop.world.stop_midway(&["pay", "wages.csv", "--yes"]);
    shop.world.simulator.change(|options| options.status_step = StatusStep::Every(Duration::ZERO));
    shop.world.payrun(&["track", "--all"]).says("returned");
    let mut command = shop.world.command(&["resume", "r1"]);
    command.env("PAYRUN_NOTIFY_URL", receiver.url()).env("PAYRUN_NOTIFY_ALWAYS", "true");
    shop.world.start(command).end().ends(4);
    assert_eq!(receiver.events(), ["finished", "returned"]);
}

#[test]
fn what_comes_back_of_a_run_that_has_stopped_is_told_before_it_goes_on() {
    let (shop, receiver) = (Shop::with(slow()), Receiver::start(&[]));
    shop.world.write("wages.csv", rig::payroll(0, 6).replace("PAY 0", "FAIL_ACC"));
    shop.world.stop_midway(&["pay", "wages.csv", "--yes"]);
    shop.world.simulator.change(|options| options.status_step = StatusStep::Every(Duration::ZERO));
    let telling = |args: &[&str], code: i32| {
        let mut command = shop.world.command(args);
        command.env("PAYRUN_NOTIFY_URL", receiver.url()).env("PAYRUN_NOTIFY_ALWAYS", "true");
        shop.world.start(command).end().ends(code);
    };
    telling(&["track", "--all"], 4);
    assert_eq!(receiver.events(), ["returned"]);
    telling(&["resume", "r1"], 4);
    assert_eq!(receiver.events(), ["returned", "finished"], "once");
}

#[test]
fn track_waits_for_what_a_watcher_sees_and_goes_on_itself_where_that_has_ended() {
    let shop = Shop::with(slow());
    let mut command = shop.world.command(&["watch", "in", "--settle", "200ms", "--mode", "pay"]);
    command.env("PAYRUN_PAYOUTS_FOLLOW", "60s");
    let watcher = shop.world.start(command);
    shop.drop("salaries.csv", rig::payroll(0, 2));
    while shop.world.made() < 2 {
        std::thread::sleep(Duration::from_millis(20));
    }
    let said =
        shop.world.payrun(&["track", "--all"]).ends(0).says("2 under way").says("A watcher has the state");
    let said = said.says("watching").says("--all has no effect meanwhile");
    assert!(!said.err.contains("wait until") && !said.err.contains("stop it"), "{}", said.err);
    let still_waits = |args: &[&str]| {
        let mut waiting = shop.world.start(shop.world.command(args));
        std::thread::sleep(Duration::from_secs(3));
        assert!(waiting.child.try_wait().expect("a child").is_none(), "it did not wait");
        waiting
    };
    let waiting = still_waits(&["track", "--until-final"]);
    shop.world.simulator.change(|options| options.status_step = StatusStep::Every(Duration::ZERO));
    waiting.end().ends(0).says("2 paid, watched for returns");
    shop.until_there("done/r1 salaries.csv");
    shop.world.simulator.change(|options| options.status_step = slow().status_step);
    shop.drop("more.csv", rig::payroll(10, 1));
    while shop.world.made() < 3 {
        std::thread::sleep(Duration::from_millis(20));
    }
    let waiting = still_waits(&["track", "r2", "--until-final", "--all"]);
    shop.world.simulator.change(|options| options.status_step = StatusStep::Every(Duration::ZERO));
    stop(watcher).ends(0);
    waiting.end().ends(0).says("1 paid, watched for returns");
}

#[test]
fn what_comes_back_of_a_run_that_is_of_no_folder_is_reported_where_such_runs_are() {
    let (shop, receiver) = (Shop::with(slow()), Receiver::start(&[]));
    let file = rig::payroll(0, 2).replace("PAY 1", "FAIL_ACC");
    shop.world.write("by-hand.csv", file);
    shop.world.payrun(&["pay", "by-hand.csv", "--yes"]).ends(0);
    shop.world.simulator.change(|options| options.status_step = StatusStep::Every(Duration::ZERO));
    let report = shop.world.scope().join("reports/r1-by-hand.csv");
    std::fs::remove_file(&report).expect("it was there");
    std::fs::create_dir(&report).expect("something else in its place");
    shop.world.payrun(&["track", "--all"]).says("once that is mended");
    std::fs::remove_dir(&report).expect("mended");
    watches(&shop, &receiver, |_| report.is_file());
    assert!(std::fs::read_to_string(&report).expect("a report").contains("returned"));
    let done = std::fs::read_dir(shop.path("done")).expect("a folder").count();
    assert_eq!(done, 0, "it is no file of this folder");
}
