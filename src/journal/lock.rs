//! One process owns a scope at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::disk::{open_itself_with, private};
use super::error::JournalError;
use crate::domain::{RunHead, RunId, RunState, Timestamp};

/// Held as long as this value lives; the system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct ScopeLock(#[expect(dead_code, reason = "held for its lock")] File);

/// What the lock file says of whoever holds the scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// Nobody.
    Nobody,
    /// Somebody; in their own words.
    Process(String),
}

impl Holder {
    /// Whether they work on a run that is in `state`, by their own words: they carry it out, watch the folder that it is of,
    /// or are recording it. One that was interrupted stays as it is, whoever holds its state afterwards.
    pub fn works_on(&self, head: &RunHead, state: RunState) -> bool {
        let Self::Process(words) = self else { return false };
        if self.is_watching() {
            return self.watches(head);
        }
        match paid_run(words) {
            Some(run) => run == head.run.to_string(),
            None => state == RunState::Recording && !words.contains(LOOKING),
        }
    }

    /// Whether they watch the folder that a run is of.
    pub fn watches(&self, head: &RunHead) -> bool {
        let Self::Process(words) = self else { return false };
        let own = head.folder.as_ref().map(|own| own.display().to_string());
        words.split_once(WATCHING).is_some_and(|(_, watched)| own.as_deref() == Some(watched))
    }

    /// Whether they watch a folder.
    pub fn is_watching(&self) -> bool {
        matches!(self, Self::Process(words) if words.contains(WATCHING))
    }
}

/// Between a process and the folder that it watches.
pub(super) const WATCHING: &str = ", watching ";

/// Between a process and the run that it carries out.
const PAYING: &str = ", carrying out run ";

/// Behind a process that lets go after a moment, again and again.
const LOOKING: &str = ", looking at payouts for a moment";

/// What a process does that holds a lock.
#[derive(Debug, Clone, Copy)]
pub(super) enum Doing<'a> {
    /// It watches a folder.
    Watching(&'a Path),
    /// It carries a run out.
    Paying(RunId),
    /// It looks at payouts, and lets go soon.
    Looking,
}

/// Whether a holder lets go soon, by its own words.
pub fn is_soon_over(holder: &str) -> bool {
    watched_folder(holder).is_none() && holder.contains(LOOKING)
}

/// The folder that a holder watches, by its own words.
pub fn watched_folder(holder: &str) -> Option<PathBuf> {
    holder.split_once(WATCHING).map(|(_, folder)| PathBuf::from(folder.trim_end()))
}

/// The run that a holder carries out, by its own words.
fn paid_run(holder: &str) -> Option<&str> {
    holder.split_once(PAYING)?.1.split_whitespace().next()
}

/// The number of a holder's process, by its own words.
pub(super) fn process_of(holder: &str) -> Option<u32> {
    holder.strip_prefix(PROCESS)?.split([' ', ',']).next()?.parse().ok()
}

const PROCESS: &str = "process ";

fn this_process() -> String {
    let host = rustix::system::uname();
    format!("{PROCESS}{} on {}", std::process::id(), host.nodename().to_string_lossy())
}

/// What a lock file says, and since when: it is written when the lock is taken. What cannot be read is no reason to go on.
fn words(file: &mut File) -> String {
    let mut holder = String::new();
    let _ = file.read_to_string(&mut holder);
    let since = file.metadata().and_then(|metadata| metadata.modified()).ok();
    let since = since.and_then(|since| Timestamp::try_from(since).ok());
    let since = since.map_or(String::new(), |at| format!(" since {}", at.strftime("%-d %b %Y %H:%M UTC")));
    match holder.trim().split_once(WATCHING) {
        Some((process, folder)) => format!("{process}{since}{WATCHING}{folder}"),
        None => format!("{}{since}", holder.trim()),
    }
}

impl ScopeLock {
    /// Takes the lock at `path`, or says who has it.
    pub fn take(path: &Path) -> Result<Self, JournalError> {
        let failed = |error: &std::io::Error| JournalError::io("cannot write", path, error);
        let mut options = OpenOptions::new();
        options.create(true).read(true).write(true).truncate(false);
        private(&mut options);
        // a watched folder's lock lies where others may write: what a link names is never emptied
        let mut file = open_itself_with(&mut options, path).map_err(|error| failed(&error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = words(&mut file);
                tracing::debug!(holder, "the state is held");
                return Err(JournalError::Held { holder });
            }
            Err(TryLockError::Error(error)) => return Err(failed(&error)),
        }
        let holder = format!("{}\n", this_process());
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(holder.as_bytes()))
            .map_err(|error| failed(&error))?;
        tracing::debug!(lock = %path.display(), "the state is ours");
        Ok(Self(file))
    }

    /// Tells others what the process does that holds the lock at `path`: this one.
    pub(super) fn note(path: &Path, doing: Doing<'_>) -> Result<(), JournalError> {
        let doing = match doing {
            Doing::Watching(folder) => format!("{WATCHING}{}", folder.display()),
            Doing::Paying(run) => format!("{PAYING}{run}"),
            Doing::Looking => LOOKING.to_owned(),
        };
        let holder = format!("{}{doing}\n", this_process());
        // never empty in between: the words tell others which run is at work
        let written = OpenOptions::new().write(true).open(path).and_then(|mut file| {
            file.write_all(holder.as_bytes())?;
            file.set_len(holder.len() as u64)
        });
        written.map_err(|error| JournalError::io("cannot write", path, &error))
    }

    /// Who holds the lock at `path` now.
    pub fn holder(path: &Path) -> Holder {
        let Ok(mut file) = File::open(path) else {
            return Holder::Nobody;
        };
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Holder::Process(words(&mut file)),
            Ok(()) | Err(TryLockError::Error(_)) => Holder::Nobody,
        }
    }
}
