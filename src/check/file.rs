//! A whole file: its header, its rows one by one, and what can only be said at the end.

use std::collections::HashMap;
use std::io;

use jiff::civil::Date;

use super::Findings;
use super::directory::Directory;
use super::row::Judge;
use super::seen::Seen;
use crate::domain::account::masked;
use crate::domain::{Code, Event, Finding, Observer, Payout, Place, Severity, Stage, Totals};
use crate::intake::{COLUMNS, Column, Header, HeaderProblem, IntakeError, Item, RawRow, Source, letter};

/// So many findings of one kind are kept; the others are counted.
const MOST_OF_A_KIND: u64 = 1000;
/// So many rows between two events.
const STEP: u64 = 256;

/// How to check.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The day, for ages.
    pub today: Date,
    /// Whether real money will move.
    pub environment_is_production: bool,
}

/// What checking has shown. Payouts have gone to the callback meanwhile.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// Rows that are meant to be payouts.
    pub rows: u64,
    /// Rows that no finding forbids.
    pub payable: u64,
    /// Their sums.
    pub totals: Totals,
    /// What was found, in the order of the file.
    pub findings: Vec<Finding>,
    /// Rows that a finding forbids.
    pub invalid_rows: Vec<u32>,
    /// Whom those rows name, as typed, where they name somebody.
    pub invalid_names: HashMap<u32, String>,
}

/// Checking could not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The file could not be read on.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// The payouts could not be kept.
    #[error("the payouts could not be kept on disk: {0}")]
    Keep(#[from] io::Error),
}

/// Checks a file. Every payable row goes to `payout` at once.
pub fn check(
    mut source: Source,
    options: &Options,
    payout: &mut dyn FnMut(Payout) -> io::Result<()>,
    observer: &dyn Observer,
) -> Result<Checked, CheckError> {
    let mut all = Collected::default();
    let told = header(&source.header, &mut all);
    let readable = !all.findings.iter().any(|finding| finding.severity == Severity::Error);
    let judge = Judge { options, directory: Directory::built_in(), address_told: told.address };
    let mut checked = Checked::default();
    let mut seen = Seen::default();
    let mut blanks = Blanks { next: source.header.row + 1, ..Blanks::default() };
    let columns = source.header.names.len();
    observer
        .on(&Event::Begin { stage: Stage::Checking, total: Some(source.about).filter(|about| *about > 0) });
    while let Some(item) = source.next_item()? {
        match item {
            Item::Blank { .. } => continue,
            Item::Ragged { row, .. } | Item::Row(RawRow { row, .. }) if told.nothing_known => {
                blanks.until(row);
                checked.invalid_rows.push(row);
            }
            Item::Ragged { row, cells, breaks } => {
                blanks.until(row);
                checked.invalid_rows.push(row);
                all.take(vec![ragged(row, cells, columns, breaks)]);
            }
            Item::Row(row) => {
                blanks.until(row.row);
                let mut findings = Findings::default();
                let nameless = row.nameless();
                let made = judge
                    .payout(&row, &mut findings)
                    .filter(|made| seen.note(&row, made, &mut findings) && nameless.is_none());
                findings.0.retain(|finding| !told.covers(finding));
                findings.0.extend(nameless.map(without_name));
                if let Some(made) = made.filter(|_| readable) {
                    checked.payable += 1;
                    checked.totals.add(made.money);
                    payout(made)?;
                } else {
                    checked.invalid_rows.push(row.row);
                    checked.invalid_names.extend(whom(&row).map(|name| (row.row, name)));
                }
                all.take(findings.0);
            }
        }
        checked.rows += 1;
        if checked.rows.is_multiple_of(STEP) {
            observer.on(&Event::Step { stage: Stage::Checking, count: STEP });
        }
    }
    observer.on(&Event::Step { stage: Stage::Checking, count: checked.rows % STEP });
    observer.on(&Event::End { stage: Stage::Checking });
    if checked.rows == 0 {
        all.take(vec![finding(
            Code::FileEmpty,
            Place::file(),
            "the file has a header and no payouts".to_owned(),
            "export it again",
        )]);
    }
    all.take(blanks.finding().into_iter().collect());
    checked.findings = all.finish();
    Ok(checked)
}

fn finding(code: Code, place: Place, message: String, hint: &str) -> Finding {
    let hint = Some(hint.to_owned()).filter(|hint| !hint.is_empty());
    Finding { severity: code.severity(), code, message, hint, place, value: None }
}

/// Rows without any text between the others. The source leaves empty lines out, so they are told by the numbers.
#[derive(Default)]
struct Blanks {
    /// The row that should come next.
    next: u32,
    first: Vec<u32>,
    count: u64,
}

impl Blanks {
    const MOST_LISTED: usize = 10;

