//! Reading CSV row by row, each with the number that a spreadsheet shows.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::columns::Column;
use super::error::IntakeError;
use super::header::Header;
use super::letter;
use crate::domain::Place;

/// A record longer than this is a quotation mark that was not closed.
const LONGEST_RECORD: usize = 64 * 1024;
/// A row of more cells than this is no row of payouts.
const MOST_CELLS: usize = 4096;

/// A file that is open, its header read.
#[derive(Debug)]
pub struct Source {
    /// The header.
    pub header: Header,
    /// About how many rows there are, for progress: lines, whatever is in them.
    pub about: u64,
    records: Records,
}

/// What comes next in a file.
#[derive(Debug)]
pub enum Item<'a> {
    /// A row with as many cells as the header.
    Row(RawRow<'a>),
    /// A row with another number of cells.
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

/// One row of cells.
#[derive(Debug, Clone, Copy)]
pub struct RawRow<'a> {
    /// Its number, as a spreadsheet shows it.
    pub row: u32,
    header: &'a Header,
    record: &'a Record,
}

impl<'a> RawRow<'a> {
    /// The text of a cell without the blanks around it; empty where there is no such column.
    pub fn text(&self, column: Column) -> &'a str {
        self.raw(column).trim()
    }

    /// The text of a cell as it stands.
    pub fn raw(&self, column: Column) -> &'a str {
        self.header.at[column as usize].map_or("", |index| self.record.cell(index))
    }

    /// Whether the file has such a column.
    pub fn has(&self, column: Column) -> bool {
        self.header.has(column)
    }

    /// Every cell, those of columns that are not read too, without the blanks around it.
    pub fn cells(&self) -> impl Iterator<Item = &'a str> {
        self.record.cells().map(str::trim)
    }

    /// Whether the row has the names of the columns again.
    pub fn repeats_header(&self) -> bool {
        self.cells().eq(self.header.names.iter().map(String::as_str))
    }

    /// The first filled cell whose column has no name.
    pub fn nameless(&self) -> Option<Place> {
        let names = self.header.names.iter();
        let index = names.zip(self.cells()).position(|(name, cell)| name.is_empty() && !cell.is_empty())?;
        Some(self.place_of(index))
    }

    /// The cell that seems to have taken in the rows below it, because a quotation mark was not closed: a line in it
    /// has as many commas as a row has up to that cell. In a column that is not read nobody would miss those rows.
    pub fn swallows_rows(&self) -> Option<Place> {
        let swallows = |(index, cell): (usize, &str)| {
            cell.contains(['\n', '\r'])
                && cell.split(['\n', '\r']).skip(1).any(|line| line.matches(',').count() >= index.max(1))
        };
        self.record.cells().enumerate().position(swallows).map(|index| self.place_of(index))
    }

    /// Where the first cell is.
    pub fn first_place(&self) -> Place {
        self.place_of(0)
    }

    fn place_of(&self, index: usize) -> Place {
        Place {
            sheet: None,
            row: Some(self.row),
            letter: Some(letter(index)),
            column: self.header.names.get(index).filter(|name| !name.is_empty()).cloned(),
        }
    }

    /// Where a cell is.
    pub fn place(&self, column: Column) -> Place {
        match self.header.at[column as usize] {
            Some(index) => self.place_of(index),
            None => Place::row(self.row),
        }
    }
}

/// Opens a file and reads its header.
pub fn open(path: &Path) -> Result<Source, IntakeError> {
    let metadata = std::fs::metadata(path).map_err(|error| unopened(path, &error))?;
    if metadata.is_dir() {
        return Err(IntakeError::Folder(path.to_owned()));
    }
    if !metadata.is_file() {
        return Err(IntakeError::NotAFile(path.to_owned()));
    }
    let mut file = File::open(path).map_err(|error| unopened(path, &error))?;
    let mut head = Vec::new();
    file.by_ref().take(512).read_to_end(&mut head).map_err(|error| unopened(path, &error))?;
    if head.is_empty() {
        return Err(IntakeError::Empty(path.to_owned()));
    }
    if let Some(what) = other_kind(&head) {
        return Err(IntakeError::OtherKind { what });
    }
    file.seek(SeekFrom::Start(0)).map_err(|error| unopened(path, &error))?;
    let mut records = Records::new(file);
    loop {
        match records.next()? {
            None => return Err(IntakeError::Empty(path.to_owned())),
            Some(record) if record.is_blank() => {}
            Some(record) => {
                let header = Header::read(record.cells(), record.row);
                return Ok(Source { header, about: lines(path).saturating_sub(1), records });
            }
        }
    }
}

fn unopened(path: &Path, error: &std::io::Error) -> IntakeError {
    match error.kind() {
        ErrorKind::NotFound => IntakeError::Missing(path.to_owned()),
        ErrorKind::PermissionDenied => IntakeError::Forbidden(path.to_owned()),
        _ => IntakeError::Io(crate::domain::system_words(error)),
    }
}

/// What a file is that is no CSV, told by its first bytes.
fn other_kind(head: &[u8]) -> Option<&'static str> {
    match head {
        [b'P', b'K', 3, 4, ..] => Some("a workbook (Excel or OpenDocument)"),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Some("an old or a protected Excel workbook"),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Some("text in UTF-16"),
        [b'%', b'P', b'D', b'F', ..] => Some("a PDF"),
        [b'0', rest @ ..]
            if rest.len() >= 79
                && rest[..17].iter().all(|byte| matches!(byte, b' ' | b'0'..=b'9' | b'-'))
                && rest[17..20].iter().all(u8::is_ascii_digit) =>
        {
            Some("an ABA file")
        }
        _ if head.contains(&0) => Some("not text"),
        _ => None,
    }
}

