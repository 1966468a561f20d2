//! The one way in which a record of the journal changes the checkpoint.
//!
//! Applying a record twice does nothing, so that a checkpoint of any age can be brought up to date.

use super::checkpoint::{Checkpoint, StoredPayout, StoredRun, canaries_key, encode, get, row_key};
use super::error::JournalError;
use super::log::Tip;
use super::looks::watched_key;
use super::record::{Record, Telling};
use crate::domain::{
    AgreedRate, Awaits, Fact, Kind, PayoutEntry, PayoutId, Release, RowEntry, RunHead, RunId, RunState,
    Slippage, Stopped, Timestamp,
};

impl Checkpoint {
    /// Applies one record.
    pub(super) fn apply(&self, seq: u64, at: Timestamp, record: &Record) -> Result<(), JournalError> {
        match record {
            Record::RunOpened(head) => self.opened(head),
            Record::PayoutPlanned {
                run,
                id,
                payout,
                external_id,
                overlap,
                remitter,
                accepted,
                like_earlier,
                life,
            } => {
                let entry = PayoutEntry {
                    id: *id,
                    run: *run,
                    payout: (**payout).clone(),
                    external_id: external_id.clone(),
                    overlap: *overlap,
                    remitter: remitter.clone(),
                    accepted: accepted.clone(),
                    like_earlier: like_earlier.clone(),
                    life: life.clone(),
                };
                self.planned(seq, &entry)
            }
            Record::RowNoted { run, row, entry } => {
                self.rows.insert(row_key(*run, *row), encode(entry))?;
                Ok(())
            }
            Record::RunReady { run } => self.run_is(*run, RunState::Running, None, None),
            Record::RunHeld { run } => self.run_is(*run, RunState::Held, None, None),
            Record::RunReleased { run, release } => self.answered(*run, RunState::Running, release),
            Record::RunRefused { run, release } => self.answered(*run, RunState::Refused, release),
            Record::RunEnded { run, state, awaits, stopped, untold } => {
                // whoever carries a run out reports its end, and notes when people have heard of it
                self.was_told(*run, Telling::Report, seq)?;
                if *untold {
                    self.has_ended(seq, *run)?;
                } else {
                    self.was_told(*run, Telling::Notice, seq)?;
                }
                self.run_is(*run, *state, *awaits, stopped.as_deref())
            }
            Record::RunTold { run, by, until } => self.was_told(*run, *by, *until),
            Record::RatesAgreed { run, max_slippage, rates } => self.rates_agreed(*run, *max_slippage, rates),
            Record::PartySettled { .. } => Ok(()), // evidence; every run asks the API again
            Record::PayeeNoted(noted) => self.payee_noted(seq, at, noted),
            Record::PayeeVerified { key, verified } => {
                self.verified.insert(key.bytes(), encode(verified))?;
                Ok(())
            }
            Record::BankNamed { key, bank } => {
                self.banks.insert(key.bytes(), encode(bank))?;
                Ok(())
            }
            Record::ProbeBegun { id } => {
                self.meta.insert(b"probing", encode(id))?;
                Ok(())
            }
            Record::ProbeEnded(probe) => {
                self.meta.insert(b"probe", encode(probe))?;
                self.meta.remove(b"probing")?;
                Ok(())
            }
            Record::Happened { id, fact, body } => self.happened(seq, at, *id, fact, body.as_deref()),
        }
    }

    /// Notes up to where the journal was applied.
    pub(super) fn applied_to(&self, tip: &Tip) -> Result<(), JournalError> {
        self.meta.insert(b"applied", encode(&(tip.seq, &tip.sum)))?;
        Ok(())
    }

    fn opened(&self, head: &RunHead) -> Result<(), JournalError> {
        for tree in [&self.rows, &self.open] {
            for item in tree.scan_prefix(head.run.0.to_be_bytes()) {
                tree.remove(item?.0)?; // a run whose recording was interrupted is recorded anew
            }
        }
        let stored = StoredRun {
            head: head.clone(),
            state: RunState::Recording,
            release: head.released.clone(),
            stopped: None,
        };
        self.runs.insert(head.run.0.to_be_bytes(), encode(&stored))?;
        Ok(())
    }

    fn answered(&self, run: RunId, state: RunState, release: &Release) -> Result<(), JournalError> {
        if let Some(mut stored) = get::<StoredRun>(&self.runs, &run.0.to_be_bytes())? {
            (stored.state, stored.release, stored.stopped) = (state, Some(release.clone()), None);
            self.runs.insert(run.0.to_be_bytes(), encode(&stored))?;
        }
        Ok(())
    }

