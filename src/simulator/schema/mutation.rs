//! Making things: check, commit, answer, in this order.
//!
//! Payments and Confirmation of Payee are not simulated and say so by their code.

use async_graphql::{Context, Error, ID, Object, Result};
use jiff::tz::TimeZone;

use super::enums::{Affiliation, CurrencyIso3};
use super::inputs::{CopInput, CreateWithdrawalInput, LoginInput, PaymentInput, RecipientInput, SenderInput};
use super::objects::{
    CopReply, CreatePaymentReply, CreateWithdrawalReply, LoginReply, MutateRecipientReply, MutateSenderReply,
    MutationReply, Recipient, Sender, WithObject,
};
use super::rules::{self, Refused};
use super::{Token, error, flash, now, show_withdrawal, struck};
use crate::simulator::faults::{Effect, Symptom};
use crate::simulator::flash::Flash;
use crate::simulator::ledger::Ledger;
use crate::simulator::options::{Agreement, Options, RepeatedKey};
use crate::simulator::records::{Line, PartyRecord, PartyRef, WithdrawalRecord};

pub struct Mutation;

#[Object]
impl Mutation {
    async fn login(&self, ctx: &Context<'_>, input: LoginInput) -> Result<LoginReply> {
        with_faults(ctx, |flash| {
            let options = flash.options();
            check_login(&options, &input)?;
            let token = flash.logins().give(&input.email, options.token_lifetime, now());
            Ok(LoginReply::done("SUCCESS", Some(token)))
        })
    }

    async fn logout(&self, ctx: &Context<'_>) -> Result<MutationReply> {
        if struck(ctx).reply(Symptom::Declined).is_some() {
            return Ok(declined().into());
        }
        if let Some(Token(token)) = ctx.data_opt() {
            flash(ctx)?.logins().end(token);
        }
        Ok(MutationReply {
            success: true,
            code: Some("SUCCESS".to_owned()),
            message: None,
        })
    }

    async fn create_sender(&self, ctx: &Context<'_>, input: SenderInput) -> Result<MutateSenderReply> {
        with_faults(ctx, |flash| {
            rules::sender(&input, today())?;
            let mut ledger = flash.ledger();
            let id = format!("snd_{:08}", ledger.senders.len() + 1);
            let record = PartyRecord {
                id,
                created_at: now(),
                party: input,
            };
            put_sender(&mut ledger, record, "CREATED")
        })
    }

    async fn update_sender(
        &self,
        ctx: &Context<'_>,
        id: Option<ID>,
        input: SenderInput,
    ) -> Result<MutateSenderReply> {
        with_faults(ctx, |flash| {
            rules::sender(&input, today())?;
            let mut ledger = flash.ledger();
            let (_, known) = id
                .and_then(|id| ledger.senders.get(&id))
                .ok_or_else(|| not_found("sender"))?;
            let record = PartyRecord {
                id: known.id.clone(),
                created_at: known.created_at,
                party: input,
            };
            put_sender(&mut ledger, record, "UPDATED")
        })
    }

    async fn create_recipient(
        &self,
        ctx: &Context<'_>,
        input: RecipientInput,
    ) -> Result<MutateRecipientReply> {
        with_faults(ctx, |flash| {
            rules::recipient(&input, today())?;
            let mut ledger = flash.ledger();
            let id = format!("rcp_{:08}", ledger.recipients.len() + 1);
            let record = PartyRecord {
                id,
                created_at: now(),
                party: input,
            };
            put_recipient(&mut ledger, record, "CREATED")
        })
    }

    async fn update_recipient(
        &self,
        ctx: &Context<'_>,
        id: Option<ID>,
        input: RecipientInput,
    ) -> Result<MutateRecipientReply> {
        with_faults(ctx, |flash| {
            rules::recipient(&input, today())?;
            let mut ledger = flash.ledger();
            let (_, known) = id
                .and_then(|id| ledger.recipients.get(&id))
                .ok_or_else(|| not_found("recipient"))?;
            if known.party.account_id_type != input.account_id_type {
                return Err(Refused::input("accountIdType cannot change").into());
            }
            let record = PartyRecord {
                id: known.id.clone(),
                created_at: known.created_at,
                party: input,
            };
            put_recipient(&mut ledger, record, "UPDATED")
        })
    }

    async fn create_withdrawal(
        &self,
        ctx: &Context<'_>,
        input: CreateWithdrawalInput,
    ) -> Result<CreateWithdrawalReply> {
        let mut reply = with_faults(ctx, |flash| create_withdrawal(flash, input))?;
        if struck(ctx).reply(Symptom::WrongEcho).is_some() {
            reply
                .withdrawal
                .iter_mut()
                .for_each(super::objects::Withdrawal::misquote);
        }
        Ok(reply)
    }

