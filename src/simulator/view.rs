//! The ledger as tests and people look at it: plain values, accounts masked.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::ledger::{Ledger, LedgerError};
use super::options::{Options, StatusStep};
use super::records::{PartyRecord, PartyRef, WithdrawalRecord};
use super::schema::enums::WithdrawalStatus;
use super::schema::inputs::{RecipientDetails, RecipientInput, SenderDetails, SenderInput};
use crate::domain::account::masked;
use crate::domain::money::plural;

/// Everything that a simulated Flash holds, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LedgerView {
    /// The address book's senders.
    pub senders: Vec<PartyView>,
    /// The address book's recipients.
    pub recipients: Vec<PartyView>,
    /// Every withdrawal that was accepted.
    pub withdrawals: Vec<WithdrawalView>,
}

/// A sender or a recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyView {
    /// Flash's id; `None` for one that rode inside a withdrawal.
    pub id: Option<String>,
    /// The client's id.
    pub external_id: Option<String>,
    /// The company's name, or the person's.
    pub name: String,
    /// A recipient's account, whole: `BSB 062000 12345678`.
    pub account: Option<String>,
}

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
    /// Who gets it.
    pub recipient: Option<PartyView>,
    /// In whose name; `None` is the account itself.
    pub sender: Option<PartyView>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// The wire's name of the status when the ledger was read.
    pub status: String,
}

impl LedgerView {
    /// Reads a ledger's file, which a simulator may be writing at the same time.
    ///
    /// Statuses are those of the default speed.
    pub fn read(path: &Path) -> Result<Self, LedgerError> {
        Ok(Self::of(&Ledger::peek(path)?, Options::default().status_step, Timestamp::now()))
    }

    pub(super) fn of(ledger: &Ledger, step: StatusStep, now: Timestamp) -> Self {
        let places = ledger.withdrawals.rows().iter().enumerate();
        let withdrawals = places.map(|(place, record)| {
            let status = ledger.standing(place, step, now).status;
            withdrawal(ledger, record, status)
        });
        Self {
            senders: ledger.senders.rows().iter().map(known_sender).collect(),
            recipients: ledger.recipients.rows().iter().map(known_recipient).collect(),
            withdrawals: withdrawals.collect(),
        }
    }

    /// The sum of all withdrawals in `currency`, whatever became of them.
    pub fn total(&self, currency: &str) -> Decimal {
        self.totals().get(currency).map_or(Decimal::ZERO, |(_, total)| *total)
    }

    /// Count and sum by currency.
    pub fn totals(&self) -> BTreeMap<&'static str, (usize, Decimal)> {
        let mut totals = BTreeMap::<_, (usize, Decimal)>::new();
        for withdrawal in &self.withdrawals {
            let (count, total) = totals.entry(withdrawal.currency).or_default();
            *count += 1;
            *total += withdrawal.amount;
        }
        totals
    }
}

/// A table for people: counts, totals, one line a withdrawal.
impl fmt::Display for LedgerView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = |count: usize, noun: &str| plural(count as u64, noun);
        let (senders, recipients) =
            (counted(self.senders.len(), "sender"), counted(self.recipients.len(), "recipient"));
        writeln!(f, "{senders}, {recipients}, {}", counted(self.withdrawals.len(), "withdrawal"))?;
        for (currency, (count, total)) in self.totals() {
            writeln!(f, "{currency} {total:.2} in {}", counted(count, "withdrawal"))?;
        }
        for withdrawal in &self.withdrawals {
            writeln!(f, "{withdrawal}")?;
        }
        Ok(())
    }
}

impl fmt::Display for WithdrawalView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let recipient = self.recipient.as_ref();
        let name = recipient.map_or("", |party| &party.name);
        let account =
            recipient.and_then(|party| party.account.as_deref()).map(masked_account).unwrap_or_default();
        let external_id = self.external_id.as_deref().unwrap_or("-");
        let amount = format!("{:.2}", self.amount);
        let (id, status, currency) = (&self.id, &self.status, self.currency);
        write!(f, "{id}  {external_id:<24}  {currency} {amount:>14}  {status:<11}  {account}  {name}")
    }
}

/// Only the last word of an account tells accounts apart, and only its end is shown.
fn masked_account(account: &str) -> String {
    match account.rsplit_once(' ') {
        Some((kind, number)) => format!("{} {}", kind.split(' ').next().unwrap_or_default(), masked(number)),
        None => masked(account),
    }
}

fn withdrawal(ledger: &Ledger, record: &WithdrawalRecord, status: WithdrawalStatus) -> WithdrawalView {
    WithdrawalView {
        id: record.id.clone(),
        external_id: record.external_id.clone(),
        idempotency_key: record.idempotency_key.clone(),
        amount: record.amount,
        currency: record.currency.code(),
        reference: record.external_reference.clone(),
        recipient: match &record.recipient {
            PartyRef::Account => None,
            PartyRef::Known(id) => ledger.recipients.get(id).map(|(_, record)| known_recipient(record)),
            PartyRef::Inline(input) => Some(recipient(None, input)),
        },
        sender: match &record.sender {
            PartyRef::Account => None,
            PartyRef::Known(id) => ledger.senders.get(id).map(|(_, record)| known_sender(record)),
            PartyRef::Inline(input) => Some(sender(None, input)),
        },
        created_at: record.created_at,
        status: format!("{status:?}").to_uppercase(),
    }
}

fn known_sender(record: &PartyRecord<SenderInput>) -> PartyView {
    sender(Some(&record.id), &record.party)
}

fn known_recipient(record: &PartyRecord<RecipientInput>) -> PartyView {
    recipient(Some(&record.id), &record.party)
}

fn sender(id: Option<&str>, input: &SenderInput) -> PartyView {
    let SenderDetails { external_id, company_name, first_name, middle_name, last_name, .. } = &input.details;
    let name = full_name(company_name.as_ref(), [first_name, middle_name, last_name]);
    PartyView { id: id.map(str::to_owned), external_id: external_id.clone(), name, account: None }
}

fn recipient(id: Option<&str>, input: &RecipientInput) -> PartyView {
    let RecipientDetails { external_id, company_name, first_name, middle_name, last_name, .. } =
        &input.details;
    PartyView {
        id: id.map(str::to_owned),
        external_id: external_id.clone(),
        name: full_name(company_name.as_ref(), [first_name, middle_name, last_name]),
        account: Some(account(input)),
    }
}

fn full_name(company: Option<&String>, person: [&Option<String>; 3]) -> String {
    let parts: Vec<&str> = person.into_iter().flatten().map(String::as_str).collect();
    company.cloned().unwrap_or_else(|| parts.join(" "))
}

/// The account's type and numbers, the one that tells it apart last.
fn account(input: &RecipientInput) -> String {
    let details = &input.details;
    let routing = [&details.bsb, &details.aba, &details.ifsc, &details.cnaps, &details.sort_code];
    let number = [&details.payid, &details.iban, &details.clabe, &details.account_no];
    let kind = format!("{:?}", input.account_id_type).to_uppercase();
    let parts = routing.into_iter().chain(number).flatten().map(String::as_str);
    std::iter::once(kind.as_str()).chain(parts).collect::<Vec<_>>().join(" ")
}
