//! Verification of payees and banks, by the real program over real sockets.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use payrun::check;
use payrun::config::Remitters;
use payrun::domain::{BlockOn, Clock, Overlaps, PartyMode, Silent, SystemClock};
use payrun::engine::{self, Inputs, Whom};
use payrun::intake::Reading;
use payrun::journal::{Disk, RealDisk, ScopeFolder};
use payrun::simulator::{Options, PayeeConfirmation};
use serde_json::Value;

use crate::rig::{self, quick};
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
    let expected = ["closed", "not-found", "not-match", "close-match", "", "match"];
    assert_eq!(verdicts(&told), expected, "those first that a person should look at");
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
    let said = world.payrun(&["pay", "pay.csv", "--yes", "--verify-payees"]).ends(0);
    let place =
        |word: &str| said.err.find(&format!(": {word}: ")).unwrap_or_else(|| panic!("{word}: {}", said.err));
    let worst_first = ["closed", "not-found", "not-match", "close-match", "match"].map(place);
    assert!(worst_first.is_sorted(), "{}", said.err);
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

#[test]
fn a_dry_run_shows_what_is_known_and_asks_nobody() {
    let world = World::with(Options { payee_confirmation_limit: Some(2), ..quick() });
    world.write("pay.csv", file());
    let dry = ["pay", "pay.csv", "--dry-run", "--verify-payees", "--format", "json"];
    let before = world.payrun(&dry).ends(0).json();
    assert_eq!(before["bank_words"]["questions"], 6, "{before:#}");
    assert_eq!(before["bank_words"]["payees"][0]["words"], "not asked");
    world.payrun(&["verify", "pay.csv", "--yes"]).ends(0).says("limit of verifications is reached after 2");
    let after = world.payrun(&dry).ends(0).says("4 questions more, and Flash may bill each").json();
    assert_eq!(after["bank_words"]["questions"], 4, "a dry run has asked nobody");
    let payees = after["bank_words"]["payees"].as_array().expect("a list");
    assert_eq!(payees[0]["verdict"], "close-match", "what needs a look comes first: {after:#}");
    assert_eq!(payees[5]["verdict"], "match");
    assert_eq!(payees[5]["rows"][0], 2);
    let kept =
        world.payrun(&["pay", "pay.csv", "--dry-run", "--format", "json"]).ends(0).says("nearly this one");
    let kept = kept.json();
    assert_eq!(kept["bank_words"]["payees"].as_array().map(Vec::len), Some(2), "what is known: {kept:#}");
    assert_eq!(kept["bank_words"]["questions"], 0, "and nobody wants to ask more");
    assert_eq!(world.made(), 0);
}

#[test]
fn with_skip_invalid_only_the_rows_concerned_are_held() {
    let world = World::new();
    world.write("pay.csv", file());
    let plan = |more: &[&str]| -> Value {
        let dry = ["pay", "pay.csv", "--dry-run", "--verify-payees", "--format", "json"];
        world.payrun(&[&dry, more].concat()).json()
    };
    let unasked = plan(&[])["plan"].as_str().expect("a hash").to_owned();
    let pay =
        ["pay", "pay.csv", "--yes", "--verify-payees", "--skip-invalid", "--block-on", "closed,not-match"];
    // what the banks say makes another plan than the one that was agreed to
    world.payrun(&[&pay[..], &["--expect-plan", &unasked]].concat()).ends(3).says("another plan");
    assert_eq!(world.made(), 0);
    let said = world.payrun(&[&pay[..], &["--plan-page", "plan.html"]].concat()).ends(4);
    assert_eq!(world.made(), 4);
    assert!(
        said.err.contains("held, row 4: not-match: the bank knows the account under another name"),
        "{}",
        said.err
    );
    let states = world.states("r1");
    assert_eq!([&states[2], &states[3]], ["held", "held"], "{states:?}");
    assert_eq!(states.iter().filter(|state| *state == "held").count(), 2);
    let correct = std::fs::read_to_string(world.scope().join("reports/r1-to-correct.csv")).expect("a file");
    assert!(
        correct.contains("copinotmatch") && correct.contains("copclosed") && !correct.contains("copimatch")
    );
    let page = std::fs::read_to_string(world.home().join("plan.html")).expect("a page");
    assert!(page.contains("What the banks say of the payees") && page.contains("not-match: "), "{page}");
    let report = std::fs::read_to_string(world.scope().join("reports/r1-pay.csv")).expect("a report");
    let mut report = csv::Reader::from_reader(report.as_bytes());
    let place = report.headers().expect("a header").iter().position(|name| name == "bank_says");
    let place = place.expect("a column");
    let said: Vec<String> = report.records().map(|row| row.expect("a row")[place].to_owned()).collect();
    assert_eq!(said, ["match", "close-match", "not-match", "closed", "not-found", ""]);
    world.payrun(&["status", "r1"]).ends(0).says("bank says: not-match");
    // the same command again, and the rows in a file of their own once somebody has called
    world.payrun(&pay).says("as run r1 (");
    assert_eq!(world.made(), 4);
}

