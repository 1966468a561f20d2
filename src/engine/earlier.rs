//! What earlier runs have of a file's rows, asked row by row.

use std::collections::HashMap;

use crate::domain::{ExternalId, Payout, PayoutEntry, PayoutId, RunId};
use crate::journal::{Checkpoint, JournalError};
use crate::plan::{Arranger, Earlier, Planned};

/// The runs before the one that is planned.
pub(super) struct EarlierRuns<'a> {
    checkpoint: &'a Checkpoint,
    /// The payouts that other runs have yet to send or to settle, one for each payee.
    waiting: HashMap<ExternalId, Earlier>,
}

impl<'a> EarlierRuns<'a> {
    /// All but `run`.
    pub fn than(run: RunId, checkpoint: &'a Checkpoint) -> Result<Self, JournalError> {
        let mut waiting = HashMap::new();
        for (head, _) in checkpoint.runs()?.iter().filter(|(head, _)| head.run != run) {
            for open in checkpoint.open_payouts(head.run) {
                let Some(entry) = checkpoint.payout(open?.1)? else { continue };
                let payee = entry.payout.payee.who();
                waiting.entry(payee).or_insert_with(|| Earlier::of(&entry, Some(head)));
            }
        }
        Ok(Self { checkpoint, waiting })
    }

    /// What to do with a row, in the order of the file.
    pub fn decide(&self, arranger: &mut Arranger, payout: &Payout) -> Result<Planned, JournalError> {
        let mut id = arranger.identity(payout);
        let mut same = self.known(id)?;
        let mut gave_way = Vec::new();
        let mut first = payout.marked;
        if payout.payment_id.is_some() || payout.marked.is_some() {
            while same.as_ref().is_some_and(|earlier| earlier.gives_way_to(payout)) {
                // whose place it takes may be known by its mark, though this row bears none
                first = first.or(same.and_then(|earlier| earlier.marked));
                gave_way.push(id);
                id = id.corrected();
                same = self.known(id)?;
            }
        }
        first = first.or(same.as_ref().and_then(|same| same.marked));
        if let Some(first) = first
            && !same.as_ref().is_some_and(|same| same.was_sent)
        {
            same = self.taken(first, id)?.or(same);
        }
        let mut alike = self.alike(payout)?;
        alike.retain(|entry| !gave_way.contains(&entry.id)); // it is certain that those paid nobody
        let alike = alike.iter().map(|entry| self.earlier(entry)).collect::<Result<Vec<_>, _>>()?;
        let mut planned = arranger.decide(payout, id, same.as_ref(), &alike);
        planned.marked = match first {
            None if planned.id != id => self.known(planned.id)?.and_then(|taken_over| taken_over.marked),
            first => first,
        };
        if let Some(of) = self.waiting.get(&payout.payee.who()) {
            arranger.beside(payout, &mut planned, of);
        }
        Ok(planned)
    }

    /// What is or may still be paid, under another identity than `id`, for a row that was `first` at first.
    fn taken(&self, first: PayoutId, id: PayoutId) -> Result<Option<Earlier>, JournalError> {
        let mut taken = self.checkpoint.marked(first)?.into_iter();
        let taken = taken.find(|entry| entry.id != id && entry.life.keeps_its_place());
        taken.map(|entry| self.earlier(&entry)).transpose()
    }

    fn known(&self, id: PayoutId) -> Result<Option<Earlier>, JournalError> {
        self.checkpoint.payout(id)?.map(|entry| self.earlier(&entry)).transpose()
    }

    /// The payouts with the account, amount and reference of a row, and those with its account and amount where one of
    /// the two has no reference.
    fn alike(&self, payout: &Payout) -> Result<Vec<PayoutEntry>, JournalError> {
        if payout.reference.is_none() {
            return self.checkpoint.of_amount(payout.amount_key());
        }
        let mut alike = self.checkpoint.overlapping(payout.overlap_key())?;
        alike.extend(self.checkpoint.overlapping(payout.overlap_key_without_reference())?);
        Ok(alike)
    }

    fn earlier(&self, entry: &PayoutEntry) -> Result<Earlier, JournalError> {
        let run = self.checkpoint.run(entry.run)?;
        Ok(Earlier::of(entry, run.as_ref().map(|(head, _)| head)))
    }
}
