//! A plan as people and programs see it before money moves: plain values, accounts masked.

use std::collections::BTreeMap;
use std::fmt;

use rust_decimal::Decimal;
use serde::Serialize;

use super::ids::{PlanHash, RunId, run_as_typed};
use super::money::{Total, grouped, plural};
use super::payout::Kind;
use super::{Accepted, Currency, Slippage, Timestamp, first_of};

/// The first of a list, and how long it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed<T> {
    /// How many there are.
    pub count: u64,
    /// The first of them.
    pub first: Vec<T>,
}

/// Nobody reads more of a list.
const MOST_LISTED: usize = 1_000;

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self { count: 0, first: Vec::new() }
    }
}

impl<T> Listed<T> {
    /// One more, made only where it is listed.
    pub fn push(&mut self, item: impl FnOnce() -> T) {
        self.count += 1;
        if self.first.len() < MOST_LISTED {
            self.first.push(item());
        }
    }
}

/// The way that a payout takes, as far as it is known before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rail {
    /// To a BSB: by NPP, or by Direct Entry where the bank does not take part.
    Domestic,
    /// To a `PayID`, by NPP.
    PayId,
    /// Out of Australia.
    Abroad,
}

impl Rail {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Domestic => "NPP or Direct Entry, by BSB",
            Self::PayId => "NPP, by PayID",
            Self::Abroad => "abroad",
        }
    }
}

/// Payouts of one kind, rail and currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RailTotal {
    /// The way.
    pub rail: Rail,
    /// How the API carries them out.
    pub kind: Kind,
    /// Count and sum.
    #[serde(flatten)]
    pub total: Total,
}

impl RailTotal {
    /// In words: `abroad, converted`.
    pub fn way(&self) -> String {
        let how = match self.kind {
            Kind::Withdrawal => "",
            Kind::Payment => ", converted",
        };
        format!("{}{how}", self.rail.words())
    }
}

/// Payments of one rail and pair whose amounts are what leaves the balance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConvertedTotal {
    /// The way.
    pub rail: Rail,
    /// Count and sum, in the currency of the balance.
    #[serde(flatten)]
    pub total: Total,
    /// What the payees get.
    pub to: Currency,
    /// How much of it by the rate of now. None: the API did not say.
    pub about: Option<Decimal>,
}

impl fmt::Display for ConvertedTotal {
    /// `AUD 1,500.00 to SGD, about SGD 1,270.50, in 1 payout`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rail: _, total, to, about } = self;
        let about = about.map_or_else(
            || "at an unknown rate".to_owned(),
            |about| format!("about {to} {}", grouped(&about)),
        );
        let sum = grouped(&total.amount);
        write!(f, "{} {sum} to {to}, {about}, in {}", total.currency, plural(total.count, "payout"))
    }
}

/// What one balance must pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Need {
    /// The balance's currency.
    pub currency: Currency,
    /// What leaves it for certain: withdrawals, and payments whose amount is in this currency.
    pub exact: Decimal,
    /// What payments whose amount is in another currency cost by the rates of now, rounded up.
    pub estimated: Decimal,
    /// What fees come to, by the highest that the API has told of the run's payouts. A plan knows none.
    #[serde(skip)]
    pub fees: Option<Decimal>,
    /// What payees get of payments whose rate is not known: it leaves the balance too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unpriced: Vec<Total>,
    /// What is there. None: the API was not asked, or did not say.
    pub cleared: Option<Decimal>,
    /// What is on its way there.
    pub pending: Option<Decimal>,
    /// What is not there.
    pub shortfall: Option<Decimal>,
}

