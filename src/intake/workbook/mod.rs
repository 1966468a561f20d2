//! Workbooks: XLSX, XLSM, XLSB, XLS and ODS.
//!
//! The file is read by another process of this program with limits on its memory and time (`child`), because no
//! library for such files is proof against every file. This process never parses a workbook: it listens
//! (`process`), and whatever happens over there is a sentence (`trouble`) here.

mod book;
mod cell;
mod child;
mod choose;
mod facts;
mod guard;
mod number;
mod process;
mod stream;
mod told;
mod trouble;

pub use child::read_workbook;
pub use trouble::Trouble;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use super::error::IntakeError;
use super::header::Header;
use super::record::Record;
use super::source::{Reading, Rows, Source};
use process::{Process, broken};
use stream::{Request, Told};

/// Opens a workbook and reads its header.
pub(super) fn open(path: &Path, reading: &Reading) -> Result<Source, IntakeError> {
    let file = File::open(path).map_err(|error| IntakeError::Io(crate::domain::system_words(&error)))?;
    let map = reading.map.as_ref().map(|map| map.text().to_owned());
    let request = Request { sheet: reading.sheet.clone(), map, limits: reading.limits };
    let process = Process::start(&reading.program, file, &request)?;
    let mut rows = SheetRows { process, done: false };
    let book = match rows.told()? {
        Told::Book(book) => book,
        Told::Choose(choose) => return Ok(rows.without_sheet(&choose)),
        Told::Failed(trouble) => return Err(trouble.into()),
        Told::End => return Err(Trouble::Nothing.into()),
    };
    let mut record = Record::default();
    if !rows.next(&mut record)? {
        return Err(Trouble::Nothing.into());
    }
    let header = Header::read(record.cells(), record.row);
    Ok(Source {
        format: book.format.name(),
        notes: told::notes(&book, &header),
        header,
        above: book.above,
        about: 0,
        sheet: Some(Arc::from(book.sheet.name.as_str())),
        delimiter: None,
        rows: Box::new(rows),
        record,
    })
}

/// The rows of a sheet as the other process tells them.
struct SheetRows {
    process: Process,
    done: bool,
}

impl SheetRows {
    fn told(&mut self) -> Result<Told, Trouble> {
        let line = self.process.next_line()?;
        let told = serde_json::from_slice(line);
        told.map_err(|_| broken("what was read of it makes no sense"))
    }

    /// A source that has nothing but the question which sheet is meant.
    fn without_sheet(mut self, choose: &stream::Choose) -> Source {
        self.done = true;
        Source {
            format: choose.format.name(),
            header: Header::read(std::iter::empty(), 1),
            above: Vec::new(),
            about: 0,
            notes: vec![told::choose(choose)],
            sheet: None,
            delimiter: None,
            rows: Box::new(self),
            record: Record::default(),
        }
    }
}

impl Rows for SheetRows {
    fn next(&mut self, record: &mut Record) -> Result<bool, IntakeError> {
        if self.done {
            return Ok(false);
        }
        let line = self.process.next_line()?;
        if line.starts_with(b"[") {
            let row = serde_json::from_slice(line).ok();
            let taken = row.is_some_and(|row| stream::take(&row, record));
            return if taken { Ok(true) } else { Err(broken("a row of it makes no sense").into()) };
        }
        match serde_json::from_slice(line) {
            Ok(Told::End) => {
                self.done = true;
                Ok(false)
            }
            Ok(Told::Failed(trouble)) => Err(trouble.into()),
            Ok(Told::Book(_) | Told::Choose(_)) | Err(_) => {
                Err(broken("what was read of it makes no sense").into())
            }
        }
    }
}
