//! The GraphQL schema, a reading of Flash's documentation of its own.
//!
//! Types, fields, arguments and nullability equal `tests/data/schema.graphql`, which a test holds. Resolvers decide
//! by `rules`, commit to the ledger, and only then answer. They know nothing of HTTP.

pub mod account;
mod cop;
pub mod enums;
mod filters;
pub mod inputs;
mod listing;
mod login;
mod mutation;
mod objects;
mod order;
mod parts;
mod pay;
mod query;
mod quotes;
mod replies;
mod rules;
mod scalars;
mod withdraw;

use std::sync::Arc;

use async_graphql::{Context, EmptySubscription, Error, ErrorExtensions, Schema, ServerError, Value};
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};

use self::parts::Absences;
use self::replies::IMutationReply;
use self::scalars::ExactFloat;
use super::flash::Flash;
use super::script::Struck;

pub type FlashSchema = Schema<query::Query, mutation::Mutation, EmptySubscription>;

/// The token that a request came with.
pub struct Token(pub String);

/// The schema, working for `flash` where there is one.
pub fn build(flash: Option<Arc<Flash>>) -> FlashSchema {
    let builder = Schema::build(query::Query, mutation::Mutation, EmptySubscription)
        .register_output_type::<IMutationReply>()
        .register_output_type::<ExactFloat>()
        .extension(Absences);
    match flash {
        Some(flash) => builder.data(flash).finish(),
        None => builder.finish(),
    }
}

/// An entry for `errors`.
fn error(code: &'static str, message: impl Into<String>) -> Error {
    Error::new(message).extend_with(|_, extensions| extensions.set("code", code))
}

/// The code of an error that leaves nothing of the whole answer.
const SPOILED: &str = "SPOILED";

/// Whether an error leaves nothing of the whole answer.
pub fn spoils(error: &ServerError) -> bool {
    let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
    code == Some(&Value::from(SPOILED))
}

fn flash<'a>(ctx: &'a Context<'_>) -> Result<&'a Flash, Error> {
    Flash::of(ctx).ok_or_else(|| error("INTERNAL_SERVER_ERROR", "this schema has no Flash behind it"))
}

/// What goes wrong with the request of `ctx`, as far as replies are concerned.
fn struck(ctx: &Context<'_>) -> Struck {
    ctx.data_opt::<Struck>().cloned().unwrap_or_default()
}

/// The day in UTC.
fn today(now: Timestamp) -> civil::Date {
    TimeZone::UTC.to_datetime(now).date()
}
