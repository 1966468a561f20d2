//! Addresses: what a row has of one, what it lacks, and what is unusual about an Australian one: states and postcodes
//! as Australia Post writes them.

use super::Findings;
use super::row::text;
use crate::domain::payout::HOME;
use crate::domain::{Address, Code};
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

/// The address as far as the row has one.
pub(super) fn read(row: &RawRow<'_>, findings: &mut Findings<'_>) -> Address {
    let country = text(row, Column::Country).unwrap_or_else(|| HOME.to_owned());
    let street = text(row, Column::Street);
    if street.is_some() && country == HOME {
        note_unusual(row, findings);
    }
    Address {
        street,
        suburb: text(row, Column::Suburb),
        state: text(row, Column::State),
        postcode: text(row, Column::Postcode),
        country,
    }
}

/// Whether Flash refuses a payee with this address.
pub(super) fn is_missing(address: &Address) -> bool {
    address.street.is_none() && address.country == HOME
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
fn note_unusual(row: &RawRow<'_>, findings: &mut Findings<'_>) {
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
