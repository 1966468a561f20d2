//! Money at the API: what is there, what currencies cost, and whether it is enough for what is to be sent.
//!
//! All of it is help. What the API does not tell is named as not known, and keeps nobody from planning or paying: the
//! API itself declines what a balance does not cover.

use std::collections::BTreeMap;

use super::rates::{self, Way};
use super::{Engine, EngineError, StopReason};
use crate::domain::{Clock, Currency, RunId};
use crate::gateway::{Gateway, GatewayError, Offer};
use crate::plan::{Balance, Outgoing, Rates, needs};

/// What was asked of the API about money.
#[derive(Debug, Clone, Default)]
pub struct Funds {
    /// The balances. None: they are not known.
    pub balances: Option<BTreeMap<Currency, Balance>>,
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

    fn lacks(&mut self, what: &str) {
        let before = self.unknown.take().map_or(String::new(), |before| format!("{before}; "));
        self.unknown = Some(format!("{before}{what}"));
    }
}

/// Asks for the balances, and in one request for the rates of these pairs.
pub async fn funds(gateway: &Gateway, clock: &dyn Clock, pairs: &[Way]) -> Funds {
    let mut funds = Funds::default();
    match told(gateway.balances().await) {
        Ok(balances) => {
            let balance = |told: crate::gateway::Balance| {
                (told.currency, Balance { cleared: told.cleared, pending: told.pending })
            };
            funds.balances = Some(balances.into_iter().map(balance).collect());
        }
        Err(why) => funds.lacks(&format!("the balances are not known: {why}")),
    }
    ask_rates(gateway, clock, pairs, &mut funds).await;
    funds
}

async fn ask_rates(gateway: &Gateway, clock: &dyn Clock, pairs: &[Way], funds: &mut Funds) {
    if pairs.is_empty() {
        return;
    }
    let told = match told(rates::ask(gateway, pairs, clock).await) {
        Ok(told) => told,
        Err(why) => return funds.lacks(&format!("the rates are not known: {why}")),
    };
    for ((from, to), rate) in told {
        match rate {
            Ok(rate) => drop(funds.rates.insert((from, to), rate)),
            Err(why) => funds.lacks(&format!("the rate from {from} to {to} is not known: {why}")),
        }
    }
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
    /// not known forbids nothing.
    pub(super) async fn lack_of_funds(&self, run: RunId) -> Result<Option<StopReason>, EngineError> {
        let outgoing = self.outgoing(run)?;
        let pairs: Vec<_> = outgoing.pairs.keys().copied().collect();
        if pairs.is_empty() && outgoing.withdrawn.lines().is_empty() {
            return Ok(None);
        }
        let funds = funds(&self.gateway, &*self.clock, &pairs).await;
        if let Some(why) = &funds.unknown {
            tracing::warn!(%why, "sent without knowing whether the balances cover it");
        }
        let mut short = needs(&outgoing, &funds.rates, funds.balances.as_ref());
        short.retain(|need| need.shortfall.is_some());
        Ok((!short.is_empty()).then_some(StopReason::Funds(short)))
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
