//! The plan before money moves: what the journal knows of each payee, and whom the last run has paid.

use std::collections::{BTreeMap, HashSet};

use jiff::civil::Date;

use super::open::{NOT_LISTED, reasons};
use super::{EngineError, Funds, Prepared};
use crate::check::{Known, known};
use crate::domain::plan_view::{Dropped, Listed, Missing, RowReason, Unpayable};
use crate::domain::{Book, Currency, ExternalId, Overlaps, Payee, Payout, PlanView, RunId, Timestamp};
use crate::journal::{Checkpoint, JournalError};
use crate::plan::{Before, Preview, needs, rates};

/// A last run that this file shares fewer of its payees with paid other people: nobody of it is missing here.
const SHARE_OF_LAST: usize = 2;

/// What is known of a payee before this payout.
pub(super) fn before(checkpoint: &Checkpoint, payout: &Payout, today: Date) -> Result<Before, EngineError> {
    let failed = |error| EngineError::from(crate::check::CheckError::from(error));
    let payee = &payout.payee;
    let by_account = checkpoint.account_of_name(&payee.party.name, &payee.account).map_err(failed)?;
    let by_id = payee
        .payee_id
        .as_deref()
        .map(|id| checkpoint.account_of_id(id))
        .transpose()
        .map_err(failed)?
        .flatten();
    let other = match (&by_account, &by_id) {
        (_, Some(known)) => Some(known.clone()).filter(|known| known.account != payee.account),
        (Some(_), None) => None,
        // by the name alone
        (None, None) => match known(payee, checkpoint, today).map_err(failed)? {
            Known::Other(other) => Some(*other),
            Known::New | Known::Same { .. } => None,
        },
    };
    let paid = [&by_account, &by_id, &other]
        .into_iter()
        .flatten()
        .any(|known| known.paid.is_some() || known.paid_before.is_some());
    Ok(Before {
        paid,
        changed: other.map(|other| other.account.beside(&payee.account)),
        last: by_account.and_then(|known| known.paid).and_then(|paid| paid.money),
    })
}

/// Whom a file names, whatever becomes of the row.
#[derive(Debug, Default)]
pub(super) struct Named {
    payees: HashSet<ExternalId>,
    /// Of rows without an id, by which alone two of one name are told apart.
    names: HashSet<String>,
}

impl Named {
    /// A row that can be paid.
    pub fn add(&mut self, payee: &Payee) {
        self.payees.insert(payee.who());
        if payee.payee_id.is_none() {
            self.names.insert(payee.party.name.to_string().to_lowercase());
        }
    }

    /// A row that cannot.
    pub fn add_invalid(&mut self, name: &str) {
        self.names.insert(name.to_lowercase());
    }

    fn has(&self, payee: &Payee) -> bool {
        let name = payee.party.name.to_string().to_lowercase();
        self.payees.contains(&payee.who()) || payee.payee_id.is_none() && self.names.contains(&name)
    }
}

/// Notes whom the last run has paid and this file does not, where both pay the same people.
pub(super) fn note_missing(
    checkpoint: &Checkpoint,
    run: RunId,
    here: &Named,
    preview: &mut Preview,
) -> Result<(), JournalError> {
    let Some((last, entries)) = last_run(checkpoint, run)? else { return Ok(()) };
    let shared = entries.values().filter(|payout| here.has(&payout.payee)).count();
    if shared * SHARE_OF_LAST < entries.len() {
        return Ok(());
    }
    for payout in entries.into_values().filter(|payout| !here.has(&payout.payee)) {
        let missing = Missing {
            payee: payout.payee.party.name.to_string(),
            amount: payout.money.amount(),
            currency: payout.money.currency(),
        };
        preview.add_missing(missing, &last);
    }
    Ok(())
}

/// A run's name, and whom it has paid.
type LastRun = (String, BTreeMap<ExternalId, Payout>);

/// The last run that has sent anything.
fn last_run(checkpoint: &Checkpoint, run: RunId) -> Result<Option<LastRun>, JournalError> {
    for (head, _) in checkpoint.runs()?.into_iter().rev().filter(|(head, _)| head.run != run) {
        let mut paid = BTreeMap::new();
        for entry in checkpoint.own_payouts(head.run) {
            let entry = entry?;
            if entry.life.was_sent() {
                paid.insert(entry.payout.payee.who(), entry.payout);
            }
        }
        if !paid.is_empty() {
            return Ok(Some((head.label, paid)));
        }
    }
    Ok(None)
}

impl Prepared {
    /// The pairs of currencies that the plan converts between.
    pub fn pairs(&self) -> Vec<(Currency, Currency)> {
        self.preview.outgoing().ways()
    }

    /// The sub-clients on whose behalf it pays, by the API's ids of them.
    pub fn sub_clients(&self) -> Vec<String> {
        self.preview.sub_clients().keys().cloned().collect()
    }

    /// The plan as people and programs see it. `place` says where it is sent, in words.
    pub fn view(&self, place: String, funds: &Funds, at: Timestamp) -> PlanView {
        let (head, preview) = (&self.head, &self.preview);
        let reasons = |rows: &mut dyn Iterator<Item = (u32, &str)>| {
            rows.map(|(row, reason)| RowReason { row, reason: reason.to_owned() }).collect()
        };
        PlanView {
            plan: preview.hash(),
            run: head.run,
            file: head.file.clone(),
            label: head.label.clone(),
            environment: head.environment.clone(),
            place,
            at,
            rows: head.rows,
            to_send: preview.delivered(),
            by_rail: preview.by_rail(),
            converted: preview.converted(&funds.rates),
            funds: needs(preview.outgoing(), &funds.rates, funds.balances.as_ref()),
            funds_unknown: funds.unknown.clone(),
            rates: rates(preview.outgoing(), &funds.rates),
            max_slippage: None,
            remitters: self.remitter_names(),
            shown_as: preview.shown_as(),
            sub_clients: preview.sub_clients().clone(),
            in_own_name: preview.in_own_name(),
            cut: preview.cut().clone(),
            payees: preview.payees().clone(),
            bank_words: None,
            largest: preview.largest(),
            accepted: head.accepted.clone(),
            bank_directory: self.checked.directory.clone(),
            addresses_from_book: self.checked.completed,
            already: self.already(),
            dropped: match head.overlaps {
                Overlaps::Amends(run) if self.begun.is_none() => {
                    Some(Dropped { run, rows: preview.dropped().clone() })
                }
                Overlaps::Amends(_) | Overlaps::Hold | Overlaps::Repeat => None,
            },
            held: reasons(&mut self.held()),
            on_top: self.on_top.lines(),
            repeats: reasons(&mut self.repeats()),
            like_earlier: reasons(&mut self.like_earlier()),
            invalid: self.unpayable(),
        }
    }

    /// The rows that cannot be paid.
    fn unpayable(&self) -> Listed<Unpayable> {
        let (checked, reasons) = (&self.checked, reasons(&self.checked.findings));
        let mut unpayable = Listed::default();
        for row in &checked.invalid_rows {
            unpayable.push(|| Unpayable {
                row: *row,
                payee: checked.invalid_names.get(row).cloned(),
                reason: reasons.get(row).map_or_else(|| NOT_LISTED.to_owned(), String::clone),
            });
        }
        unpayable
    }
}
