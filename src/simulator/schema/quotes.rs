//! Quotes: what a pair costs now, and the promise of it for a while.

use async_graphql::ID;
use jiff::{SignedDuration, Timestamp};

use super::enums::CurrencyIso3;
use super::filters::QuoteInput;
use super::mutation::{Stop, not_found};
use super::objects::Quote;
use super::order::Desk;
use super::rules::{self, Refused};
use super::scalars::{DateTime, Float};
use crate::simulator::flash::Flash;
use crate::simulator::market::Price;
use crate::simulator::options::{Options, QuoteUse};
use crate::simulator::records::{Line, QuoteRecord};

/// The quote of a pair; a tradable one is kept.
pub fn quote(flash: &Flash, input: &QuoteInput) -> Result<Quote, Stop> {
    let (options, now) = (flash.options(), flash.now());
    let (from, to) = (CurrencyIso3::from(input.from_currency), input.to_currency);
    rules::pair(from, to, input.currency)?;
    if let Some(size) = input.size {
        rules::amount("size", size, input.currency.unwrap_or(from))?;
    }
    let price = price(&options, from, to)?;
    // One of the two spellings is there, the other one never arrives.
    let is_tradable = input.tradable.or(input.tradeable).unwrap_or(false);
    let record = if is_tradable { Some(keep(flash, &options, (from, to), &price, now)?) } else { None };
    Ok(Quote {
        id: record.as_ref().map(|record| ID::from(&record.id)),
        bid: Some(Float(price.bid)),
        ask: Some(Float(price.ask)),
        symbol: Some(price.symbol),
        timestamp: Some(DateTime(now)),
        inverted: Some(price.inverted),
        expire_at: record.map(|record| DateTime(record.expires_at)),
    })
}

fn keep(
    flash: &Flash,
    options: &Options,
    (from_currency, to_currency): (CurrencyIso3, CurrencyIso3),
    price: &Price,
    now: Timestamp,
) -> Result<QuoteRecord, Stop> {
    let lifetime = SignedDuration::try_from(options.quote_lifetime).unwrap_or(SignedDuration::MAX);
    let mut ledger = flash.ledger();
    let record = QuoteRecord {
        id: format!("qte_{:08}", ledger.quotes.len() + 1),
        created_at: ledger.quotes.next_time(now),
        expires_at: now.checked_add(lifetime).unwrap_or(Timestamp::MAX),
        from_currency,
        to_currency,
        price: price.clone(),
    };
    ledger.commit(Line::Quote(record.clone()))?;
    Ok(record)
}

/// The price of a pair at this moment.
pub fn price(options: &Options, from: CurrencyIso3, to: CurrencyIso3) -> Result<Price, Refused> {
    let none =
        || Refused::new("NO_MARKET", format!("there is no rate from {} to {}", from.code(), to.code()));
    Price::of(from, to, options).ok_or_else(none)
}

/// The price that a quote promised, if the promise still holds and is for this pair.
pub fn bought(desk: &Desk<'_>, id: &str, from: CurrencyIso3, to: CurrencyIso3) -> Result<Price, Refused> {
    let (_, quote) = desk.ledger.quotes.get(id).ok_or_else(|| not_found("quote"))?;
    if (quote.from_currency, quote.to_currency) != (from, to) {
        return Err(Refused::new("QUOTE_MISMATCH", "the quote is for another pair of currencies"));
    }
    if desk.now >= quote.expires_at {
        return Err(Refused::new("QUOTE_EXPIRED", "the quote has expired"));
    }
    if desk.options.quote_use == QuoteUse::Once && desk.ledger.is_used(id) {
        return Err(Refused::new("QUOTE_USED", "the quote was used before"));
    }
    Ok(quote.price.clone())
}
