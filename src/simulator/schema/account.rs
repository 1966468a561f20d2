//! What the numbers of an account must be for Flash to take them: shapes, lengths and check digits.
//!
//! Written from the rules of the schemes themselves, and shared with nobody.

use super::enums::AccountIdType::{self, Aba, AccNo, Bsb, Clabe, Cnaps, Iban, Ifsc, Payid, SortCode};
use super::inputs::RecipientInput;
use super::rules::{Refused, Ruling, rule};
use crate::simulator::delivery::{self, Delivery};

/// Whether the account is one that Flash can deliver to.
pub fn account(input: &RecipientInput) -> Ruling {
    let of = &input.details;
    let kind = input.account_id_type;
    shapes(input)?;
    let country = delivery::country(input);
    let delivered =
        |way: &Delivery| Some(way.country) == country && way.currency == input.currency && way.method == kind;
    let Some(way) = Delivery::all().find(delivered) else {
        // What would tell the country may be what is missing.
        required(input, any_delivery(kind).required_fields())?;
        let message = format!("{} cannot be delivered to this account", input.currency.code());
        return Err(Refused::new("DELIVERY_METHOD_NOT_AVAILABLE", message));
    };
    required(input, way.required_fields())?;
    let account_no = of.account_no.as_deref().unwrap_or_default();
    match kind {
        SortCode => rule(account_no.len() == 8 && is_digits(account_no), || {
            "accountNo must be eight digits beside a sort code".to_owned()
        }),
        Aba => {
            rule(account_no.len() <= 17, || "accountNo has more than 17 characters beside an aba".to_owned())
        }
        Bsb | Payid | Iban | Clabe | Ifsc | Cnaps | AccNo => Ok(()),
    }
}

/// A delivery by this method, for what all of them need.
fn any_delivery(method: AccountIdType) -> Delivery {
    let found = Delivery::all().find(|way| way.method == method);
    found.expect("the table has every method")
}

fn required(input: &RecipientInput, fields: &[&str]) -> Ruling {
    fields.iter().try_for_each(|name| {
        rule(delivery::field(&input.details, name).is_some(), || format!("{name} is missing"))
    })
}

