//! What banks say of payees before they are paid, and what a probe has found out about the API.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ids::BookKey;
use super::{BankAccount, ExternalId, Timestamp};

/// So long a bank's word about a payee is good.
pub const WORD_LASTS_DAYS: i64 = 90;

/// What the bank says of a name and an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The account is this name's.
    Match,
    /// Nearly this name's.
    CloseMatch,
    /// Somebody else's.
    NotMatch,
    /// The account is closed.
    Closed,
    /// There is no such account.
    NotFound,
}

impl Verdict {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::Match, Self::CloseMatch, Self::NotMatch, Self::Closed, Self::NotFound];

    /// As it is typed and stands in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::CloseMatch => "close-match",
            Self::NotMatch => "not-match",
            Self::Closed => "closed",
            Self::NotFound => "not-found",
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Match => "the bank knows the account under this name",
            Self::CloseMatch => "the bank knows the account under a name that is nearly this one",
            Self::NotMatch => "the bank knows the account under another name",
            Self::Closed => "the account is closed",
            Self::NotFound => "the bank has no such account",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What holds a row of `pay --block-on`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockOn {
    /// Nearly this name's account.
    CloseMatch,
    /// Somebody else's.
    NotMatch,
    /// The account is closed.
    Closed,
    /// There is no such account.
    NotFound,
    /// No bank has said anything that is still good, though one can be asked.
    Unverified,
}

impl BlockOn {
    /// Every one.
    pub const ALL: [Self; 5] =
        [Self::CloseMatch, Self::NotMatch, Self::Closed, Self::NotFound, Self::Unverified];

    /// What a bank says that this means; none where it means silence.
    pub fn verdict(self) -> Option<Verdict> {
        match self {
            Self::CloseMatch => Some(Verdict::CloseMatch),
            Self::NotMatch => Some(Verdict::NotMatch),
            Self::Closed => Some(Verdict::Closed),
            Self::NotFound => Some(Verdict::NotFound),
            Self::Unverified => None,
        }
    }

    /// As it is typed.
    pub fn name(self) -> &'static str {
        self.verdict().map_or("unverified", Verdict::name)
    }
}

/// What a bank said, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// What.
    pub verdict: Verdict,
    /// When.
    pub at: Timestamp,
}

impl Verified {
    /// Whether it is still good.
    pub fn is_good(&self, now: Timestamp) -> bool {
        is_fresh(self.at, now)
    }

    /// With its day.
    pub fn words(&self) -> String {
        format!("{}: {} ({})", self.verdict.name(), self.verdict.words(), self.at.strftime("%-d %b %Y"))
    }
}

/// Whether what was said then still counts. A clock that was set back makes nothing good for longer.
fn is_fresh(at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(at).abs() <= jiff::SignedDuration::from_hours(24 * WORD_LASTS_DAYS)
}

/// The bank of an account, as the API names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankNamed {
    /// Its name.
    pub name: String,
    /// Where it is, as far as that is told.
    pub place: Option<String>,
}

impl fmt::Display for BankNamed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.place.as_ref().map_or(Ok(()), |place| write!(f, ", {place}"))
    }
}

/// A bank that was named, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptBank {
    /// The bank.
    #[serde(flatten)]
    pub bank: BankNamed,
    /// When.
    pub at: Timestamp,
}

impl KeptBank {
    /// Whether it is still good.
    pub fn is_good(&self, now: Timestamp) -> bool {
        is_fresh(self.at, now)
    }
}

/// Under what a bank's word is kept: a digest of account and name, from which neither can be read.
pub fn verify_key(account: &BankAccount, name: &str) -> BookKey {
    BookKey::of(&["verified", &account.canonical(), &name.to_uppercase()])
}

/// What the API answers where an idempotency key comes a second time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepeatedKey {
    /// Success, and the first payout.
    First,
    /// An error, and the first payout.
    ErrorWithFirst,
    /// An error alone.
    ErrorAlone,
    /// Another payout: keys are not honoured.
    SecondPayout,
    /// Nothing from which anything follows.
    Unclear,
}

impl RepeatedKey {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::First => "success, with the first payout",
            Self::ErrorWithFirst => "an error, with the first payout",
            Self::ErrorAlone => "an error, without a payout",
            Self::SecondPayout => "a SECOND PAYOUT: keys are not honoured",
            Self::Unclear => "nothing from which anything follows",
        }
    }
}

/// How looking up by our own id went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookUps {
    /// The payout was shown, this many milliseconds after the answer to its sending at the latest.
    Work {
        /// How late.
        late_ms: u64,
    },
    /// It was not shown in the time that was given.
    NotSeen {
        /// How long was waited.
        waited_ms: u64,
    },
    /// The API has no such look-up.
    Absent,
}

/// What a probe has found out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// When.
    pub at: Timestamp,
    /// The payout it was made with.
    pub external_id: ExternalId,
    /// What a repeated key was answered.
    pub repeated_key: RepeatedKey,
    /// How many payouts the API showed under one id after that, where it could be asked.
    pub payouts: Option<u32>,
    /// How look-ups went.
    pub look_ups: LookUps,
}

impl Probe {
    /// Whether it has been shown that a key which comes a second time makes no second payout. An error alone proves it
    /// only together with a look-up that shows one payout.
    pub fn key_honoured(&self) -> bool {
        match (self.repeated_key, self.payouts) {
            (RepeatedKey::SecondPayout | RepeatedKey::Unclear, _) => false,
            (RepeatedKey::First | RepeatedKey::ErrorWithFirst, payouts) => {
                payouts.is_none_or(|count| count == 1)
            }
            (RepeatedKey::ErrorAlone, payouts) => payouts == Some(1),
        }
    }

    /// Whether it has been shown that a key which comes a second time makes a second payout.
    pub fn key_ignored(&self) -> bool {
        self.repeated_key == RepeatedKey::SecondPayout || self.payouts.is_some_and(|count| count > 1)
    }

    /// Whether it is so long ago that Flash may have changed since.
    pub fn is_old(&self, now: Timestamp) -> bool {
        !is_fresh(self.at, now)
    }

    /// How late look-ups were.
    pub fn late(&self) -> Option<jiff::SignedDuration> {
        match self.look_ups {
            LookUps::Work { late_ms } => {
                Some(jiff::SignedDuration::from_millis(i64::try_from(late_ms).unwrap_or(i64::MAX)))
            }
            LookUps::NotSeen { .. } | LookUps::Absent => None,
        }
    }
}
