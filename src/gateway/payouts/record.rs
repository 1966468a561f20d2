//! A payout as the API shows it, and whether it is the one that was asked for.

use std::fmt;

use rust_decimal::Decimal;

use crate::domain::{Currency, Deal, Kind, Money, PayoutStatus};
use crate::gateway::wire::WirePayout;
use crate::gateway::{classify, parties};

/// A payout as the API holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayoutRecord {
    /// The API's id of it.
    pub flash_id: String,
    /// Our id of it.
    pub external_id: Option<String>,
    /// Its amounts and currencies.
    pub amounts: Amounts,
    /// The payee's account in the form of [`BankAccount::canonical`](crate::domain::BankAccount::canonical).
    pub account: Option<String>,
    /// Where it stands.
    pub status: Option<PayoutStatus>,
}

/// The amounts of a payout, as far as the API shows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amounts {
    /// Of a withdrawal.
    Withdrawal {
        /// What leaves the balance and arrives.
        amount: Option<Decimal>,
        /// In this currency.
        currency: Option<Currency>,
    },
    /// Of an FX payment.
    Payment {
        /// What was asked for, in one of the two currencies: which one, the API does not say.
        size: Option<Decimal>,
        /// The currency of the balance.
        from: Option<Currency>,
        /// The currency that the payee gets.
        to: Option<Currency>,
        /// What leaves the balance.
        paid: Option<Decimal>,
        /// What arrives.
        delivered: Option<Decimal>,
    },
}

impl Amounts {
    pub(in crate::gateway) fn of(kind: Kind, wire: &WirePayout) -> Self {
        let currency = |code: &Option<String>| code.as_deref().and_then(|code| code.parse().ok());
        match kind {
            Kind::Withdrawal => Self::Withdrawal { amount: wire.amount, currency: currency(&wire.currency) },
            Kind::Payment => Self::Payment {
                size: wire.size,
                from: currency(&wire.from_currency),
                to: currency(&wire.to_currency),
                paid: wire.from_amount,
                delivered: wire.to_amount,
            },
        }
    }

    /// Whether they are what was asked for. The other side of a conversion is the market's; the side that was asked
    /// for is ours to the cent, where it is shown.
    pub fn echo(&self, deal: &Deal) -> bool {
        match (*self, *deal) {
            (Self::Withdrawal { amount, currency }, Deal::Withdrawal(money)) => {
                amount == Some(money.amount()) && currency == Some(money.currency())
            }
            (
                Self::Payment { size, from, to, paid, delivered },
                Deal::Payment { money, from: ours, to: theirs },
            ) => {
                let asked = money.amount();
                let side = if money.currency() == theirs { delivered } else { paid };
                size == Some(asked)
                    && from == Some(ours)
                    && to == Some(theirs)
                    && side.is_none_or(|shown| shown == asked)
            }
            (Self::Withdrawal { .. }, Deal::Payment { .. }) | (Self::Payment { .. }, Deal::Withdrawal(_)) => {
                false
            }
        }
    }
}

impl Amounts {
    /// Whether anything that is shown is not what was asked for. What is not shown contradicts nothing.
    pub fn contradict(&self, deal: &Deal) -> bool {
        fn differs<T: PartialEq>(shown: Option<T>, asked: &T) -> bool {
            shown.is_some_and(|shown| shown != *asked)
        }
        match (self, deal) {
            (Self::Withdrawal { amount, currency }, Deal::Withdrawal(money)) => {
                differs(*amount, &money.amount()) || differs(*currency, &money.currency())
            }
            (
                Self::Payment { size, from, to, paid, delivered },
                Deal::Payment { money, from: ours, to: theirs },
            ) => {
                let side = if money.currency() == *theirs { delivered } else { paid };
                differs(*size, &money.amount())
                    || differs(*side, &money.amount())
                    || differs(*from, ours)
                    || differs(*to, theirs)
            }
            (Self::Withdrawal { .. }, Deal::Payment { .. }) | (Self::Payment { .. }, Deal::Withdrawal(_)) => {
                true
            }
        }
    }
}

impl fmt::Display for Amounts {
    /// For people: `AUD 100.00`; `EUR 100.00 paid from AUD 167.20`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let money = |amount: Option<Decimal>, currency: Option<Currency>| match (amount, currency) {
            (Some(amount), Some(currency)) => match Money::new(amount, currency) {
                Ok(money) => money.to_string(),
                Err(_) => format!("{currency} {amount}"),
            },
            (Some(amount), None) => amount.to_string(),
            (None, Some(currency)) => currency.to_string(),
            (None, None) => "no amount".to_owned(),
        };
        match *self {
            Self::Withdrawal { amount: None, .. } => f.write_str("no amount"),
            Self::Withdrawal { amount, currency } => f.write_str(&money(amount, currency)),
            Self::Payment { size, from, to, paid, delivered } => {
                let size = size.map_or("no size".to_owned(), |size| format!("the size {size}"));
                write!(f, "{} paid from {}, with {size}", money(delivered, to), money(paid, from))
            }
        }
    }
}

