//! `payrun check FILE`: everything that is wrong with a file, at once.

use super::annotate::Annotation;
use super::args::{CheckArgs, Format, Globals};
use super::exit::{Exit, Failure};
use super::out;
use super::pay::{accepted, check_options, reading};
use super::session::Session;
use crate::check::{self, CheckReport};
use crate::domain::Finding;
use crate::engine::EngineError;
use crate::intake;

/// Runs the command.
pub fn run(globals: &Globals, args: &CheckArgs) -> Result<Exit, Failure> {
    let session = Session::without_login(globals, Vec::new())?;
    let options = check_options(&session, accepted(&args.reading)?)?;
    let reading = reading(&session, &args.reading)?;
    let annotation = args.annotate.as_deref().map(|to| Annotation::new(&args.file, to)).transpose()?;
    let source = intake::open(&args.file, &reading).map_err(EngineError::from)?;
    let checked = check::check(source, &options, &mut |_| Ok(()), &*session.observer);
    let checked = checked.map_err(EngineError::from)?;
    let mut report = CheckReport::new(&args.file.display().to_string(), &checked);
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
