//! The header row: which column means what, and what is wrong with it.

use jiff::civil::Date;

use super::columns::{COUNT, Column, Strength, by_name, folded, is_never_read};
use super::family::Family;
use super::headerless;
use super::letter;
use super::map::{Chosen, ColumnMap, MapError};
use super::near::near_column;
use crate::domain::account::masked;
use crate::domain::{Code, Finding, Place, first_of};

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
    /// What is wrong or remarkable, in the order of the columns.
    pub problems: Vec<HeaderProblem>,
    /// The export that it is, where that is known.
    pub family: Option<&'static Family>,
    /// The columns whose names mean something in that family only, and what.
    pub of_family: Vec<(usize, Column)>,
    /// The columns that a person has said to ignore.
    ignored: Vec<usize>,
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
    /// A second column of the same name.
    Twice {
        /// The second.
        index: usize,
        /// The first.
        first: usize,
        /// The meaning.
        column: Column,
    },
    /// Several columns could be meant. The first of them is read, so that its rows can be judged.
    Choose {
        /// All of them.
        indices: Vec<usize>,
        /// The meaning.
        column: Column,
    },
    /// Not read, because another column has the same meaning and a better name.
    PassedOver {
        /// Which column.
        index: usize,
        /// The one that is read.
        used: usize,
        /// The meaning.
        column: Column,
    },
    /// Read although its name may mean something else, because no better one is there.
    Assumed {
        /// Which column.
        index: usize,
        /// The meaning.
        column: Column,
    },
}

impl HeaderProblem {
    /// The column that it is about, counted from 0; of several the first.
    pub fn index(&self) -> usize {
        match self {
            Self::Unknown { index, .. }
            | Self::NotRead { index }
            | Self::Twice { index, .. }
            | Self::PassedOver { index, .. }
            | Self::Assumed { index, .. } => *index,
            Self::Choose { indices, .. } => indices.first().copied().unwrap_or_default(),
        }
    }
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
            family: None,
            of_family: Vec::new(),
            ignored: Vec::new(),
        };
        header.resolve(&Chosen::default());
        header
    }

    /// Reads the names once more, with what a person has said of them.
    pub(super) fn apply(&mut self, map: &ColumnMap) -> Result<(), MapError> {
        if !self.spans.is_empty() {
            return Err(MapError::FixedColumns);
        }
        // a payout in the place of the names is never taken for names, whatever letters the map gives its cells
        let headerless =
            self.family.filter(|family| family.is_headerless()).or_else(|| headerless::of(&self.names));
        self.resolve(&map.chosen(&self.names)?);
        self.family = headerless.or(self.family);
        Ok(())
    }

    /// Gives every column its meaning: what a person chose, else what its name says.
    fn resolve(&mut self, chosen: &Chosen) {
        let mut known: Vec<Option<(Column, Strength)>> =
            self.names.iter().map(|name| by_name(name)).collect();
        for index in &chosen.ignored {
            known[*index] = None;
        }
        for (index, column) in &chosen.read {
            known[*index] = Some((*column, Strength::Chosen));
        }
        self.family = Family::of(&self.names, |column| known.iter().flatten().any(|(own, _)| *own == column));
        self.of_family = self.meant_by_family(&known, chosen);
        for (index, column) in &self.of_family {
            known[*index] = Some((*column, Strength::Strong));
        }
        self.ignored.clone_from(&chosen.ignored);
        self.at = [None; COUNT];
        self.problems = self.not_known(&known, chosen);
        for column in Column::ALL {
            let candidates: Vec<(usize, Strength)> = known
                .iter()
                .enumerate()
                .filter_map(|(index, known)| {
                    known.filter(|(own, _)| own == column).map(|(_, how)| (index, how))
                })
                .collect();
            self.settle(*column, &candidates);
        }
        self.problems.sort_by_key(HeaderProblem::index);
    }

    fn meant_by_family(&self, known: &[Option<(Column, Strength)>], chosen: &Chosen) -> Vec<(usize, Column)> {
        let Some(family) = self.family else { return Vec::new() };
        let free = |index: &usize| known[*index].is_none() && !chosen.ignored.contains(index);
        let meant = |index: usize| Some((index, family.reads(&self.names[index])?));
        (0..self.names.len()).filter(free).filter_map(meant).collect()
    }

    /// What is to be said of columns that have a name and no meaning.
    fn not_known(&self, known: &[Option<(Column, Strength)>], chosen: &Chosen) -> Vec<HeaderProblem> {
        let is_left = |(index, name): &(usize, &String)| {
            known[*index].is_none() && !name.is_empty() && !chosen.ignored.contains(index)
        };
        let problem = |(index, name): (usize, &String)| {
            let left_out = self.family.is_some_and(|family| family.leaves_out(name));
            if left_out || is_never_read(name) {
                HeaderProblem::NotRead { index }
            } else {
                HeaderProblem::Unknown { index, near: near_column(&folded(name)) }
            }
        };
        self.names.iter().enumerate().filter(is_left).map(problem).collect()
    }

    /// Of the columns that could have a meaning, takes the one with the best name. Where the meaning is how much is
    /// paid or where to, only a person can prefer one to another.
    fn settle(&mut self, column: Column, candidates: &[(usize, Strength)]) {
        let Some(best) = candidates.iter().map(|(_, how)| *how).max() else { return };
        let ask = column.info().ask;
        let (equal, worse): (Vec<_>, Vec<_>) =
            candidates.iter().partition(|(_, how)| *how == best || (ask && best != Strength::Chosen));
        let indices: Vec<usize> = equal.iter().map(|(index, _)| *index).collect();
        let first = indices[0];
        self.at[column as usize] = Some(first);
        let same_name = indices.iter().all(|index| folded(&self.names[*index]) == folded(&self.names[first]));
        match indices.len() {
            1 if ask && best == Strength::Weak => {
                self.problems.push(HeaderProblem::Assumed { index: first, column });
            }
            1 => {}
            _ if same_name => self.problems.extend(indices[1..].iter().map(|index| HeaderProblem::Twice {
                index: *index,
                first,
                column,
            })),
            _ => self.problems.push(HeaderProblem::Choose { indices, column }),
        }
        let passed_over =
            worse.iter().map(|(index, _)| HeaderProblem::PassedOver { index: *index, used: first, column });
        self.problems.extend(passed_over);
    }

    /// How many columns have a meaning.
    pub fn known(&self) -> usize {
        self.at.iter().flatten().count()
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

    /// The column, counted from 0, that says when each payout is meant to be made. It is compared, not followed.
    pub fn pay_date(&self) -> Option<usize> {
        const NAMES: [&str; 4] = ["paydate", "paymentdate", "dateofpayment", "processingdate"];
        self.names.iter().position(|name| NAMES.contains(&folded(name).as_str()))
    }

    /// Whether a column has a name, or a person has said what to do with it.
    pub(super) fn is_explained(&self, index: usize) -> bool {
        self.names.get(index).is_some_and(|name| !name.is_empty())
            || self.ignored.contains(&index)
            || self.meaning(index).is_some()
    }

    /// What a column means, by its index.
    pub fn meaning(&self, index: usize) -> Option<Column> {
        Column::ALL.iter().copied().find(|column| self.index(*column) == Some(index))
    }

    /// A column as a map names it: by its name, or by its letter where the name would not do.
    pub fn called(&self, index: usize) -> String {
        let name = &self.names[index];
        let alone = self.names.iter().filter(|other| folded(other) == folded(name)).count() == 1;
        let plain = !name.contains(char::is_control) && self.shown(index) == *name;
        if alone && plain && !folded(name).is_empty() {
            return toml::Value::from(name.as_str()).to_string();
        }
        format!("\"column {}\"", letter(index))
    }

    /// The name of a column as it may be shown.
    pub fn shown(&self, index: usize) -> String {
        shown(&self.names[index])
    }
}

