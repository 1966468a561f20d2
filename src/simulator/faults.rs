//! What can go wrong on purpose.
//!
//! One table of kinds, [`KINDS`], is the truth for parsing, printing and help. This file neither decides
//! when a fault strikes (see `script`) nor puts anything on the wire (see `server` and `schema`).

use std::time::Duration;

use super::operation::Operation;

/// What the client sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symptom {
    /// The TCP connection is reset without a byte of an answer.
    Reset,
    /// The connection stays open and silent until the client leaves.
    NoAnswer,
    /// HTTP 500 with a JSON body.
    Status500,
    /// HTTP 502 with an HTML page.
    Html502,
    /// HTTP 429 for every request within the window that this call opens.
    Throttle(Duration),
    /// HTTP 200 with a body that is not JSON.
    MalformedJson,
    /// HTTP 200, `Content-Length` as for the whole answer, and the connection closed half-way through it.
    TruncatedJson,
    /// HTTP 200 with `errors` and `data: null`.
    GraphqlError,
    /// `success: false` with a code and without an object.
    Declined,
    /// `success: true` without an object.
    SuccessWithoutObject,
    /// HTTP 401.
    ExpiredToken401,
    /// HTTP 200 with `extensions.code = "UNAUTHENTICATED"`.
    ExpiredTokenGraphql,
    /// A good answer, this much later.
    Slow(Duration),
    /// Lists leave out objects younger than this.
    LaggingLists(Duration),
    /// Accepted, with another amount in the echo than was sent.
    WrongEcho,
    /// HTTP 307 back to the same place.
    Redirect307,
}

/// Whether the call did its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing was made.
    None,
    /// The object was made and is in the ledger.
    Committed,
}

/// One kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// What the client sees.
    pub symptom: Symptom,
    /// Whether the call did its work.
    pub effect: Effect,
}

/// Every kind by its name; where a kind takes a duration, the one here holds if none is written.
pub const KINDS: [(&str, Kind); 23] = [
    ("reset_before", none(Symptom::Reset)),
    ("reset_after", committed(Symptom::Reset)),
    ("no_answer_before", none(Symptom::NoAnswer)),
    ("no_answer_after", committed(Symptom::NoAnswer)),
    ("500_before", none(Symptom::Status500)),
    ("500_after", committed(Symptom::Status500)),
    ("html_502", none(Symptom::Html502)),
    ("html_502_after", committed(Symptom::Html502)),
    ("throttle", none(Symptom::Throttle(Duration::from_secs(1)))),
    ("malformed_json", committed(Symptom::MalformedJson)),
    ("truncated_json", committed(Symptom::TruncatedJson)),
    ("graphql_error_before", none(Symptom::GraphqlError)),
    ("graphql_error_after", committed(Symptom::GraphqlError)),
    ("declined", none(Symptom::Declined)),
    ("success_without_object", committed(Symptom::SuccessWithoutObject)),
    ("success_without_object_before", none(Symptom::SuccessWithoutObject)),
    ("expired_token_401", none(Symptom::ExpiredToken401)),
    ("expired_token_graphql", none(Symptom::ExpiredTokenGraphql)),
    ("slow", committed(Symptom::Slow(Duration::from_secs(1)))),
    ("lagging_lists", committed(Symptom::LaggingLists(Duration::from_secs(1)))),
    ("wrong_echo", committed(Symptom::WrongEcho)),
    ("redirect_307", none(Symptom::Redirect307)),
    ("redirect_307_after", committed(Symptom::Redirect307)),
];

const fn none(symptom: Symptom) -> Kind {
    Kind { symptom, effect: Effect::None }
}

const fn committed(symptom: Symptom) -> Kind {
    Kind { symptom, effect: Effect::Committed }
}

impl Symptom {
    /// The duration that this kind takes, if it takes one.
    pub(super) const fn duration(self) -> Option<Duration> {
        match self {
            Self::Throttle(time) | Self::Slow(time) | Self::LaggingLists(time) => Some(time),
            _ => None,
        }
    }

    /// The same with another duration, where it takes one.
    pub(super) const fn lasting(self, time: Duration) -> Self {
        match self {
            Self::Throttle(_) => Self::Throttle(time),
            Self::Slow(_) => Self::Slow(time),
            Self::LaggingLists(_) => Self::LaggingLists(time),
            other => other,
        }
    }

    /// Whether a call of `operation` can show this symptom at all.
    pub(super) const fn fits(self, operation: Operation) -> bool {
        use Operation::{Logout, PartyLookup, PaymentCreate, PaymentList, WithdrawalCreate, WithdrawalList};
        match self {
            Self::Declined => operation.is_mutation(),
            Self::SuccessWithoutObject => operation.is_mutation() && !matches!(operation, Logout),
            Self::WrongEcho => matches!(operation, WithdrawalCreate | PaymentCreate),
            Self::LaggingLists(_) => matches!(operation, PartyLookup | WithdrawalList | PaymentList),
            _ => true,
        }
    }
}

impl Kind {
    /// The name in the text form.
    pub fn name(self) -> &'static str {
        let symptom = std::mem::discriminant(&self.symptom);
        KINDS
            .iter()
            .find(|(_, kind)| kind.effect == self.effect && std::mem::discriminant(&kind.symptom) == symptom)
            .map_or("unnamed", |(name, _)| name)
    }
}

/// When a fault strikes, among the calls of its operation since it was set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum When {
    /// At every call.
    Always,
    /// From the n-th call, the first being 1, to the m-th; `None` has no end.
    Calls {
        /// The first call that is struck.
        from: u64,
        /// The last one.
        to: Option<u64>,
    },
    /// At this share of the calls, drawn from a generator of the fault's own.
    Chance {
        /// More than 0, at most 100.
        percent: f64,
        /// Equal seeds strike equal calls.
        seed: u64,
    },
}

/// A fault as written: `OPERATION:KIND[=DURATION][@FROM[-[TO]] | %PERCENT[,seed=N]]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fault {
    /// The calls that it is addressed to; `None` is `any`.
    pub operation: Option<Operation>,
    /// What goes wrong.
    pub kind: Kind,
    /// When.
    pub when: When,
}
