//! The course of a payout at the API: which status can follow which, and what a look at it tells.
//!
//! Flash documents single steps; looks are far apart, so that any number of steps may lie between two of them. What no
//! number of documented steps leads to is not believed: a person is told what was before and what is now.

use serde::{Deserialize, Serialize};

use super::answer::{PayoutStatus, StatusMeaning};
use super::life::{Fact, Life};

/// The documented statuses, the failure of a payment apart from that of a withdrawal: of the one nobody says what
/// comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Initialised,
    Reviewing,
    Pending,
    Confirmed,
    Failed,
    Refunded,
    Initialising,
    Open,
    Closed,
    Undelivered,
    Cancelled,
}

impl Stage {
    fn of(status: &PayoutStatus) -> Option<Self> {
        Some(match (status.name.as_str(), status.meaning) {
            (_, StatusMeaning::Unknown) => return None,
            ("FAILED", StatusMeaning::Undelivered) => Self::Undelivered,
            ("INITIALISED", _) => Self::Initialised,
            ("REVIEWING", _) => Self::Reviewing,
            ("PENDING", _) => Self::Pending,
            ("CONFIRMED", _) => Self::Confirmed,
            ("FAILED", _) => Self::Failed,
            ("REFUNDED", _) => Self::Refunded,
            ("INITIALISING", _) => Self::Initialising,
            ("OPEN", _) => Self::Open,
            ("CLOSED", _) => Self::Closed,
            ("CANCELLED", _) => Self::Cancelled,
            _ => return None,
        })
    }

    /// Where one step leads.
    fn next(self) -> &'static [Self] {
        match self {
            Self::Initialised => &[Self::Reviewing, Self::Pending, Self::Cancelled],
            Self::Reviewing => &[Self::Pending, Self::Cancelled],
            // a review that begins late says no more of the money than an early one
            Self::Pending => &[Self::Reviewing, Self::Confirmed, Self::Failed],
            Self::Confirmed => &[Self::Failed],
            Self::Failed => &[Self::Refunded, Self::Cancelled, Self::Pending],
            Self::Initialising => &[Self::Open],
            Self::Open => &[Self::Closed, Self::Undelivered, Self::Cancelled],
            // not documented to be its end
            Self::Undelivered => &[Self::Closed, Self::Cancelled],
            Self::Closed | Self::Refunded | Self::Cancelled => &[],
        }
    }

    fn leads_to(self, aim: Self) -> bool {
        let mut reached = vec![self];
        let mut at = 0;
        while let Some(stage) = reached.get(at).copied() {
            if stage == aim {
                return true;
            }
            reached.extend(stage.next().iter().filter(|next| !reached.contains(next)).collect::<Vec<_>>());
            at += 1;
        }
        false
    }
}

/// Whether `now` can be seen after `before`. Of a status that is not known nothing is known here.
pub fn can_follow(before: &PayoutStatus, now: &PayoutStatus) -> bool {
    match (Stage::of(before), Stage::of(now)) {
        (Some(before), Some(now)) => before.leads_to(now),
        (None, _) | (_, None) => before.name == now.name,
    }
}

/// What is worth saying of a payout that is under way, beside that it is.
pub fn what_is_awaited(status: &PayoutStatus) -> Option<String> {
    let said = status.reject_code.as_ref().or(status.message.as_ref());
    let said = said.map_or(String::new(), |said| format!(" ({said})"));
    match Stage::of(status)? {
        Stage::Reviewing => Some(format!("Flash is reviewing it, which may take days{said}")),
        Stage::Failed => {
            Some(format!("it did not arrive{said}: Flash gives the money back, cancels it or tries again"))
        }
        Stage::Initialised
        | Stage::Pending
        | Stage::Confirmed
        | Stage::Refunded
        | Stage::Initialising
        | Stage::Open
        | Stage::Closed
        | Stage::Undelivered
        | Stage::Cancelled => None,
    }
}

/// Why what the API shows of a payout is not believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "oddity", rename_all = "snake_case")]
pub enum Oddity {
    /// A status that is not known, or that cannot follow the one before.
    Status {
        /// What it shows.
        status: PayoutStatus,
    },
    /// The same id shows another amount, another currency or another id of ours.
    Content {
        /// What was seen, for people.
        what: String,
    },
    /// It is not shown any more.
    Gone,
}

