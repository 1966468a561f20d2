//! Addresses: what a row has of one, what it lacks, and what is unusual about an Australian one: states and postcodes
//! as Australia Post writes them.

use super::Findings;
use crate::domain::Code;
use crate::domain::payout::HOME;
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

/// Whether the payee lives in Australia, as far as the row says.
fn is_home(row: &RawRow<'_>) -> bool {
    matches!(row.text(Column::Country), "" | HOME)
}

/// Whether the row lacks the street that Flash demands.
pub(super) fn is_missing(row: &RawRow<'_>) -> bool {
    row.text(Column::Street).is_empty() && is_home(row)
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