#[test]
fn an_unfinished_run_keeps_what_it_was_opened_with() {
    let world = World::new();
    world.write("pay.csv", file());
    let block = ["pay", "pay.csv", "--yes", "--skip-invalid", "--verify-payees", "--block-on", "closed"];
    world.faults(&["withdrawal_create:slow=500ms"]);
    let mut command = world.command(&block);
    command.env("PAYRUN_GATEWAY_MAX_IN_FLIGHT", "1");
    let at_work = world.start(command);
    while world.made() == 0 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    at_work.signal("TERM");
    at_work.end().ends(5);
    world.faults(&[]);
    let other = ["pay", "pay.csv", "--yes", "--skip-invalid", "--verify-payees", "--block-on", "not-match"];
    world.payrun(&other).ends(2).says("--block-on holds no row of it any more").says("payrun resume r1");
    let before = world.made();
    assert!(before < 5, "{before}");
    world.payrun(&block).ends(4);
    assert_eq!(world.states("r1")[3], "held");
    assert_eq!(world.made(), 5);
}

#[test]
fn a_run_that_is_recorded_again_holds_the_same_rows() {
    let world = World::new();
    world.write("pay.csv", file());
    let block = ["pay", "pay.csv", "--yes", "--skip-invalid", "--verify-payees", "--block-on", "closed"];
    world.payrun(&block).ends(4);
    // as if the machine had stopped while the rows were being written
    let journal = world.scope().join("journal/00000001.jsonl");
    let text = std::fs::read_to_string(&journal).expect("a journal");
    let opened = text.lines().position(|line| line.contains("run_opened")).expect("a run");
    let kept = text.lines().take(opened + 2).collect::<Vec<_>>().join("\n") + "\n";
    std::fs::write(&journal, kept).expect("cut");
    std::fs::remove_dir_all(world.scope().join("checkpoint")).expect("it was there");
    world.payrun(&["resume", "r1", "--skip-invalid"]);
    assert_eq!(world.states("r1")[3], "held");
    assert_eq!(world.made(), 5, "nobody is paid who was to be held, and nobody twice");
}

#[test]
fn a_word_lasts_ninety_days_and_is_asked_for_again_then() {
    let world = World::new();
    let path = world.write("pay.csv", file());
    world.payrun(&["verify", "pay.csv", "--yes", "--verify-banks"]).ends(0);
    let scope = world.scope();
    let name = scope.file_name().expect("a name").to_str().expect("text").to_owned();
    let folder = ScopeFolder::new(scope.parent().expect("a folder"), &name);
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let journal = rig::opened(&folder, &disk, 16 << 20).expect("the journal");
    let remitters = Remitters::new("default".into(), BTreeMap::new(), true);
    let inputs = Inputs {
        path: &path,
        file: "pay.csv".to_owned(),
        name: None,
        overlaps: Overlaps::Hold,
        reading: &Reading::default(),
        check: check::Options::new(jiff::civil::date(2026, 7, 17), false),
        scope: &name,
        environment: "simulator",
        remitters: &remitters,
        parties: PartyMode::Precreate,
        window: SignedDuration::from_hours(35 * 24),
        block_on: &[BlockOn::Closed],
    };
    for (days, open, blocked) in [(0, 1, 1), (89, 1, 1), (91, 6, 0)] {
        let later = Later(days);
        let prepared = engine::prepare(&journal, &inputs, &later, &Silent).expect("a plan");
        let payees =
            engine::payees_of(&prepared, Whom::ToPay, journal.checkpoint(), later.now()).expect("payees");
        assert_eq!(payees.iter().filter(|payee| payee.is_open()).count(), open, "after {days} days");
        assert_eq!(prepared.blocked.len(), blocked, "after {days} days");
        assert_eq!(payees.iter().all(|payee| payee.bank.is_some()), days < 90, "banks, after {days} days");
    }
}

