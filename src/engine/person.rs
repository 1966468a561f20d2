//! What only a person can tell: whether a payout was made.

use super::sighting::{Absence, shown_difference};
use super::track::seen;
use super::{Engine, EngineError};
use crate::domain::answer::StatusMeaning;
use crate::domain::{
    Fact, PayoutEntry, PayoutState, RowEntry, RunId, RunState, Seen, Stopped, may_be_sent_again,
};
use crate::gateway::{PayoutLookUp, PayoutRecord, Shown};
use crate::journal::Record;

/// What a person says of a payout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It was made, under this id of the API's.
    Made(String),
    /// It was not made: it may be sent again, as a new attempt with a new key.
    NotMade,
}

/// A row that a person has settled.
#[derive(Debug)]
pub struct Settled {
    /// The payout as it stands now.
    pub entry: PayoutEntry,
    /// What the API did not show, so that it could not be compared.
    pub not_compared: Vec<&'static str>,
}

/// Records what a person says of one row, after checking at the API what can be checked.
pub async fn settle(
    engine: &Engine,
    run: RunId,
    row: u32,
    verdict: Verdict,
    reason: String,
) -> Result<Settled, EngineError> {
    let refuse = |why: String| Err(EngineError::Settle(why));
    let checkpoint = engine.journal.checkpoint();
    checkpoint.run(run)?.ok_or(EngineError::NoSuchRun(run))?;
    let Some(RowEntry::Own { id }) = checkpoint.row(run, row)? else {
        return refuse(format!(
            "row {row} is not a payout of run {run}; `payrun status {run}` lists its payouts"
        ));
    };
    let mut entry = engine.entry(id)?;
    if entry.run != run {
        return refuse(format!("row {row} belongs to run {} now: settle it there", entry.run));
    }
    let state = entry.life.state;
    let mut not_compared = Vec::new();
    let fact = match (verdict, state) {
        (Verdict::Made(flash_id), PayoutState::Attention | PayoutState::InDoubt | PayoutState::Sending) => {
            let (fact, unseen) = made(engine, &entry, flash_id, reason).await?;
            not_compared = unseen;
            fact
        }
        (Verdict::NotMade, PayoutState::InDoubt | PayoutState::Sending) => {
            return refuse(format!("row {row} is still in doubt: `payrun resume {run}` looks it up first"));
        }
        (Verdict::NotMade, PayoutState::Attention | PayoutState::Rejected) => {
            not_made(engine, &mut entry).await?;
            Fact::SettledNotMade { reason }
        }
        (_, state) => return refuse(format!("row {row} is {state}: there is nothing to settle")),
    };
    engine.happened(&mut entry, fact).await?;
    if entry.life.state.is_open() {
        // what else it waits for is not settled by this, nor why it had stopped
        let awaits = engine.journal.checkpoint().run(run)?.and_then(|(head, _)| head.awaits);
        let settled =
            || Stopped::new("settled", format!("row {row} is to be sent again, as a person has settled"));
        let stopped = Some(Box::new(engine.journal.checkpoint().stopped(run)?.unwrap_or_else(settled)));
        engine
            .write(Record::RunEnded { run, state: RunState::Stopped, awaits, stopped, untold: false })
            .await?;
    }
    Ok(Settled { entry, not_compared })
}

