//! `payrun journal verify`: is every record whole and in its place?

use super::args::{Format, Globals, JournalArgs, JournalCommand};
use super::exit::{Exit, Failure};
use super::out;
use super::session::Session;
use crate::domain::money::plural;
use crate::journal;

/// Runs the command.
pub fn run(globals: &Globals, args: &JournalArgs) -> Result<Exit, Failure> {
    let JournalCommand::Verify = args.command;
    let session = Session::new(globals, Vec::new())?;
    let folder = session.folder.journal();
    if !folder.is_dir() {
        return Err(Failure::new(
            Exit::Usage,
            format!("There is no journal yet in {}.", session.folder.path().display()),
        ));
    }
    let verified = journal::verify(&session.folder)?;
    match globals.format {
        Format::Json => out::answer(
            &serde_json::json!({
                "journal": folder.display().to_string(),
                "segments": verified.segments,
                "records": verified.records,
                "last": verified.last,
                "torn_bytes": verified.torn,
            })
            .to_string(),
        ),
        Format::Text => {
            let torn = match verified.torn {
                0 => String::new(),
                bytes => format!(
                    "\nThe last line is not finished ({bytes} bytes): it is being written, or a crash tore it and the next run cuts it off."
                ),
            };
            out::answer(&format!(
                "The journal is whole: {} in {}, the last with the digest {}.{torn}",
                plural(verified.records, "record"),
                plural(verified.segments, "file"),
                verified.last
            ));
        }
    }
    Ok(Exit::Done)
}
