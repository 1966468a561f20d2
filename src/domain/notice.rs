//! What happens to a run that somebody may want to be told of, wherever they are.

use serde::{Deserialize, Serialize};

/// Why somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Occasion {
    /// A person must decide before anything is sent.
    Held,
    /// Nothing is left to send.
    Finished,
    /// It stopped early.
    Stopped,
    /// Money came back.
    Returned,
    /// Only a person can tell what became of a payout.
    Attention,
    /// Somebody tries out whether telling works.
    #[serde(skip_deserializing)]
    Test,
}

impl Occasion {
    /// All that runs have.
    pub const ALL: [Self; 5] = [Self::Held, Self::Finished, Self::Stopped, Self::Returned, Self::Attention];

    /// As the configuration writes it and receivers read it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Finished => "finished",
            Self::Stopped => "stopped",
            Self::Returned => "returned",
            Self::Attention => "attention",
            Self::Test => "test",
        }
    }
}
