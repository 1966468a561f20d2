//! Amounts as people type them, by a grammar of our own: nothing is rounded and nothing is guessed.

use rust_decimal::Decimal;

use super::plain;
use crate::domain::{Currency, Money, money::MoneyError};

/// An amount that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Read {
    pub money: Money,
    /// Whether a currency sign or thousands separators were taken away.
    pub normalised: bool,
}

/// Reads an amount in a currency; `Err` says what is wrong with it.
pub(super) fn read(text: &str, currency: Currency) -> Result<Read, String> {
    let typed = plain(text);
    let typed = typed.trim();
    if typed.is_empty() {
        return Err("there is no amount".to_owned());
    }
    refuse_negative(typed)?;
    let bare = without_sign(typed, currency)?;
    if let Some(odd) = bare.chars().find(|c| !c.is_ascii_digit() && !matches!(c, '.' | ',')) {
        return Err(match odd {
            'e' | 'E' => "the amount is in scientific notation, digits may be lost".to_owned(),
            '=' => "the amount is a formula".to_owned(),
            _ => format!("the amount has the character \"{odd}\" in it"),
        });
    }
    let digits = without_thousands(bare)?;
    let amount = Decimal::from_str_exact(&digits).map_err(|_| "the amount is not a number".to_owned())?;
    let money = Money::new(amount, currency).map_err(|error| match error {
        MoneyError::NotPositive => "the amount is zero".to_owned(),
        MoneyError::TooManyDecimals => {
            format!(
                "the amount has more than {} decimals, and amounts are never rounded",
                currency.decimals()
            )
        }
        MoneyError::TooLarge => "the amount is larger than any payout".to_owned(),
        MoneyError::Currency => "the currency is not known".to_owned(),
    })?;
    Ok(Read { money, normalised: digits != typed })
}

fn refuse_negative(text: &str) -> Result<(), String> {
    let upper = text.to_uppercase();
    let negative =
        text.starts_with('-') || text.ends_with('-') || text.starts_with('(') || text.contains("$-");
    if negative || upper.ends_with("CR") || upper.ends_with("DR") {
        return Err(
            "the amount is negative, a credit or a debit, and only payments out can be made".to_owned()
        );
    }
    if text.starts_with('+') {
        return Err("the amount has a sign in front".to_owned());
    }
    Ok(())
}

/// Takes `$`, `A$` or the currency's code away, in front or behind.
fn without_sign(text: &str, currency: Currency) -> Result<&str, String> {
    let code = currency.code();
    let mut rest = text;
    for sign in [code, "A$", "AU$", "$"] {
        if sign != code && currency != Currency::AUD {
            continue;
        }
        if let Some(head) = rest.get(..sign.len()).filter(|head| head.eq_ignore_ascii_case(sign)) {
            rest = rest[head.len()..].trim_start();
        }
        let end = rest.len().checked_sub(sign.len()).filter(|_| sign == code);
        if end.and_then(|at| rest.get(at..)).is_some_and(|tail| tail.eq_ignore_ascii_case(sign)) {
            rest = rest[..rest.len() - sign.len()].trim_end();
        }
    }
    let other: String = rest.chars().filter(char::is_ascii_alphabetic).collect();
    if other.len() == 3 && other.parse::<Currency>().is_ok() {
        return Err(format!("the amount says {}, the row is in {code}", other.to_uppercase()));
    }
    if rest.chars().any(|c| matches!(c, '€' | '£' | '¥')) {
        return Err(format!("the amount has the sign of another currency, the row is in {code}"));
    }
    Ok(rest)
}

/// Takes commas between groups of three away, where a decimal point leaves no doubt what they are.
fn without_thousands(text: &str) -> Result<String, String> {
    let ambiguous = || {
        Err(format!(
            "it cannot be told whether \"{text}\" has a decimal comma or thousands: write it like 1234.50"
        ))
    };
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    if rest.contains(['.', ',']) || (whole.contains(',') && !text.contains('.')) {
        return ambiguous();
    }
    if text.ends_with('.') || whole.is_empty() {
        return Err("the amount begins or ends with a point".to_owned());
    }
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let grouped = whole.contains(',');
    if grouped && (first.is_empty() || first.len() > 3 || groups.any(|group| group.len() != 3)) {
        return ambiguous();
    }
    Ok(text.replace(',', ""))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn digits(text: &str) -> Option<String> {
        read(text, Currency::AUD).ok().map(|read| read.money.digits())
    }

    #[test]
    fn amounts_as_people_type_them() {
        for (text, expected) in [
            ("1234.50", "1234.50"),
            ("1,234.50", "1234.50"),
            ("$1,234,567.5", "1234567.50"),
            ("A$ 7", "7.00"),
            ("AUD 12.30", "12.30"),
            ("12.30 aud", "12.30"),
            ("1234.500", "1234.50"),
            ("\u{a0}9.99\u{a0}", "9.99"),
        ] {
            assert_eq!(digits(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_not_clearly_an_amount_is_refused() {
        for text in [
            "",
            "0",
            "0.00",
            "-1",
            "(1.00)",
            "1.00-",
            "1.00 CR",
            "1e3",
            "1.2E+08",
            "1.234,50",
            "1,234",
            "12,34.50",
            "1_000",
            ".5",
            "5.",
            "+5",
            "1.005",
            "USD 5",
            "5 NZD",
            "€5",
            "=1+1",
            "12a",
            "１２",
            "10000000000000.00",
        ] {
            assert_eq!(digits(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,24}") {
            let _ = read(&text, Currency::AUD);
        }

        #[test]
        fn what_is_accepted_prints_back_equal(cents in 1_u64..1_000_000_000_000) {
            let text = format!("{}.{:02}", cents / 100, cents % 100);
            prop_assert_eq!(digits(&text), Some(text.clone()));
            let money = read(&text, Currency::AUD).expect("an amount").money;
            let shown = money.to_string();
            prop_assert_eq!(digits(&shown), Some(text));
        }
    }
}
