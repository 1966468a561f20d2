//! How many deliveries a second are taken.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// A bucket that fills at a steady rate and holds two seconds' worth.
#[derive(Debug)]
pub(super) struct Bucket {
    rate: u128,
    /// What is in it, in nanoseconds times the rate, and when that was.
    level: Mutex<(u128, Instant)>,
}

const SECOND: u128 = 1_000_000_000;

impl Bucket {
    /// A full one.
    pub fn new(rate: u32, now: Instant) -> Self {
        let rate = u128::from(rate.max(1));
        Self { rate, level: Mutex::new((2 * rate * SECOND, now)) }
    }

    /// Takes one out, if there is one.
    pub fn take(&self, now: Instant) -> bool {
        let mut level = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        let gained = now.saturating_duration_since(level.1).as_nanos() * self.rate;
        let full = (level.0 + gained).min(2 * self.rate * SECOND);
        let taken = full.checked_sub(SECOND);
        *level = (taken.unwrap_or(full), now.max(level.1));
        taken.is_some()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn it_gives_its_rate_and_twice_as_much_at_once() {
        let began = Instant::now();
        let bucket = Bucket::new(10, began);
        let taken = |at: u64| {
            let now = began + Duration::from_millis(at);
            (0..100).take_while(|_| bucket.take(now)).count()
        };
        assert_eq!(taken(0), 20);
        assert_eq!(taken(0), 0);
        assert_eq!(taken(99), 0);
        assert_eq!(taken(100), 1);
        assert_eq!(taken(1100), 10);
        assert_eq!(taken(100_000), 20, "no more than it holds");
        assert_eq!(taken(0), 0, "a moment from before gives nothing");
    }
}
