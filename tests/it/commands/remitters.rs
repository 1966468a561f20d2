//! Remitters that cannot be used: told before anything is sent, and a way out that leads somewhere.

use std::fmt::Write as _;

use crate::rig::payroll;
use crate::world::World;

const GOOD: &str = "[remitters.default]\ncompany_name = \"Acme Payroll Pty Ltd\"\nstreet = \"1 Hay St\"\n";
/// A person whom Flash does not take.
const CHILD: &str =
    "first_name = \"Jo\"\nlast_name = \"Example\"\nstreet = \"1 Hay St\"\ndob = \"2015-01-31\"\n";

fn world(configuration: &str) -> World {
    let world = World::new();
    world.write("payrun.toml", configuration);
    world.write("pay.csv", payroll(0, 3));
    world
}

#[test]
fn what_flash_would_refuse_of_a_remitter_is_told_before() {
    for (line, words) in [
        ("company_name = \"A\"", "company_name: a company's name has 2 to 256 characters"),
        ("company_name = \"Acme\"\nemail = \"nope\"", "email: this is not an e-mail address"),
        ("company_name = \"Acme\"\nmobile = \"0412 345 678\"", "mobile: write it with +"),
        (
            "first_name = \"Aaron\"\nlast_name = \"x.com\"",
            "last_name: Flash takes this for an internet address",
        ),
    ] {
        let world = world(&format!("[remitters.default]\n{line}\nstreet = \"1 Hay St\"\n"));
        world.payrun(&["doctor"]).ends(6).says("WRONG  remitters").says(words);
        world.payrun(&["remitters"]).ends(6).says(words);
        world.payrun(&["pay", "pay.csv", "--yes"]).ends(6).says(words);
        assert_eq!(world.made(), 0, "{line}");
    }
    let branch = world(&format!("{GOOD}[remitters.branch]\ncompany_name = \"B\"\nstreet = \"1 Hay St\"\n"));
    let said = branch.payrun(&["doctor"]).ends(0);
    said.says("note   remitters").says("the remitter \"branch\" cannot be used as it is");
}

#[test]
fn a_slip_in_the_name_of_the_remitter_is_not_shown_to_payees() {
    let world =
        world(&format!("{GOOD}[remitters.jane]\ncompany_name = \"Jane Super\"\nstreet = \"1 Hay St\"\n"));
    for typed in ["janne", "Jane", "defualt"] {
        world.payrun(&["pay", "pay.csv", "--yes", "--remitter", typed]).ends(6).says("is meant, write that");
    }
    assert_eq!(world.made(), 0);
    world.payrun(&["pay", "pay.csv", "--yes", "--remitter", "jane"]).ends(0);
    assert_eq!(world.made(), 3);
}

#[test]
fn a_remitter_that_flash_refuses_is_mended_and_the_file_paid_again() {
    let world = world(&format!("[remitters.default]\n{CHILD}"));
    let said = world.payrun(&["pay", "pay.csv", "--yes", "--skip-invalid"]).ends(3);
    let said = said.says("Flash did not accept the remitter Jo Example").says("then pay the file again");
    assert!(!said.err.contains("--skip-invalid"), "nothing would be left to pay: {}", said.err);
    world.write("payrun.toml", GOOD);
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0).says("Acme Payroll Pty Ltd");
    assert_eq!(world.made(), 3);
}

#[test]
fn rows_of_other_remitters_are_paid_where_that_is_asked_for() {
    let world = world(&format!("{GOOD}[remitters.jo]\n{CHILD}"));
    let rows = payroll(0, 3).replacen("reference\n", "reference,remitter\n", 1);
    let rows =
        rows.replace("PAY 0\n", "PAY 0,jo\n").replace("PAY 1\n", "PAY 1,\n").replace("PAY 2\n", "PAY 2,\n");
    world.write("pay.csv", rows);
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(3).says("payrun resume r1 --skip-invalid");
    assert_eq!(world.made(), 0);
    world.payrun(&["resume", "r1", "--skip-invalid"]).ends(4);
    assert_eq!(world.made(), 2);
    assert_eq!(world.states("r1")[0], "held");
    let correct = std::fs::read_to_string(world.scope().join("reports/r1-to-correct.csv")).expect("a file");
    assert!(correct.contains("PAY 0") && !correct.contains("PAY 1"), "{correct}");
}

const SUB_CLIENTS: &str = "[remitters.default]\nsub_client_id = \"sub_00000009\"\n\n[remitters.closed]\nsub_client_id = \"sub_00000003\"\n\n[remitters.own]\ncompany_name = \"Acme\"\nstreet = \"1 Hay St\"\n\n[remitters.good]\nsub_client_id = \"sub_00000001\"\n";

