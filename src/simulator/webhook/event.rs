//! What a webhook says: one body for each status that an order comes to.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::simulator::records::{Order, PaymentRecord, WithdrawalRecord};
use crate::simulator::schema::enums::{PaymentStatus, WithdrawalStatus};

/// Something that happened to an order.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub name: &'static str,
    pub external_id: Option<String>,
    pub callback_uri: Option<String>,
    pub body: String,
    /// The same with another end and another amount.
    pub lie: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WithdrawalBody<'a> {
    event: &'static str,
    event_scheduled_at: Timestamp,
    id: &'a str,
    amount: Box<RawValue>,
    total_fee: Box<RawValue>,
    currency: &'static str,
    external_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_message: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cleared_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refunded_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_amount: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reject_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_client: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PaymentBody<'a> {
    event: &'static str,
    id: &'a str,
    from_amount: Box<RawValue>,
    from_currency: &'static str,
    to_amount: Box<RawValue>,
    to_currency: &'static str,
    external_id: Option<&'a str>,
}

/// An order that tells of its statuses.
pub(super) trait Telling: crate::simulator::orders::Ordered {
    fn event(&self, status: Self::Status, now: Timestamp) -> Event;
}

impl Telling for WithdrawalRecord {
    fn event(&self, status: WithdrawalStatus, now: Timestamp) -> Event {
        let body = |status| text(&self.body(status, self.amount, now));
        let lie = match status {
            WithdrawalStatus::Confirmed => WithdrawalStatus::Refunded,
            _ => WithdrawalStatus::Confirmed,
        };
        let lie = text(&self.body(lie, self.amount + Decimal::ONE, now));
        told(&self.order, withdrawal_event(status), body(status), lie)
    }
}

impl WithdrawalRecord {
    fn body(&self, status: WithdrawalStatus, amount: Decimal, now: Timestamp) -> WithdrawalBody<'_> {
        let at = |wanted| (status == wanted).then_some(now);
        let message = status.message(self.order.reference());
        WithdrawalBody {
            event: withdrawal_event(status),
            event_scheduled_at: now,
            id: &self.order.id,
            amount: digits(amount),
            total_fee: digits(self.fee),
            currency: self.currency.code(),
            external_id: self.order.external_id.as_deref(),
            status_message: message,
            cleared_at: at(WithdrawalStatus::Confirmed),
            refunded_at: at(WithdrawalStatus::Refunded),
            refund_amount: at(WithdrawalStatus::Refunded).map(|_| digits(amount)),
            refund_reason: at(WithdrawalStatus::Refunded).and(message),
            reject_code: at(WithdrawalStatus::Cancelled).map(|_| "COMPLIANCE_DECLINED"),
            rejected_at: at(WithdrawalStatus::Cancelled),
            sub_client: self.order.sub_client_id.as_deref(),
        }
    }
}

impl Telling for PaymentRecord {
    fn event(&self, status: PaymentStatus, _now: Timestamp) -> Event {
        let body = |status, to_amount| {
            text(&PaymentBody {
                event: payment_event(status),
                id: &self.order.id,
                from_amount: digits(self.from_amount),
                from_currency: self.from_currency.code(),
                to_amount: digits(to_amount),
                to_currency: self.to_currency.code(),
                external_id: self.order.external_id.as_deref(),
            })
        };
        let lie = match status {
            PaymentStatus::Closed => PaymentStatus::Failed,
            _ => PaymentStatus::Closed,
        };
        let lie = body(lie, self.to_amount + Decimal::ONE);
        told(&self.order, payment_event(status), body(status, self.to_amount), lie)
    }
}

fn told(order: &Order, name: &'static str, body: String, lie: String) -> Event {
    let (external_id, callback_uri) = (order.external_id.clone(), order.callback_uri.clone());
    Event { name, external_id, callback_uri, body, lie }
}

fn text(body: &impl Serialize) -> String {
    serde_json::to_string(body).expect("texts and digits are JSON")
}

fn digits(amount: Decimal) -> Box<RawValue> {
    RawValue::from_string(amount.to_string()).expect("a decimal's digits are a JSON number")
}

fn withdrawal_event(status: WithdrawalStatus) -> &'static str {
    match status {
        WithdrawalStatus::Initialised => "withdrawal_initiated",
        WithdrawalStatus::Reviewing => "withdrawal_reviewing",
        WithdrawalStatus::Pending => "withdrawal_pending",
        WithdrawalStatus::Confirmed => "withdrawal_completed",
        WithdrawalStatus::Failed => "withdrawal_failed",
        WithdrawalStatus::Refunded => "withdrawal_refunded",
        WithdrawalStatus::Cancelled => "withdrawal_cancelled",
        WithdrawalStatus::Escalated => "withdrawal_escalated", // documented nowhere, like the status
    }
}

fn payment_event(status: PaymentStatus) -> &'static str {
    match status {
        PaymentStatus::Initialising => "payment_created",
        PaymentStatus::Open => "currency_converted",
        PaymentStatus::Closed => "payment_complete",
        PaymentStatus::Failed => "payment_failed",
        PaymentStatus::Cancelled => "payment_cancelled",
        PaymentStatus::Escalated => "payment_escalated", // documented nowhere, like the status
    }
}
