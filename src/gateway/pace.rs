//! One pace for the whole process.
//!
//! The number of requests in flight grows while answers are quick and halves on trouble. What the API asks for in
//! `Retry-After`, everybody obeys.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::error::GatewayError;
use super::transport::Exchange;

/// So many requests before anything is known.
const FIRST_LIMIT: usize = 8;
/// `Retry-After: 0` may mean any part of a second.
const SHORTEST_WAIT: Duration = Duration::from_millis(250);
/// A server cannot keep us away for longer.
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Whoever is asked to wait longer stops instead.
const LONGEST_WAIT: Duration = Duration::from_secs(600);
/// An answer this many times slower than the quickest stops growth.
const SLOW: u32 = 6;
/// Answers quicker than this are never slow.
const ALWAYS_QUICK: Duration = Duration::from_millis(50);

#[derive(Debug, Clone)]
pub(super) struct Pace(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    most: usize,
    limit: usize,
    in_flight: usize,
    /// Before the first trouble the limit doubles, afterwards it grows by one.
    untroubled: bool,
    quick_since_change: usize,
    quickest: Option<Duration>,
    last_trouble: Option<Instant>,
    closed_until: Option<Instant>,
}

/// The right to have one request in flight.
#[derive(Debug)]
#[must_use = "dropping it gives the right back"]
pub struct Slot(Pace);

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.state().in_flight -= 1;
        self.0.0.changed.notify_one();
    }
}

impl Pace {
    pub(super) fn new(most: usize) -> Self {
        let state = State {
            most: most.max(1),
            limit: FIRST_LIMIT.min(most.max(1)),
            in_flight: 0,
            untroubled: true,
            quick_since_change: 0,
            quickest: None,
            last_trouble: None,
            closed_until: None,
        };
        Self(Arc::new(Shared { state: Mutex::new(state), changed: Notify::new() }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until nobody is asked to wait and one more request may be in flight.
    pub(super) async fn slot(&self) -> Result<Slot, GatewayError> {
        loop {
            let changed = self.0.changed.notified();
            self.open().await?;
            {
                let mut state = self.state();
                if state.in_flight < state.limit {
                    state.in_flight += 1;
                    return Ok(Slot(self.clone()));
                }
            }
            changed.await;
        }
    }

    /// Waits until nobody is asked to wait. Whoever would have to wait too long is told so at once.
    pub(super) async fn open(&self) -> Result<(), GatewayError> {
        loop {
            let until = self.state().closed_until;
            match until.map(|until| until.saturating_duration_since(Instant::now())) {
                Some(left) if left > LONGEST_WAIT => return Err(GatewayError::Throttled),
                Some(left) if !left.is_zero() => tokio::time::sleep(left).await,
                Some(_) | None => return Ok(()),
            }
        }
    }

    /// Learns from an exchange that took `elapsed`.
    pub(super) fn heard(&self, _slot: &Slot, exchange: &Exchange, elapsed: Duration) {
        self.learn(exchange, elapsed);
    }

    /// The same for requests that need no slot.
    pub(super) fn learn(&self, exchange: &Exchange, elapsed: Duration) {
        let mut state = self.state();
        match exchange {
            Exchange::Answered { status: 429, retry_after, body } => {
                let wait =
                    retry_after.or_else(|| super::wire::retry_after(body)).unwrap_or(Duration::from_secs(1));
                tracing::warn!(seconds = wait.as_secs(), "Flash asks everybody to wait");
                let until = Instant::now() + wait.clamp(SHORTEST_WAIT, A_DAY);
                state.closed_until = Some(state.closed_until.map_or(until, |before| before.max(until)));
                state.halve();
            }
            Exchange::Answered { status: 200..=499, .. } => state.quick(elapsed),
            Exchange::Answered { .. } | Exchange::Lost { .. } | Exchange::NotSent { .. } => state.halve(),
        }
        drop(state);
        self.0.changed.notify_waiters();
        self.0.changed.notify_one();
    }
}

impl State {
    fn quick(&mut self, elapsed: Duration) {
        let quickest = *self.quickest.insert(self.quickest.map_or(elapsed, |quickest| quickest.min(elapsed)));
        if elapsed > ALWAYS_QUICK && elapsed > quickest * SLOW {
            self.quick_since_change = 0;
            return;
        }
        self.quick_since_change += 1;
        if self.quick_since_change >= self.limit && self.limit < self.most {
            self.limit = if self.untroubled { self.limit * 2 } else { self.limit + 1 }.min(self.most);
            self.quick_since_change = 0;
        }
    }

    /// Many requests fail together; that is one trouble, not many.
    fn halve(&mut self) {
        let now = Instant::now();
        let same =
            self.last_trouble.is_some_and(|last| now.duration_since(last) < Duration::from_millis(250));
        self.untroubled = false;
        self.quick_since_change = 0;
        if !same {
            self.last_trouble = Some(now);
            self.limit = (self.limit / 2).max(1);
            tracing::info!(in_flight_at_most = self.limit, "slower after trouble");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, retry_after: Option<Duration>) -> Exchange {
        Exchange::Answered { status, retry_after, body: Vec::new() }
    }

    #[test]
    fn it_grows_while_answers_are_quick_and_halves_on_trouble() {
        let pace = Pace::new(32);
        for _ in 0..8 + 16 {
            pace.learn(&answered(200, None), Duration::from_millis(5));
        }
        assert_eq!(pace.state().limit, 32);
        pace.learn(&answered(503, None), Duration::from_millis(5));
        assert_eq!(pace.state().limit, 16);
        pace.learn(&answered(503, None), Duration::from_millis(5));
        assert_eq!(pace.state().limit, 16, "the same trouble");
        for _ in 0..16 {
            pace.learn(&answered(200, None), Duration::from_millis(5));
        }
        assert_eq!(pace.state().limit, 17);
    }

    #[tokio::test]
    async fn everybody_waits_when_asked_to() {
        let pace = Pace::new(4);
        pace.learn(&answered(429, Some(Duration::from_millis(120))), Duration::ZERO);
        let began = Instant::now();
        let slots = tokio::join!(pace.slot(), pace.slot());
        assert!(began.elapsed() >= Duration::from_millis(120));
        drop(slots);
    }

    #[tokio::test]
    async fn no_more_than_the_limit_are_in_flight() {
        let pace = Pace::new(2);
        let first = pace.slot().await;
        let _second = pace.slot().await;
        let third = tokio::time::timeout(Duration::from_millis(50), pace.slot()).await;
        assert!(third.is_err());
        drop(first);
        assert!(tokio::time::timeout(Duration::from_millis(500), pace.slot()).await.is_ok());
    }
}
