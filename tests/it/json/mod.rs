//! Every document of the real program over samples of all kinds, held against docs/JSON.md: no field that the page does
//! not have, none otherwise than it says, and no row of the page that no document has.

mod page;

use payrun::domain::verify::Verdict;
use payrun::domain::{PayoutState, RunState};
use payrun::simulator::{Options, Turn};
use rust_decimal::Decimal;
use serde_json::Value;

use self::page::Page;
use super::rig::{iban, mixed_payroll, payroll, quick};
use super::world::{Said, World};

const PLAN: &str = "pay --dry-run";
const REFUSED_PLAN: &str = "pay, of a plan that is refused";
const REFUSED_FILE: &str = "pay, of a file that is refused";
const RUN: &str = "pay, resume, status RUN, and the report in JSON";

const STAFF: &str = "payee_id,first_name,middle_name,last_name,company_name,email,mobile,dob,street,suburb,state,postcode,bsb,account_number\n\
    P0,Robin,Jo,Example,,robin@example.com,0412 345 678,1990-02-03,1 Hill Street,Sydney,NSW,2000,062-000,10000000\n\
    P1,Robin,,copimatch,,,,,1 Hill Street,,,,062-000,10000001\n\
    C9,,,,Example Pty Ltd,,,,9 Hill Street,,,,062-000,10000009\n";

const HEADER: &str = "payment_id,payee_id,first_name,last_name,street,country,bsb,account_number,iban,amount,currency,reason,reference,sub_client_id\n";

/// Australian payouts with all that can be said of one, and one abroad.
fn month(name: &str, account: &str) -> String {
    let mut text = format!(
        "{HEADER}\
         {name}-0,P0,Robin,Example,,,062-000,10000000,,100.00,AUD,,SALARY OF THE MONTH {name},\n\
         {name}-1,P1,Robin,copimatch,1 Hill Street,,062-000,10000001,,101.00,AUD,,FAIL_AML,\n\
         {name}-2,P2,Robin,copinotmatch,1 Hill Street,,062-000,{account},,102.00,AUD,,{name},\n\
         {name}-3,P3,Robin,Example,1 Hill Street,,062-000,10000003,,103.00,AUD,,{name},sub_00000001\n\
         {name}-4,P4,Lena,Brandt,1 Ahornweg,DE,,,{},104.00,EUR,BUSINESS,{name},\n",
        iban(4)
    );
    if name == "OCT" {
        text.push_str("OCT-5,P5,Robin,Example,1 Hill Street,,062-000,10000005,,105.00,AUD,,HALT_AML,\n");
    }
    text
}

struct Told {
    world: World,
    page: Page,
}

impl Told {
    /// Runs a command and holds its document against the page.
    fn hears(&mut self, table: &str, command: &str, code: i32) -> Value {
        let said = self.says(command, code);
        let document = said.json();
        self.page.holds(table, &document);
        document
    }

    fn says(&self, command: &str, code: i32) -> Said {
        let args: Vec<&str> = command.split(' ').chain(["--format", "json"]).collect();
        let mut command = self.world.command(&args);
        command.env("PAYRUN_PAYOUTS_FOLLOW", "2s");
        self.world.start(command).end().ends(code)
    }
}

#[test]
fn every_field_of_every_document_is_on_the_page_and_the_page_has_no_other() {
    let world = World::with(Options { fee: Decimal::new(50, 2), ..quick() });
    world.write(
        "payrun.toml",
        "[remitters.default]\ncompany_name = \"Example Superannuation Fund\"\nstreet = \"1 Hay St\"\nbusiness_number = \"51 824 753 556\"\n\n[remitters.branch]\nsub_client_id = \"sub_00000001\"\n",
    );
    let mut told = Told { world, page: Page::read(include_str!("../../../docs/JSON.md")) };
    of_the_program(&mut told);
    of_files(&mut told);
    of_runs(&mut told);
    of_what_comes_later(&mut told);
    of_trouble(&mut told);
    let differences = told.page.differences();
    assert!(differences.is_empty(), "{differences:#?}");
}

/// What needs no run.
fn of_the_program(told: &mut Told) {
    told.hears("corridors", "corridors DE", 0);
    told.hears("doctor", "doctor", 0);
    told.hears("remitters", "remitters", 0);
    told.hears("bsb", "bsb 012-003", 0);
    told.hears("template", "template payroll --to fill.xlsx", 0);
}

