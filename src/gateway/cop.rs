//! Confirmation of Payee: whose account the bank thinks it is.
//!
//! Each question may be billed, so that none is asked twice behind anybody's back: one exchange, and what comes of it is
//! said.

use serde::{Deserialize, Serialize};

use super::Gateway;
use super::classify::{self, shown};
use super::error::GatewayError;
use super::operations::{self, CONFIRM_PAYEE};
use super::reference::Offer;
use crate::domain::{AccountNumber, Bsb, Verdict};

/// What came of one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirmation {
    /// The bank has an opinion.
    Said(Verdict),
    /// No opinion this time: try another day.
    Unanswered {
        /// The API's code.
        code: String,
    },
    /// The account's limit is reached: ask nothing more today.
    LimitReached,
    /// The account may not ask.
    Disabled,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CopInput<'a> {
    account_id_type: &'static str,
    bsb: String,
    account_no: &'a str,
    account_name: &'a str,
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "confirmationOfPayee")]
    reply: Option<CopReply>,
}

#[derive(Deserialize)]
struct CopReply {
    code: Option<String>,
}

impl Gateway {
    /// Asks once whether an account is this name's.
    pub async fn confirm_payee(
        &self,
        bsb: Bsb,
        account: &AccountNumber,
        name: &str,
    ) -> Result<Offer<Confirmation>, GatewayError> {
        let input = CopInput {
            account_id_type: "BSB",
            bsb: bsb.digits(),
            account_no: account.digits(),
            account_name: name,
        };
        let body = operations::body(CONFIRM_PAYEE, &operations::Input { input });
        let slot = self.0.pace.slot().await?;
        let exchange = self.exchange(&slot, &body).await?;
        drop(slot);
        let answer = classify::reply(&exchange).and_then(|reply| reply.data::<Data>());
        Ok(match self.offered("confirmationOfPayee", answer).await? {
            Offer::Absent { why } => Offer::Absent { why },
            Offer::Given(data) => {
                let code = data.reply.and_then(|reply| reply.code).filter(|code| !code.is_empty());
                let code = code.ok_or_else(|| GatewayError::Unclear {
                    what: "a confirmation of payee without a code".to_owned(),
                })?;
                Offer::Given(confirmation(&code))
            }
        })
    }
}

/// What a code means. Total: the list may grow.
fn confirmation(code: &str) -> Confirmation {
    match code {
        "MATCH" => Confirmation::Said(Verdict::Match),
        "CLOSE_MATCH" => Confirmation::Said(Verdict::CloseMatch),
        "NOT_MATCH" => Confirmation::Said(Verdict::NotMatch),
        "ACCOUNT_CLOSED" => Confirmation::Said(Verdict::Closed),
        "ACCOUNT_NOT_FOUND" => Confirmation::Said(Verdict::NotFound),
        "COP_LIMIT_EXCEEDED" => Confirmation::LimitReached,
        "COP_API_DISABLED" => Confirmation::Disabled,
        other => Confirmation::Unanswered { code: shown(other) },
    }
}
