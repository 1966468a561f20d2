//! Remitters and payees at the API: found by our id, else created, one task for each id.
//!
//! What the API holds is read again in every run, since a record may have been edited meanwhile. Bank details that
//! differ from the file are never updated: that is how payroll is robbed. They are held, old and new shown. Of a payee's
//! date of birth and contact people are told: no money goes by them.
//!
//! A payee's record takes one currency. Where the same account is paid in another one, it gets a second record, but
//! only once the first has shown that the account is the payee's.

mod compare;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Duration;

use tokio::task::JoinSet;

use compare::{compared, is_shown};

use super::{Engine, EngineError, StopReason};
use crate::domain::{
    Currency, Event, ExternalId, Fact, Payee, Payout, PayoutId, PayoutState, Remitter, RunHead, Stage,
    first_of,
};
use crate::gateway::{Created, PartyField, PartyLookUp, PartyRecord};
use crate::journal::Record;

/// So many parties are looked up in one request.
const IN_ONE_REQUEST: usize = 40;
/// So often a party is created whose creation is in doubt and which does not appear.
const MOST_CREATIONS: u32 = 4;

/// The API's ids of the parties of a run.
#[derive(Debug, Default)]
pub(super) struct Parties {
    /// By our id of the payee and what is delivered.
    pub payees: HashMap<PayeeKey, String>,
    pub remitters: HashMap<ExternalId, String>,
}

/// A payee by our id of it and the currency that it gets.
pub(super) type PayeeKey = (ExternalId, Currency);

/// A party's record at the API.
struct At {
    flash_id: String,
    /// What it takes, where the API says so.
    currency: Option<Currency>,
    /// What the API shows otherwise of a payee than the file.
    differs: Vec<PartyField>,
}

impl At {
    fn takes(&self, currency: Currency) -> bool {
        self.currency.is_none_or(|takes| takes == currency)
    }
}

/// What became of one party.
enum Settled {
    At(At),
    /// Why a person must look at it.
    Held(String),
    Stop(StopReason),
}

/// A party to be settled.
#[derive(Clone)]
enum Wanted {
    Remitter(Box<Remitter>),
    Payee(Box<Payee>, Currency),
}

impl Engine {
    /// Settles every party that an open payout of the run needs.
    pub(super) async fn settle_parties(
        &self,
        head: &RunHead,
    ) -> Result<Result<Parties, StopReason>, EngineError> {
        let (payees, remitters) = self.wanted(head)?;
        self.begin(Stage::Parties, (payees.len() + remitters.len()) as u64);
        let settled = self.settle_all(head, payees, &remitters).await;
        self.tell(&Event::End { stage: Stage::Parties });
        settled
    }

