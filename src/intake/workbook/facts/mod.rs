//! What a sheet hides, merges, calculates and formats: what calamine does not tell along with the cells.

mod formats;
pub(super) mod ods;
mod ods_styles;
mod parts;
pub(super) mod xls;
pub(super) mod xlsb;
pub(super) mod xlsx;

use formats::Formats;

/// Columns that a spreadsheet has at most.
const MOST_COLUMNS: u32 = 16_384;

/// What was found. Rows and columns count from 0.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// Rows that have cells and are not shown, in their order.
    pub hidden_rows: Vec<u32>,
    /// Ranges of columns that are not shown, first and last.
    pub hidden_columns: Vec<(u32, u32)>,
    /// Whether a filter is at work.
    pub filtered: bool,
    /// Merged cells.
    pub merged: Vec<Area>,
    /// Cells that are formulas, row and column, in their order.
    pub formulas: Vec<(u32, u32)>,
    /// Number formats that matter; of XLSX calamine tells them along with the cells.
    pub formats: Formats,
}

/// A rectangle of cells, its corners included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    /// The first row and column.
    pub from: (u32, u32),
    /// The last row and column.
    pub to: (u32, u32),
}

impl Facts {
    fn hide_row(&mut self, row: u32) {
        if self.hidden_rows.last() != Some(&row) {
            self.hidden_rows.push(row);
        }
    }

    fn hide_columns(&mut self, first: u32, last: u32) {
        if first <= last && first < MOST_COLUMNS {
            self.hidden_columns.push((first, last.min(MOST_COLUMNS - 1)));
        }
    }
}