/// The clock as it will be some days from now.
struct Later(i64);

impl Clock for Later {
    fn now(&self) -> Timestamp {
        SystemClock.now().saturating_add(SignedDuration::from_hours(24 * self.0)).expect("a time")
    }
}

#[test]
fn banks_that_were_named_stand_in_plan_report_and_status() {
    let world = World::new();
    world.write("pay.csv", file());
    world.payrun(&["verify", "pay.csv", "--yes", "--verify-banks"]).ends(0);
    let dry = ["pay", "pay.csv", "--dry-run", "--verify-banks", "--format", "json"];
    let plan = world.payrun(&dry).ends(0).json();
    let bank = plan["bank_words"]["payees"][0]["bank"].as_str().expect("a name").to_owned();
    assert!(!bank.is_empty() && plan["bank_words"]["questions"] == 0, "{plan:#}");
    world.payrun(&["pay", "pay.csv", "--yes", "--verify-banks"]).ends(0);
    world.payrun(&["status", "r1"]).ends(0).says(&format!("bank: {bank}"));
    let report = std::fs::read_to_string(world.scope().join("reports/r1-pay.csv")).expect("a report");
    assert!(report.contains(&bank), "{report}");
}

#[test]
fn only_payees_who_would_be_paid_are_asked_about() {
    let world = World::new();
    world.write("first.csv", file());
    world.payrun(&["pay", "first.csv", "--yes"]).ends(0);
    let more = file() + "V-9,Noor,Quillfeather,062-000,99999999,1 Hill Street,Sydney,NSW,2000,33.00\n";
    world.write("second.csv", more);
    let dry = ["pay", "second.csv", "--dry-run", "--skip-invalid", "--verify-payees", "--format", "json"];
    let plan = world.payrun(&dry).ends(0).json();
    assert_eq!(plan["bank_words"]["questions"], 1, "{plan:#}");
}

#[test]
fn who_could_not_be_verified_is_named_and_held_where_that_is_wanted() {
    let world = World::with(Options { payee_confirmation_limit: Some(2), ..quick() });
    world.write("pay.csv", file());
    let hold = ["pay", "pay.csv", "--yes", "--verify-payees", "--block-on", "unverified"];
    let said = world.payrun(&hold).ends(3).says("NOT VERIFIED (4): row 4 Robin");
    let said = said.says("held, row 4: unverified: no bank has said whose account this is");
    assert!(!said.err.contains("held, row 2"), "{}", said.err);
    assert_eq!(world.made(), 0);
    let journal = std::fs::read_to_string(world.scope().join("journal/00000001.jsonl")).expect("a journal");
    assert_eq!(journal.matches("payee_verified").count(), 2, "silence is no answer that is kept");
    world.payrun(&["verify", "pay.csv", "--yes", "--block-on", "unverified"]).ends(3);
    world.payrun(&[&hold[..], &["--skip-invalid"]].concat()).ends(4);
    assert_eq!(world.made(), 2);
    assert_eq!(world.states("r1")[2], "held");
}

