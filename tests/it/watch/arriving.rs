//! What arrives, and when it is taken.

use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::time::Duration;

use payrun::simulator::Options;

use super::{Shop, rig, stop};

#[test]
fn a_good_file_is_paid_and_its_report_lies_beside_it() {
    let shop = Shop::new();
    let watcher = shop.watch(&["--mode", "pay"]);
    shop.until_there("done");
    shop.drop("salaries.csv", rig::payroll(0, 5));
    std::fs::set_permissions(shop.path("salaries.csv"), PermissionsExt::from_mode(0o640)).ok();
    shop.until_there("done/r1 salaries.csv");
    assert!(shop.has("done/r1 salaries.csv.report.csv"), "it is there before the file");
    assert_eq!(shop.world.made(), 5);
    let answer = shop.read("done/r1 salaries.csv.answer.txt");
    assert!(answer.starts_with("Run r1 of salaries.csv: finished"), "{answer}");
    assert!(answer.contains("by the configuration"), "{answer}");
    assert_eq!(shop.read("done/r1 salaries.csv"), rig::payroll(0, 5));
    assert!(shop.list("processing").is_empty());
    stop(watcher).ends(0).says("Stopped watching");
}

#[test]
fn who_may_read_the_file_may_read_all_that_lies_beside_it() {
    let shop = Shop::new();
    for (name, text) in
        [("salaries.csv", rig::payroll(0, 2)), ("wrong.csv", rig::payroll(5, 2).replace("062-000", "06200"))]
    {
        let part = shop.path(".p");
        std::fs::write(&part, text).expect("written");
        std::fs::set_permissions(&part, PermissionsExt::from_mode(0o664)).expect("set");
        std::fs::rename(part, shop.path(name)).expect("in");
    }
    let readers = |names: &[&str]| {
        for name in names {
            let mode = std::fs::metadata(shop.path(name)).expect(name).permissions().mode() & 0o777;
            assert_eq!(mode, 0o664, "{name}");
        }
    };
    shop.once(&["--mode", "hold"]).ends(0);
    readers(&["held/salaries.csv", "held/salaries.csv.answer.txt", "held/salaries.csv.plan.html"]);
    readers(&["rejected/wrong.csv.answer.txt", "rejected/wrong.csv.findings.xlsx"]);
    shop.world.payrun(&["approve", "r1"]).ends(0);
    shop.once(&["--mode", "hold"]).ends(0);
    let reports = shop.list("done");
    assert!(reports.iter().any(|name| name.ends_with(".report.xlsx")), "{reports:?}");
    readers(
        &reports
            .iter()
            .map(|name| format!("done/{name}"))
            .collect::<Vec<_>>()
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>(),
    );
}

#[test]
fn a_file_that_grows_is_taken_once_it_is_whole() {
    let shop = Shop::new();
    let watcher = shop.watch(&["--mode", "pay"]);
    shop.until_there("rejected");
    let text = rig::payroll(0, 12);
    let mut file = std::fs::File::create(shop.path("slow.csv")).expect("a file");
    for line in text.lines() {
        writeln!(file, "{line}").expect("written");
        std::thread::sleep(Duration::from_millis(60));
        assert_eq!(shop.world.made(), 0, "taken before it was whole");
    }
    shop.until_there("done/r1 slow.csv.report.csv");
    assert_eq!(shop.world.made(), 12);
    stop(watcher).ends(0);
}

#[test]
fn the_same_file_again_pays_nobody_twice() {
    let shop = Shop::new();
    for _ in 0..3 {
        shop.drop("salaries.csv", rig::payroll(0, 4));
        shop.once(&["--mode", "pay"]).ends(0);
    }
    assert_eq!(shop.world.made(), 4);
    let names = shop.list("done");
    assert!(
        names.contains(&"r1 salaries (2).csv".to_owned())
            && names.contains(&"r1 salaries (3).csv".to_owned())
    );
    assert!(
        shop.read("done/r1 salaries (2).csv.answer.txt").starts_with("This file was already sent as run r1")
    );
}