    /// Notes the rows that were left out before this one.
    fn until(&mut self, row: u32) {
        self.count += u64::from(row.saturating_sub(self.next));
        let room = Self::MOST_LISTED - self.first.len();
        self.first.extend((self.next..row).take(room));
        self.next = row + 1;
    }

    fn finding(&self) -> Option<Finding> {
        let first = *self.first.first()?;
        let listed: Vec<String> = self.first.iter().map(u32::to_string).collect();
        let more = self.count - self.first.len() as u64;
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let message = format!("blank rows were passed over: {}{more}", listed.join(", "));
        Some(finding(Code::RowBlank, Place::row(first), message, ""))
    }
}

fn without_name(place: Place) -> Finding {
    finding(
        Code::ColumnUnknown,
        place,
        "the cell is filled, and its column has no name".to_owned(),
        "give the column a name, or empty it",
    )
}

/// Whom a row names, as typed; an e-mail address or digits in the place of a name are not shown.
fn whom(row: &RawRow<'_>) -> Option<String> {
    let columns =
        [Column::FirstName, Column::MiddleName, Column::LastName, Column::CompanyName, Column::AccountName];
    let words: Vec<&str> =
        columns.iter().map(|column| row.text(*column)).filter(|text| !text.is_empty()).collect();
    let name = words.join(" ");
    let is_name = !name.is_empty() && name.chars().count() <= 150 && !name.contains('@');
    (is_name && name.chars().filter(char::is_ascii_digit).count() < 4 && !name.contains(char::is_control))
        .then_some(name)
}

fn ragged(row: u32, cells: usize, columns: usize, breaks: usize) -> Finding {
    let over = match breaks {
        0 => String::new(),
        breaks => {
            format!(" and runs over {} lines of the file, so that rows may be hidden in it", breaks + 1)
        }
    };
    finding(
        Code::RowRagged,
        Place::row(row),
        format!("the row has {cells} cells, the header has {columns}{over}"),
        match () {
            () if breaks > 0 => "look for a quotation mark (\") that was opened in it and not closed",
            () if cells > columns => {
                "look for a comma inside a name or an amount that needs quotation marks around the cell"
            }
            () => {
                "look for a cell or its comma that is not there, or save the file as CSV from the spreadsheet again"
            }
        },
    )
}

/// What the header alone has told, so that rows need not tell it again.
#[derive(Default)]
struct Told {
    /// That no row has a street.
    address: bool,
    /// That no name of a column is known: rows cannot be judged at all.
    nothing_known: bool,
    /// The kinds of findings that say of a row's missing cell what was said of the missing column.
    missing: Vec<Code>,
}

impl Told {
    fn covers(&self, finding: &Finding) -> bool {
        finding.place.letter.is_none() && self.missing.contains(&finding.code)
    }
}

/// What the header lets be said.
fn header(header: &Header, all: &mut Collected) -> Told {
    if !COLUMNS.iter().any(|info| header.has(info.column)) {
        all.take(vec![nothing_known(header)]);
        return Told { nothing_known: true, ..Told::default() };
    }
    let place = |index: usize| Place {
        sheet: None,
        row: Some(header.row),
        letter: Some(letter(index)),
        column: Some(name(header, index)),
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
    missing(header, all)
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

fn missing(header: &Header, all: &mut Collected) -> Told {
    let mut told = Told::default();
    let has = |column| header.has(column);
    let named = has(Column::AccountName)
        || has(Column::CompanyName)
        || (has(Column::FirstName) && has(Column::LastName));
    let account = (has(Column::Bsb) && has(Column::AccountNumber)) || has(Column::PayId);
    for (there, what, hint, codes) in [
        (
            has(Column::Amount),
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
    if told.address {
        all.take(vec![finding(
            Code::AddressMissing,
            Place::file(),
            "no row has a street, and Flash demands one of Australian payees".to_owned(),
            "add the columns street, suburb, state and postcode from the employees' records to the file",
        )]);
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

/// The findings of a file, not more of a kind than anybody reads.
#[derive(Default)]
struct Collected {
    findings: Vec<Finding>,
    counts: HashMap<Code, u64>,
}

impl Collected {
    fn take(&mut self, findings: Vec<Finding>) {
        for finding in findings {
            let count = self.counts.entry(finding.code).or_default();
            *count += 1;
            if *count <= MOST_OF_A_KIND {
                self.findings.push(finding);
            }
        }
    }

    fn finish(mut self) -> Vec<Finding> {
        for (code, count) in self.counts {
            if count > MOST_OF_A_KIND {
                let more = count - MOST_OF_A_KIND;
                self.findings.push(finding(
                    code,
                    Place::file(),
                    format!("{more} more findings of this kind are not listed"),
                    "",
                ));
            }
        }
        self.findings.sort_by_key(|finding| (finding.place.row, finding.severity, finding.code));
        self.findings
    }
}
