//! Money before it moves: balances and rates in the plan, and nothing sent without them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

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

#[test]
fn a_cent_too_little_sends_nothing_until_it_is_there() {
    // 100.00 + 101.01 + 102.02 + 103.03
    let world = World::with(holding(&[("AUD", "406.05")]));
    world.write("pay.csv", payroll(0, 4));
    let said = world.payrun(&["pay", "pay.csv", "--dry-run"]).ends(0);
    said.says("from the AUD balance: 406.06; 406.05 is there: AUD 0.01 IS MISSING");
    let said = world.payrun(&["pay", "pay.csv", "--yes"]).ends(5);
    let said = said.says("Nothing was sent: there is not enough money for it.");
    let said = said.says("AUD 0.01 is missing: from the AUD balance 406.06 is to be paid, and 406.05 is there");
    said.says("payrun resume r1");
    assert_eq!(world.made(), 0);
    assert_eq!(calls(&world, "withdrawal_create"), 0);
    assert_eq!(world.states("r1"), ["ready"; 4]);
    world.payrun(&["resume"]).ends(5).says("AUD 0.01 is missing");
    world.simulator.set_balance("AUD", dec("406.06"));
    world.payrun(&["resume"]).ends(0);
    assert_eq!((world.made(), world.total()), (4, dec("406.06")));
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    assert_eq!(world.made(), 4, "once");
}
