//! The payee book in the checkpoint: payees by id and by account, and the accounts that ids and names were paid by.
//!
//! Fed from the journal like everything else here: by imports, and by payouts once the API has them. Each value bears
//! the number of the last record that was applied to it, so that applying twice does nothing. A value that is
//! compared with payouts is written before the payout's own, which says that the record was applied.

use serde::{Deserialize, Serialize};

use super::checkpoint::{Checkpoint, decode, encode, get};
use super::error::JournalError;
use super::record::Noted;
use crate::domain::book::{day, folded, names_agree};
use crate::domain::{
    BankAccount, Book, BookEntry, BookError, BookKey, KnownAccount, LastPaid, MarkedRow, PartyName, Payee,
    PayoutEntry, RunId, Timestamp,
};

/// A payee as the checkpoint keeps it.
#[derive(Debug, Serialize, Deserialize)]
struct StoredPayee {
    seq: u64,
    entry: BookEntry,
}

/// An account as the checkpoint keeps it.
#[derive(Debug, Serialize, Deserialize)]
struct StoredAccount {
    seq: u64,
    known: KnownAccount,
}

/// What has shown that an account is a payee's.
enum Seen<'a> {
    Noted(&'a Noted),
    Paid(LastPaid),
}

fn id_key(id: &str) -> Vec<u8> {
    [b"i".as_slice(), BookKey::of(&["id", id]).bytes()].concat()
}

fn name_prefix(name: &PartyName) -> Vec<u8> {
    [b"n".as_slice(), BookKey::of(&["name", &folded(name)]).bytes()].concat()
}

fn name_key(name: &PartyName, account: &BankAccount) -> Vec<u8> {
    let account = BookKey::of(&["account", &account.canonical()]);
    [name_prefix(name).as_slice(), account.bytes()].concat()
}

fn account_prefix(account: &BankAccount) -> [u8; 16] {
    *BookKey::of(&["account", &account.canonical()]).bytes()
}

impl Checkpoint {
    /// Every payee of the book, in no order that means anything.
    pub fn payees(&self) -> impl Iterator<Item = Result<BookEntry, JournalError>> + use<> {
        self.payees.iter().values().map(|value| Ok(decode::<StoredPayee>(&value?)?.entry))
    }

    /// An import has noted a payee.
    pub(super) fn payee_noted(&self, seq: u64, at: Timestamp, noted: &Noted) -> Result<(), JournalError> {
        let payee = &noted.payee;
        self.account_seen(seq, at, payee, &Seen::Noted(noted))?;
        let key = BookEntry::key(payee);
        let mut stored = get::<StoredPayee>(&self.payees, key.bytes())?;
        if let Some(old) = noted.replaces {
            let removed = self.payees.remove(old.bytes())?; // also where this record was applied before
            let removed = removed.map(|value| decode::<StoredPayee>(&value)).transpose()?;
            stored = stored.or(removed.map(|old| StoredPayee { seq: 0, ..old }));
        }
        if stored.as_ref().is_some_and(|stored| stored.seq >= seq) {
            return Ok(());
        }
        let mut entry = BookEntry {
            payee: (**payee).clone(),
            at,
            file: noted.file.clone(),
            row: noted.row,
            changes: stored.map(|stored| stored.entry.changes).unwrap_or_default(),
        };
        if !noted.changed.is_empty() {
            let place = format!("{} row {}", noted.file, noted.row);
            entry.changed(format!("{}, {place}: {}", day(at), noted.changed.join(", ")));
        }
        self.store_payee(seq, &entry)
    }

    /// The API has a payout: its account is the payee's.
    pub(super) fn payee_paid(&self, seq: u64, at: Timestamp, paid: &PayoutEntry) -> Result<(), JournalError> {
        let payee = &paid.payout.payee;
        let last = LastPaid { at, run: paid.run, row: paid.payout.row, money: Some(paid.payout.money) };
        let seen = Seen::Paid(last);
        self.account_seen(seq, at, payee, &seen)?;
        // a bank's file names no ids: whom of the book the row means is told by account and name
        if payee.payee_id.is_none() {
            for entry in self.payees_with(&payee.account)? {
                if names_agree(&entry.payee.party.name, &payee.party.name) {
                    self.account_seen(seq, at, &entry.payee, &seen)?;
                }
            }
        }
        // a person has accepted the new account, and it was used: the book has it too
        if payee.payee_id.is_none() {
            return Ok(());
        }
        let Some(stored) = get::<StoredPayee>(&self.payees, BookEntry::key(payee).bytes())? else {
            return Ok(());
        };
        let StoredPayee { seq: known, mut entry } = stored;
        if known >= seq || entry.payee.account == payee.account {
            return Ok(());
        }
        (entry.payee.account, entry.payee.own_record) = (payee.account.clone(), payee.own_record);
        entry.changed(format!("{}, row {} of run {}: bank details", day(at), paid.payout.row, paid.run));
        self.store_payee(seq, &entry)
    }