#[test]
fn what_banks_say_of_a_run_that_has_begun_stops_it_where_that_is_wanted() {
    let world = World::with(Options { payee_confirmation_limit: Some(0), ..quick() });
    world.write("pay.csv", file());
    let pay = ["pay", "pay.csv", "--yes", "--verify-payees", "--block-on", "closed,not-found"];
    world.stop_midway(&pay);
    let sent = world.made();
    assert!(sent > 0 && sent < 4, "{sent}");
    world.simulator.change(|options| options.payee_confirmation_limit = None);
    let said =
        world.payrun(&pay).ends(3).says("Nothing more was sent: --block-on names what the banks say of");
    let said = said.says("row 5").says("payrun pay CORRECTED --amends r1");
    assert!(!said.err.contains("of row 2"), "{}", said.err);
    assert_eq!(world.made(), sent, "nothing more is sent");
    world.payrun(&["resume", "r1"]).ends(0);
    assert_eq!(world.made(), 6, "a person has looked, and all of it goes");
}

#[test]
fn a_run_that_has_begun_asks_about_what_it_has_yet_to_send() {
    let world = World::new();
    world.write("pay.csv", file());
    world.stop_midway(&["pay", "pay.csv", "--yes"]);
    let sent = world.made();
    assert!(sent > 0 && sent < 6, "{sent}");
    let said = world.payrun(&["pay", "pay.csv", "--yes", "--verify-payees"]).ends(0);
    assert!(said.err.contains("verifications will be sent to the banks"), "{}", said.err);
    assert!(!said.err.contains("6 verifications"), "those who were paid are not asked about: {}", said.err);
    assert!(said.err.contains("the bank on row 4"), "{}", said.err);
    assert_eq!(world.made(), 6);
}

/// What was heard before Flash could not be reached any more is an answer for programs, with the reason beside it.
#[test]
fn programs_are_told_what_is_known_where_flash_does_not_answer() {
    let world = World::new();
    world.write("pay.csv", file());
    world.payrun(&["verify", "pay.csv", "--yes"]).ends(0);
    let nobody =
        std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let mut command = world.command(&["verify", "pay.csv", "--yes", "--format", "json"]);
    command.env("PAYRUN_API_URL", format!("http://{nobody}"));
    let said = world.start(command).end().ends(5);
    let told = said.json();
    assert_eq!(told["payees"].as_array().map(Vec::len), Some(6), "{told:#}");
    assert!(told["stopped"][0].as_str().is_some_and(|why| why.contains("cannot be reached")), "{told:#}");
    // what was only to be asked about is no answer
    assert_eq!(world.payrun(&["verify", "pay.csv", "--format", "json"]).ends(2).out, "");
}

#[test]
fn all_payees_without_a_bsb_are_counted() {
    let world = World::new();
    world.write("pay.csv", rig::mixed_payroll(0, 6)); // every other one has an IBAN
    let said = world.payrun(&["pay", "pay.csv", "--dry-run", "--verify-payees"]).ends(0);
    said.says("no bank can be asked whose account it is of 3 payees without a BSB");
    world.payrun(&["verify", "pay.csv", "--yes", "--verify-banks"]).ends(0);
    let said = world.payrun(&["pay", "pay.csv", "--dry-run", "--verify-payees", "--verify-banks"]).ends(0);
    said.says("no bank can be asked whose account it is of 3 payees without a BSB");
}

/// What was answered may have been billed: it is counted and shown, for people and for programs.
#[test]
fn what_was_answered_before_it_was_cut_short_is_counted_and_shown() {
    for format in ["text", "json"] {
        let world = World::new();
        world.write("pay.csv", file());
        world.faults(&["payee_confirmation:throttle=60s@3"]);
        let said = world.payrun(&["verify", "pay.csv", "--yes", "--format", format]).ends(5);
        let said = said.says("2 verifications of this time had an answer, which is kept");
        if format == "json" {
            let known = verdicts(&said.json()).iter().filter(|verdict| !verdict.is_empty()).count();
            assert_eq!(known, 2, "{}", said.out);
        } else {
            said.says("Whose accounts the banks say these are:").says("Stopped: ");
        }
    }
}
