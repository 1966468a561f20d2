//! What goes out. The replies of mutations, which carry it, are in `replies`.

use async_graphql::{ID, SimpleObject};
use rust_decimal::Decimal;

use super::enums::{
    AccountIdType, CountryIso2, CurrencyIso3, PaymentStatus, TransactionReason, WithdrawalStatus,
};
use super::inputs::{
    AddressInput, AddressLines, RecipientDetails, RecipientInput, SenderDetails, SenderInput,
};
use super::parts;
use super::scalars::{DateTime, Float};
use crate::simulator::banks::Bank;
use crate::simulator::delivery::Delivery;
use crate::simulator::options;
use crate::simulator::records::{PaymentRecord, WithdrawalRecord};
use crate::simulator::walk::Walk;

#[derive(SimpleObject)]
pub struct Address {
    #[graphql(flatten)]
    lines: AddressLines,
    country: Option<CountryIso2>,
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

/// What withdrawals and payments show alike.
#[derive(SimpleObject)]
pub struct OrderShown {
    pub external_reference: Option<String>,
    pub external_id: Option<String>,
    pub callback_uri: Option<String>,
    pub reason: Option<TransactionReason>,
    pub created_at: Option<DateTime>,
    pub sender: Option<Sender>,
    pub recipient: Option<Recipient>,
    pub sub_client: Option<SubClient>,
}

#[derive(SimpleObject)]
pub struct Withdrawal {
    id: ID,
    status: Option<WithdrawalStatus>,
    status_message: Option<String>,
    reject_code: Option<String>,
    amount: Option<Float>,
    currency: Option<CurrencyIso3>,
    total_fee: Option<Float>,
    rail: Option<String>,
    rail_service: Option<String>,
    cleared_at: Option<DateTime>,
    rejected_at: Option<DateTime>,
    refunded_at: Option<DateTime>,
    #[graphql(flatten)]
    order: OrderShown,
}

impl Withdrawal {
    /// The record as it stands now.
    pub fn new(record: &WithdrawalRecord, walk: &Walk<WithdrawalStatus>, order: OrderShown) -> Self {
        use WithdrawalStatus::{Cancelled, Confirmed, Refunded};
        let status = walk.status();
        let reached = |status| walk.reached(status).map(DateTime);
        Self {
            id: ID::from(&record.order.id),
            status: Some(status),
            status_message: status.message(record.order.reference()).map(str::to_owned),
            reject_code: (status == Cancelled).then(|| "COMPLIANCE_DECLINED".to_owned()),
            amount: Some(Float(record.amount)),
            currency: Some(record.currency),
            total_fee: Some(Float(record.fee)),
            rail: Some("NPP".to_owned()),
            rail_service: None,
            cleared_at: reached(Confirmed),
            rejected_at: reached(Cancelled),
            refunded_at: reached(Refunded),
            order,
        }
    }
}

#[derive(SimpleObject)]
pub struct Payment {
    id: ID,
    status: Option<PaymentStatus>,
    #[graphql(visible = "parts::payment_status_message")]
    status_message: Option<String>,
    size: Option<Float>,
    from_currency: Option<CurrencyIso3>,
    to_currency: Option<CurrencyIso3>,
    from_amount: Option<Float>,
    to_amount: Option<Float>,
    #[graphql(flatten)]
    order: OrderShown,
}

impl Payment {
    /// The record as it stands now.
    pub fn new(record: &PaymentRecord, walk: &Walk<PaymentStatus>, order: OrderShown) -> Self {
        let status = walk.status();
        Self {
            id: ID::from(&record.order.id),
            status: Some(status),
            status_message: status.message().map(str::to_owned),
            size: Some(Float(record.size)),
            from_currency: Some(record.from_currency),
            to_currency: Some(record.to_currency),
            from_amount: Some(Float(record.from_amount)),
            to_amount: Some(Float(record.to_amount)),
            order,
        }
    }
}

/// Shows another amount than was asked for, as a fault may have it.
pub trait Misquote {
    /// A cent more.
    fn misquote(&mut self);
}

fn a_cent_more(amount: &mut Option<Float>) {
    *amount = amount.map(|Float(amount)| Float(amount + Decimal::new(1, 2)));
}

impl Misquote for Withdrawal {
    fn misquote(&mut self) {
        a_cent_more(&mut self.amount);
    }
}

impl Misquote for Payment {
    fn misquote(&mut self) {
        a_cent_more(&mut self.size);
        a_cent_more(&mut self.from_amount);
    }
}

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
