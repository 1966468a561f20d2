//! A run as people and scripts see it, read from the checkpoint.

mod payout;

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Serialize;

use self::payout::Viewer;
use super::EngineError;
use crate::check::directory::Directory;
use crate::domain::money::Total;
use crate::domain::{
    BookField, Converted, Currency, ExternalId, Overlaps, Payout, PayoutEntry, PayoutState, PayoutView,
    RowEntry, RunHead, RunId, RunState, RunView, StatusTotal, Totals,
};
use crate::journal::{Checkpoint, Holder};

/// One run without its payouts. `holder` has its state now; nobody, where it is known that none works on the run.
pub fn run_view(checkpoint: &Checkpoint, run: RunId, holder: &Holder) -> Result<RunView, EngineError> {
    let (head, state) = checkpoint.run(run)?.ok_or(EngineError::NoSuchRun(run))?;
    let mut counts: BTreeMap<&'static str, u64> =
        PayoutState::ALL.iter().map(|state| (state.name(), 0)).collect();
    let mut sums = Sums::default();
    let mut addresses_from_book = 0;
    for row in checkpoint.rows(run) {
        let (_, entry) = row?;
        let (state, payout) = standing(checkpoint, run, &entry)?;
        *counts.entry(state.name()).or_default() += 1;
        let completed = |entry: &PayoutEntry| entry.payout.from_book.contains(&BookField::Street);
        addresses_from_book += u64::from(payout.as_ref().is_some_and(completed));
        sums.add(run, state, &entry, payout.as_ref());
    }
    let shown = match state {
        RunState::Recording | RunState::Running if !holder.works_on(&head, state) => RunState::Stopped,
        RunState::Recording => RunState::Running,
        state => state,
    };
    let goes_on_by = goes_on_by(&head, state, holder);
    Ok(RunView {
        run: run.to_string(),
        file: head.file,
        label: head.label,
        environment: head.environment,
        state: shown,
        stopped: checkpoint.stopped(run)?,
        goes_on_by,
        release: checkpoint.release(run)?,
        opened_at: head.opened_at,
        accepted: head.accepted,
        bank_directory: head.bank_directory,
        plan: head.plan,
        counts,
        addresses_from_book,
        totals: sums.at_the_api.lines(),
        returned: sums.returned.lines(),
        of_other_runs: sums.of_other_runs.lines(),
        file_digest: head.digest,
        rows: sums.by_status.values().flat_map(Totals::lines).map(|total| total.count).sum::<u64>()
            + sums.without_amount.values().sum::<u64>(),
        file_totals: sums.file.lines(),
        by_status: sums.by_status(),
        fees: sums.fees.lines(),
        debited: sums.debited.lines(),
    })
}

/// Who goes on with a run, where somebody has to. Whoever is at work on it does by itself.
fn goes_on_by(head: &RunHead, state: RunState, holder: &Holder) -> Option<String> {
    match state {
        RunState::Finished | RunState::Refused => None,
        RunState::Held => Some(format!("payrun approve {}, once its plan was looked at", head.run)),
        RunState::Recording | RunState::Running if holder.works_on(head, state) => None,
        RunState::Recording | RunState::Running | RunState::Stopped => Some(head.goes_on_by()),
    }
}

/// What a payment abroad takes out of the balance for what its payee gets, as Flash has told.
fn converted(entry: &PayoutEntry) -> Option<Converted> {
    let told = entry.life.shown().filter(|_| entry.payout.conversion.is_some())?;
    told.converted.as_deref().copied()
}

/// What Flash tells of its money, added up: not always in whole units of the currency.
#[derive(Default)]
struct Told(BTreeMap<Currency, (u64, Decimal)>);

impl Told {
    fn add(&mut self, currency: Currency, sum: Decimal) {
        let all = self.0.entry(currency).or_default();
        *all = (all.0 + 1, all.1 + currency.with_decimals(sum));
    }

    fn lines(&self) -> Vec<Total> {
        let line = |(currency, (count, amount)): (&Currency, &(u64, Decimal))| Total {
            currency: *currency,
            count: *count,
            amount: *amount,
        };
        self.0.iter().map(line).collect()
    }
}

/// What the rows of a run add up to.
#[derive(Default)]
struct Sums {
    at_the_api: Totals,
    returned: Totals,
    of_other_runs: Totals,
    file: Totals,
    /// By whether another run has them, too.
    by_status: BTreeMap<(PayoutState, bool), Totals>,
    without_amount: BTreeMap<PayoutState, u64>,
    fees: Told,
    debited: Told,
}

