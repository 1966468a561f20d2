//! Money before it moves: balances and rates in the plan, and nothing sent without them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use payrun::simulator::{LedgerView, Options};
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::Value;

use super::rig::{checked_iban, iban, mixed_payroll, payroll, quick};
use super::world::World;

fn dec(text: &str) -> Decimal {
    Decimal::from_str_exact(text).expect("a decimal")
}

/// A Flash with these balances and no others.
fn holding(balances: &[(&str, &str)]) -> Options {
    let balances = balances.iter().map(|(currency, amount)| ((*currency).to_owned(), dec(amount))).collect();
    Options { balances, ..quick() }
}

fn plan(world: &World, file: &str) -> Value {
    world.payrun(&["pay", file, "--dry-run", "--format", "json"]).ends(0).json()
}

fn calls(world: &World, operation: &str) -> u64 {
    let calls = world.simulator.calls();
    calls.iter().filter(|(name, _)| name.to_string() == operation).map(|(_, count)| *count).sum()
}

/// What the balance opened with is so much from now on; what was spent is spent.
fn fund(world: &World, currency: &str, opening: Decimal) {
    world.simulator.change(|options| {
        options.balances.insert(currency.to_owned(), opening);
    });
}

#[test]
fn a_cent_too_little_sends_nothing_until_it_is_there() {
    // 100.00 + 101.01 + 102.02 + 103.03
    let world = World::with(holding(&[("AUD", "406.05")]));
    world.write("pay.csv", payroll(0, 4));
    let said = world.payrun(&["pay", "pay.csv", "--dry-run"]).ends(0);
    said.says("from the AUD balance: 406.06; 406.05 is there: AUD 0.01 IS MISSING");
    let said = world.payrun(&["pay", "pay.csv", "--yes"]).ends(5);
    let said = said.says("Nothing was sent: there is not enough money for it.");
    let said =
        said.says("AUD 0.01 is missing: from the AUD balance 406.06 is to be paid, and 406.05 is there");
    said.says("payrun resume r1");
    assert_eq!(world.made(), 0);
    assert_eq!(calls(&world, "withdrawal_create"), 0);
    assert_eq!(world.states("r1"), ["ready"; 4]);
    world.payrun(&["resume"]).ends(5).says("AUD 0.01 is missing");
    fund(&world, "AUD", dec("406.06"));
    world.payrun(&["resume"]).ends(0);
    assert_eq!((world.made(), world.total()), (4, dec("406.06")));
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    assert_eq!(world.made(), 4, "once");
}

#[test]
fn what_converted_payments_lack_is_about_so_much() {
    let world = World::with(holding(&[("AUD", "500.00")]));
    world.write("pay.csv", mixed_payroll(0, 4)); // AUD 100.00, EUR 101.01, AUD 102.02, and EUR for AUD 103.03
    let plan = plan(&world, "pay.csv");
    let need = &plan["funds"][0];
    assert_eq!((&need["currency"], &need["exact"]), (&"AUD".into(), &"305.05".into()), "{need}");
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    let ledger = world.ledger();
    let paid = ledger.totals_paid()["AUD"].1 + ledger.total("AUD");
    let over = amount(&need["exact"]) + amount(&need["estimated"]) - paid;
    assert!((Decimal::ZERO..=dec("0.01")).contains(&over), "one payment is estimated: {over}");

    world.write("next.csv", mixed_payroll(10, 4).replace("PAY ", "NEXT "));
    world
        .payrun(&["pay", "next.csv", "--dry-run"])
        .ends(0)
        .says("from the AUD balance: about ")
        .says("IS MISSING");
    let said = world.payrun(&["pay", "next.csv", "--yes"]).ends(5);
    said.says("  about AUD ").says(" is missing: from the AUD balance about ").says("payrun resume r2");
    assert_eq!(world.ledger().payments.len(), 2);
}

