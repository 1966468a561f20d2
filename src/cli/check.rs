//! `payrun check FILE`: everything that is wrong with a file, at once.

use super::annotate::Annotation;
use super::args::{CheckArgs, Format, Globals};
use super::exit::{Exit, Failure};
use super::out;
use super::reading::{accepted, check_options, reading};
use super::session::{Session, signed};
use super::status::{self, Seen};
use crate::check::{self, CheckError, CheckReport, Checked, Options, Payable};
use crate::domain::{Book, NoBook};
use crate::engine::{EngineError, Lookback};
use crate::intake::{self, IntakeError};
use crate::journal::Checkpoint;

/// Runs the command.
pub fn run(globals: &Globals, args: &CheckArgs) -> Result<Exit, Failure> {
    let session = Session::without_login(globals, Vec::new())?;
    let options = check_options(&session, accepted(&args.reading.accept)?)?;
    let reading = reading(&session, &args.reading)?;
    let annotation = args.annotate.as_deref().map(|to| Annotation::new(&args.file, to)).transpose()?;
    let name = args.file.display().to_string();
    let refused = |error: EngineError| refused(globals, &name, &options, error);
    let source = intake::open(&args.file, &reading).map_err(|error| refused(error.into()))?;
    let known = consulted(&session);
    let book: &dyn Book = known.as_ref().map_or(&NoBook, |known| known.checkpoint());
    let mut lookback = known.as_ref().and_then(|known| lookback(&session, known.checkpoint(), &options));
    let mut waiting = Vec::new();
    let mut payable = |payable: &Payable<'_>| {
        waiting.extend(payable.waits());
        if let Some(lookback) = &mut lookback {
            lookback.take(payable);
        }
        Ok(())
    };
    let checked = check::check(source, &options, book, &mut payable, &*session.observer);
    let mut checked = checked.map_err(|error| refused(error.into()))?;
    match lookback.map_or(Ok(Vec::new()), |lookback| lookback.findings(&checked)) {
        Ok(findings) => checked.add(findings),
        Err(error) => not_compared(&error),
    }
    for money in waiting.into_iter().take(usize::try_from(checked.payable).unwrap_or(usize::MAX)) {
        checked.payable -= 1;
        checked.totals.take_out(money);
    }
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
    if checked.findings.iter().any(|finding| finding.forbids() || finding.holds()) {
        return Ok(Exit::Findings);
    }
    match session.settings.remitters.trouble() {
        Some(trouble) => Err(Failure::new(Exit::Configuration, format!("pay would send nothing: {trouble}"))),
        None => Ok(Exit::Done),
    }
}

/// A file that cannot be read is an answer for programs too.
fn refused(globals: &Globals, file: &str, options: &Options, error: EngineError) -> Failure {
    if let (Format::Json, Some(report)) = (globals.format, unreadable(file, options, &error)) {
        out::answer(&serde_json::to_string_pretty(&report).unwrap_or_default());
    }
    error.into()
}

/// The report on a file that cannot be read; none where the trouble is another.
pub fn unreadable(file: &str, options: &Options, error: &EngineError) -> Option<CheckReport> {
    let finding = match error {
        EngineError::Intake(IntakeError::NoSheets) => return None,
        EngineError::Intake(error) | EngineError::Check(CheckError::Intake(error)) => error.finding(),
        _ => return None,
    };
    Some(CheckReport::refused(file, options.directory.words_of_age(options.today), &finding))
}

/// What was accepted and nothing of the file has asked: a slip of the finger, or another file.
pub fn tell_unmet(checked: &Checked) {
    for word in checked.unmet.words() {
        out::note(&format!("--accept {word} met nothing in this file."));
    }
}

/// The payee book and the earlier runs, where there are any, without disturbing whoever works on them. Without them a
/// file is checked all the same, and people are told.
fn consulted(session: &Session) -> Option<Seen> {
    if session.settings.require_login().is_err() {
        out::note(
            "The payee book was not consulted: it belongs to a login, and none is given. Neither were earlier runs.",
        );
        return None;
    }
    if !session.folder.journal().is_dir() {
        return None; // nothing was imported or paid yet
    }
    match status::glance(session) {
        Ok(known) => Some(known),
        Err(failure) => {
            out::note(&format!("The payee book and earlier runs were not consulted: {}", failure.message));
            None
        }
    }
}

/// The earlier runs that the file is compared with.
fn lookback<'a>(session: &Session, known: &'a Checkpoint, options: &Options) -> Option<Lookback<'a>> {
    let window = signed(session.settings.duplicate_window);
    let lookback = Lookback::new(known, &session.scope, window, options.accepted.clone(), &*session.clock);
    lookback.inspect_err(not_compared).ok().flatten()
}

fn not_compared(error: &EngineError) {
    out::note(&format!("The file was not compared with earlier runs: {error}"));
}
