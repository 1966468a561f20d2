//! Payouts at the API (Flash: withdrawals): making one, and looking them up.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::value::RawValue;

use super::classify::{self, Asked};
use super::error::GatewayError;
use super::operations;
use super::parties::{self, RecipientInput, SenderInput};
use super::wire::WireWithdrawal;
use super::{Gateway, Pass};
use crate::domain::{
    Answer, Currency, ExternalId, IdempotencyKey, Money, Payee, PayoutStatus, RecordedIntent, Remitter,
    Timestamp,
};

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
pub struct WithdrawalRequest<'a> {
    /// Amount and currency.
    pub money: Money,
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
}

/// A payout as the API holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithdrawalRecord {
    /// The API's id of it.
    pub flash_id: String,
    /// Our id of it.
    pub external_id: Option<String>,
    /// Amount and currency.
    pub money: Option<Money>,
    /// The payee's account in the form of [`BankAccount::canonical`](crate::domain::BankAccount::canonical).
    pub account: Option<String>,
    /// Where it stands.
    pub status: Option<PayoutStatus>,
}

/// What a look-up of payouts has shown.
#[derive(Debug, Clone)]
pub enum WithdrawalLookUp {
    /// Every id that was asked for, with what bears it.
    Found {
        /// By our ids. One that is missing was not answered so that it could be read: nothing is known of it.
        payouts: HashMap<ExternalId, Vec<WithdrawalRecord>>,
        /// Whether the payout that is known to exist was shown.
        canary_seen: bool,
    },
    /// The API cannot look payouts up by our ids.
    FilterUnusable {
        /// Why not.
        why: String,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CreateInput<'a> {
    amount: Box<RawValue>,
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
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct QueryInput<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<&'a ExternalId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_created_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_created_at: Option<String>,
}

const QUERY_INPUT: &str = "WithdrawalQueryInput";
const MISSING: &str = "WithdrawalQueryInput has no externalId";

impl Gateway {
    /// The bytes of a request, to be frozen by the journal and sent unchanged for ever.
    pub fn withdrawal_body(request: &WithdrawalRequest<'_>) -> String {
        let (recipient_id, recipient) = match request.recipient {
            RecipientBy::Id(id) => (Some(id), None),
            RecipientBy::Inline(payee) => {
                (None, Some(RecipientInput::of(None, payee, request.money.currency())))
            }
        };
        let (sender_id, sender) = match request.sender {
            SenderBy::Account => (None, None),
            SenderBy::Id(id) => (Some(id), None),
            SenderBy::Inline(remitter) => (None, Some(SenderInput::of(None, remitter))),
        };
        let input = CreateInput {
            amount: RawValue::from_string(request.money.digits())
                .expect("a decimal's digits are a JSON number"),
            currency: request.money.currency(),
            external_reference: request.reference,
            external_id: request.external_id,
            idempotency_key: request.key,
            recipient_id,
            recipient,
            sender_id,
            sender,
            sub_client_id: request.sub_client_id,
            reason: request.reason,
        };
        operations::body(operations::CREATE_WITHDRAWAL, &operations::Input { input })
    }

    /// Sends the bytes of an intent that is on disk: the one function that moves money. One request, at once.
    pub async fn submit<I: RecordedIntent>(&self, pass: Pass, intent: &I) -> Answer {
        let exchange = self.timed(&pass.slot, intent.body(), &pass.token).await;
        if exchange.is_unauthenticated() {
            self.0.token.reject(&pass.token).await;
        }
        classify::classify(&exchange, &Asked { money: intent.money(), external_id: intent.external_id() })
    }

