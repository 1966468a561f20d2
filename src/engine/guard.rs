//! The quote guard: a payment goes at a quote that is not much worse than the rate that was agreed to, or not at all.
//!
//! A quote is taken per pair shortly before a payment is sent and serves while the API's own clock says that it holds.
//! A pair whose rate is beyond the limit stops for this sitting; all else goes on. What is frozen with a quote and in
//! doubt keeps its bytes: the quote itself is what keeps the limit then.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rust_decimal::Decimal;

use super::rates::{RateStop, RateTrouble, Way, way};
use super::{Engine, EngineError, StopReason};
use crate::domain::answer::QUOTE_USED;
use crate::domain::{Answer, PayoutEntry, PayoutState, RunHead, RunId, Slippage};
use crate::gateway::{GatewayError, Offer, Pair, Quote, QuoteUse};
use crate::plan::is_within;

/// A quote is not used any more so long before its end, or a quarter of its time where that is less.
const MARGIN: Duration = Duration::from_secs(5);
/// So many new quotes in a row may be declined for one payment.
pub(super) const MOST_QUOTES: u32 = 3;

/// What was agreed to, the quotes at hand, and the pairs that have stopped.
#[derive(Debug)]
pub(super) struct Guard {
    limit: Option<Slippage>,
    agreed: BTreeMap<Way, Decimal>,
    kept: tokio::sync::Mutex<HashMap<Way, Kept>>,
    reuse: Mutex<Reuse>,
    trial: tokio::sync::Mutex<()>,
    stopped: Mutex<BTreeMap<Way, RateTrouble>>,
}

/// Whether one quote is good for several payments, which Flash does not say.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Reuse {
    /// Not known; the quote that one payment was made at.
    Unknown(Option<String>),
    Proven,
    Never,
}

/// A quote at hand.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub id: String,
    until: Instant,
}

impl Kept {
    /// Whether it can still be sent, and heard in time.
    pub fn holds(&self) -> bool {
        Instant::now() < self.until
    }
}

/// At what a payout may be sent.
#[derive(Debug)]
pub(super) enum At {
    /// It needs no quote, or is frozen with one.
    Any,
    /// At this quote.
    Quote(Kept),
    /// Its pair has stopped.
    Stopped,
}

impl Guard {
    pub fn new(head: &RunHead) -> Self {
        Self {
            limit: head.max_slippage,
            agreed: head.rates.iter().map(|agreed| ((agreed.from, agreed.to), agreed.rate)).collect(),
            kept: tokio::sync::Mutex::default(),
            reuse: Mutex::new(Reuse::Unknown(None)),
            trial: tokio::sync::Mutex::default(),
            stopped: Mutex::default(),
        }
    }

    /// The pair of a payout that needs a quote to be sent: one whose request may still be made anew.
    fn guarded(&self, entry: &PayoutEntry) -> Option<(Way, Slippage)> {
        let limit = self.limit?;
        (entry.life.state == PayoutState::Ready).then(|| way(&entry.payout))?.map(|way| (way, limit))
    }

    /// Whether the request of a payout may have been frozen with a quote: the run has or had a limit.
    pub fn may_bear_quote(&self, entry: &PayoutEntry) -> bool {
        (self.limit.is_some() || !self.agreed.is_empty()) && way(&entry.payout).is_some()
    }

    /// Whether a payout waits since its pair has stopped.
    pub fn stops(&self, entry: &PayoutEntry) -> bool {
        self.guarded(entry).is_some_and(|(way, _)| self.stopped().contains_key(&way))
    }

    /// No more payments of this pair are sent in this sitting. The first reason counts.
    fn stop(&self, way: Way, why: RateTrouble) -> At {
        self.stopped().entry(way).or_insert(why);
        At::Stopped
    }

    /// The same for the pair of a payout whose quotes are declined again and again.
    pub fn give_up(&self, entry: &PayoutEntry, answer: &Answer) {
        if let (Some((way, _)), Answer::Declined { code, .. }) = (self.guarded(entry), answer) {
            let why = format!("Flash has declined {MOST_QUOTES} new quotes in a row ({code})");
            self.stop(way, RateTrouble::NoQuote { why });
        }
    }

