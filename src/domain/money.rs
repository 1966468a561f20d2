//! Amounts of money: decimal from the cell to the wire, never rounded, never a float.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// An ISO 4217 code in capitals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// Currencies whose smallest unit is not a hundredth (ISO 4217 list of 2026-01-01).
const NO_DECIMALS: [&str; 17] = [
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF",
    "XOF", "XPF",
];
const THREE_DECIMALS: [&str; 7] = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];
const FOUR_DECIMALS: [&str; 2] = ["CLF", "UYW"];

impl Currency {
    /// The Australian dollar.
    pub const AUD: Self = Self(*b"AUD");

    /// The code, three capitals.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("only ASCII capitals are let in")
    }

    /// How many digits stand after the decimal point.
    pub fn decimals(self) -> u32 {
        let code = self.code();
        match () {
            () if self == Self::AUD => 2, // nearly all are
            () if NO_DECIMALS.contains(&code) => 0,
            () if THREE_DECIMALS.contains(&code) => 3,
            () if FOUR_DECIMALS.contains(&code) => 4,
            () => 2,
        }
    }
}

impl Currency {
    /// An amount with at least as many decimals as the currency has.
    pub fn with_decimals(self, mut amount: Decimal) -> Decimal {
        amount.rescale(self.decimals().max(amount.normalize().scale()));
        amount
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    /// Takes three letters in either case.
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        match super::ids::trimmed(text).as_bytes() {
            [a, b, c] if [a, b, c].iter().all(|byte| byte.is_ascii_alphabetic()) => {
                Ok(Self([a.to_ascii_uppercase(), b.to_ascii_uppercase(), c.to_ascii_uppercase()]))
            }
            _ => Err(MoneyError::Currency),
        }
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;
    fn try_from(text: String) -> Result<Self, MoneyError> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Why a value is not money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not three letters.
    #[error("not a currency code of three letters")]
    Currency,
    /// Zero or less.
    #[error("not more than zero")]
    NotPositive,
    /// More digits after the point than the currency has.
    #[error("more decimals than the currency has")]
    TooManyDecimals,
    /// More digits than a statement could show.
    #[error("too large")]
    TooLarge,
}

/// A positive amount in a currency, with exactly the currency's decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    amount: Decimal,
    currency: Currency,
}

/// Beyond this many units no payout is plausible, and JSON numbers stop being safe for other readers.
const LARGEST: i64 = 9_999_999_999_999;

impl Money {
    /// Takes an amount that is more than zero and has no more decimals than its currency.
    pub fn new(amount: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        if amount <= Decimal::ZERO {
            return Err(MoneyError::NotPositive);
        }
        if amount.scale() > currency.decimals() && amount.normalize().scale() > currency.decimals() {
            return Err(MoneyError::TooManyDecimals);
        }
        if amount > Decimal::from(LARGEST) {
            return Err(MoneyError::TooLarge);
        }
        let mut exact = amount;
        if exact.scale() != currency.decimals() {
            exact.rescale(currency.decimals());
        }
        Ok(Self { amount: exact, currency })
    }

    /// Takes an amount in the smallest unit, if it is one.
    pub fn of_minor_units(minor: i64, currency: Currency) -> Option<Self> {
        let decimals = currency.decimals();
        let most = LARGEST.saturating_mul(10_i64.pow(decimals));
        (1..=most).contains(&minor).then(|| Self { amount: Decimal::new(minor, decimals), currency })
    }

    /// The amount, in units.
    pub fn amount(&self) -> Decimal {
        self.amount
    }

    /// The currency.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The amount as digits with exactly the currency's decimals: `1000.10`.
    pub fn digits(&self) -> String {
        self.amount.to_string()
    }

    /// The amount in the smallest unit: cents.
    pub fn minor_units(&self) -> i128 {
        self.amount.mantissa()
    }
}

impl fmt::Display for Money {
    /// For people: `AUD 1,234.50`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.currency, grouped(&self.amount))
    }
}

/// Digits without the commas that [`grouped`] puts in. None: a comma stands elsewhere, and may mean decimals.
pub fn ungrouped(text: &str) -> Option<String> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default().len();
    let mut others = groups.map(str::len).peekable();
    let is_grouped = others.peek().is_none() || (1..=3).contains(&first) && others.all(|digits| digits == 3);
    (is_grouped && !rest.contains(',')).then(|| text.replace(',', ""))
}

