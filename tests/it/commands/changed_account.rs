//! Changed bank details: asked about with old and new, accepted row by row, paid once to the new account.

use crate::rig::payroll;
use crate::world::{Said, World};

const OLD: &str = "10000001";
const NEW: &str = "66000123";

/// The payroll of three, for a month, with another account of the second payee.
fn month(name: &str, account: &str) -> String {
    payroll(0, 3).replace("PAY", name).replace(OLD, account)
}

fn pay(world: &World, name: &str, text: &str, more: &[&str]) -> Said {
    world.write(name, text);
    let said = world.payrun(&[&["pay", name, "--yes"], more].concat());
    for account in [OLD, NEW] {
        assert!(!said.out.contains(account) && !said.err.contains(account), "an account is shown: {said:?}");
    }
    said
}

/// The accounts that were paid, in the order of the payouts, for payouts whose reference begins so.
fn paid_to(world: &World, reference: &str) -> Vec<String> {
    let made = world.ledger().withdrawals.into_iter();
    let of = made.filter(|made| made.reference.as_deref().is_some_and(|text| text.starts_with(reference)));
    let mut accounts: Vec<String> = of.filter_map(|made| made.recipient?.account).collect();
    accounts.sort();
    accounts
}

fn first_month() -> World {
    let world = World::new();
    pay(&world, "jan.csv", &month("JAN", OLD), &[]).ends(0);
    world
}

#[test]
fn a_changed_account_is_accepted_by_row_and_paid_once_and_not_asked_about_again() {
    let world = first_month();
    let said = pay(&world, "feb.csv", &month("FEB", NEW), &[]).ends(3);
    let said =
        said.says("F3: the bank details of Robin Example differ from those last paid: 062-000 •••••001");
    let said = said.says("run r1) → 062-000 •••••123").says("--accept changed-account:3=123, row by row");
    said.says("Nothing was sent: 1 row must be decided by a person");
    assert_eq!(world.made(), 3);
    pay(&world, "feb.csv", &month("FEB", NEW), &["--accept", "changed-account"]).ends(2).says("which row");
    pay(&world, "feb.csv", &month("FEB", NEW), &["--accept", "changed-account:2"]).ends(3);
    pay(&world, "feb.csv", &month("FEB", NEW), &["--accept", "changed-account:3=999"]).ends(3);
    assert_eq!(world.made(), 3);
    pay(&world, "feb.csv", &month("FEB", NEW), &["--accept", "changed-account:3"]).ends(0);
    let expected = ["BSB 062000 10000000", "BSB 062000 10000002", "BSB 062000 66000123"];
    assert_eq!(paid_to(&world, "FEB"), expected);
    assert_eq!(world.ledger().recipients.len(), 4, "the record that was there is as it was");
    // it stands in the journal and in the report
    let payouts = world.payouts("r2");
    assert!(payouts[1]["accepted"][0].as_str().is_some_and(|said| said.contains("•••••123")), "{payouts:?}");
    // the same file again sends nothing, and next month nobody is asked
    pay(&world, "feb.csv", &month("FEB", NEW), &[]).ends(0).says("as run r2 (");
    pay(&world, "mar.csv", &month("MAR", NEW), &[]).ends(0);
    assert_eq!(paid_to(&world, "MAR"), expected);
    assert_eq!((world.made(), world.ledger().recipients.len()), (9, 4));
    // the old account would be a change again, in a new file; the file of January is still what was paid
    pay(&world, "apr.csv", &month("APR", OLD), &[])
        .ends(3)
        .says("•••••123 (last used")
        .says("→ 062-000 •••••001");
    pay(&world, "jan.csv", &month("JAN", OLD), &["--skip-invalid"]).ends(0).says("as run r1 (");
    pay(&world, "apr.csv", &month("APR", OLD), &["--accept", "changed-account:3"]).ends(0);
    assert_eq!(paid_to(&world, "APR")[1], "BSB 062000 10000001");
    assert_eq!(world.made(), 12);
}

#[test]
fn the_others_are_paid_and_the_held_row_later_from_the_file_to_correct() {
    let world = first_month();
    pay(&world, "feb.csv", &month("FEB", NEW), &["--skip-invalid"])
        .ends(4)
        .says("held: a person must decide");
    assert_eq!(world.states("r2"), ["submitted", "held", "submitted"]);
    assert_eq!(world.payouts("r2")[1]["amount"], "101.01");
    // the file itself is done; the row is in the file to correct, under another number
    pay(&world, "feb.csv", &month("FEB", NEW), &["--accept", "changed-account:3"])
        .ends(4)
        .says("nothing was sent now");
    assert_eq!(world.made(), 5);
    let fix = world.scope().join("reports/r2-to-correct.csv");
    let fix = fix.to_str().expect("a path");
    world.payrun(&["pay", fix, "--yes"]).ends(3).says("--accept changed-account:2");
    world.payrun(&["pay", fix, "--yes", "--accept", "changed-account:2"]).ends(0);
    assert_eq!(paid_to(&world, "FEB")[2], "BSB 062000 66000123");
    assert_eq!(world.made(), 6);
}

