//! What looks have shown of runs that are over and that runs have ended, until people and reports have it.
//!
//! The journal says what was passed on: what a process has seen that was killed before it told, the next one tells.

use super::EngineError;
use super::track::Which;
use crate::domain::{Clock, RunId, RunState};
use crate::journal::{Ack, Checkpoint, Journal, News, Record, Telling};

/// The runs that have ended and of which something has not been passed on. What happens while a run is at work is told
/// when it ends. One that has stopped early may go on only weeks later: people hear of it before, and its reports are
/// written when it goes on.
pub fn untold(checkpoint: &Checkpoint, which: Which, by: Telling) -> Result<Vec<News>, EngineError> {
    let news = match which {
        Which::All => checkpoint.news(by)?,
        Which::Run(run) => checkpoint.news_of(run, by)?.into_iter().collect(),
    };
    let mut untold = Vec::new();
    for news in news {
        let Some((_, state)) = checkpoint.run(news.run)? else { continue };
        if state.is_over() || (by == Telling::Notice && state == RunState::Stopped) {
            untold.push(news);
        }
    }
    Ok(untold)
}

/// Notes that all up to a record was passed on.
pub fn told(journal: &Journal, run: RunId, until: u64, by: Telling, clock: &dyn Clock) -> Ack {
    journal.append(clock.now(), vec![Record::RunTold { run, by, until }])
}
