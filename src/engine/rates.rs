//! Rates that people agree to: what is shown before they say yes, what waits when a rate is beyond the limit, and what
//! they are asked then.

use std::collections::BTreeMap;
use std::fmt;

use rust_decimal::Decimal;

use super::{EngineError, Prepared};
use crate::domain::money::{grouped, plural};
use crate::domain::plan_view::shown_rate;
use crate::domain::{AgreedRate, Clock, Currency, Payout, PayoutState, RunHead, RunId, Slippage, Timestamp};
use crate::gateway::{Gateway, GatewayError, Offer, Pair, Quote, QuoteUse};
use crate::journal::{Checkpoint, Journal, JournalError, Record};
use crate::plan::{PairSums, Rates, cost_at, is_within, worse_by};

/// What pays, and what payees get.
pub type Way = (Currency, Currency);

/// The pair of a payment; none of a withdrawal.
pub(super) fn way(payout: &Payout) -> Option<Way> {
    payout.conversion.as_ref().map(|conversion| (conversion.from, conversion.to))
}

/// Why payments of a pair are not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RateTrouble {
    /// The rate is further below the agreed one than the limit allows.
    Worse {
        /// What was agreed to.
        agreed: Decimal,
        /// What it is now.
        now: Decimal,
        /// The limit.
        limit: Slippage,
    },
    /// No rate was ever agreed to for this pair.
    NotAgreed {
        /// What it is now, if Flash says it.
        now: Option<Decimal>,
    },
    /// There is no quote to send them at.
    NoQuote {
        /// Why not.
        why: String,
    },
}

/// A pair of which payments wait.
#[derive(Debug, Clone)]
pub struct RateStop {
    /// The pair.
    pub way: Way,
    /// Why they wait.
    pub trouble: RateTrouble,
    /// What waits.
    pub sums: PairSums,
}

impl RateStop {
    /// The rate now, where it is known.
    pub fn now(&self) -> Option<Decimal> {
        match &self.trouble {
            RateTrouble::Worse { now, .. } => Some(*now),
            RateTrouble::NotAgreed { now } => *now,
            RateTrouble::NoQuote { .. } => None,
        }
    }

    /// What the payments that wait would cost now.
    pub fn cost(&self) -> Option<Decimal> {
        self.now().map(|now| cost_at(&self.sums, self.way, now))
    }
}

impl fmt::Display for RateStop {
    /// For people: why the pair has stopped, what waits and what that costs now.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = self.way;
        write!(f, "{from} → {to}: ")?;
        match &self.trouble {
            RateTrouble::Worse { agreed, now, limit } => {
                let worse = worse_by(*agreed, *now)
                    .map_or("worse".to_owned(), |worse| format!("{} % worse", worse.normalize()));
                let [agreed, now] = [agreed, now].map(|rate| shown_rate(*rate));
                write!(
                    f,
                    "the rate agreed to is 1 {from} = {agreed} {to}, the rate now is 1 {from} = {now} {to}, {worse} with a limit of {limit}"
                )?;
            }
            RateTrouble::NotAgreed { now: Some(now) } => {
                let now = shown_rate(*now);
                write!(f, "no rate was agreed to, the rate now is 1 {from} = {now} {to}")?;
            }
            RateTrouble::NotAgreed { now: None } => f.write_str("no rate was agreed to")?,
            RateTrouble::NoQuote { why } => write!(f, "{why}, so the limit on its rate cannot be kept")?,
        }
        let count = self.sums.count();
        let [waits, costs] = if count == 1 { ["waits", "costs"] } else { ["wait", "cost"] };
        write!(f, "; {} {waits}", plural(count, "payment"))?;
        if let Some(cost) = self.cost() {
            write!(f, " and {costs} {from} {} now", grouped(&cost))?;
        }
        f.write_str(".")
    }
}

/// A pair's rate and when it was said, or why there is none.
pub(super) type Told = (Way, Result<(Decimal, Timestamp), String>);

