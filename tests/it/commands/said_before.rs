//! What is said before money moves: of remitters, of what a correction drops, of what the payee book has added, and why
//! a file is refused.

use std::process::Command;

use crate::rig::payroll;
use crate::world::{Said, World};

const PROFILE: &str = "[remitters.default]\nexternal_id = \"payer-1\"\ncompany_name = \"Example\"\nstreet = \"1 Hay St\"\nsuburb = \"Sydney\"\n";

/// A payroll whose rows name remitters and sub-clients.
fn named(names: &[(&str, &str)]) -> String {
    let mut lines = payroll(0, names.len());
    lines = lines.replace("reference\n", "reference,remitter,sub_client_id\n");
    for (at, (remitter, sub_client)) in names.iter().enumerate() {
        lines = lines.replace(&format!("PAY {at}\n"), &format!("PAY {at},{remitter},{sub_client}\n"));
    }
    lines
}

fn dry(world: &World, more: &[&str]) -> serde_json::Value {
    let args = ["pay", "pay.csv", "--dry-run", "--format", "json"];
    world.payrun(&[&args, more].concat()).json()
}

#[test]
fn check_says_of_remitters_what_pay_holds_rows_for() {
    let world = World::new();
    world.write("payrun.toml", "[remitters.branch]\nsub_client_id = \"sub_00000001\"\n\n[remitters.known]\ncompany_name = \"Known\"\nstreet = \"1 Hay St\"\n");
    world.write("pay.csv", named(&[("known", ""), ("known", "sub_00000001"), ("Nobody", ""), ("", "")]));
    let said = world.payrun(&["check", "pay.csv"]).ends(3).says("4 rows, 2 can be paid");
    let said = said.says("I3: Flash takes a remitter or a sub-client, not both");
    let said = said.says("I4: the remitter \"Nobody\" is not configured");
    assert!(!said.out.contains("I2:") && !said.out.contains("I5:"), "{}", said.out);
    world.write("payrun.toml", PROFILE);
    world.write("pay.csv", named(&[("A name to show", "")]));
    let said = world.payrun(&["check", "pay.csv"]).ends(0);
    assert!(!said.out.contains("A name to show"), "it has the default's details: {}", said.out);
}

/// A name that is nearly a remitter's would be shown as it stands, and paid out of another balance than meant.
#[test]
fn a_name_that_is_nearly_a_remitter_s_is_asked_about() {
    let world = World::new();
    world.write(
        "payrun.toml",
        PROFILE.to_owned() + "\n[remitters.branch]\nsub_client_id = \"sub_00000001\"\n",
    );
    let names = ["Branch", "brnach", "defualt", "acount", "Branchline", "branch"].map(|name| (name, ""));
    world.write("pay.csv", named(&names));
    let said = world.payrun(&["pay", "pay.csv", "--yes"]).ends(3);
    let said = said.says("I2: \"Branch\" is no remitter of the configuration, and payees would read it as it stands; is \"branch\" meant?");
    let said = said.says("I3: \"brnach\"").says("I4: \"defualt\"").says("is \"account\" meant?");
    let said = said.says("--accept remitter-near");
    assert!(!said.out.contains("I6") && !said.out.contains("I7"), "{}", said.out);
    assert_eq!(world.made(), 0);
    world.payrun(&["pay", "pay.csv", "--yes", "--accept", "remitter-near"]).ends(0);
    assert_eq!(world.made(), 6);
}

#[test]
fn a_remitter_s_name_gets_a_way_to_be_written_and_its_address_is_looked_at_before_flash_refuses_it() {
    let world = World::new();
    world.write("payrun.toml", PROFILE);
    world.write("pay.csv", named(&[("Ünders", "")]));
    world.payrun(&["check", "pay.csv"]).ends(3).says("it can be written as \"Unders\"");
    for (old, new, said) in [
        ("1 Hay St", "1 Höhe St", "the remitter \"default\" has in its street"),
        ("suburb", "country = \"au\"\nsuburb", "has a country that is no code of two capitals, such as AU"),
    ] {
        world.write("payrun.toml", PROFILE.replace(old, new));
        world.payrun(&["remitters"]).ends(6).says(said);
        world.write("pay.csv", payroll(0, 1));
        world.payrun(&["pay", "pay.csv", "--yes"]).ends(6).says(said);
    }
    assert_eq!(world.made(), 0);
}

