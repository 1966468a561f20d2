//! What may be sent without a person: nothing, or what stays within limits per payout, per run and per day.

use std::collections::BTreeMap;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::Deserialize;

use super::Currency;
use super::money::grouped;

/// Who lets runs go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// A person, each of them.
    #[default]
    Hold,
    /// The configuration, within its limits.
    Pay,
}

/// Amounts by currency, as in `AUD=5000,USD=2000`. What is not named is not allowed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sums(BTreeMap<Currency, Decimal>);

impl Sums {
    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds to a currency.
    pub fn add(&mut self, currency: Currency, amount: Decimal) {
        *self.0.entry(currency).or_default() += amount;
    }

    /// Keeps the larger amount of a currency.
    pub fn raise(&mut self, currency: Currency, amount: Decimal) {
        let known = self.0.entry(currency).or_default();
        *known = amount.max(*known);
    }
}

impl FromStr for Sums {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut sums = Self::default();
        for part in text.split(',') {
            let parsed = part.split_once('=').and_then(|(currency, amount)| {
                let amount = Decimal::from_str_exact(amount.trim())
                    .ok()
                    .filter(|amount| !amount.is_sign_negative())?;
                Some((currency.trim().parse::<Currency>().ok()?, amount))
            });
            let (currency, amount) = parsed
                .ok_or_else(|| format!("\"{text}\" is not a list of amounts like AUD=5000,USD=2000"))?;
            sums.0.insert(currency, amount);
        }
        Ok(sums)
    }
}

/// What the configuration allows.
#[derive(Debug, Clone, Default)]
pub struct Allowances {
    /// Who lets runs go.
    pub mode: Mode,
    /// The largest payout.
    pub per_payout: Option<Sums>,
    /// The sum of a run.
    pub per_run: Option<Sums>,
    /// The sum of the runs of a day.
    pub per_day: Option<Sums>,
}

/// Whether a run may go without a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    /// Yes.
    Yes,
    /// No, and why not.
    No(String),
}

impl Allowances {
    /// Whether a run may go whose largest payouts, whose sum, and whose day's sum with it are these.
    pub fn allow(&self, largest: &Sums, run: &Sums, day: &Sums) -> Allowed {
        if self.mode == Mode::Hold {
            return Allowed::No("every run is let go by a person".to_owned());
        }
        let parts = [
            (&self.per_payout, largest, "the largest payout"),
            (&self.per_run, run, "the run"),
            (&self.per_day, day, "this day's runs with it"),
        ];
        let mut beyond = Vec::new();
        for (limit, sums, what) in parts {
            let Some(limit) = limit else { continue };
            for (currency, sum) in &sums.0 {
                let shown = |sum: &Decimal| format!("{currency} {}", grouped(&currency.with_decimals(*sum)));
                match limit.0.get(currency) {
                    Some(allowed) if sum > allowed => beyond.push(format!(
                        "{what}: {} is more than the limit of {}",
                        shown(sum),
                        shown(allowed)
                    )),
                    None if !sum.is_zero() => {
                        beyond.push(format!("{what}: {}, and there is no limit for {currency}", shown(sum)));
                    }
                    Some(_) | None => {}
                }
            }
        }
        if beyond.is_empty() { Allowed::Yes } else { Allowed::No(beyond.join("; ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(text: &str) -> Sums {
        text.parse().expect("amounts")
    }

    #[test]
    fn a_run_goes_within_every_limit_and_not_a_cent_beyond_one() {
        let allowances = Allowances {
            mode: Mode::Pay,
            per_payout: Some(sums("AUD=100")),
            per_run: Some(sums("AUD=1000")),
            per_day: Some(sums("AUD=1500,USD=10")),
        };
        let allow = |largest, run, day| allowances.allow(&sums(largest), &sums(run), &sums(day));
        assert_eq!(allow("AUD=100", "AUD=1000", "AUD=1500"), Allowed::Yes);
        for (largest, run, day, what) in [
            ("AUD=100.01", "AUD=1000", "AUD=1500", "the largest payout: AUD 100.01"),
            ("AUD=100", "AUD=1000.01", "AUD=1500", "the run: AUD 1,000.01"),
            ("AUD=100", "AUD=1000", "AUD=1500.01", "this day's runs with it: AUD 1,500.01"),
            (
                "USD=1",
                "USD=1",
                "USD=1",
                "the largest payout: USD 1.00, and there is no limit for USD; the run: USD 1.00, and there is",
            ),
        ] {
            assert!(matches!(allow(largest, run, day), Allowed::No(why) if why.starts_with(what)), "{what}");
        }
    }

    #[test]
    fn by_default_a_person_lets_runs_go() {
        let nothing = Sums::default();
        assert!(matches!(Allowances::default().allow(&nothing, &nothing, &nothing), Allowed::No(_)));
        assert!("AUD".parse::<Sums>().is_err() && "AUD=-1".parse::<Sums>().is_err());
    }
}
