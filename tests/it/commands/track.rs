//! `track`: what becomes of payouts after the run.

use std::fmt::Write;
use std::time::Duration;

use payrun::simulator::{Operation, Options, StatusStep, Turn};

use crate::rig::{payroll, quick};
use crate::world::World;

/// A payroll of one row for each of these references, with ids of the user's own: `ID-1`, `ID-2`, …
fn file(references: &[&str]) -> String {
    let mut text =
        String::from("payment_id,payee_id,first_name,last_name,street,bsb,account_number,amount,reference\n");
    for (at, reference) in references.iter().enumerate() {
        let number = at + 1;
        let (account, amount) = (10_000_000 + at, 100 + at);
        let _ = writeln!(
            text,
            "ID-{number},P{number},Robin,Example,1 Hill Street,062-000,{account},{amount}.00,{reference}"
        );
    }
    text
}

/// Everything stays where it is made.
fn still() -> Options {
    Options { status_step: StatusStep::Every(Duration::from_secs(3600)), ..quick() }
}

fn arrive(world: &World) {
    world.simulator.change(|options| options.status_step = StatusStep::Every(Duration::ZERO));
}

fn turn(world: &World, id: &str, turn: &str) {
    let turn: Turn = turn.parse().expect("a turn");
    world.simulator.change(|options| drop(options.turns.insert(id.to_owned(), turn)));
}

fn report(world: &World) -> String {
    let folder = std::fs::read_dir(world.scope().join("reports")).expect("reports").flatten();
    let csv = folder.map(|entry| entry.path()).find(|path| path.to_string_lossy().ends_with("pay.csv"));
    std::fs::read_to_string(csv.expect("a report")).expect("a text")
}

#[test]
fn every_word_of_the_test_environment_ends_in_the_right_line_of_the_report() {
    let world = World::with(still());
    let words = ["HALT_AML", "FAIL_AML", "PUSH_AML", "SEND_RFI", "FAIL_ACC", "WAGES"];
    world.write("pay.csv", file(&words));
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(4); // the first payout that is cancelled is so at once
    arrive(&world);
    let said = world.payrun(&["track", "--all"]).ends(4);
    let said = said.says("Looked at 6 payouts").says("Run r1: 2 payouts submitted → paid");
    let said = said.says("submitted → returned (REFUNDED): The account is closed").says("2 REVIEWING");
    said.says("Report, written anew").says("2 paid, watched for returns");
    let expected = ["submitted", "rejected", "paid", "submitted", "returned", "paid"];
    assert_eq!(world.states("r1"), expected);
    let report = report(&world);
    for (line, state) in report.lines().skip(1).zip(expected) {
        assert!(line.contains(state), "{state} is not in {line}");
    }
    // nothing has changed and nothing is due: that is no failure of all runs, and one of the run's
    let said = world.payrun(&["track"]).ends(0).says("Nothing was due");
    assert!(!said.out.contains("written anew"));
    world.payrun(&["track", "r1"]).ends(4);
    world.payrun(&["track", "r9"]).ends(2).says("no run r9");
}

#[test]
fn a_late_return_writes_the_report_anew() {
    let every = Duration::from_millis(1);
    let late = StatusStep::Late { every, back: Duration::from_secs(3 * 24 * 3600) };
    let world = World::with(Options { status_step: late, ..quick() });
    world.write("pay.csv", file(&["WAGES", "FAIL_ACC"]));
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    world.payrun(&["track", "--all"]).ends(0).says("2 payouts submitted → paid");
    assert!(!report(&world).contains("returned"));
    world.simulator.change(|options| options.status_step = StatusStep::Every(every));
    let said = world.payrun(&["track", "--all", "r1"]).ends(4).says("row 3, Robin Example, AUD 101.00");
    said.says("paid → returned (REFUNDED)").says("Report, written anew").says("r1-to-correct.csv");
    assert!(report(&world).lines().nth(2).is_some_and(|line| line.contains("returned")));
    assert_eq!(world.states("r1"), ["paid", "returned"]);
    assert_eq!(world.made(), 2, "nobody is paid again");
}

