//! The user's own sheet again, with every finding where it belongs: a colour, a note, and a list on a sheet of its own.
//!
//! Every cell stands where it stands in the user's file and is a text, digit for digit: nothing is rounded, read as a
//! number or taken for a formula. Rows are written one by one, so that the size of the file does not matter.

mod list;
pub(super) mod looks;
mod marks;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use jiff::civil::Date;
use rust_xlsxwriter::{DocProperties, IgnoreError, Note, Workbook, Worksheet, XlsxError};
use zip::result::ZipError;

use self::looks::{Looks, Weight};
use self::marks::{Mark, RowMarks};
use super::fresh::{FreshError, folder_of, write_whole};
use crate::domain::{Finding, system_words};

/// So many rows and no more a workbook's sheet holds.
const MOST_ROWS: u32 = 1_048_576;
/// So many characters, counted as UTF-16 does, a cell holds; a note holds a little less.
pub(super) const LONGEST_CELL: usize = 32_767;
const LONGEST_NOTE: usize = 32_000;
/// What replaces the end of a text that a cell cannot hold.
const CUT: &str = "… [cut here: a cell of a workbook holds no more]";
/// Titles of more rows than this would fill the screen if they stood still.
const MOST_FROZEN: u32 = 8;
/// So many rows that are forbidden elsewhere get a note that says so; the others have the colour alone.
const MOST_NOTES: u64 = 1_000;
/// Columns are as wide as their longest text between these.
const WIDTHS: std::ops::RangeInclusive<usize> = 9..=44;

/// A workbook could not be written.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// No file could be made of it.
    #[error(transparent)]
    Fresh(#[from] FreshError),
    /// More rows than a sheet holds.
    #[error("a workbook's sheet holds {MOST_ROWS} rows and this file has more; correct the file itself")]
    TooManyRows,
    /// The disk's fault, or a defect.
    #[error("cannot write the workbook: {0}")]
    Workbook(String),
}

impl From<XlsxError> for BookError {
    fn from(error: XlsxError) -> Self {
        match error {
            XlsxError::IoError(error) | XlsxError::ZipError(ZipError::Io(error)) => {
                Self::Workbook(system_words(&error))
            }
            XlsxError::RowColumnLimitError => Self::TooManyRows,
            other => Self::Workbook(other.to_string()),
        }
    }
}

/// Writes to a sheet whose rows wait on the disk. Where the disk takes no more of them, the library panics.
pub(super) fn on_disk<T, E: From<BookError>>(write: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(write)).unwrap_or_else(|_| {
        Err(BookError::Workbook("its rows cannot be put on the disk; is there room?".to_owned()).into())
    })
}

/// Saves a workbook to its last byte: what is held back when its writer is dropped would be lost without a word.
pub(super) fn save(workbook: &mut Workbook, file: &mut File) -> Result<(), BookError> {
    let mut out = BufWriter::new(file);
    workbook.save_to_writer(&mut out)?;
    Ok(out.flush().map_err(XlsxError::from)?)
}

/// What the workbook is about.
#[derive(Debug, Clone, Default)]
pub struct About<'a> {
    /// The user's file as it was named.
    pub file: &'a str,
    /// When it was checked.
    pub checked_on: Option<Date>,
    /// Rows, how many can be paid, and their sums, in a sentence.
    pub summary: &'a str,
    /// The sheet of a workbook that was read.
    pub sheet: Option<&'a str>,
    /// The row that the names of the columns stand in.
    pub header_row: u32,
    /// In a file of fixed columns, the first and the last character of each.
    pub spans: &'a [(u16, u16)],
    /// Rows that cannot be paid, in any order.
    pub unpaid: &'a [u32],
}

/// A workbook that is being written, row by row.
pub struct Annotated<'a> {
    about: About<'a>,
    findings: &'a [Finding],
    workbook: Workbook,
    sheet: Worksheet,
    looks: Looks,
    marks: BTreeMap<u32, RowMarks>,
    unpaid: Vec<u32>,
    widths: Vec<usize>,
    last_row: u32,
    /// Rows whose first cell is coloured because they cannot be paid, though no finding of theirs is listed.
    told_elsewhere: u64,
}

impl<'a> Annotated<'a> {
    /// Begins a workbook that will stand at `path`.
    pub fn begin(path: &Path, about: About<'a>, findings: &'a [Finding]) -> Result<Self, BookError> {
        let mut workbook = Workbook::new();
        workbook.set_tempdir(folder_of(path))?; // rows wait beside the file, in a file that has no name
        workbook.set_properties(&DocProperties::new().set_author("payrun").set_title("Findings of payrun"));
        let mut sheet = workbook.new_worksheet_with_constant_memory()?;
        if sheet.set_name(about.sheet.unwrap_or("Payouts")).is_err() {
            sheet.set_name("Payouts")?; // other programs take names that Excel does not
        }
        let mut unpaid = about.unpaid.to_vec();
        unpaid.sort_unstable();
        Ok(Self {
            marks: marks::marks(findings, &about),
            about,
            findings,
            workbook,
            sheet,
            looks: Looks::new(),
            unpaid,
            widths: Vec::new(),
            last_row: 0,
            told_elsewhere: 0,
        })
    }

    /// Writes the next row of the user's file; rows come in their order. After an error none is written any more.
    pub fn row(&mut self, row: u32, cells: &mut dyn Iterator<Item = &str>) -> Result<(), BookError> {
        on_disk(|| self.next_row(row, cells))
    }

