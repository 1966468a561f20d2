//! Everything that the program writes, searched for what it must not write: at the log's lowest level, for people and
//! as JSON, over all that a run can meet.

use std::fmt::Write as _;
use std::process::Command;

use super::receiver::Receiver;
use super::rig::{checked_iban, quick};
use super::world::World;

const PASSWORD: &str = "canary-password-7391";
const ACCOUNT: &str = "77788899";
const BAD_ACCOUNT: &str = "4444333322221";
const PAYID: &str = "canary.payid@example.com";
const MOBILE: &str = "+61-412777888";

/// What is nowhere but in the user's own files, the state folder, and on the wire.
const NOWHERE: [&str; 10] = [
    PASSWORD,
    ACCOUNT,
    BAD_ACCOUNT,
    PAYID,
    MOBILE,
    "412777888",
    "77788899001",
    "eyJ",
    "Bearer",
    "idempotencyKey",
];
/// What is in no log and no notice, though it is shown to whoever looks.
const NOT_LOGGED: [&str; 8] = [
    "canary.login",
    "Zebulon",
    "Canaryname",
    "canary.payee@",
    "77 Canary Close",
    "CANARY REF",
    "mutation(",
    "accountNo",
];

fn payouts(first: usize, rows: usize) -> String {
    let mut text = String::from(
        "payee_id,first_name,last_name,street,country,bsb,account_number,payid,iban,email,amount,reference,currency,from_currency\n",
    );
    for at in first..first + rows {
        let account = match at % 4 {
            0 => format!("AU,062-000,{},,,", 77_788_899 + at / 4 * 1000),
            1 => format!("AU,,,{PAYID},,"),
            2 => format!("AU,,,{MOBILE},,"),
            _ => format!("DE,,,,{},", checked_iban("DE", "370400440077788899")),
        };
        let currency = if at % 4 == 3 { "EUR,AUD" } else { "AUD," };
        let amount = format!("{}.00", 100 + at);
        let _ = writeln!(
            text,
            "P{at},Zebulon,Canaryname,77 Canary Close,{account}canary.payee@example.com,{amount},CANARY REF {at},{currency}"
        );
    }
    text
}

struct Searched {
    world: World,
    receiver: Receiver,
    format: &'static str,
    /// All that was written, by the command that wrote it.
    said: Vec<(String, String)>,
}

impl Searched {
    fn new(format: &'static str) -> Self {
        Self { world: World::with(quick()), receiver: Receiver::start(&[]), format, said: Vec::new() }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.world.command(args);
        command.env("PAYRUN_EMAIL", "canary.login@example.com").env("PAYRUN_PASSWORD", PASSWORD);
        command
            .env("PAYRUN_LOG", "trace")
            .env("PAYRUN_LOG_FORMAT", self.format)
            .env("PAYRUN_LOG_FILE", "payrun.log");
        command.env("PAYRUN_NOTIFY_URL", self.receiver.url()).env("PAYRUN_NOTIFY_ALWAYS", "true");
        command.env("RUST_LOG", "trace"); // means nothing here
        command
    }

    fn run(&mut self, args: &[&str]) {
        let said = self.world.start(self.command(args)).end();
        assert_ne!(said.code, Some(70), "{args:?}: {}", said.err);
        self.said.push((args.join(" "), said.out + &said.err));
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.world.home().join("payrun.log")).expect("a log")
    }

    /// The reports that are written by default; the rows to correct are the user's own.
    fn reports(&self) -> Vec<(String, String)> {
        let folder = std::fs::read_dir(self.world.scope().join("reports")).expect("reports");
        let is_ours =
            |name: &str| name.starts_with('r') && !name.contains("fix") && !name.contains("correct");
        folder
            .flatten()
            .map(|file| (file.file_name().to_string_lossy().into_owned(), file.path()))
            .filter(|(name, _)| is_ours(name))
            .map(|(name, path)| {
                (name, String::from_utf8_lossy(&std::fs::read(path).expect("a report")).into_owned())
            })
            .collect()
    }
}

#[track_caller]
fn has_none_of(what: &str, text: &str, canaries: &[&str]) {
    for canary in canaries {
        let line = text.lines().find(|line| line.contains(canary));
        assert!(line.is_none(), "{what}: {canary} is in: {}", line.unwrap_or_default());
    }
}

