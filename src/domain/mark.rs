//! The mark by which a row of a file of rows to correct is known again, whatever a person has changed in it.

use std::fmt;
use std::str::FromStr;

use super::ids::{PayoutId, RowDigest, RunId};

/// So many digits tell a mistyped or foreign mark.
const DIGITS: usize = 8;

/// `r12-34-1a2b3c4d`: a run, a row of its file, and digits of what that row is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowMark {
    /// The run.
    pub run: RunId,
    /// The row.
    pub row: u32,
    digits: String,
}

impl RowMark {
    /// The mark of a row that stands for a payout.
    pub fn of(run: RunId, row: u32, id: PayoutId) -> Self {
        let digest = RowDigest::of(&["mark", &run.to_string(), &row.to_string(), &id.to_string()]);
        Self { run, row, digits: digest.to_string()[..DIGITS].to_owned() }
    }

    /// Whether it is the mark of that payout's row.
    pub fn is_of(&self, id: PayoutId) -> bool {
        *self == Self::of(self.run, self.row, id)
    }
}

impl fmt::Display for RowMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.run, self.row, self.digits)
    }
}

/// A text is not the form of a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a mark is written like r12-34-1a2b3c4d")]
pub struct NotAMark;

impl FromStr for RowMark {
    type Err = NotAMark;
    fn from_str(text: &str) -> Result<Self, NotAMark> {
        let text = text.to_ascii_lowercase();
        let mut parts = text.strip_prefix('r').ok_or(NotAMark)?.split('-');
        let mut number = || parts.next()?.parse::<u32>().ok();
        let (run, row) = number().zip(number()).ok_or(NotAMark)?;
        let digits = parts.next().filter(|digits| digits.len() == DIGITS).ok_or(NotAMark)?;
        let is_whole = parts.next().is_none() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        if is_whole { Ok(Self { run: RunId(run), row, digits: digits.to_owned() }) } else { Err(NotAMark) }
    }
}

/// What earlier runs know of a row that a mark names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkedRow {
    /// The payout that the row is, or that it will be once it is corrected: what the mark's digits are of.
    pub id: PayoutId,
    /// The payout that the row was at first, in whatever run: all its corrections are of that one.
    pub first: PayoutId,
    /// The user's own id of that payout, if it has one. None: the row was no payout yet, and may get any.
    pub payment_id: Option<Option<String>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_reads_back_and_a_slip_in_it_is_seen() {
        let id = PayoutId::of_payment_id("scope", "INV-7");
        let mark = RowMark::of(RunId(12), 34, id);
        let text = mark.to_string();
        assert_eq!(text.parse(), Ok(mark.clone()));
        assert_eq!(text.to_uppercase().parse(), Ok(mark.clone()));
        assert!(mark.is_of(id) && !mark.is_of(PayoutId::of_payment_id("other", "INV-7")));
        for at in 0..text.len() {
            for slip in "0123456789abcdefr-x".chars() {
                let mut typed: Vec<char> = text.chars().collect();
                if typed[at] == slip {
                    continue;
                }
                typed[at] = slip;
                let typed: String = typed.into_iter().collect();
                let read = typed.parse::<RowMark>();
                assert!(read.is_err() || read.is_ok_and(|read| !read.is_of(id)), "{typed}");
            }
        }
    }
}
