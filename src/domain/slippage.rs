//! How much worse a rate may be than the one that was agreed to, and what was agreed to.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Currency, Timestamp};

/// So many per cent more the same money may cost than at the rate that was agreed to. From 0 to less than 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slippage(Decimal);

/// What is no [`Slippage`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not a share like 0.5%, from 0% to less than 100%")]
pub struct NoSlippage;

impl Slippage {
    /// The per cent.
    pub fn percent(self) -> Decimal {
        self.0
    }
}

impl FromStr for Slippage {
    type Err = NoSlippage;

    /// Takes per cent with their sign: without it 0.5 could be half of it all.
    fn from_str(text: &str) -> Result<Self, NoSlippage> {
        let digits = text.trim().strip_suffix('%').ok_or(NoSlippage)?.trim_end();
        let percent = Decimal::from_str_exact(digits).map_err(|_| NoSlippage)?;
        let is_share = percent >= Decimal::ZERO && percent < Decimal::ONE_HUNDRED;
        if is_share { Ok(Self(percent.normalize())) } else { Err(NoSlippage) }
    }
}

impl TryFrom<String> for Slippage {
    type Error = NoSlippage;
    fn try_from(text: String) -> Result<Self, NoSlippage> {
        text.parse()
    }
}

impl From<Slippage> for String {
    fn from(slippage: Slippage) -> Self {
        format!("{}%", slippage.0)
    }
}

impl fmt::Display for Slippage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", self.0)
    }
}

/// A rate that a person has said yes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreedRate {
    /// The balance that pays.
    pub from: Currency,
    /// What payees get.
    pub to: Currency,
    /// So many units of `to` for one of `from`.
    pub rate: Decimal,
    /// Of when the rate is.
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_has_its_sign_and_leaves_something() {
        for (text, read) in [("0.5%", "0.5 %"), (" 1.50 % ", "1.5 %"), ("0%", "0 %"), ("99.9%", "99.9 %")] {
            assert_eq!(
                text.parse::<Slippage>().map(|share| share.to_string()),
                Ok(read.to_owned()),
                "{text}"
            );
        }
        for text in ["0.5", "", "%", "-1%", "100%", "half%", "0,5%", "1e1%"] {
            assert_eq!(text.parse::<Slippage>(), Err(NoSlippage), "{text}");
        }
    }

    #[test]
    fn it_reads_back_as_it_was_written() {
        let share: Slippage = "0.25%".parse().expect("a share");
        let json = serde_json::to_string(&share).expect("text");
        assert_eq!(json, r#""0.25%""#);
        assert_eq!(serde_json::from_str::<Slippage>(&json).expect("the same"), share);
    }
}
