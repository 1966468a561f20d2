//! The payee book as a CSV file that `payees import` takes back.

use std::borrow::Cow;
use std::io::ErrorKind;
use std::path::Path;

use super::exit::{Exit, Failure};
use crate::domain::{BankAccount, BookEntry, PartyName, Scheme, system_words};
use crate::journal::new_private_file;
use crate::report::defused;

const PARTY: [&str; 13] = [
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
];

const ACCOUNT: [&str; 11] = [
    "account_type",
    "bsb",
    "account_number",
    "payid",
    "iban",
    "bic",
    "aba",
    "clabe",
    "ifsc",
    "cnaps",
    "sort_code",
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
    written(writer.write_record(PARTY.into_iter().chain(ACCOUNT)))?;
    for entry in entries {
        let cells = cells(entry);
        written(writer.write_record(cells.iter().map(|cell| kept(cell).into_owned())))?;
    }
    writer.flush().map_err(|error| failed(&error))
}

fn cells(entry: &BookEntry) -> Vec<String> {
    let party = &entry.payee.party;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let [first, middle, last, company] = match &party.name {
        PartyName::Person { first, middle, last } => {
            [first.clone(), text(middle), last.clone(), String::new()]
        }
        PartyName::Company(name) => [String::new(), String::new(), String::new(), name.clone()],
    };
    let mut account: [String; ACCOUNT.len()] = Default::default();
    for (column, cell) in account_cells(&entry.payee.account) {
        let at = ACCOUNT.iter().position(|known| *known == column).expect("a column of the table");
        account[at] = cell;
    }
    let address = &party.address;
    let cells = [
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
    ];
    cells.into_iter().chain(account).collect()
}

/// An account by the names of its columns.
fn account_cells(account: &BankAccount) -> Vec<(&'static str, String)> {
    match account {
        BankAccount::Bsb { bsb, number } => {
            vec![("bsb", bsb.to_string()), ("account_number", number.digits().to_owned())]
        }
        BankAccount::PayId { payid } => vec![("payid", payid.text().to_owned())],
        BankAccount::Abroad(account) => {
            let (routing, number) = match account.scheme() {
                Scheme::Iban => ("", "iban"),
                Scheme::Clabe => ("", "clabe"),
                Scheme::AccNo => ("", "account_number"),
                Scheme::Aba => ("aba", "account_number"),
                Scheme::Ifsc => ("ifsc", "account_number"),
                Scheme::Cnaps => ("cnaps", "account_number"),
                Scheme::SortCode => ("sort_code", "account_number"),
            };
            let routing = account.routing().map(|code| (routing, code.to_owned()));
            let bic = account.bic().map(|bic| ("bic", bic.to_string()));
            let rest =
                [("account_type", account.scheme().to_string()), (number, account.number().to_owned())];
            rest.into_iter().chain(routing).chain(bic).collect()
        }
    }
}

/// A cell that a spreadsheet leaves as it is, and that is read back as it was: digits that it would shorten or calculate
/// with are written as `="00123"`.
fn kept(cell: &str) -> Cow<'_, str> {
    const SHOWN_WHOLE: usize = 11; // longer numbers are shown as powers of ten, and cut behind their fifteenth digit
    let is_number = cell.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-'));
    if is_number && (cell.starts_with(['0', '+']) || cell.len() > SHOWN_WHOLE) {
        Cow::Owned(format!("=\"{cell}\""))
    } else {
        defused(cell)
    }
}
