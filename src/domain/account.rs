//! Bank accounts: in Australia BSB and account number, or a `PayID`; elsewhere see `abroad`.
//!
//! The constructors here are strict: they take the normal form only. What people type is read in `check`,
//! which says what it normalised.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::AccountAbroad;

/// A value does not have the normal form of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the normal form of {0}")]
pub struct NotNormal(pub &'static str);

/// Bank, state and branch: six digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Bsb(u32);

impl Bsb {
    /// Takes exactly six digits.
    pub fn new(digits: &str) -> Result<Self, NotNormal> {
        let valid = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit());
        valid.then(|| digits.parse().ok().map(Self)).flatten().ok_or(NotNormal("a BSB"))
    }

    /// Takes three digits and three digits.
    pub fn of_halves(first: &str, second: &str) -> Option<Self> {
        let half = |digits: &str| match digits.as_bytes() {
            [a, b, c] if [a, b, c].iter().all(|byte| byte.is_ascii_digit()) => {
                Some([a, b, c].iter().fold(0, |sum, byte| 10 * sum + u32::from(**byte - b'0')))
            }
            _ => None,
        };
        Some(Self(1000 * half(first)? + half(second)?))
    }

    /// Whether a text is `NNN-NNN`, as bank files write it.
    pub fn is_written(text: &str) -> bool {
        text.split_once('-').and_then(|(first, second)| Self::of_halves(first, second)).is_some()
    }

    /// The six digits as a number, for tables.
    pub fn number(self) -> u32 {
        self.0
    }

    /// The six digits: the form that the API takes.
    pub fn digits(self) -> String {
        format!("{:06}", self.0)
    }
}

impl fmt::Display for Bsb {
    /// For people: `062-000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}-{:03}", self.0 / 1000, self.0 % 1000)
    }
}

impl TryFrom<String> for Bsb {
    type Error = NotNormal;
    fn try_from(text: String) -> Result<Self, NotNormal> {
        Self::new(&text)
    }
}

impl From<Bsb> for String {
    fn from(bsb: Bsb) -> Self {
        bsb.digits()
    }
}

/// An Australian account number: 4 to 9 digits, rarely with capital letters among them. Leading zeros are part of it:
/// `0123` is not `123`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountNumber {
    /// The digits, then zero bytes.
    digits: [u8; LONGEST_NUMBER],
    length: u8,
}

const LONGEST_NUMBER: usize = 9;

impl AccountNumber {
    /// Takes 4 to 9 digits and capital letters with a digit among them, and not all zero.
    pub fn new(digits: &str) -> Result<Self, NotNormal> {
        let fits = (4..=LONGEST_NUMBER).contains(&digits.len());
        let (mut normal, mut has_digit, mut has_other) = (fits, false, false);
        for byte in digits.bytes().take(LONGEST_NUMBER) {
            normal &= byte.is_ascii_digit() || byte.is_ascii_uppercase();
            has_digit |= byte.is_ascii_digit();
            has_other |= byte != b'0';
        }
        let valid = normal && has_digit && has_other;
        let length =
            u8::try_from(digits.len()).ok().filter(|_| valid).ok_or(NotNormal("an account number"))?;
        let mut number = Self { digits: [0; LONGEST_NUMBER], length };
        number.digits[..digits.len()].copy_from_slice(digits.as_bytes());
        Ok(number)
    }

    /// All the digits. For the wire and for digests, not for people.
    pub fn digits(&self) -> &str {
        std::str::from_utf8(self.bytes()).expect("digits and capitals")
    }

    /// The same, for whoever compares or counts.
    pub fn bytes(&self) -> &[u8] {
        &self.digits[..usize::from(self.length)]
    }
}

impl TryFrom<String> for AccountNumber {
    type Error = NotNormal;
    fn try_from(text: String) -> Result<Self, NotNormal> {
        Self::new(&text)
    }
}

impl From<AccountNumber> for String {
    fn from(account: AccountNumber) -> Self {
        account.digits().to_owned()
    }
}

impl fmt::Display for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&masked(self.digits()))
    }
}

impl fmt::Debug for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountNumber({self})")
    }
}

