//! One row becomes one payout, or findings that say why not.

use std::borrow::Cow;

use jiff::civil::Date;

use super::directory::Directory;
use super::fields::{Fields, broken};
use super::file::Options;
use super::sound::{Completed, Named, Sound};
use super::{Findings, account, address, amount, book, cell, is_odd_blank, payee, payid, sound};
use crate::domain::ids::collapsed;
use crate::domain::{BankAccount, Book, BookError, Bsb, Code, Payee, RowDigest};
use crate::intake::{Column, RawRow};

/// Who a row names and where the money goes, as far as no finding forbids it.
struct Whose {
    /// How many findings are about the kinds of cells; they come first.
    of_kinds: usize,
    named: Option<Named>,
    mobile: Option<String>,
    dob: Option<Date>,
    account: Option<BankAccount>,
}

/// What every row needs to be judged.
pub(super) struct Judge<'a> {
    pub options: &'a Options,
    pub directory: Directory,
    /// Whether a missing street was already told for the whole file.
    pub address_told: bool,
    /// The payee book, where payees were imported.
    pub payees: Option<&'a dyn Book>,
    /// The same, where any account of a payee is known.
    pub accounts: Option<&'a dyn Book>,
}

/// Columns that only payments abroad need.
const ABROAD: [Column; 6] =
    [Column::Iban, Column::Aba, Column::Clabe, Column::Ifsc, Column::Cnaps, Column::SortCode];

/// So many characters of a reference go by Direct Entry.
pub(super) const SHOWN: usize = 18;

/// Why a row makes no payout.
pub(super) enum Unsound {
    /// All is right but that the address is missing, which the payee book may have another day.
    Incomplete(RowDigest),
    /// A finding forbids it.
    Refused,
}

