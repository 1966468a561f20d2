//! What other rows of the same file say: duplicates, shared accounts, ids used twice.
//!
//! A small fixed record for each row: digests, never texts.

use super::Findings;
use super::firsts::{Firsts, Key, Text};
use super::sound::{Named, Sound};
use crate::domain::ids::collapsed;
use crate::domain::payout::SHOWN_BY_DIRECT_ENTRY;
use crate::domain::{BankAccount, Code, PartyName};
use crate::intake::{Column, Source};

/// The rows so far.
#[derive(Debug)]
pub(super) struct Seen {
    accounts: Firsts<FirstPaid>,
    /// Payouts behind the first of an account, by account, amount and reference: most accounts have no others.
    payouts: Firsts<First>,
    ids: Firsts<u32>,
    /// Rows with a mark, by the payout that they were at first.
    marks: Firsts<u32>,
    payees: Firsts<(u32, AccountAt)>,
    payee_ids: Ascending,
    /// Names of rows without a payee_id: where there is one, it says who is who.
    names: Firsts<(u32, AccountAt)>,
    /// References that Direct Entry may cut, by account and what is left of them.
    cut: Firsts<(u32, Key)>,
    /// Accounts whose numbers begin with zeros, by what is left without them.
    zeros: Firsts<(u32, Key)>,
    text: Text,
}

/// Digests of what a payout is compared by. They are made of its row alone, before its turn comes.
#[derive(Debug)]
pub(super) struct Keys {
    account: Key,
    /// Family name, or name of a company.
    family: Key,
    /// Account, amount and reference.
    purpose: Key,
    payment_id: Option<Key>,
    who: Who,
    /// Whether Direct Entry may cut the reference. The blank at which a longer one is cut may be lost as well.
    may_be_cut: bool,
}

/// The first sixteen bytes of a text, ordered as texts are. Where they differ, the texts do.
type Begins = u128;

/// Whom a payout is for.
#[derive(Debug, Clone, Copy)]
enum Who {
    /// A payee_id, and how it begins.
    Id(Key, Begins),
    /// A whole name, where there is no payee_id.
    Name(Key),
}

impl Keys {
    /// Of a payout; `text` is room to work in.
    pub(super) fn of(payout: &Sound<'_>, text: &mut Text) -> Self {
        let account = account_key(&payout.made.account);
        let id = |column| payout.text(column).map(|id| Key::of(id.as_bytes()));
        let who = match payout.text(Column::PayeeId) {
            Some(id) => Who::Id(Key::of(id.as_bytes()), begins(&id)),
            None => Who::Name(name(payout, text)),
        };
        let family = family(payout, text);
        let purpose = purpose(payout, account, text);
        let may_be_cut = payout.row.text(Column::Reference).len() + 1 >= SHOWN_BY_DIRECT_ENTRY;
        Self { account, family, purpose, payment_id: id(Column::PaymentId), who, may_be_cut }
    }
}

fn begins(text: &str) -> Begins {
    let mut bytes = [0; 16];
    let length = text.len().min(bytes.len());
    bytes[..length].copy_from_slice(&text.as_bytes()[..length]);
    Begins::from_be_bytes(bytes)
}

/// The whole name.
fn name(payout: &Sound<'_>, text: &mut Text) -> Key {
    text.begin();
    text.add_lower(&payout.name().to_string());
    text.key()
}

/// The family name of a person, or the name of a company.
fn family(payout: &Sound<'_>, text: &mut Text) -> Key {
    text.begin();
    match &payout.made.named {
        Named::AsTyped => {
            let typed = payout.text(Column::LastName).or_else(|| payout.text(Column::CompanyName));
            text.add_lower(&typed.unwrap_or_default());
        }
        Named::Sorted(name) => match name.as_ref() {
            PartyName::Person { last, .. } => text.add_lower(last),
            PartyName::Company(name) => text.add_lower(name),
        },
    }
    text.key()
}

/// What makes two payouts look like one paid twice.
fn purpose(payout: &Sound<'_>, account: Key, text: &mut Text) -> Key {
    let money = payout.made.money;
    text.begin();
    text.add(&account.bytes());
    text.add(&money.minor_units().to_le_bytes());
    text.add(money.currency().code().as_bytes());
    text.add_lower(&payout.text(Column::Reference).unwrap_or_default());
    text.key()
}

/// The first row of its kind.
#[derive(Debug, Clone, Copy)]
struct First {
    row: u32,
    has_id: bool,
}

/// The first payout of an account.
#[derive(Debug, Clone, Copy)]
struct FirstPaid {
    first: First,
    family: Key,
    purpose: Key,
}

/// An account by its place among the accounts of the file.
type AccountAt = u32;

