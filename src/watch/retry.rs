//! When something is tried again.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::desk::Going;
use crate::domain::RunId;

/// The first pause before something is tried again; it doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(30 * 60);

/// A run that is to be carried out.
pub(super) struct Job {
    pub run: RunId,
    pub name: String,
    pub going: Going,
}

/// When something is tried again: less and less often.
#[derive(Debug, Clone, Copy)]
pub(super) struct Retry {
    pub due: Instant,
    pub pause: Duration,
}

impl Retry {
    /// After a failure, and an earlier one.
    pub fn after(earlier: Option<Self>) -> Self {
        let pause = earlier.map_or(FIRST_PAUSE, |earlier| (earlier.pause * 2).min(LONGEST_PAUSE));
        Self { due: Instant::now() + pause, pause }
    }
}

/// A file that is judged, or a run that is carried out, again.
pub(super) struct Later {
    pub retry: Retry,
    pub job: Option<Job>,
}

/// How long nothing is due. What is at work is not waited for: its end is an event.
pub(super) fn next_due(
    later: &BTreeMap<String, Later>,
    at_work: &BTreeMap<String, RunId>,
) -> Option<Duration> {
    let waits = later.iter().filter(|(name, _)| !at_work.contains_key(*name));
    waits.map(|(_, later)| later.retry.due.saturating_duration_since(Instant::now())).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_at_work_is_not_waited_for() {
        let due = Retry { due: Instant::now(), pause: FIRST_PAUSE };
        let soon = Retry { due: Instant::now() + FIRST_PAUSE, pause: FIRST_PAUSE };
        let later = [("a.csv", due), ("b.csv", soon)];
        let later = later.map(|(name, retry)| (name.to_owned(), Later { retry, job: None })).into();
        assert_eq!(next_due(&later, &BTreeMap::new()), Some(Duration::ZERO));
        let at_work = BTreeMap::from([("a.csv".to_owned(), RunId(1))]);
        assert!(next_due(&later, &at_work).is_some_and(|due| due > Duration::ZERO), "it would never sleep");
    }
}
