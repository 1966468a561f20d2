//! Text files: cells separated by commas, semicolons, tabs or bars, in the encodings that exports come in.

mod form;
mod looked;
mod records;

use std::path::Path;

use super::error::IntakeError;
use super::header::Header;
use super::headerless;
use super::map::ColumnMap;
use super::record::Record;
use super::source::Source;
use crate::domain::{Code, Finding, Limits, Place};
use form::{Encoding, Form};
pub(in crate::intake) use records::Records;

/// Opens a text file and reads its header.
pub(super) fn open(path: &Path, map: Option<&ColumnMap>, limits: &Limits) -> Result<Source, IntakeError> {
    let form = Form::of(path, map)?;
    let mut records = form.records(path)?.within(limits);
    let mut above = Vec::new();
    let mut record = Record::default();
    let mut header = loop {
        match records.read(&mut record)? {
            false => return Err(IntakeError::Empty(path.to_owned())),
            true if record.is_blank() => {}
            true if form.header_row.is_some_and(|row| record.row < row) => {
                above.push((record.row, record.cells().map(str::to_owned).collect()));
            }
            true => break Header::read(record.cells(), record.row),
        }
    };
    // one cell of a payout may happen to be a known name, such as the reference PAY
    if header.known() < 2 && header.family.is_none() {
        header.family = headerless::tell(&mut form.records(path)?)?;
    }
    let about = form.lines.saturating_sub(u64::from(header.row));
    let passed_over: Vec<u32> = above.iter().map(|(row, _)| *row).collect();
    let notes = notes(&form).chain(super::header::above(&passed_over, None)).collect();
    let delimiter = Some(form.delimiter);
    Ok(Source {
        format: "csv",
        header,
        above,
        about,
        notes,
        sheet: None,
        delimiter,
        rows: Box::new(records),
        record,
    })
}

/// What is to be said of how the file is written.
fn notes(form: &Form) -> impl Iterator<Item = Finding> {
    let encoding = match &form.encoding {
        Encoding::Utf8 => None,
        Encoding::Utf16 => Some(note(Code::FileForm, "the file is written in UTF-16")),
        Encoding::Windows1252 { line } => Some(
            Finding::new(
                Code::EncodingAssumed,
                Place::file(),
                format!("line {line} has letters that are no UTF-8; they were read as Windows-1252, which Excel writes"),
            )
            .advised("look at the names with accents in the plan, or save the file as \"CSV UTF-8\""),
        ),
    };
    let separated = match form.delimiter {
        ';' => Some("semicolons"),
        '\t' => Some("tabs"),
        '|' => Some("vertical bars"),
        _ => None,
    };
    let separated = separated.map(|by| note(Code::FileForm, &format!("the cells are separated by {by}")));
    encoding.into_iter().chain(separated)
}

fn note(code: Code, message: &str) -> Finding {
    Finding::new(code, Place::file(), message)
}