/// Every number that is there must be what it claims to be, wanted or not.
fn shapes(input: &RecipientInput) -> Ruling {
    type Shape = (&'static str, &'static str, fn(&str) -> bool);
    const SHAPES: [Shape; 10] = [
        ("bsb", "must be six digits", |text| text.len() == 6 && is_digits(text)),
        ("accountNo", "must be 4 to 34 letters and digits", |text| {
            (4..=34).contains(&text.len()) && is_alphanumeric(text)
        }),
        ("payid", "must be 2 to 256 ASCII characters", |text| {
            (2..=256).contains(&text.len()) && text.is_ascii()
        }),
        ("iban", "is not an IBAN", is_iban),
        ("bic", "is not a BIC", is_bic),
        ("aba", "is not a routing number", is_aba),
        ("clabe", "is not a CLABE", is_clabe),
        ("ifsc", "is not an IFSC", is_ifsc),
        ("cnaps", "must be twelve digits", |text| text.len() == 12 && is_digits(text)),
        ("sortCode", "must be six digits", |text| text.len() == 6 && is_digits(text)),
    ];
    SHAPES.iter().try_for_each(|(name, says, holds)| {
        let fine = delivery::field(&input.details, name).is_none_or(holds);
        rule(fine, || format!("{name} {says}"))
    })
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_alphanumeric(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_upper(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Capitals, four for the bank and two for the country, and two or five more characters.
pub fn is_bic(text: &str) -> bool {
    let capital = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    matches!(text.len(), 8 | 11) && text.bytes().all(capital) && text.get(..6).is_some_and(is_upper)
}

/// ISO 13616: the length of its country, and 1 as the remainder of its digits by 97.
pub fn is_iban(text: &str) -> bool {
    let capital = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    let (Some(country), Some(check)) = (text.get(..2), text.get(2..4)) else { return false };
    iban_length(country) == Some(text.len())
        && is_digits(check)
        && text.bytes().all(capital)
        && remainder_by_97(text[4..].bytes().chain(text[..4].bytes())) == 1
}

/// Letters count as two digits, A being 10.
fn remainder_by_97(characters: impl Iterator<Item = u8>) -> u32 {
    characters.fold(0, |rest, byte| match byte {
        b'A'..=b'Z' => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
        digit => (rest * 10 + u32::from(digit - b'0')) % 97,
    })
}

#[rustfmt::skip]
fn iban_length(country: &str) -> Option<usize> {
    const LENGTHS: [(&str, usize); 38] = [
        ("AE", 23), ("AT", 20), ("BE", 16), ("BG", 22), ("BR", 29), ("CH", 21), ("CY", 28), ("CZ", 24), ("DE", 22),
        ("DK", 18), ("EE", 20), ("ES", 24), ("FI", 18), ("FR", 27), ("GB", 22), ("GR", 27), ("HR", 21), ("HU", 28),
        ("IE", 22), ("IL", 23), ("IT", 27), ("LT", 20), ("LU", 20), ("LV", 21), ("MT", 31), ("NL", 18), ("NO", 15),
        ("PK", 24), ("PL", 28), ("PT", 25), ("QA", 29), ("RO", 24), ("SA", 24), ("SE", 24), ("SI", 19), ("SK", 24),
        ("TR", 26), ("UA", 29),
    ];
    LENGTHS.iter().find(|(known, _)| *known == country).map(|(_, length)| *length)
}

/// Nine digits, weighed 3, 7, 1; the first two name a district of the Federal Reserve or its kin.
fn is_aba(text: &str) -> bool {
    if text.len() != 9 || !is_digits(text) {
        return false;
    }
    let sum: u32 = text.bytes().zip([3, 7, 1].into_iter().cycle()).map(weighed).sum();
    let district = text[..2].parse().unwrap_or(99);
    sum.is_multiple_of(10) && matches!(district, 1..=12 | 21..=32 | 61..=72 | 80)
}

/// Eighteen digits, the last of which makes up for the others, each weighed by 3, 7, 1 and cut to its last digit.
fn is_clabe(text: &str) -> bool {
    if text.len() != 18 || !is_digits(text) {
        return false;
    }
    let (body, check) = text.split_at(17);
    let sum: u32 = body.bytes().zip([3, 7, 1].into_iter().cycle()).map(|pair| weighed(pair) % 10).sum();
    check.parse() == Ok((10 - sum % 10) % 10)
}

fn weighed((digit, weight): (u8, u32)) -> u32 {
    u32::from(digit - b'0') * weight
}

/// Four letters, a nought, six letters or digits.
fn is_ifsc(text: &str) -> bool {
    let capital = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    text.len() == 11
        && text.bytes().all(capital)
        && text.get(..4).is_some_and(is_upper)
        && text.as_bytes()[4] == b'0'
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every other digit in the place of each digit must be noticed.
    fn notices_every_wrong_digit(right: &str, holds: impl Fn(&str) -> bool) {
        assert!(holds(right), "{right}");
        for at in (0..right.len()).filter(|at| right.as_bytes()[*at].is_ascii_digit()) {
            for digit in '0'..='9' {
                let wrong = format!("{}{digit}{}", &right[..at], &right[at + 1..]);
                assert!(wrong == right || !holds(&wrong), "{wrong}");
            }
        }
    }

    #[test]
    fn check_digits_notice_every_wrong_digit() {
        notices_every_wrong_digit("DE89370400440532013000", is_iban);
        notices_every_wrong_digit("GB29NWBK60161331926819", is_iban);
        notices_every_wrong_digit("021000021", is_aba);
        notices_every_wrong_digit("032180000118359719", is_clabe);
    }

    #[test]
    fn shapes_of_codes() {
        assert!(is_ifsc("HDFC0001234") && !is_ifsc("HDFC1001234") && !is_ifsc("HDF00001234"));
        assert!(is_bic("CHASUS33") && is_bic("CHASUS33XXX"));
        for wrong in ["CHASUS3", "chasus33", "CHA5US33", "CHASUS33X", "CHASUSÄ3"] {
            assert!(!is_bic(wrong), "{wrong}");
        }
        for wrong in
            ["", "DE", "DE89 3704 0044 0532 0130 00", "DE8937040044053201300", "ÄÄ", "US89370400440532013000"]
        {
            assert!(!is_iban(wrong), "{wrong}");
        }
        assert!(!is_aba("000000000"), "no district");
    }
}
