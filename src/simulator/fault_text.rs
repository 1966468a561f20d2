//! Faults as text, for command lines and tests: `OPERATION:KIND[=DURATION][@FROM[-[TO]] | %PERCENT[,seed=N]]`.
//!
//! What is printed reads back as the same fault, and no text panics.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::faults::{Fault, KINDS, Kind, When};
use super::operation::Operation;
use super::webhook::WEBHOOK_KINDS;

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        self.symptom.duration().map_or(Ok(()), |time| write!(f, "={}ms", time.as_millis()))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.operation.map_or("any", Operation::name), self.kind)?;
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
    /// Not a kind of webhooks.
    #[error("`{0}` is not a kind of fault of webhooks; there are {list}", list = webhook_kind_names())]
    WebhookKind(String),
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

fn webhook_kind_names() -> String {
    WEBHOOK_KINDS.map(|(name, _)| name).join(", ")
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let (operation, rest) = text.split_once(':').ok_or_else(|| FaultError::Shape(text.to_owned()))?;
        let operation = match operation {
            "any" => None,
            name => Some(name.parse().map_err(|_| FaultError::Operation(name.to_owned()))?),
        };
        let (kind, when) = split_when(rest)?;
        let kind = parse_kind(kind)?;
        if let Some(operation) = operation.filter(|&operation| !kind.symptom.fits(operation)) {
            return Err(FaultError::Unfit { kind: kind.name(), operation: operation.name() });
        }
        Ok(Self { operation, kind, when })
    }
}

/// What stands before the calls that are struck, and those.
pub(super) fn split_when(text: &str) -> Result<(&str, When), FaultError> {
    match text.find(['@', '%']) {
        Some(at) => Ok((&text[..at], parse_when(&text[at..])?)),
        None => Ok((text, When::Always)),
    }
}

fn parse_kind(text: &str) -> Result<Kind, FaultError> {
    let (name, time) = text.split_once('=').map_or((text, None), |(name, time)| (name, Some(time)));
    let known = KINDS.iter().find(|(known, _)| *known == name);
    let &(_, kind) = known.ok_or_else(|| FaultError::Kind(name.to_owned()))?;
    match (time, kind.symptom.duration()) {
        (None, _) => Ok(kind),
        (Some(_), None) => Err(FaultError::NoDuration(name.to_owned())),
        (Some(time), Some(_)) => Ok(Kind { symptom: kind.symptom.lasting(parse_duration(time)?), ..kind }),
    }
}

pub(super) fn parse_duration(text: &str) -> Result<Duration, FaultError> {
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
            .prop_map(|(operation, kind, when)| Fault { operation, kind, when })
            .prop_filter("a kind that cannot happen", |fault| {
                fault.operation.is_none_or(|operation| fault.kind.symptom.fits(operation))
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
        assert_eq!(message("login:wrong_echo"), "`wrong_echo` cannot happen to `login`");
        assert_eq!(message("any:500_before=2s"), "`500_before` takes no duration");
        assert!(message("any:slow=2h").contains("`2h`"));
        assert!(message("any:500_before@0").contains("`@0`"));
        assert!(message("any:500_before@4-2").contains("`@4-2`"));
        assert!(message("any:500_before%101").contains("`%101`"));
    }
}
