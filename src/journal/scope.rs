//! Where the files of a scope lie.

use std::path::{Path, PathBuf};

use super::disk::make_folder;
use super::error::JournalError;
use super::lock::{Doing, Holder, ScopeLock};
use crate::domain::RunId;

/// The folder of one scope: one environment, endpoint, agreement and login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeFolder(PathBuf);

impl ScopeFolder {
    /// The scope's folder inside the state folder. Makes nothing.
    pub fn new(state: &Path, scope: &str) -> Self {
        Self(state.join(scope))
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The segments of the journal.
    pub fn journal(&self) -> PathBuf {
        self.0.join("journal")
    }

    /// The checkpoint.
    pub fn checkpoint(&self) -> PathBuf {
        self.0.join("checkpoint")
    }

    /// The files that were paid, as they were read.
    pub fn files(&self) -> PathBuf {
        self.0.join("files")
    }

    /// Where reports go when no other place is named.
    pub fn reports(&self) -> PathBuf {
        self.0.join("reports")
    }

    /// What Flash has said unasked, until it is looked up.
    pub fn hints(&self) -> PathBuf {
        self.0.join("hints")
    }

    /// Makes the folders, for their owner alone.
    pub fn make(&self) -> Result<(), JournalError> {
        for folder in [self.0.clone(), self.journal(), self.files(), self.reports()] {
            make_folder(&folder)
                .map_err(|error| JournalError::io("cannot make the folder", &folder, &error))?;
        }
        Ok(())
    }

    /// Takes the scope for this process.
    pub fn lock(&self) -> Result<ScopeLock, JournalError> {
        ScopeLock::take(&self.lock_path())
    }

    /// Who has the scope now.
    pub fn holder(&self) -> Holder {
        ScopeLock::holder(&self.lock_path())
    }

    /// Tells others which folder the process watches that has the scope: this one.
    pub fn note_watched(&self, folder: &Path) -> Result<(), JournalError> {
        ScopeLock::note(&self.lock_path(), Doing::Watching(folder))
    }

    /// Tells others which run the process carries out that has the scope: this one.
    pub fn note_paying(&self, run: RunId) -> Result<(), JournalError> {
        ScopeLock::note(&self.lock_path(), Doing::Paying(run))
    }

    /// Tells others that the process which has the scope lets go of it soon: this one.
    pub fn note_looking(&self) -> Result<(), JournalError> {
        ScopeLock::note(&self.lock_path(), Doing::Looking)
    }

    fn lock_path(&self) -> PathBuf {
        self.0.join("payrun.lock")
    }
}
