//! What the answers of one pass of sending say about going on.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use super::StopReason;
use crate::domain::{Answer, Currency, PayoutEntry, PayoutState};

/// So many answers in a row may leave payouts in doubt before sending goes on one by one.
const DOUBTS_IN_A_ROW: u32 = 8;
/// So many payouts in a row may be declined before sending goes on one by one.
const DECLINES_IN_A_ROW: u32 = 2;

/// What sending shares over all tasks of a pass.
#[derive(Default)]
pub(super) struct Mood {
    accepted: AtomicU32,
    doubts: AtomicU32,
    doubts_in_a_row: AtomicU32,
    declines_in_a_row: AtomicU32,
    lacks_money: Mutex<Option<Currency>>,
    obstacle: Mutex<Option<StopReason>>,
}

impl Mood {
    /// Notes an answer and its payout as it has left it. `careful`: it was sent alone.
    pub(super) fn heard(&self, answer: &Answer, entry: &PayoutEntry, careful: bool) {
        let up = |count: &AtomicU32| count.fetch_add(1, Ordering::Relaxed) + 1;
        match (answer, entry.life.state) {
            (Answer::Accepted { .. }, _) => {
                up(&self.accepted);
                self.doubts_in_a_row.store(0, Ordering::Relaxed);
                self.declines_in_a_row.store(0, Ordering::Relaxed);
            }
            (_, PayoutState::InDoubt) => {
                up(&self.doubts);
                up(&self.doubts_in_a_row);
            }
            (Answer::Declined { code, message }, _) => {
                up(&self.declines_in_a_row);
                let said = format!("{code} {message}").trim().to_owned();
                if answer.is_about_the_balance() && entry.payout.sub_client_id.is_some() {
                    // which balance pays for it is not told
                    self.meets(StopReason::Declined(format!(
                        "{said}; put more money where the sub-client's payouts are paid from, for its fee, too"
                    )));
                } else if answer.is_about_the_balance() {
                    // the next ones will fare no better
                    let balance = entry.payout.funded_in();
                    self.lacks_money.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(balance);
                    self.meets(StopReason::Funds(Vec::new())); // how much is asked once nothing is under way
                } else if careful {
                    self.meets(StopReason::Declined(said));
                }
            }
            _ => {}
        }
    }

    /// How many payouts the API has accepted.
    pub(super) fn accepted(&self) -> u32 {
        self.accepted.load(Ordering::Relaxed)
    }

    /// How many answers have left a payout in doubt.
    pub(super) fn doubts(&self) -> u32 {
        self.doubts.load(Ordering::Relaxed)
    }

    /// The balance for want of whose money the API has declined one.
    pub(super) fn lacks_money(&self) -> Option<Currency> {
        *self.lacks_money.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something that sending cannot go on with. The first counts.
    pub(super) fn meets(&self, reason: StopReason) {
        self.obstacle.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(reason);
    }

    /// What was met, if anything.
    pub(super) fn take_obstacle(&self) -> Option<StopReason> {
        self.obstacle.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Whether nothing more is to be sent as it is.
    pub(super) fn is_bad(&self) -> bool {
        self.doubts_in_a_row.load(Ordering::Relaxed) >= DOUBTS_IN_A_ROW
            || self.declines_in_a_row.load(Ordering::Relaxed) >= DECLINES_IN_A_ROW
            || self.obstacle.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}
