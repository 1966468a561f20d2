//! ABA files, which payroll programs write for banks: Direct Entry, also called Cemtex.
//!
//! A file is read twice. The first reading looks at every record and every sum, so that whatever forbids the file is
//! known before its first payout is given out; the second gives one row for each credit. A debit is never a row.
//! Neither keeps more than one line and the sums of one batch.
//!
//! What makes the meaning of a line or of the file uncertain is an error and refuses the whole file, as a bank does;
//! what is wrong with one payee's details is left to `check`, like in any other file.

mod batch;
mod detail;
mod examine;
mod header;
mod kind;
mod layout;
mod lines;
mod notes;
mod rows;
mod trailer;

use std::fs::File;
use std::path::Path;

use super::error::IntakeError;
use super::header::Header;
use super::record::Record;
use super::source::Source;
use examine::{Examined, examine};
use lines::Lines;
use rows::Credits;

pub(super) use kind::{is_aba, is_aba_in_utf16};

/// Opens an ABA file that was told by its content, and looks it through.
pub(super) fn open(path: &Path) -> Result<Source, IntakeError> {
    let Examined { first_line, credits, dates, notes } = examine(Lines::new(file(path)?))?;
    let mut header = Header::read(rows::COLUMNS.iter().map(|(column, _)| column.name()), first_line);
    header.spans = rows::COLUMNS.iter().map(|(_, field)| (field.first, field.last)).collect();
    header.dates = dates;
    let rows = Box::new(Credits::new(Lines::new(file(path)?)));
    Ok(Source {
        format: "aba",
        header,
        above: Vec::new(),
        about: credits,
        notes,
        sheet: None,
        delimiter: None,
        rows,
        record: Record::default(),
    })
}

fn file(path: &Path) -> Result<File, IntakeError> {
    File::open(path).map_err(|error| IntakeError::Io(crate::domain::system_words(&error)))
}