#[test]
fn errors_are_answered_with_the_sheet_and_nothing_is_sent() {
    let shop = Shop::new();
    let text = rig::payroll(0, 3).replacen("062-000", "06-000", 1);
    shop.drop("salaries.csv", text);
    shop.once(&["--mode", "pay"]).ends(0);
    assert_eq!(shop.world.made(), 0);
    let answer = shop.read("rejected/salaries.csv.answer.txt");
    assert!(answer.starts_with("Nothing was sent: 1 row cannot be paid."), "{answer}");
    assert!(
        answer.contains("E2") && answer.contains("Put the corrected file into the folder again"),
        "{answer}"
    );
    assert!(shop.has("rejected/salaries.csv.findings.xlsx"));
    // and the corrected one goes
    shop.drop("salaries.csv", rig::payroll(0, 3));
    shop.once(&["--mode", "pay"]).ends(0);
    assert_eq!(shop.world.made(), 3);
}

#[test]
fn what_is_no_file_of_payouts_is_answered_and_ends_nothing() {
    let shop = Shop::new();
    let secret = shop.world.write("elsewhere.csv", rig::payroll(50, 2));
    symlink(secret, shop.path("link.csv")).expect("a link");
    let made = std::process::Command::new("mkfifo").arg(shop.path("pipe.csv")).status().expect("mkfifo");
    assert!(made.success());
    shop.drop("empty.csv", "");
    shop.drop("photo.csv", [0x89, b'P', b'N', b'G', 0, 1, 2, 3]);
    shop.drop("bad\nname \u{1}.csv", rig::payroll(0, 1));
    shop.drop(&format!("{}.csv", "long".repeat(60)), rig::payroll(10, 1));
    std::fs::create_dir(shop.path("a folder.csv")).expect("a folder");
    std::fs::write(shop.path("~$open.xlsx"), "lock").expect("written");
    shop.once(&["--mode", "pay"]).ends(0);
    for name in ["link.csv", "pipe.csv", "empty.csv", "photo.csv"] {
        assert!(shop.has(&format!("rejected/{name}")), "{name}: {:?}", shop.list("rejected"));
        let answer = shop.read(&format!("rejected/{name}.answer.txt"));
        assert!(answer.starts_with("Nothing was sent: "), "{name}: {answer}");
    }
    assert_eq!(shop.world.made(), 2, "the two with odd names are paid");
    assert!(shop.has("done/r1 bad_name _ (2).csv"), "{:?}", shop.list("done"));
    assert!(shop.has("~$open.xlsx") && shop.has("a folder.csv"));
}

#[test]
fn control_totals_must_be_met() {
    let shop = Shop::new();
    shop.drop("salaries.csv.totals", "count 3\nAUD 303.04\n");
    shop.drop("salaries.csv", rig::payroll(0, 3));
    shop.once(&["--mode", "pay"]).ends(0);
    assert_eq!(shop.world.made(), 0);
    let answer = shop.read("rejected/salaries.csv.answer.txt");
    assert!(answer.contains("the control totals say AUD 303.04, the file has AUD 303.03"), "{answer}");
    shop.drop("salaries.csv.totals", "count 3\nAUD 303.03\n");
    shop.drop("salaries.csv", rig::payroll(0, 3));
    shop.once(&["--mode", "pay"]).ends(0);
    assert_eq!(shop.world.made(), 3);
}

#[test]
fn limits_hold_what_is_beyond_them() {
    let shop = Shop::new();
    let watch = |file: &str, text: String| {
        shop.drop(file, text);
        let mut command =
            shop.world.command(&["watch", "in", "--settle", "100ms", "--once", "--mode", "pay"]);
        command.env("PAYRUN_WATCH_MAX_PAYOUT", "AUD=150").env("PAYRUN_WATCH_MAX_RUN", "AUD=500");
        command.env("PAYRUN_WATCH_MAX_DAY", "AUD=800");
        shop.world.start(command).end().ends(0);
    };
    watch("a.csv", rig::payroll(0, 4)); // 406.06
    assert_eq!(shop.world.made(), 4);
    watch("b.csv", rig::payroll(105, 1)); // one of 205.05
    watch("c.csv", rig::payroll(0, 5).replace("PAY", "BONUS").replace("P0,", "Q0,")); // 510.10
    watch("d.csv", rig::payroll(20, 4)); // 486.86, with a.csv 892.92
    assert_eq!(shop.world.made(), 4);
    for (file, why) in [
        ("b.csv", "the largest payout: AUD 205.05 is more than the limit of AUD 150.00"),
        ("c.csv", "the run: AUD 510.10 is more than the limit of AUD 500.00"),
        ("d.csv", "this day's runs with it: AUD 892.92 is more than the limit of AUD 800.00"),
    ] {
        let answer = shop.read(&format!("held/{file}.answer.txt"));
        assert!(answer.contains(why), "{file}: {answer}");
    }
}

