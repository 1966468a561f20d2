//! `check` where earlier runs have to do with the file: it says what `pay` would, and disturbs nobody.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use payrun::journal::{RealDisk, ScopeFolder};
use serde_json::Value;

use crate::rig::{self, payroll};
use crate::world::World;

const WITH_IDS: &str = "payment_id,payee_id,first_name,last_name,street,bsb,account_number,amount,reference\n\
    NOV-1,P1,Robin,Example,1 Hill Street,062-000,10000001,100.00,PAY\n\
    NOV-2,P2,Sam,Example,1 Hill Street,062-000,10000002,200.00,PAY\n";

/// A world in which a file was paid as r1.
fn paid(text: &str) -> World {
    let world = World::new();
    world.write("pay.csv", text);
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    world
}

/// The findings of a kind, as programs get them.
fn findings(world: &World, file: &str, code: &str) -> Vec<Value> {
    let report = world.payrun(&["check", file, "--format", "json"]).json();
    let all = report["findings"].as_array().expect("a list").clone();
    all.into_iter().filter(|finding| finding["code"] == code).collect()
}

/// Every file below a folder, with what is in it.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.insert(path.display().to_string(), Vec::new());
            found.extend(files(&path));
        } else {
            found.insert(path.display().to_string(), std::fs::read(&path).expect("a file"));
        }
    }
    found
}

#[test]
fn a_file_that_was_paid_is_told_to_be_paid() {
    let world = paid(&payroll(0, 3));
    world.write("renamed.csv", payroll(0, 3));
    let said = world.payrun(&["check", "renamed.csv"]).ends(0);
    said.says("this file is run r1 of").says("which is finished: `pay` would send nothing");
    let found = findings(&world, "renamed.csv", "paid-already");
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0]["severity"], &found[0]["row"]), (&"warning".into(), &Value::Null));
    assert!(findings(&world, "renamed.csv", "would-hold").is_empty(), "all of it is said");

    let world = World::new();
    world.write("pay.csv", payroll(0, 3));
    world.faults(&["login:500_before@1-"]);
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(5);
    world.payrun(&["check", "pay.csv"]).ends(0).says("which is not finished: `pay` would go on with it");
}

#[test]
fn rows_that_pay_would_hold_or_leave_out_are_told_one_by_one() {
    let world = paid(&payroll(0, 4));
    world.write("more.csv", payroll(2, 4)); // two rows of before, two new ones
    let said = world.payrun(&["check", "more.csv"]).ends(0);
    said.says("row 2: same account, amount and reference as row 4 of pay.csv").says("--amends r1");
    let found = findings(&world, "more.csv", "would-hold");
    assert_eq!(found.iter().map(|finding| finding["row"].clone()).collect::<Vec<_>>(), [2, 3]);
    world.write("other.csv", payroll(50, 3));
    assert!(!world.payrun(&["check", "other.csv"]).ends(0).out.contains("pay.csv"));

    let world = paid(WITH_IDS);
    let third = "NOV-3,P3,Kim,Example,1 Hill Street,062-000,10000003,300.00,PAY\n";
    world.write("more.csv", format!("{WITH_IDS}{third}"));
    world
        .payrun(&["check", "more.csv"])
        .ends(0)
        .says("rows 2, 3 bear payment_ids or marks of payouts that earlier runs have");
    world.write("raised.csv", format!("{WITH_IDS}{third}").replace("200.00", "250.00"));
    world.payrun(&["check", "raised.csv"]).ends(0).says("row 3: the payment_id NOV-2 was already used");
}

#[test]
fn what_pay_asks_about_is_asked_by_check() {
    let world = paid(WITH_IDS);
    world.write("again.csv", WITH_IDS.replace("NOV", "NEW"));
    world
        .payrun(&["check", "again.csv"])
        .ends(3)
        .says("the payment_id NEW-1 is new")
        .says("--accept paid-before");
    let found = findings(&world, "again.csv", "paid-before");
    assert_eq!((found.len(), &found[1]["accept"], &found[1]["row"]), (2, &"needed".into(), &3.into()));
    world.payrun(&["check", "again.csv", "--accept", "paid-before:2"]).ends(3).says("Accepted");
    world.payrun(&["check", "again.csv", "--accept", "paid-before"]).ends(0);
    world.payrun(&["check", "again.csv", "--annotate", "out.xlsx"]).ends(3);
}

#[test]
fn check_changes_nothing_in_the_state_folder_and_makes_none() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 3));
    world.payrun(&["check", "pay.csv"]).ends(0);
    assert!(!world.home().join(".local").exists());
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    let before = files(&world.home().join(".local"));
    world.payrun(&["check", "pay.csv"]).ends(0).says("this file is run r1");
    assert!(before == files(&world.home().join(".local")), "something was written");
}

#[test]
fn check_answers_while_another_process_has_the_state() {
    let world = paid(&payroll(0, 4));
    world.write("more.csv", payroll(2, 4));
    let scope = world.scope();
    let name = scope.file_name().and_then(|name| name.to_str()).expect("a name");
    let folder = ScopeFolder::new(scope.parent().expect("a folder"), name);
    let disk: Arc<dyn payrun::journal::Disk> = Arc::new(RealDisk);
    let journal = rig::opened(&folder, &disk, 16 << 20).expect("the journal");
    world.payrun(&["pay", "more.csv", "--yes"]).ends(7);
    world.payrun(&["check", "more.csv"]).ends(0).says("row 2: same account, amount and reference");
    drop(journal);
}

#[test]
fn a_journal_that_cannot_be_read_is_said_and_the_file_is_checked_all_the_same() {
    let world = paid(&payroll(0, 4));
    let segment = world.scope().join("journal/00000001.jsonl");
    let text = std::fs::read_to_string(&segment).expect("a journal");
    std::fs::write(&segment, text.replacen("\"seq\":2", "\"seq\":7", 1)).expect("written");
    let said = world.payrun(&["check", "pay.csv"]).ends(0);
    said.says("earlier runs were not consulted: the journal is damaged").says("4 rows, 4 can be paid");
}
