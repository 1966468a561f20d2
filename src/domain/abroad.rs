//! Accounts outside Australia: the schemes by which they are named, and their normal form.
//!
//! The constructor is strict about shape: kinds of characters and lengths. Check digits and what a country demands
//! are `check`'s, which says in words what is wrong.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::account::{NotNormal, masked};

/// How an account abroad is named. Flash: `accountIdType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Scheme {
    /// An international bank account number (ISO 13616).
    Iban,
    /// A US routing number and an account number.
    Aba,
    /// A Mexican account number of 18 digits, bank and branch within it.
    Clabe,
    /// An Indian branch code and an account number.
    Ifsc,
    /// A Chinese branch code and an account number.
    Cnaps,
    /// A British sort code and an account number.
    SortCode,
    /// An account number at the bank that a BIC names.
    AccNo,
}

impl Scheme {
    /// Every one.
    pub const ALL: [Self; 7] =
        [Self::Iban, Self::Aba, Self::Clabe, Self::Ifsc, Self::Cnaps, Self::SortCode, Self::AccNo];

    /// Its name in files and at Flash.
    pub fn name(self) -> &'static str {
        match self {
            Self::Iban => "IBAN",
            Self::Aba => "ABA",
            Self::Clabe => "CLABE",
            Self::Ifsc => "IFSC",
            Self::Cnaps => "CNAPS",
            Self::SortCode => "SORT_CODE",
            Self::AccNo => "ACC_NO",
        }
    }

    /// Whether bank and branch stand in a code of their own beside the account number.
    pub fn has_routing(self) -> bool {
        matches!(self, Self::Aba | Self::Ifsc | Self::Cnaps | Self::SortCode)
    }

    /// Whether Flash refuses it without a BIC.
    pub fn needs_bic(self) -> bool {
        self != Self::Iban
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The code of a bank (ISO 9362): eight or eleven capitals and digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Bic(String);

impl Bic {
    /// Takes four letters for the bank, two for the country, two for the place, and three for a branch or none.
    pub fn new(text: &str) -> Result<Self, NotNormal> {
        let letter = |byte: &u8| byte.is_ascii_uppercase();
        let either = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        let bytes = text.as_bytes();
        let valid = matches!(bytes.len(), 8 | 11)
            && bytes[..4].iter().all(either)
            && bytes[4..6].iter().all(letter)
            && bytes[6..].iter().all(either);
        valid.then(|| Self(text.to_owned())).ok_or(NotNormal("a BIC"))
    }

    /// The code as it is given to the API.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The country of the bank: ISO 3166, two letters.
    pub fn country(&self) -> &str {
        &self.0[4..6]
    }

    /// The bank's head office has a code of eight characters, or the same and `XXX`: without it.
    pub fn bank(&self) -> &str {
        self.0.strip_suffix("XXX").filter(|bank| bank.len() == 8).unwrap_or(&self.0)
    }
}

impl TryFrom<String> for Bic {
    type Error = NotNormal;
    fn try_from(text: String) -> Result<Self, NotNormal> {
        Self::new(&text)
    }
}

impl From<Bic> for String {
    fn from(bic: Bic) -> Self {
        bic.0
    }
}

impl fmt::Display for Bic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An account abroad. Printing one shows the number masked.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct AccountAbroad {
    scheme: Scheme,
    routing: Option<String>,
    number: String,
    bic: Option<Bic>,
}

/// As it stands on disk.
#[derive(Serialize, Deserialize)]
struct Parts {
    scheme: Scheme,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    routing: Option<String>,
    number: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bic: Option<Bic>,
}

impl AccountAbroad {
    /// Takes what the scheme asks for: a code for bank and branch where it has one, a number of capitals and digits
    /// without blanks, and a BIC where Flash demands one.
    pub fn new(
        scheme: Scheme,
        routing: Option<&str>,
        number: &str,
        bic: Option<Bic>,
    ) -> Result<Self, NotNormal> {
        let digits =
            |text: &str, length: usize| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
        let plain = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
        let routing_fits = match (scheme, routing) {
            (Scheme::Aba, Some(code)) => digits(code, 9),
            (Scheme::Cnaps, Some(code)) => digits(code, 12),
            (Scheme::SortCode, Some(code)) => digits(code, 6),
            (Scheme::Ifsc, Some(code)) => {
                code.len() == 11
                    && plain(code)
                    && code.as_bytes()[4] == b'0'
                    && code.bytes().take(4).all(|byte| byte.is_ascii_uppercase())
            }
            (Scheme::Iban | Scheme::Clabe | Scheme::AccNo, None) => true,
            _ => false,
        };
        let number_fits = match scheme {
            Scheme::Iban => (15..=34).contains(&number.len()) && plain(number),
            Scheme::Clabe => digits(number, 18),
            _ => (4..=34).contains(&number.len()) && plain(number),
        };
        let valid = routing_fits && number_fits && (bic.is_some() || !scheme.needs_bic());
        let account = Self { scheme, routing: routing.map(str::to_owned), number: number.to_owned(), bic };
        valid.then_some(account).ok_or(NotNormal("an account abroad"))
    }

    /// How the account is named.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The code for bank and branch, where it stands apart.
    pub fn routing(&self) -> Option<&str> {
        self.routing.as_deref()
    }

    /// The whole number. For the wire and for digests, not for people.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// The bank, where it is given.
    pub fn bic(&self) -> Option<&Bic> {
        self.bic.as_ref()
    }

    /// Every digit and letter that says which account it is. The BIC of a number that names its bank itself says
    /// nothing more.
    pub(super) fn canonical(&self) -> String {
        let bank = match (&self.routing, &self.bic) {
            (Some(routing), _) => format!("{routing} "),
            (None, Some(bic)) if self.scheme == Scheme::AccNo => format!("{} ", bic.bank()),
            (None, _) => String::new(),
        };
        format!("{} {bank}{}", self.scheme, self.number)
    }
}

impl TryFrom<Parts> for AccountAbroad {
    type Error = NotNormal;
    fn try_from(parts: Parts) -> Result<Self, NotNormal> {
        Self::new(parts.scheme, parts.routing.as_deref(), &parts.number, parts.bic)
    }
}

impl From<AccountAbroad> for Parts {
    fn from(account: AccountAbroad) -> Self {
        let AccountAbroad { scheme, routing, number, bic } = account;
        Self { scheme, routing, number, bic }
    }
}

impl fmt::Display for AccountAbroad {
    /// For people: `IBAN DE••••••••••••••••••000`, `ABA 021000021 ••••5678`, `account ••••678 at DBSSSGSG`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = masked(&self.number);
        match (self.scheme, &self.routing, &self.bic) {
            (Scheme::Iban, ..) => {
                let (country, rest) = self.number.split_at(2);
                write!(f, "IBAN {country}{}", masked(rest))
            }
            (Scheme::AccNo, _, Some(bic)) => write!(f, "account {number} at {bic}"),
            (scheme, Some(routing), _) => write!(f, "{scheme} {routing} {number}"),
            (scheme, None, _) => write!(f, "{scheme} {number}"),
        }
    }
}