/// Digits with a comma before every third: `1,234.50`.
pub fn grouped(amount: &Decimal) -> String {
    let digits = amount.to_string();
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits.as_str()), |rest| ("-", rest));
    let (whole, rest) = digits.find('.').map_or((digits, ""), |dot| digits.split_at(dot));
    let mut out = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

/// Count and sum per currency, the sum in the smallest unit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Totals(BTreeMap<Currency, (u64, i128)>);

/// One line of [`Totals`], as the program's JSON shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Total {
    /// The currency.
    pub currency: Currency,
    /// How many payouts.
    pub count: u64,
    /// Their sum, with the currency's decimals.
    pub amount: Decimal,
}

impl Totals {
    /// Adds one payout.
    pub fn add(&mut self, money: Money) {
        let entry = self.0.entry(money.currency).or_default();
        entry.0 += 1;
        entry.1 += money.minor_units();
    }

    /// Takes one payout out that was added before.
    pub fn take_out(&mut self, money: Money) {
        if let Some((count, sum)) = self.0.get_mut(&money.currency) {
            *count -= 1;
            *sum -= money.minor_units();
        }
        self.0.retain(|_, (count, _)| *count > 0);
    }

    /// Adds all of another.
    pub fn add_all(&mut self, other: &Self) {
        for (currency, (count, minor)) in &other.0 {
            let entry = self.0.entry(*currency).or_default();
            entry.0 += count;
            entry.1 += minor;
        }
    }

    /// One line a currency, in the order of their codes.
    pub fn lines(&self) -> Vec<Total> {
        self.0
            .iter()
            .map(|(currency, (count, minor))| Total {
                currency: *currency,
                count: *count,
                amount: units(*currency, *minor),
            })
            .collect()
    }

    /// How many payouts, and their sum, in one currency.
    pub fn of(&self, currency: Currency) -> (u64, Decimal) {
        self.0.get(&currency).map(|(count, minor)| (*count, units(currency, *minor))).unwrap_or_default()
    }
}

/// A sum of the smallest unit as an amount with all the currency's decimals.
fn units(currency: Currency, minor: i128) -> Decimal {
    Decimal::from_i128_with_scale(minor, currency.decimals())
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} in {}", self.currency, grouped(&self.amount), plural(self.count, "payout"))
    }
}

/// `1 payout`, `2 payouts`, `1,204 payouts`.
pub fn plural(count: u64, noun: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{} {noun}{s}", grouped(&Decimal::from(count)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aud(text: &str) -> Result<Money, MoneyError> {
        Money::new(Decimal::from_str_exact(text).expect("a decimal"), Currency::AUD)
    }

    #[test]
    fn only_commas_between_thousands_are_taken_away() {
        for (text, bare) in
            [("1", "1"), ("12,345", "12345"), ("1,234,567.89", "1234567.89"), ("-5.5", "-5.5")]
        {
            assert_eq!(ungrouped(text).as_deref(), Some(bare));
        }
        for text in ["36,03", "1,2345", "12,34.5", ",123", "1234,567", "1.234,50"] {
            assert_eq!(ungrouped(text), None, "{text}");
        }
    }

    #[test]
    fn money_keeps_the_currency_s_decimals() {
        assert_eq!(aud("1000.1").expect("money").digits(), "1000.10");
        assert_eq!(aud("7").expect("money").digits(), "7.00");
        assert_eq!(aud("1000.100").expect("money").minor_units(), 100_010);
        assert_eq!(aud("1234567.5").expect("money").to_string(), "AUD 1,234,567.50");
    }

    #[test]
    fn what_would_need_rounding_or_is_not_positive_is_refused() {
        assert_eq!(aud("0.005"), Err(MoneyError::TooManyDecimals));
        assert_eq!(aud("0"), Err(MoneyError::NotPositive));
        assert_eq!(aud("-1"), Err(MoneyError::NotPositive));
        assert_eq!(aud("10000000000000"), Err(MoneyError::TooLarge));
    }
}
