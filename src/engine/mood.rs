//! What the answers of one pass of sending say about going on.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use super::StopReason;
use crate::domain::{Answer, PayoutState};

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
    lacks_money: AtomicBool,
    obstacle: Mutex<Option<StopReason>>,
}

impl Mood {
    /// Notes an answer and the state in which it has left its payout. `careful`: it was sent alone.
    pub(super) fn heard(&self, answer: &Answer, state: PayoutState, careful: bool) {
        let up = |count: &AtomicU32| count.fetch_add(1, Ordering::Relaxed) + 1;
        match (answer, state) {
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
                if answer.is_about_the_balance() {
                    // the next ones will fare no better
                    self.lacks_money.store(true, Ordering::Relaxed);
                    self.meets(StopReason::Declined(format!(
                        "{said}; its fee must be there too, so put more money into the account"
                    )));
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

    /// Whether the API has declined one for want of money.
    pub(super) fn lacks_money(&self) -> bool {
        self.lacks_money.load(Ordering::Relaxed)
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