#[test]
fn a_remitter_that_flash_holds_otherwise_stops_the_file() {
    let world = World::new();
    let known =
        PROFILE.to_owned() + "email = \"pay@example.com\"\nmobile = \"+61412345678\"\ndob = \"1990-02-03\"\n";
    world.write("payrun.toml", &known);
    world.write("pay.csv", payroll(0, 1));
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    world.write("more.csv", payroll(10, 1));
    let pay = ["pay", "more.csv", "--yes"];
    for (old, new, said) in [
        ("1 Hay St", "2 Hay St", "the street of the remitter Example is 1 Hay St at Flash and 2 Hay St"),
        ("Sydney", "Perth", "the suburb of the remitter Example is Sydney at Flash and Perth"),
        ("pay@", "pays@", "the e-mail address of the remitter Example is pay@example.com at Flash and pays@"),
        ("412", "413", "the mobile number of the remitter Example is +61412345678 at Flash and +61413345678"),
        ("1990", "1991", "the date of birth of the remitter Example is 1990-02-03 at Flash and 1991-02-03"),
    ] {
        world.write("payrun.toml", known.replace(old, new));
        world.payrun(&pay).says(said);
        assert_eq!(world.made(), 1);
    }
    // what Flash leaves empty is not known, and case is no difference
    world.write(
        "payrun.toml",
        PROFILE.replace("Hay St", "HAY ST") + "state = \"NSW\"\nmobile = \"+61412345678\"\n",
    );
    world.payrun(&pay).ends(0);
    assert_eq!(world.made(), 2);
}

#[test]
fn a_remitter_of_rows_that_are_left_out_is_not_made_at_flash() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 1));
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    // the first row is held, since an equal one was paid
    world.write("more.csv", named(&[("Left out", ""), ("Shown", "")]).replace("P0,", ","));
    world.payrun(&["pay", "more.csv", "--yes", "--skip-invalid", "--accept", "rows-below"]).ends(4);
    let names: Vec<String> = world.ledger().senders.iter().map(|sender| sender.name.clone()).collect();
    assert!(names.contains(&"Shown".to_owned()) && !names.contains(&"Left out".to_owned()), "{names:?}");
}

#[test]
fn a_correction_names_what_it_drops() {
    let world = World::new();
    world.write("first.csv", payroll(0, 3));
    world.faults(&["login:500_before@1-"]);
    assert_ne!(world.payrun(&["pay", "first.csv", "--yes"]).code, Some(0));
    world.faults(&[]);
    world.write("pay.csv", payroll(2, 2));
    let plan = dry(&world, &["--amends", "r1"]);
    assert_eq!(plan["dropped"]["run"], "r1", "{plan:#}");
    assert_eq!(plan["dropped"]["count"], 2, "{plan:#}");
    assert_eq!(plan["dropped"]["first"][0]["row"], 2);
    let args = ["pay", "pay.csv", "--dry-run", "--amends", "r1", "--plan-page", "plan.html"];
    world.payrun(&args).ends(0).says("NOT sent any more of r1, which this file corrects (2): row 2 Robin");
    let page = std::fs::read_to_string(world.home().join("plan.html")).expect("a page");
    assert!(page.contains("Not sent any more of r1, which this file corrects: 2"), "{page}");
    world.payrun(&["pay", "pay.csv", "--yes", "--amends", "r1"]).ends(0);
    assert_eq!(world.made(), 2);
}

#[test]
fn a_run_that_has_begun_is_shown_in_the_names_it_was_opened_with() {
    let world = World::new();
    world.write("payrun.toml", PROFILE);
    world.write("pay.csv", payroll(0, 4));
    world.stop_midway(&["pay", "pay.csv", "--yes"]);
    world.write("payrun.toml", PROFILE.replace("\"Example\"", "\"Somebody else\""));
    let plan = dry(&world, &[]);
    assert_eq!(plan["remitters"][0], "Example", "{plan:#}");
    assert_eq!(plan["remitters"].as_array().map(Vec::len), Some(1), "{plan:#}");
    assert_eq!(plan["shown_as"][0]["name"], "Example", "{plan:#}");
}

#[test]
fn an_address_that_the_payee_book_changes_makes_another_plan() {
    let world = World::new();
    let book = |street: &str| {
        let book = format!(
            "payee_id,first_name,last_name,bsb,account_number,street\nP0,Robin,Example,062-000,10000000,{street}\n"
        );
        world.write("book.csv", book);
        world.payrun(&["payees", "import", "book.csv"]).ends(0);
    };
    book("1 Hill Street");
    world.write("pay.csv", payroll(0, 1).replace("1 Hill Street", ""));
    let agreed = dry(&world, &[])["plan"].as_str().expect("a plan").to_owned();
    assert_eq!(dry(&world, &[])["plan"], agreed);
    book("99 Valley Road");
    let args = ["pay", "pay.csv", "--yes", "--expect-plan", &agreed];
    world.payrun(&args).ends(3).says("another plan");
    assert_eq!(world.made(), 0);
}

