//! The file of rows to correct: dropped again it can only pay what was not paid, and never what may not be repeated.

use std::path::PathBuf;
use std::process::Command;

use rust_decimal::Decimal;

use crate::world::{Said, World};

const HEADER: &str = "payment_id,payee_id,first_name,last_name,street,bsb,account_number,amount,reference";

fn row(id: usize, account: u32, reference: &str) -> String {
    format!("INV-{id},P{id},Robin,Example,1 Hill Street,062-000,{account},{}.00,{reference}", 100 + id)
}

/// Five payouts: declined with nothing made, paid, returned, cancelled for good, and one that no check lets through.
pub fn file() -> String {
    let rows = [
        HEADER.to_owned(),
        row(2, 10_000_002, "PAY"),
        row(1, 10_000_001, "PAY"),
        row(3, 10_000_003, "PAY FAIL_ACC"),
        row(4, 10_000_004, "PAY FAIL_AML"),
        row(5, 10_000_005, "PAY").replace("105.00", "1O5"),
    ];
    rows.join("\n") + "\n"
}

/// A world in which they came to that.
pub fn paid(file: &str) -> World {
    let world = World::with(payrun::simulator::Options {
        faults: vec!["withdrawal_create:declined@1".parse().expect("a fault")],
        ..crate::rig::quick()
    });
    world.write("pay.csv", file);
    pay(&world, "pay.csv", &["--skip-invalid"]).ends(5); // the first goes alone, and stops the run
    world.faults(&[]);
    world.start(command(&world, &["resume", "r1", "--skip-invalid"])).end().ends(4);
    assert_eq!(world.states("r1"), ["rejected", "paid", "returned", "rejected", "invalid"]);
    world
}

pub fn command(world: &World, args: &[&str]) -> Command {
    let mut command = world.command(args);
    command.env("PAYRUN_PAYOUTS_FOLLOW", "8s");
    command
}

pub fn pay(world: &World, file: &str, more: &[&str]) -> Said {
    let args = [&["pay", file, "--yes"], more].concat();
    world.start(command(world, &args)).end()
}

pub fn fix(world: &World, run: &str) -> (PathBuf, String) {
    let path = world.scope().join(format!("reports/{run}-to-correct.csv"));
    let text = std::fs::read_to_string(&path).expect("a file of rows to correct");
    (path, text)
}

/// How often each account was paid and kept the money.
fn kept(world: &World) -> Vec<(String, Decimal)> {
    let ledger = world.ledger();
    let mut kept: Vec<_> = ledger
        .withdrawals
        .iter()
        .filter(|order| order.amount > Decimal::ZERO)
        .map(|order| (order.external_id.clone().unwrap_or_default(), order.amount))
        .collect();
    kept.sort();
    kept
}

#[test]
fn unchanged_it_pays_nothing_twice_and_corrected_rows_are_paid_once() {
    let world = paid(&file());
    let (_, text) = fix(&world, "r1");
    let ids: Vec<&str> = text.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(ids, ["INV-2", "INV-3", "INV-5"], "what was paid or is forbidden is not in it:\n{text}");
    assert!(
        text.contains("the money came back") && text.contains("correct the account or the amount"),
        "{text}"
    );
    let before = world.made();

    world.write("unchanged.csv", &text);
    pay(&world, "unchanged.csv", &["--skip-invalid"]);
    assert_eq!(world.made(), before, "nothing was changed, so nothing is sent");

    let corrected =
        text.replace("1O5", "105.00").replace("10000002", "20000002").replace("10000003", "20000003");
    let corrected = corrected.replace("PAY FAIL_ACC", "PAY");
    world.write("corrected.csv", &corrected);
    // other bank details are a question to a person, as ever
    pay(&world, "corrected.csv", &[]).ends(3).says("changed-account");
    assert_eq!(world.made(), before);
    let accept = ["--accept", "changed-account:2=002,changed-account:3=003"];
    let said = pay(&world, "corrected.csv", &accept);
    assert_eq!(world.made(), before + 3, "{said:#?}");
    assert_eq!(world.states("r3"), ["paid", "paid", "paid"]);
    // under ids of their own at Flash, so that no look-up takes the old ones for them
    let ids: Vec<String> = kept(&world).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids.iter().filter(|id| id.starts_with("INV-")).count(), 4, "{ids:?}");

    for again in ["corrected.csv", "unchanged.csv", "pay.csv"] {
        pay(&world, again, &["--skip-invalid", "--accept", accept[1]]);
    }
    let other = corrected.replace("102.00", "102.50").replace("103.00", "103.50");
    world.write("again.csv", other);
    pay(&world, "again.csv", &["--skip-invalid", accept[0], accept[1]])
        .says("this row was already sent as row 2 of corrected.csv");
    assert_eq!(world.made(), before + 3, "a correction that was paid is not paid with another amount");

    let old = world.payouts("r1");
    for at in [0, 2] {
        assert!(old[at]["next"].is_null(), "{:#}", old[at]);
        assert!(old[at]["reason"].as_str().expect("words").contains("of run r3"), "{:#}", old[at]);
    }
    let settle = ["settle", "r1", "--row", "2", "--not-made", "--reason", "seen"];
    world.payrun(&settle).ends(2).says("has taken the place of row 2");
    assert_eq!(world.made(), before + 3);
}

