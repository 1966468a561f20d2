//! Finding out, with one small payout, what nobody documents: what a repeated key answers, and how late look-ups are.
//!
//! The payout is a run of its own, recorded like any other before anything is sent. Its request goes out a second time
//! on purpose, and that too is on disk before.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rust_decimal::Decimal;

use super::{Engine, EngineError};
use crate::domain::{
    Accepted, Answer, Currency, ExternalId, Fact, FileDigest, Life, LookUps, Money, Overlaps, PartyMode,
    Payee, Payout, PayoutEntry, PayoutId, PayoutState, Probe, RepeatedKey, RunHead, RunId, RunState,
};
use crate::gateway::{Gateway, PayoutLookUp, PayoutRequest, RecipientBy, SenderBy};
use crate::journal::Record;

/// The first pause between two look-ups; the later ones are longer.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A second payout may be shown later than the first was.
const LATER: u32 = 2;

/// What a probe is made with.
#[derive(Debug, Clone)]
pub struct Probing {
    /// Who is paid.
    pub payee: Payee,
    /// How much.
    pub money: Money,
    /// The scope's name.
    pub scope: String,
    /// `simulator` or `uat`.
    pub environment: String,
}

/// What came of a probe.
#[derive(Debug)]
pub struct Probed {
    /// The run that it is recorded as.
    pub run: RunId,
    /// What it has found out.
    pub probe: Probe,
    /// What was seen of the second sending, for people.
    pub seen: String,
}

/// The amounts that a probe may be made with: it may be paid twice.
pub fn may_probe_with(money: Money) -> bool {
    money.currency() == Currency::AUD && money.amount() <= Decimal::ONE
}

/// Probes.
pub async fn probe(engine: &Engine, asked: &Probing) -> Result<Probed, EngineError> {
    let refuse = |why: String| Err(EngineError::Settle(why));
    if !may_probe_with(asked.money) || asked.environment == "production" {
        return refuse("a probe may pay twice: at most AUD 1.00, and never in production".to_owned());
    }
    engine.gateway.sign_in().await?;
    let mut entry = record(engine, asked).await?;
    let run = entry.run;
    let body = request(&entry);
    let pass = engine.gateway.pass().await?;
    let now = engine.clock.now();
    let intent = engine.journal.intent(now, &entry, || body.clone()).await?;
    entry.apply(&Fact::Intent { attempt: entry.life.attempt, kind: entry.payout.kind() }, now);
    let answer = engine.gateway.submit(pass, &intent).await;
    engine.happened(&mut entry, Fact::Answered(answer.clone())).await?;
    let Answer::Accepted { flash_id, .. } = answer else {
        let state = if entry.life.state.is_open() { RunState::Stopped } else { RunState::Finished };
        engine.write(Record::RunEnded { run, state, awaits: None, stopped: None, untold: false }).await?;
        let why = entry.life.why.clone().unwrap_or_default();
        return refuse(format!(
            "the probe's first payout, run {run}, is {} ({why}): nothing could be found out; if it is in doubt, payrun resume {run} settles it",
            entry.life.state
        ));
    };
    let look_ups = engine.look_ups(&entry).await?;
    let pass = engine.gateway.pass().await?;
    let intent = engine.journal.intent_of_probe(engine.clock.now(), &entry, body).await?;
    let repeated = engine.gateway.repeat(pass, &intent, &flash_id).await;
    let payouts = engine.payouts_of(&entry, look_ups).await?;
    let answered =
        if payouts.is_some_and(|count| count > 1) { RepeatedKey::SecondPayout } else { repeated.answer };
    let probe = Probe {
        at: engine.clock.now(),
        external_id: entry.external_id.clone(),
        repeated_key: answered,
        payouts,
        look_ups,
    };
    engine.write(Record::ProbeEnded(probe.clone())).await?;
    engine
        .write(Record::RunEnded {
            run,
            state: RunState::Finished,
            awaits: None,
            stopped: None,
            untold: false,
        })
        .await?;
    Ok(Probed { run, probe, seen: repeated.seen })
}

