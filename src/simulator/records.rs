//! What the ledger keeps: one line of its file is one [`Line`].
//!
//! These are the simulator's own stored forms. Nothing computed is stored: an order's status follows from its age,
//! a balance from the orders.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::market::Price;
use super::orders::Ordered;
use super::schema::enums::{CurrencyIso3, SourceOfFunds, TransactionReason};
use super::schema::inputs::{RecipientInput, SenderInput};

/// One committed change. A second line with a known id replaces the first.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    Sender(PartyRecord<SenderInput>),
    Recipient(PartyRecord<RecipientInput>),
    Withdrawal(Box<WithdrawalRecord>),
    Payment(Box<PaymentRecord>),
    Quote(QuoteRecord),
}

/// A sender or a recipient of the address book.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PartyRecord<T> {
    pub id: String,
    pub created_at: Timestamp,
    pub party: T,
}

/// What withdrawals and payments have in common: for whom, in whose name, under which ids.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Order {
    pub id: String,
    pub created_at: Timestamp,
    pub external_id: Option<String>,
    pub idempotency_key: Option<String>,
    pub external_reference: Option<String>,
    pub callback_uri: Option<String>,
    pub reason: Option<TransactionReason>,
    pub sender: PartyRef<SenderInput>,
    pub recipient: PartyRef<RecipientInput>,
    #[serde(default)]
    pub sub_client_id: Option<String>,
}

impl Order {
    /// The reference, empty if there is none.
    pub fn reference(&self) -> &str {
        self.external_reference.as_deref().unwrap_or_default()
    }
}

/// A withdrawal as it was accepted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WithdrawalRecord {
    #[serde(flatten)]
    pub order: Order,
    pub amount: Decimal,
    pub currency: CurrencyIso3,
    #[serde(default)]
    pub fee: Decimal,
}

/// A payment as it was accepted, at the price of that moment or of its quote.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PaymentRecord {
    #[serde(flatten)]
    pub order: Order,
    /// With the digits that were sent.
    pub size: Decimal,
    pub from_currency: CurrencyIso3,
    pub from_amount: Decimal,
    pub to_currency: CurrencyIso3,
    pub to_amount: Decimal,
    pub price: Price,
    pub quote_id: Option<String>,
    pub source_of_funds: Option<SourceOfFunds>,
    pub fee: Decimal,
}

/// A tradable quote.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct QuoteRecord {
    pub id: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub from_currency: CurrencyIso3,
    pub to_currency: CurrencyIso3,
    pub price: Price,
}

/// How an order names a party.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyRef<T> {
    /// None at all: the account itself.
    Account,
    /// By the id of an address-book record.
    Known(String),
    /// Whole, without a record.
    Inline(Box<T>),
}

/// What a [`super::book::Book`] can hold.
pub trait Entry {
    fn id(&self) -> &str;
    fn external_id(&self) -> Option<&str>;
    fn created_at(&self) -> Timestamp;
}

impl Entry for PartyRecord<SenderInput> {
    fn id(&self) -> &str {
        &self.id
    }

    fn external_id(&self) -> Option<&str> {
        self.party.details.external_id.as_deref()
    }

    fn created_at(&self) -> Timestamp {
        self.created_at
    }
}

impl Entry for PartyRecord<RecipientInput> {
    fn id(&self) -> &str {
        &self.id
    }

    fn external_id(&self) -> Option<&str> {
        self.party.details.external_id.as_deref()
    }

    fn created_at(&self) -> Timestamp {
        self.created_at
    }
}

impl Entry for QuoteRecord {
    fn id(&self) -> &str {
        &self.id
    }

    fn external_id(&self) -> Option<&str> {
        None
    }

    fn created_at(&self) -> Timestamp {
        self.created_at
    }
}

impl<T: Ordered> Entry for T {
    fn id(&self) -> &str {
        &self.order().id
    }

    fn external_id(&self) -> Option<&str> {
        self.order().external_id.as_deref()
    }

    fn created_at(&self) -> Timestamp {
        self.order().created_at
    }
}