impl Sums {
    fn add(&mut self, run: RunId, state: PayoutState, row: &RowEntry, payout: Option<&PayoutEntry>) {
        let asked = match row {
            RowEntry::Conflict { payout, .. } => Some(payout.money),
            RowEntry::Invalid { read, .. } => read.money,
            RowEntry::Own { .. } | RowEntry::Earlier { .. } => payout.map(|entry| entry.payout.money),
        };
        let Some(money) = asked else {
            *self.without_amount.entry(state).or_default() += 1;
            return;
        };
        let is_of_another = payout.is_some_and(|entry| entry.run != run);
        self.file.add(money);
        self.by_status.entry((state, is_of_another)).or_default().add(money);
        if is_of_another {
            // all of it counts there, so that the sums of several runs can be added up
            return self.of_other_runs.add(money);
        }
        if state.is_at_the_api() {
            self.at_the_api.add(money);
        }
        if state == PayoutState::Returned {
            self.returned.add(money);
        }
        let Some(entry) = payout else { return };
        let balance = entry.payout.funded_in();
        if let Some(fee) = entry.life.fee() {
            self.fees.add(balance, fee);
        }
        let has_come_back = matches!(state, PayoutState::Returned | PayoutState::Rejected);
        if let Some(Converted { debited, .. }) = converted(entry).filter(|_| !has_come_back) {
            self.debited.add(balance, debited);
        }
    }

    fn by_status(&self) -> Vec<StatusTotal> {
        let mut lines = Vec::new();
        for status in PayoutState::ALL {
            for of_another_run in [false, true] {
                let sums = self.by_status.get(&(status, of_another_run));
                lines.extend(sums.into_iter().flat_map(Totals::lines).map(|total| {
                    let Total { currency, count, amount } = total;
                    let (currency, amount) = (Some(currency), Some(amount));
                    StatusTotal { status, currency, count, amount, of_another_run }
                }));
            }
            if let Some(count) = self.without_amount.get(&status) {
                let count = *count;
                lines.push(StatusTotal {
                    status,
                    currency: None,
                    count,
                    amount: None,
                    of_another_run: false,
                });
            }
        }
        lines
    }
}

/// The payouts of a run in the order of its rows, one at a time.
pub fn payouts<'a>(
    checkpoint: &'a Checkpoint,
    run: RunId,
    holder: &'a Holder,
) -> impl Iterator<Item = Result<PayoutView, EngineError>> + use<'a> {
    payouts_by(checkpoint, run, holder, Directory::built_in())
}

/// The same, with banks and branches by a directory of the user's.
pub fn payouts_by<'a>(
    checkpoint: &'a Checkpoint,
    run: RunId,
    holder: &'a Holder,
    directory: Directory,
) -> impl Iterator<Item = Result<PayoutView, EngineError>> + use<'a> {
    let mut viewer = Viewer::new(checkpoint, run, holder, directory);
    checkpoint.rows(run).map(move |row| {
        let (row, entry) = row?;
        viewer.view(row, &entry)
    })
}

/// A row of a run as it was read, with the ids that the API has of it. Account numbers are whole: for evidence alone.
#[derive(Debug, Serialize)]
pub struct ParsedRow {
    /// The row.
    row: u32,
    /// What it is to the run.
    is: RowEntry,
    /// What it asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    payout: Option<Payout>,
    /// Our id of it at the API.
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<ExternalId>,
    /// The API's id of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    flash_id: Option<String>,
}

/// The rows of a run as they were read, in their order.
pub fn parsed_rows(
    checkpoint: &Checkpoint,
    run: RunId,
) -> impl Iterator<Item = Result<ParsedRow, EngineError>> + use<'_> {
    checkpoint.rows(run).map(move |row| {
        let (row, is) = row?;
        let known = standing(checkpoint, run, &is)?.1;
        let external_id = known.as_ref().map(|entry| entry.external_id.clone());
        let flash_id = known.as_ref().and_then(|entry| entry.life.flash_id.clone());
        Ok(ParsedRow { row, is, payout: known.map(|entry| entry.payout), external_id, flash_id })
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

/// The run as it was opened, where it has begun or is finished.
pub(super) fn begun(
    checkpoint: &Checkpoint,
    run: RunId,
    state: RunState,
) -> Result<Option<RunHead>, EngineError> {
    let stands = match state {
        RunState::Recording | RunState::Held | RunState::Refused => false,
        RunState::Finished => true,
        RunState::Running | RunState::Stopped => !may_begin_anew(checkpoint, run)?,
    };
    Ok(checkpoint.run(run)?.filter(|_| stands).map(|(head, _)| head))
}

/// Whether a person has refused a run: nothing that it has is sent.
fn is_refused(checkpoint: &Checkpoint, run: RunId) -> Result<bool, EngineError> {
    Ok(checkpoint.run(run)?.is_some_and(|(_, state)| state == RunState::Refused))
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
            // planned anew by a later run: that run has it now, and of a refused one nothing was ever sent
            Some(entry) if entry.run > run && (!entry.life.was_sent() || is_refused(checkpoint, run)?) => {
                (PayoutState::Held, None)
            }
            Some(entry) => (entry.life.state, Some(entry)),
            None => (PayoutState::Attention, None),
        },
    })
}
