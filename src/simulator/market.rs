//! The market: what a pair of currencies costs, and how an amount is converted.
//!
//! The rates are those of one invented day, of a realistic size, and never change by themselves: equal questions have
//! equal answers, whenever they are asked. Amounts are decimals from beginning to end.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::options::Options;
use super::schema::enums::CurrencyIso3;

/// Digits after the point of a rate.
const DIGITS: u32 = 6;

/// Which currency of a pair comes first by the custom of the market; all others come after these.
const FIRST: [CurrencyIso3; 8] = {
    use CurrencyIso3::{AUD, CAD, CHF, EUR, GBP, NZD, SGD, USD};
    [EUR, GBP, AUD, NZD, USD, CAD, CHF, SGD]
};

/// How many units one US dollar bought in the middle of the market on 1 July 2026, as invented here.
#[rustfmt::skip]
fn per_dollar(currency: CurrencyIso3) -> Decimal {
    use CurrencyIso3::{
        AED, AUD, BDT, BGN, BRL, CAD, CHF, CNY, CZK, DKK, EUR, FJD, GBP, HKD, HUF, IDR, ILS, INR, JPY, KES, KRW, LKR,
        MXN, MYR, NOK, NPR, NZD, PHP, PKR, PLN, RON, SAR, SEK, SGD, THB, TRY, TWD, USD, VND, ZAR,
    };
    let (digits, scale) = match currency {
        AED => (36725, 4),   AUD => (15184, 4),   BDT => (1224, 1),    BGN => (16730, 4),   BRL => (54210, 4),
        CAD => (13642, 4),   CHF => (8015, 4),    CNY => (71240, 4),   CZK => (21085, 3),   DKK => (63790, 4),
        EUR => (8554, 4),    FJD => (22480, 4),   GBP => (7412, 4),    HKD => (78130, 4),   HUF => (33510, 2),
        IDR => (16320, 0),   ILS => (34120, 4),   INR => (86450, 3),   JPY => (14725, 2),   KES => (12930, 2),
        KRW => (13820, 1),   LKR => (30140, 2),   MXN => (187_350, 4), MYR => (42310, 4),   NOK => (101_640, 4),
        NPR => (13832, 2),   NZD => (16521, 4),   PHP => (56740, 3),   PKR => (28140, 2),   PLN => (36290, 4),
        RON => (43480, 4),   SAR => (37510, 4),   SEK => (95870, 4),   SGD => (12862, 4),   THB => (32640, 3),
        TRY => (41270, 3),   TWD => (30150, 3),   USD => (1, 0),       VND => (25980, 0),   ZAR => (178_240, 4),
    };
    Decimal::new(digits, scale)
}

/// What a pair costs, as a quote states it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// The pair in the order of the market: `AUDUSD`.
    pub symbol: String,
    /// What one unit of the symbol's first currency is bought for, in its second.
    pub bid: Decimal,
    /// What it is sold for.
    pub ask: Decimal,
    /// Whether the currency that is paid from is the symbol's second one.
    pub inverted: bool,
}

impl Price {
    /// Today's price; none where the options make no market.
    pub fn of(from: CurrencyIso3, to: CurrencyIso3, options: &Options) -> Option<Self> {
        let rank = |currency| FIRST.iter().position(|first| *first == currency).unwrap_or(FIRST.len());
        let inverted = rank(to) < rank(from);
        let (base, counter) = if inverted { (to, from) } else { (from, to) };
        let mid = per_dollar(counter).checked_div(per_dollar(base))?;
        // The factor is about what is paid from, wherever it stands in the symbol.
        let factor = options.market_factor;
        let mid = if inverted { mid.checked_div(factor)? } else { mid.checked_mul(factor)? };
        let half = mid.checked_mul(options.market_spread)?;
        let (bid, ask) = ((mid - half).round_dp(DIGITS), (mid + half).round_dp(DIGITS));
        let symbol = format!("{}{}", base.code(), counter.code());
        (bid > Decimal::ZERO && ask >= bid).then_some(Self { symbol, bid, ask, inverted })
    }

    /// What `amount` of the currency that is paid from buys: the market sells dear and buys cheap.
    pub fn buys(&self, amount: Decimal, to: CurrencyIso3) -> Option<Decimal> {
        let bought = if self.inverted { amount.checked_div(self.ask) } else { amount.checked_mul(self.bid) };
        bought.map(|bought| minor_units(bought, to))
    }

    /// What `amount` of the other currency costs.
    pub fn costs(&self, amount: Decimal, from: CurrencyIso3) -> Option<Decimal> {
        let cost = if self.inverted { amount.checked_mul(self.ask) } else { amount.checked_div(self.bid) };
        cost.map(|cost| minor_units(cost, from))
    }
}

fn minor_units(amount: Decimal, currency: CurrencyIso3) -> Decimal {
    let mut rounded =
        amount.round_dp_with_strategy(currency.decimals(), RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(currency.decimals());
    rounded
}

#[cfg(test)]
mod tests {
    use super::*;
    use CurrencyIso3::{AUD, EUR, JPY, USD};

    fn exact() -> Options {
        Options { market_spread: Decimal::ZERO, ..Options::default() }
    }

    #[test]
    fn a_pair_stands_in_the_order_of_the_market() {
        for (from, to, symbol, inverted) in
            [(AUD, USD, "AUDUSD", false), (USD, AUD, "AUDUSD", true), (AUD, EUR, "EURAUD", true)]
        {
            let price = Price::of(from, to, &Options::default()).expect("a market");
            assert_eq!((price.symbol.as_str(), price.inverted), (symbol, inverted));
            assert!(price.bid < price.ask);
        }
    }

    #[test]
    fn there_and_back_costs_the_spread_and_never_gains() {
        let amount = Decimal::from(1000);
        for (from, to) in [(AUD, USD), (USD, AUD), (AUD, EUR), (EUR, JPY)] {
            let there = Price::of(from, to, &Options::default()).expect("a market");
            let bought = there.buys(amount, to).expect("money");
            let cost = there.costs(bought, from).expect("money");
            assert!((cost - amount).abs() <= Decimal::new(2, 2), "{from:?} {to:?}: {cost}");
            let back = Price::of(to, from, &Options::default()).expect("a market");
            assert!(back.buys(bought, from).expect("money") < amount, "{from:?} {to:?}");
        }
    }

    #[test]
    fn the_factor_is_about_what_is_paid_from() {
        let worse = Options { market_factor: Decimal::new(9, 1), ..exact() };
        for (from, to) in [(AUD, USD), (USD, AUD), (AUD, JPY)] {
            let bought = |options| Price::of(from, to, options)?.buys(Decimal::from(1000), to);
            let (usual, less) = (bought(&exact()).expect("money"), bought(&worse).expect("money"));
            assert!((usual * Decimal::new(9, 1) - less).abs() < Decimal::ONE, "{usual} {less}");
        }
        assert_eq!(Price::of(AUD, USD, &Options { market_factor: Decimal::ZERO, ..exact() }), None);
    }

    #[test]
    fn amounts_have_the_digits_of_their_currency() {
        let price = Price::of(AUD, JPY, &exact()).expect("a market");
        assert_eq!(price.buys(Decimal::from(100), JPY).expect("money").scale(), 0);
        assert_eq!(price.costs(Decimal::from(100), AUD).expect("money").scale(), 2);
    }
}
