//! A map: what a person has said of the columns of a file, where their names do not say it.
//!
//! ```toml
//! [columns]
//! amount = "Net Pay (AUD)"
//! bsb = "column B"
//!
//! [ignore]
//! columns = ["Cost centre"]
//! ```
//!
//! A map is stronger than any name. It says nothing twice, and a column that it names must be there.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::columns::{Column, folded, is_never_read};
use super::header::shown;
use super::letter;
use super::near::{near_column, near_names};
use crate::domain::first_of;

/// A map is a short text; a longer one is another file.
const LONGEST: usize = 64 * 1024;

/// What a person has said of the columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnMap {
    text: String,
    columns: Vec<(Column, String)>,
    ignored: Vec<String>,
}

/// What a map says of the columns of one header, by their indices.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    pub read: Vec<(usize, Column)>,
    pub ignored: Vec<usize>,
}

/// Why a map cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MapError {
    /// It is not written as a map is.
    #[error("the map cannot be read, line {line}: {what}")]
    Unreadable {
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// Too long for a map.
    #[error("the file is too long for a map; `payrun map` writes one to begin with")]
    TooLong,
    /// payrun has no such column.
    #[error("the map names a column \"{name}\" that payrun does not have; {}docs/FILES.md lists them", .near.map_or(String::new(), |near| format!("was {near} meant? ")))]
    NoSuchColumn {
        /// What stands there.
        name: String,
        /// What may be meant.
        near: Option<&'static str>,
    },
    /// The file has no such column.
    #[error("the map says {} = \"{wanted}\", and the file has no such column: {listed}", .column.name())]
    NotThere {
        /// The meaning.
        column: Column,
        /// What stands in the map.
        wanted: String,
        /// Those that may be meant, or all.
        listed: String,
    },
    /// It would pay what nobody is to be paid, or send what must not leave.
    #[error(
        "the map says that \"{name}\" is {}, and gross pay, rates, hours, tax, super and tax file numbers are never read: name the column of the net pay, or rename the column in the file if it is something else", .column.name()
    )]
    Never {
        /// The meaning.
        column: Column,
        /// The column's name.
        name: String,
    },
    /// The file has several such columns.
    #[error(
        "the map says \"{wanted}\", and several columns are called so: name one by its letter, such as \"column {letter}\""
    )]
    Several {
        /// What stands in the map.
        wanted: String,
        /// The letter of one.
        letter: String,
    },
    /// Two meanings for one column.
    #[error("the map reads column {letter} as {} and as {}: keep one of them", .first.name(), .second.name())]
    TwoMeanings {
        /// Its letter.
        letter: String,
        /// A meaning.
        first: Column,
        /// The other.
        second: Column,
    },
    /// Read and ignored.
    #[error("the map reads column {letter} as {} and ignores it too: keep one of them", .column.name())]
    ReadAndIgnored {
        /// Its letter.
        letter: String,
        /// Its meaning.
        column: Column,
    },
    /// A file whose columns are fixed.
    #[error(
        "a map is for files whose columns have names, and the columns of this bank file are fixed: leave --map out"
    )]
    FixedColumns,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    columns: BTreeMap<String, String>,
    #[serde(default)]
    ignore: Ignore,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ignore {
    #[serde(default)]
    columns: Vec<String>,
}

impl ColumnMap {
    /// Reads a map.
    pub fn parse(text: &str) -> Result<Self, MapError> {
        if text.len() > LONGEST {
            return Err(MapError::TooLong);
        }
        let written: Written = toml::from_str(text).map_err(|error| {
            let until = error.span().map_or(0, |span| span.start.min(text.len()));
            let line = text.get(..until).unwrap_or_default().matches('\n').count() + 1;
            MapError::Unreadable { line, what: error.message().replace('\n', " ") }
        })?;
        let column = |(name, wanted): (String, String)| {
            let column = Column::named(&name);
            let column = column.ok_or_else(|| {
                let near = near_column(&folded(&name));
                MapError::NoSuchColumn { name, near }
            });
            Ok::<_, MapError>((column?, wanted))
        };
        let mut columns = written.columns.into_iter().map(column).collect::<Result<Vec<_>, _>>()?;
        columns.sort_by_key(|(column, _)| *column);
        Ok(Self { text: text.to_owned(), columns, ignored: written.ignore.columns })
    }

    /// The map as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it names a column of the file so.
    pub(super) fn names(&self, name: &str) -> bool {
        let name = folded(name);
        let named = self.columns.iter().map(|(_, wanted)| wanted).chain(&self.ignored);
        !name.is_empty() && named.into_iter().any(|wanted| folded(wanted) == name)
    }

