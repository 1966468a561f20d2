//! Control totals that come before their file, after it, or never.

use std::fs;
use std::time::Duration;

use super::edges::{nothing_in_limbo, paid_once_each};
use super::{AtWork, Shop, all, rig, stop};

/// A watcher that takes no file without its control totals.
fn with_totals(shop: &Shop, more: &[&str]) -> AtWork {
    let args = [&["watch", "in", "--settle", "200ms", "--poll", "50ms", "--mode", "pay"], more].concat();
    let mut command = shop.world.command(&args);
    command.env("PAYRUN_WATCH_TOTALS", "required");
    shop.world.start(command)
}

#[test]
fn required_control_totals_may_come_before_or_after_the_file() {
    let shop = Shop::new();
    let watcher = with_totals(&shop, &[]);
    shop.until_there("done");
    shop.drop("after.csv", rig::payroll(0, 3));
    shop.drop("before.csv.totals", "count 2\nAUD 221.21\n");
    std::thread::sleep(Duration::from_millis(900));
    assert!(shop.has("after.csv") && shop.has("before.csv.totals") && shop.world.made() == 0);
    shop.drop("after.csv.totals", "count 3\nAUD 303.03\n");
    shop.drop("before.csv", rig::payroll(10, 2));
    for run in ["after.csv", "before.csv"] {
        shop.until(run, |shop| {
            shop.list("done").iter().any(|name| name.ends_with(&format!("{run}.report.csv")))
        });
    }
    stop(watcher).ends(0);
    paid_once_each(&shop, 5);
    let with = shop.list("done").iter().filter(|name| name.ends_with(".totals")).count();
    assert_eq!(with, 2, "they lie beside their files: {:?}", shop.list("done"));
    // wrong ones are no less wrong for coming first, and the program that works once needs them too
    shop.drop("wrong.csv.totals", "count 3\n");
    shop.drop("wrong.csv", rig::payroll(30, 2));
    shop.drop("right.csv.totals", "count 2\n");
    shop.drop("right.csv", rig::payroll(20, 2));
    with_totals(&shop, &["--once"]).end().ends(0);
    assert!(shop.read("rejected/wrong.csv.answer.txt").contains("the control totals say 3 payouts"));
    paid_once_each(&shop, 7);
    nothing_in_limbo(&shop);
}

#[test]
fn a_file_whose_control_totals_never_come_is_answered() {
    let shop = Shop::new();
    shop.drop("salaries.csv", rig::payroll(0, 3));
    with_totals(&shop, &["--once"]).end().ends(0);
    assert_eq!(shop.world.made(), 0);
    let answer = shop.read("rejected/salaries.csv.answer.txt");
    assert!(answer.contains("the file salaries.csv.totals with the control totals is missing"), "{answer}");
    // held in processing/ by a kill, it is no more complete
    fs::write(shop.path("processing/left.csv"), rig::payroll(0, 3)).expect("written");
    with_totals(&shop, &["--once"]).end().ends(0);
    assert!(shop.has("rejected/left.csv.answer.txt") && shop.world.made() == 0);
}

#[test]
fn totals_of_one_month_are_not_too_late_for_the_next() {
    let shop = Shop::new();
    let watcher = shop.watch(&["--mode", "pay"]);
    shop.until_there("done");
    shop.drop("salaries.csv.totals", "count 2\n");
    std::thread::sleep(Duration::from_millis(600)); // seen before its file
    shop.drop("salaries.csv", rig::payroll(0, 2));
    shop.until_there("done/r1 salaries.csv.report.csv");
    // the next month comes later than an answer without a question is waited for
    std::thread::sleep(Duration::from_secs(62));
    shop.drop("salaries.csv.totals", "count 99\n");
    std::thread::sleep(Duration::from_secs(1));
    assert!(shop.has("salaries.csv.totals"), "its file may be on the way");
    shop.drop("salaries.csv", rig::payroll(10, 2));
    shop.until("an answer", |shop| shop.world.made() > 2 || shop.has("rejected/salaries.csv.answer.txt"));
    stop(watcher).ends(0);
    paid_once_each(&shop, 2);
}

#[test]
fn a_file_is_waited_for_as_long_in_the_next_month() {
    let shop = Shop::new();
    let watcher = with_totals(&shop, &[]);
    shop.until_there("done");
    for month in 0..2 {
        shop.drop("salaries.csv", rig::payroll(month * 10, 2));
        std::thread::sleep(Duration::from_secs(1));
        assert!(shop.has("salaries.csv"), "its totals may be on the way: {:?}", shop.list("rejected"));
        shop.drop("salaries.csv.totals", "count 2\n");
        shop.until("it is paid", |shop| shop.world.made() == 2 * (month + 1));
        if month == 0 {
            std::thread::sleep(Duration::from_secs(62));
        }
    }
    stop(watcher).ends(0);
}

#[test]
fn totals_that_wait_for_their_file_count_when_each_look_is_a_program_of_its_own() {
    let shop = Shop::new();
    shop.drop("salaries.csv.totals", "count 99\n");
    shop.once(&["--mode", "pay"]).ends(0);
    shop.drop("salaries.csv", rig::payroll(0, 2));
    shop.once(&["--mode", "pay"]).ends(0);
    assert_eq!(shop.world.made(), 0, "they are not met: {:?}", all(&shop.path("")));
}

#[test]
fn control_totals_count_for_a_name_that_is_no_text() {
    use std::os::unix::ffi::OsStringExt;
    let shop = Shop::new();
    for (name, text) in
        [(&b"bad\xff.csv.totals"[..], "count 99\n".to_owned()), (&b"bad\xff.csv"[..], rig::payroll(0, 2))]
    {
        fs::write(shop.path("").join(std::ffi::OsString::from_vec(name.to_vec())), text).expect("written");
    }
    shop.once(&["--mode", "pay"]).ends(0);
    assert_eq!(shop.world.made(), 0, "the totals are not met: {:?}", all(&shop.path("")));
}
