//! Where the names of the columns stand: in the first row, or below titles.

use super::columns::{Column, by_name, is_never_read};
use super::headerless::looks_like_a_payout;
use super::map::ColumnMap;
use super::record::Record;

/// The header is looked for in so many rows that are not blank.
const MOST_ABOVE: usize = 30;
/// A row with fewer names of columns that are known is no header below a title.
const LEAST_NAMES: usize = 2;

/// Is shown the first rows one by one and finds the header among them.
#[derive(Debug, Default)]
pub(super) struct HeaderFinder<'m> {
    /// What a person has said of the columns: names that are known too.
    map: Option<&'m ColumnMap>,
    looked_at: usize,
    above_is_a_payout: bool,
    best: Option<(usize, Option<u32>)>,
}

impl<'m> HeaderFinder<'m> {
    /// Knows the names of a map too.
    pub(super) fn with(map: Option<&'m ColumnMap>) -> Self {
        Self { map, ..Self::default() }
    }

    /// Looks at the next row that is not blank. `false`: no more rows need be shown.
    pub(super) fn look_at(&mut self, record: &Record) -> bool {
        let names = self.names(record);
        let better = self.best.is_none_or(|(most, _)| names > most);
        if self.looked_at == 0 {
            self.best = Some((names, None));
        } else if better && names >= LEAST_NAMES && !self.above_is_a_payout {
            self.best = Some((names, Some(record.row)));
        }
        self.above_is_a_payout |= looks_like_a_payout(record);
        self.looked_at += 1;
        self.looked_at < MOST_ABOVE
    }

    /// How many columns the best row names, and which row it is where it is not the first with any text. None: no
    /// row names any column.
    pub(super) fn best(&self) -> Option<(usize, Option<u32>)> {
        self.best.filter(|(names, _)| *names > 0)
    }

    /// How many cells of a record name a column, each meaning once.
    fn names(&self, record: &Record) -> usize {
        let mut known: Vec<Column> = record.cells().filter_map(by_name).map(|(column, _)| column).collect();
        known.sort_unstable();
        known.dedup();
        let is_mapped = |cell: &&str| by_name(cell).is_none() && self.map.is_some_and(|map| map.names(cell));
        let mapped = record.cells().filter(is_mapped).count();
        let never_read = |cell: &&str| by_name(cell).is_none() && !is_mapped(cell) && is_never_read(cell);
        match known.len() + mapped {
            0 => 0,
            named => named + record.cells().filter(never_read).count(),
        }
    }
}
