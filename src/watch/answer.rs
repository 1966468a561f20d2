//! The words of the answers that lie beside files.

use std::path::Path;

use super::folder::{ANSWER, Place};
use super::side::Side;
use crate::domain::{Awaits, RunId};

/// What a person is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// A yes.
    Yes,
    /// What is meant, in words.
    Words,
    /// That a run that has stopped goes on.
    Word(Awaits),
}

/// What is said of a file without the control totals that it must have.
pub fn totals_missing(name: &str) -> String {
    format!(
        "Nothing was sent: the file {name}.{} with the control totals is missing. Put both into the folder again, the totals first.",
        Side::Totals.end()
    )
}

/// How a person answers for a file that waits.
/// The commands work wherever they are typed.
pub fn how_to_answer(held: &Path, wanted: Wanted) -> String {
    let name = held.file_name().unwrap_or_default().to_string_lossy();
    let held = quoted(held);
    let [yes, no] = [Side::Approve, Side::Reject].map(|side| format!("{name}.{}", side.end()));
    let send = match wanted {
        Wanted::Yes => {
            format!("To send it: make an empty file named {yes} here, or: payrun approve {held}")
        }
        Wanted::Words => format!(
            "If it is meant as it stands: make a file named {yes} here that says so, a line for each: \
             accept CODE:ROW as above, amends RUN, repeat, or skip-invalid to pay the other rows only; \
             or the same by command: payrun approve {held} --accept … --amends … --skip-invalid\n\
             Unless runs go by themselves here, its plan is shown then, and sent once somebody says yes to that."
        ),
        Wanted::Word(Awaits::Going) => format!(
            "Once that is settled: make an empty file named {yes} here, and it goes on; with the line skip-invalid in it, \
             payees that must be decided are left out. Or: payrun approve {held}"
        ),
        Wanted::Word(Awaits::Anew) => format!(
            "Once that is mended: make an empty file named {yes} here, and the file begins anew with the settings as they are then. \
             Or: payrun approve {held}"
        ),
        Wanted::Word(Awaits::Rates) => format!(
            "To agree to the rates as they are when the answer is taken: make an empty file named {yes} here, \
             or: payrun approve {held}"
        ),
    };
    let refuse = match wanted {
        Wanted::Word(_) => String::new(),
        Wanted::Yes | Wanted::Words => format!(
            "Not to send it: make a file named {no} here with the reason in it, or: payrun reject {held} --reason \"…\"\n"
        ),
    };
    format!(
        "{send}\n{refuse}To send something else: put the corrected {name} into the folder above this one{}.",
        if refuse.is_empty() { "" } else { "; it takes the place of this one" }
    )
}

/// As a shell takes it for one word, whatever is in it.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

/// That a run which was let go before is sent.
pub fn goes_on(run: RunId) -> String {
    format!("This file is run {run}, which goes on.")
}

/// That a run has stopped before, where nobody has the words any more with which it did.
pub fn stands(run: RunId) -> String {
    format!(
        "This file is run {run}, which has stopped and waits for a person. payrun status {run} shows how far it got and why."
    )
}

/// That another run has taken the place of one that waited.
pub fn taken(run: RunId, by: RunId) -> String {
    format!(
        "Not sent, and not asked about any more: run {by} has taken the place of run {run}, and has all of its payouts. payrun status {by} shows them."
    )
}

/// That somebody wrote on in a file after it was read.
pub fn written_on(run: RunId) -> String {
    format!(
        "The file was written to after payrun had read it. What lies here is what was read, and what run {run} was about; \
         the file as it is now was put into the folder again, and is asked about if it has rows of this run."
    )
}

/// That a file in the folder is not one of payouts and belongs to nothing there.
pub fn belongs_to_nothing(base: &str, side: Side) -> String {
    format!(
        "Nothing was done: there is no {base} in {}/ that this .{} could belong to. Where a file waits, {base}.{ANSWER} says so.",
        Place::Held.name(),
        side.end()
    )
}

/// An answer that came before its question.
pub fn too_early(name: &str) -> String {
    format!(
        "\nA {name}.{} or .{} that was there already was put aside: an answer counts once this has been shown.",
        Side::Approve.end(),
        Side::Reject.end()
    )
}
