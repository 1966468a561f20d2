//! What may be typed behind `watch`, `approve`, `reject` and `listen`.

use std::path::PathBuf;

use clap::Args;

use crate::domain::RunId;

/// `watch`.
#[derive(Debug, Args)]
pub struct WatchArgs {
    /// The folder; processing, held, done and rejected are made inside it
    pub folder: PathBuf,
    /// Look through the folder so often, such as 5s; for network shares that tell nothing
    #[arg(long, value_name = "TIME")]
    pub poll: Option<String>,
    /// Take a file once it has not changed for so long, such as 10s
    #[arg(long, value_name = "TIME")]
    pub settle: Option<String>,
    /// Who lets runs go: hold, a person; pay, the limits of the configuration
    #[arg(long, value_name = "MODE")]
    pub mode: Option<String>,
    /// End once nothing is left to do
    #[arg(long)]
    pub once: bool,
}

/// `approve`.
#[derive(Debug, Args)]
pub struct ApproveArgs {
    /// The run, such as r3, or a file in held/
    #[arg(value_name = "RUN|FILE")]
    pub what: String,
    /// Findings that block and that are meant, such as hidden or zero-lost:12
    #[arg(long, value_name = "CODE[,CODE]")]
    pub accept: Vec<String>,
    /// Pay the rows that can be paid and leave the others out
    #[arg(long)]
    pub skip_invalid: bool,
    /// The file corrects that run: equal rows are not paid again
    #[arg(long, value_name = "RUN", conflicts_with = "repeat")]
    pub amends: Option<RunId>,
    /// Rows that equal payouts of earlier runs really are new payments
    #[arg(long)]
    pub repeat: bool,
    /// The sheet of a workbook, where several could be meant
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
    /// The plan that is agreed to: the digits that it shows
    #[arg(long, value_name = "HASH")]
    pub plan: Option<String>,
    /// What there is to say of it; kept in the journal
    #[arg(long)]
    pub note: Option<String>,
}

/// `reject`.
#[derive(Debug, Args)]
pub struct RejectArgs {
    /// The run, such as r3, or a file in held/
    #[arg(value_name = "RUN|FILE")]
    pub what: String,
    /// Why; kept in the journal
    #[arg(long)]
    pub reason: String,
}

/// `listen`.
#[derive(Debug, Args)]
pub struct ListenArgs {
    /// Where to receive, such as 127.0.0.1:8090 [default: listen.address of the configuration]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
}
