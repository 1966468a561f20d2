//! The report as CSV, for a spreadsheet.

use std::borrow::Cow;
use std::io::{self, Write};

use super::ReportError;
use crate::domain::book::words;
use crate::domain::{PayoutView, Timestamp};

const HEADER: [&str; 33] = [
    "row",
    "payment_id",
    "payee",
    "account",
    "amount",
    "currency",
    "reference",
    "status",
    "reason",
    "next",
    "flash_id",
    "external_id",
    "sent_by",
    "accepted",
    "from_payee_book",
    "like_earlier",
    "kind",
    "from_currency",
    "to_currency",
    "bank_says",
    "bank_asked_on",
    "bank",
    "branch",
    "remitter",
    "rail",
    "flash_status",
    "reject_code",
    "fee",
    "sent_at",
    "changed_at",
    "debited",
    "delivered",
    "rate",
];

/// Writes one line a payout, under a header.
pub fn write_csv<E: std::error::Error>(
    payouts: impl Iterator<Item = Result<PayoutView, E>>,
    out: impl Write,
) -> Result<(), ReportError<E>> {
    let mut writer = csv::Writer::from_writer(out);
    let failed = |error: csv::Error| ReportError::Io(io::Error::from(error));
    writer.write_record(HEADER).map_err(failed)?;
    for payout in payouts {
        let payout = payout.map_err(ReportError::Source)?;
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let cells = [
            payout.row.to_string(),
            text(&payout.payment_id),
            text(&payout.payee),
            text(&payout.account),
            text(&payout.amount),
            text(&payout.currency),
            text(&payout.reference),
            payout.status.to_string(),
            text(&payout.reason),
            text(&payout.next),
            text(&payout.flash_id),
            payout.external_id.as_ref().map_or(String::new(), ToString::to_string),
            text(&payout.sent_by),
            payout.accepted.join("; "),
            words(&payout.from_book).join("; "),
            text(&payout.like_earlier),
            payout.kind.name().to_owned(),
            text(&payout.from_currency),
            text(&payout.to_currency),
            payout.verified.map_or(String::new(), |verified| verified.verdict.to_string()),
            payout.verified.map_or(String::new(), |verified| verified.at.strftime("%Y-%m-%d").to_string()),
            payout.bank.as_ref().map_or(String::new(), |kept| kept.bank.to_string()),
            text(&payout.branch),
            text(&payout.remitter),
            text(&payout.rail),
            text(&payout.flash_status),
            text(&payout.reject_code),
            payout.fee.map_or(String::new(), |fee| fee.to_string()),
            moment(payout.sent_at),
            moment(payout.changed_at),
            text(&payout.debited),
            text(&payout.delivered),
            text(&payout.rate),
        ];
        writer.write_record(cells.iter().map(|cell| defused(cell).into_owned())).map_err(failed)?;
    }
    writer.flush()?;
    Ok(())
}

/// A moment as spreadsheets and programs read it.
pub(super) fn moment(at: Option<Timestamp>) -> String {
    at.map_or(String::new(), |at| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}

/// A cell that a spreadsheet would take for a formula gets an apostrophe in front (CWE-1236).
pub fn defused(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=1+1", "+61", "-5", "@SUM(A1)", "\tx", "\rx"] {
            assert!(defused(cell).starts_with('\''), "{cell:?}");
        }
        assert_eq!(defused("Salary = net"), "Salary = net");
    }
}
