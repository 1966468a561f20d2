//! Senders and recipients as plain values.

use crate::simulator::ledger::Ledger;
use crate::simulator::records::{PartyRecord, PartyRef};
use crate::simulator::schema::inputs::{RecipientDetails, RecipientInput, SenderDetails, SenderInput};

/// A sender or a recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyView {
    /// Flash's id; `None` for one that rode inside a withdrawal or payment.
    pub id: Option<String>,
    /// The client's id.
    pub external_id: Option<String>,
    /// The company's name, or the person's.
    pub name: String,
    /// A recipient's account, whole: `BSB 062000 12345678`.
    pub account: Option<String>,
}

/// The sender of an order; none is the account itself.
pub fn sender_of(ledger: &Ledger, party: &PartyRef<SenderInput>) -> Option<PartyView> {
    ledger.sender(party).map(|(id, input)| sender(id, input))
}

/// The recipient of an order.
pub fn recipient_of(ledger: &Ledger, party: &PartyRef<RecipientInput>) -> Option<PartyView> {
    ledger.recipient(party).map(|(id, input)| recipient(id, input))
}

pub fn known_sender(record: &PartyRecord<SenderInput>) -> PartyView {
    sender(Some(&record.id), &record.party)
}

pub fn known_recipient(record: &PartyRecord<RecipientInput>) -> PartyView {
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
