//! `payrun payees …`: the payee book.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::args::{Format, Globals, ImportArgs, PayeesArgs, PayeesCommand};
use super::exit::{Exit, Failure};
use super::reading::{accepted, check_options, reading};
use super::session::Session;
use super::status::{self, Seen};
use super::{out, payees_changes, payees_csv};
use crate::check::{self, CheckReport};
use crate::domain::book::day;
use crate::domain::money::plural;
use crate::domain::{
    AccountNumber, BankAccount, Book, BookEntry, BookError, Bsb, KnownAccount, LastPaid, PartyName, Severity,
};
use crate::engine::{self, Imported};
use crate::journal::Checkpoint;

/// Runs the command.
pub fn run(globals: &Globals, args: &PayeesArgs) -> Result<Exit, Failure> {
    let session = Session::new(globals, Vec::new())?;
    match &args.command {
        PayeesCommand::Import(args) => import(globals, &session, args),
        PayeesCommand::List => list(globals, look(&session)?.as_ref()),
        PayeesCommand::Show { payee } => show(globals, look(&session)?.as_ref(), payee),
        PayeesCommand::Export { file } => export(look(&session)?.as_ref(), file),
    }
}

impl From<BookError> for Failure {
    fn from(error: BookError) -> Self {
        Self::new(Exit::Stopped, error.to_string())
    }
}

/// What can be seen now; none where nothing was ever imported or paid.
fn look(session: &Session) -> Result<Option<Seen>, Failure> {
    if session.folder.journal().is_dir() { status::look(session).map(Some) } else { Ok(None) }
}

fn import(globals: &Globals, session: &Session, args: &ImportArgs) -> Result<Exit, Failure> {
    let journal = session.journal()?;
    let options = check_options(session, accepted(&args.reading.accept)?)?;
    let reading = reading(session, &args.reading)?;
    let imported = engine::import_payees(&journal, &args.file, &reading, &options, &*session.observer)?;
    let checked = &imported.checked;
    if checked.findings.iter().any(|finding| finding.severity < Severity::Info) {
        let report = CheckReport::new(&args.file.display().to_string(), checked);
        out::note(&check::render_findings(&report));
    }
    super::check::tell_unmet(checked);
    let left_out = checked.invalid_rows.len() as u64;
    if left_out > 0 && !args.skip_invalid || checked.payable == 0 {
        let how = if checked.payable > 0 { ", or leave these rows out with --skip-invalid" } else { "" };
        let rows = plural(left_out, "row");
        return Err(Failure::new(
            Exit::Findings,
            format!("Nothing was imported: {rows} cannot be taken as they are. Correct the file{how}."),
        ));
    }
    if !args.dry_run {
        engine::note_payees(&journal, &imported.noted, &*session.clock)?;
    }
    let Imported { new, updated, unchanged, .. } = imported;
    match globals.format {
        Format::Json => out::answer(
            &json!({
                "new": new,
                "updated": updated,
                "unchanged": unchanged,
                "left_out": left_out,
                "imported": !args.dry_run,
                "changes": payees_changes::in_json(&imported),
            })
            .to_string(),
        ),
        Format::Text => {
            let out = if left_out > 0 { format!("; {left_out} left out") } else { String::new() };
            let changes = payees_changes::in_words(&imported);
            let line = if changes.is_empty() { "" } else { "\n" };
            let nothing = if args.dry_run { " Nothing was imported: this was a dry run." } else { "" };
            out::answer(&format!(
                "{changes}{line}Payee book: {new} new, {updated} updated, {unchanged} unchanged{out}.{nothing}"
            ));
        }
    }
    Ok(if left_out > 0 { Exit::Incomplete } else { Exit::Done })
}

/// All payees, by id, then by name.
fn sorted(checkpoint: &Checkpoint) -> Result<Vec<BookEntry>, Failure> {
    let mut entries = checkpoint.payees().collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_cached_key(|entry| {
        let name = entry.payee.party.name.to_string().to_lowercase();
        (entry.payee.payee_id.is_none(), entry.payee.payee_id.clone(), name)
    });
    Ok(entries)
}

