//! One batch, from its header to its trailer: its sums, and whether its debits are those of a file that pays.

use super::detail::{Effect, account, effect};
use super::header::Described;
use super::layout::{Field, TRACE, payment as field};
use super::lines::Line;
use super::notes::{Departure, Notes, dollars};
use crate::domain::account::masked;
use crate::domain::{Bsb, Code, Finding, Place};

/// The sums and what else must be known of a batch. A fixed size, however many lines it has.
#[derive(Debug, Clone, Default)]
pub(super) struct Batch {
    /// The line of its header; of its first line, where there is none.
    pub first_line: u32,
    /// What its header says it is for; none where the header is missing.
    pub description: Option<String>,
    /// Sums in cents.
    pub credits: i128,
    pub debits: i128,
    /// How many payment lines it has, debits too.
    pub payments: u64,
    /// How many of them pay somebody.
    pub paid: u64,
    /// The first line that cannot be read for certain, so that sums mean nothing.
    pub unreadable: Option<u32>,
    /// Whether it has payments that came back.
    pub returns: bool,
    first_payment: u32,
    last_line: u32,
    /// Where the money of the first credit comes from.
    source: Option<(u32, (String, String))>,
    /// The first credit whose money comes from elsewhere.
    other_source: Option<u32>,
    /// The first credit to the account that pays.
    to_oneself: Option<u32>,
    /// The first debit, its amount and its account.
    debit: Option<(u32, i128, (String, String))>,
    further_debits: u64,
}

impl Batch {
    /// One that begins.
    pub(super) fn begin(line: u32, described: Described) -> Self {
        Self { first_line: line, description: Some(described.description), ..Self::default() }
    }

    /// One whose header is missing.
    pub(super) fn headless(line: u32) -> Self {
        Self { first_line: line, ..Self::default() }
    }

    /// Takes a payment line in.
    pub(super) fn take(&mut self, line: &Line<'_>, notes: &mut Notes) {
        if self.payments == 0 {
            self.first_payment = line.number;
        }
        self.last_line = line.number;
        self.payments += 1;
        let whole = Some(line.text).filter(|_| line.is_whole());
        let effect = whole.and_then(effect);
        let cents = whole.and_then(|text| field::AMOUNT.number(text)).map(i128::from);
        let (Some(effect), Some(cents)) = (effect, cents) else {
            self.unreadable.get_or_insert(line.number);
            return;
        };
        let own = account(field::BSB, field::ACCOUNT, line.text);
        match effect {
            Effect::Credit => {
                self.credits += cents;
                self.paid += 1;
                self.credit(line, &own, notes);
            }
            Effect::Debit => {
                self.debits += cents;
                match self.debit {
                    None => self.debit = Some((line.number, cents, own)),
                    Some(_) => self.further_debits += 1,
                }
            }
        }
    }

    fn credit(&mut self, line: &Line<'_>, own: &(String, String), notes: &mut Notes) {
        let source = account(field::TRACE_BSB, field::TRACE_ACCOUNT, line.text);
        if *own == source {
            self.to_oneself.get_or_insert(line.number);
            notes.departs(Departure::PaysOneself, field::ACCOUNT.place(line.number), || {
                "the payee's account is the trace account, from which the money would come".to_owned()
            });
        }
        match &self.source {
            None => self.source = Some((line.number, source)),
            Some((_, first)) if *first == source => {}
            Some((first, _)) => {
                notes.departs(Departure::TraceDiffers, TRACE.place(line.number), || {
                    format!("the trace account is another than that of line {first}")
                });
                self.other_source.get_or_insert(line.number);
            }
        }
    }

    /// Says at its end what its debits are.
    pub(super) fn end(&self, notes: &mut Notes) {
        if self.payments == 0 && !self.returns {
            notes.departs(Departure::NoPayments, Place::span(self.first_line, 1, 1), || {
                "the batch that begins here has no payments".to_owned()
            });
        }
        let Some((line, amount, own)) = &self.debit else { return };
        match self.refused(*amount, own) {
            _ if self.unreadable.is_some() => {}
            Some((message, hint)) => notes.add(
                Finding::new(Code::AbaDebit, field::CODE.place(*line), message).advised(hint),
            ),
            None => notes.add(Finding::new(
                Code::AbaBalance,
                field::CODE.place(*line),
                format!(
                    "the line takes {} from {} {}, the account that pays: it balances the batch and is not paid",
                    dollars(*amount),
                    Bsb::new(&own.0).map_or(own.0.clone(), |bsb| bsb.to_string()),
                    masked(&own.1)
                ),
            )),
        }
    }

    /// Why a debit is not the one that balances the credits.
    fn refused(&self, amount: i128, own: &(String, String)) -> Option<(String, &'static str)> {
        const COLLECTS: &str = "give this file to the bank that collects; payrun only pays";
        const MEANT: &str = "export the file again, as payments and not as direct debits";
        let debits = self.further_debits + 1;
        let source = self.source.as_ref().map(|(_, account)| account);
        if self.paid == 0 {
            let message = format!(
                "the batch takes money from {} and pays nobody: this is a direct debit file",
                if debits == 1 { "one account".to_owned() } else { format!("{debits} accounts") }
            );
            return Some((message, COLLECTS));
        }
        if debits > 1 {
            return Some(match self.to_oneself.filter(|_| self.paid == 1) {
                Some(line) => (
                    format!(
                        "the batch takes money from {debits} accounts and pays it to its own in line {line}: this is a direct debit file"
                    ),
                    COLLECTS,
                ),
                None => (
                    format!(
                        "{debits} lines of the batch take money; one line at most can balance the payments"
                    ),
                    MEANT,
                ),
            });
        }
        if amount != self.credits {
            let message = format!(
                "the line takes {} from an account, and the payments come to {}: it does not balance them",
                dollars(amount),
                dollars(self.credits)
            );
            return Some((message, MEANT));
        }
        if let Some(line) = self.to_oneself.filter(|_| self.paid == 1) {
            let message =
                format!("the line takes money, and line {line} pays it to the account that it comes from");
            return Some((message, COLLECTS));
        }
        if source != Some(own) || self.other_source.is_some() {
            let message = "the line takes the sum of the payments from an account that is not the trace account of all of them, so that it is no line that balances";
            return Some((message.to_owned(), MEANT));
        }
        None
    }

    /// Which lines have its payments: `lines 2 to 4`.
    pub(super) fn span(&self) -> String {
        match self.payments {
            0 => "the batch".to_owned(),
            1 => format!("line {}", self.last_line),
            _ => format!("lines {} to {}", self.first_payment, self.last_line),
        }
    }
}

/// A field that should be blank.
pub(super) fn blank(field: Field, line: &Line<'_>, notes: &mut Notes) {
    let text = field.of(line.text);
    if !text.trim().is_empty() {
        notes.departs(Departure::Filled, field.place(line.number), || {
            "blanks should stand here; the text is not read".to_owned()
        });
    }
}
