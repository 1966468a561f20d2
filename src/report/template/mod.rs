//! Files to fill in: a workbook that keeps zeros and helps while typing, or plain CSV.
//!
//! Nothing in a template can be paid by mistake: the workbook's example stands on the sheet of instructions, and the
//! CSV's bears a word by which checking refuses it.

mod book;

use std::io::BufWriter;
use std::path::Path;

use super::annotated::BookError;
use super::csv::defused;
use super::fresh::{FreshError, write_whole};

pub use self::book::write_book;

/// What is to be filled in.
#[derive(Debug, Clone)]
pub struct Template {
    /// What it is for, in a line.
    pub title: String,
    /// How to fill it in, step by step.
    pub steps: Vec<String>,
    /// Its columns.
    pub fields: Vec<Field>,
    /// The word in the first column that marks a row as the example.
    pub mark: &'static str,
}

/// One column.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// Whether it must be filled.
    pub need: Need,
    /// What stands in it.
    pub form: Form,
    /// What stands in it in the example.
    pub example: &'static str,
}

/// Whether a column must be filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// In every row.
    Always,
    /// It or another one, as the steps say.
    Either,
    /// Where it is known.
    Optional,
}

/// What stands in a column. Everything but amounts is text, so that zeros stay.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    /// Any text.
    Text,
    /// A text of so many characters at least and at most; others are possible after a warning.
    Length(u32, u32),
    /// An amount of money.
    Amount,
    /// One of these; others are possible after a warning.
    Choice(&'static [&'static str]),
}

/// Writes a template as CSV: the names of the columns, and an example that checking refuses.
pub fn write_template_csv(template: &Template, path: &Path) -> Result<(), BookError> {
    write_whole(path, |file| {
        let mut writer = csv::Writer::from_writer(BufWriter::new(file));
        let failed = |error: csv::Error| BookError::Workbook(error.to_string());
        writer.write_record(template.fields.iter().map(|field| field.name)).map_err(failed)?;
        let examples = template.fields.iter().skip(1).map(|field| field.example);
        let example = std::iter::once(template.mark).chain(examples);
        writer.write_record(example.map(|cell| defused(cell).into_owned())).map_err(failed)?;
        writer.flush().map_err(|error| {
            FreshError::Io { path: path.to_owned(), words: crate::domain::system_words(&error) }.into()
        })
    })
}