impl Seen {
    /// With room for the rows of a file.
    pub(super) fn of(source: &Source) -> Self {
        let if_has = |column| if source.header.has(column) { source.about } else { 0 };
        let payees = if_has(Column::PayeeId);
        Self {
            accounts: Firsts::of_about(source.about),
            payouts: Firsts::of_about(0),
            ids: Firsts::of_about(if_has(Column::PaymentId)),
            marks: Firsts::of_about(if_has(Column::PayrunRow)),
            payees: Firsts::of_about(payees),
            payee_ids: Ascending::default(),
            names: Firsts::of_about(source.about - payees),
            cut: Firsts::of_about(0),
            zeros: Firsts::of_about(0),
            text: Text::default(),
        }
    }

    /// Fetches what will be asked for when the turn of a payout comes.
    pub(super) fn foresee(&self, keys: &Keys) {
        self.accounts.foresee(keys.account);
        if let Who::Name(name) = keys.who {
            self.names.foresee(name);
        }
        if let Some(id) = keys.payment_id {
            self.ids.foresee(id);
        }
    }

    /// Notes a payout and says what it has in common with those before. `false` if that forbids paying it.
    pub(super) fn note(&mut self, payout: &Sound<'_>, keys: &Keys, findings: &mut Findings<'_>) -> bool {
        let before = findings.made.len();
        let this = FirstPaid {
            first: First { row: payout.row.row, has_id: keys.payment_id.is_some() },
            family: keys.family,
            purpose: keys.purpose,
        };
        if let Some(id) = keys.payment_id {
            self.payment_id(payout, id, findings);
        }
        if let Some(id) = payout.made.marked {
            self.mark(payout, Key::of(id.bytes()), findings);
        }
        let at = match self.accounts.earlier(keys.account, this) {
            None => self.accounts.last(),
            Some((at, known)) => {
                self.same_payout(payout, this, known, findings);
                same_account(payout, this, known, findings);
                at
            }
        };
        let is_twin = self.zero_twin(payout, keys.account, findings);
        match keys.who {
            Who::Id(id, begins) if self.payee_ids.is_new(begins) => {
                self.payees.add_first(id, (payout.row.row, at));
            }
            Who::Id(id, _) => self.payee_id(payout, id, at, findings),
            Who::Name(_) if is_twin => {} // says more than that the accounts differ
            Who::Name(name) => self.name(payout, name, at, findings),
        }
        if keys.may_be_cut {
            self.cut_reference(payout, keys.account, findings);
        }
        !findings.forbid_since(before)
    }

    fn payment_id(&mut self, payout: &Sound<'_>, id: Key, findings: &mut Findings<'_>) {
        if let Some((_, first)) = self.ids.earlier(id, payout.row.row) {
            findings
                .add(
                    Code::IdTwice,
                    payout.row.place(Column::PaymentId),
                    format!("{} has the same payment_id", payout.row.called(first)),
                )
                .showing(&payout.text(Column::PaymentId).unwrap_or_default())
                .advising("give every payout an id of its own");
        }
    }

    fn mark(&mut self, payout: &Sound<'_>, id: Key, findings: &mut Findings<'_>) {
        if let Some((_, first)) = self.marks.earlier(id, payout.row.row) {
            let place = payout.row.place(Column::PayrunRow);
            findings
                .add(
                    Code::RowMarkTwice,
                    place,
                    format!("{} has the mark of the same row", payout.row.called(first)),
                )
                .showing(payout.row.text(Column::PayrunRow))
                .advising("keep one of the two rows; if this one is a payout of its own, empty the cell");
        }
    }

    fn same_payout(
        &mut self,
        payout: &Sound<'_>,
        this: FirstPaid,
        known: FirstPaid,
        findings: &mut Findings<'_>,
    ) {
        let first = if known.purpose == this.purpose {
            known.first
        } else {
            match self.payouts.earlier(this.purpose, this.first) {
                Some((_, first)) => first,
                None => return,
            }
        };
        let is_line = payout.row.is_line();
        let what = format!(
            "this {} is the same as {}: same account, amount and reference",
            if is_line { "line" } else { "row" },
            payout.row.called(first.row)
        );
        let place = payout.row.place(Column::Amount);
        if first.has_id && this.first.has_id {
            findings.add(Code::DuplicateLooks, place, what).advising("make sure that both are meant");
        } else {
            findings.add(Code::DuplicateRow, place, what).advising(if is_line {
                "remove one of them in the payroll program, or give them different lodgement references, and export the file again"
            } else {
                "remove one of them, or tell them apart by their references or by ids in a column payment_id"
            });
        }
    }

    fn payee_id(&mut self, payout: &Sound<'_>, key: Key, account: AccountAt, findings: &mut Findings<'_>) {
        let earlier = self.payees.earlier(key, (payout.row.row, account));
        if let Some((_, (first, _))) = earlier.filter(|(_, (_, known))| *known != account) {
            let id = payout.text(Column::PayeeId).unwrap_or_default();
            findings
                .add(
                    Code::PayeeTwice,
                    payout.row.place(Column::PayeeId),
                    format!("{} has the same payee_id with another account", payout.row.called(first)),
                )
                .showing(&id)
                .advising(format!(
                    "if the pay is split, give the second account a payee_id of its own, such as {id}-2"
                ));
        }
    }

