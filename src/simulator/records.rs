//! What the ledger keeps: one line of its file is one [`Line`].
//!
//! These are the simulator's own stored forms. Nothing computed is stored: a withdrawal's status follows from its
//! age, a balance from the withdrawals.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::schema::enums::{CurrencyIso3, TransactionReason};
use super::schema::inputs::{RecipientInput, SenderInput};

/// One committed change. A second line with a known id replaces the first.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    Sender(PartyRecord<SenderInput>),
    Recipient(PartyRecord<RecipientInput>),
    Withdrawal(Box<WithdrawalRecord>),
}

/// A sender or a recipient of the address book.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PartyRecord<T> {
    pub id: String,
    pub created_at: Timestamp,
    pub party: T,
}

/// A withdrawal as it was accepted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WithdrawalRecord {
    pub id: String,
    pub created_at: Timestamp,
    pub amount: Decimal,
    pub currency: CurrencyIso3,
    pub external_id: Option<String>,
    pub idempotency_key: Option<String>,
    pub external_reference: Option<String>,
    pub callback_uri: Option<String>,
    pub reason: Option<TransactionReason>,
    pub sender: PartyRef<SenderInput>,
    pub recipient: PartyRef<RecipientInput>,
}

/// How a withdrawal names a party.
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

impl Entry for WithdrawalRecord {
    fn id(&self) -> &str {
        &self.id
    }

    fn external_id(&self) -> Option<&str> {
        self.external_id.as_deref()
    }

    fn created_at(&self) -> Timestamp {
        self.created_at
    }
}
