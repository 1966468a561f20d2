//! The quote guard: payments go at a rate within the limit or wait, and nothing of it can pay anybody twice.

use std::collections::BTreeSet;
use std::time::Duration;

use payrun::domain::{PayoutState, PayoutView, RunId};
use payrun::engine::{Ending, RateTrouble, StopReason};
use payrun::simulator::{Assumed, Fault, Options, QuoteUse};
use rust_decimal::Decimal;

use super::rig::{Rig, iban, mixed_payroll, quick};
use super::world::World;

const ROWS: usize = 12;

fn faults(texts: &[&str]) -> Vec<Fault> {
    texts.iter().map(|text| text.parse().expect("a fault")).collect()
}

/// A run whose payments may cost half a per cent more than now.
async fn limited(options: Options) -> (Rig, RunId) {
    let mut rig = Rig::start(options).await;
    rig.limit = Some(("0.5%".parse().expect("a share"), rig.rates(&[("AUD", "EUR")]).await));
    let run = rig.record(rig.mixed_file("pay.csv", 0, ROWS)).await;
    (rig, run)
}

fn market(rig: &Rig, factor: &str) {
    let factor = Decimal::from_str_exact(factor).expect("a decimal");
    rig.simulator.change(|options| options.market_factor = factor);
}

fn calls(rig: &Rig, operation: &str) -> u64 {
    let calls = rig.simulator.calls();
    calls.iter().filter(|(name, _)| name.to_string() == operation).map(|(_, count)| *count).sum()
}

fn count(payouts: &[PayoutView], state: PayoutState) -> usize {
    payouts.iter().filter(|payout| payout.status == state).count()
}

/// The quotes that payments were made at; a payment without one fails.
fn quotes_used(rig: &Rig) -> Vec<String> {
    let payments = rig.simulator.ledger().payments;
    payments.iter().map(|payment| payment.quote_id.clone().expect("a quote")).collect()
}

