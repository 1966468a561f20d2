//! The walk of a withdrawal from status to status, and the keywords that send it another way.

use jiff::{SignedDuration, Timestamp};

use super::options::StatusStep;
use super::schema::enums::WithdrawalStatus::{
    self, Cancelled, Confirmed, Failed, Initialised, Pending, Refunded, Reviewing,
};

/// Where a withdrawal stands.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    pub status: WithdrawalStatus,
    pub message: Option<&'static str>,
    pub reject_code: Option<&'static str>,
    pub cleared_at: Option<Timestamp>,
    pub rejected_at: Option<Timestamp>,
    pub refunded_at: Option<Timestamp>,
}

/// The statuses that a withdrawal passes through, by the keyword anywhere in its reference.
pub fn route(reference: &str) -> &'static [WithdrawalStatus] {
    const ROUTES: [(&str, &[WithdrawalStatus]); 5] = [
        ("HALT_AML", &[Initialised, Reviewing]),
        ("FAIL_AML", &[Cancelled]),
        ("PUSH_AML", &[Initialised, Reviewing, Pending, Confirmed]),
        ("SEND_RFI", &[Initialised, Reviewing]),
        ("FAIL_ACC", &[Initialised, Pending, Confirmed, Failed, Refunded]),
    ];
    let chosen = ROUTES.iter().find(|(keyword, _)| reference.contains(keyword));
    chosen.map_or(&[Initialised, Pending, Confirmed], |(_, route)| route)
}

/// Where a withdrawal with this reference stands, made at `made` and seen `looks` times before.
pub fn standing(reference: &str, made: Timestamp, looks: u32, step: StatusStep, now: Timestamp) -> Standing {
    let route = route(reference);
    let steps = match step {
        StatusStep::Every(time) if time.is_zero() => usize::MAX,
        StatusStep::Every(time) => {
            let age = now.duration_since(made).as_millis().max(0).unsigned_abs();
            usize::try_from(age / time.as_millis().max(1)).unwrap_or(usize::MAX)
        }
        StatusStep::Looks(every) => usize::try_from(looks / every.max(1)).unwrap_or(usize::MAX),
    };
    let at = steps.min(route.len() - 1);
    let reached = |status| {
        let place = route[..=at].iter().position(|passed| *passed == status)?;
        Some(time_of(place, made, step))
    };
    let status = route[at];
    Standing {
        status,
        message: message(status, reference),
        reject_code: (status == Cancelled).then_some("COMPLIANCE_DECLINED"),
        cleared_at: reached(Confirmed),
        rejected_at: reached(Cancelled),
        refunded_at: reached(Refunded),
    }
}

fn time_of(place: usize, made: Timestamp, step: StatusStep) -> Timestamp {
    let StatusStep::Every(time) = step else {
        return made;
    };
    let steps = u32::try_from(place).unwrap_or(u32::MAX);
    let after = SignedDuration::try_from(time.saturating_mul(steps)).unwrap_or_default();
    made.checked_add(after).unwrap_or(made)
}

fn message(status: WithdrawalStatus, reference: &str) -> Option<&'static str> {
    match status {
        Cancelled => Some("Declined by compliance"),
        Reviewing if reference.contains("SEND_RFI") => {
            Some("Waiting for an answer to a request for information")
        }
        Failed | Refunded => Some("The account is closed"),
        _ => None,
    }
}
