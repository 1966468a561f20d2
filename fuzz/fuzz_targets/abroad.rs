//! Any text as the cells of an account abroad, by every scheme: no digit is added, lost or moved but zeros that are
//! asked about, what was read is read again as itself, and cells that are taken one by one make an account.

#![no_main]

use libfuzzer_sys::fuzz_target;
use payrun::check::fuzzing::abroad::{self, Read};
use payrun::domain::{AccountAbroad, Scheme};

// a line each: the number, the code of bank and branch, the BIC
fuzz_target!(|text: &str| {
    let mut lines = text.splitn(3, '\n');
    let [number, routing, bic] = std::array::from_fn(|_| lines.next().unwrap_or_default());
    let bic = abroad::bic(bic);
    if let Some(bic) = &bic {
        assert_eq!(abroad::bic(bic.text()).as_ref(), Some(bic));
    }
    for scheme in Scheme::ALL {
        let routing = with_check_digits(routing).find_map(|text| {
            let read = abroad::routing(scheme, &text)?;
            stands(&text, &read, |text| abroad::routing(scheme, text));
            Some(read.text)
        });
        for text in with_check_digits(number) {
            let Some(read) = abroad::number(scheme, &text) else { continue };
            stands(&text, &read, |text| abroad::number(scheme, text));
            let is_whole = routing.is_some() == scheme.has_routing() && (bic.is_some() || !scheme.needs_bic());
            if is_whole {
                let account = AccountAbroad::new(scheme, routing.as_deref(), &read.text, bic.clone());
                assert_eq!(account.expect("the cells fit").number(), read.text);
            }
        }
    }
});

fn stands(typed: &str, read: &Read, again: impl Fn(&str) -> Option<Read>) {
    let bare: String = typed.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    // people write the word before the number
    let bare = [bare.as_str(), bare.strip_prefix("IBAN").unwrap_or(&bare)];
    let kept = read.text.trim_start_matches('0');
    let is_kept = if read.has_more_zeros {
        read.text.len() > bare[0].len() && kept == bare[0].trim_start_matches('0')
    } else {
        bare.contains(&read.text.as_str())
    };
    assert!(is_kept, "{typed:?} was read as {read:?}");
    let as_itself = Read { text: read.text.clone(), has_more_zeros: false };
    assert_eq!(again(&read.text), Some(as_itself), "{typed:?}");
    let apart: Vec<String> = read.text.chars().map(String::from).collect();
    for blank in [" ", "-", "\u{a0}", "\u{2011}"] {
        assert_eq!(again(&apart.join(blank)).map(|read| read.text).as_ref(), Some(&read.text), "{typed:?}");
    }
}

/// The text, and with each last digit, and as an IBAN with the check digits that fit: else nearly none would pass.
fn with_check_digits(text: &str) -> impl Iterator<Item = String> {
    let last = (0..10).map(|digit| format!("{}{digit}", text.get(..text.len().saturating_sub(1)).unwrap_or(text)));
    std::iter::once(text.to_owned()).chain(last).chain(as_iban(text)).collect::<Vec<_>>().into_iter()
}

/// `DE00…` with its check digits (ISO 7064, MOD 97-10).
fn as_iban(text: &str) -> Option<String> {
    let (country, rest) = (text.get(..2)?, text.get(4..)?);
    let mut sum = 0;
    for letter in rest.chars().chain(country.chars()).filter(char::is_ascii_alphanumeric) {
        let value = letter.to_digit(36)?;
        sum = (sum * if value > 9 { 100 } else { 10 } + value) % 97;
    }
    Some(format!("{country}{:02}{rest}", 98 - sum * 100 % 97))
}
