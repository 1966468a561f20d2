//! Where every run and payout stands, in sled, so that no question needs the journal read through.
//!
//! Reading is here, writing is in `fold`. The checkpoint may lag behind the journal or be lost: the journal
//! brings it up to date at every start. It is never ahead of what the journal has made durable.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sled::Tree;

use super::disk::make_folder;
use super::error::JournalError;
use super::log::Tip;
use crate::domain::{
    BookKey, KeptBank, Kind, MarkedRow, OverlapKey, PayoutEntry, PayoutId, Probe, Release, RowEntry, RunHead,
    RunId, RunState, Stopped, Verified,
};

/// The derived state of one scope.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    pub(super) db: sled::Db,
    /// Run → head and state.
    pub(super) runs: Tree,
    /// Run and row → what the row is.
    pub(super) rows: Tree,
    /// Payout → all that is known of it.
    pub(super) payouts: Tree,
    /// Payout → its frozen request, while it may be sent again.
    pub(super) bodies: Tree,
    /// Run and row → payout, while the run has something to do for it.
    pub(super) open: Tree,
    /// The last record of a payout that may still change at the API, and the payout → its run.
    pub(super) watched: Tree,
    /// The names that a payout has at the API, its own and ours → the payout.
    pub(super) names: Tree,
    /// Payout → when it was looked at last. Not from the journal: lost, it is looked at once more.
    pub(super) looks: Tree,
    /// Run → what looks have shown of it, and how far that was passed on.
    pub(super) news: Tree,
    /// Overlap key and payout → nothing.
    pub(super) overlaps: Tree,
    /// Account and amount, and payout → nothing.
    pub(super) amounts: Tree,
    /// The payout that a row was at first, and what it became later → nothing.
    pub(super) marked: Tree,
    /// Key of the payee book → payee.
    pub(super) payees: Tree,
    /// Account and key of the payee book → that key.
    pub(super) payee_accounts: Tree,
    /// Id of a payee, or name and account → the account.
    pub(super) accounts: Tree,
    /// Digest of account and name → what the bank said.
    pub(super) verified: Tree,
    /// The banks that the API has named, by digests of account and name.
    pub(super) banks: Tree,
    /// What was applied, the canaries, the last probe, and the form of all this.
    pub(super) meta: Tree,
}

/// The form in which everything is kept. Another one means that the checkpoint is rebuilt.
const FORM: u32 = 9;

/// A run as the checkpoint keeps it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct StoredRun {
    pub head: RunHead,
    pub state: RunState,
    #[serde(default)]
    pub release: Option<Release>,
    #[serde(default)]
    pub stopped: Option<Stopped>,
}

/// A payout as the checkpoint keeps it, with the last record that was applied to it, so that applying twice does
/// nothing.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct StoredPayout {
    pub seq: u64,
    pub entry: PayoutEntry,
}

const CACHE_BYTES: u64 = 64 << 20;

