//! Rows that are no payouts although they look like rows: names of columns again, a template's example, several rows
//! in one cell.

use super::Findings;
use crate::domain::Code;
use crate::intake::{Column, EXAMPLE_MARK, RawRow};

/// Where the example row of a template bears its mark.
const EXAMPLE_IN: [Column; 2] = [Column::PaymentId, Column::PayeeId];

/// Says of a row that is no payout what it is, in one finding in place of many. `false` for all other rows.
pub(super) fn is_no_payout(row: &RawRow<'_>, findings: &mut Findings<'_>) -> bool {
    if let Some(place) = row.swallows_rows() {
        findings.add(Code::RowRagged, place, "the cell runs over several lines and other rows seem to be in it").advising(
            "look for a quotation mark (\") that was opened in it and not closed, or take the line breaks out",
        );
        return true;
    }
    if let Some(column) = EXAMPLE_IN.into_iter().find(|id| row.text(*id).eq_ignore_ascii_case(EXAMPLE_MARK)) {
        findings
            .add(Code::RowNoPayout, row.place(column), "this is the example row of a template")
            .advising("remove the row");
        return true;
    }
    if row.repeats_header() {
        findings
            .add(Code::RowNoPayout, row.first_place(), "the row has the names of the columns again")
            .advising("remove the row");
        return true;
    }
    false
}

/// The text of a row that has one filled cell only and no digits to speak of: a note rather than a payout.
pub(super) fn note<'a>(row: &RawRow<'a>) -> Option<&'a str> {
    let mut filled = row.cells().filter(|cell| !cell.is_empty());
    let only = filled.next().filter(|_| filled.next().is_none())?;
    only.contains(char::is_alphabetic).then_some(only)
}
