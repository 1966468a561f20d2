//! FX payments beside withdrawals: made, followed, looked up and settled under the same promises.

use std::time::Duration;

use payrun::domain::{PartyMode, PayoutState, PayoutView};
use payrun::engine::{Ending, EngineError, StopReason, Verdict};
use payrun::simulator::{Assumed, Fault, Options, RepeatedKey};

use super::rig::{Rig, checked_iban, iban, mixed_payroll, quick};
use super::world::World;

const ROWS: usize = 20;

fn faults(texts: &[&str]) -> Vec<Fault> {
    texts.iter().map(|text| text.parse().expect("a fault")).collect()
}

fn calls(rig: &Rig, operation: &str) -> u64 {
    let calls = rig.simulator.calls();
    calls.iter().filter(|(name, _)| name.to_string() == operation).map(|(_, count)| *count).sum()
}

fn states(payouts: &[PayoutView]) -> Vec<PayoutState> {
    payouts.iter().map(|payout| payout.status).collect()
}

/// A Flash that has nothing of what is only assumed of it; remitters then cannot be looked up by our ids.
async fn documented(faults: Vec<Fault>) -> Rig {
    let options = Options { assumed: Assumed::Absent, faults, ..quick() };
    let mut rig = Rig::start(options).await;
    rig.parties = PartyMode::Inline;
    rig
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mixed_file_is_paid_each_row_by_its_kind() {
    for rig in [Rig::start(quick()).await, documented(Vec::new()).await] {
        let run = rig.record(rig.mixed_file("pay.csv", 0, ROWS)).await;
        rig.finish(run, 1).await.expect("nothing stands in the way");
        assert_eq!(rig.wrongs(run, ROWS), Vec::<String>::new());
        let ledger = rig.simulator.ledger();
        assert_eq!([ledger.withdrawals.len(), ledger.payments.len()], [ROWS / 2, ROWS / 2]);
        for payment in &ledger.payments {
            assert_eq!([payment.from_currency, payment.to_currency], ["AUD", "EUR"]);
            assert!([payment.from_amount, payment.to_amount].contains(&payment.size));
        }
        rig.simulator.stop().await;
    }
}

/// What is wrong with one payment may be wrong with all, whatever withdrawals have shown.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_begins_with_one_payout_of_each_kind_alone() {
    let rig = Rig::start(Options { faults: faults(&["payment_create:declined@1"]), ..quick() }).await;
    let run = rig.record(rig.mixed_file("pay.csv", 0, ROWS)).await;
    let ended = rig.sit(run).await.expect("it works");
    assert!(matches!(ended, Ending::Stopped(StopReason::Declined(_))), "{ended:?}");
    assert_eq!([calls(&rig, "withdrawal_create"), calls(&rig, "payment_create")], [1, 1]);
    rig.finish(run, 1).await.expect("the others are paid");
    assert_eq!(rig.wrongs(run, ROWS), Vec::<String>::new());
    let rejected = states(&rig.payouts(run)).iter().filter(|state| **state == PayoutState::Rejected).count();
    assert_eq!(rejected, 1);
    rig.simulator.stop().await;
}

/// A look-up of payments that shows a withdrawal's like proves nothing: without a payment that is known to exist, one
/// look at a list that is late would seem to prove absence.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_withdrawal_is_no_canary_for_payments() {
    let mut rig = Rig::start(Options { repeated_key: RepeatedKey::Ignored, ..quick() }).await;
    rig.in_doubt_wait = Duration::from_secs(1);
    // the look after one second is blind, the one after two sees it
    let late = ["payment_create:reset_after@1", "payment_list:lagging_lists=1500ms@1-"];
    rig.simulator.faults().set(&faults(&late));
    let run = rig.record(rig.mixed_file("pay.csv", 0, 2)).await;
    rig.finish(run, 1).await.expect("it comes to an end");
    assert_eq!(rig.wrongs(run, 2), Vec::<String>::new());
    assert!(states(&rig.payouts(run)).iter().all(|state| state.is_at_the_api()));
    let ledger = rig.simulator.ledger();
    assert_eq!([ledger.withdrawals.len(), ledger.payments.len()], [1, 1]);
    rig.simulator.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payments_are_followed_to_their_ends_and_one_that_failed_needs_a_person() {
    for (says_why, mut rig) in [(true, Rig::start(quick()).await), (false, documented(Vec::new()).await)] {
        rig.follow = Duration::from_secs(8);
        let mut text =
            String::from("payee_id,first_name,last_name,street,country,iban,amount,reference,currency\n");
        for (at, reference) in ["PAY", "PAY FAIL_AML", "PAY FAIL_ACC"].iter().enumerate() {
            let row =
                format!("P{at},Robin,Example,1 Hill Street,DE,{},{},{reference},EUR\n", iban(at), 100 + at);
            text.push_str(&row);
        }
        let run = rig.record(rig.written("pay.csv", &text)).await;
        rig.finish(run, 1).await.expect("nothing stands in the way");
        let payouts = rig.payouts(run);
        let expected = [PayoutState::Paid, PayoutState::Rejected, PayoutState::Attention];
        assert_eq!(states(&payouts), expected, "{payouts:#?}");
        let why = payouts[2].reason.clone().unwrap_or_default();
        assert!(why.contains("ask Flash whether the money is back"), "{why}");
        assert_eq!(why.contains("account"), says_why, "{why}");
        // nobody can have it sent again as if nothing had been made
        let again = rig.settle(run, 4, Verdict::NotMade).await;
        assert!(matches!(&again, Err(EngineError::Settle(why)) if why.contains("pay it twice")), "{again:?}");
        rig.finish(run, 1).await.expect("nothing is left to do");
        assert_eq!(rig.simulator.ledger().payments.len(), 3);
        rig.simulator.stop().await;
    }
}

