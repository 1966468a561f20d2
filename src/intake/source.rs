//! A file that is open: told by its content what it is, its header read, its rows to come.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::aba;
use super::error::IntakeError;
use super::header::Header;
use super::kind::{FileKind, kind_of};
use super::map::ColumnMap;
use super::record::Record;
use super::row::{Item, RawRow};
use super::{text, workbook};
use crate::domain::{Finding, Limits};

/// How a file is to be read, where its content alone does not say.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// What the columns mean, where their names do not say it.
    pub map: Option<ColumnMap>,
    /// The program that reads workbooks, in a process of its own: this one.
    pub program: PathBuf,
    /// How large a file may be, and how much reading it may cost.
    pub limits: Limits,
}

/// A file that is open, its header read.
pub struct Source {
    /// What kind of file it is: `csv`, `xlsx`, `aba`.
    pub format: &'static str,
    /// The header.
    pub header: Header,
    /// The rows with any text above the header, each with its number.
    pub above: Vec<(u32, Vec<String>)>,
    /// About how many rows there are, for progress.
    pub about: u64,
    /// What is to be said of the file's own form.
    pub notes: Vec<Finding>,
    /// The sheet of a workbook that is read.
    pub sheet: Option<Arc<str>>,
    /// What separates cells in a text file.
    pub delimiter: Option<char>,
    pub(super) rows: Box<dyn Rows>,
    /// The row that is lent.
    pub(super) record: Record,
}

/// Rows in the order of the file.
pub(crate) trait Rows: Send {
    /// Reads the next row with any cell. `false` at the end.
    fn next(&mut self, record: &mut Record) -> Result<bool, IntakeError>;
}

/// What cells of a file mean by their places.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table<'a> {
    header: &'a Header,
    sheet: Option<&'a Arc<str>>,
    delimiter: Option<char>,
}

/// Opens a file and reads its header.
pub fn open(path: &Path, reading: &Reading) -> Result<Source, IntakeError> {
    let kind = inspect(path, &reading.limits)?;
    if reading.sheet.is_some() && kind != FileKind::Workbook {
        return Err(IntakeError::NoSheets);
    }
    let mut source = match kind {
        FileKind::Text => text::open(path, reading.map.as_ref(), &reading.limits)?,
        FileKind::Workbook => workbook::open(path, reading)?,
        FileKind::Aba => aba::open(path)?,
    };
    if let Some(map) = &reading.map {
        source.header.apply(map)?;
    }
    Ok(source)
}

/// Tells what a file is, and refuses what cannot be read as payouts.
pub fn inspect(path: &Path, limits: &Limits) -> Result<FileKind, IntakeError> {
    let metadata = std::fs::symlink_metadata(path).map_err(|error| unopened(path, &error))?;
    if metadata.is_symlink() {
        return Err(IntakeError::Link(path.to_owned()));
    }
    if metadata.is_dir() {
        return Err(IntakeError::Folder(path.to_owned()));
    }
    if !metadata.is_file() {
        return Err(IntakeError::NotAFile(path.to_owned()));
    }
    if metadata.len() > limits.file_size {
        return Err(IntakeError::TooLarge { limit: bytesize::ByteSize(limits.file_size).to_string() });
    }
    let mut file = File::open(path).map_err(|error| unopened(path, &error))?;
    let mut head = Vec::new();
    file.by_ref().take(512).read_to_end(&mut head).map_err(|error| unopened(path, &error))?;
    if head.is_empty() {
        return Err(IntakeError::Empty(path.to_owned()));
    }
    kind_of(&head)
}

fn unopened(path: &Path, error: &std::io::Error) -> IntakeError {
    match error.kind() {
        ErrorKind::NotFound => IntakeError::Missing(path.to_owned()),
        ErrorKind::PermissionDenied => IntakeError::Forbidden(path.to_owned()),
        _ => IntakeError::Io(crate::domain::system_words(error)),
    }
}

impl Source {
    /// The next row; none at the end of the file.
    pub fn next_item(&mut self) -> Result<Option<Item<'_>>, IntakeError> {
        Ok(self.rows.next(&mut self.record)?.then(|| self.table().item(&self.record)))
    }

    /// What cells mean, and apart from it the rows, so that another thread may read them.
    pub(crate) fn apart(&mut self) -> (Table<'_>, &mut dyn Rows) {
        let Self { header, sheet, delimiter, rows, .. } = self;
        (Table { header, sheet: sheet.as_ref(), delimiter: *delimiter }, rows.as_mut())
    }

    fn table(&self) -> Table<'_> {
        Table { header: &self.header, sheet: self.sheet.as_ref(), delimiter: self.delimiter }
    }
}

impl<'a> Table<'a> {
    /// What a record of the file is.
    pub(crate) fn item(&self, record: &'a Record) -> Item<'a> {
        let cells = record.len();
        match cells {
            _ if record.is_blank() && !record.has_fault() => Item::Blank { row: record.row },
            _ if self.delimiter.is_some() && cells != self.header.names.len() => {
                Item::Ragged { row: record.row, cells, breaks: record.breaks() }
            }
            _ => Item::Row(self.row(record)),
        }
    }

    /// A record whose cells have their meanings.
    pub(crate) fn row(&self, record: &'a Record) -> RawRow<'a> {
        self.row_numbered(record.row, record)
    }

    /// The same, for whoever knows its number.
    pub(crate) fn row_numbered(&self, row: u32, record: &'a Record) -> RawRow<'a> {
        let Self { header, sheet, delimiter } = *self;
        RawRow { row, header, record, sheet, delimiter }
    }
}
