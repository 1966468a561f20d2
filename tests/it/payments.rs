//! FX payments beside withdrawals: made, followed, looked up and settled under the same promises.

use std::time::Duration;

use payrun::domain::{Kind, PayoutState};
use payrun::engine::{Ending, StopReason};
use payrun::simulator::{Fault, Options};

use super::rig::{Rig, made_as, quick};

const ROWS: usize = 20;

fn faults(texts: &[&str]) -> Vec<Fault> {
    texts.iter().map(|text| text.parse().expect("a fault")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mixed_file_is_paid_each_row_by_its_kind() {
    let rig = Rig::start(quick()).await;
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