#[test]
fn a_balance_that_is_short_is_waited_for() {
    let shop = Shop::with(Options {
        balances: [("AUD".to_owned(), "10".parse().expect("a number"))].into(),
        ..rig::quick()
    });
    let watcher = shop.watch(&["--mode", "pay"]);
    shop.until_there("done");
    shop.drop("salaries.csv", rig::payroll(0, 2));
    shop.until("the answer", |shop| shop.read("processing/salaries.csv.answer.txt").contains("is missing"));
    let answer = shop.read("processing/salaries.csv.answer.txt");
    assert!(answer.contains("It is tried again by itself"), "{answer}");
    assert_eq!(shop.world.made(), 0);
    stop(watcher).ends(0);
}

#[test]
fn one_watcher_works_and_the_other_says_so() {
    let shop = Shop::new();
    let watcher = shop.watch(&[]);
    shop.until_there("done");
    let second = shop.watch(&[]).end().ends(7);
    second.says("another payrun is at work");
    let other_state = shop.world.command(&["watch", "in", "--state", "other"]);
    shop.world.start(other_state).end().ends(7).says("another payrun is at work");
    // what others may do meanwhile
    shop.world.payrun(&["status"]);
    shop.world.write("more.csv", rig::payroll(0, 2));
    shop.world
        .payrun(&["pay", "more.csv", "--skip-invalid", "--yes"])
        .ends(7)
        .says("a watcher holds the state")
        .says("--skip-invalid would not reach it");
    shop.world.payrun(&["pay", "more.csv", "--yes"]).ends(8).says("was put into its folder");
    shop.until_there("done/r1 more.csv.report.csv");
    shop.world.payrun(&["status", "r1"]).ends(0).says("finished");
    shop.world.payrun(&["report", "r1"]).ends(0);
    shop.world.payrun(&["track"]).ends(0).says("looks at payouts itself").says("Run r1:");
    // what has to wait says for whom, since when, and how to stop it
    let stopping = format!("kill -TERM {}", watcher.child.id());
    for args in [&["resume", "r1"][..], &["payees", "import", "more.csv"]] {
        let said = shop.world.payrun(args).ends(7).says(&stopping).says("goes on where it stood");
        said.says(" since ")
            .says(&format!("watches {}", shop.path("").canonicalize().expect("it").display()));
    }
    stop(watcher).ends(0);
    assert_eq!(shop.world.made(), 2);
}

#[test]
fn a_file_that_is_handed_over_is_taken_whatever_its_name_and_nothing_of_it_is_dropped() {
    let shop = Shop::new();
    // what is not renamed in is not whole for a long time
    let args = ["watch", "in", "--settle", "15s", "--poll", "50ms", "--mode", "pay"];
    let watcher = shop.world.start(shop.world.command(&args));
    shop.until_there("done");
    let pay = |name: &str, more: &[&str]| {
        shop.world.payrun(&[&["pay", name, "--yes", "--format", "json"], more].concat())
    };
    for (at, name) in [".wages.csv", "wages.csv.totals", "wages.part"].into_iter().enumerate() {
        shop.world.write(name, rig::payroll(10 * at, 1));
        let told = pay(name, &[]).ends(8).json();
        let there = told["handed_over"]["file"].as_str().expect("a name");
        assert!(told["handed_over"]["watcher"].as_str().expect("a text").contains("process"), "{told}");
        shop.until(there, |shop| {
            shop.list("done").iter().any(|done| *done == format!("r{} {there}", at + 1))
        });
    }
    // one of that name lies there still
    std::fs::write(shop.path("more.csv"), rig::payroll(40, 1)).expect("written");
    shop.world.write("more.csv", rig::payroll(50, 1));
    let told = pay("more.csv", &[]).ends(8).json();
    assert_eq!(told["handed_over"]["file"], "more (2).csv");
    shop.until("both", |shop| shop.world.made() == 5);
    shop.world.write("last.csv", rig::payroll(60, 1));
    for flag in [
        &["--dry-run"][..],
        &["--expect-count", "1"],
        &["--expect-total", "AUD=1.00"],
        &["--accept", "hidden"],
    ] {
        pay("last.csv", flag).ends(7).says(&format!("{} would not reach it", flag[0]));
    }
    assert!(!shop.has("last.csv"));
    stop(watcher).ends(0);
    assert_eq!(shop.world.made(), 5);
}
