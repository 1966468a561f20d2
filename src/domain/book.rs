//! The payee book: what was imported of payees, and which account each was last paid by.
//!
//! A question put to the book may fail, and an unanswered one must never be taken for "nothing is known".

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ids::{BookKey, RunId, collapsed};
use super::{BankAccount, MarkedRow, Money, PartyName, Payee, Timestamp};

/// So many changes of a payee are remembered beside it; the journal has all of them.
const MOST_CHANGES: usize = 5;

/// A field that a row lacked and the book had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the column of its name")]
pub enum BookField {
    Email,
    Mobile,
    Dob,
    Street,
    Suburb,
    State,
    Postcode,
    Country,
}

impl BookField {
    /// In a sentence. The parts of an address are one thing.
    pub fn words(self) -> &'static str {
        match self {
            Self::Email => "e-mail address",
            Self::Mobile => "mobile number",
            Self::Dob => "date of birth",
            Self::Street | Self::Suburb | Self::State | Self::Postcode | Self::Country => "address",
        }
    }
}

/// What was taken from the book, in words, each once.
pub fn words(fields: &[BookField]) -> Vec<&'static str> {
    let mut words = Vec::new();
    for field in fields {
        if !words.contains(&field.words()) {
            words.push(field.words());
        }
    }
    words
}

/// A payee of the book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookEntry {
    /// Who it is, and the account. An address without a street is none.
    #[serde(flatten)]
    pub payee: Payee,
    /// When it was last noted.
    pub at: Timestamp,
    /// The file that it was last imported from.
    pub file: String,
    /// The row of that file.
    pub row: u32,
    /// What was changed and when, in words, the latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<String>,
}

impl BookEntry {
    /// Under which key the book keeps a payee: the user's own id, else account and name.
    pub fn key(payee: &Payee) -> BookKey {
        match &payee.payee_id {
            Some(id) => BookKey::of(&["id", id]),
            None => BookKey::of(&["account", &payee.account.canonical(), &folded(&payee.party.name)]),
        }
    }

    /// Remembers a change.
    pub fn changed(&mut self, what: String) {
        self.changes.push(what);
        let surplus = self.changes.len().saturating_sub(MOST_CHANGES);
        self.changes.drain(..surplus);
    }
}

/// When an account was last paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastPaid {
    /// When Flash was known to have the payout.
    pub at: Timestamp,
    /// The run.
    pub run: RunId,
    /// The row of its file.
    pub row: u32,
    /// How much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub money: Option<Money>,
}

/// Bank details that belong to a payee, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownAccount {
    /// The account.
    pub account: BankAccount,
    /// When it was last noted or paid.
    pub at: Timestamp,
    /// The file and row of the import that has it; none where it is known from payments only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noted: Option<(String, u32)>,
    /// When this account was last paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<LastPaid>,
    /// When the payee was last paid by another account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_before: Option<LastPaid>,
    /// Whether it has a recipient record of its own at the API, see [`Payee::own_record`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own_record: bool,
    /// Whether it was ever noted or paid without an id of the payee's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub without_id: bool,
}

impl fmt::Display for KnownAccount {
    /// How it is known: `last used 3 Nov 2026, run r12`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.paid, &self.noted) {
            (Some(paid), _) => write!(f, "last used {}, run {}", day(paid.at), paid.run),
            (None, Some((file, row))) => write!(f, "{file} row {row} of {}, never paid", day(self.at)),
            (None, None) => write!(f, "known since {}", day(self.at)),
        }
    }
}

/// A day as people write it: `3 Nov 2026`.
pub fn day(at: Timestamp) -> String {
    at.strftime("%-d %b %Y").to_string()
}

/// The book could not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the payee book cannot be read: {0}")]
pub struct BookError(pub String);

