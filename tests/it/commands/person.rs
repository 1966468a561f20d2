//! What only a person can tell.

use serde_json::Value;

use crate::rig::payroll;
use crate::world::World;

/// The row of a run that needs a person.
fn row_in_attention(world: &World) -> String {
    let payouts = world.payouts("r1");
    let one = payouts.iter().find(|payout| payout["status"] == "attention").expect("one in attention");
    one["row"].to_string()
}

#[test]
fn what_was_not_made_is_sent_again_as_a_new_attempt() {
    let world = World::new();
    world.write("payrun.toml", "[gateway]\nresend = \"never\"\n");
    world.write("pay.csv", payroll(0, 3));
    world.faults(&["withdrawal_create:reset_before@2"]);
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(4).says("only a person can tell");
    world.faults(&[]);
    let row = row_in_attention(&world);
    let before = world.payouts("r1");
    let not_made = |row: &str, reason: &str| {
        world.payrun(&["settle", "r1", "--row", row, "--not-made", "--reason", reason])
    };
    not_made(&row, " ").ends(2);
    not_made("2", "x").ends(2).says("nothing to settle"); // the first payout went alone and well
    not_made("99", "x").ends(2).says("row 99");
    not_made(&row, "Flash support says so").ends(0).says("attempt 2").says("payrun resume r1");
    not_made(&row, "Flash support says so").ends(2).says("nothing to settle");
    assert_eq!(world.made(), 2);
    world.payrun(&["resume"]).ends(0);
    assert_eq!(world.made(), 3);
    let changed = |(before, after): (&Value, &Value)| before["external_id"] != after["external_id"];
    let after = world.payouts("r1");
    assert_eq!(before.iter().zip(&after).filter(|pair| changed(*pair)).count(), 1, "a new attempt, a new id");
    let journal = std::fs::read_to_string(world.scope().join("journal/00000001.jsonl")).expect("a journal");
    assert!(journal.contains("Flash support says so"));
}

#[test]
fn what_flash_has_cannot_be_called_not_made() {
    // the payout was made, the list does not show it in time, and then it does
    let world = World::new();
    world.write("payrun.toml", "[gateway]\nresend = \"never\"\n");
    world.write("first.csv", payroll(50, 1));
    world.payrun(&["pay", "first.csv", "--yes"]).ends(0);
    std::thread::sleep(std::time::Duration::from_millis(1600));
    world.faults(&["withdrawal_create:reset_after@1", "withdrawal_list:lagging_lists=1500ms@1-"]);
    world.write("pay.csv", payroll(0, 1));
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(4);
    assert_eq!(world.states("r2"), ["attention"]);
    world.faults(&[]);
    let said = world.payrun(&["settle", "r2", "--row", "2", "--not-made", "--reason", "I am sure"]).ends(2);
    let said = said.says("Flash has row 2 as");
    let id =
        said.err.split("--made ").nth(1).and_then(|rest| rest.split(' ').next()).expect("an id").to_owned();
    let first = world.ledger().withdrawals[0].id.clone();
    let made =
        |id: &str| world.payrun(&["settle", "r2", "--row", "2", "--made", id, "--reason", "seen at Flash"]);
    made("nonsense").ends(2).says("Flash has no payout nonsense among its withdrawals");
    made(&first).ends(2); // another payout of ours: amount and account differ
    made(&id).ends(0).says("settled: ");
    assert_eq!(world.made(), 2);
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0).says("nothing was sent now");
    assert_eq!(world.made(), 2);
}
