//! What is said of a file of which nothing is to be sent: earlier runs have its rows, and there they stand.

use std::fmt::Write as _;

use super::desk::{Counter, trouble};
use super::{summary, to_correct};
use crate::domain::money::plural;
use crate::domain::{PayoutState, RunId, RunView};
use crate::engine::Prepared;
use crate::watch::Trouble;

/// What a run has done with its file: paid is what banks have.
pub(super) fn was(view: &RunView) -> &'static str {
    let is_paid = |state: &PayoutState| *state == PayoutState::Paid || view.count(*state) == 0;
    match view.has_sent() {
        true if PayoutState::ALL.iter().all(is_paid) => "paid",
        true => "sent",
        false => "worked through",
    }
}

impl Counter<'_> {
    /// The same file again, whose run is over.
    pub(super) fn over_before(&self, run: RunId) -> Result<String, Trouble> {
        let view = self.view(run)?;
        let rows = to_correct::rows(self.journal.checkpoint(), run)
            .map_err(|failure| Trouble::Passing(failure.message))?;
        let is_or_are = if rows.len() == 1 { "is" } else { "are" };
        let fix = match rows.len() as u64 {
            0 => String::new(),
            rows => format!(
                "{} of it {is_or_are} to be corrected: in {run}-to-correct.csv beside this answer; put that file into the folder then.\n",
                plural(rows, "row")
            ),
        };
        Ok(format!(
            "This file was already {} as run {run}; nothing was sent now.\n\n{}\n\n{fix}To pay an identical file again on purpose: payrun pay FILE --name \"…\" --repeat",
            was(&view),
            summary::run(&view, &[], None)
        ))
    }

    /// Why nothing of a file is sent and nobody needs to let it go. None where it has something to send, or takes
    /// something out of the run that it corrects.
    pub(super) fn nothing_to_send(&self, prepared: &Prepared) -> Result<Option<String>, Trouble> {
        if !prepared.changes_nothing() {
            return Ok(None);
        }
        let mut text = "Nothing was sent: no row of the file is to be paid now.\n\n".to_owned();
        let (mut correctable, mut all_paid) = (false, true);
        for (index, planned) in prepared.planned.iter().enumerate() {
            let known = self.journal.checkpoint().payout(planned.id);
            let Some(entry) = known.map_err(|error| trouble(error.into()))? else { continue };
            let (run, of, state) = (entry.run, entry.payout.row, entry.life.state);
            let may_change =
                entry.life.is_over() && matches!(state, PayoutState::Rejected | PayoutState::Returned);
            let to_do = if may_change { to_correct::to_change(state) } else { "" };
            if index < summary::MOST_SHOWN {
                let row = planned.row;
                let _ = writeln!(text, "row {row} is row {of} of run {run}, {}{to_do}", state.meaning());
            }
            correctable |= may_change;
            all_paid &= state == PayoutState::Paid;
        }
        let more = prepared.planned.len().saturating_sub(summary::MOST_SHOWN);
        if more > 0 {
            let _ = writeln!(text, "… and {}", plural(more as u64, "more row"));
        }
        text.push_str(match (correctable, all_paid) {
            (true, _) => "\nTo pay what was not paid: correct the rows of which that is said above, and no others, and put the file into the folder again.",
            (false, false) => "\nWhat to do for each row says payrun status with its run; do not pay a row anew before you know.",
            (false, true) => "",
        });
        Ok(Some(text))
    }
}
