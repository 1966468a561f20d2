//! `payrun check FILE`: everything that is wrong with a file, at once.

use super::annotate::Annotation;
use super::args::{CheckArgs, Format, Globals};
use super::exit::{Exit, Failure};
use super::out;
use super::pay::{accepted, check_options, reading};
use super::session::Session;
use super::status::{self, Seen};
use crate::check::{self, CheckError, CheckReport, Checked, Options};
use crate::domain::{Book, Finding, NoBook};
use crate::engine::EngineError;
use crate::intake::{self, IntakeError};

/// Runs the command.
pub fn run(globals: &Globals, args: &CheckArgs) -> Result<Exit, Failure> {
    let session = Session::without_login(globals, Vec::new())?;
    let options = check_options(&session, accepted(&args.reading)?)?;
    let reading = reading(&session, &args.reading)?;
    let annotation = args.annotate.as_deref().map(|to| Annotation::new(&args.file, to)).transpose()?;
    let name = args.file.display().to_string();
    let refused = |error: EngineError| refused(globals, &name, &options, error);
    let source = intake::open(&args.file, &reading).map_err(|error| refused(error.into()))?;
    let seen = consulted(&session);
    let book: &dyn Book = seen.as_ref().map_or(&NoBook, |seen| seen.checkpoint());
    let checked = check::check(source, &options, book, &mut |_| Ok(()), &*session.observer);
    let checked = checked.map_err(|error| refused(error.into()))?;
    tell_unmet(&checked);
    let mut report = CheckReport::new(&name, &checked);
    let written = match &annotation {
        Some(annotation) => annotation.write(&reading, options.today, &checked, &report.summary()),
        None => Ok(()),
    };
    if let (Some(annotation), Ok(())) = (&annotation, &written) {
        report.annotated = Some(annotation.to.display().to_string());
    }
    match globals.format {
        Format::Text => out::answer(&check::render_text(&report)),
        Format::Json => out::answer(&serde_json::to_string_pretty(&report).unwrap_or_default()),
    }
    written?;
    let forbidden = checked.findings.iter().any(Finding::forbids);
    Ok(if forbidden { Exit::Findings } else { Exit::Done })
}

/// A file that cannot be read is an answer for programs too.
fn refused(globals: &Globals, file: &str, options: &Options, error: EngineError) -> Failure {
    let finding = match &error {
        EngineError::Intake(IntakeError::NoSheets) => None,
        EngineError::Intake(error) | EngineError::Check(CheckError::Intake(error)) => Some(error.finding()),
        _ => None,
    };
    if let (Format::Json, Some(finding)) = (globals.format, finding) {
        let report = CheckReport::refused(file, options.directory.words_of_age(options.today), &finding);
        out::answer(&serde_json::to_string_pretty(&report).unwrap_or_default());
    }
    error.into()
}

/// What was accepted and nothing of the file has asked: a slip of the finger, or another file.
pub fn tell_unmet(checked: &Checked) {
    for word in checked.unmet.words() {
        out::note(&format!("--accept {word} met nothing in this file."));
    }
}

/// The payee book, where there is one. Without it a file is checked all the same, and people are told.
fn consulted(session: &Session) -> Option<Seen> {
    if session.settings.require_login().is_err() {
        out::note("The payee book was not consulted: it belongs to a login, and none is given.");
        return None;
    }
    if !session.folder.journal().is_dir() {
        return None; // nothing was imported or paid yet
    }
    match status::look(session) {
        Ok(seen) => Some(seen),
        Err(failure) => {
            out::note(&format!("The payee book was not consulted: {}", failure.message));
            None
        }
    }
}
