//! How a run came out, added up: what each state means in words, and the file's totals by what became of them.

use rust_decimal::Decimal;

use super::money::Total;
use super::run::{RunView, StatusTotal};
use super::{Currency, PayoutState};

impl PayoutState {
    /// The state in a few words.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Invalid => "invalid: a finding forbids paying it",
            Self::Held => "held: a person must decide",
            Self::Ready => "ready: not sent yet",
            Self::Sending => "sending: interrupted while being sent; resume looks it up",
            Self::InDoubt => "in doubt: sent, the answer was lost; resume looks it up",
            Self::Submitted => "submitted: Flash has it, the bank's answer is to come",
            Self::Paid => "paid: the payee's bank has it",
            Self::Returned => "returned: the money came back",
            Self::Rejected => "rejected: not paid",
            Self::Attention => "attention: only a person can tell, see the report",
        }
    }

    /// The name as a sentence has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::InDoubt => "in doubt",
            other => other.name(),
        }
    }

    /// Whether a person has something to do about it, or the run has.
    pub fn needs_a_look(self) -> bool {
        Outcome::of(self) != Outcome::Paid && Outcome::of(self) != Outcome::UnderWay
    }
}

/// What became of a part of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// The payees' banks have it.
    Paid,
    /// Flash has it.
    UnderWay,
    /// Nobody can tell yet where it is.
    Unclear,
    /// It was sent, and no payee has it.
    NotPaid,
    /// It was not sent.
    NotSent,
}

impl Outcome {
    /// All, in the order of reports. Together they are the file.
    pub const ALL: [Self; 5] = [Self::Paid, Self::UnderWay, Self::Unclear, Self::NotPaid, Self::NotSent];

    /// What a state means for the money.
    pub fn of(state: PayoutState) -> Self {
        match state {
            PayoutState::Paid => Self::Paid,
            PayoutState::Submitted => Self::UnderWay,
            PayoutState::Sending | PayoutState::InDoubt | PayoutState::Attention => Self::Unclear,
            PayoutState::Returned | PayoutState::Rejected => Self::NotPaid,
            PayoutState::Ready | PayoutState::Held | PayoutState::Invalid => Self::NotSent,
        }
    }

    /// In words, as the head of a column.
    pub fn words(self) -> &'static str {
        match self {
            Self::Paid => "Paid",
            Self::UnderWay => "On its way",
            Self::Unclear => "Not clear yet",
            Self::NotPaid => "Came back or refused",
            Self::NotSent => "Not sent",
        }
    }
}

/// The head of the column of what another run has.
pub const OF_OTHER_RUNS: &str = "Of another run";

/// A currency of a file by what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciled {
    /// The currency.
    pub currency: Currency,
    /// What the file asks for.
    pub file: (u64, Decimal),
    /// What became of it, in the order of [`Outcome::ALL`].
    pub parts: [(u64, Decimal); Outcome::ALL.len()],
    /// What another run has of it: what became of it counts there.
    pub of_other_runs: (u64, Decimal),
}

impl Reconciled {
    /// What of the file is in none of the parts. Never anything but zero.
    pub fn difference(&self) -> Decimal {
        let parts: Decimal = self.parts.iter().map(|(_, amount)| *amount).sum();
        self.file.1 - parts - self.of_other_runs.1
    }
}

impl RunView {
    /// The file's totals, by what became of them.
    pub fn reconciled(&self) -> Vec<Reconciled> {
        let sum = |currency, counts: &dyn Fn(&StatusTotal) -> bool| {
            let lines = self.by_status.iter();
            let lines = lines.filter(|line| line.currency == Some(currency) && counts(line));
            lines.fold((0, Decimal::ZERO), |(count, sum), line| {
                (count + line.count, sum + line.amount.unwrap_or_default())
            })
        };
        let line = |total: &Total| Reconciled {
            currency: total.currency,
            file: (total.count, total.amount),
            parts: Outcome::ALL.map(|outcome| {
                sum(total.currency, &|line| !line.of_another_run && Outcome::of(line.status) == outcome)
            }),
            of_other_runs: sum(total.currency, &|line| line.of_another_run),
        };
        self.file_totals.iter().map(line).collect()
    }

    /// How many rows no amount could be read of: they are in no total.
    pub fn without_amount(&self) -> u64 {
        self.by_status.iter().filter(|line| line.currency.is_none()).map(|line| line.count).sum()
    }

    /// Whether anything of its own was ever sent, whatever became of it.
    pub fn has_sent(&self) -> bool {
        let own = self.by_status.iter().filter(|line| !line.of_another_run);
        own.map(|line| Outcome::of(line.status)).any(|outcome| outcome != Outcome::NotSent)
    }

    /// Whether money can have moved, in a sentence where it cannot.
    pub fn no_money(&self) -> Option<&'static str> {
        match self.environment.as_str() {
            "simulator" => Some("This was the simulator: no money was moved."),
            "uat" => Some("This was Flash's test environment: no money was moved."),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_bank_has_counts_as_paid_and_all_that_is_open_or_lost_wants_a_look() {
        use PayoutState::{
            Attention, Held, InDoubt, Invalid, Paid, Ready, Rejected, Returned, Sending, Submitted,
        };
        let of = |outcome| PayoutState::ALL.into_iter().filter(move |state| Outcome::of(*state) == outcome);
        let states: Vec<Vec<PayoutState>> = Outcome::ALL.map(|outcome| of(outcome).collect()).into();
        let expected = [
            vec![Paid],
            vec![Submitted],
            vec![Sending, InDoubt, Attention],
            vec![Returned, Rejected],
            vec![Invalid, Held, Ready],
        ];
        assert_eq!(states, expected);
        let quiet: Vec<_> = PayoutState::ALL.into_iter().filter(|state| !state.needs_a_look()).collect();
        assert_eq!(quiet, [Submitted, Paid]);
    }
}
