//! Payouts that look like those of an earlier run, told apart from them by an id or a reference alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use payrun::check;
use payrun::config::Remitters;
use payrun::domain::{Answer, Clock, Fact, Kind, Overlaps, PartyMode, RunId, RunState, Silent, SystemClock};
use payrun::engine::{self, Inputs};
use payrun::intake::Reading;
use payrun::journal::{Disk, RealDisk, Record, ScopeFolder};

use crate::rig;
use crate::world::World;

/// The clock as it was some days ago.
struct Ago(i64);

impl Clock for Ago {
    fn now(&self) -> Timestamp {
        SystemClock.now().saturating_sub(SignedDuration::from_hours(24 * self.0)).expect("a time")
    }
}

/// Pays a file as the first run of the world, some days ago: nothing but the journal knows of it.
fn was_paid(world: &World, name: &str, text: &str, days: i64) {
    world.write(name, text);
    world.payrun(&["pay", name, "--dry-run"]).ends(0);
    let folder = world.scope();
    let scope = folder.file_name().expect("a name").to_str().expect("text").to_owned();
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let folder = ScopeFolder::new(folder.parent().expect("a folder"), &scope);
    let journal = rig::opened(&folder, &disk, 16 << 20).expect("the journal");
    let remitters = Remitters::new("default".into(), BTreeMap::new(), true);
    let inputs = Inputs {
        path: &world.home().join(name),
        file: name.to_owned(),
        name: None,
        overlaps: Overlaps::Hold,
        reading: &Reading::default(),
        check: check::Options::new(jiff::civil::date(2026, 7, 17), false),
        scope: &scope,
        environment: "simulator",
        remitters: &remitters,
        parties: PartyMode::Precreate,
        window: SignedDuration::from_hours(35 * 24),
        block_on: &[],
    };
    let clock = Ago(days);
    let prepared = engine::prepare(&journal, &inputs, &clock, &Silent).expect("a plan");
    let run = engine::record(&journal, &prepared, &clock, &Silent).expect("a run");
    for planned in &prepared.planned {
        let id = planned.id;
        let accepted = Answer::Accepted { flash_id: format!("w-{}", planned.row), status: None };
        for fact in [Fact::Intent { attempt: 1, kind: Kind::Withdrawal }, Fact::Answered(accepted)] {
            let body = matches!(fact, Fact::Intent { .. }).then(|| "{}".to_owned());
            journal.append(clock.now(), vec![Record::Happened { id, fact, body }]).wait().expect("written");
        }
    }
    assert_eq!(run, RunId(1));
    let ended =
        Record::RunEnded { run, state: RunState::Finished, awaits: None, stopped: None, untold: false };
    journal.append(clock.now(), vec![ended]).wait().expect("written");
}

/// A payroll of `rows` people with ids that begin with `ids`, and the reference that all of them have.
fn payroll(ids: &str, reference: &str, rows: usize) -> String {
    let head = "payment_id,payee_id,first_name,last_name,street,bsb,account_number,amount,reference\n";
    let row = |at: usize| {
        let id = if ids.is_empty() { String::new() } else { format!("{ids}-{at}") };
        format!(
            "{id},P{at},Robin,Example,1 Hill Street,062-000,{},{}.00,{reference}\n",
            10_000_000 + at,
            100 + at
        )
    };
    head.to_owned() + &(0..rows).map(row).collect::<String>()
}

#[test]
fn the_pay_of_every_month_is_paid_and_told_in_one_line() {
    let world = World::new();
    was_paid(&world, "salaries-oct.csv", &payroll("OCT", "Salary", 25), 28);
    world.write("salaries-nov.csv", payroll("NOV", "Salary", 25));
    let said = world.payrun(&["pay", "salaries-nov.csv", "--dry-run"]).ends(0);
    let line = "25 of 25 payouts are like those that salaries-oct.csv (run r1) sent 28 days ago";
    let said = said.says(line).says("under other payment_ids; this is usual for a regular payroll");
    assert_eq!(said.err.matches("salaries-oct.csv").count(), 1, "one line is enough:\n{}", said.err);
    let json = world.payrun(&["pay", "salaries-nov.csv", "--dry-run", "--format", "json"]).ends(0).json();
    let like = json["like_earlier"].as_array().expect("a list");
    assert_eq!((like.len(), json["held"].as_array().map(Vec::len)), (25, Some(0)));
    let said = like[0]["reason"].as_str().expect("a sentence");
    assert!(said.contains("NOV-0") && said.contains("row 2 of salaries-oct.csv, sent "), "{said}");
    world.payrun(&["pay", "salaries-nov.csv", "--yes"]).ends(0).says(line);
    assert_eq!(world.made(), 25);
    // the report knows of it for ever
    let payouts = world.payouts("r2");
    assert!(payouts.iter().all(|payout| payout["like_earlier"].as_str().is_some()), "{payouts:?}");
    world.payrun(&["report", "r2", "--to", "."]).ends(0);
    let csv = std::fs::read_dir(world.home()).expect("the home").flatten().map(|entry| entry.path());
    let csv = csv.filter(|path| {
        path.to_string_lossy().contains("r2") && path.extension().is_some_and(|of| of == "csv")
    });
    let csv = csv.map(|path| std::fs::read_to_string(path).expect("a text")).collect::<String>();
    assert_eq!(csv.matches("the payment_id NOV-").count(), 25, "{csv}");
}

