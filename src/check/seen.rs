//! What other rows of the same file say: duplicates, shared accounts, ids used twice.
//!
//! A small fixed record for each row: digests, never texts.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash, Hasher};

use super::Findings;
use crate::domain::{BankAccount, Code, PartyName, Payout};
use crate::intake::{Column, RawRow};

/// A digest of what is compared. Of a million rows, two differing ones share one with a chance of one in ten
/// million; the finding then names both rows, and a person sees that they differ.
type Key = u64;

/// The rows so far.
#[derive(Debug, Default)]
pub(super) struct Seen {
    payouts: Map<First>,
    ids: Map<u32>,
    payees: Map<(u32, Key)>,
    holders: Map<(u32, Key)>,
    twins: Map<(u32, Key)>,
}

/// The first row of its kind.
#[derive(Debug, Clone, Copy)]
struct First {
    row: u32,
    has_id: bool,
}

type Map<T> = HashMap<Key, T, BuildHasherDefault<AsItIs>>;

/// Keys are digests already.
#[derive(Debug, Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn write(&mut self, _: &[u8]) {
        unreachable!("only keys are hashed");
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

fn key(of: impl Hash) -> Key {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(of)
}

impl Seen {
    /// Notes a payout and says what it has in common with those before. `false` if that forbids paying it.
    pub(super) fn note(&mut self, row: &RawRow<'_>, payout: &Payout, findings: &mut Findings<'_>) -> bool {
        let before = findings.made.len();
        self.payment_id(row, payout, findings);
        self.same_payout(row, payout, findings);
        self.payee_id(row, payout, findings);
        self.holder(row, payout, findings);
        self.zero_twin(row, payout, findings);
        !findings.forbid_since(before)
    }

    fn payment_id(&mut self, row: &RawRow<'_>, payout: &Payout, findings: &mut Findings<'_>) {
        let Some(id) = &payout.payment_id else { return };
        if let Some(first) = earlier(&mut self.ids, key(id), payout.row) {
            findings
                .add(
                    Code::IdTwice,
                    row.place(Column::PaymentId),
                    format!("row {first} has the same payment_id"),
                )
                .showing(id)
                .advising("give every payout an id of its own");
        }
    }

    fn same_payout(&mut self, row: &RawRow<'_>, payout: &Payout, findings: &mut Findings<'_>) {
        let this = First { row: payout.row, has_id: payout.payment_id.is_some() };
        let first = match self.payouts.entry(key(payout.overlap_key())) {
            Entry::Vacant(vacant) => {
                vacant.insert(this);
                return;
            }
            Entry::Occupied(occupied) => *occupied.get(),
        };
        let what = format!("this row is the same as row {}: same account, amount and reference", first.row);
        if first.has_id && this.has_id {
            findings
                .add(Code::DuplicateLooks, row.place(Column::Amount), what)
                .advising("make sure that both are meant");
        } else {
            findings.add(Code::DuplicateRow, row.place(Column::Amount), what).advising(
                "remove one of them, or tell them apart by their references or by ids in a column payment_id",
            );
        }
    }

    fn payee_id(&mut self, row: &RawRow<'_>, payout: &Payout, findings: &mut Findings<'_>) {
        let Some(id) = &payout.payee.payee_id else { return };
        let account = key(payout.payee.account.canonical());
        let (first, known) = *self.payees.entry(key(id)).or_insert((payout.row, account));
        if known != account {
            findings
                .add(
                    Code::PayeeTwice,
                    row.place(Column::PayeeId),
                    format!("row {first} has the same payee_id with another account"),
                )
                .showing(id)
                .advising(format!(
                    "if the pay is split, give the second account a payee_id of its own, such as {id}-2"
                ));
        }
    }

    fn holder(&mut self, row: &RawRow<'_>, payout: &Payout, findings: &mut Findings<'_>) {
        let name = key(payout.payee.party.name.to_string().to_lowercase());
        let family = match &payout.payee.party.name {
            PartyName::Person { last, .. } => key(last.to_lowercase()),
            PartyName::Company(_) => name,
        };
        let account = key(payout.payee.account.canonical());
        let (first, known) = *self.holders.entry(account).or_insert((payout.row, family));
        if known != family {
            findings
                .add(
                    Code::AccountShared,
                    row.place(match payout.payee.account {
                        BankAccount::Bsb { .. } => Column::AccountNumber,
                        BankAccount::PayId { .. } => Column::PayId,
                    }),
                    format!("row {first} pays the same account under another name"),
                )
                .advising("ask both payees for their accounts on a number that you know");
        }
    }

    fn zero_twin(&mut self, row: &RawRow<'_>, payout: &Payout, findings: &mut Findings<'_>) {
        let BankAccount::Bsb { bsb, number } = &payout.payee.account else {
            return;
        };
        let bare = key((bsb.number(), number.digits().trim_start_matches('0')));
        let whole = key(number.digits());
        let (first, known) = *self.twins.entry(bare).or_insert((payout.row, whole));
        if known != whole {
            findings
                .add(
                    Code::LeadingZeroTwin,
                    row.place(Column::AccountNumber),
                    format!("row {first} has this account with another number of leading zeros"),
                )
                .showing(&number.to_string())
                .advising("ask the payee which one is right: they are different accounts");
        }
    }
}

fn earlier(seen: &mut Map<u32>, key: Key, row: u32) -> Option<u32> {
    match seen.entry(key) {
        Entry::Occupied(occupied) => Some(*occupied.get()),
        Entry::Vacant(vacant) => {
            vacant.insert(row);
            None
        }
    }
}
