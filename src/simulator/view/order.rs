//! Withdrawals and payments as plain values.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::party::{PartyView, recipient_of, sender_of};
use crate::simulator::ledger::Ledger;
use crate::simulator::records::{PaymentRecord, WithdrawalRecord};
use crate::simulator::schema::enums::{PaymentStatus, WithdrawalStatus};

/// A withdrawal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithdrawalView {
    /// Flash's id.
    pub id: String,
    /// The client's id.
    pub external_id: Option<String>,
    /// The client's key.
    pub idempotency_key: Option<String>,
    /// With the digits that were sent.
    pub amount: Decimal,
    /// ISO 4217.
    pub currency: &'static str,
    /// What the payee's statement shows.
    pub reference: Option<String>,
    /// Whom to tell of its changes.
    pub callback_uri: Option<String>,
    /// Who gets it.
    pub recipient: Option<PartyView>,
    /// In whose name; `None` is the account itself.
    pub sender: Option<PartyView>,
    /// In which sub-client's name.
    pub sub_client_id: Option<String>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// The wire's name of the status when the ledger was read.
    pub status: String,
}

/// A payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentView {
    /// Flash's id.
    pub id: String,
    /// The client's id.
    pub external_id: Option<String>,
    /// The client's key.
    pub idempotency_key: Option<String>,
    /// With the digits that were sent, in one of the two currencies.
    pub size: Decimal,
    /// What it was paid from, ISO 4217.
    pub from_currency: &'static str,
    /// What left the balance, without the fee.
    pub from_amount: Decimal,
    /// What is delivered, ISO 4217.
    pub to_currency: &'static str,
    /// How much of it.
    pub to_amount: Decimal,
    /// The quote that it was made at.
    pub quote_id: Option<String>,
    /// What the payee's statement shows.
    pub reference: Option<String>,
    /// Whom to tell of its changes.
    pub callback_uri: Option<String>,
    /// Who gets it.
    pub recipient: Option<PartyView>,
    /// In whose name; `None` is the account itself.
    pub sender: Option<PartyView>,
    /// In which sub-client's name.
    pub sub_client_id: Option<String>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// The wire's name of the status when the ledger was read.
    pub status: String,
}

impl WithdrawalView {
    pub(super) fn of(ledger: &Ledger, record: &WithdrawalRecord, status: WithdrawalStatus) -> Self {
        let order = &record.order;
        Self {
            id: order.id.clone(),
            external_id: order.external_id.clone(),
            idempotency_key: order.idempotency_key.clone(),
            amount: record.amount,
            currency: record.currency.code(),
            reference: order.external_reference.clone(),
            callback_uri: order.callback_uri.clone(),
            recipient: recipient_of(ledger, &order.recipient),
            sender: sender_of(ledger, &order.sender),
            sub_client_id: order.sub_client_id.clone(),
            created_at: order.created_at,
            status: format!("{status:?}").to_uppercase(),
        }
    }
}

impl PaymentView {
    pub(super) fn of(ledger: &Ledger, record: &PaymentRecord, status: PaymentStatus) -> Self {
        let order = &record.order;
        Self {
            id: order.id.clone(),
            external_id: order.external_id.clone(),
            idempotency_key: order.idempotency_key.clone(),
            size: record.size,
            from_currency: record.from_currency.code(),
            from_amount: record.from_amount,
            to_currency: record.to_currency.code(),
            to_amount: record.to_amount,
            quote_id: record.quote_id.clone(),
            reference: order.external_reference.clone(),
            callback_uri: order.callback_uri.clone(),
            recipient: recipient_of(ledger, &order.recipient),
            sender: sender_of(ledger, &order.sender),
            sub_client_id: order.sub_client_id.clone(),
            created_at: order.created_at,
            status: format!("{status:?}").to_uppercase(),
        }
    }
}
