//! What a plan would do, summed up row by row: pure, and in memory that does not grow by the row.

use std::collections::{BTreeMap, HashMap, HashSet};

use rust_decimal::Decimal;

use super::{Decision, Outgoing, Planned, Rates};
use crate::domain::ids::{PlanDigest, PlanHash};
use crate::domain::money::Total;
use crate::domain::payout::SHOWN_BY_DIRECT_ENTRY;
use crate::domain::plan_view::{
    ConvertedTotal, Line, Listed, Missing, Noted, PayeeNews, Rail, RailTotal, Shown,
};
use crate::domain::{BankAccount, Currency, ExternalId, Kind, Money, Payout, Remitter, RunId, Totals};

/// So many characters of a remitter's name go by Direct Entry.
const REMITTER_BY_DIRECT_ENTRY: usize = 16;
/// So many of the largest payouts of a currency are shown.
const LARGEST: usize = 5;

/// What is known of a payee before this payout.
#[derive(Debug, Clone, Default)]
pub struct Before {
    /// Whether the payee was ever paid.
    pub paid: bool,
    /// Other bank details that the payee had, masked, beside the new ones.
    pub changed: Option<(String, String)>,
    /// What this account of the payee's was last paid.
    pub last: Option<Money>,
}

/// In whose name a row is paid.
#[derive(Debug, Clone, Copy)]
pub enum InNameOf<'a> {
    /// The Flash account itself.
    Account,
    /// A remitter, by our id of it and the name that the payee sees.
    Remitter(&'a ExternalId, &'a str),
    /// A sub-client, by the API's id of it.
    SubClient(&'a str),
}

impl<'a> InNameOf<'a> {
    fn words(self) -> [&'a str; 2] {
        match self {
            Self::Account => ["", ""],
            Self::Remitter(id, _) => ["remitter", id.as_str()],
            Self::SubClient(id) => ["sub-client", id],
        }
    }
}

/// The sums of a plan as its rows go by.
#[derive(Debug, Default)]
pub struct Preview {
    digest: PlanDigest,
    delivered: Totals,
    rails: BTreeMap<(Rail, Kind, Currency), Totals>,
    converted: BTreeMap<(Rail, Currency, Currency), Totals>,
    outgoing: Outgoing,
    shown: HashMap<String, u64>,
    /// How many payouts are paid on behalf of each sub-client.
    sub_clients: BTreeMap<String, u64>,
    /// How many are paid in the account's own name.
    in_own_name: u64,
    cut: Listed<Noted>,
    payees: PayeeNews,
    new_payees: HashSet<ExternalId>,
    largest: BTreeMap<(Currency, Option<Currency>), Vec<Line>>,
    dropped: Listed<Line>,
}

impl Preview {
    /// Takes one row of the plan.
    pub fn add(&mut self, payout: &Payout, planned: &Planned, name: InNameOf<'_>, before: Before) {
        let word = match planned.decision {
            Decision::Pay => "pay",
            Decision::Already => "already",
            Decision::Hold(_) => "hold",
            Decision::Conflict(_) => "conflict",
        };
        self.digest.add(&planned.id, &payout.row_digest(), word, name.words());
        if !payout.from_book.is_empty() {
            // the row says nothing of it, and may be completed otherwise another day
            let party = serde_json::to_string(&payout.payee.party).expect("a party is plain text");
            self.digest.add_completed(&party);
        }
        if planned.decision != Decision::Pay {
            return;
        }
        let rail = rail(payout);
        let currency = payout.money.currency();
        if let Some(to) = converted_to(payout) {
            self.converted.entry((rail, currency, to)).or_default().add(payout.money);
        } else {
            self.delivered.add(payout.money);
            self.rails.entry((rail, payout.kind(), currency)).or_default().add(payout.money);
        }
        self.outgoing.add(payout, matches!(name, InNameOf::SubClient(_)));
        match name {
            InNameOf::Account => self.in_own_name += 1,
            InNameOf::Remitter(_, name) => *self.shown.entry(name.to_owned()).or_default() += 1,
            InNameOf::SubClient(id) => *self.sub_clients.entry(id.to_owned()).or_default() += 1,
        }
        self.note_cut(payout, rail);
        self.note_payee(payout, before);
        self.note_largest(payout);
    }

    /// Rows that cannot be paid are part of what the plan is told by.
    pub fn add_invalid(&mut self, row: u32) {
        self.digest.add_invalid(row);
    }

    /// The run that the file corrects is part of it too.
    pub fn add_amended(&mut self, run: RunId) {
        self.digest.add_amended(run);
    }

    /// A payout of that run which is not sent any more.
    pub fn add_dropped(&mut self, payout: &Payout) {
        self.dropped.push(|| line(payout));
    }

    /// What a remitter is, once for each, is part of it too.
    pub fn add_remitter(&mut self, id: &ExternalId, remitter: &Remitter) {
        let details = serde_json::to_string(remitter).expect("a remitter is plain text");
        self.digest.add_remitter(id, &details);
    }

    /// Somebody whom the last run, named `since`, has paid and this file does not.
    pub fn add_missing(&mut self, missing: Missing, since: &str) {
        self.payees.missing.push(|| missing);
        self.payees.missing_since.get_or_insert_with(|| since.to_owned());
    }

    /// What the plan is told by.
    pub fn hash(&self) -> PlanHash {
        self.digest.hash()
    }