    /// Looks payouts up by our ids, with one that is known to exist in the same request.
    pub async fn find_withdrawals(
        &self,
        ids: &[ExternalId],
        canary: Option<&ExternalId>,
    ) -> Result<WithdrawalLookUp, GatewayError> {
        let unusable = |why: &str| Ok(WithdrawalLookUp::FilterUnusable { why: why.to_owned() });
        if self.known_filter(QUERY_INPUT) == Some(false) {
            return unusable(MISSING);
        }
        let asked: Vec<&ExternalId> = ids.iter().chain(canary).collect();
        let by_id = |id| QueryInput { external_id: Some(id), min_created_at: None, max_created_at: None };
        let inputs: Vec<_> = asked.iter().map(|id| by_id(*id)).collect();
        let reply = match self.read(&operations::FIND_WITHDRAWALS.body(&inputs)).await {
            Ok(reply) => reply,
            Err(error @ GatewayError::Unclear { .. }) => match self.has_external_id(QUERY_INPUT).await {
                Ok(false) => return unusable(MISSING),
                Err(GatewayError::Unclear { .. }) => return unusable("it does not say what it can look up"),
                Ok(true) | Err(_) => return Err(error),
            },
            Err(error) => return Err(error),
        };
        let mut answered = reply.data::<HashMap<String, Option<Vec<Option<WireWithdrawal>>>>>()?;
        let mut payouts = HashMap::new();
        for (at, id) in asked.iter().enumerate() {
            let Some(shown) = answered.remove(&format!("i{at}")).flatten() else { continue };
            let Some(records) = whole(shown) else { continue };
            if records.iter().any(|record| record.external_id.as_deref() != Some(id.as_str())) {
                return unusable("it shows payouts that were not asked for");
            }
            payouts.insert((*id).clone(), records);
        }
        let seen = canary.and_then(|canary| payouts.remove(canary));
        Ok(WithdrawalLookUp::Found { payouts, canary_seen: seen.is_some_and(|records| !records.is_empty()) })
    }

    /// All payouts that the API created between two moments, by its clock.
    pub async fn withdrawals_created(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<WithdrawalRecord>, GatewayError> {
        #[derive(serde::Deserialize)]
        struct Data {
            withdrawals: Option<Vec<Option<WireWithdrawal>>>,
        }
        let text = |at: Timestamp| Some(at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string());
        let input = QueryInput { external_id: None, min_created_at: text(from), max_created_at: text(to) };
        let reply =
            self.read(&operations::body(operations::WITHDRAWALS, &operations::Input { input })).await?;
        let shown = reply.data::<Data>()?.withdrawals;
        shown.and_then(whole).ok_or_else(|| GatewayError::Unclear { what: "a list with holes".to_owned() })
    }

    /// Payouts by the API's own ids, in their order; none for one that the API does not have.
    pub async fn withdrawals_by_id(
        &self,
        flash_ids: &[String],
    ) -> Result<Vec<Option<WithdrawalRecord>>, GatewayError> {
        let reply = self.read(&operations::WITHDRAWAL_BY_ID.body(flash_ids)).await?;
        let mut answered = reply.data::<HashMap<String, Option<WireWithdrawal>>>()?;
        let shown = |at| answered.remove(&format!("i{at}")).flatten().and_then(record);
        Ok((0..flash_ids.len())
            .map(shown)
            .zip(flash_ids)
            .map(|(record, id)| record.filter(|record| record.flash_id == *id))
            .collect())
    }
}

/// A list in which every item can be read; none otherwise, since what cannot be read could be what is looked for.
fn whole(shown: Vec<Option<WireWithdrawal>>) -> Option<Vec<WithdrawalRecord>> {
    shown.into_iter().map(|item| item.and_then(record)).collect()
}

fn record(wire: WireWithdrawal) -> Option<WithdrawalRecord> {
    let currency: Option<Currency> = wire.currency.as_deref().and_then(|code| code.parse().ok());
    Some(WithdrawalRecord {
        money: wire.amount.zip(currency).and_then(|(amount, currency)| Money::new(amount, currency).ok()),
        account: wire.recipient.as_ref().and_then(parties::account).map(|(canonical, _)| canonical),
        status: classify::status(&wire),
        external_id: wire.external_id,
        flash_id: wire.id?,
    })
}
