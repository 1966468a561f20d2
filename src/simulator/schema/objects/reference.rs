//! Money and reference data: balances, quotes, deliveries, banks, sub-clients.

use async_graphql::{ID, SimpleObject};

use super::party::Address;
use crate::simulator::banks::Bank;
use crate::simulator::delivery::Delivery;
use crate::simulator::options;
use crate::simulator::schema::enums::{AccountIdType, CountryIso2, CurrencyIso3};
use crate::simulator::schema::inputs::AddressLines;
use crate::simulator::schema::scalars::{DateTime, Float};

#[derive(SimpleObject)]
pub struct Balance {
    pub currency: Option<CurrencyIso3>,
    pub cleared: Option<Float>,
    pub pending: Option<Float>,
}

#[derive(SimpleObject)]
pub struct Quote {
    pub id: Option<ID>,
    pub bid: Option<Float>,
    pub ask: Option<Float>,
    pub symbol: Option<String>,
    pub timestamp: Option<DateTime>,
    pub inverted: Option<bool>,
    pub expire_at: Option<DateTime>,
}

#[derive(SimpleObject)]
pub struct DeliveryMethod {
    country: Option<CountryIso2>,
    currency: Option<CurrencyIso3>,
    method: Option<AccountIdType>,
    required_fields: Option<Vec<Option<String>>>,
}

impl From<Delivery> for DeliveryMethod {
    fn from(way: Delivery) -> Self {
        let fields = way.required_fields().iter().map(|field| Some((*field).to_owned()));
        Self {
            country: Some(way.country),
            currency: Some(way.currency),
            method: Some(way.method),
            required_fields: Some(fields.collect()),
        }
    }
}

#[derive(SimpleObject)]
pub struct BankInfo {
    name: Option<String>,
    address: Option<Address>,
}

impl From<Bank> for BankInfo {
    fn from(bank: Bank) -> Self {
        let (street, suburb) = (Some(bank.street.to_owned()), Some(bank.suburb.to_owned()));
        let lines = AddressLines { street, suburb, ..AddressLines::default() };
        Self {
            name: Some(bank.name.to_owned()),
            address: Some(Address { lines, country: Some(bank.country) }),
        }
    }
}

#[derive(SimpleObject)]
pub struct SubClient {
    id: Option<ID>,
    full_name: Option<String>,
    external_id: Option<String>,
    bsb: Option<String>,
    account_no: Option<String>,
    status: Option<String>,
}

impl From<&options::SubClient> for SubClient {
    fn from(of: &options::SubClient) -> Self {
        Self {
            id: Some(ID::from(&of.id)),
            full_name: Some(of.full_name.clone()),
            external_id: of.external_id.clone(),
            bsb: Some(of.bsb.clone()),
            account_no: Some(of.account_no.clone()),
            status: Some(of.status.clone()),
        }
    }
}