    fn run_is(
        &self,
        run: RunId,
        state: RunState,
        awaits: Option<Awaits>,
        stopped: Option<&Stopped>,
    ) -> Result<(), JournalError> {
        if let Some(mut stored) = get::<StoredRun>(&self.runs, &run.0.to_be_bytes())? {
            stored.state = state;
            stored.head.awaits = awaits;
            stored.stopped = stopped.cloned();
            self.runs.insert(run.0.to_be_bytes(), encode(&stored))?;
        }
        Ok(())
    }

    fn rates_agreed(
        &self,
        run: RunId,
        max_slippage: Option<Slippage>,
        rates: &[AgreedRate],
    ) -> Result<(), JournalError> {
        if let Some(mut stored) = get::<StoredRun>(&self.runs, &run.0.to_be_bytes())? {
            let head = &mut stored.head;
            head.max_slippage = max_slippage;
            for agreed in rates {
                head.rates.retain(|known| (known.from, known.to) != (agreed.from, agreed.to));
                head.rates.push(agreed.clone());
            }
            head.rates.sort_by_key(|agreed| (agreed.from, agreed.to));
            self.runs.insert(run.0.to_be_bytes(), encode(&stored))?;
        }
        Ok(())
    }

    fn planned(&self, seq: u64, entry: &PayoutEntry) -> Result<(), JournalError> {
        let row = row_key(entry.run, entry.payout.row);
        self.rows.insert(row, encode(&RowEntry::Own { id: entry.id }))?;
        self.amounts
            .insert([entry.payout.amount_key().bytes().as_slice(), entry.id.bytes()].concat(), &[])?;
        if let Some(marked) = entry.payout.marked {
            self.marked.insert([marked.bytes().as_slice(), entry.id.bytes()].concat(), &[])?;
        }
        if let Some(stored) = get::<StoredPayout>(&self.payouts, entry.id.bytes())? {
            let is_known = stored.seq >= seq && stored.entry.run == entry.run;
            if is_known || stored.entry.life.was_sent() {
                // what was sent keeps its life; `open` may have been lost with a part of the checkpoint
                return self.store(stored.seq, &stored.entry);
            }
            if stored.seq >= seq {
                return Ok(()); // a later run has it
            }
            // never sent, and now planned anew: the run that had it first has nothing more to do for it
            self.open.remove(row_key(stored.entry.run, stored.entry.payout.row))?;
            self.bodies.remove(entry.id.bytes())?;
        }
        self.store(seq, entry)
    }

    fn happened(
        &self,
        seq: u64,
        at: Timestamp,
        id: PayoutId,
        fact: &Fact,
        body: Option<&str>,
    ) -> Result<(), JournalError> {
        let Some(mut stored) = get::<StoredPayout>(&self.payouts, id.bytes())? else {
            return Err(JournalError::Checkpoint { why: format!("payout {id} is not known") });
        };
        self.was_seen(seq, stored.entry.run, fact)?;
        if stored.seq >= seq {
            return Ok(());
        }
        if let Some(body) = body {
            self.bodies.insert(id.bytes(), body)?;
        }
        let before = stored.seq;
        let entry = &mut stored.entry;
        let was_there = entry.life.flash_id.is_some();
        let attempt = entry.life.attempt;
        entry.apply(fact, at);
        self.watched.remove(watched_key(before, id))?;
        if !was_there && entry.life.flash_id.is_some() {
            self.payee_paid(seq, at, entry)?;
        }
        if entry.life.flash_id.is_some() || entry.life.attempt > attempt {
            self.bodies.remove(id.bytes())?;
        }
        if entry.life.flash_id.is_some() {
            self.canary_is(id, entry.payout.kind())?;
        }
        self.store(seq, entry)
    }

    /// The last two payouts of a kind that the API has: one of them is not among those that are looked up.
    fn canary_is(&self, id: PayoutId, kind: Kind) -> Result<(), JournalError> {
        let key = canaries_key(kind);
        let mut canaries: Vec<PayoutId> = get(&self.meta, key)?.unwrap_or_default();
        if canaries.first() != Some(&id) {
            canaries.insert(0, id);
            canaries.truncate(2);
            self.meta.insert(key, encode(&canaries))?;
        }
        Ok(())
    }

    fn store(&self, seq: u64, entry: &PayoutEntry) -> Result<(), JournalError> {
        let row = row_key(entry.run, entry.payout.row);
        if entry.life.state.is_open() {
            self.open.insert(row, entry.id.bytes())?;
        } else {
            self.open.remove(row)?;
        }
        let key = [entry.overlap.bytes().as_slice(), entry.id.bytes()].concat();
        self.overlaps.insert(key, &[])?;
        self.watch(seq, entry)?;
        self.payouts.insert(entry.id.bytes(), encode(&StoredPayout { seq, entry: entry.clone() }))?;
        Ok(())
    }
}
