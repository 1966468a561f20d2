//! `payrun check FILE`: everything that is wrong with a file, at once.

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
    let source = intake::open(&args.file, &reading(&session, &args.reading)?).map_err(EngineError::from)?;
    let checked = check::check(source, &options, &mut |_| Ok(()), &*session.observer);
    let checked = checked.map_err(EngineError::from)?;
    let report = CheckReport::new(&args.file.display().to_string(), &checked);
    match globals.format {
        Format::Text => out::answer(&check::render_text(&report)),
        Format::Json => out::answer(&serde_json::to_string_pretty(&report).unwrap_or_default()),
    }
    let forbidden = checked.findings.iter().any(Finding::forbids);
    Ok(if forbidden { Exit::Findings } else { Exit::Done })
}
