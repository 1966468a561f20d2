//! `payrun map FILE`: a first draft of a map, from the names of the file's columns.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::args::{Format, Globals, MapArgs};
use super::exit::{Exit, Failure};
use super::out;
use crate::domain::system_words;
use crate::engine::{self, EngineError};
use crate::intake::{self, Reading};

/// Runs the command.
pub fn run(globals: &Globals, args: &MapArgs) -> Result<Exit, Failure> {
    let program = std::env::current_exe().unwrap_or_default();
    let reading = Reading { sheet: args.sheet.clone(), program, ..Reading::default() };
    let source = intake::open(&args.file, &reading).map_err(EngineError::from)?;
    if let Some((family, refused)) =
        source.header.family.and_then(|family| Some((family, family.refused.as_ref()?)))
    {
        return Err(Failure::new(
            Exit::Findings,
            format!(
                "{}: this looks like {}, and no map helps: {}; {}",
                args.file.display(),
                family.what,
                refused.why,
                refused.todo
            ),
        ));
    }
    let file = engine::file_name(&args.file);
    let draft = intake::draft(&source.header, &file);
    if let Some(path) = &args.to {
        write_new(path, &draft)?;
    }
    let path = args.to.as_ref().map(|path| path.display().to_string());
    match (globals.format, path) {
        (Format::Json, path) => {
            out::answer(&serde_json::json!({ "file": file, "map": draft, "written": path }).to_string());
        }
        (Format::Text, None) => out::answer(&draft),
        (Format::Text, Some(path)) => {
            out::answer(&format!("Map: {path}\nLook it through, then: payrun check {file} --map {path}"));
        }
    }
    Ok(Exit::Done)
}

/// Writes a file that was not there before.
fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let written = OpenOptions::new().write(true).create_new(true).open(path);
    written.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::new(
            Exit::Usage,
            format!("{} is there already and is not written over; name another file", path.display()),
        ),
        _ => Failure::new(
            Exit::Configuration,
            format!("cannot write {}: {}", path.display(), system_words(&error)),
        ),
    })
}
