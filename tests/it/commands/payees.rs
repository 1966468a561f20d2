//! Remitters and payees: made once, found again, never changed silently.

use crate::rig::payroll;
use crate::world::World;

#[test]
fn fifty_rows_of_one_payee_make_one_recipient_and_the_next_file_finds_it() {
    let world = World::new();
    let one = |name: &str, references: std::ops::Range<usize>| {
        let rows = references
            .map(|at| format!("P1,Robin,Example,1 Hill Street,062-000,12345678,{}.00,PAY {at}\n", 10 + at));
        let head = "payee_id,first_name,last_name,street,bsb,account_number,amount,reference\n";
        world.write(name, format!("{head}{}", rows.collect::<String>()));
        world.payrun(&["pay", name, "--yes"]).ends(0);
    };
    one("first.csv", 0..50);
    one("second.csv", 50..60);
    let ledger = world.ledger();
    assert_eq!((ledger.withdrawals.len(), ledger.recipients.len(), ledger.senders.len()), (60, 1, 1));
    let ids: std::collections::BTreeSet<_> = ledger
        .withdrawals
        .iter()
        .map(|made| made.recipient.as_ref().and_then(|payee| payee.id.clone()))
        .collect();
    assert_eq!(ids.len(), 1);
}

#[test]
fn changed_bank_details_are_held_with_old_and_new() {
    let world = World::new();
    world.write("first.csv", payroll(0, 3));
    world.payrun(&["pay", "first.csv", "--yes"]).ends(0);
    // only Flash knows of that any more
    std::fs::remove_dir_all(world.home().join(".local/state")).expect("it was there");
    // next month, one payee's account is another
    let next = payroll(0, 3).replace("PAY", "NEXT").replace("10000001", "66000123");
    world.write("next.csv", &next);
    let said = world.payrun(&["pay", "next.csv", "--yes"]).ends(3);
    let said = said
        .says("bank details of Robin Example have changed")
        .says("•••••001")
        .says("•••••123")
        .says("Nothing was sent");
    assert!(!said.err.contains("66000123"));
    assert_eq!(world.made(), 3);
    world.payrun(&["resume", "--skip-invalid"]).ends(4).says("held: a person must decide");
    assert_eq!(world.made(), 5);
    assert_eq!(world.states("r1"), ["submitted", "held", "submitted"]);
    assert_eq!(world.ledger().recipients.len(), 3, "no record was changed or doubled");
    // accounts that look alike masked are said to be two
    world.write("alike.csv", payroll(0, 1).replace("PAY", "LAST").replace("10000000", "99900000"));
    world
        .payrun(&["pay", "alike.csv", "--yes"])
        .ends(3)
        .says("•••••000 (another one that looks alike masked)");
}

#[test]
fn the_payee_sees_the_remitter_that_was_chosen() {
    let sender = |world: &World, at: usize| {
        world.ledger().withdrawals[at].sender.as_ref().map(|party| party.name.clone())
    };
    let world = World::new();
    let row = |at: usize| payroll(at, 1);
    world.write("a.csv", row(1));
    world
        .payrun(&["pay", "a.csv", "--yes", "--remitter", "account"])
        .ends(0)
        .says("the Flash account itself");
    assert_eq!(sender(&world, 0), None);
    world.write("b.csv", row(2));
    world.payrun(&["pay", "b.csv", "--yes", "--remitter", "Night Shift Pty Ltd"]).ends(0);
    assert_eq!(sender(&world, 1).as_deref(), Some("Night Shift Pty Ltd"));
    world.write(
        "payrun.toml",
        "[remitters.default]\ncompany_name = \"Acme Payroll Pty Ltd\"\nstreet = \"1 Hay St\"\nsuburb = \"Sydney\"\nstate = \"NSW\"\npostcode = \"2000\"\n",
    );
    world.write("c.csv", row(3));
    world.payrun(&["pay", "c.csv", "--yes"]).ends(0).says("Acme Payroll Pty Ltd");
    assert_eq!(sender(&world, 2).as_deref(), Some("Acme Payroll Pty Ltd"));
    world.write(
        "d.csv",
        row(4).replace("reference\n", "reference,remitter\n").replace("PAY 4", "PAY 4,Weekend Crew"),
    );
    world.payrun(&["pay", "d.csv", "--yes"]).ends(0);
    assert_eq!(sender(&world, 3).as_deref(), Some("Weekend Crew"));
}

#[test]
fn inline_parties_ride_in_the_payout_and_leave_no_record() {
    let world = World::new();
    world.write("payrun.toml", "[payouts]\nparties = \"inline\"\n");
    world.write("pay.csv", payroll(0, 3));
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    let ledger = world.ledger();
    assert_eq!((ledger.withdrawals.len(), ledger.recipients.len(), ledger.senders.len()), (3, 0, 0));
    let payee = ledger.withdrawals[0].recipient.as_ref().expect("a payee");
    assert_eq!((payee.id.as_deref(), payee.name.as_str()), (None, "Robin Example"));
}

