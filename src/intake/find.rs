//! Where the names of the columns stand: in the first row, or below titles.

use super::columns::{Column, NEVER_READ, by_name, folded};
use super::record::Record;

/// The header is looked for in so many rows that are not blank.
const MOST_ABOVE: usize = 30;
/// A row with fewer names of columns that are known is no header below a title.
const LEAST_NAMES: usize = 2;

/// Is shown the first rows one by one and finds the header among them.
#[derive(Debug, Default)]
pub(super) struct HeaderFinder {
    looked_at: usize,
    above_is_a_payout: bool,
    best: Option<(usize, Option<u32>)>,
}

impl HeaderFinder {
    /// Looks at the next row that is not blank. `false`: no more rows need be shown.
    pub(super) fn look_at(&mut self, record: &Record) -> bool {
        let names = names(record);
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
}

/// How many cells of a record name a column, each meaning once.
fn names(record: &Record) -> usize {
    let mut known: Vec<Column> = record.cells().filter_map(by_name).collect();
    known.sort_unstable();
    known.dedup();
    let never_read = |cell: &&str| {
        let name = folded(cell);
        by_name(cell).is_none() && NEVER_READ.iter().any(|known| name == *known)
    };
    if known.is_empty() { 0 } else { known.len() + record.cells().filter(never_read).count() }
}

/// Whether a row could ask for money: such a row is never passed over as a title.
fn looks_like_a_payout(record: &Record) -> bool {
    let filled = record.cells().filter(|cell| !cell.trim().is_empty()).count();
    let account = |cell: &str| {
        let bare: String = cell.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '=' | '"')).collect();
        cell.contains('@') || (bare.len() >= 5 && bare.bytes().all(|byte| byte.is_ascii_digit()))
    };
    filled >= 3 && record.cells().any(account)
}
