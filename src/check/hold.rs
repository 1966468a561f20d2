//! Cells that say of their row that it must not be paid, or not yet: people write so beside a payout, in columns that
//! are read and in columns that are not.

use super::Findings;
use crate::domain::Code;
use crate::intake::{Column, Header, RawRow};

/// Sentences that leave no doubt, in capitals.
const SENTENCES: [&str; 9] = [
    "DO NOT PAY",
    "DON'T PAY",
    "DON\u{2019}T PAY",
    "DONT PAY",
    "NOT TO BE PAID",
    "DO NOT SEND",
    "DO NOT PROCESS",
    "ON HOLD",
    "STOP PAYMENT",
];
/// Words that say it where they stand alone or before what is no sentence of another kind.
const WORDS: [&str; 6] = ["HOLD", "STOP", "STOPPED", "CANCEL", "CANCELLED", "CANCELED"];
/// What may follow such a word.
const FOLLOWING: [&str; 7] = ["UNTIL", "TILL", "PAY", "PAYMENT", "FOR", "THIS", "-"];

/// Columns that are read and have texts of any kind.
const TEXTS: [Column; 2] = [Column::Reference, Column::Reason];
/// Names, which may be such a word, and may have a sentence written in front.
const NAMES: [Column; 4] = [Column::FirstName, Column::LastName, Column::CompanyName, Column::AccountName];

/// Which columns of a file are looked at.
#[derive(Debug, Default)]
pub(super) struct Columns {
    names: Vec<usize>,
    texts: Vec<usize>,
    /// Those that are not read.
    others: Vec<usize>,
}

impl Columns {
    pub fn of(header: &Header) -> Self {
        let is_read = |index: &usize| header.meaning(*index).is_some();
        Self {
            names: NAMES.iter().filter_map(|column| header.index(*column)).collect(),
            texts: TEXTS.iter().filter_map(|column| header.index(*column)).collect(),
            others: (0..header.names.len()).filter(|index| !is_read(index)).collect(),
        }
    }
}

/// Asks about a row of which a cell says that it must not be paid.
pub(super) fn told(row: &RawRow<'_>, columns: &Columns, findings: &mut Findings<'_>) {
    let names = columns.names.iter().filter(|index| begins(row.cell(**index), &[]));
    let texts = columns.texts.iter().filter(|index| begins(row.cell(**index), &WORDS));
    let others = columns.others.iter().filter(|index| says(row.cell(**index)));
    let Some(index) = names.chain(texts).chain(others).min() else { return };
    let text = row.cell(*index);
    let hides = text.chars().filter(char::is_ascii_digit).count() > 6; // it may have an account in it
    let hidden = |c: char| if hides && c.is_ascii_digit() { '•' } else { c };
    let text: String = text.chars().filter(|c| !c.is_control()).take(40).map(hidden).collect();
    findings
        .add(Code::DoNotPay, row.place_of(*index), format!("the cell says \"{text}\""))
        .showing(&text)
        .advising("ask whoever wrote it, and take the row out if it is not to be paid now");
}

/// Whether a cell begins so.
fn begins(cell: &str, words: &[&str]) -> bool {
    let bare = cell.trim_start_matches(|c: char| !c.is_alphanumeric());
    let Some(b'D' | b'N' | b'O' | b'S' | b'H' | b'C') = bare.bytes().next().map(|b| b.to_ascii_uppercase())
    else {
        return false;
    };
    let upper = bare.to_uppercase();
    SENTENCES.iter().any(|sentence| upper.starts_with(sentence)) || is_word(&upper, words)
}

/// Whether a cell says so anywhere.
fn says(cell: &str) -> bool {
    if cell.len() < 4 {
        return false;
    }
    let upper = cell.to_uppercase();
    let bare = upper.trim_start_matches(|c: char| !c.is_alphanumeric());
    SENTENCES.iter().any(|sentence| upper.contains(sentence)) || is_word(bare, &WORDS)
}

/// `HOLD`, `Hold!`, `STOP - new account`, `hold until Friday`; not `Stop Motion Pty Ltd` and not `Holden`.
fn is_word(upper: &str, words: &[&str]) -> bool {
    let end = upper.find(|c: char| !c.is_alphanumeric()).unwrap_or(upper.len());
    let (word, rest) = upper.split_at(end);
    let mut following = rest.split_whitespace();
    words.contains(&word)
        && match following.next() {
            None => true,
            Some(next) => {
                FOLLOWING.contains(&next)
                    || (next != "&" && !next.contains(char::is_alphanumeric))
                    || is_sign(rest)
            }
        }
}

fn is_sign(rest: &str) -> bool {
    rest.starts_with(|c: char| !c.is_whitespace() && c != '\'' && c != '-' && c != '&')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_so_is_told_from_names_and_streets() {
        for cell in [
            "DO NOT PAY",
            "do not pay until he calls",
            "** HOLD **",
            "Hold",
            "hold until Friday",
            "STOP",
            "Stop: new account",
            "STOP - left in June",
            "On hold",
            "Don\u{2019}t pay",
            "cancelled",
            "Stop payment",
        ] {
            assert!(begins(cell, &WORDS) && says(cell), "{cell}");
        }
        for cell in ["left in June, do not pay", "Spoke to Jo - ON HOLD"] {
            assert!(!begins(cell, &WORDS) && says(cell), "{cell}");
        }
        assert!(begins("DO NOT PAY Robin", &[]) && !begins("Hold", &[]), "of names sentences alone count");
        for cell in [
            "",
            "Holden",
            "Hold-Smith",
            "Stop Motion Pty Ltd",
            "1 Hold Street",
            "Stopford",
            "PAY JULY",
            "Holding Pty Ltd",
            "Hold & Sons",
            "Cancel Culture Books",
            "Casual",
            "Night shift",
        ] {
            assert!(!begins(cell, &WORDS) && !says(cell), "{cell}");
        }
    }
}
