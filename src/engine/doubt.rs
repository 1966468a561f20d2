//! Settling doubt: what was sent without a clear answer is looked up, and only what is proven absent may be sent
//! again.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use jiff::SignedDuration;

use super::{Engine, EngineError, StopReason};
use crate::domain::money::plural;
use crate::domain::{Event, ExternalId, Fact, PayoutEntry, PayoutId, RunId, Sighting, Timestamp};
use crate::gateway::{WithdrawalLookUp, WithdrawalRecord};
use crate::plan::Step;

/// So many payouts are looked up in one request.
const IN_ONE_REQUEST: usize = 40;
/// Clocks may differ by this much when a creation window is paged.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(10);

/// After so many look-ups that proved nothing a person has to tell.
const BLIND_LOOKS: u32 = 20;
/// A wait longer than this is announced.
const LONG_WAIT: Duration = Duration::from_secs(5);

/// When payouts in doubt may be looked up, by a clock that nobody can set, and look-ups that proved nothing.
#[derive(Debug, Default)]
pub(super) struct Looks(HashMap<PayoutId, Look>);

#[derive(Debug)]
struct Look {
    /// When the wait is over, as the payout's life has it.
    due: Timestamp,
    /// The same by this process's own clock.
    at: Instant,
    blind: u32,
}

impl Looks {
    /// How long to wait until a payout may be looked up, whose wait is over at `due`. A wall clock that is set
    /// while we wait neither shortens nor lengthens it.
    fn wait(&mut self, id: PayoutId, due: Timestamp, now: Timestamp, longest: SignedDuration) -> Duration {
        let left = Duration::try_from(due.duration_since(now).min(longest)).unwrap_or_default();
        let look = self.0.entry(id).or_insert_with(|| Look { due, at: Instant::now() + left, blind: 0 });
        if look.due != due {
            *look = Look { due, at: Instant::now() + left, blind: 0 };
        }
        look.at.saturating_duration_since(Instant::now())
    }

    /// Notes a look-up that proved nothing. Says whether there were enough of them.
    fn was_blind(&mut self, id: PayoutId, pause: Duration) -> bool {
        let Some(look) = self.0.get_mut(&id) else { return false };
        look.blind += 1;
        look.at = Instant::now() + pause;
        look.blind >= BLIND_LOOKS
    }
}

impl Engine {
    /// Looks up every payout whose wait is over.
    pub(super) async fn look_pass(
        &self,
        run: RunId,
        looks: &mut Looks,
    ) -> Result<Option<StopReason>, EngineError> {
        let due = self.due(run, looks).await?;
        for group in due.chunks(IN_ONE_REQUEST) {
            if self.stop.is_asked() {
                return Ok(Some(StopReason::Asked));
            }
            let sightings = match self.sightings(group).await? {
                Ok(sightings) => sightings,
                Err(reason) => return Ok(Some(reason)),
            };
            let mut conflict = None;
            for (entry, sighting) in group.iter().zip(sightings) {
                let sighting = match sighting {
                    Some(sighting) => sighting,
                    None if looks.was_blind(entry.id, self.retry_after()) => Sighting::Unprovable {
                        why: "Flash's look-ups do not show payouts that Flash is known to have, so they prove nothing"
                            .to_owned(),
                    },
                    None => continue,
                };
                if let Sighting::Conflict { what } = &sighting {
                    conflict.get_or_insert(format!("row {}: {what}", entry.payout.row));
                }
                self.happened(&mut entry.clone(), Fact::LookedUp(sighting)).await?;
            }
            if let Some(what) = conflict {
                return Ok(Some(StopReason::Conflict(what)));
            }
        }
        Ok(None)
    }