/// Records the payout as a run of its own.
async fn record(engine: &Engine, asked: &Probing) -> Result<PayoutEntry, EngineError> {
    let now = engine.clock.now();
    let runs = engine.journal.checkpoint().runs()?;
    let run = runs.last().map_or(RunId(1), |(head, _)| RunId(head.run.0 + 1));
    let payout = Payout {
        row: 1,
        payment_id: None,
        payee: asked.payee.clone(),
        money: asked.money,
        conversion: None,
        reference: Some("PAYRUN PROBE".to_owned()),
        remitter: None,
        reason: None,
        sub_client_id: None,
        from_book: Vec::new(),
        marked: None,
    };
    let label = format!("probe of {now}");
    let id = PayoutId::of_row(&asked.scope, &label, &payout.row_digest(), 0);
    let head = RunHead {
        run,
        digest: FileDigest::of_rows(vec![payout.row_digest()]),
        label,
        file: "doctor --probe".to_owned(),
        environment: asked.environment.clone(),
        opened_at: now,
        rows: 1,
        parties: PartyMode::Inline,
        overlaps: Overlaps::Repeat,
        remitter: "account".to_owned(),
        remitters: BTreeMap::new(),
        sheet: None,
        map: None,
        accepted: Accepted::default(),
        block_on: Vec::new(),
        bank_directory: None,
        plan: None,
        released: None,
        folder: None,
        answered: None,
        waits: false,
        max_slippage: None,
        rates: Vec::new(),
        awaits: None,
    };
    let entry = PayoutEntry {
        id,
        run,
        external_id: id.external_id(None),
        overlap: payout.overlap_key(),
        payout,
        remitter: None,
        accepted: Vec::new(),
        like_earlier: None,
        life: Life::new(PayoutState::Ready, None),
    };
    let planned = Record::PayoutPlanned {
        run,
        id,
        payout: Box::new(entry.payout.clone()),
        external_id: entry.external_id.clone(),
        overlap: entry.overlap,
        remitter: None,
        accepted: Vec::new(),
        like_earlier: None,
        life: entry.life.clone(),
    };
    let records = vec![Record::RunOpened(head), planned, Record::RunReady { run }];
    engine.journal.append(now, records).durable().await?;
    Ok(entry)
}

fn request(entry: &PayoutEntry) -> String {
    Gateway::payout_body(&PayoutRequest {
        deal: entry.payout.deal(),
        reference: entry.payout.reference.as_deref(),
        external_id: &entry.external_id,
        key: &entry.id.idempotency_key(entry.life.attempt),
        recipient: RecipientBy::Inline(&entry.payout.payee),
        sender: SenderBy::Account,
        sub_client_id: None,
        reason: None,
        source_of_funds: None,
        quote_id: None,
        callback_uri: None,
    })
}

impl Engine {
    /// Looks the payout up by its id until it is shown: up to thrice the wait that settling of doubt relies on.
    async fn look_ups(&self, entry: &PayoutEntry) -> Result<LookUps, EngineError> {
        let began = Instant::now();
        let wait = Duration::try_from(self.terms.policy.in_doubt_wait).unwrap_or_default() * 3;
        let mut pause = FIRST_PAUSE;
        loop {
            match self.shown(entry).await? {
                None => return Ok(LookUps::Absent),
                Some(0) if began.elapsed() > wait => {
                    return Ok(LookUps::NotSeen { waited_ms: milliseconds(began.elapsed()) });
                }
                Some(0) => tokio::time::sleep(pause).await,
                Some(_) => return Ok(LookUps::Work { late_ms: milliseconds(began.elapsed()) }),
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// How many payouts the API has under the probe's id, once a second one would be shown.
    async fn payouts_of(&self, entry: &PayoutEntry, look_ups: LookUps) -> Result<Option<u32>, EngineError> {
        match look_ups {
            LookUps::Work { late_ms } => {
                tokio::time::sleep(Duration::from_millis(late_ms) * LATER + FIRST_PAUSE).await;
                self.shown(entry).await
            }
            LookUps::NotSeen { .. } | LookUps::Absent => {
                let created = self.created_around(std::slice::from_ref(entry), None, "").await;
                // a window that does not even show the first payout says nothing of a second one
                let count =
                    created.ok().map(|created| u32::try_from(created.of(entry).len()).unwrap_or(u32::MAX));
                Ok(count.filter(|count| *count > 0))
            }
        }
    }

    /// How many payouts a look-up shows; none where the API has no look-up. An id that nobody has is asked for beside it:
    /// who shows the probe's payout under that too does not look at ids, which may not show by anything else.
    async fn shown(&self, entry: &PayoutEntry) -> Result<Option<u32>, EngineError> {
        let nobodys = ExternalId::known(format!("{}-none", entry.external_id));
        let ids = [entry.external_id.clone(), nobodys];
        Ok(match self.gateway.find_payouts(entry.payout.kind(), &ids, None).await? {
            PayoutLookUp::FilterUnusable { .. } => None,
            PayoutLookUp::Found { payouts, .. } => {
                let records = payouts.get(&entry.external_id).map_or(0, Vec::len);
                Some(u32::try_from(records).unwrap_or(u32::MAX))
            }
        })
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
