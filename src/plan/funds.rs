//! What a plan needs of each balance, against what is there. Pure: balances and rates are arguments.

use std::collections::BTreeMap;

use rust_decimal::{Decimal, RoundingStrategy};

use crate::domain::plan_view::{Need, Rate};
use crate::domain::{Currency, Money, Payout, Timestamp, Totals};

/// A balance at the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// What can be paid from.
    pub cleared: Decimal,
    /// What is on its way.
    pub pending: Decimal,
}

/// So many units of the second currency for one of the first, and when that was said.
pub type Rates = BTreeMap<(Currency, Currency), (Decimal, Timestamp)>;

/// The payments of one pair of currencies.
#[derive(Debug, Clone, Default)]
pub struct PairSums {
    /// Those whose amount is what leaves the balance.
    pub from: Totals,
    /// Those whose amount is what payees get.
    pub to: Totals,
}

impl PairSums {
    /// Takes one payment, of whose pair payees get `to`.
    pub fn add(&mut self, money: Money, to: Currency) {
        let side = if money.currency() == to { &mut self.to } else { &mut self.from };
        side.add(money);
    }

    /// How many payments.
    pub fn count(&self) -> u64 {
        [&self.from, &self.to].iter().flat_map(|side| side.lines()).map(|line| line.count).sum()
    }
}

/// What payouts come to, by what pays them.
#[derive(Debug, Clone, Default)]
pub struct Outgoing {
    /// What leaves balances without conversion.
    pub withdrawn: Totals,
    /// The payments, by what they are converted between.
    pub pairs: BTreeMap<(Currency, Currency), PairSums>,
    /// Those of sub-clients: the API does not say which balance pays them, nor what is in it.
    pub of_sub_clients: BTreeMap<(Currency, Currency), u64>,
}

impl Outgoing {
    /// Takes one payout.
    pub fn add(&mut self, payout: &Payout, on_behalf: bool) {
        match &payout.conversion {
            Some(conversion) if on_behalf => {
                *self.of_sub_clients.entry((conversion.from, conversion.to)).or_default() += 1;
            }
            None if on_behalf => {}
            None => self.withdrawn.add(payout.money),
            Some(conversion) => {
                let pair = self.pairs.entry((conversion.from, conversion.to)).or_default();
                pair.add(payout.money, conversion.to);
            }
        }
    }

    /// How many payments of each pair there are, whoever pays.
    fn payments(&self) -> BTreeMap<(Currency, Currency), u64> {
        let mut payments = self.of_sub_clients.clone();
        for (way, pair) in &self.pairs {
            *payments.entry(*way).or_default() += pair.count();
        }
        payments
    }

    /// How many payouts a balance pays, those of sub-clients aside.
    pub fn count(&self, balance: Currency) -> u64 {
        let pairs = self.pairs.iter().filter(|((from, _), _)| *from == balance);
        self.withdrawn.of(balance).0 + pairs.map(|(_, pair)| pair.count()).sum::<u64>()
    }

    /// The pairs of currencies that are converted between.
    pub fn ways(&self) -> Vec<(Currency, Currency)> {
        self.payments().into_keys().collect()
    }
}

/// What is known of a balance's need while it is summed up.
#[derive(Default)]
struct Sum {
    exact: Decimal,
    estimated: Decimal,
    unpriced: Totals,
}

/// What every balance must pay: withdrawals to the cent, payments by their own side or by the rate.
pub fn needs(
    outgoing: &Outgoing,
    rates: &Rates,
    balances: Option<&BTreeMap<Currency, Balance>>,
) -> Vec<Need> {
    let mut sums: BTreeMap<Currency, Sum> = BTreeMap::new();
    for line in outgoing.withdrawn.lines() {
        sums.entry(line.currency).or_default().exact += line.amount;
    }
    for ((from, to), pair) in &outgoing.pairs {
        let sum = sums.entry(*from).or_default();
        sum.exact += pair.from.of(*from).1;
        match rates.get(&(*from, *to)).and_then(|(rate, _)| cost(pair.to.of(*to), *rate, *from)) {
            Some(cost) => sum.estimated += cost,
            None => sum.unpriced.add_all(&pair.to),
        }
    }
    let need = |(currency, Sum { exact, estimated, unpriced }): (Currency, Sum)| {
        let balance = balances.map(|known| known.get(&currency).copied());
        // a balance that is not among those that the API shows is none
        let cleared = balance.map(|balance| balance.map_or(Decimal::ZERO, |balance| balance.cleared));
        let missing =
            cleared.map(|cleared| exact + estimated - cleared).filter(|missing| *missing > Decimal::ZERO);
        let with_cents = |amount| currency.with_decimals(amount);
        Need {
            currency,
            exact: with_cents(exact),
            estimated: with_cents(estimated),
            fees: None,
            unpriced: unpriced.lines(),
            cleared: cleared.map(with_cents),
            pending: balance.flatten().map(|balance| with_cents(balance.pending)),
            shortfall: missing.map(with_cents),
        }
    };
    sums.into_iter().map(need).collect()
}

