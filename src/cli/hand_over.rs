//! `pay` while a watcher has the state: the file is put into its folder.

use std::fs::File;
use std::io;
use std::path::Path;

use super::args::PayArgs;
use super::exit::{Exit, Failure};
use super::out;
use crate::domain::system_words;
use crate::engine;
use crate::journal::{JournalError, watched_folder};

/// What a watcher is not told by a file alone.
fn is_plain(args: &PayArgs) -> bool {
    let PayArgs { file: _, reading, yes: _, dry_run, skip_invalid, name, remitter, amends, repeat, .. } =
        args;
    let flags = [*dry_run, *skip_invalid, *repeat, args.verify_payees, args.verify_banks];
    let given = [
        name.is_some(),
        remitter.is_some(),
        amends.is_some(),
        reading.sheet.is_some(),
        reading.map.is_some(),
    ];
    let more = [
        args.plan_page.is_some(),
        args.max_slippage.is_some(),
        args.expect_plan.is_some(),
        args.expect_count.is_some(),
    ];
    ![flags.as_slice(), &given, &more].concat().contains(&true)
        && args.expect_total.is_empty()
        && args.block_on.is_empty()
        && reading.accept.is_empty()
}

/// Hands the file to the watcher that holds the state, or says who holds it.
pub fn hand_over(error: JournalError, args: &PayArgs) -> Result<Exit, Failure> {
    let JournalError::Held { holder } = &error else { return Err(error.into()) };
    let Some(folder) = watched_folder(holder) else { return Err(error.into()) };
    if !is_plain(args) {
        let message = format!(
            "Nothing was sent: a watcher holds the state and pays what lies in {}; options such as --amends or --accept do not reach it. Put the file there without them, and say them in the answer that it asks for.",
            folder.display()
        );
        return Err(Failure::new(Exit::Busy, message));
    }
    let name = engine::file_name(&args.file);
    copy(&args.file, &folder, &name).map_err(|error| {
        let to = folder.join(&name);
        let why = match error.kind() {
            io::ErrorKind::AlreadyExists => "a file of that name lies there already".to_owned(),
            _ => system_words(&error),
        };
        Failure::new(
            Exit::Busy,
            format!("Nothing was sent: the watcher's folder cannot take {}: {why}", to.display()),
        )
    })?;
    out::answer(&format!(
        "A watcher holds the state: {name} was put into its folder, {}. Its answer appears there, in held/, done/ or rejected/.",
        folder.display()
    ));
    Ok(Exit::Done)
}

/// The copy appears whole, and never over another file.
fn copy(from: &Path, folder: &Path, name: &str) -> io::Result<()> {
    let mut copy = tempfile::Builder::new().prefix(".payrun-").tempfile_in(folder)?;
    io::copy(&mut File::open(from)?, &mut copy)?;
    copy.as_file().sync_all()?;
    copy.persist_noclobber(folder.join(name)).map(drop).map_err(|error| error.error)
}