/// Whoever knows payees.
pub trait Book: Sync {
    /// Whether payees were imported.
    fn has_payees(&self) -> bool;
    /// Whether any account of any payee is known, by an import or a payment.
    fn has_accounts(&self) -> bool;
    /// The payee with an id of the user's.
    fn by_id(&self, id: &str) -> Result<Option<BookEntry>, BookError>;
    /// The payees with an account.
    fn by_account(&self, account: &BankAccount) -> Result<Vec<BookEntry>, BookError>;
    /// The account that was last noted for or paid to an id of the user's.
    fn account_of_id(&self, id: &str) -> Result<Option<KnownAccount>, BookError>;
    /// Whether and how a name is known to have an account.
    fn account_of_name(
        &self,
        name: &PartyName,
        account: &BankAccount,
    ) -> Result<Option<KnownAccount>, BookError>;
    /// Every account that was noted for or paid to a name.
    fn accounts_of_name(&self, name: &PartyName) -> Result<Vec<KnownAccount>, BookError>;
    /// Every payee.
    fn everyone(&self) -> Result<Vec<BookEntry>, BookError>;
    /// Whether it can be asked for rows of earlier runs.
    fn has_rows(&self) -> bool {
        false
    }
    /// A row of an earlier run.
    fn row(&self, _run: RunId, _row: u32) -> Result<Option<MarkedRow>, BookError> {
        Ok(None)
    }
}

/// A book without a page.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoBook;

impl Book for NoBook {
    fn has_payees(&self) -> bool {
        false
    }

    fn has_accounts(&self) -> bool {
        false
    }

    fn by_id(&self, _: &str) -> Result<Option<BookEntry>, BookError> {
        Ok(None)
    }

    fn by_account(&self, _: &BankAccount) -> Result<Vec<BookEntry>, BookError> {
        Ok(Vec::new())
    }

    fn account_of_id(&self, _: &str) -> Result<Option<KnownAccount>, BookError> {
        Ok(None)
    }

    fn account_of_name(&self, _: &PartyName, _: &BankAccount) -> Result<Option<KnownAccount>, BookError> {
        Ok(None)
    }

    fn accounts_of_name(&self, _: &PartyName) -> Result<Vec<KnownAccount>, BookError> {
        Ok(Vec::new())
    }

    fn everyone(&self) -> Result<Vec<BookEntry>, BookError> {
        Ok(Vec::new())
    }
}

/// A name without what does not tell people apart: case and blanks.
pub fn folded(name: &PartyName) -> String {
    collapsed(&name.to_string()).to_lowercase()
}

/// Whether two names can be the same payee's, as banks' files have them: the words in any order, given names left
/// out or as initials. Every word of the shorter name must stand in the longer one, one of them at least whole.
/// Only for payees who have an id or an account in common already.
pub fn names_agree(a: &PartyName, b: &PartyName) -> bool {
    let (a, b) = (name_words(a), name_words(b));
    let (shorter, mut longer) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if shorter.is_empty() || (shorter.len() == 1 && longer.len() > 1) {
        return false;
    }
    let mut whole = 0;
    // whole words first, so that an initial does not take the place of one
    let (full, initials): (Vec<String>, Vec<String>) =
        shorter.into_iter().partition(|word| word.chars().count() > 1);
    for word in full {
        let same = longer.iter().position(|other| *other == word);
        let Some(at) = same.or_else(|| longer.iter().position(|other| is_initial(other, &word))) else {
            return false;
        };
        whole += u32::from(longer.remove(at) == word);
    }
    for initial in initials {
        let Some(at) = longer.iter().position(|other| is_initial(&initial, other)) else { return false };
        longer.remove(at);
    }
    whole > 0
}

fn is_initial(initial: &str, word: &str) -> bool {
    initial.chars().count() == 1 && word.starts_with(initial)
}

/// The words of a name in lower case, without signs and the forms of companies.
fn name_words(name: &PartyName) -> Vec<String> {
    const FORMS: [&str; 6] = ["pty", "ltd", "limited", "and", "the", "inc"];
    let text = name.to_string().to_lowercase().replace(['\'', '’', '.'], "");
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.filter(|word| !FORMS.contains(word)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_agree_as_banks_cut_them() {
        let agree = |a: &str, b: &str| {
            let (a, b) = (PartyName::Company(a.to_owned()), PartyName::Company(b.to_owned()));
            assert_eq!(names_agree(&a, &b), names_agree(&b, &a));
            names_agree(&a, &b)
        };
        for other in ["Nina Aldridge", "ALDRIDGE NINA", "N Aldridge", "Aldridge, N.", "Nina May Aldridge"] {
            assert!(agree("Nina Aldridge", other), "{other}");
        }
        for other in ["Nina Vance", "Theo Aldridge", "Nina", "N A", "Aldridge", "NA"] {
            assert!(!agree("Nina Aldridge", other), "{other}");
        }
        assert!(agree("Acme Bakery Pty Ltd", "ACME BAKERY") && agree("Sean O'Brien", "OBRIEN SEAN"));
        assert!(!agree("Acme Bakery", "Acme"));
    }
}
