//! What only a person can tell: whether a payout was made.

use super::doubt::difference;
use super::{Engine, EngineError};
use crate::domain::{Fact, PayoutEntry, PayoutState, RowEntry, RunId};

/// What a person says of a payout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It was made, under this id of the API's.
    Made(String),
    /// It was not made: it may be sent again, as a new attempt with a new key.
    NotMade,
}

/// Records what a person says of one row, after checking at the API what can be checked.
pub async fn settle(
    engine: &Engine,
    run: RunId,
    row: u32,
    verdict: Verdict,
    reason: String,
) -> Result<PayoutEntry, EngineError> {
    let refuse = |why: String| Err(EngineError::Settle(why));
    let checkpoint = engine.journal.checkpoint();
    checkpoint.run(run)?.ok_or(EngineError::NoSuchRun(run))?;
    let Some(RowEntry::Own { id }) = checkpoint.row(run, row)? else {
        return refuse(format!(
            "row {row} is not a payout of run {run}; `payrun status {run}` lists its payouts"
        ));
    };
    let mut entry = engine.entry(id)?;
    if entry.run != run {
        return refuse(format!("row {row} belongs to run {} now: settle it there", entry.run));
    }
    let state = entry.life.state;
    let cancelled = entry.life.status.as_ref().and_then(|status| status.reject_code.clone());
    let fact = match (verdict, state) {
        (_, PayoutState::InDoubt | PayoutState::Sending) => {
            return refuse(format!("row {row} is still in doubt: `payrun resume {run}` looks it up first"));
        }
        (Verdict::Made(flash_id), PayoutState::Attention) => made(engine, &entry, flash_id, reason).await?,
        (Verdict::NotMade, PayoutState::Attention) => Fact::SettledNotMade { reason },
        (Verdict::NotMade, PayoutState::Rejected)
            if cancelled.as_deref().is_none_or(|code| code == "TECHNICAL_ISSUE") =>
        {
            Fact::SettledNotMade { reason }
        }
        (Verdict::NotMade, PayoutState::Rejected) => {
            return refuse(format!(
                "Flash cancelled row {row} with {}, and only a payout cancelled with TECHNICAL_ISSUE may be sent again",
                cancelled.unwrap_or_default()
            ));
        }
        (_, state) => return refuse(format!("row {row} is {state}: there is nothing to settle")),
    };
    engine.happened(&mut entry, fact).await?;
    Ok(entry)
}

/// Checks at the API that the payout named is this one.
async fn made(
    engine: &Engine,
    entry: &PayoutEntry,
    flash_id: String,
    reason: String,
) -> Result<Fact, EngineError> {
    let records = engine.gateway.withdrawals_by_id(std::slice::from_ref(&flash_id)).await?;
    let Some(record) = records.into_iter().flatten().next() else {
        return Err(EngineError::Settle(format!("Flash has no payout {flash_id}")));
    };
    if let Some(what) = difference(entry, &record) {
        return Err(EngineError::Settle(what));
    }
    if let Some(other) = record.external_id.as_deref().filter(|id| *id != entry.external_id.as_str()) {
        return Err(EngineError::Settle(format!(
            "Flash's payout {flash_id} bears the id {other}, not {}",
            entry.external_id
        )));
    }
    Ok(Fact::SettledMade { flash_id, reason, status: record.status })
}
