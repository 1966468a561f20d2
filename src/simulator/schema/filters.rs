//! What comes in to look something up: the filters of lists, and the questions about money and banks.
//!
//! The fields that not every server has are shown as `parts` says.

use async_graphql::{ID, InputObject};

use super::enums::{
    AccountIdType, CountryIso2, CurrencyIso3, FromCurrency, PaymentStatus, QuoteApplicability,
    WithdrawalStatus,
};
use super::parts;
use super::scalars::{Date, Float};

#[derive(InputObject, Default)]
pub struct SenderQueryInput {
    pub email: Option<String>,
    #[graphql(visible = "parts::sender_external_id")]
    pub external_id: Option<String>,
}

#[derive(InputObject, Default)]
pub struct RecipientQueryInput {
    #[graphql(visible = "parts::recipient_external_id")]
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
    #[graphql(visible = "parts::withdrawal_external_id")]
    pub external_id: Option<String>,
}

#[derive(InputObject, Default)]
pub struct PaymentQueryInput {
    pub statuses: Option<Vec<Option<PaymentStatus>>>,
    pub to_currencies: Option<Vec<Option<CurrencyIso3>>>,
    pub sub_client_id: Option<ID>,
    #[graphql(visible = "parts::payment_min_created_at")]
    pub min_created_at: Option<String>,
    #[graphql(visible = "parts::payment_max_created_at")]
    pub max_created_at: Option<String>,
    #[graphql(visible = "parts::payment_external_id")]
    pub external_id: Option<String>,
}

#[derive(InputObject)]
pub struct QuoteInput {
    pub from_currency: FromCurrency,
    pub to_currency: CurrencyIso3,
    pub size: Option<Float>,
    pub currency: Option<CurrencyIso3>,
    #[graphql(visible = "parts::tradable")]
    pub tradable: Option<bool>,
    #[graphql(visible = "parts::tradeable")]
    pub tradeable: Option<bool>,
    pub applicability: Option<QuoteApplicability>,
}

#[derive(InputObject, Default)]
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

#[derive(InputObject, Default)]
pub struct SubClientQueryInput {
    pub external_id: Option<String>,
}