#[test]
fn money_that_came_back_goes_only_to_another_account_or_in_another_amount() {
    let world = paid(&file());
    let (_, text) = fix(&world, "r1");
    let before = world.made();
    let returned = text.lines().filter(|line| line.starts_with("payment_id") || line.starts_with("INV-3"));
    let returned: Vec<&str> = returned.collect();
    let renamed = returned.join("\n").replace("PAY FAIL_ACC", "PAY AGAIN") + "\n";
    world.write("renamed.csv", &renamed);
    pay(&world, "renamed.csv", &[]).ends(3).says("correct the account or the amount");
    assert_eq!(world.made(), before);
}

#[test]
fn what_flash_cancelled_for_good_is_not_paid_under_no_id_at_all() {
    let world = paid(&file());
    let before = world.made();
    let row = row(4, 10_000_004, "PAY FAIL_AML").replacen("INV-4", "", 1);
    world.write("sly.csv", format!("{HEADER}\n{row}\n"));
    pay(&world, "sly.csv", &[]).ends(3).says("forbids to send again");
    assert_eq!(world.made(), before);
}

#[test]
fn a_plan_names_what_goes_on_top_whether_amount_or_account_is_another_one() {
    for (change, id) in
        [(("101.00", "101.50"), ""), (("10000001", "20000001"), ""), (("10000001", "20000001"), "P1")]
    {
        let world = World::new();
        let file = |account: &str, amount: &str, reference: &str| {
            format!(
                "payee_id,first_name,last_name,street,bsb,account_number,amount,reference\n\
                 {id},Robin,Example,1 Hill Street,062-000,{account},{amount},{reference}\n\
                 ,Sam,Example,1 Hill Street,062-000,10000002,102.00,{reference}\n"
            )
        };
        world.write("pay.csv", file("10000001", "101.00", "OCT"));
        world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
        world.write("other.csv", file("10000001", "101.00", "OCT").replace(change.0, change.1));
        let amend = ["pay", "other.csv", "--yes", "--amends", "r1", "--accept", "changed-account:2=001"];
        let said = world.payrun(&amend).ends(0);
        let said = said.says("ON TOP of what was sent before: AUD 101.");
        let said = said.says("0 in 1 payout: row 2 on top of the AUD 101.00 of row 2 of run r1");
        assert!(!said.err.contains("row 3 on top"), "{}", said.err);
        assert_eq!(world.made(), 3);
        // a row that the amended run has of the run before it
        let third = file("10000001", "101.00", "OCT").replace(change.0, change.1).replace("102.00", "102.50");
        world.write("third.csv", third);
        let said = world.payrun(&["pay", "third.csv", "--yes", "--amends", "r2"]).ends(0);
        said.says("payout: row 3 on top of the AUD 102.00 of row 3 of run r1");
        assert_eq!(world.made(), 4);
    }
}

#[test]
fn a_plan_names_what_goes_on_top_under_another_reference() {
    let world = World::new();
    world.write("pay.csv", crate::rig::payroll(0, 3));
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    world.write("other.csv", crate::rig::payroll(0, 3).replace("PAY ", "WAGES "));
    let dry = world.payrun(&["pay", "other.csv", "--dry-run", "--amends", "r1", "--format", "json"]).ends(0);
    assert_eq!(dry.json()["repeats"].as_array().map(Vec::len), Some(3), "{}", dry.out);
    assert_eq!(
        (&dry.json()["on_top"][0]["amount"], &dry.json()["on_top"][0]["count"]),
        (&"303.03".into(), &3.into())
    );
}

#[test]
fn who_has_another_account_now_is_changed_and_neither_new_nor_missing() {
    let world = World::new();
    let file = |account: &str, last: &str| {
        format!(
            "first_name,last_name,street,bsb,account_number,amount,reference\n\
             Robin,Example,1 Hill Street,062-000,{account},101.00,OCT\n\
             Sam,Example,1 Hill Street,062-000,10000002,102.00,OCT\n\
             Kim,Example,1 Hill Street,062-000,10000003,{last},OCT\n"
        )
    };
    world.write("pay.csv", file("10000001", "103.00"));
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    world.write("next.csv", file("20000001", "1O3").replace("OCT", "NOV"));
    let dry = ["pay", "next.csv", "--dry-run", "--skip-invalid", "--accept", "changed-account:2=001"];
    let plan = world.payrun(&[&dry[..], &["--format", "json"]].concat()).ends(0).json();
    let payees = &plan["payees"];
    assert_eq!(payees["changed"]["count"], 1, "{payees:#}");
    assert_eq!(payees["new"]["count"], 0, "{payees:#}");
    assert_eq!(payees["missing"]["count"], 0, "a row that cannot be paid names Kim: {payees:#}");
}
