//! A file that is only checked, compared with what earlier runs did: what `pay` would leave out, hold or ask about.
//!
//! Nothing is written and nothing is kept of rows about which there is nothing to say.

use jiff::SignedDuration;

use super::EngineError;
use super::earlier::EarlierRuns;
use super::prepare::{Content, same_run};
use crate::check::{Checked, Payable};
use crate::domain::book::day;
use crate::domain::{Accepted, Clock, Code, Finding, Overlaps, Place, RunHead, RunId, RunState};
use crate::journal::{Checkpoint, JournalError};
use crate::plan::{Arranger, Decision, Planned, like_findings};

/// So many rows are named in one sentence.
const MOST_NAMED: usize = 10;
/// So many rows are told one by one.
const MOST_TOLD: usize = 1000;

/// What earlier runs have of a file, row by row.
pub struct Lookback<'a> {
    checkpoint: &'a Checkpoint,
    earlier: EarlierRuns<'a>,
    arranger: Arranger,
    content: Content,
    /// The rows that earlier runs have to do with.
    told: Vec<Planned>,
    rows: usize,
    sheet: Option<String>,
    failed: Option<JournalError>,
}

impl<'a> Lookback<'a> {
    /// None where there are no earlier runs. `window` and `accepted` are those of `pay`.
    pub fn new(
        checkpoint: &'a Checkpoint,
        scope: &str,
        window: SignedDuration,
        accepted: Accepted,
        clock: &dyn Clock,
    ) -> Result<Option<Self>, EngineError> {
        let Some((last, _)) = checkpoint.runs()?.pop() else { return Ok(None) };
        let next = RunId(last.run.0 + 1);
        // no run has an empty name: rows without ids are known by what they say alone
        let arranger = Arranger::new(scope, next, "", Overlaps::Hold, accepted, window, clock.now());
        Ok(Some(Self {
            checkpoint,
            earlier: EarlierRuns::than(next, checkpoint)?,
            arranger,
            content: Content::default(),
            told: Vec::new(),
            rows: 0,
            sheet: None,
            failed: None,
        }))
    }

    /// Takes the next row that checking lets through.
    pub fn take(&mut self, payable: &Payable<'_>) {
        let payout = payable.passed().payout;
        self.content.add(&payout);
        self.rows += 1;
        if self.failed.is_some() {
            return;
        }
        match self.earlier.decide(&mut self.arranger, &payout) {
            Ok(planned) if planned.decision == Decision::Pay && planned.like.is_none() => {}
            Ok(planned) => {
                self.sheet.get_or_insert_with(|| payable.sheet().unwrap_or_default());
                self.told.push(planned);
            }
            Err(error) => self.failed = Some(error),
        }
    }

    /// What there is to say, once all rows were taken.
    pub fn findings(self, checked: &Checked) -> Result<Vec<Finding>, EngineError> {
        if let Some(error) = self.failed {
            return Err(error.into());
        }
        let digests = self.content.digests(checked);
        if let Some((head, state)) = same_run(&self.checkpoint.runs()?, digests, checked.rows) {
            return Ok(vec![the_same_file(head, *state)]);
        }
        let sheet = self.sheet.filter(|name| !name.is_empty());
        let place = |row| Place { sheet: sheet.clone(), ..Place::row(row) };
        let likes = self.told.iter().filter_map(|planned| Some((planned.row, planned.like.as_deref()?)));
        let mut findings = like_findings(likes, self.rows, place);
        findings.extend(already(&self.told));
        let held = self.told.iter().filter(|planned| planned.like.is_none());
        let held = held.filter_map(|planned| match &planned.decision {
            Decision::Hold(why) | Decision::Conflict(why) => Some((planned.row, why)),
            Decision::Pay | Decision::Already => None,
        });
        let held = held.map(|(row, why)| Finding::new(Code::WouldHold, place(row), why.clone()));
        findings.extend(held.take(MOST_TOLD));
        Ok(findings)
    }
}

fn the_same_file(head: &RunHead, state: RunState) -> Finding {
    let (run, opened) = (head.run, day(head.opened_at));
    let message = match state {
        RunState::Finished => {
            format!("this file is run {run} of {opened}, which is finished: `pay` would send nothing")
        }
        RunState::Recording | RunState::Running | RunState::Stopped => {
            format!("this file is run {run} of {opened}, which is not finished: `pay` would go on with it")
        }
        RunState::Held => {
            format!("this file is run {run} of {opened}, which waits for a person to let it go")
        }
        RunState::Refused => {
            format!("this file is run {run} of {opened}, which was refused: `pay` would begin it anew")
        }
    };
    let hint = format!("payrun status {run} shows how its payouts stand");
    Finding::new(Code::PaidAlready, Place::file(), message).advised(hint)
}

/// The rows that bear ids or marks of payouts which earlier runs have.
fn already(told: &[Planned]) -> Option<Finding> {
    let rows = told.iter().filter(|planned| planned.decision == Decision::Already);
    let rows: Vec<String> = rows.map(|planned| planned.row.to_string()).collect();
    let more = match rows.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let named = rows[..rows.len().min(MOST_NAMED)].join(", ");
    let message = match rows.len() {
        0 => return None,
        1 => format!(
            "row {named} bears the payment_id or the mark of a payout that an earlier run has, and is not paid again"
        ),
        _ => format!(
            "rows {named}{more} bear payment_ids or marks of payouts that earlier runs have, and are not paid again"
        ),
    };
    Some(Finding::new(Code::PaidAlready, Place::file(), message))
}
