//! The GraphQL schema, a reading of Flash's documentation of its own.
//!
//! Types, fields, arguments and nullability equal `tests/data/schema.graphql`, which a test holds. Resolvers decide
//! by `rules`, commit to the ledger, and only then answer. They know nothing of HTTP.

pub mod enums;
pub mod inputs;
mod mutation;
pub mod objects;
mod query;
pub mod rules;
pub mod scalars;
mod withdraw;

use std::sync::Arc;

use async_graphql::{Context, EmptySubscription, Error, ErrorExtensions, Schema};
use jiff::Timestamp;

use self::objects::{IMutationReply, Recipient, Sender, Withdrawal, named};
use self::scalars::ExactFloat;
use super::flash::Flash;
use super::ledger::Ledger;
use super::options::StatusStep;
use super::script::Struck;

pub type FlashSchema = Schema<query::Query, mutation::Mutation, EmptySubscription>;

/// The token that a request came with.
pub struct Token(pub String);

/// The schema, working for `flash` where there is one.
pub fn build(flash: Option<Arc<Flash>>) -> FlashSchema {
    let builder = Schema::build(query::Query, mutation::Mutation, EmptySubscription)
        .register_output_type::<IMutationReply>()
        .register_output_type::<ExactFloat>();
    match flash {
        Some(flash) => builder.data(flash).finish(),
        None => builder.finish(),
    }
}

/// An entry for `errors`.
fn error(code: &'static str, message: impl Into<String>) -> Error {
    Error::new(message).extend_with(|_, extensions| extensions.set("code", code))
}

fn flash<'a>(ctx: &'a Context<'_>) -> Result<&'a Flash, Error> {
    Flash::of(ctx).ok_or_else(|| error("INTERNAL_SERVER_ERROR", "this schema has no Flash behind it"))
}

/// What goes wrong with the request of `ctx`, as far as replies are concerned.
fn struck(ctx: &Context<'_>) -> Struck {
    ctx.data_opt::<Struck>().cloned().unwrap_or_default()
}

/// Now, in the milliseconds that the API shows, so that filters by time agree with what was shown.
fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

/// The withdrawal at `place` as it stands now. Showing it is a look at it.
fn show_withdrawal(ledger: &mut Ledger, place: usize, step: StatusStep) -> Withdrawal {
    let standing = ledger.look(place, step, now());
    let record = ledger.withdrawals.at(place);
    let sender = |id: &str| ledger.senders.get(id).map(|(_, record)| record.party.clone());
    let recipient = |id: &str| ledger.recipients.get(id).map(|(_, record)| record.party.clone());
    let sender = named(&record.sender, sender, Sender::new);
    let recipient = named(&record.recipient, recipient, Recipient::new);
    Withdrawal::new(record, &standing, sender, recipient)
}