/// What a look at a payout that the API has made has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// It stands so.
    Status(PayoutStatus),
    /// It is not what it was made as.
    Differs(String),
}

impl Seen {
    /// What a look tells that was not known before; none where it tells nothing new.
    pub fn news(self, life: &Life) -> Option<Fact> {
        match (self, &life.oddity) {
            (Self::Differs(what), Some(Oddity::Content { what: known })) if what == *known => None,
            (Self::Differs(what), _) => Some(Fact::Differs { what }),
            (Self::Status(status), Some(Oddity::Status { status: known })) if status == *known => None,
            (Self::Status(status), None)
                if life.status.as_ref().is_some_and(|known| known.says_as(&status)) =>
            {
                None
            }
            (Self::Status(status), _) => Some(Fact::Followed(status)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WITHDRAWAL: [&str; 7] =
        ["INITIALISED", "REVIEWING", "PENDING", "CONFIRMED", "FAILED", "REFUNDED", "CANCELLED"];
    const PAYMENT: [&str; 5] = ["INITIALISING", "OPEN", "CLOSED", "FAILED", "CANCELLED"];

    fn status(name: &str, is_payment: bool) -> PayoutStatus {
        let meaning = match (name, is_payment) {
            ("CONFIRMED" | "CLOSED", _) => StatusMeaning::Paid,
            ("REFUNDED", _) => StatusMeaning::Returned,
            ("CANCELLED", _) => StatusMeaning::Cancelled,
            ("FAILED", true) => StatusMeaning::Undelivered,
            ("ESCALATED", _) => StatusMeaning::Unknown,
            _ => StatusMeaning::UnderWay,
        };
        PayoutStatus {
            name: name.to_owned(),
            reject_code: None,
            message: None,
            meaning,
            fee: None,
            rail: None,
            converted: None,
        }
    }

    /// What may be seen after each status, in the order of the list.
    fn after(names: &[&str], is_payment: bool) -> Vec<(String, String)> {
        let possible = |before: &str| {
            let before = status(before, is_payment);
            let now = names.iter().filter(|now| can_follow(&before, &status(now, is_payment)));
            now.copied().collect::<Vec<_>>().join(" ")
        };
        names.iter().map(|name| ((*name).to_owned(), possible(name))).collect()
    }

    #[test]
    fn what_can_be_seen_after_what() {
        for (before, now) in after(&WITHDRAWAL, false) {
            let expected = match before.as_str() {
                "REFUNDED" => "REFUNDED",
                "CANCELLED" => "CANCELLED",
                "INITIALISED" => "INITIALISED REVIEWING PENDING CONFIRMED FAILED REFUNDED CANCELLED",
                // what failed may be tried again: whatever comes after the beginning is possible after it
                _ => "REVIEWING PENDING CONFIRMED FAILED REFUNDED CANCELLED",
            };
            assert_eq!(now, expected, "after {before}");
        }
        let expected = [
            ("INITIALISING", "INITIALISING OPEN CLOSED FAILED CANCELLED"),
            ("OPEN", "OPEN CLOSED FAILED CANCELLED"),
            ("CLOSED", "CLOSED"),
            ("FAILED", "CLOSED FAILED CANCELLED"),
            ("CANCELLED", "CANCELLED"),
        ];
        assert_eq!(after(&PAYMENT, true), expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }

    #[test]
    fn nothing_of_one_kind_follows_one_of_the_other_and_nothing_is_known_of_an_unknown_word() {
        for (withdrawal, payment) in WITHDRAWAL.iter().flat_map(|a| PAYMENT.map(|b| (*a, b))) {
            let (withdrawal, payment) = (status(withdrawal, false), status(payment, true));
            let both = withdrawal.name == "CANCELLED" || payment.name == "CANCELLED";
            assert!(both || !can_follow(&withdrawal, &payment), "{withdrawal:?} {payment:?}");
            assert!(both || !can_follow(&payment, &withdrawal), "{payment:?} {withdrawal:?}");
        }
        assert!(!can_follow(&status("PENDING", false), &status("ESCALATED", false)));
        assert!(!can_follow(&status("ESCALATED", false), &status("PENDING", false)));
    }
}
