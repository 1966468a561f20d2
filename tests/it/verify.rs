//! Verification of payees and banks, by the real program over real sockets.

use std::fmt::Write as _;

use payrun::simulator::{Options, PayeeConfirmation};
use serde_json::Value;

use crate::rig::quick;
use crate::world::World;

/// Payees whose names make the simulator answer as the documentation says.
const NAMES: [(&str, &str); 6] = [
    ("copimatch", "match"),
    ("copiclosematch", "close-match"),
    ("copinotmatch", "not-match"),
    ("copcclosed", "closed"),
    ("copcnotfound", "not-found"),
    ("coperror", ""),
];

fn file() -> String {
    let mut text =
        "payment_id,first_name,last_name,bsb,account_number,street,suburb,state,postcode,amount\n".to_owned();
    for (at, (name, _)) in NAMES.iter().enumerate() {
        let _ = writeln!(
            text,
            "V-{at},Robin,{},062-000,1234567{at},1 Hill Street,Sydney,NSW,2000,10.0{at}",
            name.replace("copcclosed", "copclosed").replace("copcnotfound", "copnotfound")
        );
    }
    text
}

fn verdicts(told: &Value) -> Vec<String> {
    let payees = told["payees"].as_array().expect("a list");
    payees.iter().map(|payee| payee["verdict"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn every_answer_is_told_per_row_and_kept() {
    let world = World::new();
    world.write("pay.csv", file());
    world.payrun(&["verify", "pay.csv"]).ends(2).says("6 verifications").says("Nothing was asked");
    let told = world.payrun(&["verify", "pay.csv", "--yes", "--format", "json"]).ends(0);
    assert!(told.err.contains("6 verifications"), "{}", told.err);
    let told = told.json();
    let expected: Vec<_> = NAMES.iter().map(|(_, verdict)| (*verdict).to_owned()).collect();
    assert_eq!(verdicts(&told), expected);
    // only what was not answered is asked again
    let again = world.payrun(&["verify", "pay.csv", "--yes"]).ends(0).says("1 verification ");
    assert!(
        again.out.contains("row 4") && again.out.contains("the bank knows the account under another name")
    );
    assert!(!again.out.contains("12345672"), "accounts are masked");
    // after the checkpoint is lost the journal still knows
    std::fs::remove_dir_all(world.scope().join("checkpoint")).expect("it was there");
    world.payrun(&["verify", "pay.csv", "--yes"]).ends(0).says("1 verification ");
    assert_eq!(world.made(), 0);
}

#[test]
fn what_is_kept_has_neither_names_nor_accounts() {
    let world = World::new();
    world.write("pay.csv", file());
    world.payrun(&["verify", "pay.csv", "--yes"]).ends(0);
    let journal = std::fs::read_to_string(world.scope().join("journal/00000001.jsonl")).expect("a journal");
    assert_eq!(journal.matches("payee_verified").count(), 5);
    for secret in ["copimatch", "12345670"] {
        assert!(!journal.contains(secret), "{secret} stands in the journal");
    }
}

#[test]
fn pay_shows_it_and_blocks_only_when_told_to() {
    let world = World::new();
    world.write("pay.csv", file());
    let blocked = ["pay", "pay.csv", "--yes", "--verify-payees", "--block-on", "not-match,closed"];
    world.payrun(&blocked).ends(3).says("row 4").says("row 5").says("--block-on");
    assert_eq!(world.made(), 0);
    world.payrun(&["pay", "pay.csv", "--yes", "--block-on", "closed"]).ends(2).says("--verify-payees");
    world.payrun(&["pay", "pay.csv", "--yes", "--verify-payees", "--block-on", "wrong"]).ends(2);
    world.payrun(&["pay", "pay.csv", "--yes", "--verify-payees"]).ends(0).says("not-match");
    assert_eq!(world.made(), 6);
    assert_eq!(world.payouts("r1")[2]["verified"]["verdict"], "not_match");
}

#[test]
fn it_stops_politely_at_the_limit_and_where_it_is_off() {
    let limited = World::with(Options { payee_confirmation_limit: Some(2), ..quick() });
    limited.write("pay.csv", file());
    let said = limited.payrun(&["verify", "pay.csv", "--yes"]).ends(0);
    let said = said.says("limit of verifications is reached after 2");
    assert!(said.out.contains("not asked"), "{}", said.out);
    limited.payrun(&["pay", "pay.csv", "--yes", "--verify-payees"]).ends(0);
    assert_eq!(limited.made(), 6, "advice blocks nothing");
    let off = World::with(Options { payee_confirmation: PayeeConfirmation::Off, ..quick() });
    off.write("pay.csv", file());
    off.payrun(&["verify", "pay.csv", "--yes"]).ends(0).says("is not enabled for this account");
}

#[test]
fn banks_are_named_and_nothing_is_billed_for_it() {
    let world = World::new();
    world.write("pay.csv", file());
    let said = world.payrun(&["pay", "pay.csv", "--dry-run", "--verify-banks"]).ends(0);
    assert!(!said.err.contains("verification"), "{}", said.err);
    world.payrun(&["pay", "pay.csv", "--yes", "--verify-banks"]).ends(0).says("bank: ");
}