    fn next_row(&mut self, row: u32, cells: &mut dyn Iterator<Item = &str>) -> Result<(), BookError> {
        if row > MOST_ROWS {
            return Err(BookError::TooManyRows);
        }
        self.rows_left_out(row)?;
        let mut marks = self.marks.remove(&row).unwrap_or_default();
        self.tell_that_it_is_unpaid(row, &mut marks);
        let is_header = row == self.about.header_row;
        for (index, cell) in cells.enumerate() {
            let column = u16::try_from(index).map_err(|_| BookError::TooManyRows)?;
            let mark = marks.remove(&column);
            if cell.is_empty() && mark.is_none() {
                continue;
            }
            self.note_width(row, index, cell);
            self.cell((row, column), cell, is_header, mark.as_ref())?;
        }
        for (column, mark) in marks {
            self.cell((row, column), "", is_header, Some(&mark))?;
        }
        self.last_row = self.last_row.max(row);
        Ok(())
    }

    /// Marks in rows that the file's reader leaves out, such as blank ones.
    fn rows_left_out(&mut self, until: u32) -> Result<(), BookError> {
        let later = self.marks.split_off(&until);
        for (row, marks) in std::mem::replace(&mut self.marks, later) {
            for (column, mark) in marks {
                self.cell((row, column), "", false, Some(&mark))?;
            }
            self.last_row = self.last_row.max(row);
        }
        Ok(())
    }

    /// A row that cannot be paid is never without colour, though what forbids it may be said of the whole file, or may
    /// be one finding too many to be listed.
    fn tell_that_it_is_unpaid(&mut self, row: u32, marks: &mut RowMarks) {
        let told = marks.values().any(|mark| mark.weight.forbids());
        if told || self.unpaid.binary_search(&row).is_err() {
            return;
        }
        let first = marks.entry(0).or_insert(Mark { weight: Weight::Error, note: None });
        first.weight = Weight::Error;
        self.told_elsewhere += 1;
        let before = first.note.take();
        if before.is_some() || self.told_elsewhere <= MOST_NOTES {
            let here = "Error: the row cannot be paid. What forbids it is said on the sheet of findings.";
            first.note = Some(before.map_or(here.to_owned(), |before| format!("{here}\n\n{before}")));
        }
    }

    fn cell(
        &mut self,
        (row, column): (u32, u16),
        text: &str,
        is_header: bool,
        mark: Option<&Mark>,
    ) -> Result<(), BookError> {
        let at = row.saturating_sub(1);
        let format = self.looks.of(is_header, mark.map(|mark| mark.weight));
        if text.is_empty() {
            self.sheet.write_blank(at, column, &format)?;
        } else {
            self.sheet.write_string_with_format(at, column, fitting(text, LONGEST_CELL), &format)?;
        }
        if let Some(note) = mark.and_then(|mark| mark.note.as_ref()) {
            self.sheet.insert_note(at, column, &boxed(note))?;
        }
        Ok(())
    }

    fn note_width(&mut self, row: u32, index: usize, cell: &str) {
        if row < self.about.header_row {
            return; // titles run over their neighbours
        }
        if self.widths.len() <= index {
            self.widths.resize(index + 1, 0);
        }
        self.widths[index] = self.widths[index].max(cell.chars().take(*WIDTHS.end()).count());
    }

    /// Ends the workbook with the list of findings, and gives it its name.
    pub fn finish(self, path: &Path) -> Result<(), BookError> {
        on_disk(|| self.ended(path))
    }

    fn ended(mut self, path: &Path) -> Result<(), BookError> {
        self.rows_left_out(MOST_ROWS + 1)?;
        for (index, width) in self.widths.iter().enumerate() {
            let column = u16::try_from(index).map_err(|_| BookError::TooManyRows)?;
            let width = u16::try_from((width + 2).clamp(*WIDTHS.start(), *WIDTHS.end())).unwrap_or(9);
            self.sheet.set_column_width(column, width)?;
            self.sheet.set_column_format(column, &self.looks.plain)?;
        }
        if self.about.header_row <= MOST_FROZEN {
            self.sheet.set_freeze_panes(self.about.header_row, 0)?;
        }
        let last_column = u16::try_from(self.widths.len().saturating_sub(1)).unwrap_or(u16::MAX);
        let last_row = self.last_row.saturating_sub(1);
        self.sheet.ignore_error_range(0, 0, last_row, last_column, IgnoreError::NumberStoredAsText)?;
        self.sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
        let list = list::sheet(self.findings, &self.about, &self.sheet.name(), self.told_elsewhere)?;
        self.workbook.push_worksheet(self.sheet);
        self.workbook.push_worksheet(list);
        write_whole(path, |file| save(&mut self.workbook, file))
    }
}

/// A note that is large enough to be read without scrolling.
fn boxed(text: &str) -> Note {
    const WIDTH: u32 = 340;
    const LETTERS_A_LINE: usize = 44;
    const LINE: u32 = 15;
    let text = fitting(text, LONGEST_NOTE);
    let lines: usize = text.lines().map(|line| line.chars().count().div_ceil(LETTERS_A_LINE).max(1)).sum();
    let lines = u32::try_from(lines).unwrap_or(u32::MAX).min(30);
    Note::new(text)
        .set_author("payrun")
        .add_author_prefix(false)
        .set_width(WIDTH)
        .set_height(lines * LINE + 12)
}

/// A text that a cell can hold; what is cut off is said.
pub(super) fn fitting(text: &str, longest: usize) -> String {
    if text.encode_utf16().count() <= longest {
        return text.to_owned();
    }
    let mut room = longest - CUT.encode_utf16().count();
    let kept = text.chars().take_while(|letter| {
        let fits = letter.len_utf16() <= room;
        room = room.saturating_sub(letter.len_utf16());
        fits
    });
    kept.chain(CUT.chars()).collect()
}