    /// How long to wait before the next step of any open payout; none if no payout is open. While doubt is
    /// settled first, only payouts in doubt count.
    pub(super) fn until_next_step(
        &self,
        run: RunId,
        looks: &mut Looks,
        doubt_first: bool,
    ) -> Result<Option<Duration>, EngineError> {
        let now = self.clock.now();
        let mut soonest: Option<Duration> = None;
        let mut in_doubt = 0;
        for open in self.journal.checkpoint().open_payouts(run) {
            let entry = self.entry(open?.1)?;
            let wait = match self.next(&entry.life) {
                Step::LookUpAt(due) => {
                    in_doubt += 1;
                    looks.wait(entry.id, due, now, self.terms.policy.in_doubt_wait)
                }
                Step::Send | Step::SendAgain if doubt_first => continue,
                Step::Send | Step::SendAgain | Step::GiveUp(_) => Duration::ZERO,
                Step::Nothing => continue,
            };
            soonest = Some(soonest.map_or(wait, |soonest| soonest.min(wait)));
        }
        if let Some(wait) = soonest.filter(|wait| *wait > LONG_WAIT) {
            let payouts = plural(in_doubt, "payout");
            self.tell(&Event::Notice(&format!(
                "The answers to {payouts} were lost: looking them up at Flash in {} s. Nothing is sent twice.",
                wait.as_secs()
            )));
        }
        Ok(soonest)
    }

    /// Payouts to look up now; those that nothing can be done for are given up.
    async fn due(&self, run: RunId, looks: &mut Looks) -> Result<Vec<PayoutEntry>, EngineError> {
        let mut due = Vec::new();
        for open in self.journal.checkpoint().open_payouts(run) {
            let mut entry = self.entry(open?.1)?;
            match self.next(&entry.life) {
                Step::LookUpAt(at) => {
                    let longest = self.terms.policy.in_doubt_wait;
                    if looks.wait(entry.id, at, self.clock.now(), longest).is_zero() {
                        due.push(entry);
                    }
                }
                Step::GiveUp(why) => self.happened(&mut entry, Fact::GivenUp { why }).await?,
                Step::Nothing | Step::Send | Step::SendAgain => {}
            }
        }
        Ok(due)
    }

    /// Where a look-up could not prove itself, try again after this.
    fn retry_after(&self) -> Duration {
        Duration::try_from(self.terms.policy.in_doubt_wait).unwrap_or_default().min(Duration::from_secs(15))
    }

    /// What the API shows of each payout; none where the look-up proved nothing this time.
    async fn sightings(
        &self,
        group: &[PayoutEntry],
    ) -> Result<Result<Vec<Option<Sighting>>, StopReason>, EngineError> {
        let asked: HashSet<&ExternalId> = group.iter().map(|entry| &entry.external_id).collect();
        let mut canaries = self.journal.checkpoint().canaries()?.into_iter();
        let canary = canaries.find(|entry| !asked.contains(&entry.external_id));
        let ids: Vec<ExternalId> = group.iter().map(|entry| entry.external_id.clone()).collect();
        let found =
            self.gateway.find_withdrawals(&ids, canary.as_ref().map(|entry| &entry.external_id)).await;
        match found {
            Err(error) => Ok(Err(StopReason::Gateway(error))),
            Ok(WithdrawalLookUp::Found { payouts, canary_seen }) => {
                let nothing = match (&canary, canary_seen) {
                    (Some(_), true) => Some(Sighting::Absent),
                    (Some(_), false) => None,
                    (None, _) => Some(Sighting::AbsentWithoutCanary),
                };
                let seen = |entry: &PayoutEntry| {
                    let records = payouts.get(&entry.external_id)?;
                    sighting(entry, records).or_else(|| nothing.clone())
                };
                Ok(Ok(group.iter().map(seen).collect()))
            }
            Ok(WithdrawalLookUp::FilterUnusable { why }) => {
                self.sightings_in_window(group, canary.as_ref(), &why).await
            }
        }
    }

