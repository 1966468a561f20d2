//! What comes in, and the parts that inputs share with the objects that go out.
//!
//! The inputs of parties are what the ledger keeps, so they also read and write JSON. Nothing here checks a value;
//! that is `rules`.

use async_graphql::{Context, ID, InputObject, SimpleObject};
use serde::{Deserialize, Serialize};

use super::enums::{
    AccountIdType, Affiliation, CountryIso2, CurrencyIso3, DocumentType, FromCurrency, PaymentStatus,
    QuoteApplicability, SourceOfFunds, TransactionReason, WithdrawalStatus,
};
use super::scalars::{Date, Float};
use crate::simulator::flash::Flash;
use crate::simulator::options::ExternalIdFilter;

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

#[derive(InputObject)]
pub struct CreateWithdrawalInput {
    pub amount: Float,
    pub currency: Option<CurrencyIso3>,
    pub external_reference: Option<String>,
    pub external_id: Option<String>,
    pub idempotency_key: Option<String>,
    pub recipient_id: Option<ID>,
    pub recipient: Option<RecipientInput>,
    pub sender_id: Option<ID>,
    pub sender: Option<SenderInput>,
    pub sub_client_id: Option<ID>,
    pub reason: Option<TransactionReason>,
    pub instructing_institution_id: Option<ID>,
    pub callback_uri: Option<String>,
}

#[derive(InputObject)]
pub struct PaymentInput {
    pub from_currency: FromCurrency,
    pub to_currency: CurrencyIso3,
    pub size: Float,
    pub currency: CurrencyIso3,
    pub reason: Option<TransactionReason>,
    pub source_of_funds: Option<SourceOfFunds>,
    pub external_reference: Option<String>,
    pub external_id: Option<String>,
    pub idempotency_key: Option<String>,
    pub callback_uri: Option<String>,
    pub recipient_id: Option<ID>,
    pub recipient: Option<RecipientInput>,
    pub sender_id: Option<ID>,
    pub sender: Option<SenderInput>,
    pub sub_client_id: Option<ID>,
    pub quote_id: Option<ID>,
}

#[derive(InputObject)]
pub struct CopInput {
    pub account_id_type: AccountIdType,
    pub bsb: Option<String>,
    pub account_no: Option<String>,
    pub account_name: String,
}

// ---------------------------------------------------------------- filters of lists

#[derive(InputObject, Default)]
pub struct SenderQueryInput {
    pub email: Option<String>,
    #[graphql(visible = "has_party_filter")]
    pub external_id: Option<String>,
}

#[derive(InputObject, Default)]
pub struct RecipientQueryInput {
    #[graphql(visible = "has_party_filter")]
    pub external_id: Option<String>,
    pub account_id_type: Option<AccountIdType>,
    pub currency: Option<CurrencyIso3>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub middle_name: Option<String>,
    pub dob: Option<Date>,
    pub company_name: Option<String>,
    pub payid: Option<String>,
    pub bic: Option<String>,
    pub iban: Option<String>,
    pub aba: Option<String>,
    pub bsb: Option<String>,
    pub clabe: Option<String>,
    pub cnaps: Option<String>,
    pub sort_code: Option<String>,
    pub ifsc: Option<String>,
    pub account_no: Option<String>,
}

#[derive(InputObject, Default)]
pub struct WithdrawalQueryInput {
    pub statuses: Option<Vec<Option<WithdrawalStatus>>>,
    pub min_created_at: Option<String>,
    pub max_created_at: Option<String>,
    pub sub_client_id: Option<ID>,
    #[graphql(visible = "has_withdrawal_filter")]
    pub external_id: Option<String>,
}

#[derive(InputObject)]
pub struct PaymentQueryInput {
    pub statuses: Option<Vec<Option<PaymentStatus>>>,
    pub to_currencies: Option<Vec<Option<CurrencyIso3>>>,
    pub sub_client_id: Option<ID>,
    pub min_created_at: Option<String>,
    pub max_created_at: Option<String>,
    pub external_id: Option<String>,
}

#[derive(InputObject)]
pub struct QuoteInput {
    pub from_currency: FromCurrency,
    pub to_currency: CurrencyIso3,
    pub size: Option<Float>,
    pub currency: Option<CurrencyIso3>,
    pub tradable: Option<bool>,
    pub applicability: Option<QuoteApplicability>,
}

#[derive(InputObject)]
pub struct AvailableDeliveryMethodsInput {
    pub country: Option<CountryIso2>,
    pub currency: Option<CurrencyIso3>,
}

#[derive(InputObject)]
pub struct BankInfoQueryInput {
    pub bsb: Option<String>,
    pub bic: Option<String>,
    pub iban: Option<String>,
}

#[derive(InputObject)]
pub struct SubClientQueryInput {
    pub external_id: Option<String>,
}

/// Introspection does not show a filter that is switched off.
fn has_party_filter(ctx: &Context<'_>) -> bool {
    Flash::of(ctx).is_none_or(|flash| flash.options().party_filter != ExternalIdFilter::Missing)
}

fn has_withdrawal_filter(ctx: &Context<'_>) -> bool {
    Flash::of(ctx).is_none_or(|flash| flash.options().withdrawal_filter != ExternalIdFilter::Missing)
}