/// Three payouts: of a sub-client by its column, of a remitter by name, and of whom the configuration says.
fn of_sub_clients(id: &str, remitter: &str) -> String {
    let mut text =
        String::from("first_name,last_name,street,bsb,account_number,amount,sub_client_id,remitter\n");
    for (at, (id, remitter)) in [(id, ""), ("", remitter), ("", "")].into_iter().enumerate() {
        let _ = writeln!(text, "Robin,Example,1 Hill Street,062-000,1000000{at},1.00,{id},{remitter}");
    }
    text
}

#[test]
fn a_sub_client_that_cannot_pay_is_asked_about_before() {
    let world = world(SUB_CLIENTS);
    world.write("pay.csv", of_sub_clients("sub_00000002", "closed"));
    let said = world.payrun(&["doctor"]).ends(0).says("note   sub-clients");
    let said = said.says("Flash has no sub-client sub_00000009");
    said.says("Flash has the sub-client sub_00000003 (Closed Example Pty Ltd) as INACTIVE, not as ACTIVE");
    let said = world.payrun(&["pay", "pay.csv", "--yes"]).ends(3).says("2 rows cannot be paid");
    let said = said.says("row 4: Flash has no sub-client sub_00000009");
    said.says("H3: Flash has the sub-client sub_00000003").says("sub-client-unclear");
    assert_eq!(world.made(), 0);
    world.payrun(&["pay", "pay.csv", "--yes", "--skip-invalid"]).ends(4);
    assert_eq!(world.made(), 1);

    let good = self::world(&SUB_CLIENTS.replace("sub_00000009", "sub_00000002"));
    good.write("pay.csv", of_sub_clients("sub_00000001", "good"));
    good.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    assert_eq!(good.made(), 3);
}

/// Without an answer nothing is held: the payouts themselves will tell.
#[test]
fn sub_clients_of_whom_flash_does_not_tell_are_paid_for() {
    let world = world(&SUB_CLIENTS.replace("sub_00000009", "sub_00000002"));
    world.write("pay.csv", of_sub_clients("sub_00000001", "good"));
    world.faults(&["sub_clients:500_before@1-"]);
    let said = world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    said.says("Whether the sub-clients can pay is not known: Flash did not answer as it should (HTTP 500)");
    assert_eq!(world.made(), 3);
}

/// What `check` says is what `pay` does, and the letter and a plain spelling are named.
#[test]
fn a_letter_that_flash_does_not_take_is_named_by_all_commands_alike() {
    let world = world(&format!(
        "{GOOD}[remitters.haus]\ncompany_name = \"Müller GmbH\"\nstreet = \"1 Hay St\"\n[remitters.z]\ncompany_name = \"Zed\"\nstreet = \"1 Straße\"\n"
    ));
    let rows = payroll(0, 3).replacen("reference\n", "reference,remitter\n", 1);
    let named = |name: &str| {
        (0..3).fold(rows.clone(), |rows, at| {
            let name = if at == 0 { name } else { "" };
            rows.replace(&format!("PAY {at}\n"), &format!("PAY {at},{name}\n"))
        })
    };
    let odd = "has in its name \"ü\", which Flash does not take; it can be written as \"Muller GmbH\"";
    world.write("pay.csv", named("haus"));
    let said = world.payrun(&["check", "pay.csv"]).ends(3).says("3 rows, 2 can be paid");
    said.says("Held: pay leaves these rows, unless they are paid already")
        .says(&format!("the remitter \"haus\" {odd}"));
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(3).says(odd);
    let said =
        world.payrun(&["remitters"]).ends(6).says("by NPP the payee reads           Acme Payroll Pty Ltd");
    said.says(&format!("the remitter \"haus\" {odd}")).says("\"z\" has in its street \"ß\"");
    world.write("pay.csv", named("Müller GmbH"));
    let said = world.payrun(&["check", "pay.csv"]).ends(3).says("it can be written as \"Muller GmbH\"");
    assert_eq!(said.out.matches("I2").count(), 1, "told once: {}", said.out);
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(3);
    world.payrun(&["pay", "pay.csv", "--yes", "--remitter", "Müller GmbH"]).ends(6).says(odd);
    // whom the configuration names for the whole file
    world.write("pay.csv", named(""));
    world.payrun(&["check", "pay.csv"]).ends(0);
    world.write("payrun.toml", GOOD.replace("Acme Payroll Pty Ltd", "Müller GmbH"));
    world.payrun(&["check", "pay.csv"]).ends(6).says("pay would send nothing").says(odd);
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(6).says(odd);
    assert_eq!(world.made(), 0);
}