    async fn create_payment(&self, input: PaymentInput) -> CreatePaymentReply {
        let _ = input;
        not_simulated("payments").into()
    }

    async fn confirmation_of_payee(&self, input: CopInput) -> CopReply {
        let _ = input;
        not_simulated("Confirmation of Payee").into()
    }
}

/// Why a mutation has no success to show.
enum Stop {
    /// `success: false`
    Refused(Refused),
    /// An entry in `errors`.
    Error(Error),
}

impl From<Refused> for Stop {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<std::io::Error> for Stop {
    fn from(source: std::io::Error) -> Self {
        Self::Error(error(
            "INTERNAL_SERVER_ERROR",
            format!("the ledger cannot be written: {source}"),
        ))
    }
}

/// Does the work unless a fault stands in its place, and takes the object away if a fault says so.
fn with_faults<R: WithObject>(ctx: &Context<'_>, work: impl FnOnce(&Flash) -> Result<R, Stop>) -> Result<R> {
    let struck = struck(ctx);
    if struck.reply(Symptom::Declined).is_some() {
        return Ok(declined().into());
    }
    let without_object = struck.reply(Symptom::SuccessWithoutObject);
    if without_object == Some(Effect::None) {
        return Ok(R::empty());
    }
    match work(flash(ctx)?) {
        Ok(reply) if without_object.is_some() => Ok(reply.without_object()),
        Ok(reply) => Ok(reply),
        Err(Stop::Refused(refused)) => Ok(refused.into()),
        Err(Stop::Error(error)) => Err(error),
    }
}

fn declined() -> Refused {
    Refused::new("DECLINED", "This was declined")
}

fn not_simulated(what: &str) -> Refused {
    Refused::new("NOT_SIMULATED", format!("the simulator has no {what}"))
}

fn not_found(what: &str) -> Refused {
    Refused::new("NOT_FOUND", format!("there is no such {what}"))
}

fn today() -> jiff::civil::Date {
    TimeZone::UTC.to_datetime(now()).date()
}

fn check_login(options: &Options, input: &LoginInput) -> Result<(), Refused> {
    let known = match &options.credentials {
        None => !input.email.is_empty() && !input.password.is_empty(),
        Some(known) => known.email == input.email && known.password == input.password,
    };
    let agreement = input.affiliation.map(|affiliation| match affiliation {
        Affiliation::FpAus => Agreement::Australia,
        Affiliation::FpLux => Agreement::Luxembourg,
    });
    match agreement {
        _ if !known => Err(Refused::new(
            "UNREGISTERED",
            "this e-mail and password are not known",
        )),
        None if options.agreements.len() > 1 => Err(Refused::new(
            "NEED_AFFILIATION",
            "there are several agreements, name one",
        )),
        Some(agreement) if !options.agreements.contains(&agreement) => {
            Err(Refused::new("UNREGISTERED", "there is no such agreement"))
        }
        _ => Ok(()),
    }
}

fn put_sender(
    ledger: &mut Ledger,
    record: PartyRecord<SenderInput>,
    code: &str,
) -> Result<MutateSenderReply, Stop> {
    let place = ledger.commit(Line::Sender(record))?;
    let record = ledger.senders.at(place);
    Ok(MutateSenderReply::done(
        code,
        Some(Sender::new(Some(&record.id), record.party.clone())),
    ))
}

fn put_recipient(
    ledger: &mut Ledger,
    record: PartyRecord<RecipientInput>,
    code: &str,
) -> Result<MutateRecipientReply, Stop> {
    let place = ledger.commit(Line::Recipient(record))?;
    let record = ledger.recipients.at(place);
    Ok(MutateRecipientReply::done(
        code,
        Some(Recipient::new(Some(&record.id), record.party.clone())),
    ))
}

/// The one that moves money. The lock is held from the look at the key to the commit, so that two equal requests at
/// the same time make one withdrawal.
fn create_withdrawal(flash: &Flash, input: CreateWithdrawalInput) -> Result<CreateWithdrawalReply, Stop> {
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
    let left = ledger.balance(
        record.currency,
        &options.balances,
        options.status_step,
        record.created_at,
    );
    if left < record.amount {
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
    let age = now()
        .duration_since(ledger.withdrawals.at(place).created_at)
        .unsigned_abs();
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
            Some(Ok(CreateWithdrawalReply {
                withdrawal: Some(first),
                ..duplicate.into()
            }))
        }
        RepeatedKey::FailsWithoutObject => Some(Err(duplicate.into())),
        RepeatedKey::GraphqlError => Some(Err(Stop::Error(error(duplicate.code, duplicate.message)))),
    }
}
