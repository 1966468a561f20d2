//! When each payout that may still change is looked at next, over all runs.
//!
//! Kept in memory between rounds, and fed from what the checkpoint says has happened since the last one, so that a round
//! costs what is due and not what was ever paid. The times of the looks are in the checkpoint as well: a restart goes on
//! where the last process was.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::SignedDuration;

use super::EngineError;
use super::track::Which;
use crate::domain::{PayoutEntry, PayoutId, RunId, Timestamp};
use crate::journal::{Checkpoint, Look, Watched};
use crate::plan;

/// A payout that an answer does not show is taken for vanished after so many such answers in a row …
const MISSES: u32 = 3;
/// … over so long a time.
const MISSED_FOR: SignedDuration = SignedDuration::from_hours(24);
/// So many payouts are asked for in one request.
pub(super) const IN_ONE_REQUEST: usize = 50;
/// After trouble everything waits; twice as long after each further one.
const FIRST_REST: SignedDuration = SignedDuration::from_secs(30);
const LONGEST_REST: SignedDuration = SignedDuration::from_mins(10);
/// A payout that was looked at a moment ago is not looked at again for a hint.
const A_MOMENT: SignedDuration = SignedDuration::from_secs(2);

/// The plan of looks.
#[derive(Debug, Default)]
pub struct Looks {
    known: HashMap<PayoutId, (RunId, Look)>,
    due: BTreeSet<(Timestamp, PayoutId)>,
    /// The last record that has been taken into account.
    until: u64,
    /// Payouts of which somebody says that something has happened to them, and when to look.
    hinted: BTreeMap<PayoutId, Timestamp>,
    /// Those of which nothing can come any more.
    over: Vec<Watched>,
    /// Those that are asked for together with few others, and in groups of how many: an answer with them could not be used.
    apart: HashMap<PayoutId, usize>,
    /// Until when nothing is asked, and how long that was.
    rest: Option<(Timestamp, SignedDuration)>,
}

impl Looks {
    /// Makes a payout due now by the name that it has at the API: its own id of it, or ours. Says whether there is one.
    /// A hint is no more than that: what has happened, the next round asks.
    pub fn hint(&mut self, checkpoint: &Checkpoint, name: &str, now: Timestamp) -> Result<bool, EngineError> {
        let Some(id) = checkpoint.named(name)? else { return Ok(false) };
        let last = self.known.get(&id).and_then(|(_, look)| look.at).filter(|at| *at <= now);
        let due = last.map_or(now, |at| now.max(at.saturating_add(A_MOMENT).unwrap_or(now)));
        self.hinted.entry(id).or_insert(due);
        Ok(true)
    }

    /// When the next look is due; none where nothing can come any more.
    pub fn next(&self, which: Which) -> Option<Timestamp> {
        let planned = match which {
            Which::All => self.due.first().map(|(due, _)| *due),
            Which::Run(run) => self.due.iter().find(|(_, id)| self.is_of(*id, run)).map(|(due, _)| *due),
        };
        let hinted = self.hinted.values().min().copied();
        let next = planned.into_iter().chain(hinted).min()?;
        Some(self.rest.map_or(next, |(until, _)| next.max(until)))
    }

    fn is_of(&self, id: PayoutId, run: RunId) -> bool {
        self.known.get(&id).is_some_and(|(of, _)| *of == run)
    }

    /// Takes in what has happened since the last time.
    pub(super) fn refresh(&mut self, checkpoint: &Checkpoint, now: Timestamp) -> Result<(), EngineError> {
        let (watched, until) = checkpoint.watched_after(self.until)?;
        let mut over = std::mem::take(&mut self.over);
        let mut kept = Vec::new();
        for watched in watched {
            let watched = watched?;
            let stored = checkpoint.look(watched.id)?;
            let stands = stored.filter(|look| look.seq == watched.seq && look.at <= Some(now));
            let look = match stands {
                Some(look) => Some(look),
                None => planned(checkpoint, &watched, stored, now)?,
            };
            match look {
                Some(look) => {
                    self.put(watched.id, watched.run, look);
                    if stands.is_none() {
                        kept.push((watched.id, look));
                    }
                }
                None => over.push(watched),
            }
        }
        for watched in &over {
            self.remove(watched.id);
        }
        checkpoint.forget(&over)?;
        checkpoint.keep_looks(&kept)?;
        self.until = until;
        Ok(())
    }

    /// What is due now, the longest overdue first, with what was hinted at. None of it while everything rests.
    pub(super) fn due(&mut self, which: Which, now: Timestamp) -> Vec<PayoutId> {
        if self.rest.is_some_and(|(until, _)| now < until) {
            return Vec::new();
        }
        let hinted: Vec<PayoutId> =
            self.hinted.iter().filter(|(_, due)| **due <= now).map(|(id, _)| *id).collect();
        let planned = self.due.iter().take_while(|(due, _)| *due <= now).map(|(_, id)| *id);
        let planned = planned.filter(|id| !self.hinted.contains_key(id)).filter(|id| match which {
            Which::All => true,
            Which::Run(run) => self.is_of(*id, run),
        });
        hinted.into_iter().chain(planned).collect()
    }