impl Need {
    /// Says `about ` where rates are part of it, which move, or fees, which are told afterwards.
    pub fn about(&self) -> &'static str {
        if self.estimated.is_zero() && self.fees.is_none() { "" } else { "about " }
    }

    /// All that is to leave the balance, as far as it is known.
    pub fn known(&self) -> Decimal {
        self.exact + self.estimated + self.fees.unwrap_or_default()
    }

    /// The same with the fees of `count` payouts, none of which has cost more than `fee` so far.
    #[must_use]
    pub fn with_fees(mut self, fee: Decimal, count: u64) -> Self {
        self.fees = Some(self.currency.with_decimals(fee * Decimal::from(count)));
        self.shortfall =
            self.cleared.map(|cleared| self.known() - cleared).filter(|missing| *missing > Decimal::ZERO);
        self
    }

    /// `about 4,041.55`; `at least about 4,041.55, plus 2 payments (EUR 20.00) at an unknown rate`.
    pub fn needed(&self) -> String {
        let known = self.known();
        let known = (!known.is_zero()).then(|| format!("{}{}", self.about(), grouped(&known)));
        if self.unpriced.is_empty() {
            return known.unwrap_or_default();
        }
        let count = self.unpriced.iter().map(|total| total.count).sum();
        let sums: Vec<String> = self
            .unpriced
            .iter()
            .map(|total| format!("{} {}", total.currency, grouped(&total.amount)))
            .collect();
        let unpriced = format!("{} ({}) at an unknown rate", plural(count, "payment"), sums.join(", "));
        known.map_or_else(|| unpriced.clone(), |known| format!("at least {known}, plus {unpriced}"))
    }

    /// What is missing, in words. Where no sum is, the API alone has said that something is: for the fees.
    pub fn lack(&self) -> String {
        let Self { currency, .. } = self;
        let missing = self.shortfall.map_or(String::new(), |missing| {
            format!("{}{currency} {} is missing: ", self.about(), grouped(&missing))
        });
        let fees = match (self.fees, self.shortfall) {
            (Some(fees), _) => {
                let fees = grouped(&fees);
                format!(" ({fees} of it for fees, as Flash has charged them for this run so far)")
            }
            (None, Some(_)) => String::new(),
            (None, None) => ", with fees on top, which Flash tells only of payouts that are made".to_owned(),
        };
        let there =
            self.cleared.map_or(String::new(), |cleared| format!(", and {} is there", grouped(&cleared)));
        let declined = if self.shortfall.is_none() { "; Flash says that it is not enough" } else { "" };
        format!("{missing}from the {currency} balance {} is to be paid{fees}{there}{declined}", self.needed())
    }
}

/// An indicative rate, and what it makes of the payments of its pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rate {
    /// The balance that pays.
    pub from: Currency,
    /// What the payees get.
    pub to: Currency,
    /// How many payments.
    pub count: u64,
    /// So many units of `to` for one of `from`. None: the API did not say.
    pub rate: Option<Decimal>,
    /// Of when the rate is.
    pub at: Option<Timestamp>,
}

/// What the needs of balances do not hold.
pub const FEES: &str = "fees are not in these sums: Flash tells them only of payouts that are made";

/// What a limit on rates means, for people.
pub fn guarded(limit: Slippage) -> String {
    format!(
        "a payment is sent while the same money costs at most {limit} more than by the rate shown; beyond that it waits, and you are asked again"
    )
}

/// So many digits of a rate are shown.
const RATE_DIGITS: u32 = 6;

/// A rate as people read it.
pub fn shown_rate(rate: Decimal) -> String {
    rate.round_sf(RATE_DIGITS).unwrap_or(rate).normalize().to_string()
}

/// Payouts of a run that are not sent any more, since another file corrects it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dropped {
    /// The run.
    #[serde(serialize_with = "run_as_typed")]
    pub run: RunId,
    /// Its rows.
    #[serde(flatten)]
    pub rows: Listed<Line>,
}

/// What one row pays whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The row of the file.
    pub row: u32,
    /// Who is paid.
    pub payee: String,
    /// Where to, masked.
    pub account: String,
    /// The amount, with the currency's decimals.
    pub amount: Decimal,
    /// Its currency.
    pub currency: Currency,
    /// What the payee gets, where the amount is what leaves the balance and is converted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Currency>,
}

impl Line {
    /// `AUD 1,500.00`; `AUD 1,500.00 to SGD`.
    pub fn money(&self) -> String {
        let to = self.to.map_or(String::new(), |to| format!(" to {to}"));
        format!("{} {}{to}", self.currency, grouped(&self.amount))
    }
}

/// A row and something about it that a person should see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Noted {
    /// The row.
    #[serde(flatten)]
    pub line: Line,
    /// What: what was before, or what is left of it.
    pub note: String,
}

/// A row and why it stands where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowReason {
    /// The row.
    pub row: u32,
    /// The reason, a sentence.
    pub reason: String,
}

/// A row that cannot be paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unpayable {
    /// The row.
    pub row: u32,
    /// Whom it names, as far as that could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payee: Option<String>,
    /// Why, in words.
    pub reason: String,
}

/// Somebody whom the last run has paid and this file does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// Who.
    pub payee: String,
    /// What the last run has paid.
    pub amount: Decimal,
    /// Its currency.
    pub currency: Currency,
}

/// A remitter as payees' statements show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// The whole name, as NPP shows it.
    pub name: String,
    /// What Direct Entry leaves of it.
    pub by_direct_entry: String,
    /// How many payouts.
    pub count: u64,
}

/// Payees who are not as they were.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct PayeeNews {
    /// Never paid before, each with its first row.
    pub new: Listed<Line>,
    /// How many rows pay them.
    #[serde(skip)]
    pub new_rows: u64,
    /// With other bank details than before, which a person has accepted.
    pub changed: Listed<Noted>,
    /// Paid by the last run and not by this file.
    pub missing: Listed<Missing>,
    /// The last run's name, where `missing` is told by it.
    pub missing_since: Option<String>,
    /// Whose amount differs by more than half from their last.
    pub differing: Listed<Noted>,
}

