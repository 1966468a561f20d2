//! Why a file cannot be read at all, each a sentence that says what to do.

use std::path::PathBuf;

use super::workbook::Trouble;
use crate::domain::{Code, Finding, Place};

/// The file as a whole cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// There is no such file.
    #[error("there is no file {}; check the name and the folder", .0.display())]
    Missing(PathBuf),
    /// A folder was named.
    #[error("{} is a folder; name one file in it", .0.display())]
    Folder(PathBuf),
    /// A device, pipe or the like.
    #[error("{} is not a file that can be read again; save the payouts as a file first", .0.display())]
    NotAFile(PathBuf),
    /// A link to another file.
    #[error("{} is a link to another file; name the file itself", .0.display())]
    Link(PathBuf),
    /// The system does not let this user read it.
    #[error("{} may not be read by this user; ask for the right to read it", .0.display())]
    Forbidden(PathBuf),
    /// Nothing is in it.
    #[error("{} is empty; export the payouts again", .0.display())]
    Empty(PathBuf),
    /// A kind of file that this version does not read.
    #[error(
        "this is {what}, and payrun reads workbooks and CSV: save the payouts where they were made as a workbook (.xlsx) or as \"CSV UTF-8\""
    )]
    OtherKind {
        /// What it is.
        what: &'static str,
    },
    /// A kind of file that has no payouts, or none that this version reads.
    #[error("this is {what}: {todo}")]
    Refused {
        /// What it is.
        what: &'static str,
        /// What to do.
        todo: &'static str,
    },
    /// A sheet was named of a file that has none.
    #[error("--sheet names a sheet of a workbook, and this file is none: leave it out")]
    NoSheets,
    /// What was said of the columns does not fit the file.
    #[error(transparent)]
    Map(#[from] super::map::MapError),
    /// A bank file whose letters have two bytes each.
    #[error(
        "this is an ABA file written in UTF-16, with two bytes for each letter, which no bank takes: save it as plain text (ANSI) or export it again"
    )]
    AbaInUtf16,
    /// Bytes that are not UTF-8.
    #[error("row {row} has letters in an old encoding: save the file as \"CSV UTF-8\" and try again")]
    NotUtf8 {
        /// The row.
        row: u32,
    },
    /// Some letters are UTF-8 and others are not, so that none can be told for sure.
    #[error(
        "line {line} and others have letters in two encodings, as when two files are joined: save the file as \"CSV UTF-8\" and look at its names"
    )]
    TwoEncodings {
        /// A line.
        line: u64,
    },
    /// One record that never ends.
    #[error(
        "row {row} has more than {limit}: a quotation mark (\") was probably opened there and not closed; close it, or take out what is no payout"
    )]
    Endless {
        /// The row.
        row: u32,
        /// How much it may have.
        limit: String,
    },
    /// More bytes than a file may have.
    #[error(
        "the file is larger than {limit} (limits.file_size): is it the right one? else split it, or raise the limit"
    )]
    TooLarge {
        /// How many it may have.
        limit: String,
    },
    /// More rows than a file may have.
    #[error(
        "the file has more than {limit} rows (limits.rows): is it the right one? else split it, or raise the limit"
    )]
    TooManyRows {
        /// How many it may have.
        limit: u32,
    },
    /// A workbook cannot be read.
    #[error(transparent)]
    Workbook(#[from] Trouble),
    /// The system failed.
    #[error("the file cannot be read: {0}")]
    Io(String),
}

impl IntakeError {
    /// The same as a finding on the whole file.
    pub fn finding(&self) -> Finding {
        let code = match self {
            Self::Empty(_) | Self::Workbook(Trouble::Nothing) => Code::FileEmpty,
            _ => Code::FileRefused,
        };
        Finding::new(code, Place::file(), self.to_string())
    }
}
