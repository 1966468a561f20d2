//! Exports that are known by the names of their columns: what each is, what its names mean, what is refused.
//!
//! They stand in `families.toml`, which is part of the program.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

use super::columns::{Column, folded};
use super::headerless::Shape;

/// A kind of export.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// Its name in the table.
    pub key: &'static str,
    /// What it is: completes "this looks like …".
    pub what: &'static str,
    note: Option<Note>,
    /// Why it cannot be paid as a whole.
    pub refused: Option<Refused>,
    #[serde(default)]
    names: Vec<&'static str>,
    #[serde(default)]
    alone: bool,
    #[serde(default)]
    without: Vec<&'static str>,
    #[serde(default)]
    read: BTreeMap<&'static str, &'static str>,
    #[serde(default)]
    unread: Vec<&'static str>,
    shape: Option<Shape>,
}

/// Why a kind of export cannot be paid, and what to do.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    /// Why.
    pub why: &'static str,
    /// What to do.
    pub todo: &'static str,
}

/// A sentence for files in which a column is read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Note {
    column: &'static str,
    text: &'static str,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
struct Table {
    family: Vec<Family>,
}

/// Every family, in the order of the table.
pub static FAMILIES: LazyLock<Vec<Family>> = LazyLock::new(|| {
    let table: Table = toml::from_str(include_str!("families.toml"))
        .expect("the table is part of the program, and a test reads it");
    table.family
});

impl Family {
    /// The family of a header, if it is known. Of several that fit, the one with most names.
    pub(super) fn of(names: &[String], has: impl Fn(Column) -> bool) -> Option<&'static Self> {
        let there: HashSet<String> =
            names.iter().map(|name| folded(name)).filter(|name| !name.is_empty()).collect();
        FAMILIES
            .iter()
            .filter(|family| {
                !family.names.is_empty()
                    && family.names.iter().all(|name| there.contains(&folded(name)))
                    && (!family.alone || there.len() == family.names.len())
                    && !family.without.iter().filter_map(|name| Column::named(name)).any(&has)
            })
            .max_by_key(|family| family.names.len())
    }

    /// The family of files that are known by what stands in their first rows.
    pub(super) fn of_shape(shape: Shape) -> Option<&'static Self> {
        FAMILIES.iter().find(|family| family.shape == Some(shape))
    }

    /// One more sentence about a file of these columns.
    pub fn note(&self, has: impl Fn(Column) -> bool) -> Option<&'static str> {
        self.note.as_ref().filter(|note| Column::named(note.column).is_some_and(has)).map(|note| note.text)
    }

    /// Whether its files have no names of columns, so that their first row is a payout.
    pub fn is_headerless(&self) -> bool {
        self.shape.is_some()
    }

    /// Whether it is refused for columns that it lacks, which may only be called by unknown names.
    pub fn lacks_columns(&self) -> bool {
        !self.without.is_empty()
    }

    /// What a name means in this family, where it means nothing of its own.
    pub(super) fn reads(&self, name: &str) -> Option<Column> {
        let folded_name = folded(name);
        let (_, column) = self.read.iter().find(|(own, _)| folded(own) == folded_name)?;
        Column::named(column)
    }

    /// Whether a column that nobody knows otherwise is no part of a payout here.
    pub(super) fn leaves_out(&self, name: &str) -> bool {
        let folded_name = folded(name);
        self.unread.iter().any(|own| *own == "*" || folded(own) == folded_name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::columns::by_name;
    use super::*;

    #[test]
    fn the_table_is_well_formed() {
        let mut signatures = HashSet::new();
        for family in FAMILIES.iter() {
            let key = family.key;
            assert!(!family.what.is_empty(), "{key}");
            assert!(family.names.is_empty() == family.shape.is_some(), "{key} has names or a shape");
            let names: Vec<String> = family.names.iter().map(|name| folded(name)).collect();
            assert!(signatures.insert((names, family.shape, family.without.clone())), "{key} stands twice");
            assert!(family.note.as_ref().is_none_or(|note| Column::named(note.column).is_some()), "{key}");
            assert!(family.without.iter().all(|name| Column::named(name).is_some()), "{key}");
            for (name, column) in &family.read {
                assert!(Column::named(column).is_some(), "{key}: {column}");
                assert_eq!(by_name(name), None, "{key}: {name} means something of its own");
            }
            for name in family.unread.iter().filter(|name| **name != "*") {
                assert_eq!(by_name(name), None, "{key}: {name} means something of its own");
            }
        }
    }

    #[test]
    fn every_family_knows_its_own_header() {
        for family in FAMILIES.iter().filter(|family| family.shape.is_none()) {
            let names: Vec<String> = family.names.iter().map(|name| (*name).to_owned()).collect();
            let found = Family::of(&names, |column| {
                names.iter().filter_map(|name| by_name(name)).any(|(known, _)| known == column)
            });
            assert_eq!(found.map(|found| found.key), Some(family.key));
        }
    }
}
