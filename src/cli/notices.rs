//! What people are told of runs: by a watcher and a listener, and by `pay`, `resume` and `track` where the configuration wants that.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use secrecy::ExposeSecret;

use super::exit::{Exit, Failure};
use super::session::Session;
use crate::config::NotifySettings;
use crate::domain::{Clock, Occasion, PayoutState, RunHead, RunId, RunState};
use crate::engine::{self, EngineError, Which};
use crate::journal::{Holder, Journal, Telling};
use crate::notify::{Address, Notice, Notifier, NotifyError, Receipt, Settings, Went};
use crate::watch::{ANSWER, Place};

/// The settings as telling needs them. An address that makes no sense is refused before any work.
pub fn settings(configured: &NotifySettings) -> Result<Settings, NotifyError> {
    let url = configured.url.as_ref().map(|url| Address::parse(url.expose_secret())).transpose()?;
    let (command, occasions) = (configured.command.clone(), configured.events.clone());
    Ok(Settings { url, command, occasions, ..Settings::default() })
}

/// Tells people what they have not been told of runs. The journal notes it once the notices have left: after a kill in
/// between they are told again rather than never.
pub struct Teller {
    notifier: Notifier,
    clock: Arc<dyn Clock>,
    on_their_way: Mutex<BTreeMap<RunId, OnTheirWay>>,
}

/// The notices of a run that have not left, or of which the journal does not know yet that they have.
struct OnTheirWay {
    until: u64,
    /// Up to where the journal was told.
    noted: u64,
    receipts: Vec<Receipt>,
}

impl Teller {
    /// As the session is configured.
    pub fn new(session: &Session) -> Result<Self, NotifyError> {
        let notifier = Notifier::new(session.notify.clone())?;
        let clock = Arc::clone(&session.clock);
        Ok(Self { notifier, clock, on_their_way: Mutex::default() })
    }

    /// Tells how a run stands that waits to be let go, or of a file that is no run yet. A new start asks again.
    pub fn tell_held(&self, notice: Notice) {
        self.notifier.tell(notice);
    }

    /// Tells how runs have ended, and of what looks have shown of those that had: also what an earlier process knew and
    /// did not tell. Gives what it has told of now.
    pub fn tell(&self, journal: &Journal, which: Which) -> Result<Vec<Notice>, EngineError> {
        let checkpoint = journal.checkpoint();
        let mut all = self.on_their_way.lock().unwrap_or_else(PoisonError::into_inner);
        self.note(journal, &mut all)?;
        let mut told = Vec::new();
        for news in engine::untold(checkpoint, which, Telling::Notice)? {
            let run = news.run;
            let way = all.entry(run).or_insert_with(|| OnTheirWay {
                until: news.since,
                noted: news.since,
                receipts: Vec::new(),
            });
            let Some(news) = checkpoint.news_after(run, way.until)? else { continue };
            let Some((head, _)) = checkpoint.run(run)? else { continue };
            let view = engine::run_view(checkpoint, run, &Holder::Nobody)?;
            let ended = news.ended.then(|| ending(view.state)).flatten();
            for occasion in ended.into_iter().chain(wrongs(&checkpoint.states_since(run, way.until)?)) {
                let mut notice = Notice::of_run(occasion, &view);
                if occasion == Occasion::Stopped {
                    notice.next = in_folder(&head).or(notice.next);
                }
                way.receipts.push(self.notifier.tell(notice.clone()));
                told.push(notice);
            }
            way.until = news.until;
        }
        self.note(journal, &mut all)?;
        Ok(told)
    }

    /// Notes in the journal what has left. It is not waited for: where that is lost, people are told twice.
    fn note(&self, journal: &Journal, all: &mut BTreeMap<RunId, OnTheirWay>) -> Result<(), EngineError> {
        let mut known = Vec::new();
        for (run, way) in all.iter_mut() {
            let mut lost = false;
            way.receipts.retain_mut(|receipt| {
                let went = receipt.went();
                lost |= went == Went::Nowhere;
                went == Went::NotYet
            });
            let is_noted = journal.checkpoint().told_until(*run, Telling::Notice)? >= way.until;
            if lost || is_noted {
                known.push(*run); // what found no room is told again with the next news, or at the next look
            } else if way.receipts.is_empty() && way.noted < way.until {
                way.noted = way.until;
                drop(engine::told(journal, *run, way.until, Telling::Notice, &*self.clock));
            }
        }
        all.retain(|run, _| !known.contains(run));
        Ok(())
    }

    /// Gives what waits a few seconds.
    pub fn close(&self, journal: Option<&Journal>) {
        self.notifier.close();
        let mut all = self.on_their_way.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Err(error)) = journal.map(|journal| self.note(journal, &mut all)) {
            tracing::warn!(%error, "what was told is told once more");
        }
    }
}

/// Tells how a run has ended that a command has carried out. Takes a few seconds at most and fails nothing.
pub fn of_ending(session: &Session, journal: &Journal, run: RunId) {
    let told = Teller::new(session).map_err(|error| error.to_string()).and_then(|teller| {
        let told = teller.tell(journal, Which::Run(run));
        teller.close(Some(journal));
        told.map_err(|error| error.to_string())
    });
    if let Err(error) = told {
        tracing::warn!(error, "nobody is told");
    }
}

/// Of what people hear when a run has come so far.
fn ending(state: RunState) -> Option<Occasion> {
    match state {
        RunState::Finished => Some(Occasion::Finished),
        RunState::Stopped => Some(Occasion::Stopped),
        RunState::Held | RunState::Recording | RunState::Refused | RunState::Running => None,
    }
}

/// What is to be done where the watcher of a folder has the run, so that `payrun resume` has not.
fn in_folder(head: &RunHead) -> Option<String> {
    let folder = head.folder.as_ref()?;
    let (run, place) = (head.run, if head.awaits.is_some() { Place::Held } else { Place::Processing });
    let answer = folder.join(place.name()).join(format!("{}.{ANSWER}", head.file));
    Some(match head.awaits {
        Some(_) => format!("payrun approve {run} once that is settled; {} says what", answer.display()),
        None => format!("nothing, unless {} says so: the watcher tries it again by itself", answer.display()),
    })
}

/// What asks for somebody.
fn wrongs(states: &[PayoutState]) -> impl Iterator<Item = Occasion> {
    let told = [(PayoutState::Returned, Occasion::Returned), (PayoutState::Attention, Occasion::Attention)];
    told.into_iter().filter(|(state, _)| states.contains(state)).map(|(_, occasion)| occasion)
}

impl From<NotifyError> for Failure {
    fn from(error: NotifyError) -> Self {
        Self::new(Exit::Configuration, error.to_string())
    }
}