/// The balance was enough when it was asked, and is not when half is sent: by then others, or fees, have taken of it.
#[test]
fn a_balance_that_runs_out_on_the_way_leaves_the_rest_ready() {
    const ROWS: usize = 200;
    let total: Decimal = (0..).take(ROWS).map(|at: i64| Decimal::new((100 + at) * 100 + at % 100, 2)).sum();
    let fee = Decimal::from(100);
    let world = World::with(Options { fee, ..holding(&[("AUD", &total.to_string())]) });
    world.write("pay.csv", payroll(0, ROWS));
    let said = world.payrun(&["pay", "pay.csv", "--yes"]).ends(5).says("payrun resume r1");
    said.says("Nothing more was sent: there is not enough money for it.");
    let count = |word: &str| world.states("r1").iter().filter(|state| *state == word).count();
    let (made, ready) = (world.made(), count("ready"));
    assert_eq!(made + ready, ROWS);
    assert!(ready > 0 && made > 0, "{made} made, {ready} ready");
    world.payrun(&["resume"]).ends(5).says("Nothing more was sent: there is not enough money for it.");
    assert_eq!((world.made(), count("ready")), (made, ready));
    // for what is left, and no cent for what was sent
    let payouts = world.payouts("r1");
    let left =
        payouts.iter().filter(|payout| payout["status"] == "ready").map(|payout| amount(&payout["amount"]));
    let left: Decimal = left.sum();
    let spent = world.total() + fee * Decimal::from(made);
    fund(&world, "AUD", spent + left);
    world.simulator.change(|options| options.fee = Decimal::ZERO);
    world.payrun(&["resume"]).ends(0);
    assert_eq!((world.made(), count("ready")), (ROWS, 0));
    assert_eq!(world.ledger().made_twice(), Vec::<&str>::new());
}

/// The last payout is declined for want of its fee alone: it is nobody's mistake, and waits for the money as it stands.
#[test]
fn a_payout_that_lacks_its_fee_alone_waits_for_it() {
    // 100.00 + 101.01 + 102.02, and a fee of 0.50 for each
    let world = World::with(Options { fee: dec("0.50"), ..holding(&[("AUD", "304.50")]) });
    world.write("pay.csv", payroll(0, 3));
    let said = world.payrun(&["pay", "pay.csv", "--dry-run"]).ends(0);
    said.says("from the AUD balance: 303.03; 304.50 is there\n  fees are not in these sums");
    let mut pay = world.command(&["pay", "pay.csv", "--yes"]);
    pay.env("PAYRUN_GATEWAY_MAX_IN_FLIGHT", "1");
    let said = world.start(pay).end().ends(5);
    let said = said.says("Nothing more was sent: there is not enough money for it.");
    said.says("from the AUD balance 102.02 is to be paid, with fees on top, which Flash tells only of payouts that are made, and 102.49 is there; Flash says that it is not enough\n").says("payrun resume r1");
    assert_eq!((world.made(), world.total()), (2, dec("201.01")));
    // what the others have cost is known once they were looked at
    world.payrun(&["track", "r1", "--all"]);
    let said = world.payrun(&["resume", "r1"]).ends(5).says("about AUD 0.03 is missing: from the AUD balance about 102.52 is to be paid (0.50 of it for fees, as Flash has charged them for this run so far), and 102.49 is there\n");
    said.says("payrun resume r1");
    let missing = |currency: &str, needed: &str, cleared: &str, missing: &str| serde_json::json!({ "currency": currency, "needed": needed, "cleared": cleared, "missing": missing });
    let stopped = world.payrun(&["status", "r1", "--format", "json"]).ends(0).json()["stopped"].clone();
    assert_eq!(stopped["class"], "funds");
    assert_eq!(stopped["missing"][0], missing("AUD", "102.52", "102.49", "0.03"), "{stopped}");
    let last = world.payouts("r1").pop().expect("three");
    assert_eq!((&last["status"], &last["next"]), (&"ready".into(), &"payrun resume r1".into()), "{last}");
    assert!(last["reason"].as_str().is_some_and(|why| why.contains("put more money into the account")));
    assert!(!world.scope().join("reports/r1-to-correct.csv").exists(), "there is nothing to correct");
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(5).says("about AUD 0.03 is missing");
    fund(&world, "AUD", dec("304.53"));
    world.payrun(&["resume"]).ends(0);
    assert_eq!((world.made(), world.total()), (3, dec("303.03")));
    assert_eq!(world.ledger().made_twice(), Vec::<&str>::new());
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    assert_eq!(world.made(), 3, "once");
}

