//! `payrun check FILE`: everything that is wrong with a file, at once.

use super::args::{CheckArgs, Format, Globals};
use super::exit::{Exit, Failure};
use super::out;
use super::pay::check_options;
use super::session::Session;
use crate::check::{self, CheckReport};
use crate::domain::Severity;
use crate::engine::EngineError;
use crate::intake;

/// Runs the command.
pub fn run(globals: &Globals, args: &CheckArgs) -> Result<Exit, Failure> {
    let session = Session::without_login(globals, Vec::new())?;
    let source = intake::open(&args.file).map_err(EngineError::from)?;
    let checked = check::check(source, &check_options(&session), &mut |_| Ok(()), &*session.observer);
    let checked = checked.map_err(EngineError::from)?;
    let report = CheckReport::new(&args.file.display().to_string(), &checked);
    match globals.format {
        Format::Text => out::answer(&check::render_text(&report)),
        Format::Json => out::answer(&serde_json::to_string_pretty(&report).unwrap_or_default()),
    }
    let forbidden = checked.findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(if forbidden { Exit::Findings } else { Exit::Done })
}