/// All but the last three characters hidden: `•••••678`. Three or fewer are hidden whole.
pub fn masked(text: &str) -> String {
    let length = text.chars().count();
    let shown = if length > 3 { 3 } else { 0 };
    "•".repeat(length - shown) + &text.chars().skip(length - shown).collect::<String>()
}

/// Two accounts as people are shown them, masked: it is said of those that look alike so.
pub fn told_apart(old: &str, new: &str) -> (String, String) {
    let alike = if old == new { " (another one that looks alike masked)" } else { "" };
    (old.to_owned(), format!("{new}{alike}"))
}

/// A `PayID` in its normal form: `+61-412345678`, an e-mail address, an ABN or ACN in digits, an organisation id.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PayId(String);

impl PayId {
    /// Takes a text that `check` has brought into its normal form.
    pub fn from_normal(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The whole text. For the wire and for digests, not for people.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PayId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.split_once('@') {
            Some((user, host)) => {
                let first: String = user.chars().take(1).collect();
                write!(f, "{first}•••@{host}")
            }
            None => f.write_str(&masked(&self.0)),
        }
    }
}

impl fmt::Debug for PayId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PayId({self})")
    }
}

/// Where the money goes. Printing one shows the account masked.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum BankAccount {
    /// An Australian account by branch and number.
    #[serde(rename = "BSB")]
    Bsb {
        /// Bank, state, branch.
        bsb: Bsb,
        /// The number at that branch.
        number: AccountNumber,
    },
    /// An Australian account by its alias.
    #[serde(rename = "PAYID")]
    PayId {
        /// The alias.
        payid: PayId,
    },
    /// An account outside Australia.
    #[serde(rename = "ABROAD")]
    Abroad(Box<AccountAbroad>),
}

impl BankAccount {
    /// Every digit or letter, for digests and equality across systems. Never shown.
    pub fn canonical(&self) -> String {
        match self {
            Self::Bsb { bsb, number } => format!("BSB {} {}", bsb.digits(), number.digits()),
            Self::PayId { payid } => format!("PAYID {}", payid.text().to_ascii_lowercase()),
            Self::Abroad(account) => account.canonical(),
        }
    }

    /// This one and one that takes its place, see [`told_apart`].
    pub fn beside(&self, new: &Self) -> (String, String) {
        told_apart(&self.to_string(), &new.to_string())
    }
}

impl fmt::Display for BankAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bsb { bsb, number } => write!(f, "{bsb} {number}"),
            Self::PayId { payid } => write!(f, "PayID {payid}"),
            Self::Abroad(account) => account.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bsb_is_six_digits() {
        assert_eq!(Bsb::new("062000").map(|bsb| bsb.to_string()), Ok("062-000".to_owned()));
        for wrong in ["62000", "062-000", "06200O", "+62000", ""] {
            assert!(Bsb::new(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn no_account_is_printed_whole() {
        let number = AccountNumber::new("012345678").expect("an account number");
        assert_eq!(number.to_string(), "••••••678");
        assert!(!format!("{number:?}").contains("345"));
        assert_eq!(PayId::from_normal("jo@example.com").to_string(), "j•••@example.com");
        assert_eq!(masked("678"), "•••");
    }

    #[test]
    fn accounts_that_end_alike_are_told_apart_and_still_not_shown() {
        let beside = |old: &str, new: &str| {
            let of = |number: &str| BankAccount::Bsb {
                bsb: Bsb::new("062000").expect("a BSB"),
                number: AccountNumber::new(number).expect("a number"),
            };
            let (a, b) = of(old).beside(&of(new));
            assert_ne!(a, b);
            assert!(!a.contains(old) && !b.contains(new), "{a} {b}");
            (a, b)
        };
        assert_eq!(beside("20304050", "20304051").0, "062-000 •••••050");
        for (old, new, alike) in [("10000000", "99900000", "•••••000"), ("286091", "186091", "•••091")]
        {
            let (old, new) = beside(old, new);
            assert_eq!(old, format!("062-000 {alike}"));
            assert_eq!(new, format!("{old} (another one that looks alike masked)"));
        }
    }
}
