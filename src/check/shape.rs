//! Rows that are no payouts although they look like rows: names of columns again, a template's example, several rows
//! in one cell.

use super::Findings;
use crate::domain::Code;
use crate::intake::{Again, Column, EXAMPLE_MARK, RawRow};

/// Where the example row of a template bears its mark.
const EXAMPLE_IN: [Column; 2] = [Column::PaymentId, Column::PayeeId];

/// What a row is that is no payout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Other {
    /// Something that stands for itself.
    Alone,
    /// Other names of columns than the header's: what stands below it cannot be read.
    OtherColumns,
}

/// Says of a row that is no payout what it is, in one finding in place of many. None for all other rows.
pub(super) fn no_payout(row: &RawRow<'_>, findings: &mut Findings<'_>) -> Option<Other> {
    if let Some(place) = row.swallows_rows() {
        findings.add(Code::RowRagged, place, "the cell runs over several lines and other rows seem to be in it").advising(
            "look for a quotation mark (\") that was opened in it and not closed, or take the line breaks out",
        );
        return Some(Other::Alone);
    }
    if let Some(column) = EXAMPLE_IN.into_iter().find(|id| row.text(*id).eq_ignore_ascii_case(EXAMPLE_MARK)) {
        findings
            .add(Code::RowNoPayout, row.place(column), "this is the example row of a template")
            .advising("remove it, and write your payouts in its place");
        return Some(Other::Alone);
    }
    match row.names_columns()? {
        Again::Same => {
            findings
                .add(Code::RowNoPayout, row.first_place(), "the row has the names of the columns again")
                .advising("remove the row");
            Some(Other::Alone)
        }
        Again::Changed => {
            findings
            .add(
                Code::ColumnsChange,
                row.first_place(),
                "the columns change here: the row has names of columns again, in another order or other ones; it and the rows below it are not read",
            )
            .advising("give both parts of the file the same columns, with their names in the first row alone, or pay them as two files");
            Some(Other::OtherColumns)
        }
    }
}

/// Columns that say how much is paid, and where to.
const OF_MONEY: [Column; 4] = [Column::Amount, Column::Bsb, Column::AccountNumber, Column::PayId];

/// The text of a row that has one or two filled cells and asks for no money: a note rather than a payout.
pub(super) fn note(row: &RawRow<'_>) -> Option<String> {
    let mut filled = row.cells().filter(|cell| !cell.is_empty());
    let (first, second) = (filled.next()?, filled.next());
    if filled.next().is_some() {
        return None;
    }
    let is_money = |column: &Column| row.text(*column).contains(|c: char| c.is_ascii_digit() || c == '@');
    let texts = [Some(first), second].into_iter().flatten();
    let is_note = texts.clone().any(|text| text.contains(char::is_alphabetic))
        && (second.is_none() || !OF_MONEY.iter().any(is_money));
    is_note.then(|| texts.collect::<Vec<_>>().join(" "))
}
