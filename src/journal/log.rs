//! Reading the journal: segments in order, every line checked against the one before it.
//!
//! One kind of damage is expected: the last line, torn by a crash before anyone was told of it. It is cut off.
//! Anything else is an alarm.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::error::JournalError;
use super::record::{self, Entry, GENESIS, Link};

/// A position in the chain: the last record and its link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tip {
    pub seq: u64,
    pub sum: Link,
}

impl Default for Tip {
    fn default() -> Self {
        Self { seq: 0, sum: GENESIS.to_owned() }
    }
}

/// Where writing goes on.
#[derive(Debug, Clone)]
pub(super) struct End {
    pub tip: Tip,
    /// The last segment; none where the journal is new.
    pub segment: Option<PathBuf>,
    /// How many of its bytes are whole lines.
    pub whole: u64,
    /// How many bytes of a torn line stand behind them.
    pub torn: u64,
}

/// What walking the whole chain has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Files.
    pub segments: u64,
    /// Records, all of them whole and in their place.
    pub records: u64,
    /// The link of the last record: whoever notes it down can later prove that nothing before it was changed.
    pub last: String,
    /// Bytes of a torn last line.
    pub torn: u64,
}

/// Walks the whole chain from its first record, changing nothing.
pub(super) fn verify(journal: &Path) -> Result<(Verified, End), JournalError> {
    let segments = segments(journal)?;
    let end = walk(&segments, 0, Tip::default(), &mut |_| Ok(()))?;
    let last = end.tip.sum.clone();
    let verified = Verified { segments: segments.len() as u64, records: end.tip.seq, last, torn: end.torn };
    Ok((verified, end))
}

/// The segments in order. A missing number is an alarm.
pub(super) fn segments(journal: &Path) -> Result<Vec<PathBuf>, JournalError> {
    let failed = |error: &std::io::Error| JournalError::io("cannot read", journal, error);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(journal).map_err(|error| failed(&error))? {
        let path = entry.map_err(|error| failed(&error))?.path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            found.push(path);
        }
    }
    found.sort();
    for (at, path) in found.iter().enumerate() {
        if *path != segment_path(journal, at as u64 + 1) {
            let what = format!("the segment {:08}.jsonl is missing", at + 1);
            return Err(JournalError::Damaged { segment: path.clone(), line: 1, what });
        }
    }
    Ok(found)
}

/// The file of segment `number`, from 1.
pub(super) fn segment_path(journal: &Path, number: u64) -> PathBuf {
    journal.join(format!("{number:08}.jsonl"))
}

/// Reads the records after `applied`, and at least the whole last segment, so that damage there is seen at every
/// start. `Err(None)` says that the chain does not lead through `applied`.
pub(super) fn read_after(
    segments: &[PathBuf],
    applied: &Tip,
    visit: &mut dyn FnMut(Entry<'_>) -> Result<(), JournalError>,
) -> Result<Option<End>, JournalError> {
    let (first, before) = start(segments, applied)?;
    let mut passed = before.seq >= applied.seq && before == *applied;
    let mut astray = false;
    let end = walk(segments, first, before, &mut |entry| {
        if entry.seq == applied.seq {
            passed = entry.sum == applied.sum;
            astray |= !passed;
        }
        if passed && entry.seq > applied.seq { visit(entry) } else { Ok(()) }
    })?;
    Ok((passed && !astray).then_some(end))
}

/// The segment to begin with, and the tip before its first line, taken from its own claim.
fn start(segments: &[PathBuf], applied: &Tip) -> Result<(usize, Tip), JournalError> {
    for (at, path) in segments.iter().enumerate().rev() {
        let mut first = Vec::new();
        open(path)?
            .read_until(b'\n', &mut first)
            .map_err(|error| JournalError::io("cannot read", path, &error))?;
        let claims = first.strip_suffix(b"\n").and_then(record::first_claims);
        match claims {
            Some((seq, prev)) if at > 0 && seq <= applied.seq + 1 => {
                return Ok((at, Tip { seq: seq.saturating_sub(1), sum: prev }));
            }
            _ => {}
        }
    }
    Ok((0, Tip::default()))
}

/// Reads segments from the `first`-th on, each line checked.
fn walk(
    segments: &[PathBuf],
    first: usize,
    before: Tip,
    visit: &mut dyn FnMut(Entry<'_>) -> Result<(), JournalError>,
) -> Result<End, JournalError> {
    let mut end = End { tip: before, segment: None, whole: 0, torn: 0 };
    for (at, path) in segments.iter().enumerate().skip(first) {
        read_segment(path, at + 1 == segments.len(), &mut end, visit)?;
    }
    Ok(end)
}

fn read_segment(
    path: &Path,
    is_last: bool,
    end: &mut End,
    visit: &mut dyn FnMut(Entry<'_>) -> Result<(), JournalError>,
) -> Result<(), JournalError> {
    let mut reader = open(path)?;
    let mut line = Vec::new();
    let mut number = 0;
    (end.segment, end.whole, end.torn) = (Some(path.to_owned()), 0, 0);
    loop {
        line.clear();
        let read = reader
            .read_until(b'\n', &mut line)
            .map_err(|error| JournalError::io("cannot read", path, &error))?;
        number += 1;
        if read == 0 {
            return Ok(());
        }
        let damaged = |what: String| JournalError::Damaged { segment: path.to_owned(), line: number, what };
        let Some(whole) = line.strip_suffix(b"\n") else {
            if !is_last {
                return Err(damaged("the file ends in the middle of a record".to_owned()));
            }
            end.torn = read as u64;
            return Ok(());
        };
        let entry = record::decode(whole, end.tip.seq + 1, &end.tip.sum).map_err(damaged)?;
        end.tip = Tip { seq: entry.seq, sum: entry.sum.clone() };
        end.whole += read as u64;
        visit(entry)?;
    }
}

fn open(path: &Path) -> Result<BufReader<File>, JournalError> {
    let file = File::open(path).map_err(|error| JournalError::io("cannot read", path, &error))?;
    Ok(BufReader::with_capacity(1 << 16, file))
}
