//! The rows of a run that were not paid and may be corrected, as a file in the user's own columns. A file in which a
//! person has changed something is never written over: the new one gets a name of its own.

use std::collections::{BTreeMap, HashSet};
use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::exit::{Exit, Failure};
use crate::domain::{Limits, PayoutState, RunId, system_words};
use crate::engine;
use crate::intake::{self, ToCorrect};
use crate::journal::{Checkpoint, Holder, ScopeFolder, open_itself};
use crate::report;

/// Writes the file into a folder. None where there are no such rows: what earlier times have written there for want of
/// a correction goes then, unless a person has changed something in it.
pub fn write(
    scope: &ScopeFolder,
    checkpoint: &Checkpoint,
    run: RunId,
    folder: &Path,
    limits: Limits,
) -> Result<Option<PathBuf>, Failure> {
    let rows = rows(checkpoint, run)?;
    let Some((head, _)) = checkpoint.run(run)? else { return Ok(None) };
    let written = Written(scope.files().join(format!("{run}.to-correct")));
    let mut path = folder.join(format!("{run}-to-correct.csv"));
    let failed = |path: &Path, error: &io::Error| {
        let words = system_words(error);
        Failure::new(Exit::Configuration, format!("cannot write {}: {words}", path.display()))
    };
    let known = written.digests().map_err(|error| failed(&written.0, &error))?;
    if rows.is_empty() {
        remove(folder, &format!("{run}-to-correct"), &known).map_err(|error| failed(folder, &error))?;
        return Ok(None);
    }
    let source = engine::kept_copy(scope, run, &head.file);
    let reading = super::reading::read_again(&head, limits)?;
    for number in 2.. {
        if may_replace(&path, &known) {
            break;
        }
        path = folder.join(format!("{run}-to-correct-{number}.csv"));
    }
    report::replace_whole(&path, |file| {
        let mut out = Digesting { out: BufWriter::new(file), hasher: blake3::Hasher::new() };
        intake::copy_rows(&source, &reading, &rows, &mut out).map_err(|error| failed(&path, &error))?;
        // noted first: a file that is there and not noted would be taken for a person's
        written.note(&out.hasher).map_err(|error| failed(&written.0, &error))
    })?;
    Ok(Some(path))
}

/// The rows to correct, with reason and mark.
pub(super) fn rows(checkpoint: &Checkpoint, run: RunId) -> Result<BTreeMap<u32, ToCorrect>, Failure> {
    let mut rows = BTreeMap::new();
    for payout in engine::payouts(checkpoint, run, &Holder::Nobody) {
        let payout = payout?;
        if payout.correctable {
            let reason = format!("{}{}", payout.reason.unwrap_or_default(), to_change(payout.status));
            rows.insert(payout.row, ToCorrect { reason, mark: payout.mark });
        }
    }
    Ok(rows)
}

/// What must change in a row that was sent before it is paid again as the row that it is.
pub(super) fn to_change(status: PayoutState) -> &'static str {
    match status {
        PayoutState::Returned => "; correct the account or the amount: as it stands it is not paid again",
        PayoutState::Rejected => "; change what is wrong: as it stands it is not paid again",
        PayoutState::Invalid
        | PayoutState::Held
        | PayoutState::Ready
        | PayoutState::Sending
        | PayoutState::InDoubt
        | PayoutState::Submitted
        | PayoutState::Paid
        | PayoutState::Attention => "",
    }
}

/// Whether nothing has this name, or what an earlier time has written and nobody has changed.
fn may_replace(path: &Path, known: &HashSet<String>) -> bool {
    if path.symlink_metadata().is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        return true;
    }
    let mut hasher = blake3::Hasher::new();
    let read = open_itself(path).and_then(|file| hasher.update_reader(file).map(drop));
    read.is_ok() && known.contains(hasher.finalize().to_hex().as_str())
}

/// Removes the files that an earlier time has written under a name that begins so, and nobody has changed.
fn remove(folder: &Path, stem: &str, known: &HashSet<String>) -> io::Result<()> {
    if known.is_empty() {
        return Ok(());
    }
    for file in std::fs::read_dir(folder)? {
        let file = file?;
        let is_named_so = file.file_name().to_str().is_some_and(|name| name.starts_with(stem));
        if is_named_so && may_replace(&file.path(), known) {
            std::fs::remove_file(file.path())?;
        }
    }
    Ok(())
}

/// The digests of all files of rows to correct that were written for a run.
struct Written(PathBuf);

impl Written {
    fn digests(&self) -> io::Result<HashSet<String>> {
        match std::fs::read_to_string(&self.0) {
            Ok(text) => Ok(text.lines().map(str::to_owned).collect()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(HashSet::new()),
            Err(error) => Err(error),
        }
    }

    fn note(&self, hasher: &blake3::Hasher) -> io::Result<()> {
        let mut file = OpenOptions::new().create(true).append(true).open(&self.0)?;
        file.write_all(format!("{}\n", hasher.finalize().to_hex()).as_bytes())
    }
}

/// Writes on, and digests what is written.
struct Digesting<W> {
    out: W,
    hasher: blake3::Hasher,
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        self.hasher.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
