//! What a plan needs of each balance, against what is there. Pure: balances and rates are arguments.

use std::collections::BTreeMap;

use rust_decimal::{Decimal, RoundingStrategy};

use super::PairSums;
use crate::domain::plan_view::{Need, Rate};
use crate::domain::{Currency, Timestamp, Totals};

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

/// What every balance must pay: withdrawals to the cent, payments by their own side or by the rate.
pub fn needs(
    withdrawn: &Totals,
    pairs: &BTreeMap<(Currency, Currency), PairSums>,
    rates: &Rates,
    balances: Option<&BTreeMap<Currency, Balance>>,
) -> Vec<Need> {
    let mut sums: BTreeMap<Currency, (Decimal, Decimal)> = BTreeMap::new();
    for line in withdrawn.lines() {
        sums.entry(line.currency).or_default().0 += line.amount;
    }
    for ((from, to), pair) in pairs {
        let (exact, estimated) = sums.entry(*from).or_default();
        *exact += pair.from.of(*from).1;
        if let Some((rate, _)) = rates.get(&(*from, *to)).filter(|(rate, _)| !rate.is_zero()) {
            *estimated += cost(pair.to.of(*to).1, *rate, *from);
        }
    }
    let need = |(currency, (exact, estimated)): (Currency, (Decimal, Decimal))| {
        let balance = balances.map(|known| known.get(&currency).copied());
        // a balance that is not among those that the API shows is none
        let cleared = balance.map(|balance| balance.map_or(Decimal::ZERO, |balance| balance.cleared));
        let missing =
            cleared.map(|cleared| exact + estimated - cleared).filter(|missing| *missing > Decimal::ZERO);
        let with_cents = |amount: Decimal| {
            let mut amount = amount;
            amount.rescale(currency.decimals().max(amount.normalize().scale()));
            amount
        };
        Need {
            currency,
            exact: with_cents(exact),
            estimated: with_cents(estimated),
            cleared: cleared.map(with_cents),
            pending: balance.flatten().map(|balance| with_cents(balance.pending)),
            shortfall: missing.map(with_cents),
        }
    };
    sums.into_iter().map(need).collect()
}

/// What delivering `amount` takes at a rate, rounded up to the smallest unit of the balance.
pub(super) fn cost(amount: Decimal, rate: Decimal, from: Currency) -> Decimal {
    let exact = amount.checked_div(rate).unwrap_or(Decimal::MAX);
    exact.round_dp_with_strategy(from.decimals(), RoundingStrategy::ToPositiveInfinity)
}

/// The rates of the pairs that a plan converts between.
pub fn rates(pairs: &BTreeMap<(Currency, Currency), PairSums>, rates: &Rates) -> Vec<Rate> {
    let rate = |((from, to), pair): (&(Currency, Currency), &PairSums)| {
        let known = rates.get(&(*from, *to));
        Rate {
            from: *from,
            to: *to,
            count: pair.count(),
            rate: known.map(|(rate, _)| *rate),
            at: known.map(|(_, at)| *at),
        }
    };
    pairs.iter().map(rate).collect()
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

    #[test]
    fn a_balance_pays_withdrawals_and_both_sides_of_its_payments() {
        let pair = PairSums { from: totals(&[("AUD", "100.00")]), to: totals(&[("USD", "65.00")]) };
        let pairs = BTreeMap::from([((of("AUD"), of("USD")), pair)]);
        let at = Timestamp::from_second(0).expect("a time");
        let rates = Rates::from([((of("AUD"), of("USD")), (dec("0.66"), at))]);
        let balances = BTreeMap::from([(of("AUD"), Balance { cleared: dec("200"), pending: dec("5") })]);
        let needs = needs(&totals(&[("AUD", "20.00"), ("EUR", "7.00")]), &pairs, &rates, Some(&balances));
        let [aud, eur] = needs.as_slice() else { panic!("two balances: {needs:?}") };
        assert_eq!((aud.exact, aud.estimated), (dec("120.00"), dec("98.49")), "98.4848… rounded up");
        assert_eq!(aud.shortfall, Some(dec("18.49")));
        assert_eq!((eur.cleared, eur.shortfall), (Some(dec("0.00")), Some(dec("7.00"))), "there is none");
    }

    #[test]
    fn what_is_not_asked_is_not_short() {
        let needs = needs(&totals(&[("AUD", "20.00")]), &BTreeMap::new(), &Rates::new(), None);
        assert_eq!(needs[0].shortfall, None);
    }
}
