//! Following: what the banks made of the payouts that the API has.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::{Engine, EngineError, StopReason};
use crate::domain::{Fact, Kind, PayoutEntry, PayoutState, RunId};

/// So many payouts are asked for in one request.
const IN_ONE_REQUEST: usize = 50;
/// The first pause between two looks; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(150);

impl Engine {
    /// Looks at the payouts that are under way until all have arrived or the time for it is over. Not being able
    /// to look is no failure of the run: `status` shows them as submitted.
    pub(super) async fn follow(&self, run: RunId) -> Result<Option<StopReason>, EngineError> {
        let began = Instant::now();
        let mut pause = FIRST_PAUSE;
        while began.elapsed() < self.terms.follow {
            if self.stop.sleep(pause.min(self.terms.follow)).await || self.look_once(run).await? == 0 {
                break;
            }
            pause *= 2;
        }
        Ok(None)
    }

    /// One look at all that are under way. Gives how many still are.
    async fn look_once(&self, run: RunId) -> Result<usize, EngineError> {
        let mut under_way = 0;
        let mut groups = BTreeMap::new();
        for entry in self.journal.checkpoint().own_payouts(run) {
            let entry = entry?;
            if !entry.life.is_followed() {
                continue;
            }
            let kind = entry.payout.kind();
            let group: &mut Vec<PayoutEntry> = groups.entry(kind).or_default();
            group.push(entry);
            if group.len() == IN_ONE_REQUEST {
                under_way += self.look_at(kind, std::mem::take(group)).await?;
            }
        }
        for (kind, group) in groups {
            under_way += self.look_at(kind, group).await?;
        }
        tracing::debug!(%run, under_way, "looked at what is under way");
        Ok(under_way)
    }

    /// One look at payouts of one kind. Gives how many are still under way.
    async fn look_at(&self, kind: Kind, mut group: Vec<PayoutEntry>) -> Result<usize, EngineError> {
        let ids: Vec<String> = group.iter().filter_map(|entry| entry.life.flash_id.clone()).collect();
        if ids.is_empty() {
            return Ok(0);
        }
        let Ok(records) = self.gateway.payouts_by_id(kind, &ids).await else {
            return Ok(0);
        };
        for (entry, record) in group.iter_mut().zip(records) {
            let Some(status) = record.and_then(|record| record.status) else {
                continue;
            };
            if entry.life.status.as_ref() != Some(&status) {
                self.happened(entry, Fact::Followed(status)).await?;
            }
        }
        Ok(group.iter().filter(|entry| entry.life.state == PayoutState::Submitted).count())
    }
}
