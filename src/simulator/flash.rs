//! The simulated Flash itself: its settings, its ledger, its door, its faults.
//!
//! Everything shared sits here behind short locks, none of which is held across an `await`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_graphql::Context;
use jiff::Timestamp;

use super::ledger::{Ledger, LedgerError};
use super::options::Options;
use super::script::Faults;
use super::token::Logins;
use super::webhook::Post;

#[derive(Debug)]
pub struct Flash {
    options: Mutex<Arc<Options>>,
    ledger: Mutex<Ledger>,
    logins: Mutex<Logins>,
    throttled_until: Mutex<Option<Instant>>,
    confirmations: AtomicU64,
    pub(super) faults: Faults,
    pub(super) post: Post,
}

impl Flash {
    pub(super) fn open(options: Options) -> Result<Arc<Self>, LedgerError> {
        Ok(Arc::new(Self {
            ledger: Mutex::new(Ledger::open(options.ledger.as_deref())?),
            faults: Faults::new(&options.faults),
            options: Mutex::new(Arc::new(options)),
            logins: Mutex::default(),
            throttled_until: Mutex::default(),
            confirmations: AtomicU64::default(),
            post: Post::default(),
        }))
    }

    /// The one that a resolver works for; none while the schema is only printed.
    pub(super) fn of<'a>(ctx: &'a Context<'_>) -> Option<&'a Self> {
        ctx.data_opt::<Arc<Self>>().map(AsRef::as_ref)
    }

    pub(super) fn options(&self) -> Arc<Options> {
        Arc::clone(&lock(&self.options))
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut Options)) {
        change(Arc::make_mut(&mut lock(&self.options)));
    }

    pub(super) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        lock(&self.ledger)
    }

    pub(super) fn logins(&self) -> MutexGuard<'_, Logins> {
        lock(&self.logins)
    }

    /// Now by this Flash's own clock, in the milliseconds that the API shows, so that filters by time agree with what
    /// was shown.
    pub(super) fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        let now = now.checked_add(self.options().clock_skew).unwrap_or(now);
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    /// One more question about a payee, if `limit` allows it.
    pub(super) fn confirm_payee(&self, limit: Option<u64>) -> bool {
        let asked = self.confirmations.fetch_add(1, Ordering::Relaxed);
        limit.is_none_or(|limit| asked < limit)
    }

    /// From now on everybody waits.
    pub(super) fn throttle(&self, window: Duration) {
        *lock(&self.throttled_until) = Instant::now().checked_add(window);
    }

    /// How long everybody still has to wait.
    pub(super) fn throttled(&self) -> Option<Duration> {
        let until = (*lock(&self.throttled_until))?;
        until.checked_duration_since(Instant::now()).filter(|wait| !wait.is_zero())
    }
}

/// A panic elsewhere, in a test's thread say, must not take the simulator down with it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
