//! The walk of an order from status to status, and the keywords that send it another way.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::options::StatusStep;
use super::schema::enums::{PaymentStatus, WithdrawalStatus};

/// How far an order has walked.
#[derive(Debug, Clone, Copy)]
pub struct Walk<S: 'static> {
    route: &'static [S],
    at: usize,
    made: Timestamp,
    step: StatusStep,
}

/// A status that an order can have.
pub trait Standing: Copy + PartialEq {
    /// Whether the payee's bank has the money.
    fn is_paid(self) -> bool;
}

impl<S: Standing> Walk<S> {
    /// Along `route`, which has at least one status, since `made`, having been seen `looks` times before.
    pub fn new(route: &'static [S], made: Timestamp, looks: u32, step: StatusStep, now: Timestamp) -> Self {
        let last = route.len().saturating_sub(1);
        let at = match step {
            StatusStep::Looks(every) => usize::try_from(looks / every.max(1)).unwrap_or(usize::MAX).min(last),
            StatusStep::Every(_) | StatusStep::Late { .. } => {
                let is_there = |place: &usize| after(route, *place, step) <= now.duration_since(made);
                (1..=last).take_while(is_there).last().unwrap_or(0)
            }
        };
        Self { route, at, made, step }
    }

    /// Where it stands.
    pub fn status(&self) -> S {
        self.route[self.at]
    }

    /// Where it has been, and where it stands.
    pub fn passed(&self) -> &'static [S] {
        &self.route[..=self.at]
    }

    /// When it came to `status`, if it has passed there.
    pub fn reached(&self, status: S) -> Option<Timestamp> {
        let place = self.route[..=self.at].iter().position(|passed| *passed == status)?;
        Some(self.made.checked_add(after(self.route, place, self.step)).unwrap_or(self.made))
    }
}

/// How long after its making an order comes to a place of its route, where time moves it on.
fn after<S: Standing>(route: &[S], place: usize, step: StatusStep) -> SignedDuration {
    let (every, late) = match step {
        StatusStep::Looks(_) => return SignedDuration::ZERO,
        StatusStep::Every(every) => (every, Duration::ZERO),
        StatusStep::Late { every, back } => (every, back),
    };
    let came_back = route[..place].iter().any(|passed| passed.is_paid());
    let steps = u32::try_from(place).unwrap_or(u32::MAX);
    let after = every.saturating_mul(steps) + if came_back { late } else { Duration::ZERO };
    SignedDuration::try_from(after).unwrap_or(SignedDuration::MAX)
}

impl Standing for WithdrawalStatus {
    fn is_paid(self) -> bool {
        self == Self::Confirmed
    }
}

impl Standing for PaymentStatus {
    fn is_paid(self) -> bool {
        self == Self::Closed
    }
}

/// The words in a reference that decide where an order goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keyword {
    Halt,
    Decline,
    Push,
    AskForInformation,
    FailAtTheBank,
}

fn keyword(reference: &str) -> Option<Keyword> {
    const KEYWORDS: [(&str, Keyword); 5] = [
        ("HALT_AML", Keyword::Halt),
        ("FAIL_AML", Keyword::Decline),
        ("PUSH_AML", Keyword::Push),
        ("SEND_RFI", Keyword::AskForInformation),
        ("FAIL_ACC", Keyword::FailAtTheBank),
    ];
    KEYWORDS.iter().find(|(word, _)| reference.contains(word)).map(|(_, keyword)| *keyword)
}

impl WithdrawalStatus {
    /// The statuses that a withdrawal with this reference passes through.
    pub fn route(reference: &str) -> &'static [Self] {
        use WithdrawalStatus::{Cancelled, Confirmed, Failed, Initialised, Pending, Refunded, Reviewing};
        match keyword(reference) {
            None => &[Initialised, Pending, Confirmed],
            Some(Keyword::Halt | Keyword::AskForInformation) => &[Initialised, Reviewing],
            Some(Keyword::Decline) => &[Cancelled],
            Some(Keyword::Push) => &[Initialised, Reviewing, Pending, Confirmed],
            Some(Keyword::FailAtTheBank) => &[Initialised, Pending, Confirmed, Failed, Refunded],
        }
    }

    /// What the API says of it beside the status.
    pub fn message(self, reference: &str) -> Option<&'static str> {
        match self {
            Self::Cancelled => Some("Declined by compliance"),
            Self::Reviewing if keyword(reference) == Some(Keyword::AskForInformation) => {
                Some("Waiting for an answer to a request for information")
            }
            Self::Failed | Self::Refunded => Some("The account is closed"),
            Self::Initialised | Self::Reviewing | Self::Pending | Self::Confirmed | Self::Escalated => None,
        }
    }
}

impl PaymentStatus {
    /// The statuses that a payment with this reference passes through. The keywords are documented for withdrawals;
    /// a payment has no review of its own and is open while it lasts.
    pub fn route(reference: &str) -> &'static [Self] {
        use PaymentStatus::{Cancelled, Closed, Failed, Initialising, Open};
        match keyword(reference) {
            None | Some(Keyword::Push) => &[Initialising, Open, Closed],
            Some(Keyword::Halt | Keyword::AskForInformation) => &[Initialising, Open],
            Some(Keyword::Decline) => &[Cancelled],
            Some(Keyword::FailAtTheBank) => &[Initialising, Open, Failed],
        }
    }

    /// What the API says of it beside the status.
    pub fn message(self) -> Option<&'static str> {
        match self {
            Self::Cancelled => Some("Declined by compliance"),
            Self::Failed => Some("The account is closed"),
            Self::Initialising | Self::Open | Self::Closed | Self::Escalated => None,
        }
    }
}
