//! What a person has said is meant: findings that block until somebody says so.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::finding::{Code, Finding};

/// Findings that were accepted, by kind or by kind and row, and where the row's number alone is too little, by the last
/// characters of the cell too. Written and read as `number-cell`, `zero-lost:12` or `changed-account:12=841`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Accepted(BTreeSet<Said>);

/// A kind, a row, and the last characters of a cell.
type Said = (Code, Option<u32>, Option<String>);

fn is_about((code, row, ends): &Said, finding: &Finding) -> bool {
    let value = finding.value.as_deref().unwrap_or_default();
    *code == finding.code
        && row.is_none_or(|row| Some(row) == finding.place.row)
        && ends.as_deref().is_none_or(|ends| value.ends_with(ends))
}

/// What was said cannot be accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAcceptable {
    /// There is no such finding.
    #[error("\"{0}\" is no finding that can be accepted; these can: {known}", known = askable())]
    Unknown(String),
    /// It must be said row by row.
    #[error(
        "say for which row and which account, after calling the payee, as the finding shows it: {0}:ROW=END, with the end of the account"
    )]
    NeedsRow(&'static str),
}

fn askable() -> String {
    let names = Code::ALL.iter().filter(|code| code.asks()).map(|code| code.name());
    names.collect::<Vec<_>>().join(", ")
}

impl Accepted {
    /// Adds what was typed: kinds of findings, separated by commas.
    pub fn add(&mut self, typed: &str) -> Result<(), NotAcceptable> {
        for word in typed.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            let unknown = || NotAcceptable::Unknown(word.to_owned());
            let (name, row) = word.split_once(':').map_or((word, None), |(name, row)| (name, Some(row)));
            let (row, ends) = match row.map(|row| row.split_once('=').unwrap_or((row, ""))) {
                Some((row, ends)) => (Some(row.parse::<u32>().map_err(|_| unknown())?), ends),
                None => (None, ""),
            };
            let code =
                Code::ALL.iter().find(|code| code.asks() && code.name() == name).ok_or_else(unknown)?;
            if *code == Code::ChangedAccount && row.is_none() {
                return Err(NotAcceptable::NeedsRow(code.name()));
            }
            self.0.insert((*code, row, Some(ends.to_owned()).filter(|ends| !ends.is_empty())));
        }
        Ok(())
    }

    /// Adds what was accepted before.
    pub fn join(&mut self, earlier: &Self) {
        self.0.extend(earlier.0.iter().cloned());
    }

    /// Whether a finding was accepted.
    pub fn covers(&self, finding: &Finding) -> bool {
        self.0.iter().any(|said| is_about(said, finding))
    }

    /// Takes out what covers a finding. What is left after the last one has met nothing.
    pub fn strike(&mut self, finding: &Finding) {
        self.0.retain(|said| !is_about(said, finding));
    }

    /// Whether nothing was accepted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was accepted, as it is typed.
    pub fn words(&self) -> Vec<String> {
        let word = |(code, row, ends): &Said| match (row, ends) {
            (Some(row), Some(ends)) => format!("{code}:{row}={ends}"),
            (Some(row), None) => format!("{code}:{row}"),
            (None, _) => code.to_string(),
        };
        self.0.iter().map(word).collect()
    }
}

impl Finding {
    /// What a person must say to let it pass, for its row alone where it has one. None: nothing need be said.
    pub fn word_needed(&self) -> Option<String> {
        if !self.code.asks() || self.accepted {
            return None;
        }
        let word = self.place.row.map_or(self.code.to_string(), |row| format!("{}:{row}", self.code));
        Some(match self.code {
            Code::ChangedAccount => {
                // rows move from file to file; the end of the account says which payee was called
                let value: Vec<char> = self.value.as_deref().unwrap_or_default().chars().collect();
                let ends: String = value[value.len().saturating_sub(3)..].iter().collect();
                let ends = if ends.is_empty() { ends } else { format!("={ends}") };
                format!("call the payee on a number that you know, then say --accept {word}{ends}")
            }
            _ => format!("--accept {word}"),
        })
    }
}

impl fmt::Display for Accepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().join(","))
    }
}

impl From<Accepted> for Vec<String> {
    fn from(accepted: Accepted) -> Self {
        accepted.words()
    }
}

impl TryFrom<Vec<String>> for Accepted {
    type Error = NotAcceptable;
    fn try_from(words: Vec<String>) -> Result<Self, NotAcceptable> {
        let mut accepted = Self::default();
        words.iter().try_for_each(|word| accepted.add(word))?;
        Ok(accepted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Place;

    #[test]
    fn what_is_typed_is_understood_and_written_back() {
        let mut accepted = Accepted::default();
        accepted.add("hidden, zero-lost:7,changed-account:12").expect("all of them ask");
        assert_eq!(accepted.to_string(), "hidden,zero-lost:7,changed-account:12");
        let at = |code, row| Finding::new(code, Place::row(row), "");
        accepted.add("changed-account:9=841").expect("with the end of the account");
        let of = |account: &str| Finding { value: Some(account.to_owned()), ..at(Code::ChangedAccount, 9) };
        assert!(accepted.covers(&of("•••••841")) && !accepted.covers(&of("•••••842")));
        assert!(accepted.covers(&at(Code::Hidden, 3)) && accepted.covers(&at(Code::ZeroLost, 7)));
        assert!(!accepted.covers(&at(Code::ZeroLost, 8)) && !accepted.covers(&at(Code::ChangedAccount, 7)));
        for wrong in ["amount-invalid", "hiden", "hidden:x", "changed-account"] {
            assert!(Accepted::default().add(wrong).is_err(), "{wrong}");
        }
    }
}