#[test]
fn what_cannot_be_is_a_person_s_and_is_never_sent_again() {
    let world = World::with(still());
    world.write("pay.csv", file(&["WAGES"; 5]));
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    for (id, first) in [("ID-1", "CANCELLED:TECHNICAL_ISSUE"), ("ID-2", "REFUNDED"), ("ID-3", "CONFIRMED")] {
        turn(&world, id, first);
    }
    world.payrun(&["track", "--all"]).ends(4);
    assert_eq!(world.states("r1"), ["rejected", "returned", "paid", "submitted", "submitted"]);
    for (id, then) in [
        ("ID-1", "CONFIRMED"),
        ("ID-2", "PENDING"),
        ("ID-3", "INITIALISED"),
        ("ID-4", "ESCALATED"),
        ("ID-5", "amount"),
    ] {
        turn(&world, id, then);
    }
    let said = world.payrun(&["track", "--all"]).ends(4).says("CANCELLED before and shows CONFIRMED now");
    let said = said.says("REFUNDED before and shows PENDING now").says("the status ESCALATED");
    said.says("was made as AUD 104.00 and is AUD 104.01 now");
    assert_eq!(world.states("r1"), ["attention"; 5]);
    world.payrun(&["resume", "r1"]);
    for row in ["2", "3", "4", "5", "6"] {
        let again = ["settle", "r1", "--row", row, "--not-made", "--reason", "it looks so"];
        world.payrun(&again).ends(2).says("Flash has row");
    }
    world.payrun(&["track", "--all"]).ends(0).says("Looked at 5 payouts"); // told once
    assert_eq!(world.made(), 5);
    world.payrun(&["journal", "verify"]).ends(0);
}

#[test]
fn until_final_waits_for_the_banks_and_wait_no_longer_than_it_says() {
    let world = World::with(still());
    world.write("pay.csv", file(&["WAGES"]));
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    world.payrun(&["track", "--wait", "1s"]).ends(0).says("1 under way since").says("Next look");
    let looks = || world.simulator.calls().get(&Operation::WithdrawalGet).copied();
    let before = looks();
    let at_work = world.start(world.command(&["track", "--until-final", "--all"]));
    while looks() == before {
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(200)); // it sees that nothing is final
    at_work.signal("INT");
    at_work.end().ends(0).says("1 under way since");
    arrive(&world);
    world.payrun(&["track", "--until-final", "--all"]).ends(0).says("submitted → paid");
    let said = world.payrun(&["track", "--all", "--format", "json"]).ends(0).json();
    assert_eq!((&said["looked"], &said["runs"][0]["watched"]), (&1.into(), &1.into()), "{said}");
    assert_eq!(said["runs"][0]["run"], "r1");
    assert!(said["next_look"].is_string() && said["changed"].as_array().is_some_and(Vec::is_empty), "{said}");
}

#[test]
fn killed_in_the_middle_of_a_round_it_loses_nothing() {
    let world = World::with(Options { latency: Duration::from_millis(60), ..still() });
    world.write("pay.csv", payroll(0, 400));
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    arrive(&world);
    let mut kills = 0;
    for patience in [150, 400, 700, 1000, 1300] {
        let mut at_work = world.start(world.command(&["track", "--all"]));
        std::thread::sleep(Duration::from_millis(patience));
        kills += u32::from(at_work.child.try_wait().expect("a child").is_none());
        at_work.child.kill().expect("killed");
        at_work.end();
        world.payrun(&["journal", "verify"]).ends(0);
    }
    let before = world.states("r1").iter().filter(|state| *state == "paid").count();
    assert!(kills >= 4 && (1..400).contains(&before), "{kills} kills, {before} paid by then");
    world.payrun(&["track", "--all"]).ends(0);
    assert_eq!(world.states("r1"), ["paid"; 400]);
    assert_eq!(world.made(), 400);
}