/// Whether a new attempt can be made: the API must not have this one, whatever a person believes, unless it has
/// cancelled it for a reason that allows another.
async fn not_made(engine: &Engine, entry: &mut PayoutEntry) -> Result<(), EngineError> {
    let refuse = |why: String| Err(EngineError::Settle(why));
    let (run, row) = (entry.run, entry.payout.row);
    if let Some(later) = engine.journal.checkpoint().payout(entry.id.corrected())? {
        return refuse(format!(
            "row {} of run {} has taken the place of row {row} since: sending row {row} again would pay it twice",
            later.payout.row, later.run
        ));
    }
    let first = entry.payout.marked.unwrap_or(entry.id);
    let corrections = engine.journal.checkpoint().marked(first)?;
    if let Some(other) = corrections.iter().find(|other| other.id != entry.id && other.life.keeps_its_place())
    {
        return refuse(format!(
            "row {} of run {} is another correction of the same row: sending row {row} again would pay it twice",
            other.payout.row, other.run
        ));
    }
    if let Some(flash_id) = entry.life.flash_id.clone() {
        let code = entry.life.status.as_ref().and_then(|status| status.reject_code.as_deref());
        return match entry.life.state {
            PayoutState::Rejected if may_be_sent_again(code) => {
                still_cancelled(engine, entry, &flash_id).await
            }
            PayoutState::Rejected => refuse(format!(
                "Flash cancelled row {row} as {flash_id} ({}), and only what is cancelled with TECHNICAL_ISSUE may be sent again",
                code.unwrap_or("without a reason")
            )),
            _ => refuse(format!("Flash has row {row} as {flash_id}: sending it again could pay it twice")),
        };
    }
    for other in engine.journal.checkpoint().overlapping(entry.overlap)? {
        let later = other.life.first_sent >= entry.life.first_sent || other.life.state.is_open();
        if other.id != entry.id && later && other.run > entry.run && other.life.state != PayoutState::Rejected
        {
            return refuse(format!(
                "row {} of run {} pays the same account, amount and reference since: sending row {row} again would pay it twice",
                other.payout.row, other.run
            ));
        }
    }
    let kind = entry.payout.kind();
    let ids = [entry.external_id.clone()];
    let mut canaries = engine.journal.checkpoint().canaries(kind)?.into_iter();
    let canary = canaries.find(|canary| canary.id != entry.id);
    let canary_id = canary.as_ref().map(|canary| &canary.external_id);
    let blind = || {
        refuse(format!(
            "Flash's look-ups do not show a payout that Flash is known to have, so that they do not show row {row} proves nothing; try again later, or ask Flash"
        ))
    };
    let found = match engine.gateway.find_payouts(kind, &ids, canary_id).await? {
        PayoutLookUp::Found { canary_seen: false, .. } if canary.is_some() => return blind(),
        PayoutLookUp::Found { mut payouts, .. } => payouts.remove(&entry.external_id),
        PayoutLookUp::FilterUnusable { why } => {
            let created = engine.created_around(std::slice::from_ref(entry), canary.as_ref(), &why).await?;
            match (created.of(entry), &created.absence) {
                ([], Absence::Blind) => return blind(),
                // where nothing can prove it, it is the person who says so
                (found, Absence::Proven | Absence::Blind | Absence::Unprovable(_)) => Some(found.to_vec()),
            }
        }
    };
    match found.as_deref() {
        None => refuse(format!("Flash did not say whether it has row {row}; try again later")),
        Some([]) => Ok(()),
        Some([found, ..]) => refuse(format!(
            "Flash has row {row} as {}: payrun settle {run} --row {row} --made {} --reason \"…\"",
            found.flash_id, found.flash_id
        )),
    }
}

/// Whether the API still shows as cancelled, for a reason that allows another, what it has shown so before. What it
/// shows instead is recorded.
async fn still_cancelled(
    engine: &Engine,
    entry: &mut PayoutEntry,
    flash_id: &str,
) -> Result<(), EngineError> {
    let refuse = |what: String| {
        let row = entry.payout.row;
        Err(EngineError::Settle(format!("Flash cancelled row {row} as {flash_id}, {what}")))
    };
    let shown = engine.gateway.payouts_by_id(entry.payout.kind(), &[flash_id.to_owned()]).await?.pop();
    let seen = match shown {
        Some(Shown::Payout(record)) => seen(entry, *record),
        Some(Shown::Refused(said)) => {
            return refuse(format!("and does not show it now: {said}; try again later"));
        }
        Some(Shown::Nothing) | None => None,
    };
    let Some(seen) = seen else {
        return refuse("and does not show it now; try again later, or ask Flash".to_owned());
    };
    let answer = match &seen {
        Seen::Status(status) if status.meaning == StatusMeaning::Cancelled => {
            let code = status.reject_code.as_deref();
            if may_be_sent_again(code) {
                return Ok(());
            }
            let code = code.unwrap_or("no reason");
            refuse(format!(
                "for TECHNICAL_ISSUE before and for {code} now: only the one allows another sending"
            ))
        }
        Seen::Status(status) => {
            let name = &status.name;
            refuse(format!(
                "and shows {name} now: sending it again could pay it twice; ask Flash which is true"
            ))
        }
        Seen::Differs(what) => refuse(format!("but {what}")),
    };
    if let Some(fact) = seen.news(&entry.life) {
        engine.happened(entry, fact).await?;
    }
    answer
}