#[test]
fn programs_are_told_why_a_file_is_refused() {
    let world = World::new();
    let json = |text: &str| {
        world.write("pay.csv", text);
        world.payrun(&["pay", "pay.csv", "--yes", "--format", "json"]).ends(3).json()
    };
    let none = json(&payroll(0, 1).replace("100.00", "much"));
    assert_eq!(none["outcome"], "refused", "{none:#}");
    assert_eq!(none["findings"][0]["code"], "amount-invalid");
    assert!(none["why"].as_str().is_some_and(|why| why.contains("nothing was sent")), "{none:#}");
    let some = json(&payroll(0, 2).replace("100.00", "much"));
    assert_eq!((&some["outcome"], &some["rows"]), (&"refused".into(), &2.into()), "{some:#}");
    assert_eq!(some["check"]["findings"][0]["code"], "amount-invalid", "{some:#}");
    assert!(some["plan"].is_string() && some["why"].is_string(), "{some:#}");
    let unreadable = json("");
    assert_eq!((&unreadable["outcome"], &unreadable["payable"]), (&"refused".into(), &0.into()));
    assert_eq!(world.made(), 0);
}

/// What the program says and how it ends where it is answered so at a terminal.
#[cfg(target_os = "linux")]
fn at_a_terminal(world: &World, args: &str, answer: &str) -> Said {
    let program = env!("CARGO_BIN_EXE_payrun");
    let asked = world.command(&[]);
    let mut command = Command::new("sh");
    let line = format!("printf '{answer}\\n' | script -qec '{program} {args}' /dev/null");
    command.args(["-c", &line]).current_dir(world.home()).env_clear().env("PATH", "/usr/bin:/bin");
    for (name, value) in asked.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    world.start(command).end()
}

#[cfg(target_os = "linux")]
#[test]
fn only_the_word_yes_sends() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 1));
    for answer in ["no", "", "y"] {
        let said = at_a_terminal(&world, "pay pay.csv --no-progress", answer).ends(2);
        said.says("Send these payouts? Type yes to send: ")
            .says("Nothing was sent: only the word yes sends.");
        assert_eq!(world.made(), 0);
    }
    at_a_terminal(&world, "pay pay.csv --no-progress", "yes").ends(0);
    assert_eq!(world.made(), 1);
}

#[test]
fn payees_are_counted_once_for_each_currency() {
    let world = World::new();
    let row = |currency: &str, reference: &str| {
        format!(
            "payee_id,first_name,last_name,country,account_number,bic,amount,currency,reason,reference\nP1,Wei,Teo,SG,0721234567,DBSSSGSG,30.00,{currency},BUSINESS,{reference}\n"
        )
    };
    world.write("usd.csv", row("USD", "ONE"));
    world.payrun(&["pay", "usd.csv", "--yes"]).ends(0).says("payees: 2 of 2");
    world.write("sgd.csv", row("SGD", "TWO"));
    world.payrun(&["pay", "sgd.csv", "--yes"]).ends(0).says("payees: 2 of 2");
}

#[test]
fn what_sub_clients_pay_is_not_held_against_the_account_s_balance() {
    let world = World::new();
    world.write("pay.csv", named(&[("", "sub_00000001"), ("", "")]));
    let plan = dry(&world, &[]);
    assert_eq!(plan["funds"][0]["exact"], "101.01", "{plan:#}");
    assert_eq!(plan["sub_clients"]["sub_00000001"], 1);
    let said = world.payrun(&["pay", "pay.csv", "--dry-run"]).ends(0);
    said.says("sub-clients' payouts: 1, balance not known");
}

#[test]
fn what_a_sub_client_lacks_is_not_told_of_the_account_s_balance() {
    let world = World::new();
    world.simulator.change(|options| {
        options.balances.insert("AUD".to_owned(), 50.into());
    });
    world.write("pay.csv", named(&[("", "sub_00000001")]));
    let said = world.payrun(&["pay", "pay.csv", "--yes"]).ends(5);
    said.says("put more money where the sub-client's payouts are paid from");
    let stopped = world.payrun(&["status", "r1", "--format", "json"]).ends(0).json()["stopped"].clone();
    assert_eq!((&stopped["class"], &stopped["missing"]), (&"declined".into(), &serde_json::Value::Null));
    assert_eq!(world.made(), 0);
}
