//! What goes wrong before anything is sent: a sentence and the right exit code.

use crate::rig::payroll;
use crate::world::World;

#[test]
fn whatever_is_typed_wrong_is_answered_with_a_sentence() {
    let world = World::new();
    world.write("good.csv", payroll(0, 2));
    world.write("empty.csv", "");
    world.write("head.csv", payroll(0, 0));
    world.write("unknown.csv", payroll(0, 1).replace("street", "favourite colour"));
    world.write("binary.csv", [0u8, 159, 146, 150, 0, 1]);
    world.write("latin.csv", b"first_name,last_name,amount\nJos\xe9,X,1.00\n");
    world.write("workbook.xlsx", b"PK\x03\x04 something");
    std::fs::create_dir(world.home().join("folder.csv")).expect("a folder");
    for (args, code, words) in [
        (&["pay", "empty.csv", "--yes"][..], 3, "empty"),
        (&["pay", "head.csv", "--yes"], 3, "No row"),
        (&["pay", "folder.csv", "--yes"], 3, "folder"),
        (&["pay", "nowhere.csv", "--yes"], 3, "nowhere.csv"),
        (&["pay", "binary.csv", "--yes"], 3, "not text"),
        (&["pay", "workbook.xlsx", "--yes"], 3, "workbook"),
        (&["check", "latin.csv"], 3, "UTF-8"),
        (&["check", "unknown.csv"], 3, "favourite colour"),
        (&["check", "empty.csv"], 3, "empty"),
        (&["pay"], 2, "Usage"),
        (&["play", "good.csv"], 2, "unrecognized subcommand"),
        (&["resume"], 2, "no run to go on with"),
        (&["resume", "r7"], 2, "r7"),
        (&["resume", "seven"], 2, "seven"),
        (&["status", "r7"], 2, "no run"),
        (&["report", "r7"], 2, "no run"),
        (&["settle", "r7", "--row", "2", "--not-made", "--reason", "x"], 2, "r7"),
        (&["bsb", "62000"], 2, "six digits"),
        (&["pay", "good.csv", "--yes", "--remitter", ""], 6, "remitter"),
        (&["pay", "good.csv", "--yes", "--env", "moon"], 6, "moon"),
        (
            &["pay", "good.csv", "--yes", "--env", "uat", "--api-url", "https://example.com"],
            6,
            "PAYRUN_EMAIL",
        ),
        (&["pay", "good.csv", "--yes", "--api-url", "http://192.0.2.1"], 6, "simulator"),
        (&["pay", "good.csv", "--yes", "--api-url", "https://api.flash-payments.com"], 6, "production"),
        (&["pay", "good.csv", "--yes", "--api-url", "nonsense"], 6, "nonsense"),
        (&["pay", "good.csv", "--yes", "--config", "nowhere.toml"], 6, "nowhere.toml"),
    ] {
        let mut command = world.command(args);
        // away from this machine the tests' short waits are refused
        command.env_remove("PAYRUN_GATEWAY_TIMEOUT").env_remove("PAYRUN_GATEWAY_IN_DOUBT_WAIT");
        let said = world.start(command).end();
        assert_eq!(said.code, Some(code), "{args:?}: {said:?}");
        let all = format!("{}{}", said.out, said.err);
        assert!(all.to_lowercase().contains(&words.to_lowercase()), "{args:?} does not say {words}: {all}");
        for jargon in ["panicked", "Error {", "Err(", "os error", "RUST_BACKTRACE"] {
            assert!(!all.contains(jargon), "{args:?}: {all}");
        }
    }
    assert_eq!(world.made(), 0);
}

#[test]
fn a_configuration_with_a_slip_is_refused_with_its_key() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 1));
    for (text, words) in [
        ("[gateway]\ntimeuot = \"5s\"\n", "timeuot"),
        ("[payouts]\nduplicate_window = \"soon\"\n", "soon"),
        ("[payouts]\nparties = \"outline\"\n", "outline"),
        ("not toml at all", "configuration"),
        ("[remitters.default]\ncompany_name = \"A\"\nnickname = \"B\"\n", "nickname"),
    ] {
        world.write("payrun.toml", text);
        world.payrun(&["pay", "pay.csv", "--yes"]).ends(6).says(words);
    }
    assert_eq!(world.made(), 0);
}

#[test]
fn a_wrong_password_is_told_once_and_nothing_is_sent() {
    let known = payrun::simulator::Credentials { email: "pay@example.com".into(), password: "right".into() };
    let world = World::with(payrun::simulator::Options { credentials: Some(known), ..crate::rig::quick() });
    world.write("pay.csv", payroll(0, 2));
    let with = |password: &str, args: &[&str]| {
        let mut command = world.command(args);
        command.env("PAYRUN_EMAIL", "pay@example.com").env("PAYRUN_PASSWORD", password);
        world.start(command).end()
    };
    let said = with("wrong-7381", &["pay", "pay.csv", "--yes"])
        .ends(6)
        .says("Nothing was sent: ")
        .says("refused the login");
    assert!(!said.err.contains("wrong-7381"));
    let logins = |world: &World| {
        world
            .simulator
            .calls()
            .iter()
            .filter(|(name, _)| name.to_string() == "login")
            .map(|(_, count)| *count)
            .sum::<u64>()
    };
    assert_eq!(logins(&world), 1, "failed logins count at the server");
    assert_eq!(world.made(), 0);
    with("wrong-7381", &["pay", "pay.csv", "--dry-run"])
        .ends(0)
        .says("the balances are not known: Flash refused the login");
    with("right", &["pay", "pay.csv", "--yes"]).ends(0);
    assert_eq!(world.made(), 2);
}