impl Checkpoint {
    /// Opens the database in `folder`, or makes it.
    pub(super) fn open(folder: &Path) -> Result<Self, JournalError> {
        make_folder(folder).map_err(|error| JournalError::io("cannot make the folder", folder, &error))?;
        remove_torn_snapshots(folder)?;
        let config = sled::Config::new().path(folder).cache_capacity(CACHE_BYTES).flush_every_ms(None);
        // sled panics on some kinds of damage where it could answer with an error
        let open = || opened(&config).map_err(JournalError::from).and_then(Self::of);
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(open))
            .unwrap_or_else(|_| Err(JournalError::Checkpoint { why: "the database is damaged".to_owned() }))
    }

    /// A database that is gone when this value is: for looking at a journal that another process writes.
    pub(super) fn temporary() -> Result<Self, JournalError> {
        Self::of(sled::Config::new().temporary(true).cache_capacity(CACHE_BYTES).flush_every_ms(None).open()?)
    }

    fn of(db: sled::Db) -> Result<Self, JournalError> {
        Ok(Self {
            runs: db.open_tree("runs")?,
            rows: db.open_tree("rows")?,
            payouts: db.open_tree("payouts")?,
            bodies: db.open_tree("bodies")?,
            open: db.open_tree("open")?,
            watched: db.open_tree("watched")?,
            names: db.open_tree("names")?,
            looks: db.open_tree("looks")?,
            news: db.open_tree("news")?,
            overlaps: db.open_tree("overlaps")?,
            amounts: db.open_tree("amounts")?,
            marked: db.open_tree("marked")?,
            payees: db.open_tree("payees")?,
            payee_accounts: db.open_tree("payee_accounts")?,
            accounts: db.open_tree("accounts")?,
            verified: db.open_tree("verified")?,
            banks: db.open_tree("banks")?,
            meta: db.open_tree("meta")?,
            db,
        })
    }

    /// The last record that was applied.
    pub(super) fn applied(&self) -> Result<Tip, JournalError> {
        Ok(get::<(u64, String)>(&self.meta, b"applied")?
            .map_or_else(Tip::default, |(seq, sum)| Tip { seq, sum }))
    }

    /// Whether it was written in today's form, as far as anything was.
    pub(super) fn has_our_form(&self) -> Result<bool, JournalError> {
        match get::<u32>(&self.meta, b"form")? {
            Some(form) => Ok(form == FORM),
            None if self.applied()? == Tip::default() && self.runs.is_empty() => {
                self.meta.insert(b"form", encode(&FORM))?;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    /// All runs, oldest first, with their recorded state.
    pub fn runs(&self) -> Result<Vec<(RunHead, RunState)>, JournalError> {
        self.runs
            .iter()
            .values()
            .map(|value| decode::<StoredRun>(&value?).map(|run| (run.head, run.state)))
            .collect()
    }

    /// One run.
    pub fn run(&self, run: RunId) -> Result<Option<(RunHead, RunState)>, JournalError> {
        Ok(get::<StoredRun>(&self.runs, &run.0.to_be_bytes())?.map(|run| (run.head, run.state)))
    }

    /// Who let a run go, or refused it, last.
    pub fn release(&self, run: RunId) -> Result<Option<Release>, JournalError> {
        Ok(get::<StoredRun>(&self.runs, &run.0.to_be_bytes())?.and_then(|run| run.release))
    }

    /// Why a run stopped, where it has stopped and its journal says so.
    pub fn stopped(&self, run: RunId) -> Result<Option<Stopped>, JournalError> {
        Ok(get::<StoredRun>(&self.runs, &run.0.to_be_bytes())?.and_then(|run| run.stopped))
    }

    /// The rows of a run, in order, without holding them in memory.
    pub fn rows(&self, run: RunId) -> impl Iterator<Item = Result<(u32, RowEntry), JournalError>> + use<> {
        self.rows.scan_prefix(run.0.to_be_bytes()).map(|item| {
            let (key, value) = item?;
            Ok((row_of(&key), decode(&value)?))
        })
    }

    /// The payouts for which a run has still something to do, in order of their rows.
    pub fn open_payouts(
        &self,
        run: RunId,
    ) -> impl Iterator<Item = Result<(u32, PayoutId), JournalError>> + use<> {
        self.open.scan_prefix(run.0.to_be_bytes()).map(|item| {
            let (key, value) = item?;
            Ok((row_of(&key), payout_id(&value)?))
        })
    }

    /// The payouts that a run has, those moved to a later run left out, in order of their rows.
    pub fn own_payouts(
        &self,
        run: RunId,
    ) -> impl Iterator<Item = Result<PayoutEntry, JournalError>> + use<'_> {
        let own = move |row: Result<(u32, RowEntry), JournalError>| match row {
            Ok((_, RowEntry::Own { id })) => self.payout(id).transpose(),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        };
        self.rows(run)
            .filter_map(own)
            .filter(move |entry| entry.as_ref().map_or(true, |entry| entry.run == run))
    }

    /// One row of a run.
    pub fn row(&self, run: RunId, row: u32) -> Result<Option<RowEntry>, JournalError> {
        get(&self.rows, &row_key(run, row))
    }

    /// One payout.
    pub fn payout(&self, id: PayoutId) -> Result<Option<PayoutEntry>, JournalError> {
        Ok(get::<StoredPayout>(&self.payouts, id.bytes())?.map(|stored| stored.entry))
    }

    /// The frozen request of a payout's present attempt.
    pub(super) fn body(&self, id: PayoutId) -> Result<Option<String>, JournalError> {
        let stored = self.bodies.get(id.bytes())?;
        stored.map(|bytes| String::from_utf8(bytes.to_vec()).map_err(|_| unreadable())).transpose()
    }

    /// The payouts with this account, amount, currency and reference, sent or not.
    pub fn overlapping(&self, key: OverlapKey) -> Result<Vec<PayoutEntry>, JournalError> {
        let mut found = self.payouts_under(&self.overlaps, key.bytes())?;
        found.retain(|entry| entry.overlap == key); // before it was sent, another file may have corrected it
        Ok(found)
    }

    /// The payouts with this account, amount and currency, whatever their reference, sent or not.
    pub fn of_amount(&self, key: OverlapKey) -> Result<Vec<PayoutEntry>, JournalError> {
        let mut found = self.payouts_under(&self.amounts, key.bytes())?;
        found.retain(|entry| entry.payout.amount_key() == key);
        Ok(found)
    }

    /// What the rows that were this payout at first have become by their marks, sent or not.
    pub fn marked(&self, id: PayoutId) -> Result<Vec<PayoutEntry>, JournalError> {
        self.payouts_under(&self.marked, id.bytes())
    }

    /// The row that a mark names. None: no such row is known, or it cannot be corrected.
    pub(super) fn marked_row(&self, run: RunId, row: u32) -> Result<Option<MarkedRow>, JournalError> {
        Ok(match self.row(run, row)? {
            None => None,
            Some(RowEntry::Own { id } | RowEntry::Earlier { id }) => {
                let entry = self.payout(id)?;
                entry.map(|PayoutEntry { payout, .. }| MarkedRow {
                    id,
                    first: payout.marked.unwrap_or(id),
                    payment_id: Some(payout.payment_id),
                })
            }
            Some(RowEntry::Invalid { id, .. } | RowEntry::Conflict { id, .. }) => {
                id.map(|id| MarkedRow { id, first: id, payment_id: None })
            }
        })
    }

    fn payouts_under(&self, tree: &Tree, key: &[u8; 16]) -> Result<Vec<PayoutEntry>, JournalError> {
        let mut found = Vec::new();
        for item in tree.scan_prefix(key) {
            let (key, _) = item?;
            let id = payout_id(&key[16..])?;
            found.extend(self.payout(id)?);
        }
        Ok(found)
    }

    /// Whether any bank was ever asked whose an account is.
    pub fn has_verified(&self) -> bool {
        !self.verified.is_empty()
    }

    /// What a bank last said of an account and a name.
    pub fn verified(&self, key: BookKey) -> Result<Option<Verified>, JournalError> {
        get(&self.verified, key.bytes())
    }

    /// The bank that the API last named for an account.
    pub fn bank(&self, key: BookKey) -> Result<Option<KeptBank>, JournalError> {
        get(&self.banks, key.bytes())
    }

    /// What the last probe has found out.
    pub fn probe(&self) -> Result<Option<Probe>, JournalError> {
        get(&self.meta, b"probe")
    }

    /// The payout of a probe that was interrupted: nobody knows whether it was made twice.
    pub fn probing(&self) -> Result<Option<PayoutEntry>, JournalError> {
        let id: Option<PayoutId> = get(&self.meta, b"probing")?;
        id.map_or(Ok(None), |id| self.payout(id))
    }

    /// The payouts of a kind that the API was last seen to have, the latest first: look-ups prove themselves by one.
    /// A look-up of payments shows no withdrawals, so that none of the other kind can stand in.
    pub fn canaries(&self, kind: Kind) -> Result<Vec<PayoutEntry>, JournalError> {
        let ids: Vec<PayoutId> = get(&self.meta, canaries_key(kind))?.unwrap_or_default();
        ids.into_iter().filter_map(|id| self.payout(id).transpose()).collect()
    }
}

/// A database that was closed a moment ago may still hold its file: sled lets go of it in the background.
fn opened(config: &sled::Config) -> sled::Result<sled::Db> {
    for _ in 0..10 {
        match config.open() {
            Err(sled::Error::Io(_)) => std::thread::sleep(Duration::from_millis(30)),
            other => return other,
        }
    }
    config.open()
}

/// A snapshot that a crash left half written makes sled refuse to open; it is safe to delete, being written
/// before any change to the log.
fn remove_torn_snapshots(folder: &Path) -> Result<(), JournalError> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Ok(());
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            let path = entry.path();
            std::fs::remove_file(&path).map_err(|error| JournalError::io("cannot remove", &path, &error))?;
        }
    }
    Ok(())
}