/// No fee is known before the first payout, and Flash alone says that the balance does not hold it.
#[test]
fn a_first_payout_that_lacks_its_fee_alone_is_short_of_money_like_any_other() {
    let world = World::with(Options { fee: dec("0.55"), ..holding(&[("AUD", "100.00")]) });
    world.write("pay.csv", payroll(0, 1));
    let said = world.payrun(&["pay", "pay.csv", "--yes"]).ends(5).says("there is not enough money for it.");
    let said = said.says("  from the AUD balance 100.00 is to be paid, with fees on top, which Flash tells only of payouts that are made, and 100.00 is there; Flash says that it is not enough\n");
    said.says("Once the money is there: payrun resume r1");
    let stopped = world.payrun(&["status", "r1", "--format", "json"]).ends(0).json()["stopped"].clone();
    assert_eq!(stopped["class"], "funds");
    let missing = stopped["missing"][0].clone();
    assert_eq!([&missing["needed"], &missing["cleared"]], ["100.00"; 2], "{stopped}");
    assert_eq!((world.made(), world.states("r1")), (0, vec!["ready".to_owned()]));
    fund(&world, "AUD", dec("100.55"));
    world.payrun(&["resume"]).ends(0);
    assert_eq!(world.made(), 1);
}

#[test]
fn what_flash_does_not_tell_is_named_and_forbids_nothing() {
    let world = World::new();
    world.write("pay.csv", mixed_payroll(0, 4));
    world.faults(&["quote:500_before@1-"]);
    let said = world.payrun(&["pay", "pay.csv", "--dry-run"]).ends(0).says("the rates are not known: ");
    said.says("from the AUD balance: at least 305.05, plus 1 payment (EUR 101.01) at an unknown rate; 10,000,000.00 is there");
    world.faults(&["quote:500_before@1-", "balances:500_before@1-"]);
    let said = world.payrun(&["pay", "pay.csv", "--dry-run"]).ends(0).says("the balances are not known: ");
    said.says("from the AUD balance: at least 305.05, plus 1 payment (EUR 101.01) at an unknown rate\n");
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    let ledger = world.ledger();
    assert_eq!([ledger.withdrawals.len(), ledger.payments.len()], [2, 2]);
}

#[test]
fn without_a_network_the_plan_is_shown_all_the_same() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 4));
    let nobody =
        std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let mut command = world.command(&["pay", "pay.csv", "--dry-run"]);
    command.env("PAYRUN_API_URL", format!("http://{nobody}"));
    let said = world.start(command).end().ends(0).says("to send: AUD 406.06 in 4 payouts");
    said.says("the balances are not known: Flash cannot be reached").says("from the AUD balance: 406.06\n");
}

#[test]
fn what_is_delivered_where_is_asked_once_a_day_by_pay_and_never_by_check() {
    let world = World::new();
    world.write("pay.csv", mixed_payroll(0, 2));
    world.payrun(&["check", "pay.csv"]).ends(0);
    assert_eq!(world.simulator.calls().values().sum::<u64>(), 0, "check asks nobody");
    for _ in 0..2 {
        world.payrun(&["pay", "pay.csv", "--dry-run"]).ends(0);
        assert_eq!(calls(&world, "delivery_methods"), 1);
    }
    let path = world.scope().join("corridors.json");
    let kept = std::fs::read_to_string(&path).expect("it was kept");
    let date: Value = serde_json::from_str(&kept).expect("JSON");
    let date = date["date"].as_str().expect("a date").to_owned();
    std::fs::write(&path, kept.replace(&date, "2026-01-01")).expect("written");
    world.payrun(&["pay", "pay.csv", "--dry-run"]).ends(0);
    assert_eq!(calls(&world, "delivery_methods"), 2, "of another day");
    // silently where Flash does not tell
    std::fs::write(&path, kept.replace(&date, "2026-01-01")).expect("written");
    world.faults(&["delivery_methods:500_before@1-"]);
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    assert_eq!(world.ledger().payments.len(), 1);
}

#[test]
fn one_login_serves_all_questions_and_the_run() {
    let world = World::new();
    world.write("pay.csv", mixed_payroll(0, 4));
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    assert_eq!(calls(&world, "login"), 1);
}

fn amount(value: &Value) -> Decimal {
    dec(value.as_str().expect("digits"))
}

/// What a row of a generated file does: out of which balance, to which currency, and whose side its amount is.
const WAYS: [(&str, &str, &str); 7] = [
    ("AUD", "AUD", ""),
    ("AUD", "EUR", "to"),
    ("AUD", "EUR", "from"),
    ("EUR", "EUR", ""),
    ("USD", "EUR", "to"),
    ("EUR", "PLN", "from"),
    ("AUD", "PLN", "to"),
];

