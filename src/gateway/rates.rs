//! Exchange rates: many pairs in one request, indicative for a plan or tradable for a payment.
//!
//! Digits come in as they were sent and are never a float. How `QuoteInput` spells that a quote is to be tradable is
//! asked of the API itself, since its documentation has both spellings.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Gateway;
use super::classify::{self, Parts};
use super::error::GatewayError;
use super::operations::QUOTES;
use super::reference::Offer;
use super::wire::exact;
use crate::domain::{Currency, Money, Timestamp};

/// Flash gives a request a minute for all that it asks.
const IN_ONE_REQUEST: usize = 50;

/// What is to be exchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// What is paid from.
    pub from: Currency,
    /// What is delivered.
    pub to: Currency,
    /// How much of either, where that is known.
    pub size: Option<Money>,
}

/// What a quote is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuoteUse {
    /// To be shown. It promises nothing.
    Indicative,
    /// To be paid by, for about two minutes.
    Tradable,
}

/// A rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The API's id of it; tradable ones alone have one.
    pub id: Option<String>,
    /// What is given for the first currency of the market's pair.
    pub bid: Option<Decimal>,
    /// What is asked for it.
    pub ask: Option<Decimal>,
    /// Whether the market's pair is the other way round than ours.
    pub inverted: bool,
    /// Of when it is, by the API's clock.
    pub at: Option<Timestamp>,
    /// Until when it can be paid by, by the API's clock.
    pub expires_at: Option<Timestamp>,
}

impl Quote {
    /// So many units of what is delivered for one of what is paid from, as the payer gets it: paid-from money is bought
    /// at the bid where the market's pair begins with it, and what is delivered is sold at the ask where it does not.
    pub fn rate(&self) -> Option<Decimal> {
        let rate = if self.inverted { Decimal::ONE.checked_div(self.ask?)? } else { self.bid? };
        (rate > Decimal::ZERO).then_some(rate)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct QuoteInput {
    from_currency: Currency,
    to_currency: Currency,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<Currency>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tradable: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tradeable: Option<bool>,
}

/// How the API spells that a quote is to be tradable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spelling {
    Tradable,
    Tradeable,
}

impl QuoteInput {
    fn of(pair: &Pair, spelling: Option<Spelling>) -> Self {
        Self {
            from_currency: pair.from,
            to_currency: pair.to,
            size: pair.size.map(|size| {
                RawValue::from_string(size.digits()).expect("a decimal's digits are a JSON number")
            }),
            currency: pair.size.map(|size| size.currency()),
            tradable: (spelling == Some(Spelling::Tradable)).then_some(true),
            tradeable: (spelling == Some(Spelling::Tradeable)).then_some(true),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireQuote {
    id: Option<String>,
    #[serde(default, deserialize_with = "exact")]
    bid: Option<Decimal>,
    #[serde(default, deserialize_with = "exact")]
    ask: Option<Decimal>,
    inverted: Option<bool>,
    timestamp: Option<Timestamp>,
    expire_at: Option<Timestamp>,
}

impl Gateway {
    /// Rates for these pairs, in their order; a sentence for a pair that has none. A tradable quote always has an id
    /// and an end.
    pub async fn quotes(
        &self,
        pairs: &[Pair],
        quote_use: QuoteUse,
    ) -> Result<Offer<Vec<Result<Quote, String>>>, GatewayError> {
        let spelling = match quote_use {
            QuoteUse::Indicative => None,
            QuoteUse::Tradable => match self.spelling().await? {
                Offer::Given(spelling) => Some(spelling),
                Offer::Absent { why } => return Ok(Offer::Absent { why }),
            },
        };
        let mut quotes = Vec::with_capacity(pairs.len());
        for group in pairs.chunks(IN_ONE_REQUEST) {
            let inputs: Vec<_> = group.iter().map(|pair| QuoteInput::of(pair, spelling)).collect();
            let asked = self.read_as(&QUOTES.body(&inputs), classify::parts).await;
            match self.offered("quote", asked).await? {
                Offer::Given(mut parts) => {
                    quotes.extend((0..group.len()).map(|at| quote(&mut parts, at, quote_use)));
                }
                Offer::Absent { why } => return Ok(Offer::Absent { why }),
            }
        }
        Ok(Offer::Given(quotes))
    }

    async fn spelling(&self) -> Result<Offer<Spelling>, GatewayError> {
        let schema = self.live_schema().await?;
        Ok(match schema.as_deref() {
            None => Offer::Given(Spelling::Tradable), // it does not tell: the first of the documented ones
            Some(schema) if schema.has_input("QuoteInput", "tradable") => Offer::Given(Spelling::Tradable),
            Some(schema) if schema.has_input("QuoteInput", "tradeable") => Offer::Given(Spelling::Tradeable),
            Some(_) => Offer::Absent { why: "Flash offers no quotes that can be paid by".to_owned() },
        })
    }
}

fn quote(parts: &mut Parts, at: usize, quote_use: QuoteUse) -> Result<Quote, String> {
    let wire: WireQuote = parts.take(&format!("i{at}"))?.ok_or("Flash gave no rate")?;
    let quote = Quote {
        id: wire.id.filter(|id| !id.is_empty()),
        bid: wire.bid,
        ask: wire.ask,
        inverted: wire.inverted.unwrap_or(false),
        at: wire.timestamp,
        expires_at: wire.expire_at,
    };
    match quote_use {
        QuoteUse::Tradable if quote.id.is_none() || quote.expires_at.is_none() => {
            Err("Flash gave a rate that cannot be paid by".to_owned())
        }
        QuoteUse::Tradable | QuoteUse::Indicative => Ok(quote),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_payer_gets_the_worse_side_of_the_market() {
        let dec = |text: &str| Decimal::from_str_exact(text).ok();
        let quote = |bid, ask, inverted| Quote { id: None, bid, ask, inverted, at: None, expires_at: None };
        assert_eq!(quote(dec("0.65"), dec("0.67"), false).rate(), dec("0.65"));
        assert_eq!(quote(dec("1.60"), dec("2.00"), true).rate(), dec("0.5"));
        for (bid, ask, inverted) in
            [(None, dec("1"), false), (dec("1"), None, true), (dec("1"), dec("0"), true)]
        {
            assert_eq!(quote(bid, ask, inverted).rate(), None);
        }
    }
}
