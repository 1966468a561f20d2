//! The ledger as a table for people: counts, totals, one line for each order, no account in full.

use std::fmt;

use rust_decimal::Decimal;

use super::order::{PaymentView, WithdrawalView};
use super::party::PartyView;
use super::{LedgerView, Totals};
use crate::domain::Currency;
use crate::domain::account::masked;
use crate::domain::money::plural;

impl fmt::Display for LedgerView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = |count: usize, noun: &str| plural(count as u64, noun);
        let (senders, recipients) =
            (counted(self.senders.len(), "sender"), counted(self.recipients.len(), "recipient"));
        write!(f, "{senders}, {recipients}, {}", counted(self.withdrawals.len(), "withdrawal"))?;
        if !self.payments.is_empty() {
            write!(f, ", {}", counted(self.payments.len(), "payment"))?;
        }
        writeln!(f)?;
        sums(f, &self.totals(), "in", "withdrawal")?;
        sums(f, &self.totals_paid(), "paid in", "payment")?;
        sums(f, &self.totals_delivered(), "delivered by", "payment")?;
        self.withdrawals.iter().try_for_each(|made| writeln!(f, "{made}"))?;
        self.payments.iter().try_for_each(|made| writeln!(f, "{made}"))
    }
}

fn sums(f: &mut fmt::Formatter<'_>, totals: &Totals, how: &str, noun: &str) -> fmt::Result {
    totals.iter().try_for_each(|(currency, (count, total))| {
        writeln!(f, "{currency} {} {how} {}", digits(currency, *total), plural(*count as u64, noun))
    })
}

impl fmt::Display for WithdrawalView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let external_id = self.external_id.as_deref().unwrap_or("-");
        let amount = digits(self.currency, self.amount);
        let (id, status, currency) = (&self.id, &self.status, self.currency);
        let payee = payee(self.recipient.as_ref());
        write!(f, "{id}  {external_id:<24}  {currency} {amount:>14}  {status:<12}  {payee}")
    }
}

impl fmt::Display for PaymentView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let external_id = self.external_id.as_deref().unwrap_or("-");
        let paid = digits(self.from_currency, self.from_amount);
        let delivered = digits(self.to_currency, self.to_amount);
        let (id, status, from, to) = (&self.id, &self.status, self.from_currency, self.to_currency);
        let payee = payee(self.recipient.as_ref());
        write!(f, "{id}  {external_id:<24}  {from} {paid:>14}  {to} {delivered:>14}  {status:<12}  {payee}")
    }
}

/// An amount with as many decimals as its currency has.
pub(super) fn digits(currency: &str, amount: Decimal) -> String {
    currency.parse::<Currency>().map_or(amount, |currency| currency.with_decimals(amount)).to_string()
}

fn payee(recipient: Option<&PartyView>) -> String {
    let name = recipient.map_or("", |party| &party.name);
    let account =
        recipient.and_then(|party| party.account.as_deref()).map(masked_account).unwrap_or_default();
    format!("{account}  {name}")
}

/// Only the last word of an account tells accounts apart, and only its end is shown.
pub(super) fn masked_account(account: &str) -> String {
    match account.rsplit_once(' ') {
        Some((kind, number)) => format!("{} {}", kind.split(' ').next().unwrap_or_default(), masked(number)),
        None => masked(account),
    }
}
