//! Beside a watched folder: payouts are looked at when their time has come, as long as the process lives.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use super::ear::{Ear, GATHERING};
use super::notices::Teller;
use super::out;
use crate::domain::{Occasion, RunId};
use crate::engine::{self, Depth, Engine, EngineError, Looks, Which};
use crate::journal::Telling;
use crate::watch::Event;

/// New payouts are noticed after so long, whatever is due.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Looks, round after round, until it is asked to stop. What cannot be looked at now is looked at later.
/// What `ear` hears of is looked at at once.
pub async fn keep_looking(engine: Engine, ear: Arc<Ear>, teller: Arc<Teller>, events: Sender<Event>) {
    let mut looks = Looks::default();
    let mut passed_on = BTreeMap::new();
    while !engine.stop.is_asked() {
        let pause = match round(&engine, &mut looks, &mut passed_on, &ear, &teller, &events).await {
            Ok(pause) => pause,
            Err(EngineError::Journal(error)) if error.is_lasting() => {
                let _ = events.send(Event::Broken(error.to_string())); // the loop may have ended
                return;
            }
            Err(error) => {
                tracing::warn!(%error, "payouts could not be looked at");
                LONGEST_PAUSE
            }
        };
        let stopped = tokio::select! {
            stopped = engine.stop.sleep(pause) => stopped,
            () = ear.hears() => engine.stop.sleep(GATHERING).await,
        };
        if stopped {
            return;
        }
    }
}

async fn round(
    engine: &Engine,
    looks: &mut Looks,
    passed_on: &mut BTreeMap<RunId, u64>,
    ear: &Ear,
    teller: &Teller,
    events: &Sender<Event>,
) -> Result<Duration, EngineError> {
    let checkpoint = engine.journal.checkpoint();
    let mark = ear.take(checkpoint, looks)?;
    let round = engine.track(Which::All, Depth::Due, looks).await?;
    ear.looked(checkpoint, mark, &round)?;
    if round.refused > 0 {
        tracing::warn!(payouts = round.refused, "Flash answers, but does not show these");
    }
    let told = teller.tell(&engine.journal, Which::All)?;
    for notice in
        told.iter().filter(|notice| matches!(notice.occasion, Occasion::Returned | Occasion::Attention))
    {
        out::note(&notice.text());
    }
    // the loop notes which reports it has written; one that it cannot write is not asked for all the time
    let mut untold = engine::untold(checkpoint, Which::All, Telling::Report)?;
    untold.retain(|news| passed_on.insert(news.run, news.until) != Some(news.until));
    if !untold.is_empty() {
        let _ = events.send(Event::Changed(untold.into_iter().map(|news| news.run).collect())); // the loop may have ended
    }
    let due = round.next.map(|next| next.duration_since(engine.clock.now()));
    let pause = due.map_or(LONGEST_PAUSE, |due| Duration::try_from(due).unwrap_or_default());
    Ok(pause.clamp(Duration::from_millis(100), LONGEST_PAUSE))
}
