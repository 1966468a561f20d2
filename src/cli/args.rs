//! What may be typed.

mod following;
mod report;
mod simulate;

pub use following::{ApproveArgs, ListenArgs, RejectArgs, WatchArgs};
pub use simulate::SimulateArgs;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use self::report::{EvidenceArgs, EvidenceCommand, EvidenceVerifyArgs, ReportArgs, ReportKind};
use super::exit::TABLE;
use super::track::TrackArgs;
use crate::domain::RunId;

/// Turns a spreadsheet of payouts into money in bank accounts through the Flash Payments API, once.
#[derive(Debug, Parser)]
#[command(name = "payrun", version, after_help = TABLE, max_term_width = 100)]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub globals: Globals,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What holds for every command.
#[derive(Debug, Args)]
pub struct Globals {
    /// Which Flash: simulator, uat or production [default: simulator]
    #[arg(long = "env", value_name = "ENVIRONMENT", global = true)]
    pub environment: Option<String>,
    /// Another address of the API; http:// only to this machine
    #[arg(long, value_name = "URL", global = true)]
    pub api_url: Option<String>,
    /// The configuration [default: payrun.toml here, else in ~/.config/payrun]
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Where the journal is kept [default: ~/.local/state/payrun]
    #[arg(long, value_name = "FOLDER", global = true)]
    pub state: Option<PathBuf>,
    /// How the answer is written
    #[arg(long, value_enum, default_value_t = Format::Text, global = true)]
    pub format: Format,
    /// No progress bars and no progress lines
    #[arg(long, global = true)]
    pub no_progress: bool,
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// One JSON document
    Json,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say everything that is wrong with a file, cell by cell
    #[command(after_help = TABLE)]
    Check(CheckArgs),
    /// Write what the columns of a file are read as, to correct and to give back with --map
    #[command(after_help = TABLE)]
    Map(MapArgs),
    /// Write a workbook or a CSV file to fill in
    #[command(after_help = TABLE)]
    Template(TemplateArgs),
    /// Pay a file
    #[command(after_help = TABLE)]
    Pay(PayArgs),
    /// Go on with a run that was interrupted or stopped
    #[command(after_help = TABLE)]
    Resume(ResumeArgs),
    /// Say what only a person can tell: whether a payout was made
    #[command(after_help = TABLE)]
    Settle(SettleArgs),
    /// Show all runs, or one with its payouts
    #[command(after_help = TABLE)]
    Status(StatusArgs),
    /// Write the report of a run as CSV, JSON, workbook and page, and the rows to correct
    #[command(after_help = TABLE)]
    Report(ReportArgs),
    /// Look at what the banks have made of payouts since, and write the reports anew where something has changed
    #[command(after_help = TABLE)]
    Track(TrackArgs),
    /// Pack all that is known of a run into one archive, or check such an archive
    #[command(after_help = TABLE)]
    Evidence(EvidenceArgs),
    /// Receive Flash's webhooks, and look at the payouts that they name
    #[command(after_help = TABLE)]
    Listen(ListenArgs),
    /// Run a simulated Flash, or show what it holds
    #[command(after_help = TABLE)]
    Simulate(SimulateArgs),
    /// Pay the files that are dropped into a folder, and answer beside them
    #[command(after_help = TABLE)]
    Watch(WatchArgs),
    /// Let a run of a watched folder go
    #[command(after_help = TABLE)]
    Approve(ApproveArgs),
    /// Refuse a run of a watched folder
    #[command(after_help = TABLE)]
    Reject(RejectArgs),
    /// Keep payees' names, addresses and accounts, to complete files and to notice changed bank details
    #[command(after_help = TABLE)]
    Payees(PayeesArgs),
    /// Show the remitters of the configuration as payees will see them
    #[command(after_help = TABLE)]
    Remitters,
    /// Show the bank and branch of a BSB, or take a newer bank directory
    #[command(after_help = TABLE)]
    Bsb(BsbArgs),
    /// Show which currencies Flash delivers where, to which type of account
    #[command(after_help = TABLE)]
    Corridors(CorridorsArgs),
    /// Say whether everything is there that paying needs: settings, folder, clock, network, login, Flash's own schema
    #[command(after_help = TABLE)]
    Doctor(DoctorArgs),
    /// Ask the banks whose accounts those of a file are, before it is paid
    #[command(after_help = TABLE)]
    Verify(VerifyArgs),
    /// Look after the journal
    #[command(after_help = TABLE)]
    Journal(JournalArgs),
    /// Read a workbook for another process of this program
    #[command(hide = true)]
    ReadWorkbook(ReadWorkbookArgs),
}

