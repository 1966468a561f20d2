//! The walk of an order from status to status, and the keywords that send it another way.

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

impl<S: Copy + PartialEq> Walk<S> {
    /// Along `route`, which has at least one status, since `made`, having been seen `looks` times before.
    pub fn new(route: &'static [S], made: Timestamp, looks: u32, step: StatusStep, now: Timestamp) -> Self {
        let steps = match step {
            StatusStep::Every(time) if time.is_zero() => usize::MAX,
            StatusStep::Every(time) => {
                let age = now.duration_since(made).as_millis().max(0).unsigned_abs();
                usize::try_from(age / time.as_millis().max(1)).unwrap_or(usize::MAX)
            }
            StatusStep::Looks(every) => usize::try_from(looks / every.max(1)).unwrap_or(usize::MAX),
        };
        Self { route, at: steps.min(route.len().saturating_sub(1)), made, step }
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
        let StatusStep::Every(time) = self.step else {
            return Some(self.made);
        };
        let steps = u32::try_from(place).unwrap_or(u32::MAX);
        let after = SignedDuration::try_from(time.saturating_mul(steps)).unwrap_or_default();
        Some(self.made.checked_add(after).unwrap_or(self.made))
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
            Self::Initialised | Self::Reviewing | Self::Pending | Self::Confirmed => None,
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
            Self::Initialising | Self::Open | Self::Closed => None,
        }
    }
}
