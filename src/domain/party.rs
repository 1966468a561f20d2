//! Who pays and who is paid: names, contacts and addresses, as far as the API takes them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A person or a company.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyName {
    /// A natural person.
    Person {
        /// Given name.
        first: String,
        /// Middle names, where given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        middle: Option<String>,
        /// Family name.
        last: String,
    },
    /// A company or other organisation.
    Company(String),
}

impl fmt::Display for PartyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person { first, middle: Some(middle), last } => write!(f, "{first} {middle} {last}"),
            Self::Person { first, middle: None, last } => write!(f, "{first} {last}"),
            Self::Company(name) => f.write_str(name),
        }
    }
}

/// An address. In Australia `street` is mandatory at the API.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Address {
    /// Number and street, or the whole address in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street: Option<String>,
    /// Suburb or city.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suburb: Option<String>,
    /// State or territory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Postcode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postcode: Option<String>,
    /// ISO 3166 code of two letters.
    pub country: String,
}

impl Address {
    /// Whether Flash refuses a payee with it.
    pub fn is_incomplete(&self) -> bool {
        self.street.is_none() && self.country == super::payout::HOME
    }
}

/// A party as the address book of the API knows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Party {
    /// Person or company.
    pub name: PartyName,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Mobile number as `+` and digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
    /// Date of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dob: Option<jiff::civil::Date>,
    /// Where the party lives or is registered.
    pub address: Address,
}
