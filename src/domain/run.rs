//! A run: the payouts of one file, the terms they are paid on, and how it is shown.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::ids::{ExternalId, FileDigest, OverlapKey, PayoutId, PlanHash, RunId};
use super::money::{Money, Total};
use super::{
    Accepted, AgreedRate, BlockOn, BookField, Currency, Fact, KeptBank, Kind, Life, Payout, PayoutState,
    Release, Remitter, RowMark, Slippage, Stopped, Timestamp, Verified,
};

/// Whether parties are made in the API's address book first, or ride inside each payout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyMode {
    /// Found or created once, then named by id.
    #[default]
    Precreate,
    /// The whole object inside every payout; no address-book record is made.
    Inline,
}

/// What a person has said about rows that look as if an earlier run had paid them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overlaps {
    /// Nothing: hold them.
    #[default]
    Hold,
    /// The file corrects that run: equal rows are that run's.
    Amends(RunId),
    /// They really are new payments.
    Repeat,
}

/// Which word of a person a run waits for that has stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Awaits {
    /// That it goes on, once what has stopped it is settled.
    Going,
    /// That the rates as they are then are agreed to.
    Rates,
    /// That its file begins anew, with the settings as they are then: nothing was sent with those it was opened with.
    Anew,
}

/// What was decided when the run was opened. A resumed run keeps to it, whatever the configuration says by then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunHead {
    /// The run.
    pub run: RunId,
    /// Its name: the file's when first seen, or the user's own.
    pub label: String,
    /// The file's name, without folders.
    pub file: String,
    /// What is in the file, in any order.
    pub digest: FileDigest,
    /// `simulator`, `uat` or `production`.
    pub environment: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Rows of the file, paid or not.
    pub rows: u64,
    /// How parties travel.
    pub parties: PartyMode,
    /// What was said of rows that look paid already.
    pub overlaps: Overlaps,
    /// The name of the remitter that was chosen for the whole file.
    pub remitter: String,
    /// The remitters of the run by the id they have at the API. Empty where the account itself is the sender.
    pub remitters: BTreeMap<ExternalId, Remitter>,
    /// The sheet of a workbook that a person has chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// What a person has said of the columns: the text of the map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map: Option<String>,
    /// Findings that block and that a person has accepted.
    #[serde(default, skip_serializing_if = "Accepted::is_empty")]
    pub accepted: Accepted,
    /// Rows are held of whose payees the bank has said this.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub block_on: Vec<BlockOn>,
    /// Of when the bank directory was that the file was checked by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_directory: Option<jiff::civil::Date>,
    /// What the plan is told by that was agreed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanHash>,
    /// Who has let it go when it was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released: Option<Release>,
    /// The watched folder that its file came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<std::path::PathBuf>,
    /// Who answered the questions about its file before it waited to be let go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<Release>,
    /// Whether it is recorded to wait until a person lets it go.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waits: bool,
    /// So much worse a rate may be than the one that was agreed to. None: payments go at whatever the rate is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_slippage: Option<Slippage>,
    /// The rates that were agreed to, one for each pair of the run's payments, where there is a limit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rates: Vec<AgreedRate>,
    /// What it waits for, where it has stopped and does not go on without a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awaits: Option<Awaits>,
}

impl RunHead {
    /// Who goes on with the run where it is let go and not over: the watcher of its folder, or a command.
    pub fn goes_on_by(&self) -> String {
        let run = self.run;
        match (&self.folder, self.awaits) {
            (None, _) => format!("payrun resume {run}"),
            (Some(_), Some(_)) => {
                format!("payrun approve {run}, once what the answer beside its file says is settled")
            }
            (Some(folder), None) => format!(
                "payrun watch {} goes on with it by itself; where that is not at work: payrun resume {run}",
                folder.display()
            ),
        }
    }
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Its rows are being written to the journal; nothing can have been sent.
    Recording,
    /// Recorded, and waits for a person to let it go; nothing was sent.
    Held,
    /// A person refused it; nothing was sent.
    Refused,
    /// At work, or interrupted while at work.
    Running,
    /// Stopped early; `resume` goes on.
    Stopped,
    /// Nothing is left to do.
    Finished,
}

