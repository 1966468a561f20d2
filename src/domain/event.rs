//! What the engine tells whoever watches. Progress bars, JSON and tests listen; the engine prints nothing.

use super::{Finding, PayoutState};

/// The stages that have a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Reading and checking the file.
    Checking,
    /// Writing the run to the journal.
    Recording,
    /// Finding or creating remitters and payees.
    Parties,
    /// Sending payouts and settling doubts.
    Payouts,
}

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Event<'a> {
    /// A stage begins. `total` is its number of steps, where that is known.
    Begin {
        /// Which stage.
        stage: Stage,
        /// How many steps it has.
        total: Option<u64>,
    },
    /// Some steps of a stage are done.
    Step {
        /// Which stage.
        stage: Stage,
        /// How many more.
        count: u64,
    },
    /// A stage is over.
    End {
        /// Which stage.
        stage: Stage,
    },
    /// Checking found something.
    Found(&'a Finding),
    /// A payout came into a state that is on disk.
    Payout {
        /// Its row.
        row: u32,
        /// The state it was in.
        from: PayoutState,
        /// The state it is in.
        state: PayoutState,
    },
    /// Something a person may want to know while it happens, one sentence.
    Notice(&'a str),
}

/// Whoever watches. Must be quick: the engine waits for it.
pub trait Observer: Send + Sync {
    /// Told of every event, from any task.
    fn on(&self, event: &Event<'_>);
}

/// Watches nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {
    fn on(&self, _event: &Event<'_>) {}
}
