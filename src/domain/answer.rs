//! What the API may answer, seen as facts about money rather than as HTTP.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Every answer to a request that moves money falls in exactly one of these classes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "class", rename_all = "snake_case")]
pub enum Answer {
    /// The API has made the payout: an id came back, and the echoed amounts and currencies are equal.
    Accepted {
        /// The API's id of the payout.
        flash_id: String,
        /// Where it stands, if the answer told.
        status: Option<PayoutStatus>,
    },
    /// The API says, with a code, that it made nothing. Trusted only for a first sending.
    Declined {
        /// The API's code.
        code: String,
        /// The API's words, for people.
        message: String,
    },
    /// No byte left this machine.
    NotSent {
        /// What stood in the way.
        why: String,
    },
    /// Refused before the request was looked at: the same bytes may go again.
    Refused {
        /// Why.
        why: Refusal,
    },
    /// Nobody knows whether the payout was made.
    InDoubt {
        /// What was seen.
        why: String,
    },
}

impl Answer {
    /// Whether it says that nothing was made for want of a quote that holds, and nothing against the payout itself.
    pub fn is_about_the_quote(&self) -> bool {
        matches!(self, Self::Declined { code, .. } if QUOTE_CODES.contains(&code.as_str()))
    }

    /// Whether it says that nothing was made for want of money, and nothing against the payout itself.
    pub fn is_about_the_balance(&self) -> bool {
        matches!(self, Self::Declined { code, .. } if code == NO_MONEY)
    }
}

/// By these codes the API says that a quote is over, or was good for one payment.
const QUOTE_CODES: [&str; 2] = ["QUOTE_EXPIRED", QUOTE_USED];

/// By this code it says that a quote was good for one payment.
pub const QUOTE_USED: &str = "QUOTE_USED";

/// By this code it says that the balance does not cover a payout and its fee.
const NO_MONEY: &str = "INSUFFICIENT_BALANCE";

/// Why a request was refused at the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The token is missing, expired, or not accepted.
    Unauthenticated,
    /// Too many requests; everybody waits.
    Throttled,
}

/// Where a payout that the API has stands with the banks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutStatus {
    /// The API's own word for it.
    pub name: String,
    /// The reason of a cancellation, a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reject_code: Option<String>,
    /// The API's words, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What it means for the money.
    pub meaning: StatusMeaning,
    /// What the API charges for it, where it tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<Decimal>,
    /// The way that it takes through the banks, where the API tells: `NPP`, `BECS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rail: Option<String>,
    /// What a conversion came to, where the API tells. Boxed, since few payouts have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub converted: Option<Box<Converted>>,
}

impl PayoutStatus {
    /// The same with what was told before of fee, way and sums, as far as this does not tell it anew.
    #[must_use]
    pub fn with_what_was_told(&self, before: Option<&Self>) -> Self {
        let mut all = self.clone();
        if let Some(before) = before {
            all.fee = all.fee.or(before.fee);
            all.rail = all.rail.or_else(|| before.rail.clone());
            all.converted = all.converted.or_else(|| before.converted.clone());
        }
        all
    }

    /// Whether another says the same of where the payout stands. Fee, way and sums are told with the next news.
    pub fn says_as(&self, other: &Self) -> bool {
        let Self { name, reject_code, message, meaning, fee: _, rail: _, converted: _ } = self;
        (name, reject_code, message, meaning)
            == (&other.name, &other.reject_code, &other.message, &other.meaning)
    }
}

/// Both sums of a conversion as the API tells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Converted {
    /// What leaves the balance.
    pub debited: Decimal,
    /// What the payee gets.
    pub delivered: Decimal,
}

impl Converted {
    /// None unless both are told: half of a conversion has no rate.
    pub fn of(debited: Option<Decimal>, delivered: Option<Decimal>) -> Option<Box<Self>> {
        let told = |sum: Option<Decimal>| sum.filter(|sum| *sum > Decimal::ZERO);
        Some(Box::new(Self { debited: told(debited)?, delivered: told(delivered)? }))
    }

    /// What the payee gets for one unit of the balance.
    pub fn rate(&self) -> Decimal {
        self.delivered / self.debited
    }
}

/// What a status means for the money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusMeaning {
    /// The API is at work on it; not final.
    UnderWay,
    /// The payee's bank has it. A return is still possible.
    Paid,
    /// The money came back.
    Returned,
    /// Cancelled: no money moved.
    Cancelled,
    /// It did not reach the payee, and where the money is the API does not say.
    Undelivered,
    /// A word that this program does not know.
    Unknown,
}

/// What a look-up of one payout in doubt has shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "sighting", rename_all = "snake_case")]
pub enum Sighting {
    /// One payout with our id, amount, currency and payee.
    Made {
        /// The API's id of it.
        flash_id: String,
        /// Where it stands.
        status: Option<PayoutStatus>,
    },
    /// Something bears our id that is not our payout, or two do.
    Conflict {
        /// What was seen, for people.
        what: String,
    },
    /// Nothing bears our id, and the same look-up showed a payout that is known to exist.
    Absent,
    /// Nothing bears our id, but no payout is known that the look-up could have proven itself by.
    AbsentWithoutCanary,
    /// The look-up cannot prove anything at this server.
    Unprovable {
        /// Why not.
        why: String,
    },
}

/// Proof that the intent to send exactly these bytes is on disk. Only `journal` implements it, and `gateway`
/// sends money for nothing less.
pub trait RecordedIntent {
    /// The request, byte for byte.
    fn body(&self) -> &str;
    /// What it asks for: which operation it is, and what the answer must echo.
    fn deal(&self) -> super::Deal;
    /// Our id of the payout, which the answer must not contradict.
    fn external_id(&self) -> &super::ExternalId;
}
