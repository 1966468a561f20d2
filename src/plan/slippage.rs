//! Whether a rate is still the one that was agreed to. Pure: rates and limit are arguments.
//!
//! A rate is units of what payees get for one unit of what pays, so less is worse for the payer. What counts is what
//! the same money costs more: that is never less than what the same cost buys less, so the limit holds for both sides.

use rust_decimal::Decimal;

use super::PairSums;
use super::funds::cost;
use crate::domain::{Currency, Slippage};

/// Whether `now` is at most `limit` worse than `agreed`. A better rate always is. Compared without rounding; what is
/// too large to be compared is not within.
pub fn is_within(limit: Slippage, agreed: Decimal, now: Decimal) -> bool {
    let allowed = Decimal::ONE_HUNDRED.checked_add(limit.percent()).and_then(|most| now.checked_mul(most));
    let needed = agreed.checked_mul(Decimal::ONE_HUNDRED);
    now > Decimal::ZERO && needed.zip(allowed).is_some_and(|(needed, allowed)| needed <= allowed)
}

/// By how many per cent the same money costs more at `now` than at `agreed`, for people: two digits, rounded up so that
/// what is beyond a limit never looks like the limit. None where there is no number for it.
pub fn worse_by(agreed: Decimal, now: Decimal) -> Option<Decimal> {
    let share = agreed.checked_div(now)?.checked_sub(Decimal::ONE)?.checked_mul(Decimal::ONE_HUNDRED)?;
    Some(share.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::AwayFromZero))
}

/// What payments of one pair cost at a rate, in what pays.
pub fn cost_at(sums: &PairSums, (from, to): (Currency, Currency), rate: Decimal) -> Decimal {
    let exact = sums.from.of(from).1;
    let delivered = sums.to.of(to);
    let cost = if delivered.0 == 0 { Some(Decimal::ZERO) } else { cost(delivered, rate, from) };
    let mut sum = cost.and_then(|cost| exact.checked_add(cost)).unwrap_or(Decimal::MAX);
    sum.rescale(from.decimals());
    sum
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Money;

    fn dec(text: &str) -> Decimal {
        Decimal::from_str_exact(text).expect("a decimal")
    }

    #[test]
    fn a_better_rate_is_never_a_reason_to_stop_and_a_worse_one_is_beyond_the_limit() {
        let cases = [
            ("0.5%", "0.6000", "0.6000", true),
            ("0.5%", "0.6000", "0.9000", true), // half as much again
            ("0.5%", "0.6030", "0.6000", true), // exactly half a per cent
            ("0.5%", "0.6030", "0.599999", false),
            ("0%", "0.6000", "0.6000", true),
            ("0%", "0.6000", "0.5999999999", false),
            ("50%", "0.6000", "0.3999", false),
            ("50%", "0.6000", "0", false),
        ];
        for (limit, agreed, now, expected) in cases {
            let limit: Slippage = limit.parse().expect("a share");
            assert_eq!(is_within(limit, dec(agreed), dec(now)), expected, "{limit} {agreed} {now}");
        }
        assert_eq!(worse_by(dec("0.6000"), dec("0.5940")), Some(dec("1.02")), "rounded up");
        assert_eq!(worse_by(dec("0.6"), dec("0")), None);
    }

    #[test]
    fn both_sides_of_what_waits_are_added() {
        let (aud, eur): (Currency, Currency) = ("AUD".parse().expect("one"), "EUR".parse().expect("one"));
        let mut sums = PairSums::default();
        sums.from.add(Money::new(dec("100"), aud).expect("money"));
        sums.to.add(Money::new(dec("50"), eur).expect("money"));
        assert_eq!(cost_at(&sums, (aud, eur), dec("0.6")).to_string(), "183.34");
        assert_eq!(cost_at(&PairSums::default(), (aud, eur), dec("0")).to_string(), "0.00");
    }

    proptest! {
        /// Whatever the amount: within the limit it costs no more than the limit allows, beyond it does.
        #[test]
        fn the_limit_is_kept_in_money(percent in 0i64..2_000, agreed in 1i64..2_000_000, now in 1i64..2_000_000) {
            let limit: Slippage = format!("{}%", Decimal::new(percent, 2)).parse().expect("a share");
            let (agreed, now) = (Decimal::new(agreed, 4), Decimal::new(now, 4));
            // the cost of agreed × now units is `now` at the agreed rate and `agreed` at the other
            let most = now * (Decimal::ONE_HUNDRED + limit.percent());
            prop_assert_eq!(is_within(limit, agreed, now), agreed * Decimal::ONE_HUNDRED <= most);
            prop_assert!(now < agreed || is_within(limit, agreed, now), "a better rate");
        }
    }
}
