//! `payrun approve` and `payrun reject`: an answer for a run of a watched folder.
//!
//! Where a watcher is at work, it owns the state: the answer is put beside the file as a person would do by hand.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::args::{ApproveArgs, Globals, RejectArgs};
use super::exit::{Exit, Failure};
use super::reading::accepted;
use super::session::Session;
use super::{out, status};
use crate::domain::{Overlaps, RunHead, RunId, RunState, Way, system_words};
use crate::engine::{self, EngineError};
use crate::journal::Holder;
use crate::watch::{Approval, Place, Side};

/// `approve`.
pub fn approve(globals: &Globals, args: &ApproveArgs) -> Result<Exit, Failure> {
    let accepted = accepted(&args.accept)?;
    let overlaps = match (args.amends, args.repeat) {
        (Some(run), _) => Overlaps::Amends(run),
        (None, true) => Overlaps::Repeat,
        (None, false) => Overlaps::Hold,
    };
    let (skip_invalid, sheet) = (args.skip_invalid, args.sheet.clone());
    let (plan, note) = (args.plan.clone(), args.note.clone());
    // the file that waits under the name may be another run's by now
    let run = args.what.parse().ok();
    let approval = Approval { accepted, skip_invalid, overlaps, sheet, plan, run, note };
    answer(globals, &args.what, Side::Approve, &approval.lines(), args.note.clone())
}

/// `reject`.
pub fn reject(globals: &Globals, args: &RejectArgs) -> Result<Exit, Failure> {
    answer(globals, &args.what, Side::Reject, &args.reason, Some(args.reason.clone()))
}

fn answer(
    globals: &Globals,
    what: &str,
    side: Side,
    text: &str,
    note: Option<String>,
) -> Result<Exit, Failure> {
    let Ok(run) = what.parse::<RunId>() else {
        let path = Path::new(what);
        let is_held =
            path.is_file() && path.parent().is_some_and(|folder| folder.ends_with(Place::Held.name()));
        if !is_held {
            let message = format!(
                "{what} is neither a run, such as r3, nor a file in a {}/ folder.",
                Place::Held.name()
            );
            return Err(Failure::new(Exit::Usage, message));
        }
        return put(path, side, text);
    };
    let session = Session::new(globals, Vec::new())?;
    if session.folder.holder() != Holder::Nobody {
        let seen = status::look(&session)?;
        let (head, state) = seen.checkpoint().run(run)?.ok_or(EngineError::NoSuchRun(run))?;
        let path = waiting(&head, state, side)?;
        let is_there = path.is_file();
        put(&path, side, text)?;
        if !is_there {
            out::note(
                "The file itself is not there any more: the watcher goes by its own copy, and takes the answer within a minute or two.",
            );
        }
        return Ok(Exit::Done);
    }
    let journal = session.journal()?;
    let (head, state) = journal.checkpoint().run(run)?.ok_or(EngineError::NoSuchRun(run))?;
    if let Some(path) = held_file(&head).filter(|path| path.is_file()) {
        put(&path, side, text)?;
        out::note("No watcher is at work here: the answer is taken when one starts.");
        return Ok(Exit::Done);
    }
    // without its file there is only the journal to tell
    waiting(&head, state, side)?;
    let release = session.answer(Way::Command, note);
    match side {
        Side::Reject => engine::refuse(&journal, run, release, &*session.clock)?,
        Side::Approve | Side::Totals => engine::release(&journal, run, release)?,
    }
    out::answer(&match side {
        Side::Reject => format!("Run {run} is refused; nothing of it was sent."),
        Side::Approve | Side::Totals => format!("Run {run} may go. To send it: {}", head.goes_on_by()),
    });
    Ok(Exit::Done)
}

/// The file of a run that waits for an answer.
fn waiting(head: &RunHead, state: RunState, side: Side) -> Result<PathBuf, Failure> {
    let run = head.run;
    let may_answer = match side {
        Side::Reject => state == RunState::Held,
        Side::Approve | Side::Totals => {
            matches!(state, RunState::Held | RunState::Stopped | RunState::Running)
        }
    };
    let path = held_file(head).filter(|path| may_answer && (path.is_file() || state == RunState::Held));
    path.ok_or_else(|| EngineError::NotWaiting { run, state }.into())
}

fn held_file(head: &RunHead) -> Option<PathBuf> {
    Some(head.folder.as_ref()?.join(Place::Held.name()).join(&head.file))
}

/// Puts the answer beside the file, whole or not at all.
fn put(file: &Path, side: Side, text: &str) -> Result<Exit, Failure> {
    let name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let to = file.with_file_name(format!("{name}.{}", side.end()));
    let folder = file.parent().unwrap_or(Path::new("."));
    let written = tempfile::Builder::new().prefix(".payrun-").tempfile_in(folder).and_then(|mut answer| {
        answer.write_all(text.as_bytes())?;
        answer.persist_noclobber(&to).map(drop).map_err(|error| error.error)
    });
    written.map_err(|error| {
        Failure::new(Exit::Configuration, format!("cannot write {}: {}", to.display(), system_words(&error)))
    })?;
    out::answer(&format!("The answer is given: {}. What comes of it appears beside the file.", to.display()));
    Ok(Exit::Done)
}
