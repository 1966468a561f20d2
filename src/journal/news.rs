//! What looks have shown of a run and that it has ended, and up to where that has been passed on to people and reports.
//!
//! Both follow from the journal, so that a process that was killed in between leaves nothing untold.

use super::checkpoint::{Checkpoint, StoredPayout, encode, get};
use super::error::JournalError;
use super::record::Telling;
use crate::domain::{Fact, PayoutState, RowEntry, RunId};

/// What has not been passed on of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// The run.
    pub run: RunId,
    /// The last record that was passed on.
    pub since: u64,
    /// The last record that tells of a look, or of an end that people are to hear of.
    pub until: u64,
    /// Whether the run has come to an end since that people are to hear of.
    pub ended: bool,
}

/// The last look at a run; behind it stands how far each [`Telling`] has come.
const SEEN: u8 = 0;
/// The last end of a run that people are to hear of.
const ENDED: u8 = 3;

fn place(by: Telling) -> u8 {
    match by {
        Telling::Notice => 1,
        Telling::Report => 2,
    }
}

impl Checkpoint {
    /// The runs of which looks have shown more than was passed on.
    pub fn news(&self, by: Telling) -> Result<Vec<News>, JournalError> {
        let mut all = Vec::new();
        for item in self.runs.iter().keys() {
            let Ok(run) = item?.as_ref().try_into().map(u32::from_be_bytes) else { continue };
            all.extend(self.news_of(RunId(run), by)?);
        }
        Ok(all)
    }

    /// What people have not heard of a run where they have heard of all up to a record.
    pub fn news_after(&self, run: RunId, since: u64) -> Result<Option<News>, JournalError> {
        let (seen, end) = (self.passed(run, SEEN)?, self.passed(run, ENDED)?);
        let until = seen.max(end);
        Ok((until > since).then_some(News { run, since, until, ended: end > since }))
    }

    /// The same of one run; none where all was passed on.
    pub fn news_of(&self, run: RunId, by: Telling) -> Result<Option<News>, JournalError> {
        let since = self.told_until(run, by)?;
        match by {
            Telling::Notice => self.news_after(run, since),
            Telling::Report => {
                let until = self.passed(run, SEEN)?;
                Ok((until > since).then_some(News { run, since, until, ended: false }))
            }
        }
    }

    /// The states of a run's payouts to which something has happened after a record.
    pub fn states_since(&self, run: RunId, since: u64) -> Result<Vec<PayoutState>, JournalError> {
        let mut states = Vec::new();
        for row in self.rows(run) {
            let (_, RowEntry::Own { id }) = row? else { continue };
            let stored = get::<StoredPayout>(&self.payouts, id.bytes())?;
            let stored = stored.filter(|stored| stored.entry.run == run && stored.seq > since);
            states.extend(stored.map(|stored| stored.entry.life.state));
        }
        Ok(states)
    }

    /// The last record of a run that was passed on.
    pub fn told_until(&self, run: RunId, by: Telling) -> Result<u64, JournalError> {
        self.passed(run, place(by))
    }

    fn passed(&self, run: RunId, place: u8) -> Result<u64, JournalError> {
        Ok(get(&self.news, &key(run, place))?.unwrap_or_default())
    }

    /// Notes that a run has ended, and that people are to hear of it.
    pub(super) fn has_ended(&self, seq: u64, run: RunId) -> Result<(), JournalError> {
        self.pass(run, ENDED, seq)
    }

    /// Notes that a look has shown something, or that a person has settled it.
    pub(super) fn was_seen(&self, seq: u64, run: RunId, fact: &Fact) -> Result<(), JournalError> {
        match fact {
            Fact::Followed(_)
            | Fact::Differs { .. }
            | Fact::Vanished { .. }
            | Fact::SettledMade { .. }
            | Fact::SettledNotMade { .. } => self.pass(run, SEEN, seq),
            _ => Ok(()),
        }
    }

    /// Notes that all up to a record was passed on.
    pub(super) fn was_told(&self, run: RunId, by: Telling, until: u64) -> Result<(), JournalError> {
        self.pass(run, place(by), until)
    }

    /// Never back: records may be applied once more.
    fn pass(&self, run: RunId, place: u8, seq: u64) -> Result<(), JournalError> {
        if self.passed(run, place)? < seq {
            self.news.insert(key(run, place), encode(&seq))?;
        }
        Ok(())
    }
}

fn key(run: RunId, place: u8) -> [u8; 5] {
    let mut key = [place; 5];
    key[..4].copy_from_slice(&run.0.to_be_bytes());
    key
}
