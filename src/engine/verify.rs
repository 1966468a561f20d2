//! Asking banks, before anything is sent, whose accounts those of a file are. Advice: nothing is blocked here.
//!
//! Each question may be billed. What was answered is on disk before the next one is asked, and is not asked again while
//! it is good.

use std::collections::BTreeMap;

use super::{Engine, EngineError, Prepared};
use crate::domain::{BankAccount, BookKey, Timestamp, Verified, verify_key};
use crate::gateway::{BankAsked, BankNamed, Confirmation, GatewayError, Offer};
use crate::journal::{Checkpoint, Record};

/// A payee of a file: one account under one name, and the rows that pay it.
#[derive(Debug, Clone)]
pub struct Questioned {
    /// The rows.
    pub rows: Vec<u32>,
    /// The name.
    pub name: String,
    /// The account.
    pub account: BankAccount,
    /// What the bank says, where it has said something that is still good.
    pub verified: Option<Verified>,
    /// Why nothing can be said, where the bank was asked in vain or cannot be asked.
    pub unanswered: Option<String>,
    key: BookKey,
}

impl Questioned {
    /// Whether the bank is to be asked.
    pub fn is_open(&self) -> bool {
        self.verified.is_none() && self.unanswered.is_none()
    }
}

/// The payees of a file in the order of its rows, with what is known of them.
pub fn payees_of(
    prepared: &Prepared,
    checkpoint: &Checkpoint,
    now: Timestamp,
) -> Result<Vec<Questioned>, EngineError> {
    let mut payees: Vec<Questioned> = Vec::new();
    let mut places: BTreeMap<BookKey, usize> = BTreeMap::new();
    for passed in prepared.spool.payouts()? {
        let payout = passed?.payout;
        let name = payout.payee.party.name.to_string();
        let key = verify_key(&payout.payee.account, &name);
        if let Some(place) = places.get(&key) {
            payees[*place].rows.push(payout.row);
            continue;
        }
        places.insert(key, payees.len());
        let unanswered = match &payout.payee.account {
            BankAccount::Bsb { .. } => None,
            BankAccount::PayId { .. } | BankAccount::Abroad(_) => {
                Some("only accounts with a BSB can be verified".to_owned())
            }
        };
        let verified = checkpoint.verified(key)?.filter(|verified| verified.is_good(now));
        let account = payout.payee.account;
        payees.push(Questioned { rows: vec![payout.row], name, account, verified, unanswered, key });
    }
    Ok(payees)
}

/// Asks about every payee that is open. Gives a sentence where it had to stop before the end.
pub async fn verify_payees(
    engine: &Engine,
    payees: &mut [Questioned],
) -> Result<Option<String>, EngineError> {
    let mut asked = 0;
    for payee in payees.iter_mut().filter(|payee| payee.is_open()) {
        let BankAccount::Bsb { bsb, number } = &payee.account else { continue };
        if engine.stop.is_asked() {
            return Ok(Some("stopped as asked".to_owned()));
        }
        let said = match engine.gateway.confirm_payee(*bsb, number, &payee.name).await {
            Ok(Offer::Given(said)) => said,
            Ok(Offer::Absent { why }) => return Ok(Some(why)),
            Err(GatewayError::Unclear { what }) => Confirmation::Unanswered { code: what },
            Err(error) => return Err(error.into()),
        };
        match said {
            Confirmation::Said(verdict) => {
                let verified = Verified { verdict, at: engine.clock.now() };
                engine.write(Record::PayeeVerified { key: payee.key, verified }).await?;
                payee.verified = Some(verified);
                asked += 1;
            }
            Confirmation::Unanswered { code } => payee.unanswered = Some(format!("no answer ({code})")),
            Confirmation::LimitReached => {
                return Ok(Some(format!(
                    "Flash's limit of verifications is reached after {asked}; the others can be verified later"
                )));
            }
            Confirmation::Disabled => {
                return Ok(Some(
                    "verification of payees (Confirmation of Payee) is not enabled for this account: ask Flash".to_owned(),
                ));
            }
        }
    }
    Ok(None)
}

/// The bank of each payee that has a BSB, a BIC or an IBAN, by its place in the list.
pub async fn verify_banks(
    engine: &Engine,
    payees: &[Questioned],
) -> Result<Offer<BTreeMap<usize, Result<Option<BankNamed>, String>>>, EngineError> {
    let asked: Vec<(usize, BankAsked)> = payees
        .iter()
        .enumerate()
        .filter_map(|(at, payee)| {
            let bank = match &payee.account {
                BankAccount::Bsb { bsb, .. } => BankAsked::Bsb(bsb.digits()),
                BankAccount::PayId { .. } => return None,
                BankAccount::Abroad(account) if account.scheme() == crate::domain::Scheme::Iban => {
                    BankAsked::Iban(account.number().to_owned())
                }
                BankAccount::Abroad(account) => BankAsked::Bic(account.bic()?.to_string()),
            };
            Some((at, bank))
        })
        .collect();
    let (places, questions): (Vec<usize>, Vec<BankAsked>) = asked.into_iter().unzip();
    Ok(match engine.gateway.banks(&questions).await? {
        Offer::Given(banks) => Offer::Given(places.into_iter().zip(banks).collect()),
        Offer::Absent { why } => Offer::Absent { why },
    })
}
