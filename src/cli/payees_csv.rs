//! The payee book as a CSV file that `payees import` takes back.

use std::borrow::Cow;
use std::io::ErrorKind;
use std::path::Path;

use super::exit::{Exit, Failure};
use crate::domain::{BankAccount, BookEntry, PartyName, system_words};
use crate::journal::new_private_file;
use crate::report::defused;

const HEADER: [&str; 16] = [
    "payee_id",
    "first_name",
    "middle_name",
    "last_name",
    "company_name",
    "email",
    "mobile",
    "dob",
    "street",
    "suburb",
    "state",
    "postcode",
    "country",
    "bsb",
    "account_number",
    "payid",
];

/// Writes all payees with their full accounts to a file that must not be there yet, for its owner alone.
pub fn write(path: &Path, entries: &[BookEntry]) -> Result<(), Failure> {
    let failed = |error: &std::io::Error| {
        let why = match error.kind() {
            ErrorKind::AlreadyExists => "it is there already, and nothing is written over".to_owned(),
            _ => system_words(error),
        };
        Failure::new(Exit::Configuration, format!("cannot write {}: {why}", path.display()))
    };
    let file = new_private_file(path).map_err(|error| failed(&error))?;
    let mut writer = csv::Writer::from_writer(file);
    let written = |result: csv::Result<()>| result.map_err(|error| failed(&error.into()));
    written(writer.write_record(HEADER))?;
    for entry in entries {
        let cells = cells(entry);
        written(writer.write_record(cells.iter().map(|cell| kept(cell).into_owned())))?;
    }
    writer.flush().map_err(|error| failed(&error))
}

fn cells(entry: &BookEntry) -> [String; 16] {
    let party = &entry.payee.party;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let [first, middle, last, company] = match &party.name {
        PartyName::Person { first, middle, last } => {
            [first.clone(), text(middle), last.clone(), String::new()]
        }
        PartyName::Company(name) => [String::new(), String::new(), String::new(), name.clone()],
    };
    let [bsb, number, payid] = match &entry.payee.account {
        BankAccount::Bsb { bsb, number } => [bsb.to_string(), number.digits().to_owned(), String::new()],
        BankAccount::PayId { payid } => [String::new(), String::new(), payid.text().to_owned()],
    };
    let address = &party.address;
    [
        text(&entry.payee.payee_id),
        first,
        middle,
        last,
        company,
        text(&party.email),
        text(&party.mobile),
        party.dob.map(|dob| dob.to_string()).unwrap_or_default(),
        text(&address.street),
        text(&address.suburb),
        text(&address.state),
        text(&address.postcode),
        address.country.clone(),
        bsb,
        number,
        payid,
    ]
}

/// A cell that a spreadsheet leaves as it is, and that is read back as it was: digits that it would shorten or calculate
/// with are written as `="00123"`.
fn kept(cell: &str) -> Cow<'_, str> {
    let is_number =
        cell.starts_with(['0', '+']) && cell.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-'));
    if is_number { Cow::Owned(format!("=\"{cell}\"")) } else { defused(cell) }
}