impl RunState {
    /// Whether nothing is left to do for it.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Finished | Self::Refused)
    }

    /// The name that metrics have for it, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Recording => "recording",
            Self::Held => "held",
            Self::Refused => "refused",
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Finished => "finished",
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Recording | Self::Running => "at work",
            Self::Held => "waiting for a person to let it go",
            Self::Refused => "refused; nothing was sent",
            Self::Stopped => "stopped early",
            Self::Finished => "finished",
        }
    }
}

/// What a row of a run is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "row_is", rename_all = "snake_case")]
pub enum RowEntry {
    /// This run pays it.
    Own {
        /// The payout's identity.
        id: PayoutId,
    },
    /// An earlier run has paid it, or is about to.
    Earlier {
        /// The payout's identity.
        id: PayoutId,
    },
    /// Bears the identity of another payout, but other content.
    Conflict {
        /// What the row asks for.
        payout: Box<Payout>,
        /// Both contents, in words.
        why: String,
        /// The payout that it will be once it is corrected; none in records from before rows had marks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<PayoutId>,
    },
    /// A finding forbids it.
    Invalid {
        /// The finding, in words.
        why: String,
        /// Whom the row names, as typed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        payee: Option<String>,
        /// What else could be read of it; none in records from before that was kept.
        #[serde(default, skip_serializing_if = "AsRead::is_nothing")]
        read: Box<AsRead>,
        /// The payout that it will be once it is corrected; none where the row's own mark cannot be read, and in
        /// records from before rows had marks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<PayoutId>,
    },
}

/// What could be read of a row that a finding forbids.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AsRead {
    /// The user's own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<String>,
    /// Where to, masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// How much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub money: Option<Money>,
    /// What the payee's statement would show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

impl AsRead {
    /// Whether nothing could be read.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// All that is known of one payout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutEntry {
    /// Its identity.
    pub id: PayoutId,
    /// The run that pays it.
    pub run: RunId,
    /// What it asks for.
    pub payout: Payout,
    /// Its id at the API.
    pub external_id: ExternalId,
    /// What would make another payout look like this one paid twice.
    pub overlap: OverlapKey,
    /// The remitter's id at the API; none where the account itself is the sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remitter: Option<ExternalId>,
    /// What a person has accepted of it, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<String>,
    /// A payout of an earlier run that looks like this one and that a new id or a missing reference tells apart from it,
    /// in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub like_earlier: Option<String>,
    /// Where it stands.
    pub life: Life,
}

impl PayoutEntry {
    /// Carries the payout over one fact that happened at `at`. A new attempt has a new id at the API, so that what
    /// an earlier one made is never taken for it.
    pub fn apply(&mut self, fact: &Fact, at: Timestamp) {
        let before = self.life.attempt;
        self.life.apply(fact, at);
        if self.life.attempt > before {
            self.external_id = self.id.external_id_of_attempt(self.life.attempt);
        }
    }
}

/// One payout as people and scripts see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PayoutView {
    /// The row of the file.
    pub row: u32,
    /// The user's own id.
    pub payment_id: Option<String>,
    /// The id at the API that we gave.
    pub external_id: Option<ExternalId>,
    /// The state.
    pub status: PayoutState,
    /// `withdrawal` or `payment`.
    pub kind: Kind,
    /// The id at the API that it gave.
    pub flash_id: Option<String>,
    /// The amount, with the currency's decimals.
    pub amount: Option<String>,
    /// The currency's code.
    pub currency: Option<String>,
    /// Of a payment: the currency of the balance that pays. The amount is in this one or in the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_currency: Option<String>,
    /// Of a payment: the currency that the payee gets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_currency: Option<String>,
    /// Who is paid.
    pub payee: Option<String>,
    /// Where to, masked.
    pub account: Option<String>,
    /// What the payee's statement shows.
    pub reference: Option<String>,
    /// What a person has accepted of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<String>,
    /// A payout of an earlier run that looks like this one, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub like_earlier: Option<String>,
    /// What the row lacked and the payee book had.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub from_book: Vec<BookField>,
    /// What the payee's bank said of name and account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified: Option<Verified>,
    /// The account's bank, as the API named it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank: Option<KeptBank>,
    /// Why it stands where it stands.
    pub reason: Option<String>,
    /// What to do.
    pub next: Option<String>,
    /// The run that sent it, where that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_by: Option<String>,
    /// The bank and the branch that a BSB belongs to, by the bank directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The name that the payee's statement shows as the sender.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remitter: Option<String>,
    /// The way that it takes: as Flash tells, else as far as it is known from the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rail: Option<String>,
    /// What Flash charges for it, in the currency of the balance that pays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fee: Option<Decimal>,
    /// Of a payment abroad: what leaves the balance, in `from_currency`. Told once, it stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub debited: Option<String>,
    /// What the payee gets of it, in `to_currency`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivered: Option<String>,
    /// What the payee gets for one unit of the balance, by these two sums.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<String>,
    /// Flash's own word for where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flash_status: Option<String>,
    /// Flash's code of a cancellation; `reason` has it in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reject_code: Option<String>,
    /// When it was first sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Timestamp>,
    /// When the last thing happened to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<Timestamp>,
    /// Whether it was not paid and may be corrected and paid: it is in the file of rows to correct then.
    #[serde(skip)]
    pub correctable: bool,
    /// The mark of the row, by which it is known again there.
    #[serde(skip)]
    pub mark: Option<RowMark>,
}