impl Judge<'_> {
    /// The payout of a row, if no finding forbids it. A person may still have to accept its bank details.
    pub fn payout<'a>(
        &self,
        row: &RawRow<'a>,
        findings: &mut Findings<'_>,
    ) -> Result<Result<Sound<'a>, Unsound>, BookError> {
        let before = findings.made.len();
        let whose = self.whose(row, findings);
        let money = amount::money(row, findings);
        self.reference(row, findings);
        cell::enough(before..before + whose.of_kinds, findings);
        let forbidden = findings.forbid_since(before);
        let made = match (whose.named, whose.account, money) {
            (Some(named), Some(account), Some(money)) => Some(Sound {
                row: *row,
                named,
                mobile: whose.mobile,
                dob: whose.dob,
                account,
                money,
                completed: None,
            }),
            _ => None,
        };
        let Some(mut sound) = made else {
            self.tell_address(row, address::is_missing(row), None, findings);
            return Ok(Err(Unsound::Refused));
        };
        let lacks_address = self.complete(&mut sound, findings)?;
        Ok(match (forbidden, lacks_address) {
            (true, _) => Err(Unsound::Refused),
            (false, true) => Err(Unsound::Incomplete(sound.payout().row_digest())),
            (false, false) => Ok(sound),
        })
    }

    /// The payee of a row, as it stands there.
    pub fn payee(&self, row: &RawRow<'_>, findings: &mut Findings<'_>) -> Option<Payee> {
        let before = findings.made.len();
        let whose = self.whose(row, findings);
        cell::enough(before..before + whose.of_kinds, findings);
        Some(sound::payee(row, &whose.named?, whose.mobile, whose.dob, &whose.account?))
    }

    fn whose(&self, row: &RawRow<'_>, findings: &mut Findings<'_>) -> Whose {
        let before = findings.made.len();
        cell::kinds(row, findings);
        let of_kinds = findings.made.len() - before;
        refuse_broken(row, findings);
        let named = payee::named(row, findings);
        address::note_unusual(row, findings);
        let dob = self.dob(row, findings);
        let mobile = payee::mobile(row, findings);
        let account = self.account(row, findings);
        Whose { of_kinds, named, mobile, dob, account }
    }

    /// Lets the payee book fill what the row lacks, and compares the account with what is known of the payee. Gives
    /// whether the address is missing in spite of it.
    fn complete(&self, sound: &mut Sound<'_>, findings: &mut Findings<'_>) -> Result<bool, BookError> {
        let row = sound.row;
        if self.payees.is_none() && self.accounts.is_none() && self.options.accepted.is_empty() {
            let missing = address::is_missing(&row);
            self.tell_address(&row, missing, None, findings);
            return Ok(missing);
        }
        let mut payee = sound.payee();
        let (from_book, otherwise) = book::complete(&row, &mut payee, self.payees, findings)?;
        let missing = payee.party.address.is_incomplete();
        self.tell_address(&row, missing, otherwise, findings);
        book::known_account(&row, &mut payee, self.accounts, self.options.today, findings)?;
        if !from_book.is_empty() || payee.own_record {
            sound.completed = Some(Box::new(Completed { payee, from_book }));
        }
        Ok(missing)
    }

    /// `otherwise` says why the payee book did not help.
    fn tell_address(
        &self,
        row: &RawRow<'_>,
        missing: bool,
        otherwise: Option<String>,
        findings: &mut Findings<'_>,
    ) {
        if missing && !self.address_told {
            let nobody = "the payee book has nobody with this name and account: fill the address, or import the payee with these details";
            address::missing(row, otherwise.or_else(|| self.payees.map(|_| nobody.to_owned())), findings);
        }
    }

    fn dob(&self, row: &RawRow<'_>, findings: &mut Findings<'_>) -> Option<Date> {
        let typed = row.text(Column::Dob);
        if typed.is_empty() {
            return None;
        }
        match payee::dob(typed, self.options.today) {
            Ok(dob) => Some(dob),
            Err(wrong) => {
                findings.add(Code::DobInvalid, row.place(Column::Dob), wrong.what).showing(typed).hint =
                    wrong.hint;
                None
            }
        }
    }

    fn account(&self, row: &RawRow<'_>, findings: &mut Findings<'_>) -> Option<BankAccount> {
        let [bsb, number, payid, kind] =
            [Column::Bsb, Column::AccountNumber, Column::PayId, Column::AccountType]
                .map(|column| row.text(column));
        if let Some(column) = ABROAD.into_iter().find(|column| !row.text(*column).is_empty()) {
            findings
                .add(
                    Code::AccountTypeInvalid,
                    row.place(column),
                    "an account abroad is not paid by this version",
                )
                .advising("leave the row out and pay it another way");
            return None;
        }
        let chosen = match () {
            () if kind.is_empty() => None,
            () if kind.eq_ignore_ascii_case("BSB") => Some(true),
            () if kind.eq_ignore_ascii_case("PAYID") => Some(false),
            () => {
                findings
                    .add(
                        Code::AccountTypeInvalid,
                        row.place(Column::AccountType),
                        format!("the account type \"{kind}\" is not paid by this version"),
                    )
                    .advising("write BSB or PAYID, or leave it empty");
                return None;
            }
        };
        let (has_bsb, has_payid) = (!bsb.is_empty() || !number.is_empty(), !payid.is_empty());
        match (has_bsb, has_payid, chosen) {
            (true, true, None) => {
                findings
                    .add(
                        Code::AccountTwice,
                        row.place(Column::PayId),
                        "the row has both a bank account and a PayID",
                    )
                    .advising("keep one of them, or say BSB or PAYID in a column account_type");
                None
            }
            (true, _, None | Some(true)) => self.bsb_account(row, findings),
            (_, true, None | Some(false)) => pay_id(row, findings),
            (_, _, Some(_)) if has_bsb || has_payid => {
                findings
                    .add(
                        Code::AccountMissing,
                        row.place(Column::AccountType),
                        format!("the account type is {kind}, and no such account is filled in"),
                    )
                    .advising("correct the account type, or fill in that account");
                None
            }
            (..) => {
                findings
                    .add(
                        Code::AccountMissing,
                        row.place(Column::AccountNumber),
                        "the row has no account to pay to",
                    )
                    .advising("fill bsb and account_number, or payid");
                None
            }
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

    fn reference(&self, row: &RawRow<'_>, findings: &mut Findings<'_>) {
        const KEYWORDS: [&str; 5] = ["HALT_AML", "FAIL_AML", "PUSH_AML", "SEND_RFI", "FAIL_ACC"];
        let typed = row.text(Column::Reference);
        if typed.is_empty() && row.has(Column::Reference) {
            findings
                .add(
                    Code::ReferenceBlank,
                    row.place(Column::Reference),
                    "the payee will not see what the payment is for",
                )
                .advising("write a reference, such as SALARY JUL26");
        }
        let length = if typed.len() > SHOWN { typed.chars().count() } else { 0 };
        if (SHOWN + 1..=280).contains(&length) {
            let kept: String = typed.chars().take(SHOWN).collect();
            findings
                .add(
                    Code::ReferenceLong,
                    row.place(Column::Reference),
                    format!(
                        "the reference has {length} characters; by Direct Entry the payee sees \"{kept}\""
                    ),
                )
                .advising("shorten it to 18 characters");
        }
        let may_be_one = typed.contains('_'); // all of them have one
        if self.options.environment_is_production
            && may_be_one
            && KEYWORDS.iter().any(|keyword| typed.contains(keyword))
        {
            findings
                .add(
                    Code::TestKeyword,
                    row.place(Column::Reference),
                    "the reference has a keyword of Flash's test environment in it",
                )
                .advising("write what the payee should read");
        }
    }
}

fn range(least: usize, most: usize) -> String {
    if least == most { most.to_string() } else { format!("{least} to {most}") }
}

/// The text of a cell, its blanks made ordinary single ones. None: the cell is empty.
pub(super) fn text<'a>(row: &RawRow<'a>, column: Column) -> Option<Cow<'a, str>> {
    Some(collapsed(row.text(column))).filter(|text| !text.is_empty())
}

