//! Withdrawals and payments.

use async_graphql::resolver_utils::EnumType;
use async_graphql::{ID, SimpleObject};
use rust_decimal::Decimal;

use super::party::{Recipient, Sender};
use super::reference::SubClient;
use crate::simulator::options::Turn;
use crate::simulator::records::{PaymentRecord, WithdrawalRecord};
use crate::simulator::schema::enums::{CurrencyIso3, PaymentStatus, TransactionReason, WithdrawalStatus};
use crate::simulator::schema::parts;
use crate::simulator::schema::scalars::{DateTime, Float};
use crate::simulator::walk::Walk;

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
            // NPP moves Australian dollars alone
            rail: (record.currency == CurrencyIso3::AUD).then(|| "NPP".to_owned()),
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

/// Shows something else than it would by itself.
pub trait Turned: Misquote {
    /// What is to be shown instead. A status that its kind does not have changes nothing.
    fn stand_at(&mut self, status: &str, reject_code: Option<&str>);

    fn turn(&mut self, turn: &Turn) {
        match turn {
            Turn::Status { status, reject_code } => self.stand_at(status, reject_code.as_deref()),
            Turn::Amount => self.misquote(),
            Turn::Gone | Turn::Refused | Turn::Spoils => {} // is not shown in the first place
        }
    }
}

fn named<S: EnumType>(name: &str) -> Option<S> {
    S::items().iter().find(|item| item.name == name).map(|item| item.value)
}

impl Turned for Withdrawal {
    fn stand_at(&mut self, status: &str, reject_code: Option<&str>) {
        self.status = named(status).or(self.status);
        let code = reject_code.unwrap_or("COMPLIANCE_DECLINED");
        self.reject_code = (self.status == Some(WithdrawalStatus::Cancelled)).then(|| code.to_owned());
    }
}

impl Turned for Payment {
    fn stand_at(&mut self, status: &str, _reject_code: Option<&str>) {
        self.status = named(status).or(self.status);
    }
}
