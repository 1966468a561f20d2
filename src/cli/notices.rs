//! What people are told of runs that `pay` and `resume` carry out, where the configuration wants that.

use secrecy::ExposeSecret;

use super::exit::{Exit, Failure};
use super::session::Session;
use crate::config::NotifySettings;
use crate::domain::{Clock, Occasion, PayoutState, RunState, RunView};
use crate::engine::{self, EngineError, Which};
use crate::journal::{Journal, Telling};
use crate::notify::{Address, Notice, Notifier, NotifyError, Settings};

/// The settings as telling needs them. An address that makes no sense is refused before any work.
pub fn settings(configured: &NotifySettings) -> Result<Settings, NotifyError> {
    let url = configured.url.as_ref().map(|url| Address::parse(url.expose_secret())).transpose()?;
    let (command, occasions) = (configured.command.clone(), configured.events.clone());
    Ok(Settings { url, command, occasions, ..Settings::default() })
}

/// Tells how a run has ended, and of what has gone wrong since `before`. Takes a few seconds at most and fails nothing.
pub fn of_ending(session: &Session, before: &RunView, view: &RunView) {
    let notifier = match Notifier::new(session.notify.clone()) {
        Ok(notifier) => notifier,
        Err(error) => {
            tracing::warn!(%error, "nobody is told");
            return;
        }
    };
    tell(&notifier, Some(before), view);
    notifier.close();
}

/// The same through a notifier that lives longer than a run.
pub fn tell(notifier: &Notifier, before: Option<&RunView>, view: &RunView) {
    let untouched = RunView { counts: std::collections::BTreeMap::new(), ..view.clone() };
    for occasion in occasions(before.unwrap_or(&untouched), view) {
        notifier.tell(Notice::of_run(occasion, view));
    }
}

/// Tells of what looks have shown of runs that were over: also what an earlier process has seen and not told.
pub async fn of_news(
    notifier: &Notifier,
    journal: &Journal,
    which: Which,
    clock: &dyn Clock,
) -> Result<(), EngineError> {
    let checkpoint = journal.checkpoint();
    for news in engine::untold(checkpoint, which, Telling::Notice)? {
        let states = checkpoint.states_in(&news)?;
        let told =
            [(PayoutState::Returned, Occasion::Returned), (PayoutState::Attention, Occasion::Attention)];
        for (_, occasion) in told.into_iter().filter(|(state, _)| states.contains(state)) {
            notifier.tell(Notice::of_run(occasion, &engine::run_view(checkpoint, news.run, false)?));
        }
        engine::told(journal, &news, Telling::Notice, clock).durable().await?;
    }
    Ok(())
}

fn occasions(before: &RunView, view: &RunView) -> Vec<Occasion> {
    let ended = match view.state {
        RunState::Finished => Some(Occasion::Finished),
        RunState::Stopped => Some(Occasion::Stopped),
        RunState::Held => Some(Occasion::Held),
        RunState::Recording | RunState::Refused | RunState::Running => None,
    };
    let is_more = |state| view.count(state) > before.count(state);
    let returned = is_more(PayoutState::Returned).then_some(Occasion::Returned);
    let attention = is_more(PayoutState::Attention).then_some(Occasion::Attention);
    ended.into_iter().chain(returned).chain(attention).collect()
}

impl From<NotifyError> for Failure {
    fn from(error: NotifyError) -> Self {
        Self::new(Exit::Configuration, error.to_string())
    }
}
