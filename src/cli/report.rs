//! `payrun report RUN`: the report as CSV and JSON, and the rows that were not paid as a file to correct.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use super::args::{Format, Globals, ReportArgs};
use super::exit::{Exit, Failure};
use super::session::Session;
use super::{out, status};
use crate::domain::{Limits, PayoutState, RunId};
use crate::engine;
use crate::intake;
use crate::journal::{Checkpoint, ScopeFolder};
use crate::report::{self, ReportError};

/// Runs the command.
pub fn run(globals: &Globals, args: &ReportArgs) -> Result<Exit, Failure> {
    let session = Session::new(globals, Vec::new())?;
    let seen = status::look(&session)?;
    let folder = args.to.clone().unwrap_or_else(|| session.folder.reports());
    let mut files = write(seen.checkpoint(), args.run, seen.at_work, &folder)?;
    files.extend(write_fix_file(
        &session.folder,
        seen.checkpoint(),
        args.run,
        &folder,
        session.settings.limits,
    )?);
    match globals.format {
        Format::Text => {
            let mut text = String::new();
            for path in &files {
                let _ = writeln!(text, "Report: {}", path.display());
            }
            out::answer(&text);
        }
        Format::Json => {
            let names: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
            out::answer(&serde_json::json!({ "run": args.run.to_string(), "files": names }).to_string());
        }
    }
    Ok(Exit::Done)
}

/// Writes both reports of a run into a folder.
pub fn write(
    checkpoint: &Checkpoint,
    run: RunId,
    at_work: bool,
    folder: &Path,
) -> Result<Vec<PathBuf>, Failure> {
    let view = engine::run_view(checkpoint, run, at_work)?;
    let stem =
        Path::new(&view.label).file_stem().map_or(String::new(), |stem| stem.to_string_lossy().into_owned());
    let path = |extension: &str| folder.join(format!("{run}-{}.{extension}", plain(&stem)));
    let (csv, json) = (path("csv"), path("json"));
    let failed = |error: &dyn std::fmt::Display| Failure::new(Exit::Configuration, error.to_string());
    std::fs::create_dir_all(folder)
        .map_err(|error| failed(&format!("cannot make the folder {}: {error}", folder.display())))?;
    let create = |path: &Path| {
        let file = File::create(path);
        file.map(BufWriter::new).map_err(|error| failed(&format!("cannot write {}: {error}", path.display())))
    };
    report::write_csv(engine::payouts(checkpoint, run), create(&csv)?).map_err(|error| failed(&error))?;
    report::write_json(&view, engine::payouts(checkpoint, run), create(&json)?)
        .map_err(|error| failed(&error))?;
    Ok(vec![csv, json])
}

/// Answers with the run and its payouts as one JSON document.
pub fn answer_json(checkpoint: &Checkpoint, run: RunId, at_work: bool) -> Result<(), Failure> {
    let view = engine::run_view(checkpoint, run, at_work)?;
    out::answer_by(|out| report::write_json(&view, engine::payouts(checkpoint, run), out)).or_else(|error| {
        match error {
            ReportError::Source(error) => Err(error.into()),
            ReportError::Io(_) => Ok(()), // a reader that has gone away is no failure
        }
    })
}

/// The rows that were not paid and may be corrected, in the user's own columns. None where there are none.
pub fn write_fix_file(
    scope: &ScopeFolder,
    checkpoint: &Checkpoint,
    run: RunId,
    folder: &Path,
    limits: Limits,
) -> Result<Option<PathBuf>, Failure> {
    let mut rows = BTreeMap::new();
    for payout in engine::payouts(checkpoint, run) {
        let payout = payout?;
        if payout.next.is_none() {
            continue; // nobody has anything to do: another run has taken its place
        }
        let made_nothing = payout.status == PayoutState::Rejected && payout.flash_id.is_none();
        if made_nothing || matches!(payout.status, PayoutState::Invalid | PayoutState::Held) {
            rows.insert(payout.row, payout.reason.unwrap_or_default());
        }
    }
    let head = checkpoint.run(run)?.map(|(head, _)| head);
    let Some(head) = head.filter(|_| !rows.is_empty()) else {
        return Ok(None);
    };
    let source = engine::kept_copy(scope, run, &head.file);
    let reading = super::reading::read_again(&head, limits)?;
    let path = folder.join(format!("{run}-to-correct.csv"));
    let failed = |error: &dyn std::fmt::Display| {
        Failure::new(Exit::Configuration, format!("cannot write {}: {error}", path.display()))
    };
    let file = File::create(&path).map_err(|error| failed(&error))?;
    intake::copy_rows(&source, &reading, &rows, BufWriter::new(file)).map_err(|error| failed(&error))?;
    Ok(Some(path))
}

/// A name that any file system takes.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_alphanumeric() || "-_. ()".contains(c) { c } else { '_' }).collect()
}
