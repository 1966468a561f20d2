//! How a simulated Flash behaves.
//!
//! Where Flash's documentation leaves a question open, there is an option for each answer that it might have:
//! a client is right only if it copes with all of them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use rust_decimal::Decimal;

use super::faults::Fault;

/// What a second `createWithdrawal` with a known `idempotencyKey` replies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RepeatedKey {
    /// `success: true` and the first withdrawal.
    #[default]
    ReturnsFirst,
    /// `success: false`, a code, and the first withdrawal.
    FailsWithObject,
    /// `success: false` and a code.
    FailsWithoutObject,
    /// An entry in `errors`.
    GraphqlError,
    /// Nothing special: it pays again.
    Ignored,
    /// The first withdrawal while the key is younger than this; later it pays again.
    Forgets(Duration),
}

impl FromStr for RepeatedKey {
    type Err = String;

    /// Takes `returns_first`, `fails_with_object`, `fails_without_object`, `graphql_error` or `ignored`.
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "returns_first" => Ok(Self::ReturnsFirst),
            "fails_with_object" => Ok(Self::FailsWithObject),
            "fails_without_object" => Ok(Self::FailsWithoutObject),
            "graphql_error" => Ok(Self::GraphqlError),
            "ignored" => Ok(Self::Ignored),
            other => Err(format!(
                "\"{other}\" is no form of answer: returns_first, fails_with_object, fails_without_object, graphql_error or ignored"
            )),
        }
    }
}

/// What filtering a list by `externalId` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExternalIdFilter {
    /// It filters.
    #[default]
    Works,
    /// It is accepted, and everything is returned.
    Ignored,
    /// The field does not exist: any request that uses it is invalid.
    Missing,
}

impl FromStr for ExternalIdFilter {
    type Err = String;

    /// Takes `works`, `ignored` or `missing`.
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "works" => Ok(Self::Works),
            "ignored" => Ok(Self::Ignored),
            "missing" => Ok(Self::Missing),
            other => Err(format!("\"{other}\" is no filter: works, ignored or missing")),
        }
    }
}

/// How a call without a valid token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AuthStyle {
    /// HTTP 401.
    #[default]
    Http401,
    /// HTTP 200 and `errors[].extensions.code = "UNAUTHENTICATED"`.
    GraphqlError,
}

/// What moves a withdrawal from one status to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusStep {
    /// One step each time that this much time has passed since it was made.
    Every(Duration),
    /// One step each time that it has been looked at this often. Looks are not kept over a restart.
    Looks(u32),
}

/// The agreement that a login is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// Flash Payments in Australia, `FP_AUS`.
    Australia,
    /// Flash Payments in Luxembourg, `FP_LUX`.
    Luxembourg,
}

/// The one login that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The e-mail address.
    pub email: String,
    /// The password.
    pub password: String,
}

/// All of it. The default is a Flash without faults, quick enough for a demonstration.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where every object is written to and read back from at the start; `None` keeps them in memory alone.
    pub ledger: Option<PathBuf>,
    /// What a repeated `idempotencyKey` replies.
    pub repeated_key: RepeatedKey,
    /// `withdrawals(input: {externalId})`
    pub withdrawal_filter: ExternalIdFilter,
    /// `recipients(input: {externalId})` and `senders(input: {externalId})`
    pub party_filter: ExternalIdFilter,
    /// The faults in force from the start.
    pub faults: Vec<Fault>,
    /// How long every answer takes at least.
    pub latency: Duration,
    /// How long a token is good for.
    pub token_lifetime: Duration,
    /// The time between two logins below which the second is refused.
    pub login_interval: Duration,
    /// How a call without a valid token is refused.
    pub auth_style: AuthStyle,
    /// What moves a withdrawal on.
    pub status_step: StatusStep,
    /// The one login that is known; `None` accepts any that is not empty.
    pub credentials: Option<Credentials>,
    /// The account's agreements; with more than one, a login must name one.
    pub agreements: Vec<Agreement>,
    /// What each currency's balance held before the ledger's first withdrawal.
    pub balances: BTreeMap<String, Decimal>,
    /// The most objects in one list, the rest being left out in silence; `None` has no limit.
    pub max_items: Option<usize>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            ledger: None,
            repeated_key: RepeatedKey::default(),
            withdrawal_filter: ExternalIdFilter::default(),
            party_filter: ExternalIdFilter::default(),
            faults: Vec::new(),
            latency: Duration::ZERO,
            token_lifetime: Duration::from_secs(4 * 60 * 60),
            login_interval: Duration::from_secs(1),
            auth_style: AuthStyle::default(),
            status_step: StatusStep::Every(Duration::from_millis(50)),
            credentials: None,
            agreements: vec![Agreement::Australia],
            balances: BTreeMap::from([("AUD".to_owned(), Decimal::from(10_000_000))]),
            max_items: None,
        }
    }
}