    async fn settle_all(
        &self,
        head: &RunHead,
        payees: BTreeMap<PayeeKey, PayoutId>,
        remitters: &BTreeSet<ExternalId>,
    ) -> Result<Result<Parties, StopReason>, EngineError> {
        let remitters: Vec<_> = head
            .remitters
            .iter()
            .filter(|(id, _)| remitters.contains(id))
            .map(|(id, remitter)| (id.clone(), Wanted::Remitter(Box::new(remitter.clone()))))
            .collect();
        let mut parties = Parties::default();
        let mut held = BTreeMap::new();
        let mut at = HashMap::new();
        for group in remitters.chunks(IN_ONE_REQUEST) {
            if let Some(reason) = self.clone().group(head, group.to_vec(), &mut at, &mut held).await? {
                return Ok(Err(reason));
            }
        }
        let mut payees = payees;
        if !held.is_empty() {
            if let Some(stop) = self.without(head, &held).await? {
                return Ok(Err(stop));
            }
            held.clear();
            payees = self.wanted(head)?.0;
        }
        parties.remitters = at.drain().map(|(id, at)| (id, at.flash_id)).collect();
        let mut firsts: Vec<_> = payees.iter().map(|((id, _), payout)| (id.clone(), *payout)).collect();
        firsts.dedup_by(|second, first| second.0 == first.0);
        if let Some(reason) = self.settle_payees(head, &firsts, &mut at, &mut held).await? {
            return Ok(Err(reason));
        }
        self.tell_of_differing(&firsts, &at)?;
        // the records are there, with the right accounts: now each currency, by the record that takes it
        let mut others = Vec::new();
        let mut keys = HashMap::new();
        let told: HashSet<PayoutId> = firsts.iter().map(|(_, payout)| *payout).collect();
        for ((id, currency), payout) in payees {
            let known = at.get(&id);
            if !told.contains(&payout) && known.is_none_or(|record| record.takes(currency)) {
                self.tell(&Event::Step { stage: Stage::Parties, count: 1 }); // nothing is left to do for it
            }
            match known {
                Some(record) if record.takes(currency) => {
                    parties.payees.insert((id, currency), record.flash_id.clone());
                }
                Some(_) => {
                    let own = self.entry(payout)?.payout.payee.external_id_in(currency);
                    keys.insert(own.clone(), (id, currency));
                    others.push((own, payout));
                }
                None => {} // held
            }
        }
        let mut at = HashMap::new();
        if let Some(reason) = self.settle_payees(head, &others, &mut at, &mut held).await? {
            return Ok(Err(reason));
        }
        for (own, key) in keys {
            match at.remove(&own) {
                Some(record) if record.takes(key.1) => {
                    parties.payees.insert(key, record.flash_id);
                }
                Some(record) => {
                    let takes = record.currency.map_or(String::new(), |takes| takes.to_string());
                    let why = format!(
                        "Flash's record {} of this payee was made by payrun for {}, and takes {takes} now: ask Flash who changed it, and have it put back",
                        record.flash_id, key.1
                    );
                    held.insert(own, why);
                }
                None => {} // held
            }
        }
        if held.is_empty() {
            return Ok(Ok(parties));
        }
        if !self.terms.skip_held {
            return Ok(Err(StopReason::Held(self.with_rows(head, &held)?)));
        }
        self.hold(head, &held).await?;
        Ok(Ok(parties))
    }

    /// Leaves out the rows of remitters that cannot be used, where that was asked for and others are left.
    async fn without(
        &self,
        head: &RunHead,
        held: &BTreeMap<ExternalId, String>,
    ) -> Result<Option<StopReason>, EngineError> {
        let (mut theirs, mut others) = (Vec::new(), false);
        for open in self.journal.checkpoint().open_payouts(head.run) {
            let entry = self.entry(open?.1)?;
            match entry.remitter.as_ref().and_then(|remitter| held.get(remitter)) {
                Some(why) => theirs.push((entry, why)),
                None => others = true,
            }
        }
        if !others || !self.terms.skip_held {
            let why = held.values().cloned().collect();
            return Ok(Some(StopReason::Remitters { why, others }));
        }
        for (mut entry, why) in theirs {
            if entry.life.state == PayoutState::Ready {
                self.happened(&mut entry, Fact::Held { why: why.clone() }).await?;
            }
        }
        Ok(None)
    }

    /// Settles payees, each by one of its payouts.
    async fn settle_payees(
        &self,
        head: &RunHead,
        payees: &[(ExternalId, PayoutId)],
        at: &mut HashMap<ExternalId, At>,
        held: &mut BTreeMap<ExternalId, String>,
    ) -> Result<Option<StopReason>, EngineError> {
        for piece in payees.chunks(IN_ONE_REQUEST) {
            let mut group = Vec::new();
            for (id, payout) in piece {
                let payout = self.entry(*payout)?.payout;
                let currency = payout.delivered();
                group.push((id.clone(), Wanted::Payee(Box::new(payout.payee), currency)));
            }
            if self.stop.is_asked() {
                return Ok(Some(StopReason::Asked));
            }
            if let Some(reason) = self.clone().group(head, group, at, held).await? {
                return Ok(Some(reason));
            }
        }
        Ok(None)
    }