fn everything_is_searched(format: &'static str) {
    let mut all = Searched::new(format);
    let faults = |texts: &[&str], all: &Searched| all.world.faults(texts);
    all.world.write("good.csv", payouts(0, 8));
    all.world.write("bad.csv", payouts(20, 4).replace("062-000,77793899", &format!("062-00,{BAD_ACCOUNT}")));
    all.world.write("lost.csv", payouts(40, 8));
    all.world.write("stops.csv", payouts(60, 8));
    all.run(&["check", "good.csv"]);
    all.run(&["check", "bad.csv"]);
    all.run(&["check", "bad.csv", "--format", "json"]);
    all.run(&["doctor"]);
    all.run(&["verify", "good.csv"]);
    all.run(&["pay", "good.csv", "--yes"]);
    all.run(&["pay", "good.csv", "--yes", "--format", "json"]);
    all.run(&["pay", "bad.csv", "--yes"]);
    all.run(&["pay", "bad.csv", "--yes", "--skip-invalid"]);
    for (at, kind) in
        ["reset_after", "malformed_json", "graphql_error_after", "wrong_echo", "500_before", "throttle"]
            .iter()
            .enumerate()
    {
        let name = format!("lost{at}.csv");
        all.world.write(&name, payouts(100 + at * 20, 8));
        let (withdrawals, payments) =
            (format!("withdrawal_create:{kind}@2"), format!("payment_create:{kind}@1"));
        faults(&[&withdrawals, &payments, "party_create:500_before@1"], &all);
        all.run(&["pay", &name, "--yes"]);
        faults(&[], &all);
        all.run(&["resume"]);
    }
    faults(&["withdrawal_create:declined@1", "login:500_before@1"], &all);
    all.run(&["pay", "stops.csv", "--yes"]);
    faults(&[], &all);
    all.run(&["resume"]);
    for args in [
        &["status"][..],
        &["status", "r1"],
        &["status", "r1", "--format", "json"],
        &["status", "r3", "--format", "json"],
        &["report", "r1"],
        &["report", "r2", "--format", "json"],
        &["journal", "verify"],
        &["payees", "list"],
        &["remitters"],
        &["simulate", "--ledger"],
    ] {
        all.run(args);
    }

    for (what, text) in all.said.iter().chain(&all.reports()) {
        has_none_of(what, text, &NOWHERE);
    }
    let log = all.log();
    has_none_of("the log", &log, &NOWHERE);
    has_none_of("the log", &log, &NOT_LOGGED);
    assert!(!log.contains("canary-path") && !log.contains("canary-key"));
    for posted in all.receiver.heard() {
        has_none_of("a notice", &posted.body, &NOWHERE);
        has_none_of("a notice", &posted.body, &NOT_LOGGED);
    }
    // that it was looked for in something
    for needed in
        ["createWithdrawal", "createPayment", "logged in", "journal open", "run begins", "run stopped"]
    {
        assert!(log.contains(needed), "{needed} is not logged:\n{log}");
    }
    assert!(all.receiver.heard().len() > 5 && all.reports().len() > 4 && log.lines().count() > 200);
    let shown: String = all.said.iter().map(|(_, text)| text.as_str()).collect();
    assert!(shown.contains("•••••899") && shown.contains("Zebulon"), "accounts are masked, names are shown");
    for line in log.lines() {
        if format == "json" {
            let line: serde_json::Value = serde_json::from_str(line).expect("a document a line");
            assert!(line["target"].as_str().expect("a target").starts_with("payrun::"), "{line}");
            assert!(line["timestamp"].as_str().expect("a time").ends_with('Z'), "{line}");
        } else {
            assert!(line.contains("Z ") && line.contains(" payrun::"), "{line}");
        }
    }
}

#[test]
fn nothing_for_people_has_a_canary() {
    everything_is_searched("human");
}

#[test]
fn nothing_for_programs_has_a_canary() {
    everything_is_searched("json");
}

#[test]
fn the_log_goes_to_stderr_unless_a_file_is_named() {
    let world = World::new();
    world.write("good.csv", payouts(0, 4));
    let mut command = world.command(&["pay", "good.csv", "--yes", "--format", "json"]);
    command.env("PAYRUN_LOG", "debug").env("PAYRUN_EMAIL", "a@example.com").env("PAYRUN_PASSWORD", PASSWORD);
    let said = world.start(command).end().ends(0);
    assert!(said.err.contains("run begins") && !said.out.contains("run begins"));
    said.json();
    let quiet = world.payrun(&["status", "r1"]);
    assert!(!quiet.err.contains("payrun begins"), "{}", quiet.err);
    let mut command = world.command(&["status"]);
    command.env("PAYRUN_LOG", "loud");
    world.start(command).end().ends(6).says("`loud`, expected one of `off`, `error`");
}
