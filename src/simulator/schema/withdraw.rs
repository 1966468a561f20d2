//! Making a withdrawal: the one mutation that moves money.
//!
//! The ledger stays locked from the look at the key to the commit, so that two equal requests at the same time make
//! one withdrawal.

use super::enums::CurrencyIso3;
use super::inputs::CreateWithdrawalInput;
use super::mutation::{Stop, not_found, today};
use super::objects::CreateWithdrawalReply;
use super::rules::{self, Refused};
use super::{error, now, show_withdrawal};
use crate::simulator::flash::Flash;
use crate::simulator::ledger::Ledger;
use crate::simulator::options::{Options, RepeatedKey};
use crate::simulator::records::{Line, PartyRef, WithdrawalRecord};

/// Checks, pays, and shows what was made, or what a known key stands for.
pub fn create(flash: &Flash, input: CreateWithdrawalInput) -> Result<CreateWithdrawalReply, Stop> {
    let options = flash.options();
    rules::withdrawal(&input, today())?;
    let mut ledger = flash.ledger();
    if let Some(reply) = repeated(&mut ledger, &options, input.idempotency_key.as_deref()) {
        return reply;
    }
    let sender = match (input.sender_id, input.sender) {
        (Some(id), _) if ledger.senders.get(&id).is_none() => return Err(not_found("sender").into()),
        (Some(id), _) => PartyRef::Known(id.0),
        (None, Some(inline)) => PartyRef::Inline(Box::new(inline)),
        (None, None) if input.sub_client_id.is_some() => return Err(not_found("subClient").into()),
        (None, None) => PartyRef::Account,
    };
    let recipient = match (input.recipient_id, input.recipient) {
        (Some(id), _) if ledger.recipients.get(&id).is_none() => return Err(not_found("recipient").into()),
        (Some(id), _) => PartyRef::Known(id.0),
        (None, Some(inline)) => PartyRef::Inline(Box::new(inline)),
        (None, None) => return Err(not_found("recipient").into()),
    };
    let record = WithdrawalRecord {
        id: format!("wdl_{:08}", ledger.withdrawals.len() + 1),
        created_at: now(),
        amount: input.amount.0,
        currency: input.currency.unwrap_or(CurrencyIso3::AUD),
        external_id: input.external_id,
        idempotency_key: input.idempotency_key,
        external_reference: input.external_reference,
        callback_uri: input.callback_uri,
        reason: input.reason,
        sender,
        recipient,
    };
    if !ledger.covers(record.amount, record.currency, &options, record.created_at) {
        let message = format!("the {} balance is too small", record.currency.code());
        return Err(Refused::new("INSUFFICIENT_FUNDS", message).into());
    }
    let place = ledger.commit(Line::Withdrawal(Box::new(record)))?;
    let withdrawal = show_withdrawal(&mut ledger, place, options.status_step);
    Ok(CreateWithdrawalReply::done("CREATED", Some(withdrawal)))
}

/// What is replied to a key that is known; nothing where the call is to pay.
fn repeated(
    ledger: &mut Ledger,
    options: &Options,
    key: Option<&str>,
) -> Option<Result<CreateWithdrawalReply, Stop>> {
    let key = key?;
    let place = ledger.by_key(key)?;
    let age = now().duration_since(ledger.withdrawals.at(place).created_at).unsigned_abs();
    let duplicate = Refused::new("DUPLICATE_IDEMPOTENCY_KEY", "this idempotencyKey was used before");
    match options.repeated_key {
        RepeatedKey::Ignored => None,
        RepeatedKey::Forgets(after) if age >= after => {
            ledger.forget_key(key);
            None
        }
        RepeatedKey::ReturnsFirst | RepeatedKey::Forgets(_) => {
            let first = show_withdrawal(ledger, place, options.status_step);
            Some(Ok(CreateWithdrawalReply::done("OK", Some(first))))
        }
        RepeatedKey::FailsWithObject => {
            let first = show_withdrawal(ledger, place, options.status_step);
            Some(Ok(CreateWithdrawalReply { withdrawal: Some(first), ..duplicate.into() }))
        }
        RepeatedKey::FailsWithoutObject => Some(Err(duplicate.into())),
        RepeatedKey::GraphqlError => Some(Err(Stop::Error(error(duplicate.code, duplicate.message)))),
    }
}
