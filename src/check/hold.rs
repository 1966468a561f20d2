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
    let bare = bare(cell);
    may_begin(bare) && begins_so(bare, words)
}

/// A text from its first letter or digit on.
#[inline]
fn bare(text: &str) -> &str {
    match text.as_bytes().first() {
        Some(first) if first.is_ascii_alphanumeric() => text, // nearly all
        _ => text.trim_start_matches(|c: char| !c.is_alphanumeric()),
    }
}

fn begins_so(bare: &str, words: &[&str]) -> bool {
    let upper = bare.to_uppercase();
    SENTENCES.iter().any(|sentence| upper.starts_with(sentence)) || is_word(&upper, words)
}

/// Whether a cell says so anywhere.
fn says(cell: &str) -> bool {
    may_say(cell) && says_so(cell)
}

fn says_so(cell: &str) -> bool {
    let upper = cell.to_uppercase();
    SENTENCES.iter().any(|sentence| upper.contains(sentence)) || is_word(bare(&upper), &WORDS)
}

/// Told at a glance of nearly all cells: no sentence and no word begins with other letters.
fn may_begin(bare: &str) -> bool {
    let Some([first, second]) = bare.as_bytes().first_chunk() else { return false };
    matches!(
        (first.to_ascii_uppercase(), second.to_ascii_uppercase()),
        (b'D' | b'N' | b'H', b'O') | (b'O', b'N') | (b'S', b'T') | (b'C', b'A')
    )
}

/// The same of cells in which it may stand anywhere: one that has a sentence has the last blank of it between the same
/// two letters, and one that has no more than a word begins with it. A sign that is no English letter may become some
/// in capitals.
fn may_say(cell: &str) -> bool {
    let has_blank_of_sentence = || {
        let three = cell.as_bytes().windows(3).filter(|three| three[1] == b' ');
        let mut around = three.map(|three| [three[0].to_ascii_uppercase(), three[2].to_ascii_uppercase()]);
        around.any(|letters| AROUND_LAST_BLANKS.contains(&letters))
    };
    !cell.is_ascii() || may_begin(bare(cell)) || has_blank_of_sentence()
}

/// Of each sentence the letters around its last blank.
const AROUND_LAST_BLANKS: [[u8; 2]; SENTENCES.len()] = {
    let (mut all, mut at) = ([[0; 2]; SENTENCES.len()], 0);
    while at < SENTENCES.len() {
        all[at] = around_last_blank(SENTENCES[at].as_bytes());
        at += 1;
    }
    all
};

const fn around_last_blank(sentence: &[u8]) -> [u8; 2] {
    let mut blank = sentence.len() - 1;
    while sentence[blank] != b' ' {
        blank -= 1;
    }
    [sentence[blank - 1], sentence[blank + 1]]
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
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The glance passes over no cell that looking closely would find.
        #[test]
        fn what_is_passed_over_at_a_glance_says_nothing(
            before in "[ *a-zé]{0,3}",
            said in proptest::sample::select([&SENTENCES[..], &WORDS].concat()),
            lower in any::<bool>(),
            after in "[ !a-z]{0,4}",
        ) {
            let said = if lower { said.to_lowercase() } else { said.to_owned() };
            let cell = format!("{before}{said}{after}");
            prop_assert!(may_say(&cell) || !says_so(&cell), "{cell}");
            let end = format!("{said}{after}");
            prop_assert!(may_begin(&end) || !begins_so(&end, &WORDS), "{end}");
        }
    }

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