/// A list in which every item can be read; none otherwise, since what cannot be read could be what is looked for.
pub(super) fn whole(kind: Kind, shown: Vec<Option<WirePayout>>) -> Option<Vec<PayoutRecord>> {
    shown.into_iter().map(|item| item.and_then(|wire| record(kind, wire))).collect()
}

pub(super) fn record(kind: Kind, wire: WirePayout) -> Option<PayoutRecord> {
    Some(PayoutRecord {
        amounts: Amounts::of(kind, &wire),
        account: wire.recipient.as_ref().and_then(parties::account).map(|(canonical, _)| canonical),
        status: classify::status(kind, &wire),
        external_id: wire.external_id,
        flash_id: wire.id.filter(|id| !id.is_empty())?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::from_str_exact(text).expect("digits")
    }

    fn currency(code: &str) -> Currency {
        code.parse().expect("a currency")
    }

    fn deal(side: &str) -> Deal {
        let money = Money::new(decimal("100.10"), currency(side)).expect("money");
        Deal::Payment { money, from: Currency::AUD, to: currency("EUR") }
    }

    fn shown(size: &str, pair: [&str; 2], paid: Option<&str>, delivered: Option<&str>) -> Amounts {
        Amounts::Payment {
            size: Some(decimal(size)),
            from: Some(currency(pair[0])),
            to: Some(currency(pair[1])),
            paid: paid.map(decimal),
            delivered: delivered.map(decimal),
        }
    }

    #[test]
    fn only_what_is_shown_and_differs_contradicts() {
        const PAIR: [&str; 2] = ["AUD", "EUR"];
        let (to, from) = (deal("EUR"), deal("AUD"));
        assert!(!shown("100.1", PAIR, Some("167.77"), Some("100.10")).contradict(&to));
        assert!(!shown("100.1", PAIR, Some("168.20"), None).contradict(&to), "the market's side may move");
        assert!(shown("100.1", PAIR, None, Some("100.11")).contradict(&to));
        assert!(shown("100.1", PAIR, Some("100.11"), None).contradict(&from));
        assert!(shown("100.2", PAIR, None, None).contradict(&to));
        assert!(shown("100.1", ["AUD", "USD"], None, None).contradict(&to));
        let nothing = Amounts::Payment { size: None, from: None, to: None, paid: None, delivered: None };
        assert!(!nothing.contradict(&to));
        let withdrawal = |amount: Option<&str>, code: &str| Amounts::Withdrawal {
            amount: amount.map(decimal),
            currency: Some(currency(code)),
        };
        let asked = Deal::Withdrawal(Money::new(decimal("100.10"), Currency::AUD).expect("money"));
        assert!(!withdrawal(Some("100.1"), "AUD").contradict(&asked));
        assert!(!withdrawal(None, "AUD").contradict(&asked));
        assert!(withdrawal(Some("100.11"), "AUD").contradict(&asked));
        assert!(withdrawal(Some("100.1"), "NZD").contradict(&asked));
        assert!(withdrawal(None, "AUD").contradict(&to), "no withdrawal is a payment");
    }

    #[test]
    fn a_payment_is_ours_by_its_size_its_pair_and_the_side_that_was_asked_for() {
        const PAIR: [&str; 2] = ["AUD", "EUR"];
        let (to, from) = (deal("EUR"), deal("AUD"));
        assert!(shown("100.1", PAIR, Some("167.77"), Some("100.10")).echo(&to));
        assert!(shown("100.1", PAIR, Some("100.1"), Some("59.97")).echo(&from));
        assert!(shown("100.1", PAIR, None, None).echo(&to), "the sides need not be shown");
        assert!(
            !shown("100.1", PAIR, Some("100.1"), Some("59.97")).echo(&to),
            "the other side was asked for"
        );
        assert!(!shown("100.1", PAIR, Some("167.77"), Some("100.10")).echo(&from));
        assert!(!shown("100.11", PAIR, None, Some("100.10")).echo(&to));
        assert!(!shown("100.1", ["NZD", "EUR"], None, None).echo(&to));
        assert!(!shown("100.1", ["AUD", "USD"], None, None).echo(&to));
        assert!(!shown("100.1", ["EUR", "AUD"], None, None).echo(&to));
        let withdrawal =
            Amounts::Withdrawal { amount: Some(decimal("100.1")), currency: Some(currency("EUR")) };
        assert!(!withdrawal.echo(&to), "no withdrawal is a payment");
        let nothing = Amounts::Payment { size: None, from: None, to: None, paid: None, delivered: None };
        assert!(!nothing.echo(&to));
    }

    #[test]
    fn people_see_both_sides() {
        let amounts = shown("100.1", ["AUD", "EUR"], Some("167.2"), Some("100.10"));
        assert_eq!(amounts.to_string(), "EUR 100.10 paid from AUD 167.20, with the size 100.1");
        let hidden = shown("100.1", ["AUD", "EUR"], None, None);
        assert_eq!(hidden.to_string(), "EUR paid from AUD, with the size 100.1");
        assert_eq!(deal("EUR").to_string(), "EUR 100.10 paid from AUD");
        assert_eq!(deal("AUD").to_string(), "AUD 100.10 paid out in EUR");
    }
}
