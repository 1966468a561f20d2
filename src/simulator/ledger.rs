//! What this Flash holds, in memory and in an append-only file.
//!
//! A change is written to the file before it is made in memory, and made in memory before it is answered: whoever
//! saw an answer finds its object after a kill. The file is not synced; a power cut may lose what a kill may not.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::book::Book;
use super::options::Options;
use super::orders::Orders;
use super::records::{Line, PartyRecord, PartyRef, PaymentRecord, QuoteRecord, WithdrawalRecord};
use super::schema::enums::CurrencyIso3;
use super::schema::inputs::{RecipientInput, SenderInput};

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
    pub(super) withdrawals: Orders<WithdrawalRecord>,
    pub(super) payments: Orders<PaymentRecord>,
    pub(super) quotes: Book<QuoteRecord>,
    used_quotes: HashSet<String>,
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
            Line::Withdrawal(record) => self.withdrawals.put(*record),
            Line::Payment(record) => {
                self.used_quotes.extend(record.quote_id.clone());
                self.payments.put(*record)
            }
            Line::Quote(record) => self.quotes.put(record),
        }
    }

    /// Whether a payment was made at this quote.
    pub(super) fn is_used(&self, quote: &str) -> bool {
        self.used_quotes.contains(quote)
    }

    /// The recipient that an order names.
    pub(super) fn recipient<'a>(
        &'a self,
        party: &'a PartyRef<RecipientInput>,
    ) -> Option<(Option<&'a str>, &'a RecipientInput)> {
        named(party, |id| self.recipients.get(id).map(|(_, record)| &record.party))
    }

    /// The sender that an order names.
    pub(super) fn sender<'a>(
        &'a self,
        party: &'a PartyRef<SenderInput>,
    ) -> Option<(Option<&'a str>, &'a SenderInput)> {
        named(party, |id| self.senders.get(id).map(|(_, record)| &record.party))
    }

    /// What is left of the balance that `options` opened with.
    pub(super) fn balance(&self, currency: CurrencyIso3, options: &Options, now: Timestamp) -> Decimal {
        let step = options.status_step;
        let returned =
            self.withdrawals.returned(currency, step, now) + self.payments.returned(currency, step, now);
        self.unspent(currency, options) + returned
    }

    /// Whether the balance holds `amount`. What came back is added up only where it decides.
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
        opening - self.withdrawals.spent(currency) - self.payments.spent(currency)
    }
}

/// A party with its id, if it has one; none where it is the account itself.
fn named<'a, T>(
    party: &'a PartyRef<T>,
    known: impl Fn(&str) -> Option<&'a T>,
) -> Option<(Option<&'a str>, &'a T)> {
    match party {
        PartyRef::Account => None,
        PartyRef::Known(id) => Some((Some(id.as_str()), known(id)?)),
        PartyRef::Inline(input) => Some((None, input)),
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
