//! The words of the answers that lie beside files.

use super::folder::{ANSWER, Place};
use super::side::Side;

/// How a person answers for a file that waits.
pub fn how_to_answer(name: &str) -> String {
    let [yes, no] = [Side::Approve, Side::Reject].map(|side| format!("{name}.{}", side.end()));
    format!(
        "To send it: make an empty file named {yes} here, or: payrun approve \"{}/{name}\"\n\
         Not to send it: make a file named {no} here with the reason in it, or: payrun reject \"{}/{name}\" --reason \"…\"\n\
         To send something else: put the corrected {name} into the folder above this one; it takes the place of this one.",
        Place::Held.name(),
        Place::Held.name(),
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
        "\nA {name}.{} or .{} that was there already was put aside: an answer counts once this plan has been shown.",
        Side::Approve.end(),
        Side::Reject.end()
    )
}
