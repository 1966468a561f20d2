//! Sending an intent a second time on purpose, to see what the API makes of its key.

use serde::Deserialize;

use super::classify::{self, shown};
use super::transport::Exchange;
use super::wire::Envelope;
use super::{Gateway, Pass};
use crate::domain::{RecordedIntent, RepeatedKey};

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeated {
    /// The class of the answer.
    pub answer: RepeatedKey,
    /// What was seen, for people.
    pub seen: String,
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "createWithdrawal")]
    reply: Option<Reply>,
}

#[derive(Deserialize)]
struct Reply {
    success: Option<bool>,
    code: Option<String>,
    withdrawal: Option<Made>,
}

#[derive(Deserialize)]
struct Made {
    id: Option<String>,
}

impl Gateway {
    /// Sends the bytes of an intent for which the API has made `first` already.
    pub async fn repeat<I: RecordedIntent>(&self, pass: Pass, intent: &I, first: &str) -> Repeated {
        let exchange = self.timed(&pass.slot, intent.body(), &pass.token).await;
        repeated(&exchange, first)
    }
}

fn repeated(exchange: &Exchange, first: &str) -> Repeated {
    let unclear = |seen: String| Repeated { answer: RepeatedKey::Unclear, seen };
    let Exchange::Answered { status: 200, body, .. } = exchange else {
        let seen = classify::reply(exchange).err().map(|error| error.to_string());
        return unclear(seen.unwrap_or_else(|| "no answer".to_owned()));
    };
    if exchange.is_unauthenticated() {
        return unclear("the login was not accepted".to_owned());
    }
    let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(body) else {
        return unclear("an answer that cannot be read".to_owned());
    };
    let data = envelope.data.and_then(|data| serde_json::from_str::<Data>(data.get()).ok());
    let reply = data.and_then(|data| data.reply);
    let id = reply.as_ref().and_then(|reply| reply.withdrawal.as_ref()?.id.clone());
    let code = reply.as_ref().and_then(|reply| reply.code.clone()).unwrap_or_default();
    let success = reply.as_ref().and_then(|reply| reply.success) == Some(true);
    let error = envelope.errors.first().map(|error| shown(&error.message));
    match (id, success, error) {
        (Some(id), ..) if id != first => Repeated {
            answer: RepeatedKey::SecondPayout,
            seen: format!("{} beside {}", shown(&id), shown(first)),
        },
        (Some(_), true, None) => Repeated { answer: RepeatedKey::First, seen: shown(&code) },
        (Some(_), ..) => Repeated { answer: RepeatedKey::ErrorWithFirst, seen: shown(&code) },
        (None, false, Some(error)) => Repeated { answer: RepeatedKey::ErrorAlone, seen: error },
        (None, false, None) if !code.is_empty() => {
            Repeated { answer: RepeatedKey::ErrorAlone, seen: shown(&code) }
        }
        (None, ..) => unclear("an answer without a payout and without a reason".to_owned()),
    }
}
