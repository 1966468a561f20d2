//! Currencies as ISO 4217 lists them. Only what is legal tender today is paid.

use iso_currency::Currency as Iso;

use crate::check::Wrong;
use crate::domain::Currency;

/// The balances that Flash converts from.
const CONVERTED_FROM: [&str; 8] = ["AUD", "CAD", "CHF", "EUR", "GBP", "NZD", "SGD", "USD"];

/// What Flash has taken once and takes no more.
const REMOVED: [&str; 3] = ["PH_CASH", "RIPPLE", "XRP"];

/// What people write for a code.
const MEANT: [(&str, &str); 10] = [
    ("A$", "AUD"),
    ("AU$", "AUD"),
    ("US$", "USD"),
    ("NZ$", "NZD"),
    ("€", "EUR"),
    ("EURO", "EUR"),
    ("£", "GBP"),
    ("STG", "GBP"),
    ("RMB", "CNY"),
    ("CNH", "CNY"),
];

/// Reads the code of a currency that can be paid.
pub(in crate::check) fn read(text: &str) -> Result<Currency, Wrong> {
    let upper = text.to_uppercase();
    if REMOVED.contains(&upper.as_str()) {
        return Err(
            Wrong::new(format!("Flash takes {upper} no more")).hint("write the currency that is to be paid")
        );
    }
    let wrong = || Wrong::new("this is not a currency of ISO 4217");
    let Some(iso) = Iso::from_code(&upper) else {
        return Err(match MEANT.iter().find(|(written, _)| *written == upper) {
            Some((_, meant)) => wrong().hint(format!("was {meant} meant?")).suggest(meant),
            None => wrong().hint("write a code of three letters, such as AUD or EUR"),
        });
    };
    if let Some(next) = iso.is_superseded() {
        let next = next.code();
        return Err(Wrong::new(format!(
            "{upper} ({}) is paid no more: {next} has taken its place",
            iso.name()
        ))
        .hint(format!("make sure that the amount is in {next}, and write {next}")));
    }
    if iso.is_special() || iso.is_fund() || iso.exponent().is_none() {
        return Err(Wrong::new(format!("{upper} is no money that a bank account can hold ({})", iso.name()))
            .hint("write the currency that is to be paid"));
    }
    upper.parse().map_err(|_| wrong())
}

/// Whether Flash converts a balance in it.
pub(in crate::check) fn is_converted_from(currency: Currency) -> bool {
    CONVERTED_FROM.contains(&currency.code())
}

/// The balances that Flash converts from, as a sentence lists them.
pub(in crate::check) fn converted_from() -> String {
    CONVERTED_FROM.join(", ")
}

/// Whether a sign of money stands for a currency.
pub(in crate::check) fn is_sign_of(sign: char, currency: Currency) -> bool {
    match sign {
        '€' => currency.code() == "EUR",
        '£' => currency.code() == "GBP",
        '¥' => matches!(currency.code(), "JPY" | "CNY"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every code of three letters.
    fn all() -> impl Iterator<Item = String> {
        let letters = || 'A'..='Z';
        letters().flat_map(move |a| {
            letters().flat_map(move |b| letters().map(move |c| [a, b, c].iter().collect()))
        })
    }

    #[test]
    fn the_minor_units_are_those_of_iso_4217() {
        let mut known = 0;
        for code in all() {
            let Some(exponent) = Iso::from_code(&code).and_then(Iso::exponent) else { continue };
            let currency: Currency = code.parse().expect("three letters");
            assert_eq!(currency.decimals(), u32::from(exponent), "{code}");
            known += 1;
        }
        assert!(known > 150, "{known}");
    }

    #[test]
    fn only_money_that_is_paid_today_is_a_currency() {
        for code in ["AUD", "eur", "JPY", "KWD", "XPF", "XAF", "PHP", "CNY"] {
            assert!(read(code).is_ok(), "{code}");
        }
        let said = |text: &str| read(text).expect_err(text);
        assert!(said("BGN").what.contains("EUR has taken its place"));
        for none in
            ["XAU", "XTS", "XXX", "XDR", "USN", "CHE", "XRP", "PH_CASH", "Ripple", "BTC", "DEM", "", "AUDD"]
        {
            assert!(read(none).is_err(), "{none}");
        }
        assert_eq!(said("RMB").suggestion.as_deref(), Some("CNY"));
        assert!(said("xrp").what.contains("XRP no more"));
    }

    #[test]
    fn the_balances_to_convert_from_are_currencies() {
        for code in CONVERTED_FROM {
            assert!(is_converted_from(read(code).expect("a currency")));
        }
        assert!(!is_converted_from("PHP".parse().expect("a code")));
    }
}
