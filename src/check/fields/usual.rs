//! Whether the texts of a row are such as nearly all are, told at a glance: no rule can be broken then.
//!
//! The rules stand beside the fields and are `validator`'s to apply. Here stands less than they allow: a property holds
//! that whatever is usual breaks none of them.

use super::{Fields, is_latin, is_placeholder};

/// Whether all texts are usual. Where one is not, the rules decide.
pub(super) fn all_are(fields: &Fields<'_>) -> bool {
    let names = [fields.first_name, fields.middle_name, fields.last_name];
    let texts =
        [fields.street, fields.suburb, fields.state, fields.postcode, fields.reference, fields.remitter];
    let ids = [fields.payment_id, fields.payee_id, fields.sub_client_id];
    names.into_iter().all(|name| name.is_none_or(is_name))
        && texts.into_iter().all(|text| text.is_none_or(is_text))
        && ids.into_iter().all(|id| id.is_none_or(is_id))
        && (fields.is_plain || texts.into_iter().chain(ids).flatten().all(is_printable))
        && fields.email.is_none_or(is_email)
        && fields.company_name.is_none_or(is_company)
        && fields.reason.is_none()
        && fields.source_of_funds.is_none()
}

/// The shortest of the longest texts that the rules allow to any of [`is_text`]'s fields.
const LONGEST_TEXT: usize = 280;

/// Signs of names.
const NAME: u8 = 1;
/// Signs of companies' names.
const COMPANY: u8 = 2;
/// Signs before the `@` of an e-mail address.
const USER: u8 = 4;
/// Signs behind it.
const HOST: u8 = 8;

/// What each byte is a sign of.
const SIGNS: [u8; 256] = {
    let mut signs = [0; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        signs[byte as usize] = match byte {
            b'A'..=b'Z' | b'a'..=b'z' => NAME | COMPANY | USER | HOST,
            b'0'..=b'9' | b'.' => COMPANY | USER | HOST,
            b' ' | b'\'' => NAME | COMPANY,
            b'-' => NAME | COMPANY | USER,
            b'&' => COMPANY,
            b'_' | b'+' => USER,
            _ => 0,
        };
        byte += 1;
    }
    signs
};

/// Whether all bytes of a text are signs of a kind.
fn are_all(text: &str, kind: u8) -> bool {
    text.bytes().fold(kind, |all, byte| all & SIGNS[usize::from(byte)]) == kind // without a branch
}

fn is_name(text: &str) -> bool {
    let is_ordinary = |c: char| is_latin(c) || matches!(c, ' ' | '-' | '\'');
    text.len() <= 75
        && (are_all(text, NAME) || text.chars().all(is_ordinary))
        && text.contains(is_latin)
        && !is_placeholder(text)
}

fn is_company(text: &str) -> bool {
    (2..=256).contains(&text.len()) && are_all(text, COMPANY) && !is_placeholder(text)
}

fn is_text(text: &str) -> bool {
    text.len() <= LONGEST_TEXT && !is_placeholder(text)
}

fn is_id(text: &str) -> bool {
    text.len() <= crate::domain::ids::LONGEST_ID && !is_placeholder(text)
}

/// Letters, digits and points, `@`, and words of letters and digits with points between.
fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(user, host)| {
        (1..=64).contains(&user.len())
            && are_all(user, USER)
            && (1..=LONGEST_WORD).contains(&host.len())
            && are_all(host, HOST)
            && has_words(host)
    })
}

/// A word of a host's name is no longer; a usual name of a host is not either.
const LONGEST_WORD: usize = 63;

/// Whether a word stands before, between and behind all points.
fn has_words(host: &str) -> bool {
    let mut before = b'.';
    let mut all = true;
    for byte in host.bytes() {
        all &= byte != b'.' || before != b'.';
        before = byte;
    }
    all && before != b'.'
}

fn is_printable(text: &str) -> bool {
    text.bytes().fold(true, |all, byte| all & (b' '..=b'~').contains(&byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use validator::Validate;

    use super::*;

    fn texts() -> impl Strategy<Value = String> {
        prop_oneof![
            "[A-Za-z]{1,9}( [A-Za-z'-]{1,9})?",
            "[0-9A-Z/-]{1,12}",
            "[a-z0-9._+%-]{0,66}@[a-z0-9.-]{0,70}",
            "(?i)(n/?a|null?|nil|none|--?|tb[acd]|xxx?|#n/a|#ref!|unknown|test)",
            "(au|AU|GB|[A-Z]{2})",
            "[ -~]{0,300}",
            "[ -~éßŁ\u{a0}\u{200b}<=>.]{0,12}",
            ".{0,12}",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4096) })]

        #[test]
        fn what_is_usual_breaks_no_rule(text in texts()) {
            let is_plain = is_printable(&text);
            let text = Some(text.as_str());
            let empty = || Fields { is_plain, ..Fields::default() };
            for fields in [
                Fields { first_name: text, ..empty() },
                Fields { middle_name: text, ..empty() },
                Fields { last_name: text, ..empty() },
                Fields { company_name: text, ..empty() },
                Fields { email: text, ..empty() },
                Fields { street: text, ..empty() },
                Fields { suburb: text, ..empty() },
                Fields { state: text, ..empty() },
                Fields { postcode: text, ..empty() },
                Fields { reference: text, ..empty() },
                Fields { payment_id: text, ..empty() },
                Fields { payee_id: text, ..empty() },
                Fields { remitter: text, ..empty() },
                Fields { reason: text, ..empty() },
                Fields { source_of_funds: text, ..empty() },
                Fields { sub_client_id: text, ..empty() },
            ] {
                prop_assert!(!all_are(&fields) || fields.validate().is_ok(), "{fields:?}");
                let unknown = Fields { is_plain: false, ..fields };
                prop_assert!(!all_are(&unknown) || unknown.validate().is_ok(), "{unknown:?}");
            }
        }

        #[test]
        fn what_most_rows_have_is_usual(
            name in "[A-Z][a-zé]{3,12}( |-|')[A-Z][a-z]{3,12}", street in "[0-9]{1,4} [A-Z][a-z]{3,9} St, Unit [0-9]",
            email in "[a-z]{1,9}\\.[a-z]{1,9}@[a-z]{1,9}\\.com\\.au", id in "[A-Z]{3}[0-9]{1,7}"
        ) {
            let fields = Fields {
                first_name: Some(&name), last_name: Some(&name), email: Some(&email), street: Some(&street),
                suburb: Some("Sydney"), state: Some("NSW"), postcode: Some("2000"),
                reference: Some(&street), payee_id: Some(&id), ..Fields::default()
            };
            prop_assert!(all_are(&fields), "{fields:?}");
        }
    }
}