#[test]
fn some_rows_of_a_file_are_told_one_by_one() {
    let world = World::new();
    was_paid(&world, "oct.csv", &payroll("OCT", "Salary", 2), 28);
    world.write("nov.csv", payroll("NOV", "Salary", 6));
    let said = world.payrun(&["pay", "nov.csv", "--yes"]).ends(0);
    said.says(
        "row 3: the payment_id NOV-1 is new, but account, amount and reference are those of row 3 of oct.csv",
    );
    assert_eq!(world.made(), 6);
}

#[test]
fn what_is_older_than_the_window_is_not_told() {
    let world = World::new();
    was_paid(&world, "oct.csv", &payroll("OCT", "Salary", 4), 36);
    world.write("nov.csv", payroll("NOV", "Salary", 4));
    let said = world.payrun(&["pay", "nov.csv", "--yes"]).ends(0);
    assert!(!said.err.contains("oct.csv"), "{}", said.err);
}

#[test]
fn a_payout_of_these_days_under_a_new_id_is_asked_about() {
    let world = World::new();
    was_paid(&world, "nov.csv", &payroll("NOV", "Salary", 4), 2);
    let again =
        payroll("NEW", "Salary", 4) + "NEW-9,P9,Kim,Dent,9 Hill Street,062-000,41424344,9.00,Salary\n";
    world.write("again.csv", again);
    let said = world.payrun(&["pay", "again.csv", "--yes"]).ends(3);
    let said = said.says("row 4: the payment_id NEW-2 is new, but account, amount and reference are those of row 4 of nov.csv, sent");
    said.says("--accept paid-before").says("4 rows must be decided by a person");
    assert_eq!(world.made(), 0);
    // one is meant: the others are left out, and the file of rows to correct asks again
    let said =
        world.payrun(&["pay", "again.csv", "--yes", "--accept", "paid-before:4", "--skip-invalid"]).ends(4);
    assert_eq!(world.made(), 2);
    let payouts = world.payouts("r2");
    assert!(payouts[2]["accepted"][0].as_str().is_some_and(|said| said.contains("NEW-2")), "{payouts:?}");
    assert_eq!(payouts[0]["status"], "held");
    let fix = said.out.lines().find_map(|line| line.split("to correct and pay: ").nth(1)).expect("a file");
    world.payrun(&["pay", fix, "--yes"]).ends(3).says("paid-before");
    world.payrun(&["pay", fix, "--yes", "--accept", "paid-before"]).ends(0);
    assert_eq!(world.made(), 5);
}

#[test]
fn a_reference_that_one_of_the_two_lacks_does_not_hide_that_it_was_paid() {
    for (before, now) in [("Salary", ""), ("", "Salary")] {
        for (old_ids, new_ids) in [("", ""), ("OLD", "NEW"), ("OLD", ""), ("", "NEW")] {
            let case = format!("{before:?} {old_ids:?} → {now:?} {new_ids:?}");
            let world = World::new();
            was_paid(&world, "first.csv", &payroll(old_ids, before, 3), 0);
            world.write("second.csv", payroll(new_ids, now, 3));
            let said = world.payrun(&["pay", "second.csv", "--yes"]).ends(3);
            said.says("row 3: account and amount are those of row 3 of first.csv").says("paid-before");
            assert_eq!(world.made(), 0, "{case}");
        }
    }
    // last month's are told
    let world = World::new();
    was_paid(&world, "first.csv", &payroll("", "Salary", 3), 28);
    world.write("second.csv", payroll("", "", 3));
    let said = world.payrun(&["pay", "second.csv", "--yes"]).ends(0);
    said.says("3 of 3 payouts are like those that first.csv (run r1) sent 28 days ago")
        .says("references there and none here");
    assert_eq!(world.made(), 3);
}

#[test]
fn two_references_tell_payouts_apart() {
    let world = World::new();
    was_paid(&world, "first.csv", &payroll("", "Salary", 3), 0);
    world.write("second.csv", payroll("", "Bonus", 3));
    let said = world.payrun(&["pay", "second.csv", "--yes"]).ends(0);
    assert!(!said.err.contains("first.csv"), "{}", said.err);
    assert_eq!(world.made(), 3);
}

#[test]
fn a_correction_under_new_ids_is_asked_about_however_old_the_run_is() {
    let world = World::new();
    was_paid(&world, "oct.csv", &payroll("OCT", "Salary", 3), 28);
    world.write("mended.csv", payroll("MEND", "Salary", 4));
    world.payrun(&["pay", "mended.csv", "--yes", "--amends", "r1"]).ends(3).says("paid-before");
    assert_eq!(world.made(), 0);
    let said = world.payrun(&["pay", "mended.csv", "--yes", "--repeat"]).ends(0);
    said.says("row 2 on top of row 2 of oct.csv");
    assert_eq!(world.made(), 4);
}

#[test]
fn what_another_run_has_yet_to_send_is_asked_about_under_a_new_id() {
    let world = World::new();
    world.write("nov.csv", payroll("NOV", "Salary", 3));
    world.faults(&["login:500_before@1-"]);
    world.payrun(&["pay", "nov.csv", "--yes"]).ends(5);
    world.faults(&[]);
    world.write("again.csv", payroll("NEW", "Salary", 3));
    world.payrun(&["pay", "again.csv", "--yes"]).ends(3).says("which r1 has yet to send").says("paid-before");
    world.payrun(&["resume", "r1"]).ends(0);
    world.payrun(&["pay", "again.csv", "--yes"]).ends(3).says("paid-before");
    assert_eq!(world.made(), 3);
}