/// The rows of a run that stand alike, in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatusTotal {
    /// How they stand.
    pub status: PayoutState,
    /// Their currency; none of rows of which no amount could be read.
    pub currency: Option<Currency>,
    /// How many.
    pub count: u64,
    /// Their sum.
    pub amount: Option<Decimal>,
    /// Whether another run has them: what becomes of them counts there.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub of_another_run: bool,
}

/// One run as people and scripts see it, without its payouts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunView {
    /// The run.
    pub run: String,
    /// The file's name.
    pub file: String,
    /// The run's name.
    pub label: String,
    /// `simulator`, `uat` or `production`.
    pub environment: String,
    /// `running`, `stopped`, `finished`, `held` or `refused`.
    pub state: RunState,
    /// Why it stopped, where it has and its journal says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Stopped>,
    /// Who goes on with it, where it is not over and nobody is at work on it.
    #[serde(skip)]
    pub goes_on_by: Option<String>,
    /// Who let it go or refused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<Release>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Findings that block and that a person has accepted.
    #[serde(skip_serializing_if = "Accepted::is_empty")]
    pub accepted: Accepted,
    /// Of when the bank directory was that the file was checked by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank_directory: Option<jiff::civil::Date>,
    /// What the plan is told by that was agreed to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanHash>,
    /// How many rows are in each state.
    pub counts: BTreeMap<&'static str, u64>,
    /// How many payouts have their payee's address from the payee book.
    #[serde(skip_serializing_if = "is_none")]
    pub addresses_from_book: u64,
    /// What the API has of this run's own payouts, per currency: submitted and paid.
    pub totals: Vec<Total>,
    /// What came back of them, per currency.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub returned: Vec<Total>,
    /// What another run has of the file's rows, per currency: it counts there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub of_other_runs: Vec<Total>,
    /// What is in the file, in any order.
    pub file_digest: FileDigest,
    /// Rows of the file that are meant to be payouts.
    pub rows: u64,
    /// What the file asks for, per currency: every row whose amount can be read.
    pub file_totals: Vec<Total>,
    /// The same rows, by how they stand. The counts add up to `rows`, the amounts to `file_totals`.
    pub by_status: Vec<StatusTotal>,
    /// What Flash has charged for payouts of this run so far, per currency and as far as it has told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fees: Vec<Total>,
    /// What has left balances for this run's payments abroad and has not come back, per balance and as far as Flash has
    /// told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub debited: Vec<Total>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks")]
fn is_none(count: &u64) -> bool {
    *count == 0
}

impl RunView {
    /// How many rows are in `state`.
    pub fn count(&self, state: PayoutState) -> u64 {
        self.counts.get(state.name()).copied().unwrap_or_default()
    }

    /// How many rows wait for the run to go on.
    pub fn open(&self) -> u64 {
        PayoutState::ALL.iter().filter(|state| state.is_open()).map(|state| self.count(*state)).sum()
    }
}
