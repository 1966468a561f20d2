//! How a look that is a program of its own ends, and whose a folder is.

use payrun::simulator::Options;

use super::{Shop, rig, stop};

#[test]
fn working_once_tells_by_its_code_whether_anything_is_left() {
    let shop = Shop::with(Options {
        balances: [("AUD".to_owned(), "10".parse().expect("a number"))].into(),
        ..rig::quick()
    });
    let said = shop.once(&["--mode", "pay"]).ends(0).says("Nothing is left undone");
    assert!(!said.err.contains("processing/"), "{}", said.err);
    shop.drop("salaries.csv", rig::payroll(0, 2));
    let said = shop.once(&["--mode", "pay"]).ends(5).says("processing/salaries.csv");
    assert!(!said.err.contains("processing/salaries.csv.answer.txt"), "{}", said.err);
    shop.world.simulator.change(|options| {
        options.balances.insert("AUD".to_owned(), "1000".parse().expect("a number"));
    });
    shop.once(&["--mode", "pay"]).ends(0).says("Nothing is left undone");
    assert_eq!(shop.world.made(), 2);
    // what waits for a person is answered for
    shop.drop("more.csv", rig::payroll(10, 2));
    shop.once(&["--mode", "hold"])
        .ends(0)
        .says("1 file waits for a person in held/. Nothing else is left undone");
}

#[test]
fn a_folder_belongs_to_one_state_until_somebody_hands_it_over() {
    let shop = Shop::new();
    shop.world.faults(&["withdrawal_create:slow=200ms@1-"]);
    shop.drop("begun.csv", rig::payroll(0, 20));
    let watcher = shop.watch_slowly(&["--mode", "pay"]);
    shop.until("something is sent", |shop| shop.world.made() > 2);
    watcher.signal("KILL");
    watcher.end();
    std::thread::sleep(std::time::Duration::from_millis(500)); // what Flash has taken up it ends
    shop.world.faults(&[]);
    let sent = shop.world.made();
    assert!(sent < 20, "it was killed too late to show anything");
    let said = shop.once(&["--mode", "pay", "--state", "other"]).ends(6);
    let said = said.says("belongs to another state").says(".local/state/payrun/").says(".payrun-watch-state");
    assert!(said.err.contains("hand it over"), "{}", said.err);
    assert!(shop.has("processing/begun.csv") && shop.world.made() == sent, "the other one has taken it up");
    // moved, the state is the same one
    let own = shop.world.home().join(".local/state/payrun");
    std::fs::rename(own, shop.world.home().join("moved")).expect("moved");
    shop.once(&["--mode", "pay", "--state", "moved"]).ends(0);
    assert_eq!(shop.world.made(), 20);
    std::fs::remove_file(shop.path(".payrun-watch-state")).expect("handed over");
    shop.drop("more.csv", rig::payroll(30, 2));
    shop.once(&["--mode", "pay", "--state", "other"]).ends(0);
    assert_eq!(shop.world.made(), 22);
    shop.once(&["--mode", "pay", "--state", "moved"]).ends(6).says("belongs to another state");
    // whoever is at work in it is told by the folder, not by a state that is somebody else's
    let watcher = shop.watch(&["--state", "other", "--mode", "hold"]);
    shop.drop("last.csv", rig::payroll(40, 2));
    shop.until_there("held/last.csv.answer.txt");
    let said = shop.watch(&["--state", "moved"]).end().ends(7).says("at work in the folder");
    assert!(!said.err.contains("state folder"), "{}", said.err);
    stop(watcher).ends(0);
}

#[test]
fn a_run_of_another_command_that_is_not_finished_is_told() {
    let shop = Shop::new();
    shop.world.write("pay.csv", rig::payroll(0, 4));
    shop.world.stop_midway(&["pay", "pay.csv", "--yes"]);
    shop.once(&["--mode", "pay"]).ends(0).says("Run r1 of pay.csv is not finished and not of this folder");
    shop.world.payrun(&["resume", "r1"]).ends(0);
    assert_eq!(shop.world.made(), 4);
    let said = shop.once(&["--mode", "pay"]).ends(0);
    assert!(!said.err.contains("not of this folder"), "{}", said.err);
}

#[test]
fn a_run_is_at_work_only_where_whoever_has_the_state_works_on_it() {
    let shop = Shop::new();
    shop.world.faults(&["withdrawal_create:slow=300ms@1-"]);
    shop.world.write("pay.csv", rig::payroll(0, 20));
    let state = |run: &str| {
        let said = shop.world.payrun(&["status", run, "--format", "json"]).ends(0);
        said.json()["state"].as_str().unwrap_or_default().to_owned()
    };
    let paying = shop.slowly(&["pay", "pay.csv", "--yes"]);
    shop.until("something is sent", |shop| shop.world.made() > 2);
    let said = shop.world.payrun(&["status", "r1"]).ends(0).says("at work");
    let json = shop.world.payrun(&["status", "r1", "--format", "json"]).ends(0);
    shop.world.payrun(&["report", "r1", "--only", "html", "--to", "."]).ends(0);
    let page = std::fs::read_to_string(shop.world.home().join("r1-pay.html")).expect("a page");
    for told in [&said.out, &json.out, &page] {
        assert!(!told.contains("payrun resume"), "it is carried out already: {told}");
    }
    assert!(page.contains("payrun is at work on it"), "{page}");
    shop.world.payrun(&["resume", "r1"]).ends(7).says("carrying out run r1");
    paying.signal("KILL");
    paying.end();
    let sent = shop.world.made();
    assert!(sent < 20, "it was killed too late to show anything");
    assert_eq!(state("r1"), "stopped");
    let watcher = shop.watch_slowly(&["--mode", "pay"]);
    shop.drop("more.csv", rig::payroll(30, 60));
    shop.until("the watcher pays", |shop| shop.world.made() > sent + 2);
    assert_eq!([state("r1"), state("r2")], ["stopped", "running"]);
    shop.world.payrun(&["resume", "r1"]).ends(7).says("Run r1 is not of that folder");
    shop.world.payrun(&["resume", "r2"]).ends(7).says("Run r2 is of that folder");
    shop.world.payrun(&["track", "r1", "--wait", "1h"]).ends(0); // nothing is under way, and nobody works on it
    shop.world.faults(&[]);
    shop.until_there("done/r2 more.csv");
    stop(watcher).ends(0).says("Not of this folder, and not finished: payrun resume r1");
    shop.world.payrun(&["resume", "r1"]).ends(0);
    assert_eq!(shop.world.made(), 80);
}
