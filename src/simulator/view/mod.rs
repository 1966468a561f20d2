//! The ledger as tests and people look at it: plain values, accounts masked where it is printed.

mod json;
mod order;
mod party;
mod table;

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use rust_decimal::Decimal;

pub use self::order::{PaymentView, WithdrawalView};
pub use self::party::PartyView;
use super::ledger::{Ledger, LedgerError};
use super::options::{Options, StatusStep};

/// Everything that a simulated Flash holds, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LedgerView {
    /// The address book's senders.
    pub senders: Vec<PartyView>,
    /// The address book's recipients.
    pub recipients: Vec<PartyView>,
    /// Every withdrawal that was accepted.
    pub withdrawals: Vec<WithdrawalView>,
    /// Every payment that was accepted.
    pub payments: Vec<PaymentView>,
}

/// How many, and how much in all.
pub type Totals = BTreeMap<&'static str, (usize, Decimal)>;

impl LedgerView {
    /// Reads a ledger's file, which a simulator may be writing at the same time.
    ///
    /// Statuses are those of the default speed.
    pub fn read(path: &Path) -> Result<Self, LedgerError> {
        Ok(Self::of(&Ledger::peek(path)?, Options::default().status_step, Timestamp::now()))
    }

    pub(super) fn of(ledger: &Ledger, step: StatusStep, now: Timestamp) -> Self {
        let withdrawals = ledger.withdrawals.book.rows().iter().enumerate().map(|(place, record)| {
            WithdrawalView::of(ledger, record, ledger.withdrawals.walk(place, step, now).status())
        });
        let payments = ledger.payments.book.rows().iter().enumerate().map(|(place, record)| {
            PaymentView::of(ledger, record, ledger.payments.walk(place, step, now).status())
        });
        Self {
            senders: ledger.senders.rows().iter().map(party::known_sender).collect(),
            recipients: ledger.recipients.rows().iter().map(party::known_recipient).collect(),
            withdrawals: withdrawals.collect(),
            payments: payments.collect(),
        }
    }

    /// The sum of all withdrawals in `currency`, whatever became of them.
    pub fn total(&self, currency: &str) -> Decimal {
        self.totals().get(currency).map_or(Decimal::ZERO, |(_, total)| *total)
    }

    /// Withdrawals by currency.
    pub fn totals(&self) -> Totals {
        sums(self.withdrawals.iter().map(|made| (made.currency, made.amount)))
    }

    /// Payments by the currency that they were paid from.
    pub fn totals_paid(&self) -> Totals {
        sums(self.payments.iter().map(|made| (made.from_currency, made.from_amount)))
    }

    /// Payments by the currency that was delivered.
    pub fn totals_delivered(&self) -> Totals {
        sums(self.payments.iter().map(|made| (made.to_currency, made.to_amount)))
    }

    /// The client's ids that more than one order bears, withdrawals and payments taken together: whoever is behind one
    /// of them was paid twice.
    pub fn made_twice(&self) -> Vec<&str> {
        let withdrawals = self.withdrawals.iter().map(|made| &made.external_id);
        let payments = self.payments.iter().map(|made| &made.external_id);
        let mut times = BTreeMap::<&str, usize>::new();
        for id in withdrawals.chain(payments).flatten() {
            *times.entry(id).or_default() += 1;
        }
        times.into_iter().filter(|(_, times)| *times > 1).map(|(id, _)| id).collect()
    }
}

fn sums(amounts: impl Iterator<Item = (&'static str, Decimal)>) -> Totals {
    let mut totals = Totals::new();
    for (currency, amount) in amounts {
        let (count, total) = totals.entry(currency).or_default();
        *count += 1;
        *total += amount;
    }
    totals
}
