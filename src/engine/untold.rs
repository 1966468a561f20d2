//! What looks have shown of runs that are over, until people and reports have it.
//!
//! The journal says what was passed on: what a process has seen that was killed before it told, the next one tells.

use super::EngineError;
use super::track::Which;
use crate::domain::Clock;
use crate::journal::{Ack, Checkpoint, Journal, News, Record, Telling};

/// The runs that are over and of which something has not been passed on. What happens while a run is at work is told
/// when it ends.
pub fn untold(checkpoint: &Checkpoint, which: Which, by: Telling) -> Result<Vec<News>, EngineError> {
    let news = match which {
        Which::All => checkpoint.news(by)?,
        Which::Run(run) => checkpoint.news_of(run, by)?.into_iter().collect(),
    };
    let mut untold = Vec::new();
    for news in news {
        if checkpoint.run(news.run)?.is_some_and(|(_, state)| state.is_over()) {
            untold.push(news);
        }
    }
    Ok(untold)
}

/// Notes that it was passed on.
pub fn told(journal: &Journal, news: &News, by: Telling, clock: &dyn Clock) -> Ack {
    let record = Record::RunTold { run: news.run, by, until: news.until };
    journal.append(clock.now(), vec![record])
}
