//! The next step for one payout, from its life alone.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::domain::{Life, LookUps, PayoutState, Probe, Timestamp};

/// Whether a payout that is proven absent may be sent again without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Resend {
    /// Only where the API is known to honour idempotency keys.
    Proven,
    /// The key and the look-up are trusted to hold each other's back, unless a probe has shown that one does not hold.
    Locks,
    /// Never: a person decides.
    Never,
}

/// How doubt is settled.
#[derive(Debug, Clone, Copy)]
pub struct SettlePolicy {
    /// How long after the last sending a payout in doubt is looked up.
    pub in_doubt_wait: SignedDuration,
    /// Whether to send again.
    pub resend: Resend,
    /// What a probe has shown of the API.
    pub probed: Probed,
}

/// What a probe has shown of how the API takes a request that comes a second time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Probed {
    /// Nothing, or nothing from which anything follows.
    #[default]
    Nothing,
    /// It honours idempotency keys.
    KeyHonoured,
    /// It makes a second payout.
    KeyIgnored,
    /// It did not show the probe's payout when that was looked up.
    NotShown,
}

impl Probed {
    /// What follows from a probe.
    pub fn of(probe: &Probe) -> Self {
        if probe.key_honoured() {
            Self::KeyHonoured
        } else if probe.key_ignored() {
            Self::KeyIgnored
        } else if matches!(probe.look_ups, LookUps::NotSeen { .. }) {
            Self::NotShown
        } else {
            Self::Nothing
        }
    }
}

impl SettlePolicy {
    /// Why nothing is sent again without asking, whatever look-ups prove; none where it is.
    pub fn forbids(&self) -> Option<&'static str> {
        match (self.resend, self.probed) {
            (Resend::Never, _) => Some("the configuration says never to send again without asking"),
            (Resend::Proven | Resend::Locks, Probed::KeyIgnored) => {
                Some("a probe has shown that this API makes a second payout of a repeated request")
            }
            (Resend::Proven, Probed::Nothing | Probed::NotShown) => {
                Some("it is not proven that this API recognises a repeated request")
            }
            (Resend::Locks, Probed::NotShown) => {
                Some("a probe has shown that this API may not show what it has made")
            }
            (Resend::Proven | Resend::Locks, Probed::KeyHonoured) | (Resend::Locks, Probed::Nothing) => None,
        }
    }
}

/// One attempt is sent at most so often.
pub const MOST_SENDINGS: u32 = 4;
/// And not later than this after its first sending: nobody documents how long keys are remembered.
pub const LATEST_RESEND: SignedDuration = SignedDuration::from_hours(22);

/// A proof of absence is renewed before it is acted on after this long.
pub const PROOF_LASTS: SignedDuration = SignedDuration::from_mins(10);

/// What to do next for a payout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing: it is not the run's turn any more.
    Nothing,
    /// Send it.
    Send,
    /// Look it up, not before this moment.
    LookUpAt(Timestamp),
    /// Proven absent: send the same bytes again.
    SendAgain,
    /// Leave it to a person.
    GiveUp(String),
}

/// What to do next for a payout with this life.
pub fn next_step(life: &Life, now: Timestamp, policy: &SettlePolicy) -> Step {
    match life.state {
        PayoutState::Ready => Step::Send,
        PayoutState::Sending | PayoutState::InDoubt => {
            let expires = |proven: Timestamp| proven.saturating_add(PROOF_LASTS).unwrap_or(now);
            match life.proven_absent.map(expires) {
                Some(expires) if now <= expires => again(life, now, policy),
                Some(expires) => Step::LookUpAt(expires),
                None => {
                    let after = life.absent_since.max(life.last_sent).unwrap_or(now);
                    Step::LookUpAt(after.saturating_add(policy.in_doubt_wait).unwrap_or(now))
                }
            }
        }
        PayoutState::Invalid
        | PayoutState::Held
        | PayoutState::Submitted
        | PayoutState::Paid
        | PayoutState::Returned
        | PayoutState::Rejected
        | PayoutState::Attention => Step::Nothing,
    }
}

