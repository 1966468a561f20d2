//! A whole file: its header, its rows one by one, and what can only be said at the end.

use std::collections::HashMap;
use std::io;

use jiff::civil::Date;

use super::Findings;
use super::directory::Directory;
use super::row::Judge;
use super::seen::Seen;
use crate::domain::{Code, Event, Finding, Observer, Payout, Place, Severity, Stage, Totals};
use crate::intake::{Column, Header, HeaderProblem, IntakeError, Item, Source, letter};

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
    let address_told = header(&source.header, &mut all);
    let readable = !all.findings.iter().any(|finding| finding.severity == Severity::Error);
    let judge = Judge { options, directory: Directory::built_in(), address_told };
    let mut checked = Checked::default();
    let mut seen = Seen::default();
    let mut blanks = Vec::new();
    let columns = source.header.names.len();
    observer.on(&Event::Begin { stage: Stage::Checking, total: None });
    while let Some(item) = source.next_item()? {
        match item {
            Item::Blank { row } => {
                blanks.push(row);
                continue;
            }
            Item::Ragged { row, cells } => {
                checked.invalid_rows.push(row);
                all.take(vec![ragged(row, cells, columns)]);
            }
            Item::Row(row) => {
                let mut findings = Findings::default();
                let made =
                    judge.payout(&row, &mut findings).filter(|made| seen.note(&row, made, &mut findings));
                match made.filter(|_| readable) {
                    Some(made) => {
                        checked.payable += 1;
                        checked.totals.add(made.money);
                        payout(made)?;
                    }
                    None => checked.invalid_rows.push(row.row),
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
    if !blanks.is_empty() {
        all.take(vec![finding(
            Code::RowBlank,
            Place::row(blanks[0]),
            format!("blank rows were passed over: {}", listed(&blanks)),
            "",
        )]);
    }
    checked.findings = all.finish();
    Ok(checked)
}

fn finding(code: Code, place: Place, message: String, hint: &str) -> Finding {
    let hint = Some(hint.to_owned()).filter(|hint| !hint.is_empty());
    Finding { severity: code.severity(), code, message, hint, place, value: None }
}

fn ragged(row: u32, cells: usize, columns: usize) -> Finding {
    finding(
        Code::RowRagged,
        Place::row(row),
        format!("the row has {cells} cells, the header has {columns}"),
        "look for a comma inside a name or an amount that needs quotation marks around the cell",
    )
}

fn listed(rows: &[u32]) -> String {
    let shown: Vec<String> = rows.iter().take(10).map(u32::to_string).collect();
    let more = if rows.len() > 10 { format!(" and {} more", rows.len() - 10) } else { String::new() };
    shown.join(", ") + &more
}

/// What the header lets be said. Says whether the missing street was told for all rows.
fn header(header: &Header, all: &mut Collected) -> bool {
    let place = |index: usize| Place {
        sheet: None,
        row: Some(header.row),
        letter: Some(letter(index)),
        column: Some(header.names[index].clone()),
    };
    for problem in &header.problems {
        all.take(vec![match problem {
            HeaderProblem::Unknown { index, near } => finding(
                Code::ColumnUnknown,
                place(*index),
                format!("the column \"{}\" is not known", header.names[*index]),
                &near.map_or(
                    "remove the column if it is not needed, or give it one of the names in the README"
                        .to_owned(),
                    |near| format!("was {near} meant? else remove the column"),
                ),
            ),
            HeaderProblem::NotRead { index } => finding(
                Code::ColumnNotRead,
                place(*index),
                format!("the column \"{}\" is not read", header.names[*index]),
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
    missing(header, all)
}

fn missing(header: &Header, all: &mut Collected) -> bool {
    let has = |column| header.has(column);
    let named = has(Column::AccountName)
        || has(Column::CompanyName)
        || (has(Column::FirstName) && has(Column::LastName));
    let account = (has(Column::Bsb) && has(Column::AccountNumber)) || has(Column::PayId);
    for (there, what, hint) in [
        (has(Column::Amount), "no column says how much to pay", "name the column of the net pay: amount"),
        (named, "no column says whom to pay", "add first_name and last_name, company_name, or account_name"),
        (account, "no columns say where the money goes", "add bsb and account_number, or payid"),
    ] {
        if !there {
            all.take(vec![finding(Code::ColumnMissing, Place::file(), what.to_owned(), hint)]);
        }
    }
    let address_told = !has(Column::Street) && !has(Column::Country);
    if address_told {
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
    address_told
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