fn generated(rows: &[(usize, i64)]) -> String {
    let mut text = String::from(
        "payee_id,first_name,last_name,street,country,bsb,account_number,iban,amount,reference,currency,from_currency,amount_side\n",
    );
    for (at, (way, cents)) in rows.iter().enumerate() {
        let (from, to, side) = WAYS[*way];
        let amount = Decimal::new(*cents, 2);
        let account = match to {
            "AUD" => format!("AU,062-000,{},", 10_000_000 + at),
            "PLN" => format!("PL,,,{}", checked_iban("PL", &format!("10901014{at:016}"))),
            _ => format!("DE,,,{}", iban(at)),
        };
        let _ = writeln!(
            text,
            "P{at},Robin,Example,1 Hill Street,{account},{amount},PAY {at},{to},{from},{side}"
        );
    }
    text
}

/// The plan's sums of a kind, by currency.
fn planned(plan: &Value, kind: &str) -> BTreeMap<String, Decimal> {
    let mut sums = BTreeMap::new();
    for part in plan["by_rail"].as_array().expect("a list").iter().filter(|part| part["kind"] == kind) {
        *sums.entry(part["currency"].as_str().expect("a code").to_owned()).or_default() +=
            amount(&part["amount"]);
    }
    sums
}

/// The plan's sums of payments, by the currency of their amounts: what payees get, and what is converted to it.
fn converted(plan: &Value) -> BTreeMap<String, Decimal> {
    let mut sums = planned(plan, "payment");
    for part in plan["converted"].as_array().expect("a list") {
        *sums.entry(part["currency"].as_str().expect("a code").to_owned()).or_default() +=
            amount(&part["amount"]);
    }
    sums
}

/// What the ledger holds of payments, each by the side that its order has named.
fn ordered(ledger: &LedgerView) -> BTreeMap<String, Decimal> {
    let mut sums = BTreeMap::new();
    for made in &ledger.payments {
        let currency = if made.size == made.to_amount { made.to_currency } else { made.from_currency };
        *sums.entry(currency.to_owned()).or_default() += made.size;
    }
    sums
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(8) })]

    #[test]
    fn the_plan_is_what_the_ledger_holds_afterwards(
        rows in proptest::collection::vec((0..WAYS.len(), 1_000..9_999_999_i64), 1..16),
    ) {
        let world = World::new();
        world.write("pay.csv", generated(&rows));
        let plan = plan(&world, "pay.csv");
        world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
        let ledger = world.ledger();
        prop_assert_eq!(ledger.withdrawals.len() + ledger.payments.len(), rows.len());
        let withdrawn: BTreeMap<String, Decimal> =
            ledger.totals().into_iter().map(|(currency, (_, sum))| (currency.to_owned(), sum)).collect();
        prop_assert_eq!(planned(&plan, "withdrawal"), withdrawn.clone());
        prop_assert_eq!(converted(&plan), ordered(&ledger));

        let funds = plan["funds"].as_array().expect("a list");
        let paid = ledger.totals_paid();
        let balances: BTreeSet<&str> = paid.keys().copied().chain(withdrawn.keys().map(String::as_str)).collect();
        prop_assert_eq!(funds.len(), balances.len(), "one need for each balance: {}", plan["funds"]);
        for need in funds {
            let currency = need["currency"].as_str().expect("a code");
            let (count, converted) = paid.get(currency).copied().unwrap_or_default();
            let left = converted + withdrawn.get(currency).copied().unwrap_or_default();
            let told = amount(&need["exact"]) + amount(&need["estimated"]);
            let slack = Decimal::new(i64::try_from(count).expect("few") + 2, 2); // a cent a payment, and one a pair
            prop_assert!(told >= left && told - left <= slack, "{currency}: {told} for {left}");
        }
    }
}

/// What is in doubt may have left the balance already: it is not needed a second time.
#[test]
fn what_is_in_doubt_is_not_asked_of_the_balance_again() {
    let world = World::with(holding(&[("AUD", "303.03")]));
    world.write("pay.csv", payroll(0, 3));
    world.faults(&["withdrawal_create:reset_after@1"]);
    let patient = |args: &[&str]| {
        let mut command = world.command(args);
        command.env("PAYRUN_GATEWAY_IN_DOUBT_WAIT", "3s");
        world.start(command)
    };
    let at_work = patient(&["pay", "pay.csv", "--yes"]);
    while world.made() == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    at_work.signal("KILL");
    drop(at_work.end());
    // Flash has taken 100.00 for the first, and what is left is enough for the others alone
    patient(&["resume", "r1"]).end().ends(0);
    assert_eq!((world.made(), world.total()), (3, dec("303.03")));
}

