//! Rows that are no payouts although they look like rows: names of columns again, totals, several rows in one cell.

use super::Findings;
use crate::domain::Code;
use crate::intake::{Column, RawRow};

/// Where the money would go.
const ACCOUNTS: [Column; 3] = [Column::Bsb, Column::AccountNumber, Column::PayId];
/// What a line of sums begins with, in lower case.
const TOTALS: [&str; 5] = ["total", "totals", "grand", "subtotal", "sum"];

/// Says of a row that is no payout what it is, in one finding in place of many. `false` for all other rows.
pub(super) fn is_no_payout(row: &RawRow<'_>, findings: &mut Findings) -> bool {
    if let Some(place) = row.swallows_rows() {
        findings.add(Code::RowRagged, place, "the cell runs over several lines and other rows seem to be in it").advising(
            "look for a quotation mark (\") that was opened in it and not closed, or take the line breaks out",
        );
        return true;
    }
    if row.repeats_header() {
        findings
            .add(Code::RowNoPayout, row.first_place(), "the row has the names of the columns again")
            .advising("remove the row");
        return true;
    }
    if is_total(row) {
        findings
            .add(Code::RowNoPayout, row.place(Column::Amount), "this looks like a total, not like a payout")
            .advising("remove the row; the sum at the end of this report is there to be compared with it");
        return true;
    }
    false
}

/// An amount without an account, and beside it only numbers or the word.
fn is_total(row: &RawRow<'_>) -> bool {
    if row.text(Column::Amount).is_empty() || ACCOUNTS.iter().any(|column| !row.text(*column).is_empty()) {
        return false;
    }
    let label = |text: &str| {
        let first = text.split_whitespace().next().unwrap_or_default();
        TOTALS.contains(&first.trim_end_matches(':').to_lowercase().as_str())
    };
    let number = |text: &str| !text.contains(char::is_alphabetic) || text == row.text(Column::Currency);
    row.cells().any(label) || row.cells().all(number)
}
