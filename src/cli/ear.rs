//! An ear for Flash: what `listen` and the watcher have in common. A server receives and stores; whoever holds the scope
//! takes the hints from disk and looks.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::exit::{Exit, Failure};
use super::session::{Attached, Session};
use crate::domain::{Clock, RunId, RunState, Timestamp, system_words};
use crate::engine::{self, EngineError, Looks, Round};
use crate::journal::{Checkpoint, Holder, JournalError};
use crate::listen::{self, Desk, Hint, Hints, Limits, Mark, Options, Vitals};

/// What comes at the same time is looked at at the same time.
pub const GATHERING: Duration = Duration::from_millis(500);

/// Runs and payouts are counted so often.
const COUNTED_EVERY: Duration = Duration::from_secs(10);

/// Hears that something was stored, takes it from disk, and tells how things stand.
pub struct Ear {
    /// Where hints lie, also those that another process has stored.
    folder: PathBuf,
    clock: Arc<dyn Clock>,
    heard: Notify,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    vitals: Vitals,
    /// Since when looking has failed.
    failing: Option<Instant>,
    /// Runs of which something has changed since they were counted.
    changed: BTreeSet<RunId>,
    /// When they were counted.
    counted_at: Option<Instant>,
    /// The states of each run's rows.
    counted: BTreeMap<RunId, (RunState, BTreeMap<&'static str, u64>)>,
}

/// A server at work.
pub struct Receiving {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its end: after the stop that is asked of the session.
    pub task: JoinHandle<()>,
}

impl Desk for Ear {
    fn hinted(&self, _hint: &Hint) {
        self.heard.notify_one(); // the hint is on disk: whoever wakes reads it there
    }

    fn vitals(&self) -> Vitals {
        let state = self.state();
        let overdue = state.failing.map_or(Duration::ZERO, |since| since.elapsed());
        Vitals { overdue, ..state.vitals.clone() }
    }
}

/// Begins to receive, and tells `ear`. It ends when the session is asked to stop.
pub fn receive(
    session: &Session,
    attached: &Attached,
    address: SocketAddr,
    ear: &Arc<Ear>,
) -> Result<Receiving, Failure> {
    let listening = &session.settings.listen;
    if listening.secrets.is_empty() && listening.callbacks.is_none() {
        return Err(Failure::new(
            Exit::Configuration,
            "Nothing could tell Flash's webhooks from anybody else's: set PAYRUN_LISTEN_SECRET to the secret that Flash's portal shows, or listen.secret_file to a file with it.",
        ));
    }
    let failed = |why: String| Failure::new(Exit::Configuration, why);
    let hints = match Hints::open(&ear.folder) {
        Err(listen::HintError::Held) => {
            return Err(Failure::new(Exit::Busy, listen::HintError::Held.to_string()));
        }
        opened => opened.map_err(|error| failed(error.to_string()))?,
    };
    let cannot =
        |error: std::io::Error| failed(format!("cannot listen on {address}: {}", system_words(&error)));
    let listener = attached.runtime.block_on(TcpListener::bind(address)).map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    let options = Options {
        secrets: listening.secrets.clone(),
        callbacks: session.callbacks(),
        sources: listening.sources.clone(),
        trust_proxy: listening.trust_proxy,
        limits: Limits::default(),
        clock: Arc::clone(&session.clock),
    };
    let (stop, desk) = (attached.stop.clone(), Arc::clone(ear) as Arc<dyn Desk>);
    let serving =
        async move { listen::run(listener, async { stop.asked().await }, options, hints, desk).await };
    Ok(Receiving { address, task: attached.runtime.spawn(serving) })
}

impl Ear {
    /// For the scope of a session.
    pub fn new(session: &Session) -> Arc<Self> {
        Arc::new(Self {
            folder: session.folder.hints(),
            clock: Arc::clone(&session.clock),
            heard: Notify::new(),
            state: Mutex::default(),
        })
    }

    /// Waits until a hint is stored.
    pub async fn hears(&self) {
        self.heard.notified().await;
    }

    /// Makes what was hinted at due. The mark is given to [`Self::looked`] once a round has been made.
    pub fn take(&self, checkpoint: &Checkpoint, looks: &mut Looks) -> Result<Option<Mark>, EngineError> {
        let pending = listen::pending(&self.folder)
            .inspect_err(|error| tracing::warn!(why = system_words(error), "hints cannot be read"));
        let Ok(Some((hints, mark))) = pending else { return Ok(None) };
        let now = self.clock.now();
        for Hint { flash_id, external_id, .. } in hints {
            let mut is_known = false;
            for name in flash_id.iter().chain(&external_id) {
                is_known = is_known || looks.hint(checkpoint, name, now)?;
            }
            if !is_known {
                self.state().vitals.unknown += 1;
                tracing::info!(?flash_id, ?external_id, "a webhook about a payout that is not ours");
            }
        }
        Ok(Some(mark))
    }

    /// Notes what came of a round, and that the hints up to the mark are done with if Flash has answered.
    pub fn looked(
        &self,
        checkpoint: &Checkpoint,
        mark: Option<Mark>,
        round: &Round,
    ) -> Result<(), EngineError> {
        if round.trouble.is_none()
            && let Some(mark) = mark
            && let Err(error) = listen::taken(&self.folder, &mark)
        {
            tracing::warn!(why = system_words(&error), "hints will be looked at once more");
        }
        let mut state = self.state();
        state.changed.extend(round.changed.iter().map(|moved| moved.run));
        state.count(checkpoint)?;
        state.round(round, self.clock.now());
        Ok(())
    }

    /// Notes that another process has the scope, which looks itself, or why nobody can look.
    pub fn could_not(&self, why: &JournalError) {
        let mut state = self.state();
        state.vitals.trouble = match why {
            JournalError::Held { .. } => None,
            other => Some(other.to_string()),
        };
        state.failing = None;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn round(&mut self, round: &Round, now: Timestamp) {
        self.vitals.trouble = None;
        let failed = u64::from(round.trouble.is_some());
        self.vitals.looks[0] += round.requests.saturating_sub(failed);
        self.vitals.looks[1] += failed;
        if failed > 0 {
            self.failing.get_or_insert_with(Instant::now);
            return;
        }
        self.failing = None;
        if round.requests > 0 {
            self.vitals.last_look = Some(now);
        }
    }

    /// Counts anew the runs of which something may have changed, but not all the time: a run may have a million rows.
    fn count(&mut self, checkpoint: &Checkpoint) -> Result<(), EngineError> {
        if self.counted_at.is_some_and(|at| at.elapsed() < COUNTED_EVERY) {
            return Ok(());
        }
        let changed = std::mem::take(&mut self.changed);
        for (head, state) in checkpoint.runs()? {
            let known = self.counted.get(&head.run).is_some_and(|(known, _)| *known == state);
            if !known || state == RunState::Running || changed.contains(&head.run) {
                let counts = engine::run_view(checkpoint, head.run, &Holder::Nobody)?.counts;
                self.counted.insert(head.run, (state, counts));
            }
        }
        self.counted_at = Some(Instant::now());
        (self.vitals.runs, self.vitals.payouts) = (BTreeMap::new(), BTreeMap::new());
        for (state, counts) in self.counted.values() {
            *self.vitals.runs.entry(state.name()).or_default() += 1;
            for (name, count) in counts {
                *self.vitals.payouts.entry(name).or_default() += count;
            }
        }
        Ok(())
    }
}
