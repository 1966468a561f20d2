//! Senders and recipients.

use async_graphql::{ID, SimpleObject};

use crate::simulator::schema::enums::{AccountIdType, CountryIso2, CurrencyIso3};
use crate::simulator::schema::inputs::{
    AddressInput, AddressLines, RecipientDetails, RecipientInput, SenderDetails, SenderInput,
};

#[derive(SimpleObject)]
pub struct Address {
    #[graphql(flatten)]
    pub lines: AddressLines,
    pub country: Option<CountryIso2>,
}

impl From<AddressInput> for Address {
    fn from(input: AddressInput) -> Self {
        Self { lines: input.lines, country: Some(input.country) }
    }
}

#[derive(SimpleObject)]
pub struct Sender {
    id: Option<ID>,
    #[graphql(flatten)]
    details: SenderDetails,
    address: Option<Address>,
}

impl Sender {
    /// `id` is absent where the sender rode inside a withdrawal.
    pub fn new(id: Option<&str>, input: SenderInput) -> Self {
        Self { id: id.map(ID::from), details: input.details, address: Some(input.address.into()) }
    }
}

#[derive(SimpleObject)]
pub struct Recipient {
    id: Option<ID>,
    #[graphql(flatten)]
    details: RecipientDetails,
    account_id_type: Option<AccountIdType>,
    currency: Option<CurrencyIso3>,
    country: Option<CountryIso2>,
    address: Option<Address>,
}

impl Recipient {
    /// `id` is absent where the recipient rode inside a withdrawal.
    pub fn new(id: Option<&str>, input: RecipientInput) -> Self {
        Self {
            id: id.map(ID::from),
            details: input.details,
            account_id_type: Some(input.account_id_type),
            currency: Some(input.currency),
            country: Some(input.address.country),
            address: Some(input.address.into()),
        }
    }
}