    /// Tells of payees whose records at the API have other contacts than the file: they stay as they are.
    fn tell_of_differing(
        &self,
        payees: &[(ExternalId, PayoutId)],
        at: &HashMap<ExternalId, At>,
    ) -> Result<(), EngineError> {
        let mut told = Vec::new();
        let differing = payees.iter().filter_map(|(id, payout)| Some((payout, &at.get(id)?.differs)));
        for (payout, fields) in differing.filter(|(_, fields)| !fields.is_empty()) {
            let payout = self.entry(*payout)?.payout;
            let fields: Vec<&str> = fields.iter().map(|field| field.words()).collect();
            told.push(format!("row {}, {} ({})", payout.row, payout.payee.party.name, fields.join(", ")));
        }
        if !told.is_empty() {
            let notice = format!(
                "Flash's records of payees say otherwise than the file, and stay as they are: {}. Correct what is wrong, the file or the record in Flash's portal",
                first_of(&told)
            );
            self.tell(&Event::Notice(&notice));
        }
        Ok(())
    }

    /// Why payees are held, each with the rows that pay them.
    fn with_rows(
        &self,
        head: &RunHead,
        held: &BTreeMap<ExternalId, String>,
    ) -> Result<Vec<String>, EngineError> {
        let mut rows: BTreeMap<ExternalId, Vec<u32>> = BTreeMap::new();
        for open in self.journal.checkpoint().open_payouts(head.run) {
            let (row, id) = open?;
            if let Some((payee, _)) = held_payee(held, &self.entry(id)?.payout) {
                rows.entry(payee).or_default().push(row);
            }
        }
        let said = |(id, why): (&ExternalId, &String)| {
            let rows = rows.get(id).map_or(&[][..], Vec::as_slice);
            let shown: Vec<String> = rows.iter().take(5).map(u32::to_string).collect();
            let more = if rows.len() > shown.len() { ", …" } else { "" };
            let word = if rows.len() == 1 { "row" } else { "rows" };
            format!("{word} {}{more}: {why}", shown.join(", "))
        };
        Ok(held.iter().map(said).collect())
    }

    /// The payees of payouts that may still be sent, in each currency, each with one of its payouts; and their
    /// remitters. One that only rows name which are not sent is not made at the API.
    fn wanted(
        &self,
        head: &RunHead,
    ) -> Result<(BTreeMap<PayeeKey, PayoutId>, BTreeSet<ExternalId>), EngineError> {
        let (mut payees, mut remitters) = (BTreeMap::new(), BTreeSet::new());
        for open in self.journal.checkpoint().open_payouts(head.run) {
            let entry = self.entry(open?.1)?;
            let key = (entry.payout.payee.external_id(), entry.payout.delivered());
            payees.entry(key).or_insert(entry.id);
            remitters.extend(entry.remitter);
        }
        Ok((payees, remitters))
    }

    /// One look-up for the whole group, then one task for each party that is not there yet.
    async fn group(
        self,
        head: &RunHead,
        group: Vec<(ExternalId, Wanted)>,
        settled: &mut HashMap<ExternalId, At>,
        held: &mut BTreeMap<ExternalId, String>,
    ) -> Result<Option<StopReason>, EngineError> {
        let mut found = match self.find(&group).await {
            Ok(found) => found,
            Err(reason) => return Ok(Some(reason)),
        };
        let mut tasks = JoinSet::new();
        for (id, wanted) in group {
            let engine = self.clone();
            let there = found.remove(&id).unwrap_or_default();
            tasks.spawn(async move {
                let (outcome, created) = engine.settle_one(&id, &wanted, there).await;
                // a record that takes another currency is not the end of it
                let is_over = match (&wanted, &outcome) {
                    (Wanted::Payee(_, currency), Settled::At(at)) => at.takes(*currency),
                    (Wanted::Payee(..) | Wanted::Remitter(_), _) => true,
                };
                (id, outcome, created, is_over)
            });
        }
        let mut stop = None;
        let mut records = Vec::new();
        while let Some(task) = tasks.join_next().await {
            let (id, outcome, created, is_over) = match task {
                Ok(done) => done,
                Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                Err(_) => continue, // the runtime is shutting down
            };
            match outcome {
                Settled::At(at) => {
                    records.push(Record::PartySettled {
                        run: head.run,
                        external_id: id.clone(),
                        flash_id: at.flash_id.clone(),
                        created,
                    });
                    settled.insert(id, at);
                }
                Settled::Held(why) => drop(held.insert(id, why)),
                Settled::Stop(reason) => drop(stop.get_or_insert(reason)),
            }
            if is_over {
                self.tell(&Event::Step { stage: Stage::Parties, count: 1 });
            }
        }
        if !records.is_empty() {
            self.journal.append(self.clock.now(), records).durable().await?;
        }
        Ok(stop)
    }