    /// What it says of these columns. Ignored ones need not be there.
    pub(super) fn chosen(&self, names: &[String]) -> Result<Chosen, MapError> {
        let mut chosen = Chosen::default();
        for (column, wanted) in &self.columns {
            let index = match *called(wanted, names) {
                [index] => index,
                [first, ..] => {
                    return Err(MapError::Several { wanted: wanted.clone(), letter: letter(first) });
                }
                [] => {
                    let listed = listed(wanted, names);
                    return Err(MapError::NotThere { column: *column, wanted: wanted.clone(), listed });
                }
            };
            if let Some((_, first)) = chosen.read.iter().find(|(own, _)| *own == index) {
                return Err(MapError::TwoMeanings { letter: letter(index), first: *first, second: *column });
            }
            let name = names[index].as_str();
            if is_tax_file_number(name) || (*column == Column::Amount && is_never_read(name)) {
                return Err(MapError::Never { column: *column, name: name.to_owned() });
            }
            chosen.read.push((index, *column));
        }
        for index in self.ignored.iter().flat_map(|wanted| called(wanted, names)) {
            if let Some((_, column)) = chosen.read.iter().find(|(own, _)| *own == index) {
                return Err(MapError::ReadAndIgnored { letter: letter(index), column: *column });
            }
            chosen.ignored.push(index);
        }
        Ok(chosen)
    }
}

/// Whether a column has tax file numbers, which are nobody's business here.
fn is_tax_file_number(name: &str) -> bool {
    let name = folded(name);
    name.contains("tfn") || name.contains("taxfile")
}

/// The columns that are called so: by the very name, else by a name of the same letters, else by its own letter.
fn called(wanted: &str, names: &[String]) -> Box<[usize]> {
    let wanted = wanted.trim();
    let such = |is: &dyn Fn(&str) -> bool| -> Box<[usize]> {
        names.iter().enumerate().filter(|(_, name)| is(name)).map(|(index, _)| index).collect()
    };
    let same = such(&|name| !name.is_empty() && name == wanted);
    if !same.is_empty() {
        return same;
    }
    let wanted_folded = folded(wanted);
    let alike = such(&|name| !wanted_folded.is_empty() && folded(name) == wanted_folded);
    if !alike.is_empty() {
        return alike;
    }
    let (word, bare) = wanted.split_once(' ').unwrap_or(("column", wanted));
    let is_letter = word.eq_ignore_ascii_case("column");
    (0..names.len()).filter(|index| is_letter && letter(*index).eq_ignore_ascii_case(bare.trim())).collect()
}

/// The columns that may be meant; where none is near, all of them.
fn listed(wanted: &str, names: &[String]) -> String {
    let near = near_names(wanted, names);
    let (words, indices) = match near.as_slice() {
        [] => ("its columns are", (0..names.len()).filter(|index| !names[*index].is_empty()).collect()),
        _ => ("near to it are", near),
    };
    let named: Vec<String> =
        indices.iter().map(|index| format!("{} (\"{}\")", letter(*index), shown(&names[*index]))).collect();
    format!("{words} {}", first_of(&named))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<String> {
        ["Employee", "Net Pay (AUD)", "bsb", "Acct", "Acct", ""].map(str::to_owned).to_vec()
    }

    fn chosen(text: &str) -> Result<Vec<(usize, Column)>, MapError> {
        Ok(ColumnMap::parse(text)?.chosen(&names())?.read)
    }

    #[test]
    fn columns_are_named_by_their_names_or_by_their_letters() {
        for wanted in ["Net Pay (AUD)", "net pay aud", "column B", "Column b", "B"] {
            let text = format!("[columns]\namount = \"{wanted}\"");
            assert_eq!(chosen(&text), Ok(vec![(1, Column::Amount)]), "{wanted}");
        }
        assert_eq!(chosen("[columns]\nreference = \"F\""), Ok(vec![(5, Column::Reference)]));
        let map = ColumnMap::parse("[ignore]\ncolumns = [\"Acct\", \"Not there\"]").expect("a map");
        assert_eq!(map.chosen(&names()).expect("chosen").ignored, [3, 4]);
    }

    #[test]
    fn a_map_that_cannot_be_followed_is_refused_with_a_sentence() {
        for (text, says) in [
            ("[columns]\namout = \"B\"", "was amount meant?"),
            ("[columns]\namount = \"Net Payment\"", "no such column"),
            ("[columns]\namount = \"Net Pay (AU\"", "near to it are B (\"Net Pay (AUD)\")"),
            ("[columns]\namount = \"G\"", "its columns are A (\"Employee\")"),
            ("[columns]\namount = \"Acct\"", "such as \"column D\""),
            ("[columns]\namount = \"B\"\nbsb = \"Net Pay AUD\"", "as bsb and as amount"),
            ("[columns]\namount = \"B\"\n[ignore]\ncolumns = [\"B\"]", "ignores it too"),
            ("[columns]\namount = \"B\"\namount = \"C\"", "line 3"),
            ("[columns]\namount = 2", "line 2"),
            ("[colums]\namount = \"B\"", "unknown field `colums`"),
            ("amount = \"B\"", "unknown field `amount`"),
        ] {
            let error = chosen(text).expect_err(text).to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
