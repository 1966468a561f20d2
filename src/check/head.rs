//! What can be said of a file by the names of its columns alone.

use super::file::Collected;
use crate::domain::{Code, Finding, Place};
use crate::intake::{Column, Family, Header, HeaderProblem, Refused, Source, letter};

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
    /// That the first row is a payout and has no names of columns.
    pub first_row_is_payout: bool,
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
    let place = |index: usize| Place {
        column: Some(header.shown(index)).filter(|name| !name.is_empty()),
        ..header.place_of(source.sheet.as_ref(), header.row, index)
    };
    if let Some(family) = header.family {
        // a list of payees needs no amounts; a statement has no payees in it whatever it is read for
        let is_list = wanted == Wanted::Payees && family.lacks_columns();
        if !is_list {
            all.take(vec![known(family, header)]);
        }
        if family.refused.is_some() && !is_list {
            if family.lacks_columns() {
                all.take(
                    misspelt(header).map(|problem| told(problem, header, place(problem.index()))).collect(),
                );
            }
            let first_row_is_payout = family.is_headerless();
            return Told { nothing_known: true, first_row_is_payout, ..Told::default() };
        }
    }
    if header.known() == 0 {
        all.take(vec![nothing_known(header)]);
        return Told { nothing_known: true, ..Told::default() };
    }
    all.take(header.problems.iter().map(|problem| told(problem, header, place(problem.index()))).collect());
    missing(header, wanted, all)
}

/// Columns that nobody knows and that may be meant for known ones.
fn misspelt(header: &Header) -> impl Iterator<Item = &HeaderProblem> {
    header.problems.iter().filter(|problem| matches!(problem, HeaderProblem::Unknown { near: Some(_), .. }))
}

/// What an export is: refused as a whole, or what its names mean.
fn known(family: &Family, header: &Header) -> Finding {
    if let Some(Refused { why, todo }) = &family.refused {
        return finding(
            Code::FileRefused,
            Place::file(),
            format!("this looks like {}, and cannot be paid: {why}", family.what),
            todo,
        );
    }
    let means = |(index, column): &(usize, Column)| {
        format!("; \"{}\" is read as {}", header.shown(*index), column.name())
    };
    let meant: String = header.of_family.iter().map(means).collect();
    let note = family.note(|column| header.has(column)).map_or(String::new(), |note| format!("; {note}"));
    finding(Code::ExportKnown, Place::file(), format!("this looks like {}{meant}{note}", family.what), "")
}

/// One problem in words.
fn told(problem: &HeaderProblem, header: &Header, place: Place) -> Finding {
    match problem {
        HeaderProblem::Unknown { index, near } => finding(
            Code::ColumnUnknown,
            place,
            format!("the column \"{}\" is not known", header.shown(*index)),
            &near.map_or(
                "remove the column if it is not needed, give it one of the names in docs/FILES.md, or let `payrun map` write a map and say there what it is"
                    .to_owned(),
                |near| format!("was {near} meant? else remove the column"),
            ),
        ),
        HeaderProblem::NotRead { index } => finding(
            Code::ColumnNotRead,
            place,
            format!("the column \"{}\" is not read", header.shown(*index)),
            "",
        ),
        HeaderProblem::Twice { index, first, column } => finding(
            Code::ColumnTwice,
            place,
            format!(
                "the columns {} and {} both mean {}",
                lettered(header, *first),
                lettered(header, *index),
                column.name()
            ),
            "keep the one to pay by and remove the other",
        ),
        HeaderProblem::Choose { indices, column } => choose(header, indices, *column, place),
        HeaderProblem::PassedOver { index, used, column } => finding(
            Code::ColumnNotRead,
            place,
            format!(
                "the column \"{}\" is not read: {} is taken from {}",
                header.shown(*index),
                in_words(*column),
                lettered(header, *used)
            ),
            "",
        ),
        HeaderProblem::Assumed { index, column } => finding(
            Code::ColumnAssumed,
            place,
            format!("the column \"{}\" is read as {}", header.shown(*index), in_words(*column)),
            "make sure that it says what each payee gets, after tax",
        ),
    }
}

/// Several columns could be meant: all of them, and how to say which.
fn choose(header: &Header, indices: &[usize], column: Column, place: Place) -> Finding {
    let names: Vec<String> = indices.iter().map(|index| lettered(header, *index)).collect();
    let lines = indices.iter().map(|index| format!("{} = {}", column.name(), header.called(*index)));
    finding(
        Code::ColumnChoose,
        place,
        format!("the columns {} could each be {}", names.join(" and "), in_words(column)),
        &format!(
            "say which: write a file map.toml with the line [columns] and below it the line {}, and add --map map.toml",
            lines.collect::<Vec<_>>().join(" or ")
        ),
    )
}

/// `F ("Net Pay")`
fn lettered(header: &Header, index: usize) -> String {
    format!("{} (\"{}\")", letter(index), header.shown(index))
}

/// A column as a sentence names it.
fn in_words(column: Column) -> String {
    match column {
        Column::AccountName => "the payee's name".to_owned(),
        Column::Bsb => "the BSB".to_owned(),
        Column::PayId => "the PayID".to_owned(),
        column => format!("the {}", column.name().replace('_', " ")),
    }
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

/// Whether columns name accounts abroad.
fn abroad(header: &Header) -> bool {
    const BESIDE_A_NUMBER: [Column; 5] =
        [Column::Bic, Column::Aba, Column::Ifsc, Column::Cnaps, Column::SortCode];
    let has = |column: &Column| header.has(*column);
    [Column::Iban, Column::Clabe].iter().any(has)
        || (has(&Column::AccountNumber) && BESIDE_A_NUMBER.iter().any(has))
}

fn missing(header: &Header, wanted: Wanted, all: &mut Collected<'_>) -> Told {
    let mut told = Told::default();
    let has = |column| header.has(column);
    let named = has(Column::AccountName)
        || has(Column::CompanyName)
        || (has(Column::FirstName) && has(Column::LastName));
    let has_abroad = abroad(header);
    let account = (has(Column::Bsb) && has(Column::AccountNumber)) || has(Column::PayId) || has_abroad;
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
            "add bsb and account_number, or payid, or of accounts abroad the columns that docs/FILES.md names",
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
            if has_abroad {
                "no row has a street or a country: Flash demands a street of Australian payees, and the country of all others"
            } else {
                "no row has a street, and Flash demands one of Australian payees"
            }
            .to_owned(),
            "add the columns street, suburb, state and postcode from the employees' records to the file, or import these into the payee book: payrun payees import FILE",
        );
        if wanted == (Wanted::Payouts { has_book: true }) {
            told.address_finding = Some(missing);
        } else {
            all.take(vec![missing]);
        }
    }
    if !header.spans.is_empty() {
        told.missing.push(Code::ReferenceBlank); // a bank file's notes say it of all its lines
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