#[test]
fn what_only_flash_knows_is_accepted_in_the_same_way() {
    let world = first_month();
    // this state folder knows of no payment, as after a move to another machine
    std::fs::remove_dir_all(world.home().join(".local/state")).expect("it was there");
    let said = pay(&world, "feb.csv", &month("FEB", NEW), &[]).ends(3);
    said.says("row 3: the bank details of Robin Example have changed: Flash has 062-000 •••••001")
        .says("--accept changed-account:ROW");
    assert_eq!(world.made(), 3);
    let said = pay(&world, "feb.csv", &month("FEB", NEW), &["--accept", "changed-account:3"]).ends(0);
    said.says("begins anew").says("are paid as the file has them");
    assert_eq!(paid_to(&world, "FEB")[2], "BSB 062000 66000123");
    pay(&world, "mar.csv", &month("MAR", NEW), &[]).ends(0);
    assert_eq!((world.made(), world.ledger().recipients.len()), (9, 4));
}

#[test]
fn a_run_that_has_begun_keeps_its_terms() {
    let world = first_month();
    world.faults(&["withdrawal_create:reset_after@2-", "withdrawal_list:500_before@1-"]);
    pay(&world, "feb.csv", &month("FEB", OLD), &[]).ends(5);
    world.faults(&[]);
    let said = pay(&world, "feb.csv", &month("FEB", OLD), &["--accept", "changed-account:3"]);
    said.ends(2).says("has begun").says("--skip-invalid");
}

#[test]
fn a_payee_without_an_id_is_known_by_name() {
    let world = World::new();
    let file = |reference: &str, account: &str, name: &str| {
        format!(
            "account_name,street,bsb,account_number,amount,reference\n{name},1 Hill Street,062-000,{account},10.00,{reference}\n"
        )
    };
    pay(&world, "jan.csv", &file("JAN", OLD, "Nina Aldridge"), &[]).ends(0);
    pay(&world, "feb.csv", &file("FEB", NEW, "NINA  ALDRIDGE"), &[])
        .ends(3)
        .says("differ from those last paid");
    pay(&world, "feb.csv", &file("FEB", NEW, "NINA  ALDRIDGE"), &["--accept", "changed-account:2"]).ends(0);
    // pay that is split over two accounts is asked about once
    pay(&world, "mar.csv", &file("MAR", NEW, "Nina Aldridge"), &[]).ends(0);
    pay(&world, "apr.csv", &file("APR", OLD, "Nina Aldridge"), &[]).ends(0);
    assert_eq!(world.made(), 4);
    // leaving the id out, or bringing one in, does not get round the question
    let with_id = file("MAY", "77000123", "Nina Aldridge")
        .replace("account_name", "payee_id,account_name")
        .replace("Nina", "E1,Nina");
    pay(&world, "may.csv", &with_id, &[]).ends(3).says("differ from those last paid");
    let world = first_month();
    let file = file("FEB", NEW, "Robin Example");
    pay(&world, "feb.csv", &file, &[]).ends(3).says("differ from those last paid");
}

#[test]
fn an_import_asks_about_changed_bank_details_too() {
    let world = World::new();
    let book = |account: &str| {
        format!(
            "payee_id,first_name,last_name,street,bsb,account_number\nP1,Robin,Example,9 Bay Road,062-000,{account}\n"
        )
    };
    world.write("staff.csv", book(OLD));
    world.payrun(&["payees", "import", "staff.csv"]).ends(0);
    // not paid yet: a file with other details is asked about
    pay(&world, "jan.csv", &month("JAN", NEW), &[])
        .ends(3)
        .says("differ from those in the payee book")
        .says("never paid");
    pay(&world, "jan.csv", &month("JAN", OLD), &[]).ends(0);
    world.write("staff.csv", book(NEW));
    let said = world.payrun(&["payees", "import", "staff.csv"]).ends(3).says("--accept changed-account:2");
    said.says("•••••001").says("•••••123").says("Nothing was imported");
    world
        .payrun(&["payees", "import", "staff.csv", "--accept", "changed-account:2"])
        .ends(0)
        .says("1 updated");
    world
        .payrun(&["payees", "show", "P1"])
        .ends(0)
        .says("•••••123")
        .says("bank details 062-000 •••••001 → 062-000 •••••123");
    // who was called for the import is not called again for the file
    pay(&world, "feb.csv", &month("FEB", NEW), &[]).ends(0);
    assert_eq!(paid_to(&world, "FEB")[2], "BSB 062000 66000123");
    pay(&world, "mar.csv", &month("MAR", OLD), &[]).ends(3);
    // accepted in a file and paid, the book has it too
    pay(&world, "mar.csv", &month("MAR", OLD), &["--accept", "changed-account:3"]).ends(0);
    world.payrun(&["payees", "show", "P1"]).ends(0).says("•••••001");
    std::fs::remove_dir_all(world.scope().join("checkpoint")).expect("it was there");
    world.payrun(&["payees", "show", "P1"]).ends(0).says("account    062-000 •••••001");
    pay(&world, "apr.csv", &month("APR", NEW), &[]).ends(3).says("•••••001 (last used");
}
