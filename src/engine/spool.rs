//! A file as it was read, and what checking let through of it, in the state folder until the run is recorded.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::EngineError;
use crate::check::Passed;
use crate::journal::{JournalError, open_itself, private_file};

/// The file as it was read, and the payouts that checking let through, both in the state folder until the run is
/// recorded, so that neither a change of the file nor its size matters.
#[derive(Debug)]
pub(super) struct Spool {
    pub copy: PathBuf,
    payouts: PathBuf,
    writer: Option<BufWriter<File>>,
}

impl Spool {
    pub fn copy(path: &Path, folder: &Path) -> Result<Self, EngineError> {
        leave_no_leftovers(folder);
        let process = std::process::id();
        let copy =
            folder.join(format!("{INCOMING}{process}")).with_extension(path.extension().unwrap_or_default());
        let payouts = folder.join(format!("{INCOMING}payouts-{process}")); // no file's extension makes it the copy
        let mut from = open_itself(path).map_err(|error| unwritable(path, &error))?;
        let mut to = private_file(&copy).map_err(|error| unwritable(&copy, &error))?;
        io::copy(&mut from, &mut to).map_err(|error| unwritable(&copy, &error))?;
        let writer = private_file(&payouts).map_err(|error| unwritable(&payouts, &error))?;
        Ok(Self { copy, payouts, writer: Some(BufWriter::new(writer)) })
    }

    pub fn add(&mut self, passed: &Passed) -> io::Result<()> {
        let Some(writer) = &mut self.writer else {
            return Ok(());
        };
        serde_json::to_writer(&mut *writer, passed)?;
        writer.write_all(b"\n")
    }

    pub fn finish(&mut self) -> Result<(), EngineError> {
        let flushed = self.writer.take().map_or(Ok(()), |mut writer| writer.flush());
        flushed.map_err(|error| unwritable(&self.payouts, &error))
    }

    pub fn payouts(&self) -> Result<impl Iterator<Item = Result<Passed, EngineError>> + use<>, EngineError> {
        let path = self.payouts.clone();
        let file = File::open(&path).map_err(|error| unwritable(&path, &error))?;
        Ok(BufReader::new(file).lines().map(move |line| {
            let line = line.map_err(|error| unwritable(&path, &error))?;
            serde_json::from_str(&line).map_err(|error| unwritable(&path, &error.into()))
        }))
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.payouts);
        let _ = std::fs::remove_file(&self.copy); // gone already where the run was recorded
    }
}

const INCOMING: &str = "incoming-";

/// What a process that was killed has left: this one has the scope now.
fn leave_no_leftovers(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(INCOMING) {
            let _ = std::fs::remove_file(entry.path()); // it only takes room
        }
    }
}

fn unwritable(path: &Path, error: &io::Error) -> EngineError {
    JournalError::io("cannot use", path, error).into()
}