/// Checks at the API that the payout named is this one. Where the API shows no account of it, our id on it must say so;
/// nothing that is shown may differ. Gives what was not shown, too.
async fn made(
    engine: &Engine,
    entry: &PayoutEntry,
    flash_id: String,
    reason: String,
) -> Result<(Fact, Vec<&'static str>), EngineError> {
    let kind = entry.payout.kind();
    let records = engine.gateway.payouts_by_id(kind, std::slice::from_ref(&flash_id)).await?;
    let Some(record) = records.into_iter().find_map(Shown::payout) else {
        return Err(EngineError::Settle(format!(
            "Flash has no payout {flash_id} among its {}s",
            kind.name()
        )));
    };
    let not_compared = compared(entry, &record).map_err(EngineError::Settle)?;
    for other in engine.journal.checkpoint().own_payouts(entry.run) {
        let other = other?;
        let is_same = other.payout.kind() == kind && other.life.flash_id.as_ref() == Some(&flash_id);
        if other.id != entry.id && is_same {
            let row = other.payout.row;
            return Err(EngineError::Settle(format!("Flash's payout {flash_id} is row {row}'s already")));
        }
    }
    Ok((Fact::SettledMade { flash_id, reason, status: record.status }, not_compared))
}

/// Whether a payout at the API is this one, and what it does not show of itself; `Err` says what differs.
fn compared(entry: &PayoutEntry, record: &PayoutRecord) -> Result<Vec<&'static str>, String> {
    if let Some(what) = shown_difference(entry, record) {
        return Err(what);
    }
    let flash_id = &record.flash_id;
    if let Some(other) = record.external_id.as_deref().filter(|id| *id != entry.external_id.as_str()) {
        return Err(format!("Flash's payout {flash_id} bears the id {other}, not {}", entry.external_id));
    }
    match (&record.account, &record.external_id) {
        (Some(_), _) => Ok(Vec::new()),
        (None, Some(_)) => Ok(vec!["account"]),
        (None, None) => Err(format!(
            "Flash's payout {flash_id} shows neither which account it goes to nor our id {}, so that nothing says that it is this row",
            entry.external_id
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Address, BankAccount, Currency, ExternalId, Life, Money, Party, PartyName, Payee, Payout, PayoutId,
    };
    use crate::gateway::Amounts;
    use rust_decimal::Decimal;

    fn entry() -> PayoutEntry {
        let address = Address { country: "AU".to_owned(), ..Address::default() };
        let name = PartyName::Company("Example".to_owned());
        let party = Party { name, email: None, mobile: None, dob: None, address };
        let account = BankAccount::Bsb {
            bsb: crate::domain::Bsb::new("062000").expect("a BSB"),
            number: crate::domain::AccountNumber::new("10000000").expect("a number"),
        };
        let payout = Payout {
            row: 2,
            payment_id: None,
            payee: Payee { payee_id: None, party, account, own_record: false },
            money: Money::new(Decimal::new(10_000, 2), Currency::AUD).expect("money"),
            conversion: None,
            reference: None,
            remitter: None,
            reason: None,
            sub_client_id: None,
            from_book: Vec::new(),
            marked: None,
        };
        PayoutEntry {
            id: PayoutId::of_row("scope", "label", &payout.row_digest(), 0),
            run: RunId(1),
            external_id: ExternalId::known("pr1"),
            overlap: payout.overlap_key(),
            payout,
            remitter: None,
            accepted: Vec::new(),
            like_earlier: None,
            life: Life::new(PayoutState::Attention, None),
        }
    }

    fn shown(entry: &PayoutEntry) -> PayoutRecord {
        PayoutRecord {
            flash_id: "w1".to_owned(),
            external_id: Some("pr1".to_owned()),
            amounts: Amounts::Withdrawal {
                amount: Some(entry.payout.money.amount()),
                currency: Some(Currency::AUD),
            },
            account: Some(entry.payout.payee.account.canonical()),
            status: None,
        }
    }

    #[test]
    fn a_payout_without_an_account_is_told_by_our_id_and_by_nothing_that_differs() {
        let entry = entry();
        let whole = shown(&entry);
        assert_eq!(compared(&entry, &whole), Ok(Vec::new()));
        let bare = PayoutRecord { account: None, ..whole.clone() };
        assert_eq!(compared(&entry, &bare), Ok(vec!["account"]));
        let other_amount = Amounts::Withdrawal { amount: Some(Decimal::ONE), currency: Some(Currency::AUD) };
        for differs in [
            PayoutRecord { external_id: None, ..bare.clone() },
            PayoutRecord { external_id: Some("pr2".to_owned()), ..bare.clone() },
            PayoutRecord { amounts: other_amount, ..bare },
            PayoutRecord { account: Some("BSB 062000 99999999".to_owned()), ..whole },
        ] {
            assert!(compared(&entry, &differs).is_err(), "{differs:?}");
        }
    }
}
