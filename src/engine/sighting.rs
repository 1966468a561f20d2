//! What the API shows of payouts in doubt, and what that proves.
//!
//! Payouts of one kind at a time: the look-up of payments shows no withdrawals, so that what proves the one proves
//! nothing of the other. What was made is believed at once; that nothing was made only a look-up proves that also
//! shows what is known to exist.

use std::collections::{HashMap, HashSet};

use jiff::SignedDuration;

use super::{Engine, EngineError, StopReason};
use crate::domain::{ExternalId, Kind, PayoutEntry, Sighting, Timestamp};
use crate::gateway::{PayoutLookUp, PayoutRecord};

/// Clocks may differ by this much when a creation window is read.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(10);

/// What was created around the sending of some payouts.
pub(super) struct Created {
    by_id: HashMap<String, Vec<PayoutRecord>>,
    /// What it says of a payout that it does not show.
    pub absence: Absence,
}

/// What it says of a payout that a creation window does not show it.
#[derive(Debug, Clone)]
pub(super) enum Absence {
    /// It shows everything that is known to exist: what it does not show was not made.
    Proven,
    /// Something is known to exist that it does not show: it is cut or late, and proves nothing this time.
    Blind,
    /// It can never prove anything.
    Unprovable(String),
}

impl Created {
    /// What bears a payout's id.
    pub(super) fn of(&self, entry: &PayoutEntry) -> &[PayoutRecord] {
        self.by_id.get(entry.external_id.as_str()).map_or(&[][..], Vec::as_slice)
    }
}

impl Engine {
    /// What the API shows of each payout, all of one kind; none where the look-up proved nothing this time.
    pub(super) async fn sightings(
        &self,
        group: &[PayoutEntry],
    ) -> Result<Result<Vec<Option<Sighting>>, StopReason>, EngineError> {
        let Some(kind) = group.first().map(|entry| entry.payout.kind()) else { return Ok(Ok(Vec::new())) };
        let asked: HashSet<&ExternalId> = group.iter().map(|entry| &entry.external_id).collect();
        let mut canaries = self.journal.checkpoint().canaries(kind)?.into_iter();
        let canary = canaries.find(|entry| !asked.contains(&entry.external_id));
        let ids: Vec<ExternalId> = group.iter().map(|entry| entry.external_id.clone()).collect();
        let found =
            self.gateway.find_payouts(kind, &ids, canary.as_ref().map(|entry| &entry.external_id)).await;
        match found {
            Err(error) => Ok(Err(StopReason::Gateway(error))),
            Ok(PayoutLookUp::Found { payouts, canary_seen }) => {
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
            Ok(PayoutLookUp::FilterUnusable { why }) => {
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
        let created = match self.created_around(group, canary, why).await {
            Ok(created) => created,
            Err(EngineError::Gateway(error)) => return Ok(Err(StopReason::Gateway(error))),
            Err(error) => return Err(error),
        };
        let nothing = match &created.absence {
            Absence::Proven => Some(Sighting::Absent),
            Absence::Blind => None,
            Absence::Unprovable(why) => Some(Sighting::Unprovable { why: why.clone() }),
        };
        let seen = |entry: &PayoutEntry| sighting(entry, created.of(entry)).or_else(|| nothing.clone());
        Ok(Ok(group.iter().map(seen).collect()))
    }

    /// What the API has created since payouts of one kind were first sent. `why` they cannot be looked up by their ids.
    pub(super) async fn created_around(
        &self,
        group: &[PayoutEntry],
        canary: Option<&PayoutEntry>,
        why: &str,
    ) -> Result<Created, EngineError> {
        let kind = group.first().map_or(Kind::Withdrawal, |entry| entry.payout.kind());
        let known = self.known_at_the_api(group, kind, canary)?;
        let now = self.clock.now();
        let sent = group.iter().chain(canary).filter_map(|entry| entry.life.first_sent).min().unwrap_or(now);
        let from = sent.saturating_sub(CLOCKS_DIFFER).unwrap_or_default();
        let to = now.saturating_add(CLOCKS_DIFFER).unwrap_or_default();
        let window = self.gateway.payouts_created(kind, from, to).await?;
        let mut by_id: HashMap<String, Vec<PayoutRecord>> = HashMap::new();
        for record in window.records {
            if let Some(id) = record.external_id.clone() {
                by_id.entry(id).or_default().push(record);
            }
        }
        let never = |why: &str| {
            Absence::Unprovable(format!(
                "Flash offers no look-up that could prove that it was not made ({why})"
            ))
        };
        let mut inside = known.iter().filter(|(_, first_sent)| *first_sent >= Some(sent));
        let absence = match window.unbounded {
            Some(unbounded) => never(&format!("{why}, and {unbounded}")),
            None if known.is_empty() => never(why),
            None if inside.all(|(id, _)| by_id.contains_key(id.as_str())) => Absence::Proven,
            None => Absence::Blind,
        };
        Ok(Created { by_id, absence })
    }

    /// Every payout of the run and the kind, and the canary, that the API is known to have, with the time of its
    /// sending.
    fn known_at_the_api(
        &self,
        group: &[PayoutEntry],
        kind: Kind,
        canary: Option<&PayoutEntry>,
    ) -> Result<Vec<(ExternalId, Option<Timestamp>)>, EngineError> {
        let of = |entry: &PayoutEntry| (entry.external_id.clone(), entry.life.first_sent);
        let mut known: Vec<_> = canary.map(of).into_iter().collect();
        let Some(run) = group.first().map(|entry| entry.run) else { return Ok(known) };
        for entry in self.journal.checkpoint().own_payouts(run) {
            let entry = entry?;
            if entry.life.flash_id.is_some() && entry.payout.kind() == kind {
                known.push(of(&entry));
            }
        }
        Ok(known)
    }
}

/// What the records that bear a payout's id say of it; none if there are none.
fn sighting(entry: &PayoutEntry, records: &[PayoutRecord]) -> Option<Sighting> {
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

/// How a payout at the API differs from ours in what it shows of its amounts, its currencies and its payee's account.
pub(super) fn shown_difference(entry: &PayoutEntry, record: &PayoutRecord) -> Option<String> {
    let deal = entry.payout.deal();
    if !record.amounts.echo(&deal) {
        return Some(format!(
            "Flash's payout {} is {}, this row asks for {deal}",
            record.flash_id, record.amounts
        ));
    }
    difference_of_account(entry, record)
}

/// The same, and that it does not show whose account it goes to: where nobody looks, that is a difference.
fn difference(entry: &PayoutEntry, record: &PayoutRecord) -> Option<String> {
    shown_difference(entry, record).or_else(|| {
        record
            .account
            .is_none()
            .then(|| format!("Flash's payout {} does not show which account it goes to", record.flash_id))
    })
}

/// How the account that a payout at the API goes to differs from ours, where it is shown.
fn difference_of_account(entry: &PayoutEntry, record: &PayoutRecord) -> Option<String> {
    let ours = &entry.payout.payee.account;
    let differs = record.account.as_ref().is_some_and(|theirs| *theirs != ours.canonical());
    differs.then(|| {
        format!("Flash's payout {} goes to another account than {ours} of this row", record.flash_id)
    })
}
