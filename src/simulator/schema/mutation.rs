//! Making things: check, commit, answer, in this order.

use async_graphql::{Context, Error, ID, Object, Result};

use super::inputs::{CopInput, CreateWithdrawalInput, LoginInput, PaymentInput, RecipientInput, SenderInput};
use super::objects::{Misquote, Recipient, Sender};
use super::replies::{
    CopReply, CreatePaymentReply, CreateWithdrawalReply, LoginReply, MutateRecipientReply, MutateSenderReply,
    MutationReply, WithObject,
};
use super::rules::{self, Refused};
use super::{Token, cop, error, flash, login, pay, struck, today, withdraw};
use crate::simulator::faults::{Effect, Symptom};
use crate::simulator::flash::Flash;
use crate::simulator::ledger::Ledger;
use crate::simulator::records::{Line, PartyRecord};

pub struct Mutation;

#[Object]
#[expect(clippy::unused_async, reason = "the macro wants resolvers to be async")]
impl Mutation {
    async fn login(&self, ctx: &Context<'_>, input: LoginInput) -> Result<LoginReply> {
        with_faults(ctx, |flash| {
            let options = flash.options();
            login::check(&options, &input)?;
            let token = flash.logins().give(&input.email, options.token_lifetime, flash.now());
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
        Ok(MutationReply { success: true, code: Some("SUCCESS".to_owned()), message: None })
    }

    async fn create_sender(&self, ctx: &Context<'_>, input: SenderInput) -> Result<MutateSenderReply> {
        with_faults(ctx, |flash| {
            rules::sender(&input, today(flash.now()))?;
            let mut ledger = flash.ledger();
            let id = format!("snd_{:08}", ledger.senders.len() + 1);
            let created_at = ledger.senders.next_time(flash.now());
            let record = PartyRecord { id, created_at, party: input };
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
            rules::sender(&input, today(flash.now()))?;
            let mut ledger = flash.ledger();
            let (_, known) = id.and_then(|id| ledger.senders.get(&id)).ok_or_else(|| not_found("sender"))?;
            let record = PartyRecord { id: known.id.clone(), created_at: known.created_at, party: input };
            put_sender(&mut ledger, record, "UPDATED")
        })
    }

    async fn create_recipient(
        &self,
        ctx: &Context<'_>,
        input: RecipientInput,
    ) -> Result<MutateRecipientReply> {
        with_faults(ctx, |flash| {
            rules::recipient(&input, today(flash.now()))?;
            let mut ledger = flash.ledger();
            let id = format!("rcp_{:08}", ledger.recipients.len() + 1);
            let created_at = ledger.recipients.next_time(flash.now());
            let record = PartyRecord { id, created_at, party: input };
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
            rules::recipient(&input, today(flash.now()))?;
            let mut ledger = flash.ledger();
            let (_, known) =
                id.and_then(|id| ledger.recipients.get(&id)).ok_or_else(|| not_found("recipient"))?;
            if known.party.account_id_type != input.account_id_type {
                return Err(Refused::input("accountIdType cannot change").into());
            }
            let record = PartyRecord { id: known.id.clone(), created_at: known.created_at, party: input };
            put_recipient(&mut ledger, record, "UPDATED")
        })
    }

    async fn create_withdrawal(
        &self,
        ctx: &Context<'_>,
        input: CreateWithdrawalInput,
    ) -> Result<CreateWithdrawalReply> {
        with_echo(ctx, with_faults(ctx, |flash| withdraw::create(flash, input)))
    }

    async fn create_payment(&self, ctx: &Context<'_>, input: PaymentInput) -> Result<CreatePaymentReply> {
        with_echo(ctx, with_faults(ctx, |flash| pay::create(flash, input)))
    }

    async fn confirmation_of_payee(&self, ctx: &Context<'_>, input: CopInput) -> Result<CopReply> {
        with_faults(ctx, |flash| Ok(cop::confirm(flash, &input)?))
    }
}

/// Why a mutation has no success to show.
pub enum Stop {
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

impl From<Stop> for Error {
    /// Where there is no reply to say it in, a refusal is an error too.
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Refused(refused) => error(refused.code, refused.message),
            Stop::Error(error) => error,
        }
    }
}

impl From<std::io::Error> for Stop {
    fn from(source: std::io::Error) -> Self {
        Self::Error(error("INTERNAL_SERVER_ERROR", format!("the ledger cannot be written: {source}")))
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
        return Ok(R::done("SUCCESS", None));
    }
    match work(flash(ctx)?) {
        Ok(reply) if without_object.is_some() => Ok(reply.with_object(None)),
        Ok(reply) => Ok(reply),
        Err(Stop::Refused(refused)) => Ok(refused.into()),
        Err(Stop::Error(error)) => Err(error),
    }
}

/// Shows another amount than was asked for, if a fault says so.
fn with_echo<R: WithObject<Object: Misquote>>(ctx: &Context<'_>, reply: Result<R>) -> Result<R> {
    let mut reply = reply?;
    if struck(ctx).reply(Symptom::WrongEcho).is_some() {
        reply.object_mut().into_iter().for_each(Misquote::misquote);
    }
    Ok(reply)
}

fn declined() -> Refused {
    Refused::new("DECLINED", "This was declined")
}

pub fn not_found(what: &str) -> Refused {
    Refused::new("NOT_FOUND", format!("there is no such {what}"))
}

fn put_sender(
    ledger: &mut Ledger,
    record: PartyRecord<SenderInput>,
    code: &str,
) -> Result<MutateSenderReply, Stop> {
    let place = ledger.commit(Line::Sender(record))?;
    let record = ledger.senders.at(place);
    Ok(MutateSenderReply::done(code, Some(Sender::new(Some(&record.id), record.party.clone()))))
}

fn put_recipient(
    ledger: &mut Ledger,
    record: PartyRecord<RecipientInput>,
    code: &str,
) -> Result<MutateRecipientReply, Stop> {
    let place = ledger.commit(Line::Recipient(record))?;
    let record = ledger.recipients.at(place);
    Ok(MutateRecipientReply::done(code, Some(Recipient::new(Some(&record.id), record.party.clone()))))
}