/// What is known of the account of a payee.
fn account(book: &dyn Book, entry: &BookEntry) -> Result<Option<KnownAccount>, BookError> {
    match &entry.payee.payee_id {
        Some(id) => book.account_of_id(id),
        None => book.account_of_name(&entry.payee.party.name, &entry.payee.account),
    }
}

fn last_paid(known: Option<&KnownAccount>) -> Option<&LastPaid> {
    known.and_then(|known| known.paid.as_ref().or(known.paid_before.as_ref()))
}

fn list(globals: &Globals, seen: Option<&Seen>) -> Result<Exit, Failure> {
    let mut rows = Vec::new();
    for entry in seen.map_or(Ok(Vec::new()), |seen| sorted(seen.checkpoint()))? {
        let known = seen.map(|seen| account(seen.checkpoint(), &entry)).transpose()?.flatten();
        rows.push((entry, known));
    }
    if globals.format == Format::Json {
        let payees: Vec<Value> = rows.iter().map(|(entry, known)| in_json(entry, known.as_ref())).collect();
        out::answer(&json!({ "payees": payees }).to_string());
        return Ok(Exit::Done);
    }
    if rows.is_empty() {
        out::answer("The payee book is empty. To fill it: payrun payees import FILE");
        return Ok(Exit::Done);
    }
    let mut lines = vec![["payee_id", "name", "account", "address", "last paid"].map(str::to_owned)];
    for (entry, known) in &rows {
        let paid = last_paid(known.as_ref()).map_or("never".to_owned(), |paid| day(paid.at));
        let address = if entry.payee.party.address.street.is_some() { "yes" } else { "no" };
        lines.push([
            entry.payee.payee_id.clone().unwrap_or("-".to_owned()),
            entry.payee.party.name.to_string(),
            entry.payee.account.to_string(),
            address.to_owned(),
            paid,
        ]);
    }
    let mut text = aligned(&lines);
    let _ = write!(text, "{}.", plural(rows.len() as u64, "payee"));
    out::answer(&text);
    Ok(Exit::Done)
}