    async fn find(
        &self,
        group: &[(ExternalId, Wanted)],
    ) -> Result<HashMap<ExternalId, Vec<PartyRecord>>, StopReason> {
        let ids: Vec<ExternalId> = group.iter().map(|(id, _)| id.clone()).collect();
        let looked = match group.first() {
            Some((_, Wanted::Payee(..))) => self.gateway.find_recipients(&ids).await,
            Some((_, Wanted::Remitter(_))) => self.gateway.find_senders(&ids).await,
            None => return Ok(HashMap::new()),
        };
        match looked {
            Ok(PartyLookUp::Found(found)) => Ok(found),
            Ok(PartyLookUp::FilterUnusable { why }) => Err(StopReason::NoLookUp { why }),
            Err(error) => Err(StopReason::Gateway(error)),
        }
    }

    /// Found, or created; says whether it was created.
    async fn settle_one(&self, id: &ExternalId, wanted: &Wanted, there: Vec<PartyRecord>) -> (Settled, bool) {
        let mut there = there;
        for round in 0..=MOST_CREATIONS {
            if let Some(oldest) = there.first() {
                return (compared(wanted, oldest), round > 0);
            }
            if round == MOST_CREATIONS {
                break;
            }
            if self.stop.is_asked() {
                return (Settled::Stop(StopReason::Asked), false);
            }
            match self.create(id, wanted).await {
                Created::Made(record) if is_shown(wanted, &record) => {
                    return (compared(wanted, &record), true);
                }
                Created::Made(_) => {} // looked up below, with everything that is compared
                Created::Declined { code, message } => {
                    return (
                        Settled::Held(format!("Flash did not accept {}: {code} {message}", who(wanted))),
                        false,
                    );
                }
                Created::Failed(error) => return (Settled::Stop(StopReason::Gateway(error)), false),
                Created::InDoubt { .. } => {
                    let wait = Duration::try_from(self.terms.policy.in_doubt_wait).unwrap_or_default();
                    self.stop.sleep(wait).await;
                }
                Created::NotSent { .. } => drop(self.stop.sleep(Duration::from_millis(200 << round)).await),
            }
            there = match self.find(&[(id.clone(), wanted.clone())]).await {
                Ok(mut found) => found.remove(id).unwrap_or_default(),
                Err(reason) => return (Settled::Stop(reason), false),
            };
        }
        let what = format!("Flash gave no clear answer to creating {}", who(wanted));
        (Settled::Stop(StopReason::Unreliable(what)), false)
    }

    async fn create(&self, id: &ExternalId, wanted: &Wanted) -> Created {
        match wanted {
            Wanted::Remitter(remitter) => self.gateway.create_sender(id, remitter).await,
            Wanted::Payee(payee, currency) => self.gateway.create_recipient(id, payee, *currency).await,
        }
    }

    /// Holds every open payout of these payees.
    async fn hold(&self, head: &RunHead, held: &BTreeMap<ExternalId, String>) -> Result<(), EngineError> {
        for open in self.journal.checkpoint().open_payouts(head.run) {
            let mut entry = self.entry(open?.1)?;
            let why = held_payee(held, &entry.payout).map(|(_, why)| why.clone());
            if let (Some(why), PayoutState::Ready) = (why, entry.life.state) {
                self.happened(&mut entry, Fact::Held { why }).await?;
            }
        }
        Ok(())
    }
}

/// Under which id the payee of a payout is held, if it is, and why: as such, or in the payout's currency.
fn held_payee<'a>(
    held: &'a BTreeMap<ExternalId, String>,
    payout: &Payout,
) -> Option<(ExternalId, &'a String)> {
    let payee = &payout.payee;
    let of = |id: ExternalId| held.get(&id).map(|why| (id, why));
    of(payee.external_id()).or_else(|| of(payee.external_id_in(payout.delivered())))
}

fn who(wanted: &Wanted) -> String {
    match wanted {
        Wanted::Remitter(remitter) => format!("the remitter {}", remitter.party.name),
        Wanted::Payee(payee, _) => format!("the payee {}", payee.party.name),
    }
}