    /// As long as nobody knows whether a quote serves twice, payments that need one go one by one: else a whole batch
    /// would be declined at once.
    pub async fn turn(&self, entry: &PayoutEntry) -> Option<tokio::sync::MutexGuard<'_, ()>> {
        self.guarded(entry)?;
        let is_known = || !matches!(*self.reuse(), Reuse::Unknown(_));
        if is_known() {
            return None;
        }
        let turn = self.trial.lock().await;
        (!is_known()).then_some(turn)
    }

    /// Learns from an answer to a payment at a quote.
    pub async fn heard(&self, quote: &Kept, answer: &Answer) {
        match answer {
            Answer::Accepted { .. } => {
                let mut reuse = self.reuse();
                match &mut *reuse {
                    Reuse::Unknown(Some(used)) if *used == quote.id => *reuse = Reuse::Proven,
                    Reuse::Unknown(used) => *used = Some(quote.id.clone()),
                    Reuse::Proven | Reuse::Never => {}
                }
            }
            Answer::Declined { code, .. } if answer.is_about_the_quote() => {
                if code == QUOTE_USED {
                    *self.reuse() = Reuse::Never;
                }
                self.kept.lock().await.retain(|_, kept| kept.id != quote.id);
            }
            Answer::Declined { .. }
            | Answer::NotSent { .. }
            | Answer::Refused { .. }
            | Answer::InDoubt { .. } => {}
        }
    }

    fn reuse(&self) -> MutexGuard<'_, Reuse> {
        self.reuse.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stopped(&self) -> MutexGuard<'_, BTreeMap<Way, RateTrouble>> {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// At what a payout may be sent now.
    pub(super) async fn quote_for(&self, guard: &Guard, entry: &PayoutEntry) -> Result<At, GatewayError> {
        let Some((way, limit)) = guard.guarded(entry) else { return Ok(At::Any) };
        if *guard.reuse() == Reuse::Never {
            return self.take_quote(guard, way, limit).await;
        }
        let mut kept = guard.kept.lock().await; // one question for all who wait
        if let Some(quote) = kept.get(&way).filter(|quote| quote.holds()) {
            return Ok(At::Quote(quote.clone()));
        }
        let taken = self.take_quote(guard, way, limit).await?;
        if let At::Quote(quote) = &taken {
            kept.insert(way, quote.clone());
        }
        Ok(taken)
    }

    async fn take_quote(&self, guard: &Guard, way: Way, limit: Slippage) -> Result<At, GatewayError> {
        if guard.stopped().contains_key(&way) {
            return Ok(At::Stopped);
        }
        let Some(agreed) = guard.agreed.get(&way).copied() else {
            return Ok(guard.stop(way, RateTrouble::NotAgreed { now: None }));
        };
        let pair = Pair { from: way.0, to: way.1, size: None };
        let quote = match self.gateway.quotes(&[pair], QuoteUse::Tradable).await? {
            Offer::Given(mut quotes) => quotes.pop().unwrap_or_else(|| Err("Flash gave no rate".to_owned())),
            Offer::Absent { why } => Err(why),
        };
        Ok(match quote.and_then(|quote| self.usable(quote)) {
            Err(why) => guard.stop(way, RateTrouble::NoQuote { why }),
            Ok((_, now)) if !is_within(limit, agreed, now) => {
                guard.stop(way, RateTrouble::Worse { agreed, now, limit })
            }
            Ok((kept, _)) => At::Quote(kept),
        })
    }

    /// The quote and its rate, if it can be sent at all.
    fn usable(&self, quote: Quote) -> Result<(Kept, Decimal), String> {
        let rate = quote.rate().ok_or("Flash gave a quote without a rate")?;
        let (Some(id), Some(end)) = (quote.id, quote.expires_at) else {
            return Err("Flash gave a rate that cannot be paid by".to_owned());
        };
        // without a `Date` our own clock has to do; Flash declines what is over
        let now = self.gateway.server_clock().map_or_else(|| self.clock.now(), |clock| clock.latest());
        let left = Duration::try_from(end.duration_since(now)).unwrap_or_default();
        if left.is_zero() {
            return Err("Flash's quotes are over before they can be used".to_owned());
        }
        Ok((Kept { id, until: Instant::now() + left.saturating_sub(MARGIN.min(left / 4)) }, rate))
    }

    /// The pairs that have stopped and still have payments waiting.
    pub(super) fn rates_stopped(&self, run: RunId, guard: &Guard) -> Result<Option<StopReason>, EngineError> {
        let stopped = guard.stopped().clone();
        if stopped.is_empty() {
            return Ok(None);
        }
        let mut waiting = super::rates::waiting(self.journal.checkpoint(), run)?;
        let stops = stopped.into_iter().filter_map(|(way, trouble)| {
            let sums = waiting.remove(&way)?;
            Some(RateStop { way, trouble, sums })
        });
        let stops: Vec<_> = stops.collect();
        Ok((!stops.is_empty()).then_some(StopReason::Rates(stops)))
    }
}
