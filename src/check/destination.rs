//! Where a row sends its money: BSB and account number, with what the bank directory says of the branch, a `PayID`, or
//! an account abroad.

use super::abroad::scheme::{self, IsAbroad};
use super::money::Goes;
use super::row::Judge;
use super::{Findings, abroad, account, payid, range};
use crate::domain::{BankAccount, Bsb, Code, Method};
use crate::intake::{Column, RawRow};

impl Judge<'_> {
    /// The account that is paid, if no finding forbids it, and where it is.
    pub(super) fn account(
        &self,
        row: &RawRow<'_>,
        findings: &mut Findings<'_>,
    ) -> (Goes, Option<BankAccount>) {
        if scheme::is_usual(row) {
            return (Goes::ToBsb, self.bsb_account(row, findings));
        }
        match scheme::told(row, findings) {
            Ok(Method::Bsb) => (Goes::ToBsb, self.bsb_account(row, findings)),
            Ok(Method::PayId) => (Goes::ToPayId, pay_id(row, findings)),
            Ok(Method::Abroad(scheme)) => {
                let account = abroad::account(row, scheme, findings);
                (Goes::Abroad, account.map(|account| BankAccount::Abroad(Box::new(account))))
            }
            Ok(Method::Other(_)) | Err(IsAbroad(false)) => (Goes::Unclear, None),
            Err(IsAbroad(true)) => (Goes::Abroad, None),
        }
    }

    fn bsb_account(&self, row: &RawRow<'_>, findings: &mut Findings<'_>) -> Option<BankAccount> {
        let typed = row.text(Column::Bsb);
        let bsb = match account::bsb(typed, &self.directory) {
            _ if typed.is_empty() => {
                findings
                    .add(Code::BsbInvalid, row.place(Column::Bsb), "the BSB is missing")
                    .advising("ask the payee for the BSB");
                None
            }
            Ok(account::ReadBsb::ZeroLost(bsb, words)) => {
                findings
                    .add(
                        Code::ZeroLost,
                        row.place(Column::Bsb),
                        format!("BSB {typed} has five digits; did a leading zero get lost? {words}"),
                    )
                    .showing(typed)
                    .suggesting(bsb.to_string())
                    .advising("compare it with its source, and format the column as text to keep zeros");
                Some(bsb)
            }
            Ok(account::ReadBsb::Whole(bsb)) => {
                let usual =
                    typed.len() == 6 || (typed.len() == 7 && matches!(typed.as_bytes()[3], b'-' | b' '));
                if !usual {
                    findings
                        .add(Code::Normalised, row.place(Column::Bsb), format!("the BSB is read as {bsb}"))
                        .showing(typed);
                }
                Some(bsb)
            }
            Err(wrong) => {
                // an account number may stand in the cell as well
                let masked = crate::domain::account::masked(typed);
                let digits = typed.chars().filter(char::is_ascii_digit).count();
                let value = if digits > 6 { &masked } else { typed };
                let finding =
                    findings.add(Code::BsbInvalid, row.place(Column::Bsb), wrong.what).showing(value);
                finding.hint = wrong.hint;
                finding.suggestion = wrong.suggestion;
                None
            }
        };
        if let Some(bsb) = bsb {
            self.branch(row, bsb, findings);
        }
        let typed = row.text(Column::AccountNumber);
        let number = match account::number(typed, bsb) {
            _ if typed.is_empty() => {
                findings
                    .add(
                        Code::AccountInvalid,
                        row.place(Column::AccountNumber),
                        "the account number is missing",
                    )
                    .advising("ask the payee");
                return None;
            }
            Ok(number) => {
                if let Some(letter) = number.digits().chars().find(|c| !c.is_ascii_digit()) {
                    findings
                        .add(
                            Code::AccountLetters,
                            row.place(Column::AccountNumber),
                            format!("the account number has the letter {letter}, and Australian ones have digits only, with very few exceptions"),
                        )
                        .showing(&number.to_string())
                        .advising("ask the payee; the letter O is often typed for the digit 0");
                } else if number.digits() != typed {
                    findings
                        .add(
                            Code::Normalised,
                            row.place(Column::AccountNumber),
                            format!(
                                "the account number is read as {} digits without blanks and hyphens",
                                number.digits().len()
                            ),
                        )
                        .showing(&number.to_string());
                }
                number
            }
            Err(wrong) => {
                let shown = crate::domain::account::masked(typed);
                findings
                    .add(Code::AccountInvalid, row.place(Column::AccountNumber), wrong.what)
                    .showing(&shown)
                    .hint = wrong.hint;
                return None;
            }
        };
        let bsb = bsb?;
        let (least, most) = account::usual_lengths(bsb);
        let length = number.digits().len();
        if !(least..=most).contains(&length) {
            findings
                .add(
                    Code::AccountLength,
                    row.place(Column::AccountNumber),
                    format!(
                        "account numbers at this bank have {} digits, this one has {length}",
                        range(least, most)
                    ),
                )
                .showing(&number.to_string())
                .advising("ask the payee if the number is whole");
        }
        Some(BankAccount::Bsb { bsb, number })
    }

    /// What the bank directory has to say about a BSB.
    fn branch(&self, row: &RawRow<'_>, bsb: Bsb, findings: &mut Findings<'_>) {
        if self.directory.is_in_use(bsb) {
            return;
        }
        let place = row.place(Column::Bsb);
        let shown = bsb.to_string();
        if bsb.number() == super::directory::OWN {
            findings
                .add(Code::BsbOwn, place, "370-370 is Flash's own BSB: the payee would be a Flash account")
                .showing(&shown)
                .advising("ask the payee if this is meant");
            return;
        }
        let Some(branch) = self.directory.lookup(bsb) else {
            let known = self.directory.bank_of_prefix(bsb);
            let bank = known.map_or("and no bank is known to have BSBs that begin so".to_owned(), |bank| {
                format!("though {bank} has others that begin so")
            });
            findings
                .add(
                    Code::BsbUnknown,
                    place,
                    format!("BSB {shown} is not in the bank directory of {}, {bank}", self.directory.month()),
                )
                .showing(&shown)
                .advising("ask the payee or the bank if it is right");
            return;
        };
        if branch.is_gone() {
            let hint = branch.successor.as_ref().map_or("ask the payee for the new BSB".to_owned(), |next| {
                format!("its payments go to {next} now: ask the payee to confirm it")
            });
            findings
                .add(
                    Code::BsbGone,
                    place,
                    format!("the branch {shown} of {} was {}", branch.bank, branch.name.to_lowercase()),
                )
                .showing(&shown)
                .advising(hint);
        } else if !branch.takes_direct_entry() {
            findings
                .add(
                    Code::BsbNoDirectEntry,
                    place,
                    format!("the branch {shown} of {} takes no electronic payments", branch.bank),
                )
                .showing(&shown)
                .advising("ask the payee for another account");
        }
    }
}

fn pay_id(row: &RawRow<'_>, findings: &mut Findings<'_>) -> Option<BankAccount> {
    let typed = row.text(Column::PayId);
    match payid::read(typed) {
        Ok(read) => {
            if read.normalised {
                findings.add(
                    Code::Normalised,
                    row.place(Column::PayId),
                    format!("the PayID is sent as {}", read.payid),
                );
            }
            if read.organisation {
                findings
                    .add(
                        Code::Normalised,
                        row.place(Column::PayId),
                        "the PayID is taken for an organisation's id",
                    )
                    .advising("correct it if it is meant to be an e-mail address or a number");
            }
            Some(BankAccount::PayId { payid: read.payid })
        }
        Err(what) => {
            findings
                .add(Code::PayIdInvalid, row.place(Column::PayId), what)
                .showing(&crate::domain::account::masked(typed))
                .advising("ask the payee for the PayID as their bank shows it");
            None
        }
    }
}
