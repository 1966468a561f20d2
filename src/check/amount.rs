//! Amounts as people type them, by a grammar of our own: nothing is rounded and nothing is guessed.

use rust_decimal::Decimal;

use super::abroad::currency::is_sign_of;
use super::{Wrong, plain, shown};
use crate::domain::money::{MoneyError, ungrouped};
use crate::domain::{Currency, Money};

/// An amount that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Read {
    pub money: Money,
    /// Whether a currency sign or thousands separators were taken away.
    pub normalised: bool,
}

const NOTHING_TO_PAY: &str = "remove the row if nothing is to be paid";
const LIKE: &str = "write it like 1234.50";

/// Reads an amount in a currency; `Err` says what is wrong with it, and what to do.
pub(super) fn read(text: &str, currency: Currency) -> Result<Read, Wrong> {
    match usual(text, currency) {
        Some(money) => Ok(Read { money, normalised: false }),
        None => unusual(text, currency),
    }
}

/// Digits, a point and two digits: how nearly all amounts are written.
fn usual(text: &str, currency: Currency) -> Option<Money> {
    const MOST: usize = 13; // more may be too large
    let (whole, cents) = text.split_at_checked(text.len().checked_sub(3)?)?;
    let cents = cents.strip_prefix('.')?;
    if whole.is_empty() || whole.len() > MOST {
        return None;
    }
    let digits = whole.bytes().chain(cents.bytes());
    let minor = digits
        .into_iter()
        .try_fold(0_i64, |minor, byte| byte.is_ascii_digit().then(|| 10 * minor + i64::from(byte - b'0')))?;
    match currency.decimals() {
        2 => Money::of_minor_units(minor, currency),
        _ => Money::new(Decimal::new(minor, 2), currency).ok(),
    }
}

fn unusual(text: &str, currency: Currency) -> Result<Read, Wrong> {
    let typed = plain(text);
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(Wrong::new("there is no amount").hint("fill it, or remove the row"));
    }
    if typed.starts_with('#') {
        return Err(Wrong::new("a spreadsheet's error stands in place of the amount")
            .hint("mend the formula and save the file again"));
    }
    refuse_negative(typed)?;
    let bare = without_sign(typed, currency)?;
    if let Some(odd) = bare.chars().find(|c| !c.is_ascii_digit() && !matches!(c, '.' | ',')) {
        let scientific = matches!(odd, 'e' | 'E') && bare.starts_with(|c: char| c.is_ascii_digit());
        let word: String = bare.chars().filter(|c| c.is_alphabetic()).take(20).collect();
        return Err(match odd {
            _ if scientific => {
                Wrong::new("the amount is in scientific notation, digits may be lost").hint(LIKE)
            }
            '=' => Wrong::new("the amount is a formula").hint(LIKE),
            _ if word.len() > 1 => Wrong::new(format!("the amount has \"{word}\" in it")).hint(LIKE),
            _ => Wrong::new(format!("the amount has {} in it", shown(odd))).hint(LIKE),
        });
    }
    let digits = without_thousands(bare, currency.decimals())?;
    let too_large =
        || Wrong::new("the amount is larger than any payout").hint("look for a lost decimal point");
    // more digits than a decimal holds
    let amount = Decimal::from_str_exact(&digits).map_err(|_| too_large())?;
    let money = Money::new(amount, currency).map_err(|error| match error {
        MoneyError::NotPositive => Wrong::new("the amount is zero").hint(NOTHING_TO_PAY),
        MoneyError::TooManyDecimals => Wrong::new(match currency.decimals() {
            0 => format!("{currency} has no decimals, and amounts are never rounded"),
            2 => "the amount has more than 2 decimals, and amounts are never rounded".to_owned(),
            most => {
                format!("{currency} has {most} decimals, this amount has more, and amounts are never rounded")
            }
        })
        .hint("round it where it was calculated"),
        MoneyError::TooLarge => too_large(),
        MoneyError::Currency => Wrong::new("the currency is not known"),
    })?;
    Ok(Read { money, normalised: digits != typed })
}

/// A sum that somebody has written below amounts, if it can be read.
pub(super) fn of_total(text: &str) -> Option<Decimal> {
    let typed = plain(text);
    let bare = without_sign(typed.trim(), Currency::AUD).ok()?;
    Decimal::from_str_exact(&without_thousands(bare, Currency::AUD.decimals()).ok()?).ok()
}

fn refuse_negative(text: &str) -> Result<(), Wrong> {
    let upper = text.to_uppercase();
    let negative =
        text.starts_with('-') || text.ends_with('-') || text.starts_with('(') || text.contains("$-");
    if negative || upper.ends_with("CR") || upper.ends_with("DR") {
        return Err(Wrong::new(
            "the amount is negative, a credit or a debit, and only payments out can be made",
        )
        .hint(NOTHING_TO_PAY));
    }
    if text.starts_with('+') {
        return Err(Wrong::new("the amount has a sign in front").hint(LIKE));
    }
    Ok(())
}

/// Takes `$`, `A$` or the currency's code away, in front or behind.
fn without_sign(text: &str, currency: Currency) -> Result<&str, Wrong> {
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
    if is_currency(&other) {
        return Err(Wrong::new(format!("the amount says {}, the row is in {code}", other.to_uppercase()))
            .hint("make sure which currency is meant"));
    }
    if let Some(bare) = rest.strip_prefix(|sign| is_sign_of(sign, currency)) {
        rest = bare.trim_start();
    } else if let Some(bare) = rest.strip_suffix(|sign| is_sign_of(sign, currency)) {
        rest = bare.trim_end();
    }
    if rest.chars().any(|c| matches!(c, '€' | '£' | '¥')) {
        return Err(Wrong::new(format!("the amount has the sign of another currency, the row is in {code}"))
            .hint("make sure which currency is meant"));
    }
    Ok(rest)
}

/// Whether letters are the code of a currency; others of three letters are not.
fn is_currency(letters: &str) -> bool {
    iso_currency::Currency::from_code(&letters.to_ascii_uppercase()).is_some()
}

/// Takes commas between groups of three away, where a decimal point, or a currency without decimals, leaves no doubt
/// what they are.
fn without_thousands(text: &str, decimals: u32) -> Result<String, Wrong> {
    let ambiguous = || {
        Err(Wrong::new(format!("it cannot be told whether \"{text}\" has a decimal comma or thousands"))
            .hint(LIKE))
    };
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    // 2.500 may be two and a half, or two thousand and five hundred
    if decimals != 3 && whole.len() <= 3 && rest.len() == 3 && rest.ends_with('0') {
        return Err(Wrong::new(format!(
            "it cannot be told whether \"{text}\" has a decimal point or thousands"
        ))
        .hint(LIKE));
    }
    if rest.contains(['.', ',']) || (whole.contains(',') && !text.contains('.') && decimals > 0) {
        return ambiguous();
    }
    if text.ends_with('.') || whole.is_empty() {
        return Err(Wrong::new("the amount begins or ends with a point").hint(LIKE));
    }
    ungrouped(text).map_or_else(ambiguous, Ok)
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
            "2.500",
            "12.000",
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
        fn the_usual_way_reads_what_the_thorough_one_reads(text in "[0-9]{0,15}\\.[0-9]{0,3}|[0-9.,$+-]{0,8}|.{0,8}", jpy: bool) {
            let currency = if jpy { "JPY".parse().expect("a currency") } else { Currency::AUD };
            if let Some(money) = usual(&text, currency) {
                prop_assert_eq!(unusual(&text, currency), Ok(Read { money, normalised: false }));
            }
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
