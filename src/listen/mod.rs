//! Webhooks: an HTTP server that hears from Flash that a payout has changed.
//!
//! What it hears is a hint, never a truth: whoever can reach this port, and whoever has stolen a secret, can at most make
//! payrun look at Flash once more. A delivery is verified, stored on disk, answered, and told to a [`Desk`] by its ids
//! alone. Nothing of a body goes into the journal, into a log, or into an answer; answers are the same for every payout,
//! known or not.
//!
//! `server` holds the connections and their limits, `routes` says what is answered, `hints` keeps what was heard until it
//! has been looked up, `metrics` counts.

mod bucket;
mod hints;
mod metrics;
mod outcome;
mod routes;
mod server;

pub use hints::{Hint, HintError, Hints, Mark, pending, taken};
pub use outcome::Outcome;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::net::TcpListener;

use crate::domain::{Clock, Timestamp};
use crate::gateway::Callbacks;

/// What is taken, and from whom.
pub struct Options {
    /// Any of them signs a webhook.
    pub secrets: Vec<SecretString>,
    /// What signs callbacks, where payouts bear them.
    pub callbacks: Option<Callbacks>,
    /// The only addresses that deliveries are taken from; none: from all.
    pub sources: Vec<IpAddr>,
    /// Whether the last address in `X-Forwarded-For` is the sender's.
    pub trust_proxy: bool,
    /// How much is taken.
    pub limits: Limits,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// How much is taken of one delivery and of all.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of a body.
    pub body: usize,
    /// How long the head of a request may take, and how long its body.
    pub reading: Duration,
    /// Deliveries a second. Twice as many may come at once.
    pub rate: u32,
    /// Questions a second about readiness and numbers. Twice as many may come at once.
    pub questions: u32,
    /// Connections at the same time; others wait.
    pub connections: usize,
    /// How long what is due to be looked up at Flash may wait until this listener is not ready.
    pub overdue: Duration,
}

impl Default for Limits {
    /// A large run changes some hundred statuses a second; what is turned away comes again or is found by looking.
    fn default() -> Self {
        Self {
            body: 64 << 10,
            reading: Duration::from_secs(10),
            rate: 200,
            questions: 20,
            connections: 128,
            overdue: Duration::from_secs(30 * 60),
        }
    }
}

/// Whoever looks payouts up.
pub trait Desk: Send + Sync {
    /// A hint is on disk. Must be quick: Flash waits for the answer.
    fn hinted(&self, hint: &Hint);
    /// How things stand. Must be quick: it is asked whenever somebody scrapes.
    fn vitals(&self) -> Vitals;
}

/// How things stand with those who look payouts up.
#[derive(Debug, Clone, Default)]
pub struct Vitals {
    /// Why the journal cannot be used.
    pub trouble: Option<String>,
    /// When Flash was last asked.
    pub last_look: Option<Timestamp>,
    /// How long something has been due to be looked up.
    pub overdue: Duration,
    /// Look-ups that were answered, and those that were not.
    pub looks: [u64; 2],
    /// Hints at payouts that are not ours.
    pub unknown: u64,
    /// Runs by state.
    pub runs: BTreeMap<&'static str, u64>,
    /// Payouts by state.
    pub payouts: BTreeMap<&'static str, u64>,
}

/// Receives until `shutdown` completes; what is under way then is finished.
pub async fn run(
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
    options: Options,
    hints: Hints,
    desk: Arc<dyn Desk>,
) {
    server::run(listener, shutdown, routes::Counter::new(options, hints, desk)).await;
}
