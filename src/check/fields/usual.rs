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

fn is_name(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b' ' | b'-' | b'\'');
    let is_ordinary = |c: char| is_latin(c) || matches!(c, ' ' | '-' | '\'');
    text.len() <= 75
        && (text.bytes().all(is_plain) || text.chars().all(is_ordinary))
        && text.contains(is_latin)
        && !is_placeholder(text)
}

fn is_company(text: &str) -> bool {
    (2..=256).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'&' | b'.' | b'-' | b'\''))
        && !is_placeholder(text)
}

fn is_text(text: &str) -> bool {
    text.len() <= LONGEST_TEXT && !is_placeholder(text)
}

fn is_id(text: &str) -> bool {
    text.len() <= crate::domain::ids::LONGEST_ID && !is_placeholder(text)
}

/// Letters, digits and points, `@`, and words of letters and digits with points between.
fn is_email(text: &str) -> bool {
    let is_word = |word: &[u8]| (1..=63).contains(&word.len()) && word.iter().all(u8::is_ascii_alphanumeric);
    text.split_once('@').is_some_and(|(user, host)| {
        (1..=64).contains(&user.len())
            && user
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'+'))
            && host.len() <= 255
            && host.as_bytes().split(|byte| *byte == b'.').all(is_word)
    })
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
