//! The header row: which column means what, and what is wrong with it.

use jiff::civil::Date;

use super::columns::{COLUMNS, COUNT, Column, NEVER_READ, by_name, folded};
use super::letter;
use crate::domain::{Code, Finding, Place};

/// What the header says.
#[derive(Debug, Clone)]
pub struct Header {
    /// The names as they stand in the file.
    pub names: Vec<String>,
    /// The row that it stands in.
    pub row: u32,
    /// In a file of fixed columns, the first and the last character of each.
    pub spans: Vec<(u16, u16)>,
    /// In a bank file, the days on which it asks to be processed, and where it says so.
    pub dates: Vec<(Date, Place)>,
    /// For each meaning the index of its column.
    pub(super) at: [Option<usize>; COUNT],
    /// What is wrong or remarkable.
    pub problems: Vec<HeaderProblem>,
}

/// Something about a column's name. Indices count from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderProblem {
    /// Nobody knows the name.
    Unknown {
        /// Which column.
        index: usize,
        /// A known name that it may be meant for.
        near: Option<&'static str>,
    },
    /// Known from payroll exports and never read.
    NotRead {
        /// Which column.
        index: usize,
    },
    /// A second column of the same meaning.
    Twice {
        /// The second.
        index: usize,
        /// The first.
        first: usize,
        /// The meaning.
        column: Column,
    },
}

impl Header {
    pub(super) fn read<'a>(names: impl Iterator<Item = &'a str>, row: u32) -> Self {
        let names: Vec<String> =
            names.map(|name| name.trim_start_matches('\u{feff}').trim().to_owned()).collect();
        let mut header = Self {
            names,
            row,
            spans: Vec::new(),
            dates: Vec::new(),
            at: [None; COUNT],
            problems: Vec::new(),
        };
        for index in 0..header.names.len() {
            header.place(index);
        }
        header
    }

    fn place(&mut self, index: usize) {
        let name = self.names[index].clone();
        let folded_name = folded(&name);
        if folded_name.is_empty() {
            return;
        }
        match by_name(&name) {
            Some(column) => match self.at[column as usize] {
                None => self.at[column as usize] = Some(index),
                Some(first) => self.problems.push(HeaderProblem::Twice { index, first, column }),
            },
            None if NEVER_READ.iter().any(|known| folded_name.starts_with(known)) => {
                self.problems.push(HeaderProblem::NotRead { index });
            }
            None => self.problems.push(HeaderProblem::Unknown { index, near: near(&folded_name) }),
        }
    }

    /// Whether the file has a column of this meaning.
    pub fn has(&self, column: Column) -> bool {
        self.at[column as usize].is_some()
    }

    /// Which column has this meaning, counted from 0.
    pub fn index(&self, column: Column) -> Option<usize> {
        self.at[column as usize]
    }

    /// The letter and the name of the column of this meaning.
    pub fn column(&self, column: Column) -> Option<(String, &str)> {
        let index = self.at[column as usize]?;
        Some((letter(index), &self.names[index]))
    }
}

/// What is to be said of rows with text above the header.
pub(super) fn above(rows: &[u32], sheet: Option<&str>) -> Option<Finding> {
    let first = *rows.first()?;
    let place = Place { sheet: sheet.map(str::to_owned), ..Place::row(first) };
    Some(Finding::new(
        Code::RowsAboveHeader,
        place,
        match rows.len() {
            1 => "the row stands above the names of the columns and was passed over".to_owned(),
            _ => format!("rows above the names of the columns were passed over: {}", listed(rows)),
        },
    ))
}

/// `1, 2, 3 and 7 more`.
pub fn listed(rows: &[u32]) -> String {
    const MOST_LISTED: usize = 10;
    let shown: Vec<String> = rows.iter().take(MOST_LISTED).map(u32::to_string).collect();
    let more = rows.len().saturating_sub(MOST_LISTED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    shown.join(", ") + &more
}

/// The known name that is at most two changed letters away.
fn near(name: &str) -> Option<&'static str> {
    let known = COLUMNS.iter().map(|info| (distance(name, &folded(info.name)), info.name));
    known.filter(|(distance, known)| *distance <= 2 && known.len() > 4).min().map(|(_, known)| known)
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = changed.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_says_what_it_knows_and_what_it_does_not() {
        let names = ["BSB", "Account No", "Amout", "Gross Pay", "bank bsb", "Shoe size", ""];
        let header = Header::read(names.into_iter(), 1);
        assert!(header.has(Column::Bsb) && header.has(Column::AccountNumber) && !header.has(Column::Amount));
        assert_eq!(
            header.problems,
            [
                HeaderProblem::Unknown { index: 2, near: Some("amount") },
                HeaderProblem::NotRead { index: 3 },
                HeaderProblem::Twice { index: 4, first: 0, column: Column::Bsb },
                HeaderProblem::Unknown { index: 5, near: None },
            ]
        );
    }
}