/// The number of lines of a file; none where it cannot be read, which the reader will tell better.
#[expect(clippy::naive_bytecount, reason = "a progress bar is not worth another crate")]
fn lines(path: &Path) -> u64 {
    let Ok(mut file) = File::open(path) else { return 0 };
    let mut buffer = vec![0; 1 << 16];
    let mut lines = 0;
    while let Ok(read @ 1..) = file.read(&mut buffer) {
        lines += buffer[..read].iter().filter(|byte| **byte == b'\n').count() as u64;
    }
    lines
}

impl Source {
    /// The next row; none at the end of the file.
    pub fn next_item(&mut self) -> Result<Option<Item<'_>>, IntakeError> {
        let Some(record) = self.records.next()? else {
            return Ok(None);
        };
        let cells = record.len();
        Ok(Some(match cells {
            _ if record.is_blank() => Item::Blank { row: record.row },
            _ if cells != self.header.names.len() => {
                Item::Ragged { row: record.row, cells, breaks: record.breaks() }
            }
            _ => Item::Row(RawRow { row: record.row, header: &self.header, record }),
        }))
    }
}

/// One record, its buffers used again for the next.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// The number of its row.
    pub row: u32,
    text: Vec<u8>,
    ends: Vec<usize>,
    used: usize,
}

impl Record {
    pub(super) fn len(&self) -> usize {
        self.used
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = &str> + Clone {
        (0..self.used).map(|index| self.cell(index))
    }

    fn cell(&self, index: usize) -> &str {
        let from = if index == 0 { 0 } else { self.ends[index - 1] };
        // checked once for the whole record
        std::str::from_utf8(&self.text[from..self.ends[index]]).unwrap_or_default()
    }

    fn breaks(&self) -> usize {
        self.cells().map(|cell| cell.lines().count().saturating_sub(1)).sum()
    }

    pub(super) fn is_blank(&self) -> bool {
        self.cells().all(|cell| cell.trim().is_empty())
    }
}

/// The records of a file.
#[derive(Debug)]
pub(super) struct Records {
    input: BufReader<File>,
    parser: Reader,
    record: Record,
    next_row: u32,
    /// Whether the last byte that was read is a carriage return, so that a line feed belongs to it.
    after_return: bool,
    /// Whether anything was read.
    begun: bool,
}

impl Records {
    pub(super) fn new(file: File) -> Self {
        let record = Record { text: vec![0; 1024], ends: vec![0; 64], ..Record::default() };
        let parser = ReaderBuilder::new().build();
        Self {
            input: BufReader::with_capacity(1 << 16, file),
            parser,
            record,
            next_row: 1,
            after_return: false,
            begun: false,
        }
    }

    /// The next record that is not an empty line; empty lines count as rows.
    pub(super) fn next(&mut self) -> Result<Option<&Record>, IntakeError> {
        self.skip_empty_lines()?;
        let (mut written, mut ended) = (0, 0);
        self.record.row = self.next_row;
        loop {
            let input = std::io::BufRead::fill_buf(&mut self.input)
                .map_err(|error| IntakeError::Io(crate::domain::system_words(&error)))?;
            let (result, read, out, ends) = self.parser.read_record(
                input,
                &mut self.record.text[written..],
                &mut self.record.ends[ended..],
            );
            self.after_return = read > 0 && input[read - 1] == b'\r';
            std::io::BufRead::consume(&mut self.input, read);
            written += out;
            ended += ends;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.record.text.len() < LONGEST_RECORD => {
                    let longer = self.record.text.len() * 2;
                    self.record.text.resize(longer, 0);
                }
                ReadRecordResult::OutputEndsFull if self.record.ends.len() < MOST_CELLS => {
                    let more = self.record.ends.len() * 2;
                    self.record.ends.resize(more, 0);
                }
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    return Err(IntakeError::Endless { row: self.next_row });
                }
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(None),
            }
        }
        self.record.used = ended;
        if std::str::from_utf8(&self.record.text[..written]).is_err() {
            return Err(IntakeError::NotUtf8 { row: self.next_row });
        }
        self.next_row += 1;
        Ok(Some(&self.record))
    }

    /// A byte order mark at the very beginning; the parser would take it and uncounted empty lines after it.
    fn skip_mark(&mut self) -> Result<(), IntakeError> {
        const MARK: &[u8] = &[0xEF, 0xBB, 0xBF];
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        let input = std::io::BufRead::fill_buf(&mut self.input)
            .map_err(|error| IntakeError::Io(error.to_string()))?;
        if input.starts_with(MARK) {
            std::io::BufRead::consume(&mut self.input, MARK.len());
        }
        Ok(())
    }

    /// The parser skips empty lines without counting them; a spreadsheet counts them. The second half of the line
    /// end of the record before is no line.
    fn skip_empty_lines(&mut self) -> Result<(), IntakeError> {
        self.skip_mark()?;
        loop {
            let input = std::io::BufRead::fill_buf(&mut self.input)
                .map_err(|error| IntakeError::Io(crate::domain::system_words(&error)))?;
            match input.first() {
                Some(b'\n') if self.after_return => self.after_return = false,
                Some(b'\n') => self.next_row += 1,
                Some(b'\r') => {
                    self.next_row += 1;
                    self.after_return = true;
                }
                _ => return Ok(()),
            }
            std::io::BufRead::consume(&mut self.input, 1);
        }
    }
}