    fn store_payee(&self, seq: u64, entry: &BookEntry) -> Result<(), JournalError> {
        let key = BookEntry::key(&entry.payee);
        let place = [account_prefix(&entry.payee.account).as_slice(), key.bytes()].concat();
        self.payee_accounts.insert(place, key.bytes())?;
        self.payees.insert(key.bytes(), encode(&StoredPayee { seq, entry: entry.clone() }))?;
        Ok(())
    }

    fn account_seen(
        &self,
        seq: u64,
        at: Timestamp,
        payee: &Payee,
        seen: &Seen<'_>,
    ) -> Result<(), JournalError> {
        let by_name = name_key(&payee.party.name, &payee.account);
        let by_id = payee.payee_id.as_deref().map(id_key);
        for key in [Some(by_name), by_id].into_iter().flatten() {
            let stored = get::<StoredAccount>(&self.accounts, &key)?;
            if stored.as_ref().is_some_and(|stored| stored.seq >= seq) {
                continue;
            }
            let mut known = KnownAccount {
                account: payee.account.clone(),
                at,
                noted: None,
                paid: None,
                paid_before: None,
                own_record: payee.own_record,
                without_id: payee.payee_id.is_none(),
            };
            match stored.map(|stored| stored.known) {
                Some(before) if before.account == known.account => {
                    known.without_id |= before.without_id;
                    known.own_record |= before.own_record; // that record is there, with this account
                    (known.noted, known.paid, known.paid_before) =
                        (before.noted, before.paid, before.paid_before);
                }
                Some(before) => known.paid_before = before.paid.or(before.paid_before),
                None => {}
            }
            match seen {
                Seen::Noted(noted) => known.noted = Some((noted.file.clone(), noted.row)),
                Seen::Paid(last) => known.paid = Some(last.clone()),
            }
            self.accounts.insert(key, encode(&StoredAccount { seq, known }))?;
        }
        Ok(())
    }

    fn account(&self, key: &[u8]) -> Result<Option<KnownAccount>, BookError> {
        let stored = get::<StoredAccount>(&self.accounts, key).map_err(|error| unanswered(&error))?;
        Ok(stored.map(|stored| stored.known))
    }

    fn payee(&self, key: &[u8]) -> Result<Option<BookEntry>, JournalError> {
        Ok(get::<StoredPayee>(&self.payees, key)?.map(|stored| stored.entry))
    }

    fn payees_with(&self, account: &BankAccount) -> Result<Vec<BookEntry>, JournalError> {
        let mut found = Vec::new();
        for item in self.payee_accounts.scan_prefix(account_prefix(account)) {
            let (_, key) = item?;
            // a payee who has another account by now stands there still
            found.extend(self.payee(&key)?.filter(|entry| entry.payee.account == *account));
        }
        Ok(found)
    }

    fn accounts_with(&self, name: &PartyName) -> Result<Vec<KnownAccount>, JournalError> {
        let values = self.accounts.scan_prefix(name_prefix(name)).values();
        values.map(|value| Ok(decode::<StoredAccount>(&value?)?.known)).collect()
    }
}

fn unanswered(error: &JournalError) -> BookError {
    BookError(error.to_string())
}

impl Book for Checkpoint {
    fn has_payees(&self) -> bool {
        !self.payees.is_empty()
    }

    fn has_accounts(&self) -> bool {
        !self.accounts.is_empty()
    }

    fn by_id(&self, id: &str) -> Result<Option<BookEntry>, BookError> {
        self.payee(BookKey::of(&["id", id]).bytes()).map_err(|error| unanswered(&error))
    }

    fn by_account(&self, account: &BankAccount) -> Result<Vec<BookEntry>, BookError> {
        self.payees_with(account).map_err(|error| unanswered(&error))
    }

    fn account_of_id(&self, id: &str) -> Result<Option<KnownAccount>, BookError> {
        self.account(&id_key(id))
    }

    fn account_of_name(
        &self,
        name: &PartyName,
        account: &BankAccount,
    ) -> Result<Option<KnownAccount>, BookError> {
        self.account(&name_key(name, account))
    }

    fn accounts_of_name(&self, name: &PartyName) -> Result<Vec<KnownAccount>, BookError> {
        self.accounts_with(name).map_err(|error| unanswered(&error))
    }

    fn everyone(&self) -> Result<Vec<BookEntry>, BookError> {
        self.payees().collect::<Result<_, _>>().map_err(|error| unanswered(&error))
    }

    fn has_rows(&self) -> bool {
        true
    }

    fn row(&self, run: RunId, row: u32) -> Result<Option<MarkedRow>, BookError> {
        self.marked_row(run, row).map_err(|error| unanswered(&error))
    }
}
