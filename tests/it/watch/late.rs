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
