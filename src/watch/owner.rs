//! To which state a watched folder belongs. Another state knows nothing of the runs there, and would take up what lies
//! in `processing/` as if it were new.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::folder::{Folder, Place};
use crate::journal::{JournalError, open_itself};

/// In the folder: whose it is, and where that state lies.
const MARK: &str = ".payrun-watch-state";
/// In the state: what tells it from all others, wherever it is moved to.
const IDENTITY: &str = "watch-identity";
/// Neither is longer.
const LONGEST: u64 = 8 << 10;

/// Why a folder is not served.
#[derive(Debug, thiserror::Error)]
pub enum NotOurs {
    /// It belongs to another state.
    #[error(
        "{} belongs to another state of payrun, {owner}; this one, {}, does not know what became of the files there. \
         Watch it with that state: the --state, environment and login of then. To hand it over on purpose, or where that state is gone: \
         see that nothing is left in {}/ and {}/, then delete {}",
        folder.display(), own.display(), Place::Processing.name(), Place::Held.name(), folder.join(MARK).display()
    )]
    Another {
        /// The watched folder.
        folder: PathBuf,
        /// Where its state lay.
        owner: String,
        /// Where this one lies.
        own: PathBuf,
    },
    /// It is a part of a folder that is watched.
    #[error(
        "{} is a part of {}, which is watched as a whole: what lies in it was paid, refused or waits already; watch that folder",
        folder.display(), of.display()
    )]
    Part {
        /// What was to be watched.
        folder: PathBuf,
        /// The watched folder.
        of: PathBuf,
    },
    /// Whose it is cannot be read or written.
    #[error(transparent)]
    Unknown(#[from] JournalError),
}

impl Folder {
    /// Makes the folder this state's, if it is no other's, and makes what it lacks. `fresh` is what a state is called
    /// that has no name yet.
    pub fn belong_to(&self, state: &Path, fresh: &str) -> Result<(), NotOurs> {
        if let Some(of) = part_of(self.root()) {
            return Err(NotOurs::Part { folder: self.root().to_owned(), of });
        }
        let identity = kept(&state.join(IDENTITY), &format!("{fresh}\n"))?;
        let [own, mark] = [identity.lines().next().unwrap_or_default(), &format!("{}", state.display())];
        let marked = kept(&self.root().join(MARK), &format!("{own}\n{mark}\n"))?;
        let mut lines = marked.lines();
        if lines.next() == Some(own) {
            self.make_places()?;
            self.clear_leftovers();
            return Ok(());
        }
        Err(NotOurs::Another {
            folder: self.root().to_owned(),
            owner: lines.next().unwrap_or("which its mark does not name").to_owned(),
            own: state.to_owned(),
        })
    }
}

/// The watched folder that a folder is a part of, at whatever depth.
fn part_of(folder: &Path) -> Option<PathBuf> {
    let above = folder.ancestors().zip(folder.ancestors().skip(1));
    let is_part = |(part, of): &(&Path, &Path)| {
        let place = part.file_name().and_then(|name| name.to_str());
        let is_place = Place::MADE.iter().any(|known| Some(known.name()) == place);
        is_place && fs::symlink_metadata(of.join(MARK)).is_ok()
    };
    above.filter(is_part).map(|(_, of)| of.to_owned()).next()
}

/// What a file says; it is made with `text` where there is none. It appears whole, and is never written over.
fn kept(path: &Path, text: &str) -> Result<String, JournalError> {
    let failed = |error: io::Error| JournalError::io("cannot read or write", path, &error);
    let folder = path.parent().unwrap_or(Path::new("."));
    if fs::symlink_metadata(path).is_err() {
        let mut file = tempfile::Builder::new().prefix(".payrun-").tempfile_in(folder).map_err(failed)?;
        file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
        file.persist_noclobber(path).map_err(|error| failed(error.error))?;
        fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    }
    let mut said = String::new();
    // whoever may write into the folder may have put a link there
    open_itself(path).and_then(|file| file.take(LONGEST).read_to_string(&mut said)).map_err(failed)?;
    Ok(said)
}