/// Lines of a list, each column as wide as its widest cell.
fn aligned<const COLUMNS: usize>(lines: &[[String; COLUMNS]]) -> String {
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; COLUMNS] = std::array::from_fn(width);
    let mut text = String::new();
    for line in lines {
        let cells = line.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        let _ = writeln!(text, "{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    text
}

fn show(globals: &Globals, seen: Option<&Seen>, wanted: &str) -> Result<Exit, Failure> {
    let found = seen.map(|seen| find(seen.checkpoint(), wanted)).transpose()?.unwrap_or_default();
    let (Some(seen), false) = (seen, found.is_empty()) else {
        return Err(Failure::new(
            Exit::Usage,
            "The payee book has nobody with this payee_id or account; `payrun payees list` lists all.",
        ));
    };
    let mut text = String::new();
    let mut all = Vec::new();
    for entry in &found {
        let known = account(seen.checkpoint(), entry)?;
        all.push(in_json(entry, known.as_ref()));
        text.push_str(&in_words(entry, known.as_ref()));
    }
    match globals.format {
        Format::Text => out::answer(&text),
        Format::Json => out::answer(&json!({ "payees": all }).to_string()),
    }
    Ok(Exit::Done)
}

/// By the payee's id, else by BSB and account number, else by the number of an account abroad.
fn find(book: &Checkpoint, wanted: &str) -> Result<Vec<BookEntry>, Failure> {
    if let Some(entry) = book.by_id(wanted.trim())? {
        return Ok(vec![entry]);
    }
    let plain: String = wanted.chars().filter(char::is_ascii_alphanumeric).collect();
    let parts = plain.split_at_checked(6);
    let parts = parts.and_then(|(bsb, rest)| Some((Bsb::new(bsb).ok()?, AccountNumber::new(rest).ok()?)));
    if let Some((bsb, number)) = parts {
        let found = book.by_account(&BankAccount::Bsb { bsb, number })?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    let number = plain.to_ascii_uppercase();
    let mut all = sorted(book)?;
    all.retain(
        |entry| matches!(&entry.payee.account, BankAccount::Abroad(account) if account.number() == number),
    );
    Ok(all)
}

fn in_words(entry: &BookEntry, known: Option<&KnownAccount>) -> String {
    let party = &entry.payee.party;
    let address = &party.address;
    let parts = [&address.street, &address.suburb, &address.state, &address.postcode];
    let place: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    let dob = party.dob.map(|dob| dob.to_string());
    let paid = last_paid(known).map(|paid| format!("{}, row {} of run {}", day(paid.at), paid.row, paid.run));
    let place = match (place.is_empty(), address.country.as_str()) {
        (true, _) => None,
        (false, "AU") => Some(place.join(", ")),
        (false, country) => Some(format!("{}, {country}", place.join(", "))),
    };
    let lines = [
        ("name", Some(party.name.to_string())),
        ("payee_id", entry.payee.payee_id.clone()),
        ("account", Some(entry.payee.account.to_string())),
        ("address", Some(place.unwrap_or("none".to_owned()))),
        ("e-mail", party.email.clone()),
        ("mobile", party.mobile.clone()),
        ("born", dob),
        ("last paid", Some(paid.unwrap_or("never".to_owned()))),
        ("noted", Some(format!("{}, row {} of {}", day(entry.at), entry.row, entry.file))),
    ];
    let mut text = String::new();
    for (what, said) in lines {
        if let Some(said) = said {
            let _ = writeln!(text, "{what:<10} {said}");
        }
    }
    for change in &entry.changes {
        let _ = writeln!(text, "{:<10} {change}", "changed");
    }
    text
}

fn in_json(entry: &BookEntry, known: Option<&KnownAccount>) -> Value {
    let party = &entry.payee.party;
    let [first, middle, last, company] = match &party.name {
        PartyName::Person { first, middle, last } => [Some(first), middle.as_ref(), Some(last), None],
        PartyName::Company(company) => [None, None, None, Some(company)],
    };
    json!({
        "payee_id": entry.payee.payee_id,
        "first_name": first,
        "middle_name": middle,
        "last_name": last,
        "company_name": company,
        "account": entry.payee.account.to_string(),
        "has_address": party.address.street.is_some(),
        "address": party.address,
        "email": party.email,
        "mobile": party.mobile,
        "dob": party.dob.map(|dob| dob.to_string()),
        "last_paid": last_paid(known).map(|paid| json!({
            "at": paid.at,
            "run": paid.run.to_string(),
            "row": paid.row,
            "money": paid.money,
        })),
        "noted": { "at": entry.at, "file": entry.file, "row": entry.row },
        "changes": entry.changes,
    })
}

fn export(seen: Option<&Seen>, file: &Path) -> Result<Exit, Failure> {
    let entries = seen.map_or(Ok(Vec::new()), |seen| sorted(seen.checkpoint()))?;
    if entries.is_empty() {
        return Err(Failure::new(Exit::Usage, "The payee book is empty; nothing was written."));
    }
    payees_csv::write(file, &entries)?;
    out::answer(&format!(
        "{} written to {}, with full account numbers: delete it when it is no longer needed.",
        plural(entries.len() as u64, "payee"),
        file.display()
    ));
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_of_a_list_are_as_wide_as_their_widest_cell() {
        let lines = [["id", "name"], ["P-10000000000000000001", "Zo\u{eb}"], ["2", "Robin"]];
        let text = super::aligned(&lines.map(|line| line.map(str::to_owned)));
        let begins: Vec<usize> = text
            .lines()
            .map(|line| {
                line.chars().count() - line.split("  ").last().expect("a cell").trim_start().chars().count()
            })
            .collect();
        assert_eq!(begins, [24; 3], "{text}");
    }
}