/// What banks say of one payee of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BankWord {
    /// The rows that pay it.
    pub rows: Vec<u32>,
    /// Its name.
    pub payee: String,
    /// Its account, masked.
    pub account: String,
    /// Whether a bank can be asked at all.
    pub can_be_verified: bool,
    /// What the bank said of name and account, where it has said something that is still good.
    pub verdict: Option<&'static str>,
    /// When it said it.
    pub verified_at: Option<Timestamp>,
    /// The same in words, or why nothing is known.
    pub words: String,
    /// The account's bank, where that was asked.
    pub bank: Option<String>,
}

/// What banks say of the payees of the file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct BankWords {
    /// Nobody has said anything of so many payees yet: to ask takes as many questions, each of which may be billed.
    pub questions: u64,
    /// So many payees could be verified and are not: nobody was asked, or no answer came.
    pub unverified: u64,
    /// Every payee, those first that a person should look at.
    pub payees: Vec<BankWord>,
    /// Why not everybody was asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stopped: Vec<String>,
}

impl BankWord {
    /// Whether a bank can be asked and has said nothing that is still good.
    pub fn is_unverified(&self) -> bool {
        self.can_be_verified && self.verdict.is_none()
    }

    /// `row 3`, or `rows 3, 7`.
    pub fn places(&self) -> String {
        let one = if self.rows.len() == 1 { "row" } else { "rows" };
        format!("{one} {}", first_of(&self.rows))
    }
}

/// Everything that is known before money moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanView {
    /// What the plan is told by: a digest of every row, what is done with it, and in whose name.
    pub plan: PlanHash,
    /// The run that it is or would be.
    #[serde(serialize_with = "run_as_typed")]
    pub run: RunId,
    /// The file's name.
    pub file: String,
    /// The run's name.
    pub label: String,
    /// `simulator`, `uat` or `production`.
    pub environment: String,
    /// In words, with the login.
    pub place: String,
    /// When it was made.
    pub at: Timestamp,
    /// Rows of the file, paid or not.
    pub rows: u64,
    /// What payees would get, per currency.
    pub to_send: Vec<Total>,
    /// The same, per kind, rail and currency.
    pub by_rail: Vec<RailTotal>,
    /// What would be sent beside it in amounts that are converted.
    pub converted: Vec<ConvertedTotal>,
    /// What each balance must pay, without fees: the API tells them only of payouts that are made.
    pub funds: Vec<Need>,
    /// Why balances or rates are not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub funds_unknown: Option<String>,
    /// The rates of now.
    pub rates: Vec<Rate>,
    /// How much more the same money may cost than by these rates before payments of a pair wait. None: they go at whatever
    /// the rate is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_slippage: Option<Slippage>,
    /// The names of the remitters.
    pub remitters: Vec<String>,
    /// The same, as statements show them, each with how many payouts.
    pub shown_as: Vec<Shown>,
    /// How many payouts are paid on behalf of each sub-client, by Flash's id of it.
    pub sub_clients: BTreeMap<String, u64>,
    /// How many are paid in the account's own name.
    pub in_own_name: u64,
    /// Payouts whose reference gets cut by Direct Entry, with what is left of it.
    pub cut: Listed<Noted>,
    /// Payees who are not as they were.
    pub payees: PayeeNews,
    /// What banks say of the payees, where that was wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank_words: Option<BankWords>,
    /// The largest payouts of each currency.
    pub largest: Vec<Line>,
    /// What a person has accepted.
    pub accepted: Accepted,
    /// Of when the bank directory is.
    pub bank_directory: String,
    /// How many payouts have their address from the payee book.
    pub addresses_from_book: u64,
    /// How many rows an earlier run has.
    pub already: usize,
    /// Of a file that corrects a run: what that has yet to send and will not send any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dropped: Option<Dropped>,
    /// Rows that a person must decide on.
    pub held: Vec<RowReason>,
    /// What the payouts add up to that are paid on top of what was sent before.
    pub on_top: Vec<Total>,
    /// The rows of them.
    pub repeats: Vec<RowReason>,
    /// Rows that look like payouts of earlier runs, though an id or a reference tells them apart.
    pub like_earlier: Vec<RowReason>,
    /// Rows that cannot be paid.
    pub invalid: Listed<Unpayable>,
}

impl PlanView {
    /// How many payouts would be sent.
    pub fn payouts(&self) -> u64 {
        let converted = self.converted.iter().map(|converted| &converted.total);
        self.to_send.iter().chain(converted).map(|total| total.count).sum()
    }

    /// How many payouts are paid on behalf of sub-clients: what pays them is not in the needs of the balances.
    pub fn on_behalf(&self) -> u64 {
        self.sub_clients.values().sum()
    }
}
