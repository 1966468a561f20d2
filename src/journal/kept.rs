//! What the API has told of itself, as dated files beside the journal: convenient, never needed. A file that cannot be
//! read is as good as none.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::JournalError;
use super::scope::ScopeFolder;

/// A larger file is none of ours.
const LARGEST: u64 = 16 << 20;

/// What is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// What is delivered where.
    Corridors,
    /// The words that the API takes.
    Words,
}

/// The words that the API takes, and of when that is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptWords {
    /// The day on which the API told them.
    pub date: jiff::civil::Date,
    /// Of `reason`.
    pub reasons: Vec<String>,
    /// Of `source_of_funds`.
    pub sources_of_funds: Vec<String>,
}

impl Kept {
    fn file(self) -> &'static str {
        match self {
            Self::Corridors => "corridors.json",
            Self::Words => "flash-words.json",
        }
    }
}

impl ScopeFolder {
    /// Keeps a value in place of the one before it: whole, or not at all.
    pub fn keep<T: Serialize>(&self, what: Kept, value: &T) -> Result<(), JournalError> {
        let path = self.path().join(what.file());
        let written = tempfile::NamedTempFile::new_in(self.path()).and_then(|mut file| {
            serde_json::to_writer(&mut file, value)?;
            file.persist(&path).map_err(|error| error.error)
        });
        written.map(drop).map_err(|error| JournalError::io("cannot write", &path, &error))
    }

    /// What was kept last.
    pub fn kept<T: DeserializeOwned>(&self, what: Kept) -> Option<T> {
        let path = self.path().join(what.file());
        let metadata = std::fs::metadata(&path).ok()?;
        if !metadata.is_file() || metadata.len() > LARGEST {
            return None;
        }
        serde_json::from_slice(&std::fs::read(path).ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again_and_damage_is_as_good_as_nothing() {
        let state = tempfile::tempdir().expect("a folder");
        let folder = ScopeFolder::new(state.path(), "scope");
        folder.make().expect("folders");
        assert_eq!(folder.kept::<KeptWords>(Kept::Words), None);
        let words = KeptWords {
            date: jiff::civil::date(2026, 7, 17),
            reasons: vec!["BUSINESS".to_owned()],
            sources_of_funds: Vec::new(),
        };
        folder.keep(Kept::Words, &words).expect("kept");
        folder.keep(Kept::Words, &words).expect("kept in place of itself");
        assert_eq!(folder.kept(Kept::Words), Some(words));
        std::fs::write(folder.path().join("flash-words.json"), "{\"date\":").expect("damaged");
        assert_eq!(folder.kept::<KeptWords>(Kept::Words), None);
    }
}
