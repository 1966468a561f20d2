//! Files about a run or a checked file, from plain data alone: nothing here knows the journal or the API.
//!
//! Payouts are written one by one, so that the size of a run does not matter.

mod annotated;
mod chart;
mod csv;
pub mod evidence;
mod facts;
mod fresh;
mod json;
mod page;
mod plan_page;
mod run_book;
mod run_page;
mod template;

pub use self::annotated::{About, Annotated, BookError};
pub use self::csv::{defused, write_csv};
pub use self::fresh::{FreshError, is_free, replace_whole};
pub use self::json::write_json;
pub use self::plan_page::write_plan_page;
pub use self::run_book::write_run_book;
pub use self::run_page::write_run_page;
pub use self::template::{Field, Form, Need, Template, write_book, write_template_csv};

use std::io;

use self::facts::facts;

/// A report could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError<E: std::error::Error> {
    /// The disk's fault.
    #[error("cannot write the report: {0}")]
    Io(#[from] io::Error),
    /// No workbook could be made of it.
    #[error("cannot write the report: {0}")]
    Book(BookError),
    /// No file could be made of it.
    #[error(transparent)]
    Fresh(#[from] FreshError),
    /// What the report is about could not be read.
    #[error(transparent)]
    Source(E),
}
