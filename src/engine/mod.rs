//! Carries a plan out: parties first, then one payout alone, then the rest; settles every doubt; follows what the
//! banks make of it.
//!
//! The only module that knows both the journal and the gateway, and the rule between them: what is sent was on
//! disk before, and what is shown is on disk already. It prints nothing; it tells an [`Observer`].

mod batches;
mod doubt;
mod earlier;
mod error;
mod funds;
mod guard;
mod logged;
mod lookback;
mod looks;
mod mood;
mod open;
mod parties;
mod payees;
mod person;
mod prepare;
mod preview;
mod probe;
mod rates;
mod release;
mod send;
mod sighting;
mod spool;
mod stop;
mod track;
mod under_way;
mod untold;
mod verify;
mod view;

pub use error::{Ending, EngineError, StopReason};
pub use funds::{Balances, Funds, balances, rates};
pub use lookback::Lookback;
pub use looks::Looks;
pub use open::{kept_copy, kept_findings, record};
pub use payees::{Change, Imported, import_payees, note_payees};
pub use person::{Settled, Verdict, settle};
pub use prepare::{Inputs, Prepared, file_name, prepare};
pub use probe::{Probed, Probing, may_probe_with, probe};
pub use rates::{RateStop, RateTrouble, Told, Way, agree_anew, indicative, to_agree, waiting};
pub use release::{refuse, release};
pub use stop::{Stop, StopHandle};
pub use track::{Depth, Moved, Round, Which};
pub use under_way::{UnderWay, under_way};
pub use untold::{told, untold};
pub use verify::{Questioned, Whom, bank_words, payees_of, verify_banks, verify_payees};
pub use view::{ParsedRow, may_begin_anew, parsed_rows, payouts, payouts_by, run_view};

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::domain::{
    Clock, Event, Fact, Observer, PartyMode, PayoutEntry, PayoutId, RunHead, RunId, RunState, Stage,
};
use crate::gateway::{Callbacks, Gateway};
use crate::journal::{Journal, JournalError, Record};
use crate::plan::SettlePolicy;

/// What moves no money has so long to come to its end after stopping was asked for.
const GRACE: Duration = Duration::from_secs(3);

/// What the engine works with. Cheap to clone: every task has one.
#[derive(Clone)]
pub struct Engine {
    /// Where the truth is written.
    pub journal: Arc<Journal>,
    /// The way to the API.
    pub gateway: Gateway,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Who watches.
    pub observer: Arc<dyn Observer>,
    /// Whether to stop.
    pub stop: Stop,
    /// How it works.
    pub terms: Terms,
}

/// How the engine works.
#[derive(Debug, Clone)]
pub struct Terms {
    /// How doubt is settled.
    pub policy: SettlePolicy,
    /// Payouts under way at the same time, at most.
    pub max_in_flight: usize,
    /// How long to wait at the end for the banks' answers.
    pub follow: Duration,
    /// Whether rows that must be held are left out, rather than stopping the file.
    pub skip_held: bool,
    /// Whether the login is kept for what comes after a run.
    pub stays_signed_in: bool,
    /// Whether people are told of how a run ends.
    pub tells: bool,
    /// The addresses that payouts bear, for Flash to call.
    pub callbacks: Option<Callbacks>,
}

impl Engine {
    /// Carries a recorded run on from wherever it stands, until nothing is left to do or it has to stop.
    pub async fn carry_out(&self, run: RunId) -> Result<Ending, EngineError> {
        let (head, state) = self.journal.checkpoint().run(run)?.ok_or(EngineError::NoSuchRun(run))?;
        release::may_be_sent(run, state)?;
        let began = Instant::now();
        tracing::info!(%run, rows = head.rows, environment = head.environment, "run begins");
        let stopped = self.work(&head).await;
        if !self.terms.stays_signed_in {
            self.gateway.sign_out().await;
        }
        let stopped = stopped?;
        let is_open = self.journal.checkpoint().open_payouts(run).next().is_some();
        let (ending, state) = match stopped {
            Some(reason) if is_open => (Ending::Stopped(reason), RunState::Stopped),
            _ => (Ending::Finished, RunState::Finished), // what is wrong then is the state of its rows
        };
        let (awaits, stopped) = match &ending {
            Ending::Finished => (None, None),
            Ending::Stopped(reason) => (reason.awaits(), Some(Box::new(reason.told()))),
        };
        self.write(Record::RunEnded { run, state, awaits, stopped, untold: self.terms.tells }).await?;
        let ms = began.elapsed().as_millis();
        match &ending {
            Ending::Finished => tracing::info!(%run, ms, "run finished"),
            Ending::Stopped(reason) => tracing::warn!(%run, class = reason.class(), ms, "run stopped"),
        }
        Ok(ending)
    }

