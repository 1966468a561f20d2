//! What the API tells of the account and of the world: balances, corridors, banks, sub-clients.
//!
//! All of it is help, none of it is needed to pay: where the API does not offer one, that is an answer and no error.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Gateway;
use super::classify::{self, shown};
use super::error::GatewayError;
use super::operations::{self, BALANCES, BANKS, DELIVERY_METHODS, SUB_CLIENTS};
use super::wire::exact;
use crate::domain::account::masked;
use crate::domain::{BankNamed, Corridor, Currency, Method};

/// Flash gives a request a minute for all that it asks.
const IN_ONE_REQUEST: usize = 50;

/// What came of asking for something that not every API, or not every account, has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offer<T> {
    /// It is there.
    Given(T),
    /// The API does not have it.
    Absent {
        /// A sentence for people.
        why: String,
    },
}

impl<T> Offer<T> {
    /// What is there.
    pub fn given(self) -> Option<T> {
        match self {
            Self::Given(given) => Some(given),
            Self::Absent { .. } => None,
        }
    }
}

/// What the account has in a currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// The currency.
    pub currency: Currency,
    /// What can be paid from.
    pub cleared: Decimal,
    /// What has not arrived yet.
    pub pending: Decimal,
}

/// A bank that is asked about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BankAsked {
    /// By its BSB, six digits.
    Bsb(String),
    /// By its BIC.
    Bic(String),
    /// By an account's IBAN.
    Iban(String),
}

/// A party on whose behalf the account may pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SubClient {
    /// The API's id of it.
    pub flash_id: String,
    /// Our id of it.
    pub external_id: Option<String>,
    /// Its name.
    pub name: String,
    /// Its account, masked.
    pub account: Option<String>,
    /// Whether it can pay, in the API's word.
    pub status: Option<String>,
}

#[derive(Deserialize)]
struct WireBalance {
    currency: Option<String>,
    #[serde(default, deserialize_with = "exact")]
    cleared: Option<Decimal>,
    #[serde(default, deserialize_with = "exact")]
    pending: Option<Decimal>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireMethod {
    country: Option<String>,
    currency: Option<String>,
    method: Option<String>,
    required_fields: Option<Vec<Option<String>>>,
}

#[derive(Deserialize)]
struct WireBank {
    name: Option<String>,
    address: Option<WireAddress>,
}

#[derive(Deserialize)]
struct WireAddress {
    suburb: Option<String>,
    state: Option<String>,
    country: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireSubClient {
    id: Option<String>,
    full_name: Option<String>,
    external_id: Option<String>,
    bsb: Option<String>,
    account_no: Option<String>,
    status: Option<String>,
}

type Listed<T> = BTreeMap<String, Option<Vec<Option<T>>>>;

impl Gateway {
    /// What the account has, in the order of the currencies.
    pub async fn balances(&self) -> Result<Offer<Vec<Balance>>, GatewayError> {
        let listed = self.listed::<WireBalance>("balances", BALANCES).await?;
        listed.map_whole("balances", |wire| {
            Some(Balance {
                currency: wire.currency?.parse().ok()?,
                cleared: wire.cleared?,
                pending: wire.pending.unwrap_or_default(),
            })
        })
    }

    /// Everything that is delivered anywhere.
    pub async fn delivery_methods(&self) -> Result<Offer<Vec<Corridor>>, GatewayError> {
        let listed = self.listed::<WireMethod>("availableDeliveryMethods", DELIVERY_METHODS).await?;
        Ok(match listed {
            Offer::Absent { why } => Offer::Absent { why },
            // a currency of later days is left out: nobody here could pay in it
            Offer::Given(items) => Offer::Given(items.into_iter().filter_map(corridor).collect()),
        })
    }

    /// The banks that are asked about, in their order: none for one that is not known, a sentence where the API refused.
    pub async fn banks(
        &self,
        asked: &[BankAsked],
    ) -> Result<Offer<Vec<Result<Option<BankNamed>, String>>>, GatewayError> {
        let mut banks = Vec::with_capacity(asked.len());
        for group in asked.chunks(IN_ONE_REQUEST) {
            let answer = self.read_as(&BANKS.body(group), classify::parts).await;
            let mut parts = match self.offered("bankInfo", answer).await? {
                Offer::Given(parts) => parts,
                Offer::Absent { why } => return Ok(Offer::Absent { why }),
            };
            banks.extend((0..group.len()).map(|at| {
                let wire: Option<WireBank> = parts.take(&format!("i{at}"))?;
                Ok(wire.and_then(bank))
            }));
        }
        Ok(Offer::Given(banks))
    }

