//! Remitters (Flash: senders): in whose name is paid, and what the payee's statement shows of it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::account::masked;
use super::{ExternalId, Party};

/// Who pays, as the address book of the API knows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Remitter {
    /// Name, contact and address.
    #[serde(flatten)]
    pub party: Party,
    /// The number of a business: in Australia its ABN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_number: Option<String>,
    /// What a person or company is identified by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_doc: Option<IdDoc>,
}

impl From<Party> for Remitter {
    fn from(party: Party) -> Self {
        Self { party, business_number: None, id_doc: None }
    }
}

/// A document of identity. Printing one hides its number.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct IdDoc {
    /// Which document, as the API names it: `passport`, `licence`, `companyExtract`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Its number.
    pub number: String,
    /// Who gave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue_date: Option<jiff::civil::Date>,
    /// Until when it is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiry_date: Option<jiff::civil::Date>,
    /// The country that gave it out: ISO 3166, two letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

impl fmt::Debug for IdDoc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdDoc({} {})", self.kind, masked(&self.number))
    }
}

/// Whoever knows remitters by the names that files use.
pub trait RemitterNames: fmt::Debug + Send + Sync {
    /// Why nothing can be paid in this name, if it cannot.
    fn trouble_with(&self, name: &str) -> Option<String>;

    /// The sub-client on whose behalf is paid in this name, or where none is named.
    fn sub_client(&self, name: Option<&str>) -> Option<String>;

    /// The remitter that may be meant by a name that is none, but nearly: by a slip or by its capitals.
    fn near(&self, name: &str) -> Option<&str>;
}

/// A row that names a remitter and a sub-client.
pub const BOTH_NAMED: &str = "Flash takes a remitter or a sub-client, not both: empty one of the two cells";

/// In whose name a payout goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaidAs {
    /// In the name of the Flash account itself.
    Account,
    /// In the name of a remitter, by the id that it has at the API.
    Remitter(ExternalId, Box<Remitter>),
    /// On behalf of a sub-client, by the API's id of it.
    SubClient(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_document_is_not_printed() {
        let doc = IdDoc {
            kind: "passport".to_owned(),
            number: "N1234567".to_owned(),
            issuer: None,
            issue_date: None,
            expiry_date: None,
            country: None,
        };
        assert_eq!(format!("{doc:?}"), "IdDoc(passport •••••567)");
    }
}