    async fn work(&self, head: &RunHead) -> Result<Option<StopReason>, EngineError> {
        if self.journal.checkpoint().open_payouts(head.run).next().is_some() {
            self.write(Record::RunReady { run: head.run }).await?;
            let parties = match self.unless_stopped(self.before_paying(head)).await {
                Some(prepared) => prepared?,
                None => return Ok(Some(StopReason::Asked)),
            };
            let parties = match parties {
                Ok(parties) => parties,
                Err(reason) => return Ok(Some(reason)),
            };
            if let Some(lack) = self.lack_in_time(head.run, None).await? {
                return Ok(Some(lack));
            }
            let guard = guard::Guard::new(head);
            let callbacks = match self.unless_stopped(self.callbacks(head.run)).await {
                Some(callbacks) => callbacks?,
                None => return Ok(Some(StopReason::Asked)),
            };
            let order =
                Arc::new(send::Order { head: head.clone(), parties, refused: 0.into(), guard, callbacks });
            if let Some(reason) = self.pay(order).await? {
                return Ok(Some(reason));
            }
        }
        self.unless_stopped(self.follow(head.run)).await.unwrap_or(Ok(None))
    }

    /// The login, what is in doubt from before, and the parties.
    async fn before_paying(
        &self,
        head: &RunHead,
    ) -> Result<Result<parties::Parties, StopReason>, EngineError> {
        if let Err(error) = self.gateway.sign_in().await {
            return Ok(Err(StopReason::Gateway(error)));
        }
        // what is in doubt does not wait for payees
        if let Some(reason) = self.look_pass(head.run, &mut doubt::Looks::default()).await? {
            return Ok(Err(reason));
        }
        match head.parties {
            PartyMode::Inline => Ok(Ok(parties::Parties::default())),
            PartyMode::Precreate => self.settle_parties(head).await,
        }
    }

    /// Work that moves no money, given up a little after stopping was asked for: it may be waiting for long.
    async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            done = work => Some(done),
            () = async {
                self.stop.asked().await;
                tokio::time::sleep(GRACE).await;
            } => None,
        }
    }

    /// Writes one record and waits until it is durable.
    async fn write(&self, record: Record) -> Result<(), JournalError> {
        self.journal.append(self.clock.now(), vec![record]).durable().await
    }

    /// Writes one fact about a payout, waits until it is durable, and tells who watches.
    async fn happened(&self, entry: &mut PayoutEntry, fact: Fact) -> Result<(), JournalError> {
        let now = self.clock.now();
        let from = entry.life.state;
        entry.apply(&fact, now);
        logged::happened(entry, from, &fact);
        self.journal.happened(now, entry.id, fact).durable().await?;
        self.tell(&Event::Payout { row: entry.payout.row, from, state: entry.life.state });
        Ok(())
    }

    /// A payout that the checkpoint has just named.
    fn entry(&self, id: PayoutId) -> Result<PayoutEntry, JournalError> {
        let missing = || JournalError::Checkpoint { why: format!("payout {id} is not known") };
        self.journal.checkpoint().payout(id)?.ok_or_else(missing)
    }

    fn tell(&self, event: &Event<'_>) {
        self.observer.on(event);
    }

    fn begin(&self, stage: Stage, total: u64) {
        self.tell(&Event::Begin { stage, total: Some(total) });
    }
}
