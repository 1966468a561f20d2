//! Money at the API: what is there, what currencies cost, and whether it is enough for what is to be sent.
//!
//! All of it is help. What the API does not tell is named as not known, and keeps nobody from planning or paying: the
//! API itself declines what a balance does not cover.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::rates::{self, Told, Way};
use super::{Engine, EngineError, StopReason};
use crate::domain::plan_view::Need;
use crate::domain::{Clock, Currency, RunId};
use crate::gateway::{Gateway, GatewayError, Offer};
use crate::plan::{Balance, Outgoing, Rates, needs};

/// What is in each balance.
pub type Balances = BTreeMap<Currency, Balance>;

/// What was asked of the API about money.
#[derive(Debug, Clone, Default)]
pub struct Funds {
    /// The balances. None: they are not known.
    pub balances: Option<Balances>,
    /// The rates that are known.
    pub rates: Rates,
    /// What is not known, and why.
    pub unknown: Option<String>,
}

impl Funds {
    /// Where the API could not be asked at all.
    pub fn unknown(why: &str) -> Self {
        Self { unknown: Some(format!("the balances are not known: {why}")), ..Self::default() }
    }

    /// What was told, each for itself.
    pub fn of(balances: Result<Balances, String>, rates: Result<Vec<Told>, String>) -> Self {
        let mut funds = Self::default();
        match balances {
            Ok(balances) => funds.balances = Some(balances),
            Err(why) => funds.lacks(&format!("the balances are not known: {why}")),
        }
        match rates {
            Ok(told) => {
                for ((from, to), rate) in told {
                    match rate {
                        Ok(rate) => drop(funds.rates.insert((from, to), rate)),
                        Err(why) => {
                            funds.lacks(&format!("the rate from {from} to {to} is not known: {why}"));
                        }
                    }
                }
            }
            Err(why) => funds.lacks(&format!("the rates are not known: {why}")),
        }
        funds
    }

    fn lacks(&mut self, what: &str) {
        let before = self.unknown.take().map_or(String::new(), |before| format!("{before}; "));
        self.unknown = Some(format!("{before}{what}"));
    }
}

/// Asks for the balances.
pub async fn balances(gateway: &Gateway) -> Result<Balances, String> {
    let told = told(gateway.balances().await)?.into_iter();
    Ok(told.map(|told| (told.currency, Balance { cleared: told.cleared, pending: told.pending })).collect())
}

/// Asks in one request for the rates of these pairs.
pub async fn rates(gateway: &Gateway, clock: &dyn Clock, pairs: &[Way]) -> Result<Vec<Told>, String> {
    if pairs.is_empty() { Ok(Vec::new()) } else { told(rates::ask(gateway, pairs, clock).await) }
}

/// What the API told, or why it did not.
fn told<T>(asked: Result<Offer<T>, GatewayError>) -> Result<T, String> {
    match asked {
        Ok(Offer::Given(given)) => Ok(given),
        Ok(Offer::Absent { why }) => Err(why),
        Err(error) => Err(error.to_string()),
    }
}

impl Engine {
    /// Whether the balances hold what is to be sent now: what is in doubt may have left them already, and what is
    /// not known forbids nothing. A balance that the API has `declined` to pay from is short whatever it holds.
    async fn lack_of_funds(
        &self,
        run: RunId,
        declined: Option<Currency>,
    ) -> Result<Option<StopReason>, EngineError> {
        let outgoing = self.outgoing(run)?;
        let pairs: Vec<_> = outgoing.pairs.keys().copied().collect();
        if pairs.is_empty() && outgoing.withdrawn.lines().is_empty() {
            return Ok(None);
        }
        let balances = balances(&self.gateway).await;
        let funds = Funds::of(balances, rates(&self.gateway, &*self.clock, &pairs).await);
        if let Some(why) = &funds.unknown {
            tracing::warn!(%why, "sent without knowing whether the balances cover it");
        }
        let mut short = needs(&outgoing, &funds.rates, funds.balances.as_ref());
        short.retain(|need| need.shortfall.is_some() || declined == Some(need.currency));
        if short.is_empty() {
            return Ok(None);
        }
        let fees = self.highest_fees(run)?;
        let with_fees = |need: Need| match (fees.get(&need.currency), outgoing.count(need.currency)) {
            (Some(fee), count) => need.with_fees(*fee, count),
            (None, _) => need,
        };
        Ok(Some(StopReason::Funds(short.into_iter().map(with_fees).collect())))
    }

    /// The most that a payout of a run has cost so far, by the balance that pays it and as far as the API has told.
    fn highest_fees(&self, run: RunId) -> Result<BTreeMap<Currency, Decimal>, EngineError> {
        let mut highest: BTreeMap<Currency, Decimal> = BTreeMap::new();
        for entry in self.journal.checkpoint().own_payouts(run) {
            let entry = entry?;
            if let Some(fee) = entry.life.shown().and_then(|told| told.fee).filter(|fee| !fee.is_zero()) {
                let known = highest.entry(entry.payout.funded_in()).or_default();
                *known = fee.max(*known);
            }
        }
        Ok(highest)
    }

    /// The same, unless stopping is asked for meanwhile: then that.
    pub(super) async fn lack_in_time(
        &self,
        run: RunId,
        declined: Option<Currency>,
    ) -> Result<Option<StopReason>, EngineError> {
        let lack = self.unless_stopped(self.lack_of_funds(run, declined)).await.transpose()?;
        Ok(lack.unwrap_or(Some(StopReason::Asked)))
    }

    /// What the payouts that are to be sent now come to.
    fn outgoing(&self, run: RunId) -> Result<Outgoing, EngineError> {
        let mut outgoing = Outgoing::default();
        for open in self.journal.checkpoint().open_payouts(run) {
            let entry = self.entry(open?.1)?;
            if self.is_to_be_sent(&entry) {
                outgoing.add(&entry.payout, entry.payout.sub_client_id.is_some());
            }
        }
        Ok(outgoing)
    }
}