    /// What payees get, per currency, where the file says that.
    pub fn delivered(&self) -> Vec<Total> {
        self.delivered.lines()
    }

    /// The same by kind, rail and currency.
    pub fn by_rail(&self) -> Vec<RailTotal> {
        let lines = |((rail, kind, _), totals): (&(Rail, Kind, Currency), &Totals)| {
            totals
                .lines()
                .into_iter()
                .map(|total| RailTotal { rail: *rail, kind: *kind, total })
                .collect::<Vec<_>>()
        };
        self.rails.iter().flat_map(lines).collect()
    }

    /// What is paid beside it in amounts that leave a balance and are converted at the rate of their moment.
    pub fn converted(&self, rates: &Rates) -> Vec<ConvertedTotal> {
        let lines = |((rail, from, to), totals): (&(Rail, Currency, Currency), &Totals)| {
            let about = |amount: Decimal| {
                let (rate, _) = rates.get(&(*from, *to))?;
                Some(to.with_decimals(amount.checked_mul(*rate)?.round_dp(to.decimals())))
            };
            let line =
                |total: Total| ConvertedTotal { rail: *rail, about: about(total.amount), total, to: *to };
            totals.lines().into_iter().map(line).collect::<Vec<_>>()
        };
        self.converted.iter().flat_map(lines).collect()
    }

    /// What the payouts come to, by what pays them.
    pub fn outgoing(&self) -> &Outgoing {
        &self.outgoing
    }

    /// The remitters as statements show them, the most frequent first.
    pub fn shown_as(&self) -> Vec<Shown> {
        let shown = |(name, count): (&String, &u64)| Shown {
            name: name.clone(),
            by_direct_entry: by_direct_entry(name),
            count: *count,
        };
        let mut all: Vec<Shown> = self.shown.iter().map(shown).collect();
        all.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
        all
    }

    /// The sub-clients on whose behalf is paid, each with how many payouts.
    pub fn sub_clients(&self) -> &BTreeMap<String, u64> {
        &self.sub_clients
    }

    /// How many payouts are paid in the account's own name.
    pub fn in_own_name(&self) -> u64 {
        self.in_own_name
    }

    /// Payouts whose reference Direct Entry cuts, with what is left of it.
    pub fn cut(&self) -> &Listed<Noted> {
        &self.cut
    }

    /// Payees who are not as they were.
    pub fn payees(&self) -> &PayeeNews {
        &self.payees
    }

    /// What the run that the file corrects has yet to send and will not send any more.
    pub fn dropped(&self) -> &Listed<Line> {
        &self.dropped
    }

    /// The largest payouts, currency by currency.
    pub fn largest(&self) -> Vec<Line> {
        self.largest.values().flatten().cloned().collect()
    }

    fn note_cut(&mut self, payout: &Payout, rail: Rail) {
        let reference = payout.reference.as_deref().unwrap_or_default();
        if rail == Rail::Domestic && reference.chars().count() > SHOWN_BY_DIRECT_ENTRY {
            self.cut.push(|| noted(payout, kept(reference, SHOWN_BY_DIRECT_ENTRY)));
        }
    }

    fn note_payee(&mut self, payout: &Payout, before: Before) {
        if let Some((old, new)) = before.changed {
            self.payees.changed.push(|| noted(payout, format!("{old} → {new}")));
        } else if !before.paid {
            self.payees.new_rows += 1;
            if self.new_payees.insert(payout.payee.who()) {
                self.payees.new.push(|| line(payout));
            }
        }
        if let Some(last) = before.last.filter(|last| differs(*last, payout.money)) {
            self.payees.differing.push(|| noted(payout, format!("last paid {last}")));
        }
    }

    fn note_largest(&mut self, payout: &Payout) {
        let largest = self.largest.entry((payout.money.currency(), converted_to(payout))).or_default();
        let at = largest.partition_point(|line| line.amount >= payout.money.amount());
        if at < LARGEST {
            largest.insert(at, line(payout));
            largest.truncate(LARGEST);
        }
    }
}

/// By more than half of what it was.
fn differs(last: Money, now: Money) -> bool {
    let difference = (now.amount() - last.amount()).abs();
    last.currency() == now.currency() && difference + difference > last.amount()
}

/// What the payee gets, where the amount is what leaves the balance.
fn converted_to(payout: &Payout) -> Option<Currency> {
    Some(payout.delivered()).filter(|to| *to != payout.money.currency())
}

/// The way that a payout takes.
pub fn rail(payout: &Payout) -> Rail {
    match payout.payee.account {
        BankAccount::Bsb { .. } => Rail::Domestic,
        BankAccount::PayId { .. } => Rail::PayId,
        BankAccount::Abroad(_) => Rail::Abroad,
    }
}

/// What Direct Entry shows of a remitter's name.
pub fn by_direct_entry(remitter: &str) -> String {
    kept(remitter, REMITTER_BY_DIRECT_ENTRY)
}

/// As much of a text as Direct Entry shows.
fn kept(text: &str, most: usize) -> String {
    text.chars().take(most).collect::<String>().trim_end().to_owned()
}

fn noted(payout: &Payout, note: String) -> Noted {
    Noted { line: line(payout), note }
}

fn line(payout: &Payout) -> Line {
    Line {
        row: payout.row,
        payee: payout.payee.party.name.to_string(),
        account: payout.payee.account.to_string(),
        amount: payout.money.amount(),
        currency: payout.money.currency(),
        to: converted_to(payout),
    }
}
