//! Why a run stopped early, as its journal keeps it and as it is told: without how to go on, which depends on when
//! somebody asks.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Currency;

/// Why a run stopped early.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stopped {
    /// The class of the reason, for programs.
    pub class: String,
    /// The reason in words.
    pub why: String,
    /// What it is about, a line each: balances, pairs, payees, remitters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
    /// The money that was missing, for programs; `lines` has it in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Missing>,
}

/// What a balance was short of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// The balance.
    pub currency: Currency,
    /// What was to leave it, as far as it was known.
    pub needed: Decimal,
    /// What was there, where Flash told.
    pub cleared: Option<Decimal>,
    /// What was not there.
    pub missing: Decimal,
}

impl Stopped {
    /// A reason without more to say of it.
    pub fn new(class: impl Into<String>, why: impl Into<String>) -> Self {
        Self { class: class.into(), why: why.into(), lines: Vec::new(), missing: Vec::new() }
    }
}