/// Withdrawals stand where they stood before there were payments.
pub(super) fn canaries_key(kind: Kind) -> &'static [u8] {
    match kind {
        Kind::Withdrawal => b"canaries",
        Kind::Payment => b"canaries of payments",
    }
}

pub(super) fn row_key(run: RunId, row: u32) -> [u8; 8] {
    let mut key = [0; 8];
    key[..4].copy_from_slice(&run.0.to_be_bytes());
    key[4..].copy_from_slice(&row.to_be_bytes());
    key
}

fn row_of(key: &[u8]) -> u32 {
    key[4..].try_into().map_or(0, u32::from_be_bytes)
}

pub(super) fn payout_id(bytes: &[u8]) -> Result<PayoutId, JournalError> {
    PayoutId::from_bytes(bytes).ok_or_else(unreadable)
}

pub(super) fn get<T: DeserializeOwned>(tree: &Tree, key: &[u8]) -> Result<Option<T>, JournalError> {
    tree.get(key)?.map(|value| decode(&value)).transpose()
}

pub(super) fn decode<T: DeserializeOwned>(value: &[u8]) -> Result<T, JournalError> {
    serde_json::from_slice(value).map_err(|error| JournalError::Checkpoint { why: error.to_string() })
}

pub(super) fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("the checkpoint holds only what JSON can hold")
}

fn unreadable() -> JournalError {
    JournalError::Checkpoint { why: "an entry is unreadable".to_owned() }
}