/// Asks for the indicative rates of these pairs, in one request.
pub(super) async fn ask(
    gateway: &Gateway,
    ways: &[Way],
    clock: &dyn Clock,
) -> Result<Offer<Vec<Told>>, GatewayError> {
    let pairs: Vec<_> = ways.iter().map(|(from, to)| Pair { from: *from, to: *to, size: None }).collect();
    let quotes = match gateway.quotes(&pairs, QuoteUse::Indicative).await? {
        Offer::Given(quotes) => quotes,
        Offer::Absent { why } => return Ok(Offer::Absent { why }),
    };
    let rate = |quote: Quote| {
        let rate = quote.rate().ok_or("Flash gave no rate")?;
        Ok((rate, quote.at.unwrap_or_else(|| clock.now())))
    };
    Ok(Offer::Given(ways.iter().zip(quotes).map(|(way, quote)| (*way, quote.and_then(rate))).collect()))
}

/// Indicative rates of these pairs. A pair without one is left out.
pub async fn indicative(gateway: &Gateway, ways: &[Way], clock: &dyn Clock) -> Result<Rates, GatewayError> {
    Ok(match ask(gateway, ways, clock).await? {
        Offer::Given(told) => told.into_iter().filter_map(|(way, rate)| Some((way, rate.ok()?))).collect(),
        Offer::Absent { .. } => Rates::new(),
    })
}

impl Prepared {
    /// Notes the limit and the rates that are shown with the plan, so that the run keeps to them. The pairs that have no
    /// rate to agree to are given back.
    pub fn agree(&mut self, limit: Slippage, rates: &Rates) -> Result<(), Vec<Way>> {
        let ways = self.pairs();
        let missing: Vec<_> = ways.iter().copied().filter(|way| !rates.contains_key(way)).collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        self.head.max_slippage = Some(limit);
        self.head.rates = agreed(ways.iter(), rates);
        Ok(())
    }
}

/// Rates as they are agreed to.
fn agreed<'a>(ways: impl Iterator<Item = &'a Way>, rates: &Rates) -> Vec<AgreedRate> {
    let agreed = ways.filter_map(|way| {
        let (rate, at) = rates.get(way)?;
        Some(AgreedRate { from: way.0, to: way.1, rate: *rate, at: *at })
    });
    agreed.collect()
}

/// The payments of a run that are yet to be sent, by pair.
pub fn waiting(checkpoint: &Checkpoint, run: RunId) -> Result<BTreeMap<Way, PairSums>, EngineError> {
    let mut waiting: BTreeMap<Way, PairSums> = BTreeMap::new();
    for open in checkpoint.open_payouts(run) {
        let Some(entry) = checkpoint.payout(open?.1)? else { continue };
        let ready = entry.run == run && entry.life.state == PayoutState::Ready;
        if let Some(way) = way(&entry.payout).filter(|_| ready) {
            waiting.entry(way).or_default().add(entry.payout.money, way.1);
        }
    }
    Ok(waiting)
}

/// The pairs that a person has to agree to anew, at the rates of now.
pub fn to_agree(head: &RunHead, waiting: BTreeMap<Way, PairSums>, rates: &Rates) -> Vec<RateStop> {
    let Some(limit) = head.max_slippage else { return Vec::new() };
    let stop = |(way, sums): (Way, PairSums)| {
        let (now, _) = *rates.get(&way)?;
        let agreed = head.rates.iter().find(|agreed| (agreed.from, agreed.to) == way);
        let trouble = match agreed.map(|agreed| agreed.rate) {
            Some(agreed) if is_within(limit, agreed, now) => return None,
            Some(agreed) => RateTrouble::Worse { agreed, now, limit },
            None => RateTrouble::NotAgreed { now: Some(now) },
        };
        Some(RateStop { way, trouble, sums })
    };
    waiting.into_iter().filter_map(stop).collect()
}

/// Puts on record what a person has agreed to anew: these pairs at the rates of now, within this limit.
pub fn agree_anew(
    journal: &Journal,
    run: RunId,
    limit: Option<Slippage>,
    (ways, rates): (&[Way], &Rates),
    clock: &dyn Clock,
) -> Result<(), JournalError> {
    let record = Record::RatesAgreed { run, max_slippage: limit, rates: agreed(ways.iter(), rates) };
    journal.append(clock.now(), vec![record]).wait()
}
