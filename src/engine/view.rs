//! A run as people and scripts see it, read from the checkpoint.

use std::collections::BTreeMap;

use super::EngineError;
use crate::domain::answer::StatusMeaning;
use crate::domain::{
    BookField, Kind, Oddity, Overlaps, Payout, PayoutEntry, PayoutState, PayoutView, RowEntry, RunId,
    RunState, RunView, Totals, verify_key,
};
use crate::journal::Checkpoint;

/// One run without its payouts. `at_work` says whether a process works on it now.
pub fn run_view(checkpoint: &Checkpoint, run: RunId, at_work: bool) -> Result<RunView, EngineError> {
    let (head, state) = checkpoint.run(run)?.ok_or(EngineError::NoSuchRun(run))?;
    let mut counts: BTreeMap<&'static str, u64> =
        PayoutState::ALL.iter().map(|state| (state.name(), 0)).collect();
    let mut totals = Totals::default();
    let mut addresses_from_book = 0;
    for row in checkpoint.rows(run) {
        let (_, entry) = row?;
        let (state, payout) = standing(checkpoint, run, &entry)?;
        *counts.entry(state.name()).or_default() += 1;
        let completed = |entry: &PayoutEntry| entry.payout.from_book.contains(&BookField::Street);
        addresses_from_book += u64::from(payout.as_ref().is_some_and(completed));
        if let Some(payout) = payout.filter(|_| state.is_at_the_api()) {
            totals.add(payout.payout.money);
        }
    }
    let state = match state {
        RunState::Recording | RunState::Running if !at_work => RunState::Stopped,
        RunState::Recording => RunState::Running,
        state => state,
    };
    Ok(RunView {
        run: run.to_string(),
        file: head.file,
        label: head.label,
        environment: head.environment,
        state,
        release: checkpoint.release(run)?,
        opened_at: head.opened_at,
        accepted: head.accepted,
        bank_directory: head.bank_directory,
        plan: head.plan,
        counts,
        addresses_from_book,
        totals: totals.lines(),
    })
}

/// The payouts of a run in the order of its rows, one at a time.
pub fn payouts(
    checkpoint: &Checkpoint,
    run: RunId,
) -> impl Iterator<Item = Result<PayoutView, EngineError>> + use<'_> {
    checkpoint.rows(run).map(move |row| {
        let (row, entry) = row?;
        payout_view(checkpoint, run, row, &entry)
    })
}

