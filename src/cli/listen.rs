//! `payrun listen`: receive Flash's webhooks, and look at the payouts that they name whenever nobody else holds the scope.

use std::sync::Arc;
use std::time::Duration;

use super::args::{Globals, ListenArgs};
use super::ear::{self, Ear, GATHERING};
use super::exit::{Exit, Failure};
use super::notices::Teller;
use super::session::{Attached, Session};
use super::{out, track};
use crate::domain::Silent;
use crate::engine::{Depth, Engine, Looks, Stop, Which};
use crate::journal::JournalError;

/// Without a hint what is due is looked for so often, and so often somebody else is asked to let go.
const NOW_AND_THEN: Duration = Duration::from_secs(30);

/// Others need the scope too: after so long no further request is made until they had their turn.
const AT_ONCE: Duration = Duration::from_secs(2);

/// Runs the command.
pub fn run(globals: &Globals, args: &ListenArgs) -> Result<Exit, Failure> {
    let flags = args.listen.iter().map(|address| ("listen.address", address.clone())).collect();
    let mut session = Session::new(globals, flags)?;
    session.observer = Arc::new(Silent);
    let address = session.settings.listen.address.ok_or_else(|| {
        Failure::new(Exit::Usage, "Say where to receive: payrun listen --listen 127.0.0.1:8090, or listen.address in the configuration.")
    })?;
    session.attached(|attached| {
        let ear = Ear::new(&session);
        let receiving = ear::receive(&session, attached, address, &ear)?;
        out::answer(&format!(
            "Webhooks are received on http://{}/webhooks/flash. Ctrl-C stops it.",
            receiving.address
        ));
        let teller = Teller::new(&session)?;
        let mut looks = Looks::default();
        loop {
            let pause = round(&session, &ear, &teller, &mut looks);
            if attached.runtime.block_on(wait(attached, &ear, pause)) {
                break;
            }
        }
        teller.close(session.opened().ok().as_ref());
        attached.runtime.block_on(async {
            let _ = receiving.task.await; // a panic of it has been printed
            attached.gateway.sign_out().await;
        });
        Ok(Exit::Done)
    })
}

/// Waits for a hint, or for so long. Says whether to stop.
async fn wait(attached: &Attached, ear: &Ear, pause: Duration) -> bool {
    tokio::select! {
        () = ear.hears() => attached.stop.sleep(GATHERING).await,
        stopped = attached.stop.sleep(pause) => stopped,
    }
}

/// One round, if the scope is free. Says when the next one is due. What fails is told and tried again: nothing here can
/// be lost, and a listener that ends hears nothing.
fn round(session: &Session, ear: &Ear, teller: &Teller, looks: &mut Looks) -> Duration {
    match looked(session, ear, teller, looks) {
        Ok(pause) => pause,
        Err(failure) => {
            tracing::warn!(why = failure.message, "payouts could not be looked at");
            NOW_AND_THEN
        }
    }
}

fn looked(session: &Session, ear: &Ear, teller: &Teller, looks: &mut Looks) -> Result<Duration, Failure> {
    let journal = match session.opened() {
        Ok(journal) => Session::taken(journal),
        Err(error) => {
            ear.could_not(&error);
            return match error {
                JournalError::Held { .. } => Ok(NOW_AND_THEN),
                other => Err(other.into()),
            };
        }
    };
    session.folder.note_looking()?;
    let mark = ear.take(journal.checkpoint(), looks)?;
    let round = session.with_engine(Arc::clone(&journal), false, async |engine| {
        let (enough, stop) = Stop::new();
        let asked = engine.stop.clone();
        let timer = tokio::spawn(async move {
            asked.sleep(AT_ONCE).await;
            enough.ask();
        });
        let round = Engine { stop, ..engine }.track(Which::All, Depth::Due, looks).await;
        timer.abort();
        let round = round?;
        teller.tell(&journal, Which::All)?;
        Ok(round)
    })?;
    ear.looked(journal.checkpoint(), mark, &round)?;
    let mut text = String::new();
    track::changes(&mut text, &round.changed);
    if !text.is_empty() {
        out::note(text.trim_end());
    }
    track::reports(session, &journal, Which::All, &round.changed)?;
    if let Some(error) = round.trouble {
        out::note(&format!("Flash could not be asked: {error}. It is asked again."));
    }
    let until = round.next.map(|next| next.duration_since(session.clock.now()));
    let until = until.map_or(NOW_AND_THEN, |until| Duration::try_from(until).unwrap_or(Duration::ZERO));
    Ok(until.clamp(GATHERING, NOW_AND_THEN))
}
