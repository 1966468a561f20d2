//! What can go wrong on purpose, and how that is written.
//!
//! One table of kinds, [`KINDS`], is the truth for parsing, printing and help. This file decides nothing about
//! when a fault strikes (see `script`) and puts nothing on the wire (see `server` and `schema`).

use std::fmt;
use std::str::FromStr;
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
    (
        "success_without_object_before",
        none(Symptom::SuccessWithoutObject),
    ),
    ("expired_token_401", none(Symptom::ExpiredToken401)),
    ("expired_token_graphql", none(Symptom::ExpiredTokenGraphql)),
    ("slow", committed(Symptom::Slow(Duration::from_secs(1)))),
    (
        "lagging_lists",
        committed(Symptom::LaggingLists(Duration::from_secs(1))),
    ),
    ("wrong_echo", committed(Symptom::WrongEcho)),
    ("redirect_307", none(Symptom::Redirect307)),
    ("redirect_307_after", committed(Symptom::Redirect307)),
];

const fn none(symptom: Symptom) -> Kind {
    Kind {
        symptom,
        effect: Effect::None,
    }
}

const fn committed(symptom: Symptom) -> Kind {
    Kind {
        symptom,
        effect: Effect::Committed,
    }
}

impl Symptom {
    /// The duration that this kind takes, if it takes one.
    const fn duration(self) -> Option<Duration> {
        match self {
            Self::Throttle(time) | Self::Slow(time) | Self::LaggingLists(time) => Some(time),
            _ => None,
        }
    }

    const fn lasting(self, time: Duration) -> Self {
        match self {
            Self::Throttle(_) => Self::Throttle(time),
            Self::Slow(_) => Self::Slow(time),
            Self::LaggingLists(_) => Self::LaggingLists(time),
            other => other,
        }
    }

    /// Whether a call of `operation` can show this symptom at all.
    const fn fits(self, operation: Operation) -> bool {
        use Operation::{Login, Logout, PartyCreate, PartyLookup, WithdrawalCreate, WithdrawalList};
        match self {
            Self::Declined => matches!(operation, Login | Logout | PartyCreate | WithdrawalCreate),
            Self::SuccessWithoutObject => matches!(operation, Login | PartyCreate | WithdrawalCreate),
            Self::WrongEcho => matches!(operation, WithdrawalCreate),
            Self::LaggingLists(_) => matches!(operation, PartyLookup | WithdrawalList),
            _ => true,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        self.symptom
            .duration()
            .map_or(Ok(()), |time| write!(f, "={}ms", time.as_millis()))
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

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}",
            self.operation.map_or("any", Operation::name),
            self.kind
        )?;
        match self.when {
            When::Always => Ok(()),
            When::Calls { from, to: Some(to) } if from == to => write!(f, "@{from}"),
            When::Calls { from, to: Some(to) } => write!(f, "@{from}-{to}"),
            When::Calls { from, to: None } => write!(f, "@{from}-"),
            When::Chance { percent, seed } => write!(f, "%{percent},seed={seed}"),
        }
    }
}

/// Why a text is not a fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// No colon.
    #[error("`{0}` lacks the colon between operation and kind, as in `withdrawal_create:reset_after@2-4`")]
    Shape(String),
    /// Not an operation.
    #[error("`{0}` is not an operation; there are any, {list}", list = operation_names())]
    Operation(String),
    /// Not a kind.
    #[error("`{0}` is not a kind of fault; there are {list}", list = kind_names())]
    Kind(String),
    /// The kind cannot happen to the operation.
    #[error("`{kind}` cannot happen to `{operation}`")]
    Unfit {
        /// The kind's name.
        kind: &'static str,
        /// The operation's name.
        operation: &'static str,
    },
    /// A duration where none belongs.
    #[error("`{0}` takes no duration")]
    NoDuration(String),
    /// Not a duration.
    #[error("`{0}` is not a duration; write whole milliseconds or seconds, as in `200ms` or `2s`")]
    Duration(String),
    /// Not a range of calls.
    #[error("`{0}` is not a range of calls; write `@3`, `@2-4` or `@3-`, counting from 1")]
    Range(String),
    /// Not a chance.
    #[error("`{0}` is not a chance; write `%5` or `%0.5,seed=7`, above 0 and at most 100")]
    Chance(String),
}

fn operation_names() -> String {
    Operation::ALL.map(Operation::name).join(", ")
}

fn kind_names() -> String {
    KINDS.map(|(name, _)| name).join(", ")
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let (operation, rest) = text
            .split_once(':')
            .ok_or_else(|| FaultError::Shape(text.to_owned()))?;
        let operation = match operation {
            "any" => None,
            name => Some(name.parse().map_err(|_| FaultError::Operation(name.to_owned()))?),
        };
        let (kind, when) = match rest.find(['@', '%']) {
            Some(at) => (&rest[..at], parse_when(&rest[at..])?),
            None => (rest, When::Always),
        };
        let kind = parse_kind(kind)?;
        if let Some(operation) = operation.filter(|&operation| !kind.symptom.fits(operation)) {
            return Err(FaultError::Unfit {
                kind: kind.name(),
                operation: operation.name(),
            });
        }
        Ok(Self {
            operation,
            kind,
            when,
        })
    }
}

