//! One payout as people and scripts see it: where it stands, why, and what to do.

use std::collections::HashMap;

use super::{EngineError, converted, goes_on_by, is_refused, standing};
use crate::check::directory::Directory;
use crate::domain::answer::StatusMeaning;
use crate::domain::plan_view::shown_rate;
use crate::domain::{
    AsRead, BankAccount, Kind, Life, Oddity, Payout, PayoutEntry, PayoutState, PayoutView, RowEntry, RowMark,
    RunHead, RunId, may_be_sent_again, reject_to_do, reject_words, verify_key,
};
use crate::journal::{Checkpoint, Holder};
use crate::plan::rail;

/// Makes the views of a run's payouts, one after the other.
pub(super) struct Viewer<'a> {
    checkpoint: &'a Checkpoint,
    run: RunId,
    holder: &'a Holder,
    directory: Directory,
    /// The runs that have had one of the payouts so far: in whose name they pay stands there.
    heads: HashMap<RunId, Option<RunHead>>,
}

impl<'a> Viewer<'a> {
    pub fn new(checkpoint: &'a Checkpoint, run: RunId, holder: &'a Holder, directory: Directory) -> Self {
        Self { checkpoint, run, holder, directory, heads: HashMap::new() }
    }

    pub fn view(&mut self, row: u32, entry: &RowEntry) -> Result<PayoutView, EngineError> {
        let (checkpoint, run) = (self.checkpoint, self.run);
        let (status, known) = standing(checkpoint, run, entry)?;
        let asked = match entry {
            RowEntry::Conflict { payout, .. } => Some((**payout).clone()),
            _ => known.as_ref().map(|entry| entry.payout.clone()),
        };
        let life = known.as_ref().map(|entry| &entry.life);
        let (named, read) = match entry {
            RowEntry::Invalid { payee, read, .. } => (payee.clone(), (**read).clone()),
            RowEntry::Own { .. } | RowEntry::Earlier { .. } | RowEntry::Conflict { .. } => {
                let read = asked.as_ref().map(as_read).unwrap_or_default();
                (asked.as_ref().map(|payout| payout.payee.party.name.to_string()), read)
            }
        };
        let conversion = asked.as_ref().and_then(|payout| payout.conversion.as_ref());
        let came_to = known.as_ref().and_then(converted).zip(conversion);
        let (verified, bank) = match &asked {
            Some(payout) => {
                let key = verify_key(&payout.payee.account, &payout.payee.party.name.to_string());
                (checkpoint.verified(key)?, checkpoint.bank(key)?)
            }
            None => (None, None),
        };
        let there = life.and_then(Life::shown);
        let corrected = self.corrected(entry, known.as_ref())?;
        let identity = match entry {
            RowEntry::Own { id } | RowEntry::Earlier { id } => Some(*id),
            RowEntry::Invalid { id, .. } | RowEntry::Conflict { id, .. } => *id,
        };
        let is_later_s = known.is_none() && self.is_later_s(entry)?;
        let of = known.as_ref().map_or(run, |entry| entry.run);
        let on = match status {
            PayoutState::Ready | PayoutState::Sending | PayoutState::InDoubt => checkpoint.run(of)?,
            _ => None,
        };
        let on = on.and_then(|(head, state)| goes_on_by(&head, state, self.holder));
        // nobody is told to pay what a person has refused, or what a later run has
        let is_let_go = matches!(status, PayoutState::Held | PayoutState::Invalid)
            && (is_later_s || is_refused(checkpoint, run)?);
        let is_left_alone = corrected.is_some() || is_let_go;
        let mut reason = reason(entry, life);
        if let Some(place) = &corrected {
            reason = Some(reason.map_or_else(|| place.clone(), |reason| format!("{reason}; {place}")));
        }
        Ok(PayoutView {
            row,
            payment_id: read.payment_id,
            external_id: known.as_ref().map(|entry| entry.external_id.clone()),
            status,
            kind: asked.as_ref().map_or(Kind::Withdrawal, Payout::kind),
            flash_id: life.and_then(|life| life.flash_id.clone()),
            amount: read.money.map(|money| money.digits()),
            currency: read.money.map(|money| money.currency().to_string()),
            from_currency: conversion.map(|conversion| conversion.from.to_string()),
            to_currency: conversion.map(|conversion| conversion.to.to_string()),
            payee: named,
            account: read.account,
            reference: read.reference,
            next: next(status, run, row, known.as_ref(), on).filter(|_| !is_left_alone),
            accepted: known.as_ref().map(|entry| entry.accepted.clone()).unwrap_or_default(),
            like_earlier: known.as_ref().and_then(|entry| entry.like_earlier.clone()),
            reason,
            sent_by: known
                .as_ref()
                .map(|entry| entry.run)
                .filter(|other| *other != run)
                .map(|run| run.to_string()),
            branch: asked.as_ref().and_then(|payout| self.branch(payout)),
            remitter: known.as_ref().map(|entry| self.remitter(entry)).transpose()?,
            rail: asked.as_ref().map(|payout| way(payout, life)),
            fee: asked
                .as_ref()
                .zip(life.and_then(Life::fee))
                .map(|(payout, fee)| payout.funded_in().with_decimals(fee)),
            debited: came_to.map(|(sums, pair)| pair.from.with_decimals(sums.debited).to_string()),
            delivered: came_to.map(|(sums, pair)| pair.to.with_decimals(sums.delivered).to_string()),
            rate: came_to.map(|(sums, _)| shown_rate(sums.rate())),
            flash_status: there.map(|status| status.name.clone()),
            reject_code: there.and_then(|status| status.reject_code.clone()),
            sent_at: life.and_then(|life| life.first_sent),
            changed_at: life.and_then(|life| life.changed),
            correctable: is_correctable(status, life) && !is_left_alone && !is_later_s,
            mark: identity.map(|id| RowMark::of(run, row, id)),
            from_book: asked.map(|payout| payout.from_book).unwrap_or_default(),
            verified,
            bank,
        })
    }