/// One payout is declined for want of money: at most one more, already taken up, is tried.
#[test]
fn a_payout_that_no_balance_covers_stops_the_run_before_the_rest_is_tried() {
    let world = World::with(Options { fee: dec("100"), ..holding(&[("AUD", "828.28")]) });
    world.write("pay.csv", payroll(0, 8));
    let mut command = world.command(&["pay", "pay.csv", "--yes"]);
    command.env("PAYRUN_GATEWAY_MAX_IN_FLIGHT", "1");
    world.start(command).end().ends(5).says("there is not enough money for it");
    assert_eq!((world.made(), world.states("r1").iter().filter(|state| *state == "ready").count()), (4, 4));
    // one more may have been taken up when the answer came
    assert!(matches!(calls(&world, "withdrawal_create"), 5 | 6));
}

/// What leaves a balance to be converted is no domestic money: head, ways and largest show it apart.
#[test]
fn amounts_on_the_paying_side_stand_apart_from_what_payees_get() {
    let world = World::new();
    world.write("pay.csv", generated(&[(0, 150_000), (2, 150_000), (2, 1_000), (1, 90_000)]));
    let told = plan(&world, "pay.csv");
    let sums = |list: &str| -> Vec<(String, String)> {
        let lines = told[list].as_array().expect("a list").iter();
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        lines.map(|line| (text(&line["currency"]), text(&line["amount"]))).collect()
    };
    let of = |currency: &str, amount: &str| (currency.to_owned(), amount.to_owned());
    assert_eq!(sums("to_send"), [of("AUD", "1500.00"), of("EUR", "900.00")], "{told}");
    assert_eq!(sums("converted"), [of("AUD", "1510.00")], "{told}");
    let (converted, rate) = (&told["converted"][0], amount(&told["rates"][0]["rate"]));
    assert_eq!((&converted["to"], &converted["count"]), (&"EUR".into(), &2.into()));
    assert_eq!(amount(&converted["about"]), (dec("1510.00") * rate).round_dp(2));
    let said = world.payrun(&["pay", "pay.csv", "--dry-run"]).ends(0);
    let said = said.says("  to send: AUD 1,500.00 in 1 payout\n").says("  to send: EUR 900.00 in 1 payout\n");
    let said = said.says("  to send: AUD 1,510.00 to EUR, about EUR 8").says(", in 2 payouts\n");
    said.says("    abroad, converted: AUD 1,510.00 to EUR, about EUR 8");
    world.write("many.csv", generated(&[(0, 100_000), (2, 500_000), (0, 1), (0, 2), (0, 3), (0, 4)]));
    let said = world.payrun(&["pay", "many.csv", "--dry-run"]).ends(0);
    said.says("largest: row 2 Robin Example AUD 1,000.00; ")
        .says("row 3 Robin Example AUD 5,000.00 to EUR\n");
}

/// Rates that do not come leave the balances known, each with its own reason, whatever the patience.
#[test]
fn each_question_about_money_is_answered_for_itself() {
    let world = World::new();
    world.write("pay.csv", mixed_payroll(0, 2));
    let patient = |url: Option<&str>| {
        let mut command = world.command(&["pay", "pay.csv", "--dry-run"]);
        command.env("PAYRUN_GATEWAY_TIMEOUT", "60s").env("PAYRUN_GATEWAY_PATIENCE", "60s");
        url.map(|url| command.env("PAYRUN_API_URL", url));
        world.start(command).end().ends(0)
    };
    world.faults(&["quote:slow=30s@1-"]);
    let said = patient(None).says("the rates are not known: Flash did not answer within 8 seconds");
    let said = said.says("; 10,000,000.00 is there");
    assert!(!said.err.contains("the balances are not known"), "{}", said.err);
    world.faults(&["quote:500_before@1-"]);
    patient(None).says("the rates are not known: Flash did not answer as it should (HTTP 500)");
    world.faults(&[]);
    let nobody =
        std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    patient(Some(&format!("http://{nobody}")))
        .says("the balances are not known: Flash cannot be reached (connection refused)");
}
