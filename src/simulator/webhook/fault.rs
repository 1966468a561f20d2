//! What can go wrong with webhooks on purpose: `KIND[=DURATION][@FROM[-[TO]] | %PERCENT[,seed=N]]`, events counted
//! from 1.

use std::str::FromStr;
use std::time::Duration;

use crate::simulator::fault_text::{FaultError, parse_duration, split_when};
use crate::simulator::faults::When;

/// What happens to an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookFaultKind {
    /// It is delivered this much later.
    Delayed(Duration),
    /// It is delivered twice, under one request id.
    Doubled,
    /// It is delivered after the event that follows it.
    Reordered,
    /// It is not delivered at all.
    Lost,
    /// It bears no signature.
    Unsigned,
    /// Somebody else has signed it.
    WrongSignature,
    /// It is rightly signed and says that another amount has come to another end.
    Lying,
}

/// Every kind by its name; where a kind takes a duration, the one here holds if none is written.
pub const WEBHOOK_KINDS: [(&str, WebhookFaultKind); 7] = [
    ("delayed", WebhookFaultKind::Delayed(Duration::from_secs(1))),
    ("doubled", WebhookFaultKind::Doubled),
    ("reordered", WebhookFaultKind::Reordered),
    ("lost", WebhookFaultKind::Lost),
    ("unsigned", WebhookFaultKind::Unsigned),
    ("wrong_signature", WebhookFaultKind::WrongSignature),
    ("lying", WebhookFaultKind::Lying),
];

/// A fault of webhooks as written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WebhookFault {
    /// What happens.
    pub kind: WebhookFaultKind,
    /// To which events.
    pub when: When,
}

impl FromStr for WebhookFault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let (kind, when) = split_when(text)?;
        let (name, time) = kind.split_once('=').map_or((kind, None), |(name, time)| (name, Some(time)));
        let known = WEBHOOK_KINDS.iter().find(|(known, _)| *known == name);
        let &(_, kind) = known.ok_or_else(|| FaultError::WebhookKind(name.to_owned()))?;
        let kind = match (kind, time) {
            (kind, None) => kind,
            (WebhookFaultKind::Delayed(_), Some(time)) => WebhookFaultKind::Delayed(parse_duration(time)?),
            (_, Some(_)) => return Err(FaultError::NoDuration(name.to_owned())),
        };
        Ok(Self { kind, when })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_as_they_are_written() {
        let read = |text: &str| text.parse::<WebhookFault>();
        for (name, kind) in WEBHOOK_KINDS {
            assert_eq!(read(name), Ok(WebhookFault { kind, when: When::Always }));
        }
        let late = read("delayed=200ms@2-3").expect("a fault");
        assert_eq!(late.kind, WebhookFaultKind::Delayed(Duration::from_millis(200)));
        assert_eq!(late.when, When::Calls { from: 2, to: Some(3) });
        assert!(matches!(read("lost%5,seed=7").expect("a fault").when, When::Chance { seed: 7, .. }));
        let message = |text: &str| read(text).expect_err("a mistake").to_string();
        assert!(message("gone").contains("wrong_signature"));
        assert_eq!(message("lost=1s"), "`lost` takes no duration");
        assert!(message("doubled@0").contains("`@0`"));
    }
}
