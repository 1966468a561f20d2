//! A row as `check` sees it: cells by their meaning, each with its address.

use std::sync::Arc;

use super::columns::{Column, by_name, folded};
use super::header::Header;
use super::letter;
use super::record::{Mark, Record};
use crate::domain::Place;

/// What comes next in a file.
#[derive(Debug)]
pub enum Item<'a> {
    /// A row of cells.
    Row(RawRow<'a>),
    /// A row with another number of cells than the header, in a file where that means something.
    Ragged {
        /// The row.
        row: u32,
        /// How many cells it has.
        cells: usize,
        /// How many line breaks stand inside its cells.
        breaks: usize,
    },
    /// A row without any text.
    Blank {
        /// The row.
        row: u32,
    },
}

/// Names of columns below the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// Those of the header, in whatever words.
    Same,
    /// Other ones, or in another order.
    Changed,
}

/// One row of cells.
#[derive(Debug, Clone, Copy)]
pub struct RawRow<'a> {
    /// Its number, as a spreadsheet shows it; in a bank file the line.
    pub row: u32,
    pub(super) header: &'a Header,
    pub(super) record: &'a Record,
    pub(super) sheet: Option<&'a Arc<str>>,
    /// What separates cells in a text file.
    pub(super) delimiter: Option<char>,
}

impl<'a> RawRow<'a> {
    /// The text of a cell without the blanks around it; empty where there is no such column.
    #[inline]
    pub fn text(&self, column: Column) -> &'a str {
        self.header.at[column as usize].map_or("", |index| self.record.read(index))
    }

    /// The text of a cell as it stands, out of `="00123"` where it is written so.
    pub fn raw(&self, column: Column) -> &'a str {
        self.header.at[column as usize].map_or("", |index| self.record.raw(index))
    }

    /// What the cell is in a workbook.
    pub fn mark(&self, column: Column) -> Mark {
        self.header.at[column as usize].map_or(Mark::default(), |index| self.record.mark(index))
    }

    /// Whether the cells are of several kinds, as in a workbook.
    pub fn has_marks(&self) -> bool {
        self.record.has_marks()
    }

    /// Whether the file has such a column.
    pub fn has(&self, column: Column) -> bool {
        self.header.has(column)
    }

    /// Whether all cells are known to have printable English signs alone and no quotation mark.
    pub fn is_plain(&self) -> bool {
        self.record.is_plain()
    }

    /// A cell by the index of its column, without the blanks around it.
    pub fn cell(&self, index: usize) -> &'a str {
        self.record.read(index)
    }

    /// Every cell, those of columns that are not read too, without the blanks around it.
    pub fn cells(&self) -> impl Iterator<Item = &'a str> {
        (0..self.record.len()).map(|index| self.record.read(index))
    }

    /// The columns, counted from 0, whose cells are written as `="00123"`.
    pub fn wrapped(&self) -> impl Iterator<Item = usize> {
        (0..self.record.len()).filter(|index| self.record.is_wrapped(*index))
    }

    fn repeats_header(&self) -> bool {
        self.cells().eq(self.header.names.iter().map(String::as_str))
    }

    /// Whether the row has names of columns again.
    pub fn names_columns(&self) -> Option<Again> {
        if self.repeats_header() {
            return Some(Again::Same);
        }
        if self.text(Column::Amount).bytes().any(|byte| byte.is_ascii_digit()) {
            return None; // nearly every row has an amount, and no name of an amount has digits
        }
        let (mut known, mut moved) = (0, false);
        for (index, cell) in self.cells().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            let meaning = by_name(cell).map(|(column, _)| column);
            let is_name = meaning.is_some() || self.header.names.iter().any(|name| name == cell);
            if !is_name {
                return None;
            }
            known += usize::from(meaning.is_some());
            let same = self.header.names.get(index).is_some_and(|name| folded(name) == folded(cell));
            moved |= !same && self.header.meaning(index) != meaning;
        }
        (known > 2).then_some(if moved { Again::Changed } else { Again::Same })
    }

    /// The first filled cell whose column has no name, and of which nobody has said what it is.
    pub fn nameless(&self) -> Option<Place> {
        let is_filled = |index: usize| !self.record.read(index).is_empty();
        let index =
            (0..self.record.len()).find(|index| !self.header.is_explained(*index) && is_filled(*index))?;
        Some(self.place_of(index))
    }

    /// The cell that seems to have taken in the rows below it, because a quotation mark was not closed: a line in it
    /// has as many separators as a row has up to that cell. In a column that is not read nobody would miss those
    /// rows.
    pub fn swallows_rows(&self) -> Option<Place> {
        let delimiter = self.delimiter.filter(|_| self.record.has_breaks())?;
        let swallows = |(index, cell): (usize, &str)| {
            cell.contains(['\n', '\r'])
                && cell
                    .split(['\n', '\r'])
                    .skip(1)
                    .any(|line| line.matches(delimiter).count() >= index.max(1))
        };
        self.record.cells().enumerate().position(swallows).map(|index| self.place_of(index))
    }

    /// Whether it is a line of fixed columns, as in a bank file.
    pub fn is_line(&self) -> bool {
        !self.header.spans.is_empty()
    }

    /// Another row of the file in words: `row 7`, in a bank file `line 7`.
    pub fn called(&self, row: u32) -> String {
        if self.is_line() { format!("line {row}") } else { format!("row {row}") }
    }

    /// Where the first cell is.
    pub fn first_place(&self) -> Place {
        self.place_of(0)
    }

    /// The whole row.
    pub fn whole(&self) -> Place {
        let last = self.header.spans.iter().map(|(_, last)| *last).max();
        Place {
            sheet: self.sheet.map(ToString::to_string),
            span: last.map(|last| (1, last)), // so that it is called a line
            ..Place::row(self.row)
        }
    }

    /// Where a cell is, by the index of its column.
    pub fn place_of(&self, index: usize) -> Place {
        self.header.place_of(self.sheet, self.row, index)
    }

    /// Where a cell is.
    pub fn place(&self, column: Column) -> Place {
        match self.header.at[column as usize] {
            Some(index) => self.place_of(index),
            None => self.whole(),
        }
    }
}

impl Header {
    /// Where a cell of a row is, by the index of its column.
    pub fn place_of(&self, sheet: Option<&Arc<str>>, row: u32, index: usize) -> Place {
        let column = self.names.get(index).filter(|name| !name.is_empty()).cloned();
        let span = self.spans.get(index).copied();
        Place {
            sheet: sheet.map(ToString::to_string),
            row: Some(row),
            letter: span.is_none().then(|| letter(index)),
            column,
            span,
        }
    }
}
