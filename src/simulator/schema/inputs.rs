//! What comes in, and the parts that inputs share with the objects that go out.
//!
//! The inputs of parties are what the ledger keeps, so they also read and write JSON. Nothing here checks a value;
//! that is `rules`. What only looks things up is in `filters`.

use async_graphql::{ID, InputObject, SimpleObject};
use serde::{Deserialize, Serialize};

use super::enums::{
    AccountIdType, Affiliation, CountryIso2, CurrencyIso3, DocumentType, FromCurrency, SourceOfFunds,
    TransactionReason,
};
use super::scalars::{Date, Float};

#[derive(InputObject)]
pub struct LoginInput {
    pub email: String,
    pub password: String,
    pub affiliation: Option<Affiliation>,
}

/// The lines of an address, without the country.
#[derive(Debug, Clone, Default, SimpleObject, InputObject, Serialize, Deserialize)]
#[graphql(input_name = "AddressLinesInput")]
pub struct AddressLines {
    pub building: Option<String>,
    pub street: Option<String>,
    pub suburb: Option<String>,
    pub state: Option<String>,
    pub postcode: Option<String>,
}

#[derive(Debug, Clone, InputObject, Serialize, Deserialize)]
pub struct AddressInput {
    #[graphql(flatten)]
    pub lines: AddressLines,
    pub country: CountryIso2,
}

#[derive(Debug, Clone, InputObject, Serialize, Deserialize)]
pub struct IdDocInput {
    #[graphql(name = "type")]
    pub kind: DocumentType,
    pub doc_number: String,
    pub issuer: Option<String>,
    pub issue_date: Option<Date>,
    pub expiry_date: Option<Date>,
    pub country: Option<CountryIso2>,
}

/// What a sender is, apart from its address and its documents.
#[derive(Debug, Clone, Default, SimpleObject, InputObject, Serialize, Deserialize)]
#[graphql(input_name = "SenderDetailsInput")]
pub struct SenderDetails {
    pub external_id: Option<String>,
    pub nick_name: Option<String>,
    pub first_name: Option<String>,
    pub middle_name: Option<String>,
    pub last_name: Option<String>,
    pub dob: Option<Date>,
    pub company_name: Option<String>,
    pub legal_name: Option<String>,
    pub trading_as_name: Option<String>,
    pub business_number: Option<String>,
    pub acn: Option<String>,
    pub email: Option<String>,
    pub mobile: Option<String>,
}

#[derive(Debug, Clone, InputObject, Serialize, Deserialize)]
pub struct SenderInput {
    #[graphql(flatten)]
    pub details: SenderDetails,
    pub address: AddressInput,
    pub id_doc: Option<IdDocInput>,
}

/// What a recipient is, apart from its account's type and currency and its address.
#[derive(Debug, Clone, Default, SimpleObject, InputObject, Serialize, Deserialize)]
#[graphql(input_name = "RecipientDetailsInput")]
pub struct RecipientDetails {
    pub external_id: Option<String>,
    pub nick_name: Option<String>,
    pub first_name: Option<String>,
    pub middle_name: Option<String>,
    pub last_name: Option<String>,
    pub dob: Option<Date>,
    pub company_name: Option<String>,
    pub legal_name: Option<String>,
    pub email: Option<String>,
    pub mobile: Option<String>,
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

#[derive(Debug, Clone, InputObject, Serialize, Deserialize)]
pub struct RecipientInput {
    #[graphql(flatten)]
    pub details: RecipientDetails,
    pub account_id_type: AccountIdType,
    pub currency: CurrencyIso3,
    pub address: AddressInput,
}

/// What withdrawals and payments share: for whom, in whose name, under which ids.
#[derive(InputObject)]
pub struct OrderInput {
    pub external_reference: Option<String>,
    pub external_id: Option<String>,
    pub idempotency_key: Option<String>,
    pub recipient_id: Option<ID>,
    pub recipient: Option<RecipientInput>,
    pub sender_id: Option<ID>,
    pub sender: Option<SenderInput>,
    pub sub_client_id: Option<ID>,
    pub reason: Option<TransactionReason>,
    #[graphql(visible = "super::parts::callback_uri")]
    pub callback_uri: Option<String>,
}

#[derive(InputObject)]
pub struct CreateWithdrawalInput {
    #[graphql(flatten)]
    pub order: OrderInput,
    pub amount: Float,
    pub currency: Option<CurrencyIso3>,
    pub instructing_institution_id: Option<ID>,
}

#[derive(InputObject)]
pub struct PaymentInput {
    #[graphql(flatten)]
    pub order: OrderInput,
    pub from_currency: FromCurrency,
    pub to_currency: CurrencyIso3,
    pub size: Float,
    pub currency: CurrencyIso3,
    pub source_of_funds: Option<SourceOfFunds>,
    pub quote_id: Option<ID>,
}

#[derive(InputObject)]
pub struct CopInput {
    pub account_id_type: AccountIdType,
    pub bsb: Option<String>,
    pub account_no: Option<String>,
    pub account_name: String,
}