    /// One name with several accounts, as when pay is split.
    fn name(&mut self, payout: &Sound<'_>, key: Key, account: AccountAt, findings: &mut Findings<'_>) {
        let earlier = self.names.earlier(key, (payout.row.row, account));
        if let Some((_, (first, _))) = earlier.filter(|(_, (_, known))| *known != account) {
            let columns = [Column::LastName, Column::CompanyName, Column::AccountName];
            let filled = columns.into_iter().find(|column| !payout.row.text(*column).is_empty());
            findings
                .add(
                    Code::NameTwoAccounts,
                    payout.row.place(filled.unwrap_or(Column::AccountName)),
                    format!("{} pays another account under the same name", payout.row.called(first)),
                )
                .advising(if payout.row.is_line() {
                    "nothing is to be done where pay is split, or where two payees have the same name"
                } else {
                    "nothing is to be done where pay is split, or where two payees have the same name; a column payee_id tells them apart"
                });
        }
    }

    /// References that a payee cannot tell apart.
    fn cut_reference(&mut self, payout: &Sound<'_>, account: Key, findings: &mut Findings<'_>) {
        let reference = payout.text(Column::Reference).unwrap_or_default();
        let kept: String = reference.chars().take(SHOWN_BY_DIRECT_ENTRY).collect();
        let mut key = |text: &str| {
            self.text.begin();
            self.text.add(&account.bytes());
            self.text.add_lower(text);
            self.text.key()
        };
        let (cut, whole) = (key(kept.trim_end()), key(&reference));
        let earlier = self.cut.earlier(cut, (payout.row.row, whole));
        if let Some((_, (first, _))) = earlier.filter(|(_, (_, known))| *known != whole) {
            findings
                .add(
                    Code::ReferenceTwin,
                    payout.row.place(Column::Reference),
                    format!(
                        "by Direct Entry the payee sees \"{}\" of this reference and of that of {}",
                        kept.trim_end(),
                        payout.row.called(first)
                    ),
                )
                .showing(&reference)
                .advising("let the references differ within their first 18 characters");
        }
    }

    /// `true` where there is one.
    fn zero_twin(&mut self, payout: &Sound<'_>, account: Key, findings: &mut Findings<'_>) -> bool {
        let BankAccount::Bsb { bsb, number } = &payout.made.account else {
            return false;
        };
        let zeros = number.bytes().iter().take_while(|byte| **byte == b'0').count();
        let (has_zeros, bare) = (zeros > 0, &number.bytes()[zeros..]);
        if !has_zeros && self.zeros.is_empty() {
            return false;
        }
        let bare = bsb_key(bsb.number(), bare);
        let without = self.accounts.find(bare).map(|known| (known.first.row, bare));
        let with = if has_zeros {
            self.zeros.earlier(bare, (payout.row.row, account)).map(|(_, first)| first)
        } else {
            self.zeros.find(bare)
        };
        let first = without.into_iter().chain(with).min_by_key(|(row, _)| *row);
        let Some((first, _)) = first.filter(|(_, known)| *known != account) else {
            return false;
        };
        findings
            .add(
                Code::LeadingZeroTwin,
                payout.row.place(Column::AccountNumber),
                format!("{} has this account with another number of leading zeros", payout.row.called(first)),
            )
            .showing(&number.to_string())
            .advising("ask the payee which one is right: they are different accounts");
        true
    }
}

/// Ids that ascend from row to row, as in a list that is sorted by them: none of them stands there twice.
#[derive(Debug, Default)]
struct Ascending {
    last: Begins,
    ended: bool,
}

impl Ascending {
    /// Whether it is certain that the id did not come before.
    fn is_new(&mut self, id: Begins) -> bool {
        self.ended |= id <= self.last;
        self.last = id;
        !self.ended
    }
}

/// One account under two names; relatives share accounts.
fn same_account(payout: &Sound<'_>, this: FirstPaid, known: FirstPaid, findings: &mut Findings<'_>) {
    if known.family == this.family {
        return;
    }
    let column = super::column_of(&payout.made.account);
    findings
        .add(
            Code::AccountShared,
            payout.row.place(column),
            format!("{} pays the same account under another name", payout.row.called(known.first.row)),
        )
        .advising("ask both payees for their accounts on a number that you know");
}

fn account_key(account: &BankAccount) -> Key {
    match account {
        BankAccount::Bsb { bsb, number } => bsb_key(bsb.number(), number.bytes()),
        BankAccount::PayId { .. } | BankAccount::Abroad(_) => {
            Key::of(collapsed(&account.canonical()).as_bytes())
        }
    }
}

fn bsb_key(bsb: u32, number: &[u8]) -> Key {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&bsb.to_le_bytes());
    bytes[4..4 + number.len()].copy_from_slice(number);
    Key::of(&bytes)
}