fn of_files(told: &mut Told) {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for (from, to) in [
        ("samples/payroll-with-mistakes.csv", "mistakes.csv"),
        ("samples/payroll.csv", "payroll.csv"),
        ("tests/cases/check/wb_xlsb_formats/input.xlsb", "book.xlsb"),
    ] {
        std::fs::copy(root.join(from), told.world.home().join(to)).expect("copied");
    }
    told.hears("check", "check mistakes.csv --annotate marked.xlsx", 3);
    told.hears("check", "check book.xlsb", 3);
    told.hears("map", "map payroll.csv --to map.toml", 0);
    told.world.write("lost.csv", payroll(0, 1).replace("062-000", "62000"));
    told.hears("check", "check lost.csv", 3);
    told.hears("check", "check lost.csv --accept zero-lost", 0);
    told.hears(REFUSED_FILE, "pay nowhere.csv --yes", 3);
    let expecting =
        "pay payroll.csv --yes --expect-count 1 --expect-total AUD=1.00 --expect-plan 0123456789ab";
    told.hears(REFUSED_FILE, expecting, 3);
    told.world.write("staff.csv", STAFF);
    told.hears("payees import", "payees import staff.csv", 0);
    told.world.write("staff.csv", STAFF.replace("9 Hill", "8 Hill"));
    told.hears("payees import", "payees import staff.csv", 0);
}

/// A month, and the one after it in which much has changed.
fn of_runs(told: &mut Told) {
    told.world.write("oct.csv", month("OCT", "10000002"));
    told.hears("verify", "verify oct.csv --yes --verify-banks", 0);
    told.hears(PLAN, "pay oct.csv --dry-run --verify-payees --verify-banks", 0);
    told.hears(RUN, "pay oct.csv --yes --verify-payees --verify-banks", 4);
    told.hears("status", "status", 0);
    told.hears("report", "report r1 --to .", 0);
    let report = std::fs::read_to_string(told.world.home().join("r1-oct.json")).expect("a report");
    told.page.holds(RUN, &serde_json::from_str(&report).expect("JSON"));
    told.hears("payees list and payees show", "payees list", 0);
    let evidence = told.hears("evidence", "evidence r1 --to r1.zip", 0);
    let seal = evidence["seal"].as_str().expect("a seal");
    told.hears("evidence verify", &format!("evidence verify r1.zip --seal {seal}"), 0);
    let other_seal = format!("evidence verify r1.zip --seal {}", "0".repeat(64));
    told.hears("evidence verify", &other_seal, 3);
    told.hears("journal verify", "journal verify", 0);

    // the same payouts under other ids, another amount, another account, somebody missing, and some that cannot be paid
    let november = month("NOV", "10000022").replace("104.00,EUR", "504.00,EUR");
    let more = "NOV-8,P8,Robin,Example,1 Hill Street,,062-00,10000008,,1.00,AUD,,NOV,\n\
                NOV-9,P3,Robin,Example,1 Hill Street,,062-000,10000003,,103.00,AUD,,OCT,sub_00000001\n";
    told.world.write("nov.csv", format!("{november}{more}"));
    told.hears(REFUSED_PLAN, "pay nov.csv --yes", 3);
    told.hears(PLAN, "pay nov.csv --dry-run --skip-invalid --accept changed-account:4", 0);
    let side = format!(
        "{},from_currency,amount_side\nS,P4,Lena,Brandt,1 Ahornweg,DE,,,{},10.00,EUR,BUSINESS,SIDE,,AUD,from\n",
        HEADER.trim_end(),
        iban(4)
    );
    told.world.write("side.csv", side);
    told.hears(PLAN, "pay side.csv --dry-run --max-slippage 0.5%", 0);
    told.world.faults(&["quote:graphql_error_before"]);
    told.hears(PLAN, "pay nov.csv --dry-run --skip-invalid", 0);
    told.world.faults(&[]);
    told.hears(RUN, "pay nov.csv --yes --skip-invalid --accept changed-account:4,paid-before", 4);
}