fn stop(ended: &Ending) -> &payrun::engine::RateStop {
    match ended {
        Ending::Stopped(StopReason::Rates(stops)) if stops.len() == 1 => &stops[0],
        other => panic!("not stopped for one pair: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn within_the_limit_all_payments_go_at_quotes_and_one_quote_serves_many() {
    for factor in ["1", "0.996", "1.5"] {
        let (rig, run) = limited(quick()).await;
        market(&rig, factor);
        rig.finish(run, 1).await.expect("a rate within the limit, or better, stops nothing");
        assert_eq!(rig.wrongs(run, ROWS), Vec::<String>::new());
        let used: BTreeSet<_> = quotes_used(&rig).into_iter().collect();
        assert_eq!((used.len(), rig.simulator.ledger().payments.len()), (1, ROWS / 2), "at {factor}");
        rig.simulator.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beyond_the_limit_payments_wait_and_withdrawals_go_on_until_somebody_agrees() {
    let (rig, run) = limited(quick()).await;
    market(&rig, "0.99");
    let ended = rig.sit(run).await.expect("it works");
    let stopped = stop(&ended);
    assert!(matches!(stopped.trouble, RateTrouble::Worse { agreed, now, .. } if now < agreed), "{stopped:?}");
    assert_eq!(stopped.sums.count(), (ROWS / 2) as u64);
    assert!(stopped.cost().is_some_and(|cost| cost > Decimal::from(600)), "{stopped:?}");
    let payouts = rig.payouts(run);
    assert_eq!(
        [count(&payouts, PayoutState::Ready), rig.simulator.ledger().withdrawals.len()],
        [ROWS / 2; 2]
    );
    assert_eq!(rig.simulator.ledger().payments.len(), 0);
    // going on without a word changes nothing; with a word the rest is sent
    stop(&rig.sit(run).await.expect("it works"));
    assert_eq!(rig.simulator.ledger().payments.len(), 0);
    let rates = rig.rates(&[("AUD", "EUR")]).await;
    rig.agree(run, "0.5%".parse().ok(), &rates);
    rig.finish(run, 1).await.expect("it was agreed to");
    assert_eq!(rig.wrongs(run, ROWS), Vec::<String>::new());
    assert_eq!(quotes_used(&rig).len(), ROWS / 2);
    rig.simulator.stop().await;
}

/// The market moves when some payments are out and their quote is over: the others wait.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_market_that_moves_during_a_run_stops_what_is_left() {
    let slow = Duration::from_millis(400);
    let (mut rig, _) = limited(Options { quote_lifetime: Duration::from_millis(2500), ..quick() }).await;
    rig.max_in_flight = 1;
    let run = rig.record(rig.mixed_file("slow.csv", 100, ROWS)).await;
    rig.simulator.change(|options| options.latency = slow);
    let moving = async {
        while rig.simulator.ledger().payments.is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        market(&rig, "0.9");
    };
    let (ended, ()) = tokio::join!(rig.sit(run), moving);
    let waiting = usize::try_from(stop(&ended.expect("it works")).sums.count()).expect("few");
    let made = rig.simulator.ledger().payments.len();
    assert!(made >= 1 && waiting >= 1 && made + waiting == ROWS / 2, "{made} made, {waiting} waiting");
    assert_eq!(rig.simulator.ledger().withdrawals.len(), ROWS / 2, "withdrawals go on");
    assert_eq!(rig.wrongs(run, ROWS), Vec::<String>::new());
    rig.simulator.stop().await;
}

/// A quote that is nearly over is not used any more, by the server's clock, however wrong ours is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quotes_are_renewed_before_they_end_by_the_server_s_clock() {
    for skew in [-3600, 3600] {
        let (mut rig, run) = limited(Options {
            quote_lifetime: Duration::from_millis(2500),
            clock_skew: jiff::SignedDuration::from_secs(skew),
            ..quick()
        })
        .await;
        rig.max_in_flight = 1;
        rig.simulator.change(|options| options.latency = Duration::from_millis(200));
        rig.finish(run, 1).await.expect("there is always a quote");
        assert_eq!(rig.wrongs(run, ROWS), Vec::<String>::new());
        let used: BTreeSet<_> = quotes_used(&rig).into_iter().collect();
        assert!(used.len() > 1, "{used:?}");
        assert_eq!(calls(&rig, "payment_create"), (ROWS / 2) as u64, "none was declined as expired");
        rig.simulator.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_a_quote_is_good_for_one_payment_each_has_its_own() {
    let (rig, run) = limited(Options { quote_use: QuoteUse::Once, ..quick() }).await;
    rig.finish(run, 1).await.expect("nothing stands in the way");
    assert_eq!(rig.wrongs(run, ROWS), Vec::<String>::new());
    let used: BTreeSet<_> = quotes_used(&rig).into_iter().collect();
    assert_eq!(used.len(), ROWS / 2, "each its own");
    assert_eq!(calls(&rig, "payment_create"), (ROWS / 2 + 1) as u64, "one found out");
    rig.simulator.stop().await;
}

/// What is in doubt keeps its bytes and its quote, whatever the market does; it is never made twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doubt_is_settled_as_ever() {
    for once in [QuoteUse::Often, QuoteUse::Once] {
        let lost = ["payment_create:reset_after@3", "payment_create:reset_before@5"];
        let (rig, run) = limited(Options { quote_use: once, faults: faults(&lost), ..quick() }).await;
        rig.finish(run, 2).await.expect("it comes to an end");
        assert_eq!(rig.wrongs(run, ROWS), Vec::<String>::new());
        assert_eq!(quotes_used(&rig).len(), ROWS / 2, "{once:?}");
        rig.simulator.stop().await;
    }
}

/// A repetition whose quote is over is not believed to have made nothing, and gets no new quote: a person is asked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repetition_with_a_quote_that_is_over_is_left_to_a_person() {
    let (mut rig, _) = limited(Options { quote_lifetime: Duration::from_secs(3), ..quick() }).await;
    rig.in_doubt_wait = Duration::from_millis(3200);
    let run = rig.record(rig.mixed_file("late.csv", 200, 4)).await;
    rig.simulator.faults().set(&faults(&["payment_create:reset_before@2"]));
    rig.finish(run, 1).await.expect("it comes to an end");
    let payouts = rig.payouts(run);
    assert_eq!(count(&payouts, PayoutState::Attention), 1, "{payouts:#?}");
    assert_eq!(rig.wrongs(run, 4), Vec::<String>::new());
    rig.simulator.stop().await;
}

/// No byte left, and hours later the run goes on: the frozen quote is over and a new one takes its place.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_never_sent_goes_at_a_new_quote_under_the_same_id() {
    let (rig, run) = limited(Options { quote_lifetime: Duration::from_secs(3), ..quick() }).await;
    rig.simulator.faults().set(&faults(&["payment_create:throttle=20ms@1-6"]));
    let ended = rig.sit(run).await.expect("it works");
    assert!(matches!(ended, Ending::Stopped(StopReason::Gateway(_))), "{ended:?}");
    let before: Vec<_> = rig.payouts(run).iter().map(|payout| payout.external_id.clone()).collect();
    tokio::time::sleep(Duration::from_secs(3)).await;
    rig.simulator.faults().set(&[]);
    rig.finish(run, 1).await.expect("it goes on");
    let after: Vec<_> = rig.payouts(run).iter().map(|payout| payout.external_id.clone()).collect();
    assert_eq!(before, after);
    assert_eq!(count(&rig.payouts(run), PayoutState::Rejected), 0);
    assert_eq!(rig.wrongs(run, ROWS), Vec::<String>::new());
    rig.simulator.stop().await;
}

/// Away from what payrun can see, a quote ends all the same: a first sending that is declined for it made nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_sending_declined_for_its_quote_goes_as_a_new_attempt() {
    let (mut rig, run) = limited(quick()).await;
    rig.max_in_flight = 1;
    rig.simulator.change(|options| options.latency = Duration::from_millis(100));
    let jumping = async {
        while rig.simulator.ledger().payments.is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        rig.simulator.change(|options| options.clock_skew = jiff::SignedDuration::from_mins(5));
    };
    let (finished, ()) = tokio::join!(rig.finish(run, 1), jumping);
    finished.expect("nothing stands in the way");
    assert_eq!(calls(&rig, "payment_create"), (ROWS / 2 + 1) as u64, "one was declined");
    assert_eq!(rig.wrongs(run, ROWS), Vec::<String>::new());
    let payouts = rig.payouts(run);
    assert_eq!(count(&payouts, PayoutState::Rejected), 0, "{payouts:#?}");
    assert_eq!(rig.simulator.ledger().payments.len(), ROWS / 2);
    rig.simulator.stop().await;
}

