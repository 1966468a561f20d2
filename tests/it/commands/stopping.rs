//! Ctrl-C and SIGTERM: what is in flight is finished, and `resume` does the rest.

use std::time::Duration;

use payrun::simulator::Operation;

use crate::rig::{made, payroll};
use crate::world::World;

#[test]
fn asked_to_stop_it_finishes_what_is_in_flight_and_resumes() {
    let slow = payrun::simulator::Options { latency: Duration::from_millis(40), ..crate::rig::quick() };
    for signal in ["INT", "TERM"] {
        let world = World::with(slow.clone());
        world.write("pay.csv", payroll(0, 200));
        let at_work = world.start(world.command(&["pay", "pay.csv", "--yes"]));
        while world.made() < 5 {
            std::thread::sleep(Duration::from_millis(2));
        }
        at_work.signal(signal);
        at_work.end().ends(5).says("Stopped as asked").says("payrun resume r1");
        let then = world.made();
        assert!(then < 200, "{signal} came too late to show anything");
        let states = world.states("r1");
        assert_eq!(
            states.iter().filter(|state| *state == "submitted").count(),
            then,
            "all answers were waited for"
        );
        assert!(states.iter().all(|state| state == "submitted" || state == "ready"), "{states:?}");
        let said = world.payrun(&["pay", "pay.csv", "--dry-run"]).ends(0).says("which is not finished");
        assert!(!said.err.contains("nothing was sent yet"), "{}", said.err);
        world.payrun(&["resume"]).ends(0);
        assert_eq!(world.made(), 200);
        assert!(made(&world.ledger()).values().all(|times| *times == 1));
    }
}

#[test]
fn a_run_cut_off_while_its_rows_are_recorded_is_resumed_from_its_copy() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 40));
    world.payrun(&["pay", "pay.csv", "--yes", "--remitter", "Night Shift Pty Ltd"]).ends(0);
    // the journal as a kill would have left it: the head of a second run and some of its rows
    let path = world.scope().join("journal/00000001.jsonl");
    world.write("next.csv", payroll(100, 40));
    world.payrun(&["pay", "next.csv", "--yes", "--remitter", "Night Shift Pty Ltd"]).ends(0);
    let text = std::fs::read_to_string(&path).expect("a journal");
    let opened = text.lines().position(|line| line.contains("run_opened") && line.contains("next.csv"));
    let kept: Vec<&str> = text.lines().take(opened.expect("it was opened") + 8).collect();
    std::fs::write(&path, kept.join("\n") + "\n").expect("written");
    std::fs::remove_dir_all(world.scope().join("checkpoint")).expect("it was there");
    world.payrun(&["resume"]).ends(0);
    // the simulator knows the ids and keys: nothing was paid a second time
    assert_eq!(world.states("r2").len(), 40);
    assert!(made(&world.ledger()).values().all(|times| *times == 1));
    assert_eq!(world.made(), 80);
    let names = world.ledger().senders.iter().map(|sender| sender.name.clone()).collect::<Vec<_>>();
    assert_eq!(names, ["Night Shift Pty Ltd"]);
}

#[test]
fn a_long_wait_does_not_keep_it_from_stopping() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 20));
    world.faults(&["party_lookup:throttle=300s@1"]);
    let at_work = world.start(world.command(&["pay", "pay.csv", "--yes"]));
    while !world.simulator.calls().contains_key(&Operation::PartyLookup) {
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(200)); // it is told to wait
    at_work.signal("INT");
    at_work.end().ends(5).says("payrun resume r1");
    assert_eq!(world.made(), 0);
}

#[test]
fn asked_to_wait_for_an_hour_the_run_stops() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 20));
    world.faults(&["withdrawal_create:throttle=3600s@3"]);
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(5).says("slow down").says("payrun resume r1");
    assert!(world.made() < 20);
}
