//! What is unusual about an Australian address: states and postcodes as Australia Post writes them.

use super::Findings;
use crate::domain::Code;
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

/// Notes a state or postcode that Australia does not have. Nothing forbids paying such a row.
pub(super) fn note_unusual(row: &RawRow<'_>, findings: &mut Findings<'_>) {
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