    /// Whether somebody says that something has happened to it.
    pub(super) fn is_hinted(&self, id: PayoutId) -> bool {
        self.hinted.contains_key(&id)
    }

    /// What is known of the looks at a payout.
    pub(super) fn of(&self, checkpoint: &Checkpoint, id: PayoutId) -> Result<Look, EngineError> {
        let nothing = Look { seq: 0, at: None, due: None, missing_since: None, misses: 0 };
        match self.known.get(&id) {
            Some((_, look)) => Ok(*look),
            None => Ok(checkpoint.look(id)?.unwrap_or(nothing)),
        }
    }

    /// A payout was looked at, and stands as `entry` says. `is_new` says that this was not known before: then the
    /// checkpoint tells of it at the next refresh.
    pub(super) fn looked(&mut self, entry: &PayoutEntry, look: &mut Look, is_new: bool, now: Timestamp) {
        self.hinted.remove(&entry.id);
        look.at = Some(now);
        look.due = plan::next_look(&entry.life, now, look.at);
        if is_new {
            look.seq = 0;
        }
        match look.due {
            Some(_) if self.known.contains_key(&entry.id) => self.put(entry.id, entry.run, *look),
            Some(_) => {}
            None => {
                self.over.push(Watched { seq: look.seq, id: entry.id, run: entry.run });
                self.remove(entry.id);
            }
        }
    }

    /// Nothing more is to be seen of it.
    pub(super) fn remove(&mut self, id: PayoutId) {
        self.hinted.remove(&id);
        self.apart.remove(&id);
        if let Some((_, Look { due: Some(due), .. })) = self.known.remove(&id) {
            self.due.remove(&(due, id));
        }
    }

    /// There was no answer about these: they wait behind the others.
    pub(super) fn put_off(&mut self, entries: &[PayoutEntry], now: Timestamp) {
        let longer = match self.rest {
            Some((until, rest)) if now < until => rest, // the same trouble
            Some((_, rest)) => (rest * 2).min(LONGEST_REST),
            None => FIRST_REST,
        };
        let until = now.saturating_add(longer).unwrap_or(now);
        self.rest = Some((until, longer));
        for entry in entries {
            if let Some((run, look)) = self.known.get(&entry.id).copied() {
                self.put(entry.id, run, Look { due: Some(until), ..look });
            }
        }
    }

    /// There was an answer about these.
    pub(super) fn answered(&mut self, entries: &[PayoutEntry]) {
        self.rest = None;
        for entry in entries {
            self.apart.remove(&entry.id);
        }
    }

    /// An answer about all of these could not be used: next time they are asked for in smaller groups.
    pub(super) fn split(&mut self, entries: &[PayoutEntry]) {
        let smaller = entries.len().div_ceil(2);
        self.apart.extend(entries.iter().map(|entry| (entry.id, smaller)));
    }

    /// In a group of how many a payout may be asked for, at most.
    pub(super) fn at_most(&self, id: PayoutId) -> usize {
        self.apart.get(&id).copied().unwrap_or(IN_ONE_REQUEST)
    }

    fn put(&mut self, id: PayoutId, run: RunId, look: Look) {
        if let Some((_, Look { due: Some(due), .. })) = self.known.insert(id, (run, look)) {
            self.due.remove(&(due, id));
        }
        self.due.extend(look.due.map(|due| (due, id)));
    }
}

/// The plan for a payout from its life; none where nothing can come any more.
fn planned(
    checkpoint: &Checkpoint,
    watched: &Watched,
    stored: Option<Look>,
    now: Timestamp,
) -> Result<Option<Look>, EngineError> {
    let Some(entry) = checkpoint.payout(watched.id)? else { return Ok(None) };
    let at = stored.and_then(|look| look.at);
    let due = plan::next_look(&entry.life, now, at);
    let missing = stored.map_or((None, 0), |look| (look.missing_since, look.misses));
    Ok(due.map(|due| Look {
        seq: watched.seq,
        at,
        due: Some(due),
        missing_since: missing.0,
        misses: missing.1,
    }))
}

/// An answer has shown it.
pub(super) fn shown(look: &mut Look) {
    (look.missing_since, look.misses) = (None, 0);
}

/// An answer has not shown it. Gives since when, if it is to be taken for vanished.
pub(super) fn missed(look: &mut Look, now: Timestamp) -> Option<Timestamp> {
    let since = *look.missing_since.get_or_insert(now);
    look.misses = look.misses.saturating_add(1);
    (look.misses >= MISSES && now.duration_since(since) >= MISSED_FOR).then_some(since)
}
