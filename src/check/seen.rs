//! What other rows of the same file say: duplicates, shared accounts, ids used twice.
//!
//! A small fixed record for each row: digests, never texts.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::Findings;
use crate::domain::{BankAccount, Code, OverlapKey, PartyName, Payout, RowDigest, Severity};
use crate::intake::{Column, RawRow};

/// The rows so far.
#[derive(Debug, Default)]
pub(super) struct Seen {
    payouts: HashMap<OverlapKey, First>,
    ids: HashMap<RowDigest, u32>,
    payees: HashMap<RowDigest, (u32, RowDigest)>,
    holders: HashMap<RowDigest, (u32, RowDigest)>,
    twins: HashMap<RowDigest, (u32, RowDigest)>,
}

#[derive(Debug, Clone, Copy)]
struct First {
    row: u32,
    has_id: bool,
}

impl Seen {
    /// Notes a payout and says what it has in common with those before. `false` if that forbids paying it.
    pub(super) fn note(&mut self, row: &RawRow<'_>, payout: &Payout, findings: &mut Findings) -> bool {
        let before = findings.0.len();
        self.payment_id(row, payout, findings);
        self.same_payout(row, payout, findings);
        self.payee_id(row, payout, findings);
        self.holder(row, payout, findings);
        self.zero_twin(row, payout, findings);
        !findings.0[before..].iter().any(|finding| finding.severity == Severity::Error)
    }

    fn payment_id(&mut self, row: &RawRow<'_>, payout: &Payout, findings: &mut Findings) {
        let Some(id) = &payout.payment_id else { return };
        if let Some(first) = earlier(&mut self.ids, RowDigest::of(&[id]), payout.row) {
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

    fn same_payout(&mut self, row: &RawRow<'_>, payout: &Payout, findings: &mut Findings) {
        let this = First { row: payout.row, has_id: payout.payment_id.is_some() };
        let first = match self.payouts.entry(payout.overlap_key()) {
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

    fn payee_id(&mut self, row: &RawRow<'_>, payout: &Payout, findings: &mut Findings) {
        let Some(id) = &payout.payee.payee_id else { return };
        let account = RowDigest::of(&[payout.payee.account.canonical()]);
        let (first, known) = *self.payees.entry(RowDigest::of(&[id])).or_insert((payout.row, account));
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

    fn holder(&mut self, row: &RawRow<'_>, payout: &Payout, findings: &mut Findings) {
        let name = RowDigest::of(&[payout.payee.party.name.to_string().to_lowercase()]);
        let family = match &payout.payee.party.name {
            PartyName::Person { last, .. } => RowDigest::of(&[last.to_lowercase()]),
            PartyName::Company(_) => name,
        };
        let account = RowDigest::of(&[payout.payee.account.canonical()]);
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

    fn zero_twin(&mut self, row: &RawRow<'_>, payout: &Payout, findings: &mut Findings) {
        let BankAccount::Bsb { bsb, number } = &payout.payee.account else {
            return;
        };
        let bare = RowDigest::of(&[bsb.digits(), number.digits().trim_start_matches('0').to_owned()]);
        let whole = RowDigest::of(&[number.digits()]);
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

fn earlier(seen: &mut HashMap<RowDigest, u32>, key: RowDigest, row: u32) -> Option<u32> {
    match seen.entry(key) {
        Entry::Occupied(occupied) => Some(*occupied.get()),
        Entry::Vacant(vacant) => {
            vacant.insert(row);
            None
        }
    }
}