fn again(life: &Life, now: Timestamp, policy: &SettlePolicy) -> Step {
    let age = life.first_sent.map_or(SignedDuration::ZERO, |first| now.duration_since(first));
    let refuse = |why: &str| Step::GiveUp(format!("the API shows no such payout, and {why}"));
    if let Some(why) = policy.forbids() {
        refuse(why)
    } else if life.sendings >= MOST_SENDINGS {
        refuse(&format!("it was sent {} times without a clear answer", life.sendings))
    } else if age > LATEST_RESEND {
        refuse("it was first sent more than 22 hours ago")
    } else {
        Step::SendAgain
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Answer, Fact, Kind, Sighting};

    const WAIT: SignedDuration = SignedDuration::from_secs(180);

    fn policy(resend: Resend) -> SettlePolicy {
        SettlePolicy { in_doubt_wait: WAIT, resend, probed: Probed::Nothing }
    }

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn life(facts: &[(i64, Fact)]) -> Life {
        let mut life = Life::new(PayoutState::Ready, None);
        for (at, fact) in facts {
            life.apply(fact, second(*at));
        }
        life
    }

    fn doubt() -> Fact {
        Fact::Answered(Answer::InDoubt { why: String::new() })
    }

    const INTENT: Fact = Fact::Intent { attempt: 1, kind: Kind::Withdrawal };

    #[test]
    fn doubt_is_looked_up_a_wait_after_the_last_sending() {
        let sent = life(&[(100, INTENT), (190, doubt())]);
        assert_eq!(next_step(&sent, second(200), &policy(Resend::Locks)), Step::LookUpAt(second(370)));
        let crashed = life(&[(100, INTENT)]);
        assert_eq!(next_step(&crashed, second(200), &policy(Resend::Locks)), Step::LookUpAt(second(280)));
    }

    #[test]
    fn without_a_canary_two_looks_a_wait_apart_prove_absence() {
        let look = Fact::LookedUp(Sighting::AbsentWithoutCanary);
        let once = life(&[(0, INTENT), (90, doubt()), (180, look.clone())]);
        assert_eq!(next_step(&once, second(181), &policy(Resend::Locks)), Step::LookUpAt(second(360)));
        let twice = life(&[(0, INTENT), (90, doubt()), (180, look.clone()), (360, look)]);
        assert_eq!(next_step(&twice, second(361), &policy(Resend::Locks)), Step::SendAgain);
    }

    #[test]
    fn only_the_policy_and_the_limits_allow_to_send_again() {
        let absent = Fact::LookedUp(Sighting::Absent);
        let facts = [(0, INTENT), (90, doubt()), (180, absent.clone())];
        let proven = life(&facts);
        assert_eq!(next_step(&proven, second(181), &policy(Resend::Locks)), Step::SendAgain);
        for resend in [Resend::Never, Resend::Proven] {
            assert!(matches!(next_step(&proven, second(181), &policy(resend)), Step::GiveUp(_)));
        }
        for resend in [Resend::Proven, Resend::Locks] {
            let probed = |probed| SettlePolicy { probed, ..policy(resend) };
            assert_eq!(next_step(&proven, second(181), &probed(Probed::KeyHonoured)), Step::SendAgain);
            for fails in [Probed::KeyIgnored, Probed::NotShown] {
                assert!(matches!(next_step(&proven, second(181), &probed(fails)), Step::GiveUp(_)));
            }
        }
        let hours_later = second(23 * 3600);
        assert_eq!(
            next_step(&proven, hours_later, &policy(Resend::Locks)),
            Step::LookUpAt(second(180 + 600))
        );
        let again = life(&[facts.as_slice(), &[(23 * 3600, absent.clone())]].concat());
        assert!(matches!(next_step(&again, hours_later, &policy(Resend::Locks)), Step::GiveUp(_)));
        let often: Vec<_> = (0..4).flat_map(|_| facts.clone()).collect();
        assert!(matches!(next_step(&life(&often), second(181), &policy(Resend::Locks)), Step::GiveUp(_)));
    }
}