/// `read-workbook`, which people never type.
#[derive(Debug, Args)]
pub struct ReadWorkbookArgs {
    /// What is asked
    pub request: String,
}

/// `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The file of payouts
    pub file: PathBuf,
    /// How to read it
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Write the sheet again to a new workbook, with colours, a note at each cell and a list of findings
    #[arg(long, value_name = "OUT.xlsx")]
    pub annotate: Option<PathBuf>,
}

/// How a file is read where its content does not say, and what is accepted of it.
#[derive(Debug, Args)]
pub struct ReadingArgs {
    /// The sheet of a workbook, where several could be meant
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
    /// What the columns mean, where their names do not say it; `payrun map` writes one to begin with
    #[arg(long, value_name = "FILE")]
    pub map: Option<PathBuf>,
    /// Findings that block and that are meant, such as hidden or zero-lost:12 for row 12 alone; see docs/FINDINGS.md
    #[arg(long, value_name = "CODE[,CODE]")]
    pub accept: Vec<String>,
}

/// `map`.
#[derive(Debug, Args)]
pub struct MapArgs {
    /// The file of payouts
    pub file: PathBuf,
    /// The sheet of a workbook, where several could be meant
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
    /// The new file to write it to [default: it is shown]
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
}

/// `corridors`.
#[derive(Debug, Args)]
pub struct CorridorsArgs {
    /// The country: two letters, such as DE [default: all]
    pub country: Option<String>,
}

/// `template`.
#[derive(Debug, Args)]
pub struct TemplateArgs {
    /// What is to be paid
    #[arg(value_enum)]
    pub kind: TemplateKind,
    /// CSV in place of a workbook
    #[arg(long)]
    pub csv: bool,
    /// The new file [default: payrun-template-KIND.xlsx or .csv in this folder]
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
}

/// What a template is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TemplateKind {
    /// Payments to Australian accounts
    Payroll,
    /// Payments abroad
    Fx,
    /// Every column
    Full,
}

impl TemplateKind {
    /// As it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Payroll => "payroll",
            Self::Fx => "fx",
            Self::Full => "full",
        }
    }
}

/// `pay`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct PayArgs {
    /// The file of payouts
    pub file: PathBuf,
    /// How to read it
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Send without asking
    #[arg(long)]
    pub yes: bool,
    /// Show the plan and stop
    #[arg(long)]
    pub dry_run: bool,
    /// Pay the rows that can be paid and write the others to a file to correct
    #[arg(long)]
    pub skip_invalid: bool,
    /// A name for this run; with a new name an identical file is paid again, on purpose
    #[arg(long, value_name = "LABEL")]
    pub name: Option<String>,
    /// Who pays: a remitter of the configuration, a name to show, or "account"
    #[arg(long, value_name = "NAME")]
    pub remitter: Option<String>,
    /// This file corrects that run: equal rows are not paid again
    #[arg(long, value_name = "RUN", conflicts_with = "repeat")]
    pub amends: Option<RunId>,
    /// Rows that equal payouts of earlier runs really are new payments
    #[arg(long)]
    pub repeat: bool,
    /// Ask the banks first whose accounts these are; each question may be billed
    #[arg(long)]
    pub verify_payees: bool,
    /// Name each account's bank first; not billed
    #[arg(long)]
    pub verify_banks: bool,
    /// Send nothing where a bank says so: close-match, not-match, closed, not-found; or unverified
    #[arg(long, value_name = "WORD[,WORD]", value_delimiter = ',')]
    pub block_on: Vec<String>,
    /// The number of payouts that the file must have
    #[arg(long, value_name = "N")]
    pub expect_count: Option<u64>,
    /// The sum that the file must have, such as AUD=1234.50; may be repeated
    #[arg(long, value_name = "CURRENCY=AMOUNT")]
    pub expect_total: Vec<String>,
    /// Write the plan as a page to print
    #[arg(long, value_name = "FILE.html")]
    pub plan_page: Option<PathBuf>,
    /// How much more the same money may cost than by the rate shown before payments wait, such as 0.5%; or none
    #[arg(long, value_name = "SHARE")]
    pub max_slippage: Option<String>,
    /// The plan that was agreed to: the digits that --dry-run shows
    #[arg(long, value_name = "HASH")]
    pub expect_plan: Option<String>,
}

