//! `pay` while a watcher has the state: the file is put into its folder.

use std::fs::File;
use std::io;
use std::path::Path;

use super::args::{Format, Globals, PayArgs, ReadingArgs};
use super::desk::put_whole;
use super::exit::{Exit, Failure};
use super::out;
use crate::domain::system_words;
use crate::journal::{JournalError, watched_folder};
use crate::watch::inbox_names;

/// What was given that a watcher is not told by a file alone.
fn given(args: &PayArgs) -> Vec<&'static str> {
    let PayArgs {
        file: _,
        reading: ReadingArgs { sheet, map, accept },
        yes: _, // whether a person is asked, the folder's own settings say
        dry_run,
        skip_invalid,
        name,
        remitter,
        amends,
        repeat,
        verify_payees,
        verify_banks,
        block_on,
        expect_count,
        expect_total,
        plan_page,
        max_slippage,
        expect_plan,
    } = args;
    let flags = [
        ("--dry-run", *dry_run),
        ("--skip-invalid", *skip_invalid),
        ("--name", name.is_some()),
        ("--remitter", remitter.is_some()),
        ("--amends", amends.is_some()),
        ("--repeat", *repeat),
        ("--verify-payees", *verify_payees),
        ("--verify-banks", *verify_banks),
        ("--block-on", !block_on.is_empty()),
        ("--expect-count", expect_count.is_some()),
        ("--expect-total", !expect_total.is_empty()),
        ("--plan-page", plan_page.is_some()),
        ("--max-slippage", max_slippage.is_some()),
        ("--expect-plan", expect_plan.is_some()),
        ("--sheet", sheet.is_some()),
        ("--map", map.is_some()),
        ("--accept", !accept.is_empty()),
    ];
    flags.into_iter().filter_map(|(flag, is_given)| is_given.then_some(flag)).collect()
}

/// Hands the file to the watcher that holds the state, or says who holds it.
pub fn hand_over(error: JournalError, globals: &Globals, args: &PayArgs) -> Result<Exit, Failure> {
    let JournalError::Held { holder } = &error else { return Err(error.into()) };
    let Some(folder) = watched_folder(holder) else { return Err(error.into()) };
    let given = given(args);
    if !given.is_empty() {
        return Err(Failure::new(Exit::Busy, not_told(&given, &folder)));
    }
    let name = copy(&args.file, &folder).map_err(|error| {
        let words = system_words(&error);
        let message = format!(
            "Nothing was sent: {} cannot be put into the watcher's folder, {}: {words}",
            args.file.display(),
            folder.display()
        );
        Failure::new(Exit::Busy, message)
    })?;
    match globals.format {
        Format::Json => out::answer(
            &serde_json::json!({ "handed_over": { "file": name, "folder": folder, "watcher": holder } })
                .to_string(),
        ),
        Format::Text => out::answer(&format!(
            "Nothing is paid yet: a watcher holds the state, and {name} was put into its folder, {}. Its answer appears there, in held/, done/ or rejected/.",
            folder.display()
        )),
    }
    Ok(Exit::HandedOver)
}

fn not_told(given: &[&str], folder: &Path) -> String {
    let mut how = "put the file there without them, and say them in the answer that it asks for";
    if given.contains(&"--dry-run") {
        how = "to see what is wrong with the file, payrun check; for its plan, put it there with mode = \"hold\"";
    } else if given.iter().any(|flag| matches!(*flag, "--expect-count" | "--expect-total")) {
        how = "put a file with control totals there first, FILE.totals, then the file without them";
    }
    format!(
        "Nothing was sent: a watcher holds the state and pays what lies in {}, and {} would not reach it: {how}.",
        folder.display(),
        given.join(", ")
    )
}

/// Puts the file under a name by which it is taken, never over another file. One that lies there by such a name is taken
/// anyway.
fn copy(from: &Path, folder: &Path) -> io::Result<String> {
    let file = from.canonicalize()?;
    let own = file.file_name().unwrap_or_default();
    let lies_there = file.parent() == Some(folder);
    for name in inbox_names(own) {
        if lies_there && *name == *own {
            return Ok(name);
        }
        match put_whole(&mut File::open(&file)?, &folder.join(&name)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            put => return put.map(|()| name),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