#[test]
fn resume_asks_again_and_keeps_what_was_agreed() {
    let world = World::new();
    world.write("pay.csv", mixed_payroll(0, 4));
    world
        .payrun(&["pay", "pay.csv", "--max-slippage", "0.5%", "--dry-run"])
        .ends(0)
        .says("indicative rate: 1 AUD =")
        .says("a payment is sent while the same money costs at most 0.5 % more than by the rate shown");
    let page = ["pay", "pay.csv", "--max-slippage", "0.5%", "--dry-run", "--plan-page", "plan.html"];
    let told = world.payrun(&[&page[..], &["--format", "json"]].concat()).ends(0).json();
    assert_eq!(told["max_slippage"], "0.5%", "{told}");
    let page = std::fs::read_to_string(world.home().join("plan.html")).expect("a page");
    assert!(page.contains("costs at most 0.5 % more"), "{page}");
    let moved = |factor: &str| {
        let factor = Decimal::from_str_exact(factor).expect("a decimal");
        world.simulator.change(|options| options.market_factor = factor);
    };
    // the rates are shown and agreed to, and the market moves before the run is carried out
    world.faults(&["withdrawal_create:throttle=20ms@1-"]);
    world.payrun(&["pay", "pay.csv", "--yes", "--max-slippage", "0.5%"]).ends(5);
    world.faults(&[]);
    moved("0.98");
    let said = world.payrun(&["resume"]).ends(5);
    let said = said
        .says("AUD → EUR: the rate agreed to is 1 AUD = 0.5")
        .says("cost 2.05 % more with a limit of 0.5 %");
    said.says("2 payments wait and cost AUD")
        .says("To see the rates of then and agree to them: payrun resume r1");
    assert_eq!(world.states("r1"), ["submitted", "ready", "submitted", "ready"]);
    // it must be one's own word, and for a run that has begun by resume
    world
        .payrun(&["pay", "pay.csv", "--yes", "--max-slippage", "3%"])
        .ends(2)
        .says("payrun resume r1 --max-slippage 3%");
    world.payrun(&["resume", "--max-slippage", "3"]).ends(2).says("\"3\" is not a share like 0.5%");
    world.payrun(&["resume", "--yes"]).ends(0).says("cost 2.05 % more");
    assert_eq!(world.ledger().payments.len(), 2);
    assert!(world.ledger().payments.iter().all(|payment| payment.quote_id.is_some()));
}

/// The promise cannot be kept where Flash has no quotes that can be paid by: payments wait, unless the limit is lifted.
#[test]
fn without_tradable_quotes_payments_wait_until_the_limit_is_lifted() {
    let world = World::with(Options { assumed: Assumed::Absent, quote_lifetime: Duration::ZERO, ..quick() });
    let euro = |at: usize| format!("Robin,Example,1 Hill Street,DE,{},{},PAY {at},EUR\n", iban(at), 100 + at);
    let header = "first_name,last_name,street,country,iban,amount,reference,currency\n";
    world.write("pay.csv", [header, &euro(1), &euro(2)].concat());
    let mut pay = world.command(&["pay", "pay.csv", "--yes"]);
    pay.env("PAYRUN_PAYOUTS_MAX_SLIPPAGE", "1%").env("PAYRUN_PAYOUTS_PARTIES", "inline");
    world.start(pay).end().ends(5).says("so the limit on its rate cannot be kept; 2 payments wait.");
    assert_eq!(world.ledger().payments.len(), 0);
    world.payrun(&["resume", "--max-slippage", "none"]).ends(2).says("only the word yes lifts the limit");
    world.payrun(&["resume", "--max-slippage", "none", "--yes"]).ends(0);
    let payments = world.ledger().payments;
    assert_eq!((payments.len(), payments.iter().all(|payment| payment.quote_id.is_none())), (2, true));
}
