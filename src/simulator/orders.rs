//! Withdrawals or payments: their rows, their keys, and what they take from the balances.

use std::collections::HashMap;

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::book::Book;
use super::options::StatusStep;
use super::records::{Entry, Order, PaymentRecord, WithdrawalRecord};
use super::schema::enums::{CurrencyIso3, PaymentStatus, WithdrawalStatus};
use super::walk::{Standing, Walk};

/// What an order takes from a balance when it is made.
#[derive(Debug, Clone, Copy)]
pub struct Taken {
    pub currency: CurrencyIso3,
    /// Comes back if the order comes to nothing.
    pub amount: Decimal,
    /// Does not.
    pub fee: Decimal,
}

/// What moves money: a withdrawal or a payment.
pub trait Ordered: Entry {
    type Status: Standing + 'static;

    fn order(&self) -> &Order;
    fn taken(&self) -> Taken;

    /// The statuses that this one passes through, at least one.
    fn route(&self) -> &'static [Self::Status];

    /// Whether the amount is back on the balance.
    fn is_returned(status: Self::Status) -> bool;
}

impl Ordered for WithdrawalRecord {
    type Status = WithdrawalStatus;

    fn order(&self) -> &Order {
        &self.order
    }

    fn taken(&self) -> Taken {
        Taken { currency: self.currency, amount: self.amount, fee: self.fee }
    }

    fn route(&self) -> &'static [WithdrawalStatus] {
        WithdrawalStatus::route(self.order.reference())
    }

    fn is_returned(status: WithdrawalStatus) -> bool {
        matches!(status, WithdrawalStatus::Cancelled | WithdrawalStatus::Refunded)
    }
}

impl Ordered for PaymentRecord {
    type Status = PaymentStatus;

    fn order(&self) -> &Order {
        &self.order
    }

    fn taken(&self) -> Taken {
        Taken { currency: self.from_currency, amount: self.from_amount, fee: self.fee }
    }

    fn route(&self) -> &'static [PaymentStatus] {
        PaymentStatus::route(self.order.reference())
    }

    /// A payment has no status for a refund, so one that failed is taken to have been given back.
    fn is_returned(status: PaymentStatus) -> bool {
        matches!(status, PaymentStatus::Cancelled | PaymentStatus::Failed)
    }
}

#[derive(Debug)]
pub struct Orders<T> {
    pub book: Book<T>,
    by_key: HashMap<String, usize>,
    looks: HashMap<usize, u32>,
    spent: HashMap<CurrencyIso3, Decimal>,
    /// Those whose amount comes back in time.
    returning: Vec<usize>,
}

impl<T> Default for Orders<T> {
    fn default() -> Self {
        Self {
            book: Book::default(),
            by_key: HashMap::new(),
            looks: HashMap::new(),
            spent: HashMap::new(),
            returning: Vec::new(),
        }
    }
}

impl<T: Ordered> Orders<T> {
    /// Adds an order. Says where it is.
    pub fn put(&mut self, record: T) -> usize {
        let at = self.book.len();
        let Taken { currency, amount, fee } = record.taken();
        let route = record.route();
        let spent = self.spent.entry(currency).or_default();
        *spent += fee;
        // What is cancelled at once never leaves the balance.
        if !route.first().is_some_and(|first| T::is_returned(*first)) {
            *spent += amount;
            if route.iter().any(|status| T::is_returned(*status)) {
                self.returning.push(at);
            }
        }
        if let Some(key) = &record.order().idempotency_key {
            self.by_key.entry(key.clone()).or_insert(at);
        }
        self.book.put(record)
    }

    /// The first order with this `idempotencyKey`.
    pub fn by_key(&self, key: &str) -> Option<usize> {
        self.by_key.get(key).copied()
    }

    /// The next order with this key is a first one.
    pub fn forget_key(&mut self, key: &str) {
        self.by_key.remove(key);
    }

    /// How far the order at `place` has walked; to look is to move it on, if it moves by looks.
    pub fn look(&mut self, place: usize, step: StatusStep, now: Timestamp) -> Walk<T::Status> {
        let walk = self.walk(place, step, now);
        if matches!(step, StatusStep::Looks(_)) {
            *self.looks.entry(place).or_default() += 1;
        }
        walk
    }

    /// The same, unseen.
    pub fn walk(&self, place: usize, step: StatusStep, now: Timestamp) -> Walk<T::Status> {
        let record = self.book.at(place);
        let looks = self.looks.get(&place).copied().unwrap_or_default();
        Walk::new(record.route(), record.created_at(), looks, step, now)
    }

    /// All that was taken from the balance, whatever came back.
    pub fn spent(&self, currency: CurrencyIso3) -> Decimal {
        self.spent.get(&currency).copied().unwrap_or_default()
    }

    /// All that came back.
    pub fn returned(&self, currency: CurrencyIso3, step: StatusStep, now: Timestamp) -> Decimal {
        let taken = |place: usize| self.book.at(place).taken();
        let here = self.returning.iter().copied().filter(|&place| taken(place).currency == currency);
        let back = here.filter(|&place| T::is_returned(self.walk(place, step, now).status()));
        back.map(|place| taken(place).amount).sum()
    }
}