/// `resume`.
#[derive(Debug, Args)]
pub struct ResumeArgs {
    /// The run [default: the one that is not finished]
    pub run: Option<RunId>,
    /// Pay the rows that can be paid although others must be held
    #[arg(long)]
    pub skip_invalid: bool,
    /// Agree to the rates of now without being asked
    #[arg(long)]
    pub yes: bool,
    /// Another limit on how much more the same money may cost, such as 1%; or none
    #[arg(long, value_name = "SHARE")]
    pub max_slippage: Option<String>,
}

/// `settle`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("verdict").required(true))]
pub struct SettleArgs {
    /// The run
    pub run: RunId,
    /// The row of the file
    #[arg(long)]
    pub row: u32,
    /// It was made: Flash's id of it, which is checked there
    #[arg(long, value_name = "FLASH_ID", group = "verdict")]
    pub made: Option<String>,
    /// It was not made: send it again as a new attempt
    #[arg(long, group = "verdict")]
    pub not_made: bool,
    /// How you know; kept in the journal
    #[arg(long)]
    pub reason: String,
}

/// `status`.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// The run [default: a list of all]
    pub run: Option<RunId>,
}

/// `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Find out by small payouts what a repeated request is answered and how late look-ups are; never in production
    #[arg(long)]
    pub probe: bool,
    /// Whose account the probe pays, one of your own: BSB:NUMBER, such as 062-000:12345678
    #[arg(long, value_name = "ACCOUNT", requires = "probe")]
    pub probe_to: Option<String>,
    /// What the probe pays, AUD 0.01 to 1.00
    #[arg(long, value_name = "AMOUNT", default_value = "0.01", requires = "probe")]
    pub probe_amount: String,
    /// Probe without asking
    #[arg(long, requires = "probe")]
    pub yes: bool,
    /// Send a test notice by every way that the configuration has under notify
    #[arg(long, conflicts_with = "probe")]
    pub notify: bool,
}

/// `verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The file of payouts
    pub file: PathBuf,
    /// How to read it
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Ask the banks without asking here first; each question may be billed
    #[arg(long)]
    pub yes: bool,
    /// Name each account's bank as well; not billed
    #[arg(long)]
    pub verify_banks: bool,
    /// End with 3 where a bank says so: close-match, not-match, closed, not-found; or unverified
    #[arg(long, value_name = "WORD[,WORD]", value_delimiter = ',')]
    pub block_on: Vec<String>,
}

/// `bsb`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct BsbArgs {
    /// The BSB: 062-000 or 062000
    #[arg(required = true)]
    pub bsb: Option<String>,
    /// What to do with the directory
    #[command(subcommand)]
    pub command: Option<BsbCommand>,
}

/// The commands of `bsb`.
#[derive(Debug, Subcommand)]
pub enum BsbCommand {
    /// Take a newer directory, as AusPayNet publishes it: its CSV or its text of fixed columns
    #[command(after_help = TABLE)]
    Update(BsbUpdateArgs),
}

/// `bsb update`.
#[derive(Debug, Args)]
pub struct BsbUpdateArgs {
    /// AusPayNet's file
    pub file: PathBuf,
    /// Of when the file is, where its name does not say, such as 2026-07-01
    #[arg(long = "of", value_name = "DATE")]
    pub date: Option<jiff::civil::Date>,
    /// Take it although it is older than the present one or has far fewer branches
    #[arg(long)]
    pub force: bool,
}

/// `payees`.
#[derive(Debug, Args)]
pub struct PayeesArgs {
    /// What to do with the payee book
    #[command(subcommand)]
    pub command: PayeesCommand,
}

/// The commands of `payees`.
#[derive(Debug, Subcommand)]
pub enum PayeesCommand {
    /// Take payees from a file with the columns of a payout file; no amount is needed
    Import(ImportArgs),
    /// List the payees, accounts masked
    List,
    /// Show one payee
    Show {
        /// The `payee_id`, or BSB and account number in full
        payee: String,
    },
    /// Write all payees to a new CSV file, WITH FULL ACCOUNT NUMBERS, for its owner's eyes alone
    Export {
        /// The file to make
        file: PathBuf,
    },
}

/// `payees import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The file of payees
    pub file: PathBuf,
    /// How to read it
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Import the payees that are right and leave the others out
    #[arg(long)]
    pub skip_invalid: bool,
    /// Show what would change and stop
    #[arg(long)]
    pub dry_run: bool,
}

/// `journal`.
#[derive(Debug, Args)]
pub struct JournalArgs {
    /// What to do with it
    #[command(subcommand)]
    pub command: JournalCommand,
}

/// The commands of `journal`.
#[derive(Debug, Subcommand)]
pub enum JournalCommand {
    /// Walk the whole chain and say whether every record is whole and in its place
    Verify,
}
