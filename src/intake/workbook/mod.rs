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
mod format;
#[cfg(fuzzing)]
pub mod fuzzing;
mod guard;
mod input;
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
use stream::{Line, Request, Told};

/// Opens a workbook and reads its header.
pub(super) fn open(path: &Path, reading: &Reading) -> Result<Source, IntakeError> {
    let file = File::open(path).map_err(|error| IntakeError::Io(crate::domain::system_words(&error)))?;
    let map = reading.map.as_ref().map(|map| map.text().to_owned());
    let request = Request { sheet: reading.sheet.clone(), map, limits: reading.limits };
    let process = Process::start(&reading.program, file, &request)?;
    let mut rows = SheetRows { process, done: false };
    let mut record = Record::default();
    let book = match rows.line(&mut record)? {
        Line::Told(Told::Book(book)) => book,
        Line::Told(Told::Choose(choose)) => return Ok(rows.without_sheet(&choose)),
        Line::Told(Told::Failed(trouble)) => return Err(trouble.into()),
        Line::Told(Told::End) => return Err(Trouble::Nothing.into()),
        Line::Row => return Err(broken("a row of it came too soon").into()),
    };
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
    fn line(&mut self, record: &mut Record) -> Result<Line, Trouble> {
        stream::read(self.process.next_line()?, record)
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
        match self.line(record)? {
            Line::Row => Ok(true),
            Line::Told(Told::End) => {
                self.done = true;
                Ok(false)
            }
            Line::Told(Told::Failed(trouble)) => Err(trouble.into()),
            Line::Told(Told::Book(_) | Told::Choose(_)) => {
                Err(broken("what was read of it makes no sense").into())
            }
        }
    }
}
