//! Asking banks, before anything is sent, whose accounts those of a file are. Advice: a row is held only where a person
//! has said for which answers.
//!
//! Each question may be billed. What was answered is on disk before the next one is asked, and is not asked again while
//! it is good.

use std::collections::{BTreeMap, HashSet};

use super::{Engine, EngineError, Prepared};
use crate::domain::plan_view::{BankWord, BankWords};
use crate::domain::{
    BankAccount, BlockOn, BookKey, KeptBank, Payout, Timestamp, Verdict, Verified, verify_key,
};
use crate::gateway::{BankAsked, Confirmation, GatewayError, Offer};
use crate::journal::{Checkpoint, Record};
use crate::plan::Decision;

/// What a person decides of a row that is held for what its bank says.
const NAMED: &str =
    "--block-on names that: make sure whose account it is and correct the row, or leave that word out";

/// Whose banks are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// Everybody's in the file.
    All,
    /// Theirs whom this run would pay; of those that are held for it, what is known is shown.
    ToPay,
}

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
    /// The account's bank as Flash names it, or why it names none. None: nobody has asked.
    pub bank: Option<String>,
    key: BookKey,
}

impl Questioned {
    /// Whether the bank is to be asked.
    pub fn is_open(&self) -> bool {
        self.verified.is_none() && self.unanswered.is_none()
    }

    fn can_be_verified(&self) -> bool {
        matches!(self.account, BankAccount::Bsb { .. })
    }

    /// Whether its bank has answered since then.
    pub fn was_verified_since(&self, since: Timestamp) -> bool {
        self.verified.is_some_and(|verified| verified.at >= since)
    }

    /// As plans and answers show it.
    pub fn word(&self) -> BankWord {
        let words = match (&self.verified, &self.unanswered) {
            (Some(verified), _) => verified.words(),
            (None, Some(why)) => why.clone(),
            (None, None) => "not asked".to_owned(),
        };
        BankWord {
            rows: self.rows.clone(),
            payee: self.name.clone(),
            account: self.account.to_string(),
            can_be_verified: self.can_be_verified(),
            verdict: self.verified.map(|verified| verified.verdict.name()),
            verified_at: self.verified.map(|verified| verified.at),
            words,
            bank: self.bank.clone(),
        }
    }
}

/// What is said of all of them, those first that a person should look at.
pub fn bank_words(payees: &[Questioned], stopped: Vec<String>) -> BankWords {
    let questions = payees.iter().filter(|payee| payee.is_open()).count();
    let mut sorted: Vec<&Questioned> = payees.iter().collect();
    // where the money would not reach the payee, or somebody else, first
    sorted.sort_by_key(|payee| match payee.verified.map(|verified| verified.verdict) {
        Some(Verdict::Closed) => 0,
        Some(Verdict::NotFound) => 1,
        Some(Verdict::NotMatch) => 2,
        Some(Verdict::CloseMatch) => 3,
        None if payee.can_be_verified() => 4,
        Some(Verdict::Match) => 5,
        None => 6,
    });
    let words: Vec<BankWord> = sorted.into_iter().map(Questioned::word).collect();
    let unverified = words.iter().filter(|word| word.is_unverified()).count() as u64;
    BankWords { questions: questions as u64, unverified, payees: words, stopped }
}

/// Why a row is held, where its payee's bank has said what holds it, or nothing. A payee without a BSB has no bank
/// that can be asked, and is not held for its silence.
pub(super) fn blocked(
    checkpoint: &Checkpoint,
    payout: &Payout,
    block_on: &[BlockOn],
    now: Timestamp,
) -> Result<Option<String>, EngineError> {
    if block_on.is_empty() {
        return Ok(None);
    }
    let verified = checkpoint.verified(key(payout))?.filter(|verified| verified.is_good(now));
    let holds = |said: Option<Verdict>| block_on.iter().any(|word| word.verdict() == said);
    Ok(match verified {
        Some(verified) if holds(Some(verified.verdict)) => Some(format!("{}; {NAMED}", verified.words())),
        None if holds(None) && matches!(payout.payee.account, BankAccount::Bsb { .. }) => {
            Some(format!("unverified: no bank has said whose account this is; {NAMED}"))
        }
        Some(_) | None => None,
    })
}

fn key(payout: &Payout) -> BookKey {
    verify_key(&payout.payee.account, &payout.payee.party.name.to_string())
}

/// The payees of a file in the order of its rows, with what is known of them.
pub fn payees_of(
    prepared: &Prepared,
    whom: Whom,
    checkpoint: &Checkpoint,
    now: Timestamp,
) -> Result<Vec<Questioned>, EngineError> {
    let mut payees: Vec<Questioned> = Vec::new();
    let mut places: BTreeMap<BookKey, usize> = BTreeMap::new();
    let paid = prepared.planned.iter().filter(|planned| planned.decision == Decision::Pay);
    let to_pay: HashSet<u32> =
        paid.map(|planned| planned.row).chain(prepared.blocked.iter().copied()).collect();
    for passed in prepared.spool.payouts()? {
        let payout = passed?.payout;
        if whom == Whom::ToPay && !to_pay.contains(&payout.row) {
            continue;
        }
        let key = key(&payout);
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
        payees.push(Questioned {
            rows: vec![payout.row],
            name: payout.payee.party.name.to_string(),
            account: payout.payee.account,
            verified,
            unanswered,
            bank: checkpoint.bank(key)?.filter(|kept| kept.is_good(now)).map(|kept| kept.bank.to_string()),
            key,
        });
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

/// Names the bank of each payee that has a BSB, a BIC or an IBAN and whose bank is not known yet. Gives a sentence where Flash names none.
pub async fn verify_banks(engine: &Engine, payees: &mut [Questioned]) -> Result<Option<String>, EngineError> {
    let asked: Vec<(usize, BankAsked)> = payees
        .iter()
        .enumerate()
        .filter(|(_, payee)| payee.bank.is_none())
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
    if questions.is_empty() {
        return Ok(None);
    }
    let banks = match engine.gateway.banks(&questions).await? {
        Offer::Given(banks) => banks,
        Offer::Absent { why } => return Ok(Some(why)),
    };
    let now = engine.clock.now();
    let mut records = Vec::new();
    for (place, bank) in places.into_iter().zip(banks) {
        let payee = &mut payees[place];
        payee.bank = Some(match bank {
            Ok(Some(bank)) => {
                let words = bank.to_string();
                records.push(Record::BankNamed { key: payee.key, bank: KeptBank { bank, at: now } });
                words
            }
            Ok(None) => "Flash knows no such bank".to_owned(),
            Err(why) => format!("no answer ({why})"),
        });
    }
    engine.journal.append(now, records).durable().await?;
    Ok(None)
}
