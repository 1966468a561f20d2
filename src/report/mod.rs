//! Files about a run, from its view alone: nothing here knows the journal or the API.
//!
//! Payouts are written one by one, so that the size of a run does not matter.

mod csv;
mod json;

pub use self::csv::{defused, write_csv};
pub use self::json::write_json;

use std::io;

/// A report could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError<E: std::error::Error> {
    /// The disk's fault.
    #[error("cannot write the report: {0}")]
    Io(#[from] io::Error),
    /// What the report is about could not be read.
    #[error(transparent)]
    Source(E),
}
