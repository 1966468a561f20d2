//! Settling doubt: what was sent without a clear answer is looked up, and only what is proven absent may be sent
//! again.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use jiff::SignedDuration;

use super::guard::Guard;
use super::{Engine, EngineError, StopReason};
use crate::domain::money::plural;
use crate::domain::{Event, Fact, Kind, PayoutEntry, PayoutId, RunId, Sighting, Timestamp};
use crate::plan::Step;

/// So many payouts are looked up in one request.
const IN_ONE_REQUEST: usize = 40;
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
        if !due.is_empty() {
            tracing::info!(%run, payouts = due.len(), "looking up what is in doubt");
        }
        let (withdrawals, payments): (Vec<_>, Vec<_>) =
            due.into_iter().partition(|entry| entry.payout.kind() == Kind::Withdrawal);
        for group in withdrawals.chunks(IN_ONE_REQUEST).chain(payments.chunks(IN_ONE_REQUEST)) {
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
    /// settled first, only payouts in doubt count. Payments that a rate has stopped wait for a person.
    pub(super) fn until_next_step(
        &self,
        (run, guard): (RunId, &Guard),
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
                Step::Send if guard.stops(&entry) => continue,
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
}
