//! The arguments of `report`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::domain::RunId;

/// `report`.
#[derive(Debug, Args)]
#[expect(clippy::doc_markdown, reason = "the words are shown as help")]
pub struct ReportArgs {
    /// The run
    pub run: RunId,
    /// The folder to write to [default: reports/ in the state folder]
    #[arg(long, value_name = "FOLDER")]
    pub to: Option<PathBuf>,
    /// Only these kinds of report, separated by commas [default: all]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "KIND")]
    pub only: Vec<ReportKind>,
}

/// A kind of report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportKind {
    /// A line for each payout, for a spreadsheet
    Csv,
    /// One document, for programs
    Json,
    /// A workbook: totals, payouts, findings
    Xlsx,
    /// A page to read and to print
    Html,
}

impl ReportKind {
    /// How its file's name ends.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Xlsx => "xlsx",
            Self::Html => "html",
        }
    }
}
