//! Why a workbook cannot be read, each a sentence that says what it is and what to do.

use serde::{Deserialize, Serialize};

/// The workbook as a whole cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Trouble {
    /// It is encrypted.
    #[error(
        "the workbook is protected by a password: open it, take the password away (File, Info, Protect) and save it again"
    )]
    Protected,
    /// It is something else.
    #[error(
        "this is {what}, and payrun reads workbooks and CSV: save the payouts where they were made as a workbook (.xlsx) or as \"CSV UTF-8\""
    )]
    OtherKind {
        /// What it is.
        what: String,
    },
    /// It has no cells.
    #[error("the workbook has no sheet with any cells filled: export the payouts again")]
    Nothing,
    /// A library could make nothing of it.
    #[error("the workbook is damaged ({why}): open it in a spreadsheet, look at it and save it again")]
    Damaged {
        /// What was seen.
        why: String,
    },
    /// A cell has an error that nobody knows, and it cannot be told which.
    #[error(
        "a cell in row {row} of the workbook, or soon behind it, is the error \"{error}\": type its value, or clear it, and save the file again"
    )]
    UnknownError {
        /// The error.
        error: String,
        /// The row of the last cell before it.
        row: u32,
    },
    /// Unpacked it would be too large.
    #[error("the workbook takes {why}: save the payouts alone in a new workbook, or raise {limit}")]
    TooLarge {
        /// What it takes.
        why: String,
        /// The key of the configuration.
        limit: String,
    },
    /// It is made to do harm, or as no spreadsheet makes it.
    #[error(
        "the workbook is not as spreadsheets write it ({why}), and was not opened: save the payouts alone in a new workbook"
    )]
    Unsafe {
        /// What was seen.
        why: String,
    },
    /// The process that read it needed more memory than it may have.
    #[error(
        "the workbook needs more than {limit} of memory (limits.workbook_memory): save the payouts alone in a new workbook or as \"CSV UTF-8\", or raise the limit"
    )]
    Memory {
        /// How much it may have.
        limit: String,
    },
    /// The process that read it took too long.
    #[error(
        "reading the workbook took longer than {limit} (limits.workbook_time): save the payouts alone in a new workbook or as \"CSV UTF-8\", or raise the limit"
    )]
    Time {
        /// How long it may take.
        limit: String,
    },
    /// The process that read it failed.
    #[error(
        "the workbook could not be read to its end ({why}): open it in a spreadsheet and save it again, or save it as \"CSV UTF-8\""
    )]
    Broken {
        /// How it ended.
        why: String,
    },
    /// The process that reads workbooks could not be started.
    #[error("payrun cannot start itself to read the workbook: {why}")]
    NotStarted {
        /// The system's words.
        why: String,
    },
}

impl Trouble {
    /// Damage, in a library's words.
    pub(super) fn damaged(why: impl std::fmt::Display) -> Self {
        Self::Damaged { why: short(&why.to_string()) }
    }

    /// An error in a cell behind this row.
    pub(super) fn unknown_error(error: &str, row: u32) -> Self {
        Self::UnknownError { error: short(error), row }
    }
}

/// What a file or a library says, as a part of a sentence.
fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(120).collect()
}