impl fmt::Debug for AccountAbroad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountAbroad({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bic(text: &str) -> Bic {
        Bic::new(text).expect("a BIC")
    }

    #[test]
    fn each_scheme_takes_its_own_form_only() {
        let fits =
            |scheme, routing, number: &str, bic| AccountAbroad::new(scheme, routing, number, bic).is_ok();
        assert!(fits(Scheme::Iban, None, "DE89370400440532013000", None));
        assert!(!fits(Scheme::Iban, None, "DE89 3704 0044 0532 0130 00", None));
        assert!(fits(Scheme::Aba, Some("021000021"), "12345678", Some(bic("CHASUS33"))));
        assert!(!fits(Scheme::Aba, Some("021000021"), "12345678", None), "Flash demands a BIC");
        assert!(!fits(Scheme::Aba, None, "12345678", Some(bic("CHASUS33"))));
        assert!(!fits(Scheme::AccNo, Some("021000021"), "12345678", Some(bic("DBSSSGSG"))));
        assert!(fits(Scheme::Ifsc, Some("HDFC0000001"), "50100012345678", Some(bic("HDFCINBB"))));
        assert!(!fits(Scheme::Ifsc, Some("HDFC1000001"), "50100012345678", Some(bic("HDFCINBB"))));
    }

    #[test]
    fn the_branch_xxx_is_the_bank_itself() {
        let at = |code: &str| {
            AccountAbroad::new(Scheme::AccNo, None, "12345678", Some(bic(code))).expect("one").canonical()
        };
        assert_eq!(at("DBSSSGSG"), at("DBSSSGSGXXX"));
        assert_ne!(at("DBSSSGSG"), at("DBSSSGSG001"));
    }

    #[test]
    fn no_number_is_printed_whole_and_what_is_on_disk_is_read_back() {
        let account =
            AccountAbroad::new(Scheme::Iban, None, "DE89370400440532013000", None).expect("an IBAN");
        assert_eq!(format!("{account:?}"), format!("AccountAbroad(IBAN DE{}000)", "•".repeat(17)));
        let disk = serde_json::to_string(&account).expect("JSON");
        assert_eq!(serde_json::from_str::<AccountAbroad>(&disk).expect("the same"), account);
        assert!(serde_json::from_str::<AccountAbroad>(&disk.replace("DE", "de")).is_err());
    }
}
