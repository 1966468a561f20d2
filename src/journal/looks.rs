//! Which payouts may still change at the API, and when each was looked at last.
//!
//! What is watched follows from the journal. The looks do not: most of them change nothing, and a journal of them would
//! drown what happened. They are kept so that a restart does not ask for everything at once; lost, everything is asked for
//! once more, and nothing else comes of it.

use serde::{Deserialize, Serialize};

use super::checkpoint::{Checkpoint, decode, encode, payout_id};
use super::error::JournalError;
use crate::domain::{PayoutEntry, PayoutId, RunId, Timestamp};

/// When a payout was looked at last, and when it is to be looked at again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// The last record of the payout that was known when `due` was worked out.
    pub seq: u64,
    /// The last look that got an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The next one; none where nothing can come any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// When an answer first did not show it, since it was shown last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_since: Option<Timestamp>,
    /// How many answers in a row have not shown it.
    #[serde(default)]
    pub misses: u32,
}

/// A payout that may still change at the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watched {
    /// The last record that was applied to it.
    pub seq: u64,
    /// The payout.
    pub id: PayoutId,
    /// The run that pays it.
    pub run: RunId,
}

impl Checkpoint {
    /// Those of the payouts that may still change to which something has happened after record `seq`, and the record
    /// up to which this is all.
    pub fn watched_after(
        &self,
        seq: u64,
    ) -> Result<(impl Iterator<Item = Result<Watched, JournalError>> + use<>, u64), JournalError> {
        let until = self.applied()?.seq;
        let range =
            seq.saturating_add(1).to_be_bytes().to_vec()..until.saturating_add(1).to_be_bytes().to_vec();
        let range = if range.start < range.end { range } else { range.start.clone()..range.start };
        let found = self.watched.range(range).map(|item| {
            let (key, run) = item?;
            let (seq, id) = key.split_at(8);
            let number = |bytes: &[u8]| bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
            let run = RunId(u32::try_from(number(&run)).unwrap_or_default());
            Ok(Watched { seq: number(seq), id: payout_id(id)?, run })
        });
        Ok((found, until))
    }

    /// The payout that bears a name at the API: its own id of it, or ours.
    pub fn named(&self, name: &str) -> Result<Option<PayoutId>, JournalError> {
        self.names.get(name)?.map(|id| payout_id(&id)).transpose()
    }

    /// When a payout was looked at last.
    pub fn look(&self, id: PayoutId) -> Result<Option<Look>, JournalError> {
        // one that cannot be read is as good as none
        Ok(self.looks.get(id.bytes())?.and_then(|value| decode(&value).ok()))
    }

    /// Keeps looks, as long as the machine runs.
    pub fn keep_looks(&self, looks: &[(PayoutId, Look)]) -> Result<(), JournalError> {
        for (id, look) in looks {
            match look.due {
                Some(_) => self.looks.insert(id.bytes(), encode(look))?,
                None => self.looks.remove(id.bytes())?,
            };
        }
        self.db.flush()?;
        Ok(())
    }

    /// Nothing can come of these any more: they are not watched until something happens to them.
    pub fn forget(&self, over: &[Watched]) -> Result<(), JournalError> {
        for watched in over {
            self.watched.remove(watched_key(watched.seq, watched.id))?;
            self.looks.remove(watched.id.bytes())?;
        }
        Ok(())
    }

    /// Notes whether a payout may still change, and its names once it has them.
    pub(super) fn watch(&self, seq: u64, entry: &PayoutEntry) -> Result<(), JournalError> {
        let key = watched_key(seq, entry.id);
        if entry.life.is_watched() {
            self.watched.insert(key, &entry.run.0.to_be_bytes())?;
        } else {
            self.watched.remove(key)?;
        }
        if let Some(flash_id) = &entry.life.flash_id {
            for name in [flash_id.as_str(), entry.external_id.as_str()] {
                self.names.insert(name, entry.id.bytes())?;
            }
        }
        Ok(())
    }
}

pub(super) fn watched_key(seq: u64, id: PayoutId) -> [u8; 24] {
    let mut key = [0; 24];
    key[..8].copy_from_slice(&seq.to_be_bytes());
    key[8..].copy_from_slice(id.bytes());
    key
}