    /// The row that has taken its place, in words.
    fn corrected(&self, row: &RowEntry, known: Option<&PayoutEntry>) -> Result<Option<String>, EngineError> {
        let (first, own, run) = match (row, known) {
            (RowEntry::Own { .. } | RowEntry::Earlier { .. }, Some(entry))
                if !entry.life.keeps_its_place() =>
            {
                (entry.payout.marked.unwrap_or(entry.id), Some(entry.id), entry.run)
            }
            (RowEntry::Invalid { id: Some(id), .. } | RowEntry::Conflict { id: Some(id), .. }, _) => {
                (*id, None, self.run)
            }
            _ => return Ok(None),
        };
        let mut others = self.checkpoint.marked(first)?;
        others.extend(own.map_or(Ok(None), |own| self.checkpoint.payout(own.corrected()))?);
        let mut later: Option<PayoutEntry> = None;
        for other in others.into_iter().filter(|other| Some(other.id) != own) {
            let is_next = other.run > run && !is_refused(self.checkpoint, other.run)?;
            let is_last = later.as_ref().is_none_or(|later| later.run < other.run);
            if is_last && (is_next || other.life.keeps_its_place()) {
                later = Some(other);
            }
        }
        Ok(later.map(|later| format!("corrected by row {} of run {}", later.payout.row, later.run)))
    }

    /// Whether a later run has the payout of a row, and may yet send it.
    fn is_later_s(&self, row: &RowEntry) -> Result<bool, EngineError> {
        let (RowEntry::Own { id } | RowEntry::Earlier { id }) = row else { return Ok(false) };
        let later = self.checkpoint.payout(*id)?;
        later.map_or(Ok(false), |later| Ok(!is_refused(self.checkpoint, later.run)?))
    }

    fn branch(&self, payout: &Payout) -> Option<String> {
        match &payout.payee.account {
            BankAccount::Bsb { bsb, .. } => self.directory.words(*bsb),
            BankAccount::PayId { .. } | BankAccount::Abroad(_) => None,
        }
    }

