//! Importing payees into the payee book: checked first, then written to the journal, one record for each payee that is
//! new or different.

use std::path::Path;

use serde::Serialize;

use super::EngineError;
use crate::check::{self, Checked, PayeeRow};
use crate::domain::book::names_agree;
use crate::domain::{Book, BookEntry, BookError, Clock, Observer, Party, Payee};
use crate::intake::{self, Reading};
use crate::journal::{Journal, Noted, Record};

/// So many payees go to the journal in one piece.
const IN_ONE_PIECE: usize = 500;

/// What an import is or would be.
#[derive(Debug)]
pub struct Imported {
    /// What checking found.
    pub checked: Checked,
    /// What is to be written.
    pub noted: Vec<Noted>,
    /// What that changes of each payee, in the same order.
    pub changes: Vec<Change>,
    /// Payees that the book does not have.
    pub new: u64,
    /// Payees of whom the book has something else.
    pub updated: u64,
    /// Payees of whom the book has all of it.
    pub unchanged: u64,
}

/// What an import does to one payee of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The money goes to another account from now on.
    Account,
    /// The payee has another name.
    Renamed,
    /// Something else differs.
    Updated,
    /// The book does not have the payee.
    New,
}

/// Reads and checks a file of payees against the book. Nothing is written.
pub fn import_payees(
    journal: &Journal,
    path: &Path,
    reading: &Reading,
    options: &check::Options,
    observer: &dyn Observer,
) -> Result<Imported, EngineError> {
    let book = journal.checkpoint();
    let found = check::check_payees(intake::open(path, reading)?, options, book, observer)?;
    let mut imported = Imported {
        checked: found.checked,
        noted: Vec::new(),
        changes: Vec::new(),
        new: 0,
        updated: 0,
        unchanged: 0,
    };
    let file = super::file_name(path);
    for row in found.payees {
        let PayeeRow { row, payee, accepted } = row;
        let (payee, known) = merged(payee, book).map_err(check::CheckError::from)?;
        let changed = known.as_ref().map_or_else(Vec::new, |known| differences(&known.payee, &payee));
        match &known {
            None => imported.new += 1,
            // accepted bank details are noted even if the book had them: the payee was paid by others since
            Some(_) if changed.is_empty() && accepted.is_empty() => {
                imported.unchanged += 1;
                continue;
            }
            Some(_) => imported.updated += 1,
        }
        imported.changes.push(match known.as_ref().map(|known| &known.payee) {
            None => Change::New,
            Some(old) if old.account != payee.account => Change::Account,
            Some(old) if old.party.name != payee.party.name => Change::Renamed,
            Some(_) => Change::Updated,
        });
        let key = BookEntry::key(&payee);
        let replaces = known.map(|known| BookEntry::key(&known.payee)).filter(|old| *old != key);
        let (payee, file) = (Box::new(payee), file.clone());
        imported.noted.push(Noted { payee, file, row, replaces, changed, accepted });
    }
    Ok(imported)
}

/// Writes what an import has found. Durable when it returns; cut short, the same import again writes the rest.
pub fn note_payees(journal: &Journal, noted: &[Noted], clock: &dyn Clock) -> Result<(), EngineError> {
    for piece in noted.chunks(IN_ONE_PIECE) {
        let records = piece.iter().cloned().map(Record::PayeeNoted).collect();
        journal.append(clock.now(), records).wait()?;
    }
    Ok(())
}

/// A payee with what the book has of it and the file leaves empty, and the book's entry. An address is one thing.
fn merged(mut payee: Payee, book: &dyn Book) -> Result<(Payee, Option<BookEntry>), BookError> {
    let known = match &payee.payee_id {
        Some(id) => match book.by_id(id)? {
            Some(entry) => Some(entry),
            // the same payee, noted before it had an id
            None => same(&payee, book)?.filter(|entry| entry.payee.payee_id.is_none()),
        },
        None => same(&payee, book)?,
    };
    let Some(entry) = known else { return Ok((payee, None)) };
    let old = &entry.payee;
    payee.payee_id = payee.payee_id.or_else(|| old.payee_id.clone());
    let Party { email, mobile, dob, address, .. } = &old.party;
    let party = &mut payee.party;
    party.email = party.email.take().or_else(|| email.clone());
    party.mobile = party.mobile.take().or_else(|| mobile.clone());
    party.dob = party.dob.or(*dob);
    let own = &party.address;
    if [&own.street, &own.suburb, &own.state, &own.postcode].iter().all(|part| part.is_none()) {
        party.address = address.clone();
    }
    Ok((payee, Some(entry)))
}

/// The one payee of the book with this account and a name that agrees.
fn same(payee: &Payee, book: &dyn Book) -> Result<Option<BookEntry>, BookError> {
    let mut entries = book.by_account(&payee.account)?;
    entries.retain(|entry| names_agree(&entry.payee.party.name, &payee.party.name));
    let only = entries.pop();
    Ok(only.filter(|_| entries.is_empty()))
}

/// What differs, in words.
fn differences(old: &Payee, new: &Payee) -> Vec<String> {
    let account = || {
        let (old, new) = old.account.beside(&new.account);
        format!("bank details {old} → {new}")
    };
    let changes = [
        (old.payee_id != new.payee_id, "payee_id".to_owned()),
        (old.party.name != new.party.name, format!("name, was {}", old.party.name)),
        (old.party.email != new.party.email, "e-mail address".to_owned()),
        (old.party.mobile != new.party.mobile, "mobile number".to_owned()),
        (old.party.dob != new.party.dob, "date of birth".to_owned()),
        (old.party.address != new.party.address, "address".to_owned()),
        (old.account != new.account, account()),
    ];
    changes.into_iter().filter(|(differs, _)| *differs).map(|(_, words)| words).collect()
}
