//! Who let a run's payouts go, or refused to.

use serde::{Deserialize, Serialize};

use super::Timestamp;

/// By which way an answer was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Typed at a terminal's question.
    Terminal,
    /// `--yes` on a command line.
    Flag,
    /// A file beside the payout file.
    File,
    /// `payrun approve` or `payrun reject`.
    Command,
    /// The configuration lets runs within its limits go without a person.
    Policy,
}

impl Way {
    /// In words, behind a name.
    pub fn words(self) -> &'static str {
        match self {
            Self::Terminal => "at the terminal",
            Self::Flag => "by --yes",
            Self::File => "by a file in the folder",
            Self::Command => "by command",
            Self::Policy => "by the configuration",
        }
    }
}

/// An answer to whether a run is paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// Who: the name of the system's account.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// By which way.
    pub way: Way,
    /// What the person had to say of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Release {
    /// The same, where somebody has answered the questions before.
    #[must_use]
    pub fn after(mut self, answered: &Self) -> Self {
        let before = format!("its questions were answered by {answered}");
        self.note = Some(self.note.map_or(before.clone(), |note| format!("{note}; {before}")));
        self
    }
}

impl std::fmt::Display for Release {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at = self.at.strftime("%-d %b %Y %H:%M UTC");
        write!(f, "{}, {}, {at}", self.by, self.way.words())?;
        self.note.as_ref().map_or(Ok(()), |note| write!(f, ": {note}"))
    }
}