#[test]
fn while_another_process_has_the_state_it_says_so_and_answers_from_the_disk() {
    let world = World::with(Options { latency: Duration::from_millis(100), ..quick() });
    world.write("pay.csv", payroll(0, 2000));
    let mut at_work = world.start(world.command(&["pay", "pay.csv", "--yes"]));
    while world.made() < 5 {
        std::thread::sleep(Duration::from_millis(2));
    }
    world.payrun(&["track"]).ends(0).says("Once it has ended, payrun track looks").says("under way since");
    let said = world.payrun(&["track", "--format", "json"]).ends(0).json();
    assert_eq!(said["looked_elsewhere"], true);
    at_work.child.kill().expect("killed");
    at_work.end();
}

#[test]
fn without_runs_there_is_nothing_to_track() {
    World::new().payrun(&["track"]).ends(2).says("no runs yet");
}

#[test]
fn what_was_cancelled_for_a_technical_issue_is_looked_at_once_more_before_it_is_sent_again() {
    let world = World::with(still());
    world.write("pay.csv", file(&["WAGES"; 4]));
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    for id in ["ID-1", "ID-2", "ID-3", "ID-4"] {
        turn(&world, id, "CANCELLED:TECHNICAL_ISSUE");
    }
    world.payrun(&["track", "--all"]).ends(4);
    assert_eq!(world.states("r1"), ["rejected"; 4]);
    let again = |row: &str| {
        world.payrun(&["settle", "r1", "--row", row, "--not-made", "--reason", "the report says that it may"])
    };
    // what Flash shows now counts, and is kept
    turn(&world, "ID-1", "CONFIRMED");
    turn(&world, "ID-2", "CANCELLED:COMPLIANCE_DECLINED");
    turn(&world, "ID-3", "gone");
    again("2").ends(2).says("shows CONFIRMED now: sending it again could pay it twice");
    again("3").ends(2).says("for COMPLIANCE_DECLINED now");
    again("4").ends(2).says("does not show it now");
    turn(&world, "ID-3", "refused");
    again("4").ends(2).says("does not show it now: Something went wrong with this one");
    assert_eq!(world.states("r1"), ["attention", "rejected", "rejected", "rejected"]);
    again("2").ends(2).says("Flash has row 2");
    again("3").ends(2).says("only what is cancelled with TECHNICAL_ISSUE");
    again("5").ends(0).says("attempt 2");
    world.payrun(&["resume", "r1"]);
    assert_eq!(world.made(), 5, "one again, and no other");
}

#[test]
fn what_is_under_way_is_told_run_by_run() {
    let world = World::with(still());
    world.write("pay.csv", file(&["WAGES"; 3]));
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    world.write("more.csv", payroll(50, 2));
    world.payrun(&["pay", "more.csv", "--yes"]).ends(0);
    turn(&world, "ID-1", "ESCALATED");
    turn(&world, "ID-2", "REVIEWING");
    let said = world.payrun(&["track", "--all"]).ends(4);
    said.says("1 only a person understands, see payrun status r1")
        .says("1 INITIALISED, 1 REVIEWING")
        .says("Run r2: 2 under way");
    let said = world.payrun(&["track", "r2", "--format", "json"]).ends(0).json();
    let runs = said["runs"].as_array().expect("a list");
    assert_eq!((runs.len(), &runs[0]["run"], &runs[0]["under_way"]), (1, &"r2".into(), &2.into()), "{said}");
    assert!(report(&world).contains("Flash is reviewing it, which may take days"), "{}", report(&world));
}

#[test]
fn where_flash_does_not_answer_what_was_seen_stays_and_the_end_says_so() {
    let world = World::with(still());
    world.write("pay.csv", file(&["WAGES"; 2]));
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    world.faults(&["withdrawal_get:500_before@1-"]);
    world
        .payrun(&["track", "--all"])
        .ends(5)
        .says("What was seen is recorded; the next payrun track goes on");
    assert_eq!(world.states("r1"), ["submitted"; 2]);
}