/// Where Flash has only what it documents: what was made is found in the list of all payments; what is not there may
/// only be late, so a person is asked, told why, and believed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_assumed_look_ups_what_was_made_is_found_and_the_rest_is_left_to_a_person() {
    let lost = faults(&["payment_create:reset_after@3", "payment_create:reset_before@5"]);
    let rig = documented(lost).await;
    let run = rig.record(rig.mixed_file("pay.csv", 0, ROWS)).await;
    rig.finish(run, 1).await.expect("it comes to an end");
    assert_eq!(rig.wrongs(run, ROWS), Vec::<String>::new());
    let payouts = rig.payouts(run);
    let unclear: Vec<_> = payouts.iter().filter(|payout| payout.status == PayoutState::Attention).collect();
    assert_eq!(unclear.len(), 1, "{unclear:#?}");
    let why = unclear[0].reason.clone().unwrap_or_default();
    for missing in ["PaymentQueryInput has no externalId", "PaymentQueryInput has no minCreatedAt"] {
        assert!(why.contains(missing), "{why}");
    }
    let row = unclear[0].row;
    // the id of a withdrawal is not believed, nor that of another row's payment
    let withdrawal = rig.simulator.ledger().withdrawals[0].id.clone();
    let other = rig.simulator.ledger().payments[0].id.clone();
    for (id, says) in [(withdrawal, "among its payments"), (other, "Flash's payout")] {
        let settled = rig.settle(run, row, Verdict::Made(id)).await;
        assert!(matches!(&settled, Err(EngineError::Settle(why)) if why.contains(says)), "{settled:?}");
    }
    rig.settle(run, row, Verdict::NotMade).await.expect("a person says so");
    rig.finish(run, 1).await.expect("it is sent again");
    assert!(states(&rig.payouts(run)).iter().all(|state| state.is_at_the_api()));
    assert_eq!(rig.wrongs(run, ROWS), Vec::<String>::new());
    rig.simulator.stop().await;
}

/// A record at Flash takes one currency; the same account paid in another one has a second, found again next time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payee_paid_in_two_currencies_has_a_record_for_each() {
    let rig = Rig::start(quick()).await;
    let header = "payee_id,first_name,last_name,street,country,iban,amount,reference,currency\n";
    let account = checked_iban("CH", "00762011623852957");
    let row = |currency: &str, month: &str| {
        format!("P1,Robin,Example,1 Hill Street,CH,{account},100,PAY {month},{currency}\n")
    };
    let both = [header, &row("CHF", "NOV"), &row("EUR", "NOV")].concat();
    let run = rig.record(rig.written("nov.csv", &both)).await;
    rig.finish(run, 1).await.expect("nothing stands in the way");
    assert_eq!(rig.wrongs(run, 2), Vec::<String>::new());
    let again = [header, &row("EUR", "DEC")].concat();
    let run = rig.record(rig.written("dec.csv", &again)).await;
    rig.finish(run, 1).await.expect("nothing stands in the way");
    let ledger = rig.simulator.ledger();
    assert_eq!(ledger.payments.len(), 3);
    assert_eq!(ledger.recipients.len(), 2, "{:#?}", ledger.recipients);
    rig.simulator.stop().await;
}

/// Money that is there in the payee's currency already needs no conversion.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_withdrawal_may_be_in_another_currency() {
    let rig = Rig::start(quick()).await;
    let header =
        "payee_id,first_name,last_name,street,country,iban,amount,reference,currency,from_currency,kind\n";
    let row = |at: usize, from: &str, kind: &str| {
        format!("P{at},Robin,Example,1 Hill Street,DE,{},{},PAY {at},EUR,{from},{kind}\n", iban(at), 100 + at)
    };
    let text = [header, &row(0, "EUR", "withdrawal"), &row(1, "AUD", "payment")].concat();
    let run = rig.record(rig.written("pay.csv", &text)).await;
    rig.finish(run, 1).await.expect("nothing stands in the way");
    assert_eq!(rig.wrongs(run, 2), Vec::<String>::new());
    let ledger = rig.simulator.ledger();
    let withdrawn: Vec<_> = ledger.withdrawals.iter().map(|made| made.currency).collect();
    assert_eq!(withdrawn, ["EUR"]);
    assert_eq!(ledger.payments.len(), 1);
    rig.simulator.stop().await;
}

#[test]
fn people_see_which_rows_are_converted() {
    let world = World::new();
    world.write("pay.csv", mixed_payroll(0, 4));
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    world.payrun(&["status", "r1"]).ends(0).says("EUR 101.01, AUD → EUR").says("AUD 103.03, AUD → EUR");
    world.payrun(&["status", "r1", "--format", "json"]).ends(0).says(
        r#""kind":"payment","flash_id":"pay_00000001","amount":"101.01","currency":"EUR","from_currency":"AUD","to_currency":"EUR""#,
    );
    world.payrun(&["report", "r1", "--to", "."]).ends(0);
    let report = std::fs::read_to_string(world.home().join("r1-pay.csv")).expect("a report");
    let line = report.lines().nth(2).expect("a row");
    assert!(line.contains(",payment,AUD,EUR,,,"), "{report}");
}
