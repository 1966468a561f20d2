//! The mark that a row of a file of rows to correct bears: which row of which run it is.

use super::row::text;
use super::{Findings, plain};
use crate::domain::{Book, BookError, Code, Finding, PayoutId, RowMark};
use crate::intake::{Column, RawRow, Source};

const EMPTY_IT: &str = "if the row is a payout of its own, empty the cell";

/// Which row of an earlier run a row is by its mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Marked {
    /// It bears none.
    #[default]
    Not,
    /// The row that was this payout at first.
    As(PayoutId),
    /// A finding says what is wrong with the mark.
    Unclear,
}

impl Marked {
    /// The payout, where that is known.
    pub fn id(self) -> Option<PayoutId> {
        match self {
            Self::As(id) => Some(id),
            Self::Not | Self::Unclear => None,
        }
    }
}

/// That there are marks and nobody to ask what they mean.
pub(super) fn unchecked(source: &Source, rows: Option<&dyn Book>) -> Option<Finding> {
    let header = &source.header;
    let index = header.index(Column::PayrunRow).filter(|_| rows.is_none())?;
    let place = header.place_of(source.sheet.as_ref(), header.row, index);
    let message = "rows bear marks of earlier runs, which could not be asked: whether each is the row that it was, and what was paid of it, is not known";
    Some(Finding::new(Code::RowMarkUnchecked, place, message).advised(
        "check it again where the runs are known: with the login, the address and the state folder of `pay`",
    ))
}

/// Reads the mark of a row and asks earlier runs, if there are any to ask.
pub(super) fn marked(
    row: &RawRow<'_>,
    rows: Option<&dyn Book>,
    findings: &mut Findings<'_>,
) -> Result<Marked, BookError> {
    let (typed, Some(rows)) = (row.text(Column::PayrunRow), rows) else { return Ok(Marked::Not) };
    if typed.is_empty() {
        return Ok(Marked::Not);
    }
    let mut unclear = |what: String, hint: String| {
        let place = row.place(Column::PayrunRow);
        findings.add(Code::RowMarkInvalid, place, what).showing(typed).advising(hint);
        Ok(Marked::Unclear)
    };
    let Ok(mark) = plain(typed).parse::<RowMark>() else {
        return unclear(
            "this is no mark of a row to correct, such as r12-34-1a2b3c4d".to_owned(),
            format!("copy the cell from the file of rows to correct that the row is from; {EMPTY_IT}"),
        );
    };
    let RowMark { run, row: number, .. } = mark;
    let Some(known) = rows.row(run, number)? else {
        return unclear(
            format!("no row {number} of a run {run} is known here that could be corrected"),
            format!(
                "pay the file with the environment, address, login and state folder of the run that it is from; {EMPTY_IT}"
            ),
        );
    };
    if !mark.is_of(known.id) {
        return unclear(
            format!(
                "the mark is not the one of row {number} of run {run}: it was mistyped, or is of another environment, login or state folder, or of before the run was begun anew"
            ),
            format!(
                "copy the cell from {run}-to-correct.csv, which payrun report {run} writes again; {EMPTY_IT}"
            ),
        );
    }
    let own = text(row, Column::PaymentId);
    if let Some(there) = known.payment_id.filter(|there| there.as_deref() != own.as_deref()) {
        let there = there.map_or("no payment_id".to_owned(), |id| format!("the payment_id {id}"));
        let own = own.as_deref().unwrap_or("none");
        return unclear(
            format!(
                "row {number} of run {run} has {there}, and this row has {own}: they cannot both be right"
            ),
            format!("leave the payment_id as it was; {EMPTY_IT}"),
        );
    }
    Ok(Marked::As(known.first))
}
