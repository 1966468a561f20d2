//! What this Flash holds, in memory and in an append-only file.
//!
//! A change is written to the file before it is made in memory, and made in memory before it is answered: whoever
//! saw an answer finds its object after a kill. The file is not synced; a power cut may lose what a kill may not.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::book::Book;
use super::options::{Options, StatusStep};
use super::records::{Line, PartyRecord, WithdrawalRecord};
use super::schema::enums::{CurrencyIso3, WithdrawalStatus};
use super::schema::inputs::{RecipientInput, SenderInput};
use super::walk::{Standing, route, standing};

/// Why a ledger cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The file cannot be read or written.
    #[error("the ledger {} cannot be used", path.display())]
    File {
        /// The ledger's file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// A whole line is not a record.
    #[error("line {line} of the ledger {} is damaged", path.display())]
    Damaged {
        /// The ledger's file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
}

#[derive(Debug, Default)]
pub(super) struct Ledger {
    file: Option<Appender>,
    pub(super) senders: Book<PartyRecord<SenderInput>>,
    pub(super) recipients: Book<PartyRecord<RecipientInput>>,
    pub(super) withdrawals: Book<WithdrawalRecord>,
    by_key: HashMap<String, usize>,
    looks: HashMap<usize, u32>,
    spent: HashMap<CurrencyIso3, Decimal>,
    /// Withdrawals that will be refunded in time.
    bouncing: Vec<usize>,
}

impl Ledger {
    /// Opens the file, or makes it, cuts off a torn last line, and reads the rest.
    pub(super) fn open(path: Option<&Path>) -> Result<Self, LedgerError> {
        let Some(path) = path else {
            return Ok(Self::default());
        };
        let fails = |source| LedgerError::File { path: path.to_owned(), source };
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        // Names and accounts are nobody else's business, even invented ones.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(fails)?;
        let text = std::fs::read(path).map_err(fails)?;
        let whole = whole_lines(&text);
        file.set_len(whole.len() as u64).map_err(fails)?;
        let mut ledger = Self::replay(path, whole)?;
        ledger.file = Some(Appender { file, length: whole.len() as u64 });
        Ok(ledger)
    }

    /// Reads the file without touching it, though another process may be writing it.
    pub(super) fn peek(path: &Path) -> Result<Self, LedgerError> {
        let text =
            std::fs::read(path).map_err(|source| LedgerError::File { path: path.to_owned(), source })?;
        Self::replay(path, whole_lines(&text))
    }

    fn replay(path: &Path, text: &[u8]) -> Result<Self, LedgerError> {
        let mut ledger = Self::default();
        for (at, line) in text.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty()) {
            let line = serde_json::from_slice(line);
            ledger.apply(line.map_err(|source| LedgerError::Damaged {
                path: path.to_owned(),
                line: at + 1,
                source,
            })?);
        }
        Ok(ledger)
    }

    /// Writes a change down, then makes it. Says where its object is.
    pub(super) fn commit(&mut self, line: Line) -> io::Result<usize> {
        if let Some(file) = &mut self.file {
            file.append(&line)?;
        }
        Ok(self.apply(line))
    }

    fn apply(&mut self, line: Line) -> usize {
        match line {
            Line::Sender(record) => self.senders.put(record),
            Line::Recipient(record) => self.recipients.put(record),
            Line::Withdrawal(record) => self.apply_withdrawal(*record),
        }
    }

    fn apply_withdrawal(&mut self, record: WithdrawalRecord) -> usize {
        let at = self.withdrawals.len();
        let route = route(record.reference());
        // What is cancelled at once never leaves the balance.
        if route != [WithdrawalStatus::Cancelled] {
            *self.spent.entry(record.currency).or_default() += record.amount;
        }
        if route.contains(&WithdrawalStatus::Refunded) {
            self.bouncing.push(at);
        }
        if let Some(key) = &record.idempotency_key {
            self.by_key.entry(key.clone()).or_insert(at);
        }
        self.withdrawals.put(record)
    }

    /// The first withdrawal with this `idempotencyKey`.
    pub(super) fn by_key(&self, key: &str) -> Option<usize> {
        self.by_key.get(key).copied()
    }

    /// The next withdrawal with this key is a first one.
    pub(super) fn forget_key(&mut self, key: &str) {
        self.by_key.remove(key);
    }

    /// Where the withdrawal at `place` stands; to look is to move it on, if it moves by looks.
    pub(super) fn look(&mut self, place: usize, step: StatusStep, now: Timestamp) -> Standing {
        let standing = self.standing(place, step, now);
        if matches!(step, StatusStep::Looks(_)) {
            *self.looks.entry(place).or_default() += 1;
        }
        standing
    }

    /// Where it stands, unseen.
    pub(super) fn standing(&self, place: usize, step: StatusStep, now: Timestamp) -> Standing {
        let record = self.withdrawals.at(place);
        let looks = self.looks.get(&place).copied().unwrap_or_default();
        standing(record.reference(), record.created_at, looks, step, now)
    }

    /// What is left of the balance that `options` opened with.
    pub(super) fn balance(&self, currency: CurrencyIso3, options: &Options, now: Timestamp) -> Decimal {
        self.unspent(currency, options) + self.refunded(currency, options.status_step, now)
    }

    /// Whether the balance holds `amount`. Refunds are added up only where they decide.
    pub(super) fn covers(
        &self,
        amount: Decimal,
        currency: CurrencyIso3,
        options: &Options,
        now: Timestamp,
    ) -> bool {
        self.unspent(currency, options) >= amount || self.balance(currency, options, now) >= amount
    }

    fn unspent(&self, currency: CurrencyIso3, options: &Options) -> Decimal {
        let opening = options.balances.get(currency.code()).copied().unwrap_or_default();
        opening - self.spent.get(&currency).copied().unwrap_or_default()
    }

    fn refunded(&self, currency: CurrencyIso3, step: StatusStep, now: Timestamp) -> Decimal {
        let back = self.bouncing.iter().filter(|&&place| {
            let refunded = self.standing(place, step, now).status == WithdrawalStatus::Refunded;
            refunded && self.withdrawals.at(place).currency == currency
        });
        back.map(|&place| self.withdrawals.at(place).amount).sum()
    }
}

impl WithdrawalRecord {
    /// The reference, empty if there is none.
    pub(super) fn reference(&self) -> &str {
        self.external_reference.as_deref().unwrap_or_default()
    }
}

/// `text` up to its last line end: what follows was being written when the process was killed.
fn whole_lines(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    &text[..end]
}

#[derive(Debug)]
struct Appender {
    file: File,
    length: u64,
}

impl Appender {
    /// One write a line, so that a kill leaves whole lines and at most one torn one.
    fn append(&mut self, line: &Line) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        if let Err(error) = self.file.write_all(&text) {
            self.file.set_len(self.length)?;
            return Err(error);
        }
        self.length += text.len() as u64;
        Ok(())
    }
}
