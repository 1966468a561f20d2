//! A file of payees for the payee book: the rules of payouts, without what only a payout has.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::book::{known_account, who};
use super::file::{CheckError, Checked, Collected, Options, ragged};
use super::head::{Wanted, header};
use super::known::Everyone;
use super::row::Judge;
use super::shape::{self, Other};
use super::{Findings, hold};
use crate::domain::{Book, Code, Event, Finding, Observer, Payee, Place, Stage};
use crate::intake::{Column, Item, RawRow, Source};

/// A payee that a file has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayeeRow {
    /// The row.
    pub row: u32,
    /// The payee.
    pub payee: Payee,
    /// What a person has accepted of it, in words.
    pub accepted: Vec<String>,
}

/// What checking a file of payees has shown.
#[derive(Debug, Default)]
pub struct PayeesChecked {
    /// The payees that no finding forbids.
    pub payees: Vec<PayeeRow>,
    /// What was found, as with payouts; `payable` counts the payees.
    pub checked: Checked,
}

/// Checks a file of payees against what is known of them.
pub fn check_payees(
    mut source: Source,
    options: &Options,
    book: &dyn Book,
    observer: &dyn Observer,
) -> Result<PayeesChecked, CheckError> {
    let mut all = Collected::new(&options.accepted);
    all.take(std::mem::take(&mut source.notes));
    let told = header(&source, Wanted::Payees, &mut all);
    let readable = !all.findings.iter().any(Finding::forbids);
    // a row is what it says: nothing is taken from the book that it is to go into
    let judge = Judge {
        options,
        directory: options.directory,
        address_told: true,
        payees: None,
        accounts: None,
        rows: None,
        holds: hold::Columns::of(&source.header),
    };
    let accounts = Some(book).filter(|book| book.has_accounts());
    let mut found = PayeesChecked::default();
    found.checked.format = source.format;
    let mut seen = Seen::new();
    let mut everyone = Everyone::of(book)?;
    let (columns, delimiter) = (source.header.names.len(), source.delimiter);
    let total = Some(source.about).filter(|about| *about > 0);
    observer.on(&Event::Begin { stage: Stage::Checking, total });
    while let Some(item) = source.next_item()? {
        match item {
            Item::Blank { .. } => continue,
            Item::Ragged { row, .. } | Item::Row(RawRow { row, .. }) if told.nothing_known => {
                found.checked.invalid_rows.push(row);
            }
            Item::Ragged { row, cells, breaks } => {
                found.checked.invalid_rows.push(row);
                all.take(vec![ragged(row, [cells, columns], breaks, delimiter)]);
            }
            Item::Row(row) => {
                let mut findings = Findings::new(&options.accepted);
                let other = shape::no_payout(&row, &mut findings);
                if other == Some(Other::OtherColumns) {
                    all.take(findings.made);
                    found.payees.clear();
                    found.checked.payable = 0;
                    found.checked.invalid_rows.push(row.row);
                    break;
                }
                let payee = if other.is_some() { None } else { judge.payee(&row, &mut findings) };
                if payee.as_ref().is_some_and(|payee| is_same_again(payee, &seen)) {
                    continue;
                }
                let payee = payee.filter(|payee| !is_again(&row, payee, &mut seen, &mut findings));
                let mut payee = payee;
                if let Some(payee) = &mut payee {
                    everyone.compare(&row, payee, book, &mut findings)?;
                    known_account(&row, payee, accounts, options.today, &mut findings)?;
                }
                findings.made.retain(|finding| !told.covers(finding));
                match payee.filter(|_| readable && !findings.forbid_since(0)) {
                    Some(payee) => {
                        let accepted = findings.made.iter().filter(|finding| finding.accepted);
                        let accepted = accepted.map(ToString::to_string).collect();
                        found.payees.push(PayeeRow { row: row.row, payee, accepted });
                        found.checked.payable += 1;
                    }
                    None => found.checked.invalid_rows.push(row.row),
                }
                all.take(findings.made);
            }
        }
        found.checked.rows += 1;
        observer.on(&Event::Step { stage: Stage::Checking, count: 1 });
    }
    observer.on(&Event::End { stage: Stage::Checking });
    if found.checked.rows == 0 {
        let empty = Finding::new(Code::FileEmpty, Place::file(), "the file has a header and no payees");
        all.take(vec![empty.advised("export it again")]);
    }
    found.checked.unmet = std::mem::take(&mut all.unmet);
    found.checked.findings = all.finish();
    Ok(found)
}

/// The payees so far, each with its first row.
type Seen = HashMap<(String, String), (u32, Payee)>;

/// Whether the payee stands in the file already with the same words, as where a person is paid twice.
fn is_same_again(payee: &Payee, seen: &Seen) -> bool {
    seen.get(&who(payee)).is_some_and(|(_, first)| first == payee)
}

/// Says of a payee that stands in the file twice and differs which row was the first.
fn is_again(row: &RawRow<'_>, payee: &Payee, seen: &mut Seen, findings: &mut Findings<'_>) -> bool {
    let (first, same_account) = match seen.entry(who(payee)) {
        Entry::Vacant(vacant) => {
            vacant.insert((row.row, payee.clone()));
            return false;
        }
        Entry::Occupied(occupied) => (occupied.get().0, occupied.get().1.account == payee.account),
    };
    if same_account {
        findings
            .add(
                Code::DuplicateRow,
                row.whole(),
                format!("the payee stands in row {first} already, with other details"),
            )
            .advising("keep the row that is right and remove the other");
    } else {
        findings
            .add(
                Code::PayeeTwice,
                row.place(Column::PayeeId),
                format!("row {first} has the same payee_id with another account"),
            )
            .advising("keep the row that is right, or give the second account a payee_id of its own");
    }
    true
}