/// What delivering so much takes at a rate, rounded up to the smallest unit of the balance. Each payment is rounded by
/// itself where it is made, so that each may cost half a unit more than its share.
pub(super) fn cost((count, amount): (u64, Decimal), rate: Decimal, from: Currency) -> Option<Decimal> {
    let half_unit = Decimal::new(5, from.decimals() + 1);
    let exact = amount.checked_div(rate)?.checked_add(half_unit.checked_mul(count.into())?)?;
    Some(exact.round_dp_with_strategy(from.decimals(), RoundingStrategy::ToPositiveInfinity))
}

/// The rates of the pairs that a plan converts between.
pub fn rates(outgoing: &Outgoing, rates: &Rates) -> Vec<Rate> {
    let rate = |((from, to), count): ((Currency, Currency), u64)| {
        let known = rates.get(&(from, to));
        Rate { from, to, count, rate: known.map(|(rate, _)| *rate), at: known.map(|(_, at)| *at) }
    };
    outgoing.payments().into_iter().map(rate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Money;

    fn of(text: &str) -> Currency {
        text.parse().expect("a currency")
    }

    fn dec(text: &str) -> Decimal {
        Decimal::from_str_exact(text).expect("a decimal")
    }

    fn totals(amounts: &[(&str, &str)]) -> Totals {
        let mut totals = Totals::default();
        for (currency, amount) in amounts {
            totals.add(Money::new(dec(amount), of(currency)).expect("money"));
        }
        totals
    }

    fn rates_of(pair: (&str, &str), rate: &str) -> Rates {
        let at = Timestamp::from_second(0).expect("a time");
        Rates::from([((of(pair.0), of(pair.1)), (dec(rate), at))])
    }

    #[test]
    fn a_balance_pays_withdrawals_and_both_sides_of_its_payments() {
        let pair = PairSums { from: totals(&[("AUD", "100.00")]), to: totals(&[("USD", "65.00")]) };
        let pairs = BTreeMap::from([((of("AUD"), of("USD")), pair)]);
        let outgoing = Outgoing {
            withdrawn: totals(&[("AUD", "20.00"), ("EUR", "7.00")]),
            pairs,
            ..Outgoing::default()
        };
        let balances = BTreeMap::from([(of("AUD"), Balance { cleared: dec("200"), pending: dec("5") })]);
        let needs = needs(&outgoing, &rates_of(("AUD", "USD"), "0.66"), Some(&balances));
        let [aud, eur] = needs.as_slice() else { panic!("two balances: {needs:?}") };
        assert_eq!((aud.exact, aud.estimated), (dec("120.00"), dec("98.49")), "98.4848… rounded up");
        assert_eq!(aud.shortfall, Some(dec("18.49")));
        assert_eq!((eur.cleared, eur.shortfall), (Some(dec("0.00")), Some(dec("7.00"))), "there is none");
    }

    #[test]
    fn what_is_not_asked_is_not_short() {
        let outgoing = Outgoing { withdrawn: totals(&[("AUD", "20.00")]), ..Outgoing::default() };
        assert_eq!(needs(&outgoing, &Rates::new(), None)[0].shortfall, None);
    }

    #[test]
    fn payments_are_each_rounded_by_themselves() {
        // 0.50 at 0.66 is 0.7575…, made as 0.76 each
        let pair = PairSums { from: Totals::default(), to: totals(&[("USD", "0.50"); 10]) };
        let pairs = BTreeMap::from([((of("AUD"), of("USD")), pair)]);
        let outgoing = Outgoing { pairs, ..Outgoing::default() };
        let needs = needs(&outgoing, &rates_of(("AUD", "USD"), "0.66"), None);
        assert!(needs[0].estimated >= dec("7.60"), "{needs:?}");
    }

    #[test]
    fn what_has_no_rate_is_named_and_not_guessed() {
        let pair = PairSums { from: totals(&[("AUD", "9.00")]), to: totals(&[("USD", "65.00")]) };
        let pairs = BTreeMap::from([((of("AUD"), of("USD")), pair)]);
        let outgoing = Outgoing { pairs, ..Outgoing::default() };
        for rates in [Rates::new(), rates_of(("AUD", "USD"), "0")] {
            let need = &needs(&outgoing, &rates, None)[0];
            assert_eq!((need.exact, need.estimated), (dec("9.00"), dec("0.00")));
            assert_eq!(need.unpriced, totals(&[("USD", "65.00")]).lines());
            assert_eq!(need.needed(), "at least 9.00, plus 1 payment (USD 65.00) at an unknown rate");
        }
    }
}
