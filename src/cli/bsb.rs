//! `payrun bsb 062-000`: the bank and branch behind a BSB. `payrun bsb update FILE`: a newer directory of them.

use std::fmt::Write as _;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use super::args::{BsbArgs, BsbCommand, BsbUpdateArgs, Format, Globals};
use super::exit::{Exit, Failure};
use super::out;
use super::session::Session;
use crate::check::directory::{self, Directory};
use crate::config::Settings;
use crate::domain::{Bsb, system_words};
use crate::journal::private_file;

/// A directory with fewer of the present one's branches than this share is one that was cut short.
const LEAST_PERCENT: usize = 90;
/// AusPayNet's file has two million bytes.
const MOST_BYTES: u64 = 64 << 20;

/// Runs the command.
pub fn run(globals: &Globals, args: &BsbArgs) -> Result<Exit, Failure> {
    let session = Session::without_login(globals, Vec::new())?;
    match (&args.command, &args.bsb) {
        (Some(BsbCommand::Update(update)), _) => take(&session, update),
        (None, bsb) => show(globals, &directory(&session.settings)?, bsb.as_deref().unwrap_or_default()),
    }
}

/// The directory that this state folder has, else the one that is compiled in, whichever is newer.
pub fn directory(settings: &Settings) -> Result<Directory, Failure> {
    let path = kept_path(settings);
    let built_in = Directory::built_in();
    let unusable = |why: &str| {
        let path = path.display();
        let todo = "run payrun bsb update again, or remove the file";
        Failure::new(Exit::Configuration, format!("the bank directory {path} cannot be used: {why}; {todo}"))
    };
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(built_in),
        Err(error) => return Err(unusable(&system_words(&error))), // not the older one unsaid
    };
    let kept = Directory::from_bytes(&bytes).map_err(|damaged| unusable(&damaged.to_string()))?;
    Ok(if kept.date > built_in.date { kept } else { built_in })
}

fn kept_path(settings: &Settings) -> PathBuf {
    settings.state.join("bank-directory.bin")
}

fn show(globals: &Globals, directory: &Directory, typed: &str) -> Result<Exit, Failure> {
    let digits: String = typed.chars().filter(|c| !matches!(c, '-' | ' ' | '.')).collect();
    let bsb = Bsb::new(&digits).map_err(|_| {
        Failure::new(Exit::Usage, format!("\"{typed}\" is not a BSB: write six digits, such as 062-000"))
    })?;
    let Some(branch) = directory.lookup(bsb) else {
        let bank = directory
            .bank_of_prefix(bsb)
            .map_or("and no bank is known to own its first digits".to_owned(), |bank| {
                format!("though its first digits belong to {bank}")
            });
        return Err(Failure::new(
            Exit::Findings,
            format!(
                "{bsb} is not in the bank directory of {}, {bank}: ask the payee or the bank",
                directory.month()
            ),
        ));
    };
    match globals.format {
        Format::Json => out::answer(&serde_json::to_string(&branch).unwrap_or_default()),
        Format::Text => {
            let mut text = format!("{bsb}  {}, {}\n", branch.bank, branch.name);
            let _ = writeln!(
                text,
                "         {}, {} {} {}",
                branch.street, branch.suburb, branch.state, branch.postcode
            );
            if let Some(successor) = branch.successor {
                let _ = writeln!(text, "         merged: use {successor}");
            }
            let _ = writeln!(text, "Bank directory of {}", directory.month());
            out::answer(&text);
        }
    }
    Ok(Exit::Done)
}

/// Reads AusPayNet's file, compares it with the present directory, and keeps it.
fn take(session: &Session, args: &BsbUpdateArgs) -> Result<Exit, Failure> {
    let settings = &session.settings;
    let refused = |why: String| {
        let file = args.file.display();
        Failure::new(Exit::Usage, format!("The bank directory stays as it is: {file}: {why}."))
    };
    let metadata = fs::metadata(&args.file).map_err(|error| refused(system_words(&error)))?;
    if !metadata.is_file() {
        return Err(refused("it is no file".to_owned()));
    }
    if metadata.len() > MOST_BYTES {
        return Err(refused("it is larger than any directory of branches".to_owned()));
    }
    let bytes = fs::read(&args.file).map_err(|error| refused(system_words(&error)))?;
    let lines = directory::read(&bytes).map_err(|error| refused(error.to_string()))?;
    let name = args.file.file_name().unwrap_or_default().to_string_lossy();
    let date = args.date.or_else(|| directory::date_of_name(&name)).ok_or_else(|| {
        refused("its name does not say of when it is; add the date, such as --of 2026-07-01".to_owned())
    })?;
    if date > session.today() {
        return Err(refused(format!("{date} is a day to come")));
    }
    let new = Directory::of_lines(&lines, date).map_err(|error| refused(error.to_string()))?;
    let present = directory(settings)?;
    if !args.force && new.date < present.date {
        return Err(refused(format!("it is of {}, the present one of {}", new.month(), present.month())));
    }
    if !args.force && new.branches() * 100 < present.branches() * LEAST_PERCENT {
        return Err(refused(format!(
            "it has {} branches, the present one {}: it seems to be cut short; --force takes it",
            new.branches(),
            present.branches()
        )));
    }
    let path = kept_path(settings);
    keep(&path, &new.to_bytes()).map_err(|error| {
        let why = system_words(&error);
        Failure::new(Exit::Configuration, format!("cannot write {}: {why}", path.display()))
    })?;
    let [added, gone, changed] = present.compare(&new);
    out::answer(&format!(
        "Bank directory of {}: {} branches, {added} new, {gone} gone, {changed} changed since {}.",
        new.month(),
        new.branches(),
        present.month()
    ));
    Ok(Exit::Done)
}

/// All of it or nothing: a half-written directory is never in its place.
fn keep(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension("new");
    let mut file = private_file(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(beside, path)
}
