//! The shapes that come back over the wire, and how exact numbers are read from it.

use std::collections::BTreeSet;
use std::time::Duration;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A number read from its own digits, never through a float.
pub(super) fn exact<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    let raw: Option<Box<RawValue>> = Option::deserialize(deserializer)?;
    Ok(raw.and_then(|raw| decimal(raw.get())))
}

/// The same for an amount that need not be shown. One that is there and cannot be read is zero, which no amount equals.
pub(super) fn exact_or_zero<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    let raw: Option<Box<RawValue>> = Option::deserialize(deserializer)?;
    Ok(raw.map(|raw| decimal(raw.get()).unwrap_or_default()))
}

fn decimal(text: &str) -> Option<Decimal> {
    Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text)).ok()
}

/// The envelope of every answer.
#[derive(Debug, Deserialize)]
pub(super) struct Envelope<'a> {
    #[serde(borrow)]
    pub data: Option<&'a RawValue>,
    #[serde(default)]
    pub errors: Vec<WireError>,
}

#[derive(Debug, Deserialize)]
pub(super) struct WireError {
    #[serde(default)]
    pub message: String,
    #[serde(default)]
    pub extensions: Option<Extensions>,
    /// Where in the answer: longer than one step lies inside what an operation has made.
    #[serde(default)]
    path: Option<Vec<serde::de::IgnoredAny>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Extensions {
    pub code: Option<String>,
}

impl WireError {
    pub(super) fn is_unauthenticated(&self) -> bool {
        self.path.as_ref().is_none_or(|path| path.len() <= 1)
            && self.extensions.as_ref().and_then(|extensions| extensions.code.as_deref())
                == Some("UNAUTHENTICATED")
    }
}

/// Whether a body says that the login is not accepted, and that nothing was done.
pub(super) fn is_unauthenticated(body: &[u8]) -> bool {
    let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(body) else {
        return false;
    };
    let nothing = match envelope.data {
        None => true,
        // fields that are all null: nothing was made
        Some(data) => {
            serde_json::from_str::<std::collections::BTreeMap<String, Option<&RawValue>>>(data.get())
                .is_ok_and(|fields| fields.values().all(Option::is_none))
        }
    };
    nothing && !envelope.errors.is_empty() && envelope.errors.iter().all(WireError::is_unauthenticated)
}

/// `retrySecs` of the body of a 429.
pub(super) fn retry_after(body: &[u8]) -> Option<Duration> {
    #[derive(Deserialize)]
    struct Throttled {
        #[serde(rename = "retrySecs")]
        seconds: u64,
    }
    serde_json::from_slice::<Throttled>(body).ok().map(|throttled| Duration::from_secs(throttled.seconds))
}

/// A withdrawal or a payment: each has some of these.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct WirePayout {
    pub id: Option<String>,
    pub status: Option<String>,
    pub status_message: Option<String>,
    pub external_id: Option<String>,
    pub recipient: Option<WireParty>,

    // of a withdrawal
    pub reject_code: Option<String>,
    #[serde(deserialize_with = "exact_or_zero")]
    pub total_fee: Option<Decimal>,
    pub rail: Option<String>,
    #[serde(deserialize_with = "exact")]
    pub amount: Option<Decimal>,
    pub currency: Option<String>,

    // of a payment
    #[serde(deserialize_with = "exact")]
    pub size: Option<Decimal>,
    pub from_currency: Option<String>,
    pub to_currency: Option<String>,
    #[serde(deserialize_with = "exact_or_zero")]
    pub from_amount: Option<Decimal>,
    #[serde(deserialize_with = "exact_or_zero")]
    pub to_amount: Option<Decimal>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct WireParty {
    pub id: Option<String>,
    pub external_id: Option<String>,
    pub first_name: Option<String>,
    pub middle_name: Option<String>,
    pub last_name: Option<String>,
    pub company_name: Option<String>,
    pub business_number: Option<String>,
    pub dob: Option<String>,
    pub email: Option<String>,
    pub mobile: Option<String>,
    pub address: Option<WireAddress>,
    pub account_id_type: Option<String>,
    pub currency: Option<String>,
    pub bsb: Option<String>,
    pub account_no: Option<String>,
    pub payid: Option<String>,
    pub iban: Option<String>,
    pub bic: Option<String>,
    pub aba: Option<String>,
    pub clabe: Option<String>,
    pub ifsc: Option<String>,
    pub cnaps: Option<String>,
    pub sort_code: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WireAddress {
    pub street: Option<String>,
    pub suburb: Option<String>,
    pub state: Option<String>,
    pub postcode: Option<String>,
    pub country: Option<String>,
}

/// What `__type` tells of a type.
#[derive(Debug, Deserialize)]
pub(super) struct Introspected {
    #[serde(rename = "__type")]
    known: Option<Type>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Type {
    input_fields: Option<Vec<Field>>,
    fields: Option<Vec<Field>>,
}

#[derive(Debug, Deserialize)]
struct Field {
    name: String,
}

impl Introspected {
    /// The names of its fields; none where the API does not have it.
    pub(super) fn fields(self) -> BTreeSet<String> {
        let known = self.known.map(|known| [known.input_fields, known.fields]);
        known.into_iter().flatten().flatten().flatten().map(|field| field.name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits() {
        for (text, digits) in [
            ("1000.10", "1000.10"),
            ("0.1", "0.1"),
            ("9007199254740993.01", "9007199254740993.01"),
            ("1e3", "1000"),
        ] {
            assert_eq!(decimal(text).map(|number| number.to_string()).as_deref(), Some(digits));
        }
    }

    #[test]
    fn only_an_answer_that_did_nothing_is_turned_away_at_the_door() {
        let error = r#"{"errors":[{"message":"no","extensions":{"code":"UNAUTHENTICATED"}}],"data":DATA}"#;
        assert!(is_unauthenticated(error.replace("DATA", "null").as_bytes()));
        assert!(is_unauthenticated(error.replace("DATA", r#"{"createWithdrawal":null}"#).as_bytes()));
        assert!(!is_unauthenticated(
            error.replace("DATA", r#"{"createWithdrawal":{"success":true}}"#).as_bytes()
        ));
        assert!(!is_unauthenticated(br#"{"data":null}"#));
    }
}