/// The name of a column as it may be shown: hidden where it is a number, because a file without names has a payout in
/// their place.
pub(super) fn shown(name: &str) -> String {
    if name.chars().filter(char::is_ascii_digit).count() > 6 { masked(name) } else { name.to_owned() }
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
            _ => format!("rows above the names of the columns were passed over: {}", first_of(rows)),
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(names: &[&str]) -> Header {
        Header::read(names.iter().copied(), 1)
    }

    #[test]
    fn a_header_says_what_it_knows_and_what_it_does_not() {
        let header = header(&["BSB", "Account No", "Amout", "Gross Pay", "bsb", "Shoe size", ""]);
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

    #[test]
    fn the_account_name_is_preferred_to_other_names_of_the_payee() {
        let header = header(&["Employee", "BSB", "Account Number", "Account Name", "Amount"]);
        assert_eq!(header.index(Column::AccountName), Some(3));
        let passed_over = HeaderProblem::PassedOver { index: 0, used: 3, column: Column::AccountName };
        assert_eq!(header.problems, [passed_over]);
    }

    #[test]
    fn a_person_chooses_between_two_amounts_whatever_they_are_called() {
        for names in
            [["Net Pay", "Amount"], ["Net Pay", "Total"], ["Pay", "Total"], ["Amount (AUD)", "Employee Pay"]]
        {
            let problem = HeaderProblem::Choose { indices: vec![0, 1], column: Column::Amount };
            assert_eq!(header(&names).problems, [problem], "{names:?}");
        }
        let assumed = HeaderProblem::Assumed { index: 1, column: Column::Amount };
        assert_eq!(header(&["BSB", "Total"]).problems, [assumed]);
    }
}