#[test]
fn without_a_network_the_run_waits_to_be_resumed() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 2));
    let offline =
        std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    // nobody listens there any more
    let mut command = world.command(&["pay", "pay.csv", "--yes", "--api-url", &format!("http://{offline}")]);
    command.env("PAYRUN_GATEWAY_PATIENCE", "300ms");
    world.start(command).end().ends(5).says("Flash cannot be reached").says("payrun resume r1");
    assert_eq!(world.made(), 0);
}

#[test]
fn neither_secrets_nor_account_numbers_are_shown_or_logged() {
    let world = World::with(payrun::simulator::Options {
        faults: vec!["withdrawal_create:graphql_error_after@2".parse().expect("a fault")],
        ..crate::rig::quick()
    });
    world.write("pay.csv", payroll(0, 5).replace("10000003", "77788899"));
    world.write("twisted.csv", payroll(20, 3).replace("062-000,10000021", "062-00,4444333322221"));
    let mut all = String::new();
    for args in [
        &["check", "twisted.csv"][..],
        &["check", "twisted.csv", "--format", "json"],
        &["pay", "pay.csv", "--yes"],
        &["pay", "pay.csv", "--yes", "--format", "json"],
        &["status", "r1"],
        &["report", "r1", "--to", "."],
        &["simulate", "--ledger"],
    ] {
        let mut command = world.command(args);
        command.env("PAYRUN_LOG", "trace").env("PAYRUN_EMAIL", "pay@example.com");
        command.env("PAYRUN_PASSWORD", "canary-password");
        let said = world.start(command).end();
        all.push_str(&said.out);
        all.push_str(&said.err);
    }
    for file in std::fs::read_dir(world.home()).expect("a home").flatten() {
        if file.file_name().to_string_lossy().starts_with("r1-") {
            let bytes = std::fs::read(file.path()).expect("a report");
            all += &String::from_utf8(bytes).unwrap_or_else(|_| crate::world::texts(&file.path()));
        }
    }
    assert!(all.contains("•••••899"), "{all}");
    for secret in ["canary-password", "77788899", "4444333322221", "eyJ", "Bearer"] {
        assert!(!all.contains(secret), "{secret} is in:\n{all}");
    }
}

#[test]
fn checking_needs_no_login_and_a_misspelt_variable_is_refused() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 2));
    let mut command = world.command(&["check", "pay.csv", "--env", "production"]);
    command.env_remove("PAYRUN_API_URL").env_remove("PAYRUN_GATEWAY_IN_DOUBT_WAIT");
    world.start(command).end().ends(0);
    let mut command = world.command(&["pay", "pay.csv", "--yes"]);
    command.env("PAYRUN_GATEWAY_RESND", "never");
    world.start(command).end().ends(6).says("PAYRUN_GATEWAY_RESND");
    assert_eq!(world.made(), 0);
}

/// Only a workbook has sheets: whoever names one has another file in mind.
#[test]
fn a_sheet_of_a_file_without_sheets_is_a_mistake_of_typing() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 2));
    for command in [&["check", "pay.csv"][..], &["pay", "pay.csv", "--yes"], &["map", "pay.csv"]] {
        let asked = [command, &["--sheet", "July"]].concat();
        world.payrun(&asked).ends(2).says("--sheet names a sheet of a workbook");
    }
    assert_eq!(world.made(), 0);
}

/// Programs get an answer of the usual form, whatever is wrong with a file.
#[test]
fn a_file_that_cannot_be_read_is_answered_in_json_too() {
    let world = World::new();
    world.write("empty.csv", "");
    world.write("binary.csv", [0u8, 159, 146, 150, 0, 1]);
    world.write("long.csv", format!("bsb,amount\n\"{}\"\n", "a".repeat(3 << 20)));
    for (file, code, words) in [
        ("empty.csv", "file-empty", "is empty"),
        ("binary.csv", "file-refused", "not text"),
        ("long.csv", "file-refused", "(limits.line)"),
        ("nowhere.csv", "file-refused", "there is no file"),
    ] {
        let said = world.payrun(&["check", file, "--format", "json"]).ends(3).says(words);
        let json = said.json();
        assert_eq!((json["file"].as_str(), &json["format"]), (Some(file), &serde_json::Value::Null));
        assert_eq!((json["rows"].as_u64(), json["payable"].as_u64()), (Some(0), Some(0)));
        let finding = &json["findings"][0];
        assert_eq!((finding["code"].as_str(), finding["severity"].as_str()), (Some(code), Some("error")));
        assert!(finding["message"].as_str().is_some_and(|message| message.contains(words)), "{json}");
    }
}

/// Checking sends nothing anyway.
#[test]
fn what_was_typed_wrong_for_a_check_speaks_of_no_sending() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 1));
    world.write("map.toml", "[colums]\n");
    for wrong in [["--map", "map.toml"], ["--map", "nowhere.toml"], ["--accept", "hiden"]] {
        let said = world.payrun(&[&["check", "pay.csv"][..], &wrong].concat()).ends(2).says(wrong[0]);
        assert!(!said.err.contains("sent"), "{said:?}");
    }
}
