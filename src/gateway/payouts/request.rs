//! The request that makes a payout, byte for byte.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::domain::{Currency, Deal, ExternalId, IdempotencyKey, Money, Payee, Remitter};
use crate::gateway::parties::{RecipientInput, SenderInput};
use crate::gateway::{Gateway, operations};

/// Who is paid.
#[derive(Debug, Clone, Copy)]
pub enum RecipientBy<'a> {
    /// One in the address book, by the API's id.
    Id(&'a str),
    /// The whole object; no address-book record is made.
    Inline(&'a Payee),
}

/// Who pays.
#[derive(Debug, Clone, Copy)]
pub enum SenderBy<'a> {
    /// The account itself.
    Account,
    /// One in the address book, by the API's id.
    Id(&'a str),
    /// The whole object.
    Inline(&'a Remitter),
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct PayoutRequest<'a> {
    /// The amount, and between which currencies.
    pub deal: Deal,
    /// What the payee's statement shows.
    pub reference: Option<&'a str>,
    /// Our id of the payout.
    pub external_id: &'a ExternalId,
    /// The key of this attempt.
    pub key: &'a IdempotencyKey,
    /// Who is paid.
    pub recipient: RecipientBy<'a>,
    /// Who pays.
    pub sender: SenderBy<'a>,
    /// The sub-client on whose behalf is paid.
    pub sub_client_id: Option<&'a str>,
    /// The reason, as the API names it.
    pub reason: Option<&'a str>,
    /// Where the money is from, as the API names it. Of payments only.
    pub source_of_funds: Option<&'a str>,
    /// The quote to convert at. Of payments only.
    pub quote_id: Option<&'a str>,
    /// The address that Flash calls when its status changes.
    pub callback_uri: Option<&'a str>,
}

/// The input of either operation; what the one does not have is left out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CreateInput<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_currency: Option<Currency>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_currency: Option<Currency>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<Box<RawValue>>,
    currency: Currency,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_reference: Option<&'a str>,
    external_id: &'a ExternalId,
    idempotency_key: &'a IdempotencyKey,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient: Option<RecipientInput<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sender_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sender: Option<SenderInput<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_client_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_of_funds: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quote_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    callback_uri: Option<&'a str>,
}

impl<'a> CreateInput<'a> {
    /// What both kinds have in common.
    fn of(request: &PayoutRequest<'a>, currency: Currency, delivered: Currency) -> Self {
        let (recipient_id, recipient) = match request.recipient {
            RecipientBy::Id(id) => (Some(id), None),
            RecipientBy::Inline(payee) => (None, Some(RecipientInput::of(None, payee, delivered))),
        };
        let (sender_id, sender) = match request.sender {
            SenderBy::Account => (None, None),
            SenderBy::Id(id) => (Some(id), None),
            SenderBy::Inline(remitter) => (None, Some(SenderInput::of(None, remitter))),
        };
        Self {
            amount: None,
            from_currency: None,
            to_currency: None,
            size: None,
            currency,
            external_reference: request.reference,
            external_id: request.external_id,
            idempotency_key: request.key,
            recipient_id,
            recipient,
            sender_id,
            sender,
            sub_client_id: request.sub_client_id,
            reason: request.reason,
            source_of_funds: None,
            quote_id: None,
            callback_uri: request.callback_uri,
        }
    }
}

impl Gateway {
    /// The bytes of a request, to be frozen by the journal and sent unchanged for ever.
    pub fn payout_body(request: &PayoutRequest<'_>) -> String {
        let input = match request.deal {
            Deal::Withdrawal(money) => CreateInput {
                amount: Some(digits(money)),
                ..CreateInput::of(request, money.currency(), money.currency())
            },
            Deal::Payment { money, from, to } => CreateInput {
                from_currency: Some(from),
                to_currency: Some(to),
                size: Some(digits(money)),
                source_of_funds: request.source_of_funds,
                quote_id: request.quote_id,
                ..CreateInput::of(request, money.currency(), to)
            },
        };
        let create = operations::of(request.deal.kind()).create;
        operations::body(create, &operations::Input { input })
    }
}

fn digits(money: Money) -> Box<RawValue> {
    RawValue::from_string(money.digits()).expect("a decimal's digits are a JSON number")
}
