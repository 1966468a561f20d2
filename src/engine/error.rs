//! How a run ends, and what can keep it from beginning.

use crate::check::CheckError;
use crate::config::ConfigError;
use crate::domain::plan_view::Need;
use crate::domain::{Awaits, Missing, RunId, RunState, Stopped};
use crate::gateway::GatewayError;
use crate::intake::IntakeError;
use crate::journal::JournalError;

/// How carrying out ended. The journal is in order either way.
#[derive(Debug)]
pub enum Ending {
    /// Nothing is left to do.
    Finished,
    /// Something is left; `resume` goes on.
    Stopped(StopReason),
}

/// Why a run stopped early.
#[derive(Debug)]
pub enum StopReason {
    /// Somebody asked.
    Asked,
    /// The API cannot be used.
    Gateway(GatewayError),
    /// Payees or remitters at the API differ from the file: sentences for people.
    Held(Vec<String>),
    /// The API cannot look up payees and remitters by our ids, so none may be made.
    NoLookUp {
        /// Its words.
        why: String,
    },
    /// Remitters differ at the API, or it does not take them.
    Remitters {
        /// Why, a sentence each.
        why: Vec<String>,
        /// Whether rows of other remitters can be paid without these.
        others: bool,
    },
    /// Too many answers in a row left payouts in doubt.
    Unreliable(String),
    /// The API declines payouts in a way that looks as if it meant all of them: its code and words.
    Declined(String),
    /// Balances do not hold what is to be sent, by their sums or by the word of the API: those that are short.
    Funds(Vec<Need>),
    /// The rates of these pairs are not as agreed: their payments wait.
    Rates(Vec<super::RateStop>),
    /// The API holds something under our id that is not ours.
    Conflict(String),
}

impl StopReason {
    /// The word of a person without which the run does not go on. None: it goes on by itself, now or at a next start.
    pub fn awaits(&self) -> Option<Awaits> {
        match self {
            Self::Asked | Self::Gateway(_) | Self::Funds(_) => None,
            Self::Rates(_) => Some(Awaits::Rates),
            Self::Remitters { .. } | Self::NoLookUp { .. } => Some(Awaits::Anew),
            Self::Held(_) | Self::Unreliable(_) | Self::Declined(_) | Self::Conflict(_) => {
                Some(Awaits::Going)
            }
        }
    }

    /// As the journal keeps it and people are told it.
    pub fn told(&self) -> Stopped {
        let why = match self {
            Self::Asked => "it was asked to stop".to_owned(),
            Self::Gateway(error) => error.to_string(),
            Self::Held(_) => "payees or remitters at Flash are not as the file has them".to_owned(),
            Self::NoLookUp { why } => format!(
                "Flash cannot look up payees and remitters by our ids ({why}), and none are made that could not be found again"
            ),
            Self::Remitters { .. } => "Flash does not have or does not take the remitter as it is".to_owned(),
            Self::Unreliable(what) => what.clone(),
            Self::Declined(what) => {
                format!("Flash declined what was sent ({what}), and that may hold for all")
            }
            Self::Funds(_) => "there is not enough money for it".to_owned(),
            Self::Rates(_) => "their rates are not as agreed".to_owned(),
            Self::Conflict(what) => format!("something at Flash is not as it should be: {what}"),
        };
        let lines = match self {
            Self::Held(why) | Self::Remitters { why, .. } => why.clone(),
            Self::Funds(short) => short.iter().map(Need::lack).collect(),
            Self::Rates(stops) => stops.iter().map(ToString::to_string).collect(),
            Self::Asked
            | Self::Gateway(_)
            | Self::NoLookUp { .. }
            | Self::Unreliable(_)
            | Self::Declined(_)
            | Self::Conflict(_) => Vec::new(),
        };
        let short = if let Self::Funds(short) = self { short.as_slice() } else { &[] };
        let missing = short.iter().map(|need| Missing {
            currency: need.currency,
            needed: need.known(),
            cleared: need.cleared,
            missing: need.shortfall.unwrap_or_default(),
        });
        Stopped { lines, missing: missing.collect(), ..Stopped::new(self.class(), why) }
    }

    /// Its class, for logs: its words may name payees.
    pub fn class(&self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Gateway(error) => error.class(),
            Self::Held(_) => "held",
            Self::Remitters { .. } => "remitters",
            Self::NoLookUp { .. } => "no_look_up",
            Self::Unreliable(_) => "unreliable",
            Self::Declined(_) => "declined",
            Self::Funds(_) => "funds",
            Self::Rates(_) => "rates",
            Self::Conflict(_) => "conflict",
        }
    }
}

/// What keeps the engine from working.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The file cannot be read.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// Checking could not go on.
    #[error(transparent)]
    Check(#[from] CheckError),
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The API cannot be used.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// A setting is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There is no such run.
    #[error("there is no run {0} here; `payrun status` lists the runs")]
    NoSuchRun(RunId),
    /// The name is taken by a run of another file.
    #[error(
        "the name \"{label}\" belongs to run {run} of another file; choose another name, or say --amends {run} if this file corrects it"
    )]
    NameTaken {
        /// The name.
        label: String,
        /// Whose it is.
        run: RunId,
    },
    /// The run that a file amends has payouts whose fate is not known.
    #[error(
        "run {0} has payouts in doubt: `payrun resume {0}` settles them first, then this file can correct that run"
    )]
    AmendsDoubt(RunId),
    /// The run waits for a person.
    #[error("run {0} waits for a person to let it go: payrun approve {0}, or payrun reject {0}")]
    NotReleased(RunId),
    /// The run was interrupted before all of its rows were recorded.
    #[error(
        "run {0} was interrupted while it was recorded, and nothing was sent for it; bring its file again"
    )]
    NotRecorded(RunId),
    /// A person refused the run.
    #[error("run {0} was refused, and nothing is sent for it; bring its file again to begin anew")]
    Refused(RunId),
    /// Only a run that waits can be let go or refused.
    #[error("run {run} does not wait for an answer: it is {}", state.words())]
    NotWaiting {
        /// The run.
        run: RunId,
        /// Where it stands.
        state: RunState,
    },
    /// What a person asked to settle cannot be settled so.
    #[error("{0}")]
    Settle(String),
}