fn parse_kind(text: &str) -> Result<Kind, FaultError> {
    let (name, time) = text
        .split_once('=')
        .map_or((text, None), |(name, time)| (name, Some(time)));
    let known = KINDS.iter().find(|(known, _)| *known == name);
    let &(_, kind) = known.ok_or_else(|| FaultError::Kind(name.to_owned()))?;
    match (time, kind.symptom.duration()) {
        (None, _) => Ok(kind),
        (Some(_), None) => Err(FaultError::NoDuration(name.to_owned())),
        (Some(time), Some(_)) => Ok(Kind {
            symptom: kind.symptom.lasting(parse_duration(time)?),
            ..kind
        }),
    }
}

fn parse_duration(text: &str) -> Result<Duration, FaultError> {
    let wrong = || FaultError::Duration(text.to_owned());
    let (digits, unit) = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(digits), _) => (digits, 1),
        (None, Some(digits)) => (digits, 1000),
        (None, None) => return Err(wrong()),
    };
    let count: u32 = digits.parse().map_err(|_| wrong())?;
    Ok(Duration::from_millis(u64::from(count) * unit))
}

fn parse_when(text: &str) -> Result<When, FaultError> {
    match text.strip_prefix('@') {
        Some(range) => parse_range(range).ok_or_else(|| FaultError::Range(text.to_owned())),
        None => parse_chance(&text[1..]).ok_or_else(|| FaultError::Chance(text.to_owned())),
    }
}

fn parse_range(text: &str) -> Option<When> {
    let (from, to) = match text.split_once('-') {
        None => (text.parse().ok()?, Some(text.parse().ok()?)),
        Some((from, "")) => (from.parse().ok()?, None),
        Some((from, to)) => (from.parse().ok()?, Some(to.parse().ok()?)),
    };
    (from > 0 && to.is_none_or(|to| to >= from)).then_some(When::Calls { from, to })
}

fn parse_chance(text: &str) -> Option<When> {
    let (percent, seed) = match text.split_once(",seed=") {
        None => (text, 0),
        Some((percent, seed)) => (percent, seed.parse().ok()?),
    };
    let percent: f64 = percent.parse().ok()?;
    (percent > 0.0 && percent <= 100.0).then_some(When::Chance { percent, seed })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_when() -> impl Strategy<Value = When> {
        prop_oneof![
            Just(When::Always),
            (1..u64::MAX, proptest::option::of(0..1000_u64)).prop_map(|(from, more)| When::Calls {
                from,
                to: more.map(|more| from.saturating_add(more)),
            }),
            (0.000_001..=100.0_f64, any::<u64>()).prop_map(|(percent, seed)| When::Chance { percent, seed }),
        ]
    }

    fn any_fault() -> impl Strategy<Value = Fault> {
        let operation = proptest::option::of(proptest::sample::select(&Operation::ALL[..]));
        let kind = (proptest::sample::select(&KINDS[..]), any::<u32>()).prop_map(|((_, kind), ms)| Kind {
            symptom: kind.symptom.lasting(Duration::from_millis(u64::from(ms))),
            ..kind
        });
        (operation, kind, any_when())
            .prop_map(|(operation, kind, when)| Fault {
                operation,
                kind,
                when,
            })
            .prop_filter("a kind that cannot happen", |fault| {
                fault
                    .operation
                    .is_none_or(|operation| fault.kind.symptom.fits(operation))
            })
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(fault in any_fault()) {
            prop_assert_eq!(fault.to_string().parse(), Ok(fault));
        }

        #[test]
        fn no_text_panics(text in "\\PC*", almost in "(any|login|é)?:?[a-z0-9_]{0,12}(=|@|%)?[0-9a-z,=é-]{0,8}") {
            let _ = text.parse::<Fault>();
            let _ = almost.parse::<Fault>();
        }
    }

    #[test]
    fn every_kind_has_one_name() {
        for (name, kind) in KINDS {
            assert_eq!(kind.name(), name);
        }
    }

    #[test]
    fn mistakes_are_named() {
        let message = |text: &str| text.parse::<Fault>().expect_err("a mistake").to_string();
        assert!(message("reset_after").contains("colon"));
        assert!(message("withdrawal:reset_after").contains("withdrawal_create"));
        assert!(message("any:reset").contains("reset_before"));
        assert_eq!(
            message("login:wrong_echo"),
            "`wrong_echo` cannot happen to `login`"
        );
        assert_eq!(message("any:500_before=2s"), "`500_before` takes no duration");
        assert!(message("any:slow=2h").contains("`2h`"));
        assert!(message("any:500_before@0").contains("`@0`"));
        assert!(message("any:500_before@4-2").contains("`@4-2`"));
        assert!(message("any:500_before%101").contains("`%101`"));
    }
}
