//! A short form of the kill campaign.

use super::campaign::{Campaign, Round};

const ROUNDS: u64 = 25;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_and_resumed_everybody_is_paid_once() {
    let campaign =
        Campaign { program: vec![env!("CARGO_BIN_EXE_payrun").into()], rows: 200, seed: 20_261_125 };
    let mut kills = 0;
    for pair in (0..ROUNDS).collect::<Vec<_>>().chunks(2) {
        let second = async {
            match pair.get(1) {
                Some(number) => campaign.round(*number).await,
                None => Round::default(),
            }
        };
        let (first, second) = tokio::join!(campaign.round(pair[0]), second);
        for round in [first, second] {
            assert!(round.wrongs.is_empty(), "{:#?}", round.wrongs);
            kills += round.kills;
        }
    }
    assert!(kills > 50, "only {kills} kills: the campaign does not strike");
}