#[test]
fn the_test_environment_s_keywords_end_in_the_states_that_they_stand_for() {
    let world = World::new();
    let rows =
        payroll(0, 4).replace("PAY 0", "FAIL_AML").replace("PAY 1", "FAIL_ACC").replace("PAY 2", "HALT_AML");
    world.write("pay.csv", rows);
    let mut command = world.command(&["pay", "pay.csv", "--yes"]);
    command.env("PAYRUN_PAYOUTS_FOLLOW", "3s");
    world.start(command).end().ends(4);
    assert_eq!(world.states("r1"), ["rejected", "returned", "submitted", "paid"]);
    let reasons: Vec<_> = world.payouts("r1").into_iter().map(|payout| payout["reason"].clone()).collect();
    assert!(reasons[0].is_string() && reasons[1].is_string() && reasons[3].is_null(), "{reasons:?}");
}

#[test]
fn where_parties_cannot_be_looked_up_the_settings_can_be_changed_and_the_file_paid_again() {
    let missing = payrun::simulator::ExternalIdFilter::Missing;
    let world = World::with(payrun::simulator::Options { party_filter: missing, ..crate::rig::quick() });
    world.write("pay.csv", payroll(0, 3));
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(6).says("payouts.parties = \"inline\"");
    assert_eq!(world.made(), 0);
    world.write("payrun.toml", "[payouts]\nparties = \"inline\"\n");
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0).says("begins anew");
    assert_eq!(world.made(), 3);
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0).says("nothing was sent now");
    assert_eq!(world.made(), 3);
}

#[test]
fn payees_of_whom_flash_has_other_contacts_are_told_and_paid() {
    let world = World::new();
    let file = |reference: &str, contacts: &str| {
        format!(
            "payee_id,first_name,last_name,email,mobile,dob,street,bsb,account_number,amount,reference\n\
             P1,Robin,Example,{contacts},1 Hill Street,062-000,10000001,100.00,{reference}\n\
             P2,Sam,Example,sam@example.com,,,1 Hill Street,062-000,10000002,100.00,{reference}\n"
        )
    };
    let known = "robin@example.com,0412 345 678,1990-02-03";
    world.write("first.csv", file("ONE", known));
    let said = world.payrun(&["pay", "first.csv", "--yes"]).ends(0);
    assert!(!said.err.contains("say otherwise"), "{}", said.err);
    for (reference, contacts, fields) in [
        ("TWO", "other@example.com,0412 345 678,1990-02-03", "e-mail address"),
        ("THREE", "robin@example.com,0499 345 678,1990-02-03", "mobile number"),
        ("FOUR", "robin@example.com,0412 345 678,1991-02-03", "date of birth"),
        ("FIVE", "other@example.com,,1991-02-03", "date of birth, e-mail address"),
    ] {
        world.write("next.csv", file(reference, contacts));
        let said = world.payrun(&["pay", "next.csv", "--yes"]).ends(0);
        let told =
            format!("say otherwise than the file, and stay as they are: row 2, Robin Example ({fields}). ");
        let said = said.says(&told);
        assert!(!said.err.contains("Sam Example ("), "{}", said.err);
        assert!(!said.err.contains("example.com") && !said.err.contains("99 345"), "{}", said.err);
    }
    // case and blanks are no difference, and what the file leaves empty is not known
    world.write("last.csv", file("SIX", "ROBIN@example.com,+61412345678,"));
    let said = world.payrun(&["pay", "last.csv", "--yes"]).ends(0);
    assert!(!said.err.contains("say otherwise"), "{}", said.err);
    assert_eq!((world.made(), world.ledger().recipients.len()), (12, 2), "their records are as they were");
}

#[test]
fn a_sub_client_pays_in_its_own_name() {
    let world = World::new();
    let file = payroll(0, 2).replace("reference\n", "reference,sub_client_id\n");
    let file = file.replace("PAY 0", "PAY 0,").replace("PAY 1", "PAY 1,sub_00000001");
    world.write("pay.csv", &file);
    let said = world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    let made = world.ledger().withdrawals;
    assert!(made.iter().any(|made| made.sender.is_some()), "{said:?}");
    let body = std::fs::read_to_string(world.scope().join("journal/00000001.jsonl")).expect("a journal");
    let sub_client = body.lines().find(|line| line.contains("subClientId")).expect("its request");
    assert!(!sub_client.contains("senderId"), "Flash takes one or the other");
}