    /// In whose name it is paid, as the run that has it was opened.
    fn remitter(&mut self, entry: &PayoutEntry) -> Result<String, EngineError> {
        if let Some(id) = &entry.payout.sub_client_id {
            return Ok(format!("sub-client {id}"));
        }
        let Some(id) = &entry.remitter else {
            return Ok("the Flash account itself".to_owned());
        };
        if !self.heads.contains_key(&entry.run) {
            let head = self.checkpoint.run(entry.run)?.map(|(head, _)| head);
            self.heads.insert(entry.run, head);
        }
        let head = self.heads.get(&entry.run).and_then(Option::as_ref);
        let remitter = head.and_then(|head| head.remitters.get(id));
        Ok(remitter.map_or_else(|| id.to_string(), |remitter| remitter.party.name.to_string()))
    }
}

/// What a row asks for, as of one that cannot be paid.
fn as_read(payout: &Payout) -> AsRead {
    AsRead {
        payment_id: payout.payment_id.clone(),
        account: Some(payout.payee.account.to_string()),
        money: Some(payout.money),
        reference: payout.reference.clone(),
    }
}

/// The way that it takes: Flash's word for it, else what its account tells.
fn way(payout: &Payout, life: Option<&Life>) -> String {
    let told = life.and_then(|life| life.shown()?.rail.clone());
    told.unwrap_or_else(|| rail(payout).words().to_owned())
}

/// Why it stands where it stands, in plain words.
fn reason(row: &RowEntry, life: Option<&Life>) -> Option<String> {
    match row {
        RowEntry::Invalid { why, .. } | RowEntry::Conflict { why, .. } => return Some(why.clone()),
        RowEntry::Own { .. } | RowEntry::Earlier { .. } => {}
    }
    let Some(life) = life else {
        return Some("a later file has replaced this row".to_owned());
    };
    let status = life.status.as_ref();
    let code = status.and_then(|status| status.reject_code.as_deref());
    let message = status.and_then(|status| status.message.as_deref());
    match (life.state, code) {
        (PayoutState::Rejected | PayoutState::Returned, Some(code)) => {
            let said = message.map_or(String::new(), |said| format!("; Flash says: {said}"));
            Some(format!("{}{said}", reject_words(code)))
        }
        (PayoutState::Returned, None) => Some(match message {
            Some(said) => format!("the money came back; Flash says: {said}"),
            None => "the money came back; Flash does not say why".to_owned(),
        }),
        (PayoutState::Rejected, None) if life.flash_id.is_some() => Some(match message {
            Some(said) => format!("Flash cancelled it and says: {said}"),
            None => "Flash cancelled it and does not say why".to_owned(),
        }),
        _ => life.why.clone(),
    }
}

/// Whether it was not paid and may be corrected and paid: never what may exist, or what Flash forbids to repeat.
fn is_correctable(status: PayoutState, life: Option<&Life>) -> bool {
    let superseded = life.is_some_and(|life| life.superseded_by.is_some());
    match status {
        PayoutState::Invalid | PayoutState::Held => !superseded,
        PayoutState::Rejected | PayoutState::Returned => life.is_some_and(Life::is_over),
        PayoutState::Ready
        | PayoutState::Sending
        | PayoutState::InDoubt
        | PayoutState::Submitted
        | PayoutState::Paid
        | PayoutState::Attention => false,
    }
}

/// What a person can do about a payout in this state.
///
/// `on`: who goes on with it, where it is not at its end.
fn next(
    status: PayoutState,
    run: RunId,
    row: u32,
    known: Option<&PayoutEntry>,
    on: Option<String>,
) -> Option<String> {
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
        PayoutState::Ready | PayoutState::Sending | PayoutState::InDoubt => return on,
        PayoutState::Returned => format!(
            "ask the payee for the right account, correct the row in {run}-to-correct.csv, and pay that file"
        ),
        PayoutState::Rejected if made && may_be_sent_again(reject_code) => {
            format!("it may be sent again: payrun settle {run} --row {row} --not-made --reason \"…\"")
        }
        PayoutState::Rejected if made => reject_to_do(reject_code),
        PayoutState::Rejected => format!(
            "Flash made nothing: correct the row in {run}-to-correct.csv and pay that file, or send it again as it is by payrun settle {run} --row {row} --not-made --reason \"…\""
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
