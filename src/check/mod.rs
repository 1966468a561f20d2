//! From rows to payouts: everything that is wrong with a file, cell by cell and all at once.
//!
//! Parse once: after this module nobody checks a field again. Nothing is repaired silently; what was normalised is
//! a finding. Pure but for reading the source; the date and the environment are arguments. Memory grows by a small
//! fixed record for each row.

mod abroad;
mod account;
mod address;
mod ahead;
mod alone;
mod amount;
mod aside;
mod book;
mod cell;
mod date;
mod destination;
pub mod directory;
mod fields;
mod file;
mod firsts;
#[cfg(fuzzing)]
pub mod fuzzing;
mod head;
mod hold;
mod known;
mod mark;
mod money;
mod name;
mod order;
mod payee;
mod payees;
mod payid;
mod report;
mod row;
mod seen;
mod sender;
mod shape;
mod sound;
mod sums;
mod words;

/// Countries, for whoever takes one from a person.
pub mod country {
    use super::abroad::country;

    /// The code of two capitals that a text means; `Err` says what is wrong with it.
    pub fn read(text: &str) -> Result<&'static str, String> {
        country::read(text).map(|read| read.code).map_err(|wrong| match wrong.hint {
            Some(hint) => format!("{}; {hint}", wrong.what),
            None => wrong.what,
        })
    }

    /// Its name.
    pub fn name(code: &str) -> String {
        country::name(code)
    }
}

pub use book::{Known, known};
pub use file::{CheckError, Checked, Options, Passed, Payable, check};
pub use mark::Marked;
pub use payees::{PayeeRow, PayeesChecked, check_payees};
pub use report::{CheckReport, REFUSED, render_findings, render_text};
pub use sender::{odd_sign, party_trouble};

use crate::domain::{Accepted, BankAccount, Code, Finding, Place};
use crate::intake::Column;

/// Findings of a row as they are made.
#[derive(Debug)]
struct Findings<'a> {
    made: Vec<Finding>,
    accepted: &'a Accepted,
}

impl<'a> Findings<'a> {
    fn new(accepted: &'a Accepted) -> Self {
        Self { made: Vec::new(), accepted }
    }

    /// Adds one, with the severity of its code.
    fn add(&mut self, code: Code, place: Place, message: impl Into<String>) -> &mut Finding {
        let mut finding = Finding::new(code, place, message);
        finding.accepted = code.asks() && self.accepted.covers(&finding);
        self.made.push(finding);
        self.made.last_mut().expect("it was just added")
    }

    /// Adds a question about a cell, its value shown. Gives whether a person has accepted it.
    fn ask(&mut self, code: Code, place: Place, message: impl Into<String>, value: &str) -> bool {
        let accepted = self.accepted;
        let finding = self.add(code, place, message).showing(value);
        finding.accepted = accepted.covers(finding);
        finding.accepted
    }

    /// Whether one of those from `from` on forbids paying the row.
    fn forbid_since(&self, from: usize) -> bool {
        self.made[from..].iter().any(Finding::forbids)
    }
}

impl Finding {
    /// With the cell as typed.
    fn showing(&mut self, value: &str) -> &mut Self {
        self.value = Some(value.to_owned());
        self
    }

    /// With what to do.
    fn advising(&mut self, hint: impl Into<String>) -> &mut Self {
        self.hint = Some(hint.into());
        self
    }

    /// With what to write instead.
    fn suggesting(&mut self, suggestion: impl Into<String>) -> &mut Self {
        self.suggestion = Some(suggestion.into());
        self
    }
}

/// The column that has the number of an account.
fn column_of(account: &BankAccount) -> Column {
    match account {
        BankAccount::Bsb { .. } => Column::AccountNumber,
        BankAccount::PayId { .. } => Column::PayId,
        BankAccount::Abroad(account) => abroad::scheme::column_of_number(account.scheme()),
    }
}

/// A finding forbids it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Refused;

/// What is wrong with a cell, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wrong {
    what: String,
    hint: Option<String>,
    suggestion: Option<String>,
}

impl Wrong {
    fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), hint: None, suggestion: None }
    }

    fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    fn suggest(self, suggestion: impl std::fmt::Display) -> Self {
        Self { suggestion: Some(suggestion.to_string()), ..self }
    }
}

/// `4 to 9`, or `9`.
fn range(least: usize, most: usize) -> String {
    if least == most { most.to_string() } else { format!("{least} to {most}") }
}

/// A character as a message can show it: what cannot be seen is named.
fn shown(odd: char) -> String {
    match odd {
        '\n' | '\r' => "a line break".to_owned(),
        odd if odd.is_control() || is_hidden(odd) => "an invisible character".to_owned(),
        odd if odd.is_whitespace() => "a blank".to_owned(),
        odd => format!("\"{odd}\""),
    }
}

/// Blanks of other kinds than the ordinary one, such as the no-break blank: safe to send as an ordinary one.
fn is_odd_blank(c: char) -> bool {
    c.is_whitespace() && !c.is_ascii() && !c.is_control()
}

/// Characters that take no room: joiners, marks of direction, soft hyphens.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
}

/// Blanks and dashes of every kind made plain ones; other invisible characters are left for the rules to refuse.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => '-',
            c if c.is_whitespace() => ' ',
            c => c,
        })
        .collect()
}