/// Whether a run can be recorded anew: nothing of it was ever sent, and no later run corrects it.
pub fn may_begin_anew(checkpoint: &Checkpoint, run: RunId) -> Result<bool, EngineError> {
    if checkpoint.runs()?.iter().any(|(head, _)| head.overlaps == Overlaps::Amends(run)) {
        return Ok(false);
    }
    for entry in checkpoint.own_payouts(run) {
        if entry?.life.was_sent() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The state of a row, and its payout where it has one.
fn standing(
    checkpoint: &Checkpoint,
    run: RunId,
    entry: &RowEntry,
) -> Result<(PayoutState, Option<PayoutEntry>), EngineError> {
    Ok(match entry {
        RowEntry::Invalid { .. } => (PayoutState::Invalid, None),
        RowEntry::Conflict { .. } => (PayoutState::Held, None),
        RowEntry::Own { id } | RowEntry::Earlier { id } => match checkpoint.payout(*id)? {
            // planned anew by a later run: that run has it now
            Some(entry) if entry.run > run && !entry.life.was_sent() => (PayoutState::Held, None),
            Some(entry) => (entry.life.state, Some(entry)),
            None => (PayoutState::Attention, None),
        },
    })
}

fn payout_view(
    checkpoint: &Checkpoint,
    run: RunId,
    row: u32,
    entry: &RowEntry,
) -> Result<PayoutView, EngineError> {
    let (status, known) = standing(checkpoint, run, entry)?;
    let asked = match entry {
        RowEntry::Conflict { payout, .. } => Some((**payout).clone()),
        _ => known.as_ref().map(|entry| entry.payout.clone()),
    };
    let life = known.as_ref().map(|entry| &entry.life);
    let reason = match entry {
        RowEntry::Invalid { why, .. } | RowEntry::Conflict { why, .. } => Some(why.clone()),
        RowEntry::Own { .. } | RowEntry::Earlier { .. } => match life {
            Some(life) => life.why.clone(),
            None => Some("a later file has replaced this row".to_owned()),
        },
    };
    let named = match entry {
        RowEntry::Invalid { payee, .. } => payee.clone(),
        _ => asked.as_ref().map(|payout| payout.payee.party.name.to_string()),
    };
    let conversion = asked.as_ref().and_then(|payout| payout.conversion.as_ref());
    let (verified, bank) = match &asked {
        Some(payout) => {
            let key = verify_key(&payout.payee.account, &payout.payee.party.name.to_string());
            (checkpoint.verified(key)?, checkpoint.bank(key)?)
        }
        None => (None, None),
    };
    let sent_by = known.as_ref().map(|entry| entry.run).filter(|other| *other != run);
    Ok(PayoutView {
        row,
        payment_id: asked.as_ref().and_then(|payout| payout.payment_id.clone()),
        external_id: known.as_ref().map(|entry| entry.external_id.clone()),
        status,
        kind: asked.as_ref().map_or(Kind::Withdrawal, Payout::kind),
        flash_id: life.and_then(|life| life.flash_id.clone()),
        amount: asked.as_ref().map(|payout| payout.money.digits()),
        currency: asked.as_ref().map(|payout| payout.money.currency().to_string()),
        from_currency: conversion.map(|conversion| conversion.from.to_string()),
        to_currency: conversion.map(|conversion| conversion.to.to_string()),
        payee: named,
        account: asked.as_ref().map(|payout| payout.payee.account.to_string()),
        reference: asked.as_ref().and_then(|payout| payout.reference.clone()),
        next: next(status, run, row, known.as_ref()),
        accepted: known.as_ref().map(|entry| entry.accepted.clone()).unwrap_or_default(),
        like_earlier: known.as_ref().and_then(|entry| entry.like_earlier.clone()),
        from_book: asked.map(|payout| payout.from_book).unwrap_or_default(),
        verified,
        bank,
        reason,
        sent_by,
    })
}

/// What a person can do about a payout in this state.
fn next(status: PayoutState, run: RunId, row: u32, known: Option<&PayoutEntry>) -> Option<String> {
    // a row that an earlier run has is settled there
    let (run, row) = known.map_or((run, row), |entry| (entry.run, entry.payout.row));
    let made = known.is_some_and(|entry| entry.life.flash_id.is_some());
    let status_there = known.and_then(|entry| entry.life.status.as_ref());
    let reject_code = status_there.and_then(|status| status.reject_code.as_deref());
    if known.is_some_and(|entry| entry.life.superseded_by.is_some()) {
        return None;
    }
    Some(match status {
        PayoutState::Paid | PayoutState::Submitted => return None,
        PayoutState::Invalid => "correct the row and pay the file of corrected rows".to_owned(),
        PayoutState::Held => {
            format!("decide as the reason says, then pay the file of rows to correct, {run}-to-correct.csv")
        }
        PayoutState::Ready | PayoutState::Sending | PayoutState::InDoubt => format!("payrun resume {run}"),
        PayoutState::Returned => "ask the payee for the right account, then pay it as a new row".to_owned(),
        PayoutState::Rejected if reject_code == Some("TECHNICAL_ISSUE") => {
            format!("it may be sent again: payrun settle {run} --row {row} --not-made --reason \"…\"")
        }
        PayoutState::Rejected if made => {
            "Flash forbids sending it again; see the reason, and ask Flash if it is not clear".to_owned()
        }
        PayoutState::Rejected => format!(
            "Flash made nothing: correct the row and pay it as a new one, or send it again by payrun settle {run} --row {row} --not-made --reason \"…\""
        ),
        PayoutState::Attention
            if status_there.is_some_and(|status| status.meaning == StatusMeaning::Undelivered) =>
        {
            "ask Flash whether the money is back, and pay it as a new row once it is; never before you know"
                .to_owned()
        }
        PayoutState::Attention if made => {
            let what = match known.and_then(|entry| entry.life.oddity.as_ref()) {
                Some(Oddity::Status { status }) if status.meaning != StatusMeaning::Unknown => {
                    "ask Flash which of the two is true"
                }
                Some(Oddity::Content { .. } | Oddity::Gone) => "ask Flash what has become of it",
                Some(Oddity::Status { .. }) | None => "ask Flash what this status means",
            };
            format!("{what}; do not pay it again before you know")
        }
        PayoutState::Attention => format!(
            "look it up at Flash, then: payrun settle {run} --row {row} --made FLASH_ID, or --not-made, with --reason \"…\""
        ),
    })
}
