//! The arguments of `report` and `evidence`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::exit::TABLE;
use crate::domain::RunId;

/// `report`.
#[derive(Debug, Args)]
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

/// `evidence`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct EvidenceArgs {
    /// The run
    #[arg(required = true)]
    pub run: Option<RunId>,
    /// The archive to write [default: beside the reports]
    #[arg(long, value_name = "FILE.zip")]
    pub to: Option<PathBuf>,
    /// What to do with an archive
    #[command(subcommand)]
    pub command: Option<EvidenceCommand>,
}

/// The commands of `evidence`.
#[derive(Debug, Subcommand)]
pub enum EvidenceCommand {
    /// Say whether anything in an archive has changed since it was made; needs nothing but the archive
    #[command(after_help = TABLE)]
    Verify(EvidenceVerifyArgs),
}

/// `evidence verify`.
#[derive(Debug, Args)]
pub struct EvidenceVerifyArgs {
    /// The archive
    pub file: PathBuf,
    /// The seal that was told when it was made
    #[arg(long)]
    pub seal: Option<String>,
}
