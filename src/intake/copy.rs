//! The rows that were not paid, as CSV, so that they can be corrected and paid.
//!
//! What is written must not be read as anything else than what was refused: a cell that could not be taken as it stood
//! is left empty, and what a spreadsheet would make a number or a formula of is written as `="00123"`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use super::REASON_COLUMN;
use super::columns::{COLUMNS, Column, folded};
use super::header::Header;
use super::record::{Kind, Record};
use super::source::{Reading, Source, open};
use crate::domain::RowMark;

/// What a row to correct is told by, beside its own cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToCorrect {
    /// Why it was not paid.
    pub reason: String,
    /// Its mark. None: it keeps what stands in the place of one.
    pub mark: Option<RowMark>,
}

/// Copies the header and the rows to correct, with reason and mark in columns of their own, which replace those from
/// an earlier time. By default all columns under their names in the file. Where a map says what they mean, the ones
/// that are read, under their own names, so that the copy means the same without the map.
pub fn copy_rows(
    path: &Path,
    reading: &Reading,
    to_correct: &BTreeMap<u32, ToCorrect>,
    out: impl Write,
) -> io::Result<()> {
    let Source { header, mut rows, mut record, .. } = open(path, reading).map_err(io::Error::other)?;
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(out);
    let columns = columns(&header, reading.map.is_some());
    let names =
        columns.iter().map(|(_, name, _)| name.as_str()).chain([REASON_COLUMN, Column::PayrunRow.name()]);
    writer.write_record(names).map_err(io::Error::from)?;
    while rows.next(&mut record).map_err(io::Error::other)? {
        let Some(ToCorrect { reason, mark }) = to_correct.get(&record.row) else { continue };
        let mark = match (mark, header.index(Column::PayrunRow)) {
            (Some(mark), _) => Cow::from(mark.to_string()),
            (None, Some(index)) => cell(&record, index, Some(Column::PayrunRow)),
            (None, None) => Cow::from(""),
        };
        let own = columns.iter().map(|(index, _, column)| cell(&record, *index, *column));
        // a row of more cells than names keeps them all
        let beyond = (header.names.len()..record.len()).map(|index| cell(&record, index, None));
        let cells = own.chain([Cow::from(reason.as_str()), mark]).chain(beyond);
        writer.write_record(cells.map(|cell| cell.as_bytes().to_vec())).map_err(io::Error::from)?;
    }
    writer.flush()
}

/// The columns to copy: their places in the file, their names in the copy, and what they mean.
fn columns(header: &Header, is_mapped: bool) -> Vec<(usize, String, Option<Column>)> {
    let meaning = |index| COLUMNS.iter().find(|info| header.index(info.column) == Some(index));
    let mut columns = Vec::new();
    for (index, name) in header.names.iter().enumerate() {
        let info = meaning(index);
        match info {
            _ if folded(name) == folded(REASON_COLUMN) => {}
            Some(info) if info.column == Column::PayrunRow => {}
            Some(info) if is_mapped => columns.push((index, info.name.to_owned(), Some(info.column))),
            None if is_mapped => {}
            _ => columns.push((index, name.clone(), info.map(|info| info.column))),
        }
    }
    columns
}

/// A cell of the copy.
fn cell(record: &Record, index: usize, column: Option<Column>) -> Cow<'_, str> {
    let text = record.cell(index);
    let is_whole = match (record.mark(index).kind, column) {
        (Kind::Fault | Kind::Truth | Kind::DigitsLost, _) | (Kind::ShownOtherwise, Some(Column::Amount)) => {
            false
        }
        (Kind::Date, column) => matches!(column, None | Some(Column::Dob)),
        (Kind::Number | Kind::ShownOtherwise, Some(Column::AccountNumber | Column::PayId)) => text.len() >= 9,
        (Kind::Text | Kind::Number | Kind::Padded | Kind::ShownOtherwise, _) => true,
    };
    match text {
        _ if !is_whole => Cow::Borrowed(""),
        text if needs_wrapping(text) && !text.contains('"') => Cow::Owned(format!("=\"{text}\"")),
        text if needs_wrapping(text) && !text.starts_with("=\"") => Cow::Owned(format!("'{text}")),
        text => Cow::Borrowed(text),
    }
}

/// Whether a spreadsheet would take leading zeros away or calculate.
fn needs_wrapping(text: &str) -> bool {
    let zeros = text.len() > 1 && text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    zeros || text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}
