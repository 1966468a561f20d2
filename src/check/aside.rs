//! What is noted of rows on the way and told once: rows without an address, notes below the payouts, blank rows.

use super::file::{Collected, MOST_OF_A_KIND};
use crate::domain::{Code, Finding, MOST_NAMED, Place, first_of, some_of};
use crate::intake::{RawRow, letter};

/// Rows without an address in a file without addresses: told one by one only if the payee book had some.
#[derive(Default)]
pub(super) struct Unaddressed {
    pub whole: Option<Finding>,
    rows: Vec<Finding>,
    more: u64,
}

impl Unaddressed {
    /// `whole` says of the whole file that it has no addresses.
    pub fn of(whole: Option<Finding>) -> Self {
        Self { whole, ..Self::default() }
    }

    pub fn divert(&mut self, findings: &mut Vec<Finding>) {
        if self.whole.is_none() {
            return;
        }
        for finding in findings.extract_if(.., |finding| finding.code == Code::AddressMissing) {
            if (self.rows.len() as u64) < MOST_OF_A_KIND {
                self.rows.push(finding);
            } else {
                self.more += 1;
            }
        }
    }

    pub fn finish(self, some_completed: bool, all: &mut Collected<'_>) {
        if some_completed {
            all.take(self.rows);
            *all.counts.entry(Code::AddressMissing).or_default() += self.more;
        } else if !self.rows.is_empty() {
            all.take(self.whole.into_iter().collect());
        }
    }
}

pub(super) fn told_wrapped((column, (first, count)): (usize, (u32, u64))) -> Finding {
    let place = Place { letter: Some(letter(column)), ..Place::row(first) };
    let others = if count > 1 { format!(", and {} more below it", count - 1) } else { String::new() };
    Finding::new(
        Code::CellWrapped,
        place,
        format!("the cell is written as a formula to keep its zeros{others}; it is read as text"),
    )
}

/// Rows with one text or two, which are notes if no payout stands below them.
#[derive(Default)]
pub(super) struct Below {
    rows: Vec<(Place, String)>,
}

impl Below {
    pub fn hold(&mut self, row: &RawRow<'_>, text: String) {
        self.rows.push((row.whole(), text));
    }

    /// A payout stands below them: they are rows that lack nearly everything. Gives how many.
    pub fn were_rows(&mut self, invalid: &mut Vec<u32>, all: &mut Collected<'_>) -> u64 {
        for (place, _) in &self.rows {
            invalid.extend(place.row);
            all.take(vec![
                Finding::new(
                    Code::RowNoPayout,
                    place.clone(),
                    "the row has no amount and no account, and payouts stand below it",
                )
                .advised("fill the row, or remove it"),
            ]);
        }
        self.rows.drain(..).count() as u64
    }

    /// No payout stands below them: they are notes, if a person agrees. `true` where nobody has.
    pub fn finish(self, all: &mut Collected<'_>) -> bool {
        let Some((place, text)) = self.rows.first() else { return false };
        let rows: Vec<u32> = self.rows.iter().filter_map(|(place, _)| place.row).collect();
        let begin: String = text.chars().filter(|c| !c.is_control()).take(40).collect();
        let what = match rows.len() {
            1 => format!(
                "below the payouts stands a row that asks for no money (\"{begin}\"), which is passed over"
            ),
            _ => format!(
                "below the payouts stand rows that ask for no money ({}; the first is \"{begin}\"), which are passed over",
                first_of(&rows)
            ),
        };
        let finding = Finding::new(Code::RowsBelow, place.clone(), what).advised(match rows.len() {
            1 => "make sure that it is a note and not a payee whose cells are missing",
            _ => "make sure that they are notes and not payees whose cells are missing",
        });
        all.take(vec![finding])
    }
}

/// Rows without any text between the others. The source leaves empty lines out, so they are told by the numbers.
#[derive(Default)]
pub(super) struct Blanks {
    /// The row that should come next.
    next: u32,
    first: Vec<u32>,
    count: u64,
}

impl Blanks {
    /// Of the rows below the header.
    pub fn below(header: u32) -> Self {
        Self { next: header + 1, ..Self::default() }
    }

    /// Notes the rows that were left out before this one.
    pub fn until(&mut self, row: u32) {
        self.count += u64::from(row.saturating_sub(self.next));
        let room = MOST_NAMED - self.first.len();
        self.first.extend((self.next..row).take(room));
        self.next = row + 1;
    }

    pub fn finding(&self) -> Option<Finding> {
        let first = *self.first.first()?;
        let rows = some_of(&self.first, self.count - self.first.len() as u64);
        let message = format!("blank rows were passed over: {rows}");
        Some(Finding::new(Code::RowBlank, Place::row(first), message))
    }
}
