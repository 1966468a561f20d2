//! What may still change at the API, run by run, as the checkpoint has it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::EngineError;
use super::track::Which;
use crate::domain::{PayoutState, RunId, Timestamp, run_as_typed};
use crate::journal::Checkpoint;

/// The payouts of one run that may still change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnderWay {
    /// The run.
    #[serde(serialize_with = "run_as_typed")]
    pub run: RunId,
    /// So many are with Flash or a bank.
    pub under_way: u64,
    /// When the oldest of them was sent.
    pub since: Option<Timestamp>,
    /// The API's words for them, with their numbers.
    pub statuses: BTreeMap<String, u64>,
    /// So many are paid, and watched since banks may send money back.
    pub watched: u64,
    /// So many only a person understands.
    pub unclear: u64,
}

/// The runs with payouts that may still change.
pub fn under_way(checkpoint: &Checkpoint, which: Which) -> Result<Vec<UnderWay>, EngineError> {
    let mut runs: BTreeMap<RunId, UnderWay> = BTreeMap::new();
    let (watched, _) = checkpoint.watched_after(0)?;
    for watched in watched {
        let watched = watched?;
        if !which.has(watched.run) {
            continue;
        }
        let Some(life) = checkpoint.payout(watched.id)?.map(|entry| entry.life) else { continue };
        let run = runs.entry(watched.run).or_insert_with(|| UnderWay {
            run: watched.run,
            under_way: 0,
            since: None,
            statuses: BTreeMap::new(),
            watched: 0,
            unclear: 0,
        });
        match life.state {
            PayoutState::Submitted => {
                run.under_way += 1;
                run.since = run.since.into_iter().chain(life.last_sent).min();
                let name = life.shown().map_or("without a status", |status| status.name.as_str());
                *run.statuses.entry(name.to_owned()).or_default() += 1;
            }
            PayoutState::Paid => run.watched += 1,
            PayoutState::Attention => run.unclear += 1,
            PayoutState::Invalid
            | PayoutState::Held
            | PayoutState::Ready
            | PayoutState::Sending
            | PayoutState::InDoubt
            | PayoutState::Returned
            | PayoutState::Rejected => {}
        }
    }
    Ok(runs.into_values().collect())
}