    /// Without a look-up by id: everything created around the sendings, matched here.
    async fn sightings_in_window(
        &self,
        group: &[PayoutEntry],
        canary: Option<&PayoutEntry>,
        why: &str,
    ) -> Result<Result<Vec<Option<Sighting>>, StopReason>, EngineError> {
        let known = self.known_at_the_api(group, canary)?;
        let sent = group.iter().chain(canary).filter_map(|entry| entry.life.first_sent).min();
        let sent = sent.unwrap_or_else(|| self.clock.now());
        let from = sent.saturating_sub(CLOCKS_DIFFER).unwrap_or_default();
        let to = self.clock.now().saturating_add(CLOCKS_DIFFER).unwrap_or_default();
        let records = match self.gateway.withdrawals_created(from, to).await {
            Ok(records) => records,
            Err(error) => return Ok(Err(StopReason::Gateway(error))),
        };
        let mut by_id: HashMap<&str, Vec<WithdrawalRecord>> = HashMap::new();
        for record in &records {
            if let Some(id) = &record.external_id {
                by_id.entry(id).or_default().push(record.clone());
            }
        }
        // one that is known and not shown means that the list is cut or late: it proves nothing of the others
        let mut inside = known.iter().filter(|(_, first_sent)| *first_sent >= Some(sent));
        let nothing = if known.is_empty() {
            let why = format!("Flash offers no look-up that could prove that it was not made ({why})");
            Some(Sighting::Unprovable { why })
        } else {
            inside.all(|(id, _)| by_id.contains_key(id.as_str())).then_some(Sighting::Absent)
        };
        let seen = |entry: &PayoutEntry| by_id.get(entry.external_id.as_str()).map_or(&[][..], Vec::as_slice);
        Ok(Ok(group.iter().map(|entry| sighting(entry, seen(entry)).or_else(|| nothing.clone())).collect()))
    }

    /// What the API has made under a payout's id since it was first sent, where it cannot be looked up by that id.
    pub(super) async fn created_since(
        &self,
        entry: &PayoutEntry,
    ) -> Result<Vec<WithdrawalRecord>, EngineError> {
        let now = self.clock.now();
        let sent = entry.life.first_sent.unwrap_or(now);
        let from = sent.saturating_sub(CLOCKS_DIFFER).unwrap_or_default();
        let to = now.saturating_add(CLOCKS_DIFFER).unwrap_or_default();
        let mut records = self.gateway.withdrawals_created(from, to).await?;
        records.retain(|record| record.external_id.as_deref() == Some(entry.external_id.as_str()));
        Ok(records)
    }

    /// Every payout of the run, and the canary, that the API is known to have, with the time of its sending.
    fn known_at_the_api(
        &self,
        group: &[PayoutEntry],
        canary: Option<&PayoutEntry>,
    ) -> Result<Vec<(ExternalId, Option<Timestamp>)>, EngineError> {
        let of = |entry: &PayoutEntry| (entry.external_id.clone(), entry.life.first_sent);
        let mut known: Vec<_> = canary.map(of).into_iter().collect();
        let Some(run) = group.first().map(|entry| entry.run) else { return Ok(known) };
        for entry in self.journal.checkpoint().own_payouts(run) {
            let entry = entry?;
            if entry.life.flash_id.is_some() {
                known.push(of(&entry));
            }
        }
        Ok(known)
    }
}

/// What the records that bear a payout's id say of it; none if there are none.
fn sighting(entry: &PayoutEntry, records: &[WithdrawalRecord]) -> Option<Sighting> {
    match records {
        [] => None,
        [record] => Some(match difference(entry, record) {
            None => Sighting::Made { flash_id: record.flash_id.clone(), status: record.status.clone() },
            Some(what) => Sighting::Conflict { what },
        }),
        [first, second, ..] => Some(Sighting::Conflict {
            what: format!(
                "Flash has {} payouts under the id {} ({} and {}): ask Flash to cancel what is too much",
                records.len(),
                entry.external_id,
                first.flash_id,
                second.flash_id
            ),
        }),
    }
}

/// How a payout at the API differs from ours in amount, currency or payee.
pub(super) fn difference(entry: &PayoutEntry, record: &WithdrawalRecord) -> Option<String> {
    let ours = &entry.payout;
    if record.money != Some(ours.money) {
        let theirs = record.money.map_or("no amount".to_owned(), |money| money.to_string());
        return Some(format!(
            "Flash's payout {} is {theirs}, this row asks for {}",
            record.flash_id, ours.money
        ));
    }
    match record.account.as_deref() {
        Some(theirs) if theirs == ours.payee.account.canonical() => None,
        Some(_) => Some(format!(
            "Flash's payout {} goes to another account than {} of this row",
            record.flash_id, ours.payee.account
        )),
        None => Some(format!("Flash's payout {} does not show which account it goes to", record.flash_id)),
    }
}