/// What is asked and seen when a run is over.
fn of_what_comes_later(told: &mut Told) {
    told.hears("payees list and payees show", "payees show P0", 0);
    let turn: Turn = "INITIALISED".parse().expect("a turn");
    told.world.simulator.change(|options| drop(options.turns.insert("OCT-0".to_owned(), turn)));
    let back: Turn = "REFUNDED".parse().expect("a turn");
    told.world.simulator.change(|options| drop(options.turns.insert("OCT-3".to_owned(), back)));
    told.hears("track", "track --all", 4);
    told.hears(RUN, "status r1", 0);
    told.hears("doctor --probe", "doctor --probe --yes", 0);
    told.world.simulator.change(|options| options.payee_confirmation_limit = Some(0));
    told.world.write("more.csv", payroll(70, 2));
    told.hears("verify", "verify more.csv --yes", 0);
}

/// Runs that stop midway, are corrected, refused, or need a person.
fn of_trouble(told: &mut Told) {
    told.world = World::new();
    told.world.write("pay.csv", payroll(0, 4));
    told.world.stop_midway(&["pay", "pay.csv", "--yes"]);
    let sent = told.world.states("r1").iter().position(|state| state != "ready").expect("one was sent");
    let (amount, other) = (format!("{}.0{sent}", 100 + sent), format!("{}.50", 100 + sent));
    told.world.write("new.csv", payroll(0, 3).replace(&amount, &other));
    told.world.simulator.change(|options| options.balances.extend([("AUD".to_owned(), Decimal::TEN)]));
    told.hears(PLAN, "pay new.csv --dry-run --amends r1", 0);
    told.hears(RUN, "resume r1", 5);
    told.world
        .simulator
        .change(|options| options.balances.extend([("AUD".to_owned(), Decimal::ONE_THOUSAND)]));
    told.world.write("same.csv", payroll(sent, 1) + payroll(60, 1).split_once('\n').expect("a header").1);
    told.hears(RUN, "pay same.csv --yes --amends r1", 0);

    // the simulator inside the program, whose ledger is on disk
    told.world.write("inside.csv", mixed_payroll(0, 2));
    let inside = |args: &[&str]| {
        let mut command = told.world.command(args);
        command.env_remove("PAYRUN_API_URL");
        told.world.start(command).end()
    };
    inside(&["pay", "inside.csv", "--yes"]).ends(0);
    let ledger = inside(&["simulate", "--ledger", "--format", "json"]).ends(0).json();
    assert!(!ledger.to_string().contains("10000000"), "accounts are masked: {ledger}");
    told.page.holds("simulate --ledger", &ledger);

    told.world = World::new();
    told.world.write("payrun.toml", "[gateway]\nresend = \"never\"\n");
    std::fs::create_dir(told.world.home().join("in")).expect("a folder");
    told.world.write("in/held.csv", payroll(20, 1));
    told.world.payrun(&["watch", "in", "--once", "--mode", "hold", "--settle", "50ms"]).ends(0);
    told.world.payrun(&["reject", "r1", "--reason", "not now"]).ends(0);
    told.world.payrun(&["watch", "in", "--once", "--mode", "hold", "--settle", "50ms"]).ends(0);
    told.hears(RUN, "status r1", 0);
    told.world.write("pay.csv", payroll(0, 3));
    told.world.faults(&["withdrawal_create:reset_before@2"]);
    let run = told.hears(RUN, "pay pay.csv --yes", 4);
    told.world.faults(&[]);
    let payouts = run["payouts"].as_array().expect("a list");
    let row =
        &payouts.iter().find(|payout| payout["status"] == "attention").expect("one in attention")["row"];
    told.hears("settle", &format!("settle r2 --row {row} --not-made --reason seen"), 0);
}

#[test]
fn the_page_has_every_word_of_a_state() {
    let page = Page::read(include_str!("../../../docs/JSON.md"));
    assert_eq!(page.words("Payout", "status"), PayoutState::ALL.map(PayoutState::name));
    assert_eq!(page.words("Banks", "payees[].verdict"), Verdict::ALL.map(Verdict::name));
    let states = [
        RunState::Recording,
        RunState::Held,
        RunState::Refused,
        RunState::Running,
        RunState::Stopped,
        RunState::Finished,
    ];
    assert_eq!(page.words("Run", "state"), states.map(RunState::name));
}
