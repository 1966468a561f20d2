//! Which content a person was asked about, so that a yes counts for that content and no other.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::desk::{OpenRun, Waits};
use crate::domain::{Awaits, RunId};
use crate::journal::open_itself;

/// What a person was asked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The digest of the file's bytes.
    pub digest: String,
    /// The run that it is, where it is one already.
    pub run: Option<RunId>,
    /// The word that the run waits for, where it has stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awaits: Option<Awaits>,
}

/// The questions that are open, by the names of files in `held/`. Kept in a file that may be lost: questions about runs
/// are in the journal too, others are asked again.
#[derive(Debug)]
pub struct Asked {
    path: PathBuf,
    questions: BTreeMap<String, Question>,
}

impl Asked {
    /// What was asked before.
    pub fn open(path: PathBuf) -> Self {
        let kept = std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Self { path, questions: kept.unwrap_or_default() }
    }

    /// What was asked about a file.
    pub fn about(&self, name: &str) -> Option<&Question> {
        self.questions.get(name)
    }

    /// The name under which a run waits for an answer.
    pub fn holding(&self, run: RunId) -> Option<&str> {
        let mut questions = self.questions.iter();
        questions.find(|(_, question)| question.run == Some(run)).map(|(name, _)| name.as_str())
    }

    /// Brings the questions to what the journal has: a run that waits is asked about, one that does not is not.
    pub fn agree_with(&mut self, open: &[OpenRun]) -> io::Result<()> {
        let waiting = || open.iter().filter_map(|run| Some((run, run.waits?)));
        self.questions.retain(|_, question| {
            question.run.is_none_or(|asked| waiting().any(|(waits, _)| waits.run == asked))
        });
        for (waits, what) in waiting() {
            if self.holding(waits.run).is_none() {
                let awaits = match what {
                    Waits::Word(awaits) => Some(awaits),
                    Waits::Release => None,
                };
                let question = Question { digest: waits.digest.clone(), run: Some(waits.run), awaits };
                self.questions.insert(waits.name.clone(), question);
            }
        }
        self.keep()
    }

    /// A question is asked.
    pub fn ask(&mut self, name: &str, question: Question) -> io::Result<()> {
        self.questions.insert(name.to_owned(), question);
        self.keep()
    }

    /// A question is answered.
    pub fn forget(&mut self, name: &str) -> io::Result<()> {
        self.questions.remove(name).map_or(Ok(()), |_| self.keep())
    }

    fn keep(&self) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer(&mut file, &self.questions)?;
        file.as_file().sync_all()?;
        file.persist(&self.path).map_err(|error| error.error)?;
        std::fs::File::open(folder)?.sync_all()
    }
}

/// The digest of a file's bytes. A link is not followed.
pub fn digest(path: &Path) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    io::copy(&mut open_itself(path)?, &mut hasher)?;
    Ok(hasher.finalize().to_hex().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_outlive_the_process_and_damage_only_asks_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("asked.json");
        let question = Question { digest: "d".to_owned(), run: Some(RunId(3)), awaits: Some(Awaits::Rates) };
        Asked::open(path.clone()).ask("pay.csv", question.clone()).expect("kept");
        assert_eq!(Asked::open(path.clone()).about("pay.csv"), Some(&question));
        std::fs::write(&path, "{").expect("damaged");
        assert_eq!(Asked::open(path).about("pay.csv"), None);
    }
}
