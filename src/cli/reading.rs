//! How a file is read and checked, by what a person has asked for: the sheet, the map, what is accepted.

use std::path::Path;
use std::sync::Arc;

use super::args::ReadingArgs;
use super::exit::{Exit, Failure};
use super::session::Session;
use crate::check;
use crate::config::Environment;
use crate::domain::{Accepted, Limits, RemitterNames, RunHead, system_words};
use crate::intake::{ColumnMap, Reading};

/// How to read a file, as it was asked for.
pub fn reading(session: &Session, args: &ReadingArgs) -> Result<Reading, Failure> {
    let map = args.map.as_deref().map(read_map).transpose()?;
    Ok(read_with(args.sheet.clone(), map, session.settings.limits))
}

/// A map has a line for each column.
const MOST_OF_A_MAP: u64 = 1 << 20;

/// A map that a person has written.
fn read_map(path: &Path) -> Result<ColumnMap, Failure> {
    let refused = |what: &dyn std::fmt::Display| {
        Failure::new(Exit::Usage, format!("--map {}: {what}.", path.display()))
    };
    if std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() || metadata.len() > MOST_OF_A_MAP) {
        return Err(refused(&"this is no file of the size of a map"));
    }
    let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::InvalidData => refused(&"this is no text, and a map is one"),
        _ => refused(&system_words(&error)),
    })?;
    ColumnMap::parse(&text).map_err(|error| refused(&error))
}

/// What a person has accepted.
pub fn accepted(words: &[String]) -> Result<Accepted, Failure> {
    let mut accepted = Accepted::default();
    for typed in words {
        accepted.add(typed).map_err(|error| Failure::new(Exit::Usage, format!("--accept: {error}.")))?;
    }
    Ok(accepted)
}

/// How the file of a run was read, for reading its copy.
pub fn read_again(head: &RunHead, limits: Limits) -> Result<Reading, Failure> {
    let map = head.map.as_deref().map(ColumnMap::parse).transpose();
    let map = map.map_err(|error| {
        Failure::new(Exit::Findings, format!("the map that {} was read with: {error}", head.run))
    })?;
    Ok(read_with(head.sheet.clone(), map, limits))
}

/// The same, without a person at a command line.
pub fn read_with(sheet: Option<String>, map: Option<ColumnMap>, limits: Limits) -> Reading {
    Reading { sheet, map, program: std::env::current_exe().unwrap_or_default(), limits }
}

/// How files are checked today, in this environment.
pub fn check_options(session: &Session, accepted: Accepted) -> Result<check::Options, Failure> {
    let today = session.today();
    let production = session.settings.environment == Environment::Production;
    let directory = super::bsb::directory(&session.settings)?;
    let remitters = Some(Arc::new(session.settings.remitters.clone()) as Arc<dyn RemitterNames>);
    let mut options =
        check::Options { accepted, directory, remitters, ..check::Options::new(today, production) };
    super::reference::known(session, &mut options);
    Ok(options)
}
