//! What can be said of a file by the names of its columns alone.

use super::file::Collected;
use crate::domain::account::masked;
use crate::domain::{Code, Finding, Place};
use crate::intake::{COLUMNS, Column, Header, HeaderProblem, Source, letter};

fn finding(code: Code, place: Place, message: String, hint: &str) -> Finding {
    let finding = Finding::new(code, place, message);
    if hint.is_empty() { finding } else { finding.advised(hint) }
}

/// What the header alone has told, so that rows need not tell it again.
#[derive(Default)]
pub(super) struct Told {
    /// That no row has a street.
    pub address: bool,
    /// The finding that says so, where the payee book may have the addresses.
    pub address_finding: Option<Finding>,
    /// That no name of a column is known: rows cannot be judged at all.
    pub nothing_known: bool,
    /// The kinds of findings that say of a row's missing cell what was said of the missing column.
    missing: Vec<Code>,
}

impl Told {
    pub fn covers(&self, finding: &Finding) -> bool {
        finding.place.letter.is_none() && self.missing.contains(&finding.code)
    }
}

/// What the rows are read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Payouts, whose addresses the payee book may have.
    Payouts { has_book: bool },
    /// Payees for the payee book.
    Payees,
}

/// What the header lets be said.
pub(super) fn header(source: &Source, wanted: Wanted, all: &mut Collected<'_>) -> Told {
    let header = &source.header;
    if !COLUMNS.iter().any(|info| header.has(info.column)) {
        all.take(vec![nothing_known(header)]);
        return Told { nothing_known: true, ..Told::default() };
    }
    let place = |index: usize| Place {
        column: Some(name(header, index)),
        ..header.place_of(source.sheet.as_ref(), header.row, index)
    };
    for problem in &header.problems {
        all.take(vec![match problem {
            HeaderProblem::Unknown { index, near } => finding(
                Code::ColumnUnknown,
                place(*index),
                format!("the column \"{}\" is not known", name(header, *index)),
                &near.map_or(
                    "remove the column if it is not needed, or give it one of the names in docs/FILES.md"
                        .to_owned(),
                    |near| format!("was {near} meant? else remove the column"),
                ),
            ),
            HeaderProblem::NotRead { index } => finding(
                Code::ColumnNotRead,
                place(*index),
                format!("the column \"{}\" is not read", name(header, *index)),
                "",
            ),
            HeaderProblem::Twice { index, first, column } => finding(
                Code::ColumnTwice,
                place(*index),
                format!(
                    "the columns {} (\"{}\") and {} (\"{}\") both mean {}",
                    letter(*first),
                    header.names[*first],
                    letter(*index),
                    header.names[*index],
                    column.name()
                ),
                "keep the one to pay by and remove the other",
            ),
        }]);
    }
    for column in [Column::Bic, Column::AmountSide, Column::SourceOfFunds] {
        if let Some(index) = header.index(column) {
            let message = format!("the column \"{}\" is not used by this version", name(header, index));
            all.take(vec![finding(Code::ColumnNotRead, place(index), message, "")]);
        }
    }
    missing(header, wanted, all)
}

/// The name of a column; hidden where it is a number, because a file without names has a payout in their place.
fn name(header: &Header, index: usize) -> String {
    let name = &header.names[index];
    if name.chars().filter(char::is_ascii_digit).count() > 6 { masked(name) } else { name.clone() }
}

fn nothing_known(header: &Header) -> Finding {
    let (what, hint) = match header.names.as_slice() {
        [one] if one.contains([';', '\t', '|']) => {
            ("the cells are not separated by commas", "save the file as \"CSV UTF-8 (comma delimited)\"")
        }
        _ => (
            "the first row has no name of a column that is known",
            "let the names stand in the first row, such as first_name, last_name, bsb, account_number, amount, and no title above them",
        ),
    };
    finding(Code::ColumnMissing, Place::row(header.row), what.to_owned(), hint)
}

fn missing(header: &Header, wanted: Wanted, all: &mut Collected<'_>) -> Told {
    let mut told = Told::default();
    let has = |column| header.has(column);
    let named = has(Column::AccountName)
        || has(Column::CompanyName)
        || (has(Column::FirstName) && has(Column::LastName));
    let account = (has(Column::Bsb) && has(Column::AccountNumber)) || has(Column::PayId);
    for (there, what, hint, codes) in [
        (
            has(Column::Amount) || wanted == Wanted::Payees,
            "no column says how much to pay",
            "name the column of the net pay: amount",
            &[Code::AmountInvalid][..],
        ),
        (
            named,
            "no column says whom to pay",
            "add first_name and last_name, company_name, or account_name",
            &[Code::NameMissing],
        ),
        (
            account,
            "no columns say where the money goes",
            "add bsb and account_number, or payid",
            &[Code::AccountMissing, Code::AccountInvalid, Code::BsbInvalid],
        ),
    ] {
        if !there {
            told.missing.extend(codes);
            all.take(vec![finding(Code::ColumnMissing, Place::file(), what.to_owned(), hint)]);
        }
    }
    told.address = !has(Column::Street) && !has(Column::Country);
    if wanted == Wanted::Payees {
        return told;
    }
    if told.address {
        let missing = finding(
            Code::AddressMissing,
            Place::file(),
            "no row has a street, and Flash demands one of Australian payees".to_owned(),
            "add the columns street, suburb, state and postcode from the employees' records to the file, or import these into the payee book: payrun payees import FILE",
        );
        if wanted == (Wanted::Payouts { has_book: true }) {
            told.address_finding = Some(missing);
        } else {
            all.take(vec![missing]);
        }
    }
    if !has(Column::Reference) {
        all.take(vec![finding(
            Code::ReferenceBlank,
            Place::file(),
            "there is no column reference, so payees will not see what the payment is for".to_owned(),
            "",
        )]);
    }
    told
}
