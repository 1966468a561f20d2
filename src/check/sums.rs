//! Rows of sums: compared with the rows above them, never paid.

use rust_decimal::Decimal;

use super::{Findings, amount};
use crate::domain::Code;
use crate::intake::{Column, RawRow};

/// What a line of sums is called, in lower case and without a colon.
const NAMES: [&str; 9] = [
    "total",
    "totals",
    "grand total",
    "grand totals",
    "subtotal",
    "sub total",
    "sub-total",
    "sum",
    "total net pay",
];
/// Where the money would go.
const ACCOUNTS: [Column; 9] = [
    Column::Bsb,
    Column::AccountNumber,
    Column::PayId,
    Column::Iban,
    Column::Clabe,
    Column::Aba,
    Column::Ifsc,
    Column::Cnaps,
    Column::SortCode,
];

/// The amounts so far, whether their rows can be paid or not.
#[derive(Debug, Default)]
pub(super) struct Sums {
    /// Those above the last row of sums.
    before_last: Decimal,
    /// Those below it.
    since_last: Decimal,
    rows: u64,
    /// The first row whose amount could not be read.
    unreadable: Option<u32>,
}

/// How sure it is that a row is one of sums.
#[derive(Debug, Clone, Copy)]
pub(super) enum Looks {
    /// It is called so.
    Named,
    /// It begins with such a word.
    Worded,
    /// It has an amount and no words at all.
    Bare,
}

/// What became of a row of sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It agrees, or cannot be compared, and is no payout.
    PassedOver,
    /// It does not agree: the rows cannot be those that were meant.
    Differs,
    /// It may be a payout that lacks all but its amount.
    Unclear,
}

impl Sums {
    /// Notes the amount of a payout.
    pub(super) fn add(&mut self, row: &RawRow<'_>, known: Option<Decimal>) {
        match known.or_else(|| amount::of_total(row.text(Column::Amount))) {
            Some(amount) => self.since_last += amount,
            None => drop(self.unreadable.get_or_insert(row.row)),
        }
        self.rows += 1;
    }

    /// Notes a row whose cells cannot be told apart.
    pub(super) fn cannot_read(&mut self, row: u32) {
        self.unreadable.get_or_insert(row);
        self.rows += 1;
    }

    /// What a row says that looks like one of sums.
    pub(super) fn judge(&mut self, row: &RawRow<'_>, looks: Looks, findings: &mut Findings<'_>) -> Verdict {
        let place = row.place(Column::Amount);
        let typed = row.text(Column::Amount);
        let said = amount::of_total(typed);
        let all = self.before_last + self.since_last;
        let agrees = said.is_some_and(|said| said == all || said == self.since_last);
        let enough = !matches!(looks, Looks::Bare) || self.rows > 1;
        let verdict = match (said, self.unreadable) {
            (Some(said), None) if agrees && enough && !matches!(looks, Looks::Worded) => {
                findings.add(
                    Code::TotalRow,
                    place,
                    format!("the total {said} agrees with the rows above it"),
                );
                Verdict::PassedOver
            }
            (_, Some(unreadable)) if matches!(looks, Looks::Named) => {
                findings.add(
                    Code::TotalUnchecked,
                    place,
                    format!(
                        "the total was not compared, because the amount in row {unreadable} cannot be read"
                    ),
                );
                Verdict::PassedOver
            }
            (said, None) if matches!(looks, Looks::Named) => {
                let difference =
                    said.map_or(String::new(), |said| format!(", a difference of {}", (said - all).abs()));
                findings
                    .add(
                        Code::TotalDiffers,
                        place,
                        format!("the total says {typed}, the rows above it have {all}{difference}"),
                    )
                    .advising("find the row that is missing, doubled or mistyped, and mend the total");
                Verdict::Differs
            }
            _ => {
                findings
                    .add(Code::RowNoPayout, place, "this looks like a total, not like a payout, and does not agree with the rows above it")
                    .advising("remove the row; the sum at the end of this report is there to be compared with it");
                Verdict::Unclear
            }
        };
        (self.before_last, self.since_last) = (all, Decimal::ZERO);
        verdict
    }
}

/// An amount without an account, and beside it only numbers or the word.
pub(super) fn looks(row: &RawRow<'_>) -> Option<Looks> {
    let label = |text: &str| text.trim_end_matches(':').trim().to_lowercase();
    // the word may stand where the account would
    let is_name =
        |text: &str| !text.bytes().any(|byte| byte.is_ascii_digit()) && NAMES.contains(&label(text).as_str());
    let is_account = |text: &str| !text.is_empty() && !is_name(text);
    if row.text(Column::Amount).is_empty() || ACCOUNTS.iter().any(|column| is_account(row.text(*column))) {
        return None;
    }
    let first = |text: &str| label(text.split_whitespace().next().unwrap_or_default());
    let number = |text: &str| !text.contains(char::is_alphabetic) || text == row.text(Column::Currency);
    // whoever has a street, a second name or a reference is a payee, whatever the name
    let texts = row.cells().filter(|cell| !cell.is_empty() && !number(cell)).count();
    if texts == 1 && row.cells().any(|cell| NAMES.contains(&label(cell).as_str())) {
        return Some(Looks::Named);
    }
    if texts > 1 {
        return None;
    }
    if row.cells().any(|cell| NAMES.contains(&first(cell).as_str()) || first(cell) == "grand") {
        return Some(Looks::Worded);
    }
    row.cells().all(number).then_some(Looks::Bare)
}