    /// The parties on whose behalf the account may pay.
    pub async fn sub_clients(&self) -> Result<Offer<Vec<SubClient>>, GatewayError> {
        let listed = self.listed::<WireSubClient>("subClients", SUB_CLIENTS).await?;
        listed.map_whole("subClients", |wire| {
            let account = wire.account_no.as_deref().map(masked);
            Some(SubClient {
                flash_id: wire.id?,
                external_id: wire.external_id,
                name: shown(&wire.full_name.unwrap_or_default()),
                account: account.map(|number| match &wire.bsb {
                    Some(bsb) => format!("{} {number}", shown_bsb(bsb)),
                    None => number,
                }),
                status: wire.status.as_deref().map(shown),
            })
        })
    }

    async fn listed<T: serde::de::DeserializeOwned>(
        &self,
        field: &'static str,
        text: &str,
    ) -> Result<Offer<Vec<Option<T>>>, GatewayError> {
        let answer = self.read(&operations::body(text, &())).await;
        let answer = answer.and_then(|reply| reply.data::<Listed<T>>());
        Ok(match self.offered(field, answer).await? {
            Offer::Absent { why } => Offer::Absent { why },
            Offer::Given(mut data) => {
                Offer::Given(data.remove(field).flatten().ok_or_else(|| unreadable(field))?)
            }
        })
    }

    /// Tells an answer that failed from one that the API cannot give.
    pub(super) async fn offered<T>(
        &self,
        field: &'static str,
        answer: Result<T, GatewayError>,
    ) -> Result<Offer<T>, GatewayError> {
        match answer {
            Ok(given) => Ok(Offer::Given(given)),
            Err(error @ GatewayError::Unclear { .. }) => {
                let schema = self.live_schema().await?;
                if schema.is_none_or(|schema| schema.has_operation(field)) {
                    return Err(error);
                }
                Ok(Offer::Absent { why: format!("Flash does not offer `{field}`") })
            }
            Err(error) => Err(error),
        }
    }
}

impl<W> Offer<Vec<Option<W>>> {
    /// Every item, or an error where one cannot be read: a list with holes would be taken for the whole.
    fn map_whole<T>(self, field: &str, read: impl Fn(W) -> Option<T>) -> Result<Offer<Vec<T>>, GatewayError> {
        match self {
            Self::Absent { why } => Ok(Offer::Absent { why }),
            Self::Given(items) => {
                let items: Option<Vec<T>> = items.into_iter().map(|item| item.and_then(&read)).collect();
                items.map(Offer::Given).ok_or_else(|| unreadable(field))
            }
        }
    }
}

fn unreadable(field: &str) -> GatewayError {
    GatewayError::Unclear { what: format!("`{field}` cannot be read") }
}

fn corridor(wire: Option<WireMethod>) -> Option<Corridor> {
    let wire = wire?;
    Some(Corridor {
        country: wire.country?,
        currency: wire.currency?.parse().ok()?,
        method: Method::from(wire.method?),
        required_fields: wire.required_fields.unwrap_or_default().into_iter().flatten().collect(),
    })
}

fn bank(wire: WireBank) -> Option<BankNamed> {
    let name = shown(&wire.name.filter(|name| !name.trim().is_empty())?);
    let place = wire.address.map(|address| {
        let parts = [address.suburb, address.state, address.country];
        let told: Vec<String> =
            parts.into_iter().flatten().filter(|part| !part.is_empty()).map(|part| shown(&part)).collect();
        told.join(" ")
    });
    Some(BankNamed { name, place: place.filter(|place| !place.is_empty()) })
}

/// `062-000`; a BSB names a branch, not an account.
fn shown_bsb(bsb: &str) -> String {
    bsb.split_at_checked(3).map_or_else(|| bsb.to_owned(), |(bank, branch)| format!("{bank}-{branch}"))
}
