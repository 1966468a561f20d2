//! The answers that each open question of the documentation might have; `options` asks the questions.

use std::str::FromStr;
use std::time::Duration;

/// What a second `createWithdrawal` or `createPayment` with a known `idempotencyKey` replies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RepeatedKey {
    /// `success: true` and the first object.
    #[default]
    ReturnsFirst,
    /// `success: false`, a code, and the first object.
    FailsWithObject,
    /// `success: false` and a code.
    FailsWithoutObject,
    /// An entry in `errors`.
    GraphqlError,
    /// Nothing special: it pays again.
    Ignored,
    /// The first object while the key is younger than this; later it pays again.
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

/// What moves an order from one status to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusStep {
    /// One step each time that this much time has passed since it was made.
    Every(Duration),
    /// The same, but what the payee's bank sends back it sends back this much later.
    Late {
        /// The time of one step.
        every: Duration,
        /// How much later a return comes.
        back: Duration,
    },
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

/// Whether the schema has the fields that its documentation does not show.
///
/// Names of types cannot be left out, whether documented or not; no request has to name the assumed ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Assumed {
    /// It has them.
    #[default]
    Present,
    /// It has none of them: introspection does not show them, and a request that uses one is invalid.
    Absent,
}

/// Whether `createWithdrawal` and `createPayment` take a `callbackUri`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CallbackUri {
    /// They do.
    #[default]
    Taken,
    /// The field does not exist: any request that uses it is invalid.
    Missing,
}

/// How `QuoteInput` spells its field; the documentation has both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TradableSpelling {
    /// `tradable`
    #[default]
    Tradable,
    /// `tradeable`
    Tradeable,
}

/// How often a tradable quote may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum QuoteUse {
    /// By any number of payments while it lives.
    #[default]
    Often,
    /// By one payment.
    Once,
}

/// Whether an order that the balance does not cover is declined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BalanceCheck {
    /// It is declined.
    #[default]
    On,
    /// It is made, and the balance falls below zero.
    Off,
}

/// Whether Confirmation of Payee answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PayeeConfirmation {
    /// It answers.
    #[default]
    On,
    /// The account may not use it: `COP_API_DISABLED`.
    Off,
}

/// A party in whose name the account may pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubClient {
    /// Flash's id.
    pub id: String,
    /// The whole name.
    pub full_name: String,
    /// The client's id.
    pub external_id: Option<String>,
    /// The BSB of its own account.
    pub bsb: String,
    /// The number of its own account.
    pub account_no: String,
    /// `ACTIVE`, or anything else: then it cannot pay.
    pub status: String,
}

impl SubClient {
    /// Two that can pay and one that cannot.
    pub(super) fn invented() -> Vec<Self> {
        let rows = [
            ("sub_00000001", "Harbour Example Pty Ltd", "SUB-1", "ACTIVE"),
            ("sub_00000002", "Orchard Example Pty Ltd", "SUB-2", "ACTIVE"),
            ("sub_00000003", "Closed Example Pty Ltd", "SUB-3", "INACTIVE"),
        ];
        let row = |(id, name, external_id, status): (&str, &str, &str, &str)| Self {
            id: id.to_owned(),
            full_name: name.to_owned(),
            external_id: Some(external_id.to_owned()),
            bsb: "370370".to_owned(),
            account_no: format!("9000{}", &id[id.len() - 4..]),
            status: status.to_owned(),
        };
        rows.map(row).into()
    }
}

/// What one order shows in place of what it would show by itself: what should never happen, and may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// This status, whatever came before; `ESCALATED` is a word that no documentation has.
    Status {
        /// The status.
        status: String,
        /// The reason of a cancellation.
        reject_code: Option<String>,
    },
    /// A cent more than it was made with.
    Amount,
    /// Nothing: it is not shown any more.
    Gone,
    /// An error in its place.
    Refused,
    /// An error in place of the whole answer that would have it.
    Spoils,
}

impl FromStr for Turn {
    type Err = String;

    /// Takes `gone`, `amount`, `refused`, `spoils`, or a status: `PENDING`, `CANCELLED:TECHNICAL_ISSUE`.
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "gone" => Ok(Self::Gone),
            "refused" => Ok(Self::Refused),
            "spoils" => Ok(Self::Spoils),
            "amount" => Ok(Self::Amount),
            _ => {
                let (status, code) = text.split_once(':').map_or((text, None), |(a, b)| (a, Some(b)));
                if status.is_empty() || !status.bytes().all(|byte| byte.is_ascii_uppercase()) {
                    return Err(format!(
                        "\"{text}\" is no turn: gone, amount, refused, spoils or a status such as REFUNDED"
                    ));
                }
                Ok(Self::Status { status: status.to_owned(), reject_code: code.map(str::to_owned) })
            }
        }
    }
}
