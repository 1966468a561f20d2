//! What can go wrong between this program and its disk, each a sentence that says what to do.

use std::io;
use std::path::PathBuf;

use super::lock::{WATCHING, process_of, watched_folder};
use crate::domain::system_words;

/// The journal or its checkpoint cannot be used. Nothing is sent after any of these.
#[derive(Debug, Clone, thiserror::Error)]
pub enum JournalError {
    /// Another process works on the same scope.
    #[error("another payrun is at work on this state folder {}", held(holder))]
    Held {
        /// Who, as written in the lock file.
        holder: String,
    },
    /// A file or folder cannot be made, read or written.
    #[error("{what} {}: {why}; {hint}", path.display())]
    Io {
        /// `cannot write`, …
        what: &'static str,
        /// Which file or folder.
        path: PathBuf,
        /// The system's words.
        why: String,
        /// What to do.
        hint: &'static str,
    },
    /// A record is not what the records before it promise.
    #[error(
        "the journal is damaged: {what}, in {} line {line}; nothing is sent until this is understood: keep a copy of the folder and see \"The journal is damaged\" in docs/OPERATIONS.md",
        segment.display()
    )]
    Damaged {
        /// Which segment.
        segment: PathBuf,
        /// Which line of it, from 1.
        line: u64,
        /// What is wrong.
        what: String,
    },
    /// The checkpoint failed. It is rebuilt at the next start.
    #[error("the checkpoint could not be used ({why}); start payrun again: it is rebuilt from the journal")]
    Checkpoint {
        /// The database's words.
        why: String,
    },
    /// The checkpoint found no room. It is rebuilt at the next start.
    #[error(
        "the disk of the state folder is full ({why}): free some space there first, then start payrun again, which goes on where it stood"
    )]
    NoRoom {
        /// The system's words.
        why: String,
    },
    /// An earlier write has failed; nothing more is accepted.
    #[error("the journal has stopped: {why}")]
    Stopped {
        /// The first failure.
        why: String,
    },
}

/// Who holds the state, and what to do.
fn held(holder: &str) -> String {
    let Some(folder) = watched_folder(holder) else {
        return format!("({holder}); wait until it has finished");
    };
    let kill = process_of(holder).map_or(String::new(), |process| format!("kill -TERM {process}, "));
    format!(
        "and watches {} ({}); stop it for so long: {kill}Ctrl-C where it runs, or systemctl stop. It first finishes and records what is in flight, and its next start goes on where it stood",
        folder.display(),
        holder.split(WATCHING).next().unwrap_or_default()
    )
}

impl JournalError {
    /// Whether only a new start, or a person, helps: another try in this process fails as well.
    pub fn is_lasting(&self) -> bool {
        match self {
            Self::Io { .. } => false,
            Self::Held { .. }
            | Self::Damaged { .. }
            | Self::Checkpoint { .. }
            | Self::NoRoom { .. }
            | Self::Stopped { .. } => true,
        }
    }

    pub(crate) fn io(what: &'static str, path: impl Into<PathBuf>, error: &io::Error) -> Self {
        let hint = match error.kind() {
            _ if is_full(error) => {
                "free some space on this disk; a watcher tries again by itself, else run `payrun resume` then"
            }
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "make the folder writable for this user"
            }
            _ => "check the disk and the folder, then start payrun again",
        };
        Self::Io { what, path: path.into(), why: system_words(error), hint }
    }
}

impl From<sled::Error> for JournalError {
    fn from(error: sled::Error) -> Self {
        match &error {
            sled::Error::Io(io) if is_full(io) => Self::NoRoom { why: system_words(io) },
            _ => Self::Checkpoint { why: error.to_string() },
        }
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}
