//! How the program ends: one table for scripts, for `--help` and for the documentation.

use crate::config::ConfigError;
use crate::engine::EngineError;
use crate::gateway::GatewayError;
use crate::intake::IntakeError;
use crate::journal::JournalError;
use crate::report::{BookError, FreshError};

/// The exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All of it done.
    Done = 0,
    /// The command line makes no sense, or nobody consented.
    Usage = 2,
    /// The file has findings that forbid paying.
    Findings = 3,
    /// Finished, but not everybody is paid.
    Incomplete = 4,
    /// Stopped early.
    Stopped = 5,
    /// Configuration, credentials, account or state folder.
    Configuration = 6,
    /// Another process holds the state.
    Busy = 7,
    /// A watcher was given the file: nothing is paid yet.
    HandedOver = 8,
    /// A defect of the program.
    Defect = 70,
}

/// The table as `--help` shows it.
pub const TABLE: &str = "\
Exit codes:
  0   all of it done
  2   the command line is not understood, or nobody has said yes (nothing was sent)
  3   the file cannot be paid as it is (nothing was sent)
  4   finished, but some payouts were rejected, returned, held or need attention
  5   stopped early; `payrun resume` goes on, in a watched folder the next `payrun watch`
  6   configuration, credentials, account or state folder
  7   another process holds the state
  8   handed to the watcher that holds the state; nothing is paid yet
  70  a defect of the program";

/// What ends a command early: a sentence for people and a code for scripts.
#[derive(Debug)]
pub struct Failure {
    /// The code.
    pub exit: Exit,
    /// The sentence.
    pub message: String,
}

impl Failure {
    /// With both given.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into() }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::new(Exit::Configuration, error.to_string())
    }
}

impl From<FreshError> for Failure {
    fn from(error: FreshError) -> Self {
        let exit = match error {
            FreshError::Exists(_) | FreshError::NoFolder(_) => Exit::Usage,
            FreshError::Io { .. } => Exit::Configuration,
        };
        Self::new(exit, error.to_string())
    }
}

impl From<BookError> for Failure {
    fn from(error: BookError) -> Self {
        match error {
            BookError::Fresh(error) => error.into(),
            BookError::TooManyRows | BookError::Workbook(_) => {
                Self::new(Exit::Configuration, error.to_string())
            }
        }
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        let exit = match &error {
            JournalError::Held { .. } => Exit::Busy,
            JournalError::Io { .. } | JournalError::Damaged { .. } => Exit::Configuration,
            JournalError::Checkpoint { .. } | JournalError::NoRoom { .. } | JournalError::Stopped { .. } => {
                Exit::Stopped
            }
        };
        Self::new(exit, error.to_string())
    }
}

impl From<GatewayError> for Failure {
    fn from(error: GatewayError) -> Self {
        let exit = if error.is_account_problem() { Exit::Configuration } else { Exit::Stopped };
        Self::new(exit, error.to_string())
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Journal(error) => error.into(),
            EngineError::Gateway(error) => error.into(),
            EngineError::Config(error) => error.into(),
            EngineError::Intake(IntakeError::NoSheets)
            | EngineError::NoSuchRun(_)
            | EngineError::NameTaken { .. }
            | EngineError::AmendsDoubt(_)
            | EngineError::NotReleased(_)
            | EngineError::NotRecorded(_)
            | EngineError::Refused(_)
            | EngineError::NotWaiting { .. }
            | EngineError::Settle(_) => Self::new(Exit::Usage, error.to_string()),
            EngineError::Intake(_) | EngineError::Check(_) => Self::new(Exit::Findings, error.to_string()),
        }
    }
}
