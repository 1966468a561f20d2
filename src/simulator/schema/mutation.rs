//! Making things: check, commit, answer, in this order.
//!
//! Payments and Confirmation of Payee are not simulated and say so by their code.

use async_graphql::{Context, Error, ID, Object, Result};
use jiff::tz::TimeZone;

use super::enums::Affiliation;
use super::inputs::{CopInput, CreateWithdrawalInput, LoginInput, PaymentInput, RecipientInput, SenderInput};
use super::objects::{
    CopReply, CreatePaymentReply, CreateWithdrawalReply, LoginReply, MutateRecipientReply, MutateSenderReply,
    MutationReply, Recipient, Sender, WithObject, Withdrawal,
};
use super::rules::{self, Refused};
use super::{Token, error, flash, now, struck, withdraw};
use crate::simulator::faults::{Effect, Symptom};
use crate::simulator::flash::Flash;
use crate::simulator::ledger::Ledger;
use crate::simulator::options::{Agreement, Options};
use crate::simulator::records::{Line, PartyRecord};

pub struct Mutation;

#[Object]
#[expect(clippy::unused_async, reason = "the macro wants resolvers to be async")]
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
        Ok(MutationReply { success: true, code: Some("SUCCESS".to_owned()), message: None })
    }

    async fn create_sender(&self, ctx: &Context<'_>, input: SenderInput) -> Result<MutateSenderReply> {
        with_faults(ctx, |flash| {
            rules::sender(&input, today())?;
            let mut ledger = flash.ledger();
            let id = format!("snd_{:08}", ledger.senders.len() + 1);
            let record = PartyRecord { id, created_at: now(), party: input };
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
            rules::recipient(&input, today())?;
            let mut ledger = flash.ledger();
            let id = format!("rcp_{:08}", ledger.recipients.len() + 1);
            let record = PartyRecord { id, created_at: now(), party: input };
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
        let mut reply = with_faults(ctx, |flash| withdraw::create(flash, input))?;
        if struck(ctx).reply(Symptom::WrongEcho).is_some() {
            reply.withdrawal.iter_mut().for_each(Withdrawal::misquote);
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

pub fn not_found(what: &str) -> Refused {
    Refused::new("NOT_FOUND", format!("there is no such {what}"))
}

pub fn today() -> jiff::civil::Date {
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
        _ if !known => Err(Refused::new("UNREGISTERED", "this e-mail and password are not known")),
        None if options.agreements.len() > 1 => {
            Err(Refused::new("NEED_AFFILIATION", "there are several agreements, name one"))
        }
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
