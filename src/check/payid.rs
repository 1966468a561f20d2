//! `PayIDs` as people type them, brought into the form that NPP uses.

use super::{plain, shown};
use crate::domain::PayId;
use crate::domain::abn::{is_abn, is_acn};

/// A `PayID` that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Read {
    pub payid: PayId,
    /// Whether it was typed in another form.
    pub normalised: bool,
    /// Whether it is neither a number nor an e-mail address.
    pub organisation: bool,
}

/// Reads a mobile number, an e-mail address, an ABN, an ACN or an organisation id; `Err` says what is wrong.
pub(super) fn read(text: &str) -> Result<Read, String> {
    let plain = plain(text);
    let typed = plain.trim();
    let normal = normal(typed)?;
    let organisation = !normal.contains('@') && normal.contains(|c: char| c.is_ascii_alphabetic());
    Ok(Read { normalised: normal != typed, organisation, payid: PayId::from_normal(normal) })
}

fn normal(typed: &str) -> Result<String, String> {
    if typed.contains('@') {
        return email(typed);
    }
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let is_number =
        typed.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '+' | '(' | ')' | '.'));
    if typed.starts_with('+') && is_number {
        return foreign_or_mobile(typed, &digits);
    }
    match (is_number, digits.len()) {
        (true, 10) if digits.starts_with("04") => Ok(format!("+61-{}", &digits[1..])),
        (true, 11) if digits.starts_with("614") && is_abn(&digits) => {
            Err("this can be an ABN or a mobile number with its country: write the mobile as 04… or the account by BSB".to_owned())
        }
        (true, 11) if digits.starts_with("614") => Ok(format!("+61-{}", &digits[2..])),
        (true, 11) if is_abn(&digits) => Ok(digits),
        (true, 11) => Err("this ABN has a wrong digit in it".to_owned()),
        (true, 9) if is_acn(&digits) && digits.starts_with('4') => {
            Err("this can be a company's ACN or a mobile number that lost its zero: write the mobile as 04… or the account by BSB".to_owned())
        }
        (true, 9) if is_acn(&digits) => Ok(digits),
        (true, 9) if digits.starts_with('4') => {
            Err("did a leading zero get lost? an Australian mobile number begins with 04".to_owned())
        }
        (true, _) => Err("a PayID in digits is a mobile number, an ABN of 11 digits or an ACN of 9".to_owned()),
        (false, _) => organisation(typed),
    }
}

fn email(typed: &str) -> Result<String, String> {
    let lower = typed.to_lowercase();
    let whole = lower.is_ascii() && lower.len() <= 256 && validator::ValidateEmail::validate_email(&lower);
    let dotted = lower.rsplit_once('@').is_some_and(|(_, host)| host.contains('.'));
    if whole && dotted { Ok(lower) } else { Err("this is not an e-mail address".to_owned()) }
}

fn foreign_or_mobile(typed: &str, digits: &str) -> Result<String, String> {
    if let Some(rest) = digits.strip_prefix("61") {
        let rest = rest.strip_prefix('0').unwrap_or(rest);
        return if rest.len() == 9 {
            Ok(format!("+61-{rest}"))
        } else {
            Err("an Australian number has nine digits after +61".to_owned())
        };
    }
    let (country, number) = typed[1..].split_once('-').ok_or("write a foreign number as +64-211234567")?;
    let number: String = number.chars().filter(char::is_ascii_digit).collect();
    let country_is_code = (1..=3).contains(&country.len())
        && country.bytes().all(|byte| byte.is_ascii_digit())
        && !country.starts_with('0');
    if country_is_code && (2..=30).contains(&number.len()) && !number.starts_with('0') {
        return Ok(format!("+{country}-{number}"));
    }
    Err("write a foreign number as +64-211234567".to_owned())
}

/// An organisation id: 2 to 256 printable ASCII characters, no capitals. A number with a slip in it is none.
fn organisation(typed: &str) -> Result<String, String> {
    if super::fields::is_placeholder(typed) {
        return Err(format!("\"{typed}\" stands for nothing: fill the cell or leave it empty"));
    }
    let letters = typed.chars().filter(char::is_ascii_alphabetic).count();
    let digits = typed.chars().filter(char::is_ascii_digit).count();
    let odd = typed.chars().find(|c| !c.is_ascii_digit() && !matches!(c, ' ' | '-' | '+' | '(' | ')' | '.'));
    if let Some(odd) = odd.filter(|_| letters <= 2 && digits >= 6) {
        return Err(format!("this looks like a number with {} in it", shown(odd)));
    }
    let fits = (2..=256).contains(&typed.len()) && typed.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if fits && !typed.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Ok(typed.to_owned());
    }
    Err("this is neither a mobile number, an e-mail address, an ABN nor an organisation's id (which has no capitals)".to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn payids_as_people_type_them() {
        for (text, expected) in [
            ("0412 345 678", "+61-412345678"),
            ("+61412345678", "+61-412345678"),
            ("+61-412345678", "+61-412345678"),
            ("Jo@Example.com", "jo@example.com"),
            ("51 824 753 556", "51824753556"),
            ("004 085 616", "004085616"),
            ("+64-211234567", "+64-211234567"),
            ("example.payroll", "example.payroll"),
        ] {
            assert_eq!(
                read(text).map(|read| read.payid.text().to_owned()),
                Ok(expected.to_owned()),
                "{text}"
            );
        }
        for text in ["", "412345678", "51824753557", "jo@localhost", "+61 412", "Example Payroll", "12345"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_and_normal_forms_stay(text in "[ -~+0-9@.é]{0,24}") {
            if let Ok(first) = read(&text) {
                let again = read(first.payid.text()).expect("a normal form");
                prop_assert!(!again.normalised);
                prop_assert_eq!(again.payid, first.payid);
            }
        }
    }
}
