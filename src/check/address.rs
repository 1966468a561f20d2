//! Addresses: what a row has of one, what it lacks, and what is unusual about an Australian one: states and postcodes
//! as Australia Post writes them.

use super::Findings;
use super::abroad::country;
use super::money::Goes;
use crate::domain::payout::HOME;
use crate::domain::{Address, BookField, Code};
use crate::intake::{Column, RawRow};

/// States and territories, short and in full, in lower case.
const STATES: [(&str, &str); 8] = [
    ("act", "australian capital territory"),
    ("nsw", "new south wales"),
    ("nt", "northern territory"),
    ("qld", "queensland"),
    ("sa", "south australia"),
    ("tas", "tasmania"),
    ("vic", "victoria"),
    ("wa", "western australia"),
];

/// The country that the row names, as two capitals. None: it names none, or a finding says that it is none.
pub(super) fn country<'a>(row: &RawRow<'a>) -> Option<&'a str> {
    match row.text(Column::Country) {
        "" => None,
        HOME => Some(HOME), // nearly all
        typed => country::read(typed).ok().map(|read| read.code),
    }
}

/// Says of the country whether it is one, and how it is read.
pub(super) fn note_country(row: &RawRow<'_>, findings: &mut Findings<'_>) {
    let typed = row.text(Column::Country);
    if matches!(typed, "" | HOME) {
        return;
    }
    let place = row.place(Column::Country);
    match country::read(typed) {
        Ok(read) if read.normalised => {
            let message = format!("the country is read as {}, {}", read.code, country::name(read.code));
            findings.add(Code::Normalised, place, message).showing(typed);
        }
        Ok(_) => {}
        Err(wrong) => {
            let finding = findings.add(Code::CountryInvalid, place, wrong.what).showing(typed);
            finding.hint = wrong.hint;
            finding.suggestion = wrong.suggestion;
        }
    }
}

/// Whether the payee lives in Australia, as far as the row says.
fn is_home(row: &RawRow<'_>) -> bool {
    row.text(Column::Country).is_empty() || country(row) == Some(HOME)
}

/// What an address must have and a row does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lacks {
    /// The street that Flash demands in Australia.
    Street,
    /// The country of a payee whose account is abroad: nobody guesses that it is Australia.
    Country,
}

impl Lacks {
    /// Whether it is lacking still, once the payee book has added something.
    pub fn still(self, address: &Address, from_book: &[BookField]) -> bool {
        let has = |field| from_book.contains(&field);
        match self {
            Self::Street => address.is_incomplete(),
            Self::Country => !has(BookField::Country) && !has(BookField::Street), // an address is taken whole
        }
    }
}

/// What the row lacks of an address.
pub(super) fn lacks(row: &RawRow<'_>, goes: Goes) -> Option<Lacks> {
    match goes {
        Goes::Abroad if row.text(Column::Country).is_empty() => Some(Lacks::Country),
        _ => (row.text(Column::Street).is_empty() && is_home(row)).then_some(Lacks::Street),
    }
}

/// Says that a row with an account abroad does not say where the payee lives.
pub(super) fn country_missing(row: &RawRow<'_>, otherwise: Option<String>, findings: &mut Findings<'_>) {
    let hint = otherwise.unwrap_or_else(|| "write two letters, such as DE, in a column country".to_owned());
    findings
        .add(
            Code::CountryMissing,
            row.place(Column::Country),
            "the account is abroad, and the row does not say in which country the payee is",
        )
        .advising(hint);
}

/// An address or a name as it can be written in plain English letters: to be shown, never to be sent unasked. None where
/// signs would be read as another language's.
pub(super) fn in_plain_letters(column: Column, typed: &str, country: &str) -> Option<String> {
    let is_spelled = matches!(
        column,
        Column::Street
            | Column::Suburb
            | Column::State
            | Column::Postcode
            | Column::Remitter
            | Column::FirstName
            | Column::MiddleName
            | Column::LastName
            | Column::CompanyName
            | Column::AccountName
    );
    // any_ascii spells these as in Mandarin
    let is_han = |c: char| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}');
    if typed.contains(is_han) && matches!(country, "HK" | "JP" | "KR" | "MO") {
        return None;
    }
    let is_writing = |c: char| {
        c.is_alphanumeric() || c.is_whitespace() || c.is_ascii_punctuation() || "–—’‘ºª°".contains(c)
    };
    if !is_spelled || typed.is_ascii() || !typed.chars().all(is_writing) {
        return None;
    }
    let plain = any_ascii::any_ascii(typed);
    (!plain.trim().is_empty() && plain.bytes().all(|byte| (b' '..=b'~').contains(&byte))).then_some(plain)
}

/// Says that a row has no street. `otherwise` says why the payee book did not help.
pub(super) fn missing(row: &RawRow<'_>, otherwise: Option<String>, findings: &mut Findings<'_>) {
    let hint = otherwise.unwrap_or_else(|| {
        "fill street, suburb, state and postcode of this row from the employee's record".to_owned()
    });
    findings
        .add(
            Code::AddressMissing,
            row.place(Column::Street),
            "the payee has no street, and Flash demands one in Australia",
        )
        .advising(hint);
}

/// Notes a state or postcode that Australia does not have. Nothing forbids paying such a row.
pub(super) fn note_unusual(row: &RawRow<'_>, findings: &mut Findings<'_>) {
    if row.text(Column::Street).is_empty() || !is_home(row) {
        return;
    }
    let (state, postcode) = (row.text(Column::State), row.text(Column::Postcode));
    let known = STATES
        .iter()
        .any(|(short, full)| state.eq_ignore_ascii_case(short) || state.eq_ignore_ascii_case(full));
    if !state.is_empty() && !known {
        findings
            .add(Code::AddressUnusual, row.place(Column::State), "this is no Australian state or territory")
            .showing(state)
            .advising("write ACT, NSW, NT, QLD, SA, TAS, VIC or WA, or the country if it is another one");
    }
    let digits = postcode.bytes().all(|byte| byte.is_ascii_digit());
    if !postcode.is_empty() && (postcode.len() != 4 || !digits) {
        findings
            .add(Code::AddressUnusual, row.place(Column::Postcode), "an Australian postcode has four digits")
            .showing(postcode)
            .advising(if digits && postcode.len() == 3 {
                "did a leading zero get lost? postcodes in the Northern Territory begin with 0"
            } else {
                "correct it from the employee's record"
            });
    }
}
