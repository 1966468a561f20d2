//! Settling doubt: what was sent without a clear answer is looked up, and only what is proven absent may be sent
//! again.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::{Engine, EngineError, StopReason};
use crate::domain::{ExternalId, Fact, PayoutEntry, PayoutId, RunId, Sighting, Timestamp};
use crate::gateway::{WithdrawalLookUp, WithdrawalRecord};
use crate::plan::Step;

/// So many payouts are looked up in one request.
const IN_ONE_REQUEST: usize = 40;
/// Clocks may differ by this much when a creation window is paged.
const CLOCKS_DIFFER: jiff::SignedDuration = jiff::SignedDuration::from_mins(10);

/// So many look-ups in a row may prove nothing before the run stops.
const BLIND_LOOKS: u32 = 20;

/// Look-ups that proved nothing, and when to try again.
#[derive(Debug, Default)]
pub(super) struct Looks {
    again_at: HashMap<PayoutId, Timestamp>,
    blind: u32,
}

impl Looks {
    fn not_before(&self, id: PayoutId, due: Timestamp) -> Timestamp {
        self.again_at.get(&id).map_or(due, |later| due.max(*later))
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
            let is_blind = sightings.iter().all(Option::is_none);
            looks.blind = if is_blind { looks.blind + 1 } else { 0 };
            if looks.blind >= BLIND_LOOKS {
                let what = "Flash's look-ups do not show a payout that Flash is known to have, so they prove nothing";
                return Ok(Some(StopReason::Unreliable(what.to_owned())));
            }
            let mut conflict = None;
            for (entry, sighting) in group.iter().zip(sightings) {
                let Some(sighting) = sighting else {
                    looks.again_at.insert(
                        entry.id,
                        self.clock.now().saturating_add(self.retry_after()).unwrap_or_default(),
                    );
                    continue;
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
        looks: &Looks,
        doubt_first: bool,
    ) -> Result<Option<Duration>, EngineError> {
        let now = self.clock.now();
        let mut soonest: Option<Timestamp> = None;
        for open in self.journal.checkpoint().open_payouts(run) {
            let entry = self.entry(open?.1)?;
            let at = match self.next(&entry.life) {
                Step::LookUpAt(due) => looks.not_before(entry.id, due),
                Step::Send | Step::SendAgain if doubt_first => continue,
                Step::Send | Step::SendAgain | Step::GiveUp(_) => now,
                Step::Nothing => continue,
            };
            soonest = Some(soonest.map_or(at, |soonest| soonest.min(at)));
        }
        Ok(soonest.map(|at| Duration::try_from(at.duration_since(now)).unwrap_or_default()))
    }

    /// Payouts to look up now; those that nothing can be done for are given up.
    async fn due(&self, run: RunId, looks: &Looks) -> Result<Vec<PayoutEntry>, EngineError> {
        let mut due = Vec::new();
        for open in self.journal.checkpoint().open_payouts(run) {
            let mut entry = self.entry(open?.1)?;
            match self.next(&entry.life) {
                Step::LookUpAt(at) if looks.not_before(entry.id, at) <= self.clock.now() => due.push(entry),
                Step::GiveUp(why) => self.happened(&mut entry, Fact::GivenUp { why }).await?,
                Step::LookUpAt(_) | Step::Nothing | Step::Send | Step::SendAgain => {}
            }
        }
        Ok(due)
    }

    /// Where a look-up could not prove itself, try again after this.
    fn retry_after(&self) -> jiff::SignedDuration {
        self.terms.policy.in_doubt_wait.min(jiff::SignedDuration::from_secs(15))
    }

    /// What the API shows of each payout; none where the look-up proved nothing this time.
    async fn sightings(
        &self,
        group: &[PayoutEntry],
    ) -> Result<Result<Vec<Option<Sighting>>, StopReason>, EngineError> {
        let asked: HashSet<&ExternalId> = group.iter().map(|entry| &entry.external_id).collect();
        let canary = self.journal.checkpoint().canary()?.filter(|entry| !asked.contains(&entry.external_id));
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
                let seen =
                    |entry: &PayoutEntry| payouts.get(&entry.external_id).map_or(&[][..], Vec::as_slice);
                Ok(Ok(group.iter().map(|entry| sighting(entry, seen(entry)).or(nothing.clone())).collect()))
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
        let sent = group.iter().chain(canary).filter_map(|entry| entry.life.first_sent).min();
        let from = sent.unwrap_or_else(|| self.clock.now()).saturating_sub(CLOCKS_DIFFER).unwrap_or_default();
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
        let canary_seen = canary.is_some_and(|entry| by_id.contains_key(entry.external_id.as_str()));
        let nothing = if canary_seen {
            Sighting::Absent
        } else {
            Sighting::Unprovable {
                why: format!("Flash offers no look-up that could prove that it was not made ({why})"),
            }
        };
        let seen = |entry: &PayoutEntry| by_id.get(entry.external_id.as_str()).map_or(&[][..], Vec::as_slice);
        Ok(Ok(group
            .iter()
            .map(|entry| Some(sighting(entry, seen(entry)).unwrap_or_else(|| nothing.clone())))
            .collect()))
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
    if record.account.as_deref() != Some(ours.payee.account.canonical().as_str()) {
        return Some(format!(
            "Flash's payout {} goes to another account than {} of this row",
            record.flash_id, ours.payee.account
        ));
    }
    None
}
