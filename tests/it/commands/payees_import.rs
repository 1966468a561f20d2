//! What an import says of the payees whom it changes, and of those who may not be who they seem.

use serde_json::Value;

use crate::world::{Said, World};

const BOOK: &str = "payee_id,first_name,last_name,street,bsb,account_number\n\
    E001,Nina,Aldridge,1 Hill Street,062-000,20304050\n\
    E002,Theo,Vance,2 Hill Street,062-000,21314151\n\
    E003,Zoe,Hale,3 Hill Street,062-000,22324252\n\
    E012,Ann,Lee,4 Hill Street,062-000,23334353\n";

fn with_book() -> World {
    let world = World::new();
    world.write("staff.csv", BOOK);
    let said = world.payrun(&["payees", "import", "staff.csv"]).ends(0);
    said.says("New: 4 payees")
        .says("row 2: E001 Nina Aldridge, 062-000 •••••050")
        .says("4 new, 0 updated, 0 unchanged");
    world
}

/// Imports the book after a change.
fn import(world: &World, text: &str, more: &[&str]) -> Said {
    world.write("next.csv", text);
    world.payrun(&[&["payees", "import", "next.csv"], more].concat())
}

#[test]
fn an_import_lists_what_it_changes_and_a_dry_run_imports_nothing() {
    let world = with_book();
    let next = BOOK
        .replace("Nina,Aldridge", "Nina May,Aldridge")
        .replace("3 Hill", "9 Hill")
        .replace("21314151", "77314199")
        + "E020,Kim,Dent,5 Hill Street,062-000,24344454\n";
    let accept = ["--accept", "changed-account:3"];
    for dry in [true, false] {
        let more = [&accept[..], if dry { &["--dry-run"] } else { &[] }].concat();
        let said = import(&world, &next, &more).ends(0);
        let said = said
            .says("Paid to another account from now on: 1 payee\n  row 3: E002 Theo Vance, 062-000 •••••199: bank details")
            .says("Renamed: 1 payee\n  row 2: E001 Nina May Aldridge, 062-000 •••••050: name, was Nina Aldridge")
            .says("Changed: 1 payee\n  row 4: E003 Zoe Hale, 062-000 •••••252: address")
            .says("New: 1 payee\n  row 6: E020 Kim Dent, 062-000 •••••454")
            .says("1 new, 3 updated, 1 unchanged");
        assert_eq!(said.out.contains("Nothing was imported: this was a dry run"), dry);
        let listed = world.payrun(&["payees", "list"]).ends(0).out;
        assert_eq!(listed.contains("Kim Dent"), !dry, "{listed}");
        assert!(!said.out.contains("77314199"));
    }
    let said = import(&world, &next.replace("Zoe,Hale", "Zoe M,Hale"), &["--format", "json"]).ends(0).json();
    assert_eq!(
        (&said["updated"], &said["unchanged"], &said["imported"]),
        (&1.into(), &4.into(), &true.into())
    );
    let change = &said["changes"][0];
    assert_eq!(
        (&change["row"], &change["change"], &change["payee_id"]),
        (&4.into(), &"renamed".into(), &"E003".into())
    );
    assert_eq!(change["changed"][0], "name, was Zoe Hale");
}

#[test]
fn another_name_under_a_known_id_is_told_and_another_person_s_is_asked_about() {
    let world = with_book();
    let said = import(&world, &BOOK.replace("Nina,Aldridge", "N,Aldridge"), &[]).ends(0);
    said.says("A2: the payee book has E001 as Nina Aldridge, and this row as N Aldridge").says("1 updated");
    let other = BOOK.replace("Theo,Vance", "Mallory,Moss");
    let said = import(&world, &other, &["--skip-invalid"]).ends(4);
    said.says("A3: the payee book has E002 as Theo Vance, and this row as Mallory Moss")
        .says("--accept payee-other");
    world.payrun(&["payees", "show", "E002"]).ends(0).says("Theo Vance");
    import(&world, &other, &["--accept", "payee-other:3"]).ends(0).says("name, was Theo Vance");
    world.payrun(&["payees", "show", "E002"]).ends(0).says("Mallory Moss");
    // capitals alone are no other name
    let said = import(&world, &other.replace("Mallory,Moss", "MALLORY,MOSS"), &[]).ends(0);
    assert!(!said.err.contains("payee book has E002"), "{}", said.err);
}

#[test]
fn ids_that_differ_in_capitals_only_are_told() {
    let world = with_book();
    let next = "payee_id,first_name,last_name,street,bsb,account_number\n\
        e003,Zoe,Hale,3 Hill Street,062-000,22324252\n\
        X1,Kim,Dent,5 Hill Street,062-000,24344454\n\
        x1,Lea,Moss,6 Hill Street,062-000,25354555\n";
    let said = import(&world, next, &[]).ends(0);
    said.says("A2: the payee_id e003 differs from E003 of the payee book in capitals only")
        .says("A4: the payee_id x1 differs from X1 of row 3 in capitals only");
}

#[test]
fn a_known_name_under_a_new_id_with_another_account_is_told() {
    let world = with_book();
    let head = "payee_id,first_name,last_name,street,bsb,account_number\n";
    let said = import(&world, &format!("{head}E077,Ann,LEE,4 Hill Street,062-000,66334399\n"), &[]).ends(0);
    said.says("E077 Ann LEE is new, and the payee book knows E012 Ann Lee with another account")
        .says("•••••399");
    // the same person under two ids, and somebody else
    let next = format!(
        "{head}E078,Ann,Lee,4 Hill Street,062-000,23334353\nE079,Ann,Vance,4 Hill Street,062-000,26364656\n"
    );
    let said = import(&world, &next, &[]).ends(0);
    assert!(!said.err.contains("is new"), "{}", said.err);
}

#[test]
fn a_payout_to_another_name_than_the_id_s_is_told() {
    let world = with_book();
    let head = "payee_id,account_name,street,bsb,account_number,amount,reference\n";
    let rows = "E001,ALDRIDGE N,1 Hill Street,062-000,20304050,10.00,PAY\nE002,Mallory Moss,2 Hill Street,062-000,21314151,11.00,PAY\n";
    world.write("pay.csv", format!("{head}{rows}"));
    let report = world.payrun(&["check", "pay.csv", "--format", "json"]).ends(0).json();
    let findings = report["findings"].as_array().expect("a list");
    let told: Vec<&Value> = findings.iter().filter(|finding| finding["code"] == "payee-renamed").collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["message"], "the payee book has E002 as Theo Vance, and this row pays Mallory Moss");
}
