//! A run's part of the journal, to be given away and checked elsewhere.
//!
//! The run's own lines go out as they stand, byte for byte. Those of others between them are withheld: of each only its
//! place in the chain is told, so that nothing can be cut out or put in without breaking the chain.

use std::collections::HashSet;
use std::io::{self, BufRead, Read, Write};

use serde::{Deserialize, Serialize};

use super::error::JournalError;
use super::log::{self, Tip};
use super::record::{self, Record};
use super::scope::ScopeFolder;
use crate::domain::{PayoutId, RunId};

/// A longer line is none of ours.
const LONGEST_LINE: u64 = 16 << 20;

/// The part of the chain that was given away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpt {
    /// The number of its first record, which is the run's own.
    pub first: u64,
    /// The link before it.
    pub prev: String,
    /// The number of its last record, which is the run's own.
    pub last: u64,
    /// The link of that one.
    pub sum: String,
    /// How many records are the run's own.
    pub own: u64,
    /// How many between them are withheld.
    pub withheld: u64,
}

/// A line of which only its place in the chain is told.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Withheld {
    seq: u64,
    prev: String,
    sum: String,
}

/// An excerpt could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ExcerptError {
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// It cannot be written.
    #[error("cannot write the records of the journal: {0}")]
    Io(#[from] io::Error),
    /// There is nothing of the run in it.
    #[error("the journal has no records of run {0}")]
    Nothing(RunId),
}

/// Writes a run's own lines and the places of all lines between them. Gives what it was, and how many of the bytes that
/// were written are it: what is behind them belongs to others.
pub fn excerpt(
    folder: &ScopeFolder,
    run: RunId,
    mut out: impl Write,
) -> Result<(Excerpt, u64), ExcerptError> {
    let mut own = Own { run, payouts: HashSet::new() };
    let mut found: Option<(Excerpt, u64)> = None;
    let (mut bytes, mut passed) = (0, 0);
    let mut prev = Tip::default().sum;
    let mut failed = None;
    let segments = log::segments(&folder.journal())?;
    let mut visit = |entry: &record::Entry<'_>| -> io::Result<()> {
        let before = std::mem::replace(&mut prev, entry.sum.clone());
        if own.has(&entry.record) {
            let fresh = || Excerpt {
                first: entry.seq,
                prev: before.clone(),
                last: entry.seq,
                sum: entry.sum.clone(),
                own: 0,
                withheld: 0,
            };
            let (excerpt, end) = found.get_or_insert_with(|| (fresh(), 0));
            out.write_all(entry.line)?;
            out.write_all(b"\n")?;
            bytes += entry.line.len() as u64 + 1;
            excerpt.withheld += std::mem::take(&mut passed);
            (excerpt.own, excerpt.last, excerpt.sum) = (excerpt.own + 1, entry.seq, entry.sum.clone());
            *end = bytes;
        } else if found.is_some() {
            let place = Withheld { seq: entry.seq, prev: before, sum: entry.sum.clone() };
            let mut line = serde_json::to_vec(&place)?;
            line.push(b'\n');
            out.write_all(&line)?;
            bytes += line.len() as u64;
            passed += 1;
        }
        Ok(())
    };
    log::read_after(&segments, &Tip::default(), &mut |entry| {
        if failed.is_none() {
            failed = visit(&entry).err();
        }
        Ok(())
    })?;
    out.flush()?;
    match (failed, found) {
        (Some(error), _) => Err(error.into()),
        (None, Some(found)) => Ok(found),
        (None, None) => Err(ExcerptError::Nothing(run)),
    }
}

/// What is a run's own.
struct Own {
    run: RunId,
    payouts: HashSet<PayoutId>,
}

impl Own {
    fn has(&mut self, record: &Record) -> bool {
        match record {
            Record::PayoutPlanned { run, id, .. } => {
                let is_ours = *run == self.run;
                if is_ours {
                    self.payouts.insert(*id);
                }
                is_ours
            }
            Record::Happened { id, .. } | Record::ProbeBegun { id } => self.payouts.contains(id),
            record => record.run() == Some(self.run),
        }
    }
}

/// A line of an excerpt is not what it must be.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// What is wrong, with the record's number.
    #[error("{0}")]
    Line(String),
    /// It cannot be read.
    #[error("the records of the journal cannot be read: {0}")]
    Io(#[from] io::Error),
}

/// Checks every line of an excerpt: its own sum, and its place behind the line before it. Nothing else is needed for it.
pub fn verify_excerpt(mut lines: impl BufRead, claimed: &Excerpt) -> Result<(), Broken> {
    let broken = |what: String| Broken::Line(what);
    let mut tip = Tip { seq: claimed.first.saturating_sub(1), sum: claimed.prev.clone() };
    let (mut own, mut withheld) = (0, 0);
    let mut line = Vec::new();
    loop {
        line.clear();
        if (&mut lines).take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let seq = tip.seq + 1;
        let Some(text) = line.strip_suffix(b"\n") else {
            return Err(broken(format!("record {seq} is cut off")));
        };
        tip.sum = if let Ok(place) = serde_json::from_slice::<Withheld>(text) {
            withheld += 1;
            in_its_place(&place, seq, &tip.sum).map_err(broken)?
        } else {
            own += 1;
            record::checked(text, seq, &tip.sum).map_err(broken)?
        };
        tip.seq = seq;
    }
    let found = (tip.seq, tip.sum.as_str(), own, withheld);
    if found != (claimed.last, claimed.sum.as_str(), claimed.own, claimed.withheld) {
        let what = if tip.seq < claimed.last {
            "the records behind it are missing"
        } else {
            "they are not those of the manifest"
        };
        return Err(broken(format!("the records end with record {}, and {what}", tip.seq)));
    }
    Ok(())
}

fn in_its_place(place: &Withheld, seq: u64, prev: &str) -> Result<String, String> {
    if place.seq != seq {
        return Err(format!("record {seq} was expected and record {} stands there", place.seq));
    }
    if place.prev != prev {
        return Err(format!("record {seq} does not follow the record before it"));
    }
    Ok(place.sum.clone())
}