/// Columns in whose texts [`text`] makes blanks ordinary ones.
const WITH_BLANKS: [Column; 10] = [
    Column::FirstName,
    Column::MiddleName,
    Column::LastName,
    Column::CompanyName,
    Column::AccountName,
    Column::Street,
    Column::Suburb,
    Column::State,
    Column::Reference,
    Column::Remitter,
];

/// Everything that breaks a rule of Flash's.
fn refuse_broken(row: &RawRow<'_>, findings: &mut Findings<'_>) {
    let field = |column| Some(row.text(column)).filter(|text| !text.is_empty());
    let fields = Fields {
        first_name: field(Column::FirstName),
        middle_name: field(Column::MiddleName),
        last_name: field(Column::LastName),
        company_name: field(Column::CompanyName),
        email: field(Column::Email),
        street: field(Column::Street),
        suburb: field(Column::Suburb),
        state: field(Column::State),
        postcode: field(Column::Postcode),
        country: field(Column::Country),
        reference: field(Column::Reference),
        payment_id: field(Column::PaymentId),
        payee_id: field(Column::PayeeId),
        remitter: field(Column::Remitter),
        reason: field(Column::Reason),
        sub_client_id: field(Column::SubClientId),
    };
    for broken in broken(&fields) {
        findings
            .add(broken.code, row.place(broken.column), broken.what.into_owned())
            .showing(row.text(broken.column));
    }
    if row.is_plain() {
        return;
    }
    for column in WITH_BLANKS {
        let typed = row.text(column);
        if typed.contains(is_odd_blank) {
            findings
                .add(Code::Normalised, row.place(column), "an unusual blank is sent as an ordinary one")
                .showing(typed);
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
