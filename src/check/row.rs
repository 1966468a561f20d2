//! One row becomes one payout, or findings that say why not.

use std::borrow::Cow;

use jiff::civil::Date;

use super::address::Lacks;
use super::directory::Directory;
use super::fields::{Fields, broken};
use super::file::Options;
use super::mark::Marked;
use super::money::{Goes, Priced};
use super::sound::{Completed, Made, Named, Sound};
use super::{Findings, abroad, address, book, cell, hold, is_odd_blank, known, money, payee, sound, words};
use crate::domain::ids::collapsed;
use crate::domain::payout::SHOWN_BY_DIRECT_ENTRY;
use crate::domain::{BankAccount, Book, BookError, Code, Money, Payee, RowDigest};
use crate::intake::{Column, RawRow};

/// Who a row names and where the money goes, as far as no finding forbids it.
struct Whose {
    /// How many findings are about the kinds of cells; they come first.
    of_kinds: usize,
    named: Option<Named>,
    mobile: Option<String>,
    dob: Option<Date>,
    goes: Goes,
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
    /// The rows of earlier runs, where they can be asked.
    pub rows: Option<&'a dyn Book>,
    /// Where a row may say that it must not be paid.
    pub holds: hold::Columns,
}

/// A row that makes no payout, and what could be read of it.
#[derive(Debug, Default)]
pub(super) struct Unsound {
    /// All is right but that the address is missing, which the payee book may have another day.
    pub incomplete: Option<RowDigest>,
    pub account: Option<BankAccount>,
    pub money: Option<Money>,
}

impl Judge<'_> {
    /// The payout of a row, if no finding forbids it. A person may still have to accept its bank details.
    pub fn payout(
        &self,
        row: &RawRow<'_>,
        marked: Marked,
        findings: &mut Findings<'_>,
    ) -> Result<Result<Made, Box<Unsound>>, BookError> {
        let before = findings.made.len();
        let whose = self.whose(row, findings);
        let priced = money::money(row, whose.goes, self.options, findings);
        words::reason(row, self.options, findings);
        words::remitter(row, self.options, findings);
        self.reference(row, findings);
        hold::told(row, &self.holds, findings);
        cell::enough(before..before + whose.of_kinds, findings);
        let forbidden = findings.forbid_since(before) || marked == Marked::Unclear;
        let mut made = match (whose.named, whose.account, priced) {
            (Some(named), Some(account), Some(Priced { money, conversion })) => Made {
                named,
                mobile: whose.mobile,
                dob: whose.dob,
                account,
                money,
                conversion,
                completed: None,
                marked: marked.id(),
            },
            (_, account, priced) => {
                self.tell_lacking(row, address::lacks(row, whose.goes), None, findings);
                let money = priced.map(|priced| priced.money);
                return Ok(Err(Box::new(Unsound { incomplete: None, account, money })));
            }
        };
        let lacks = self.complete(row, &mut made, findings)?;
        let forbidden = forbidden || self.is_not_delivered(row, &made, findings);
        if !forbidden && lacks.is_none() {
            return Ok(Ok(made));
        }
        let incomplete = (!forbidden).then(|| Sound { row: *row, made: &made }.payout().row_digest());
        let Made { account, money, .. } = made;
        Ok(Err(Box::new(Unsound { incomplete, account: Some(account), money: Some(money) })))
    }

    /// Whether Flash does not deliver a payout that is converted or leaves Australia, or demands what it lacks.
    fn is_not_delivered(&self, row: &RawRow<'_>, made: &Made, findings: &mut Findings<'_>) -> bool {
        if made.conversion.is_none() && !matches!(made.account, BankAccount::Abroad(_)) {
            return false;
        }
        let before = findings.made.len();
        let own = made.completed.is_none().then(|| Sound { row: *row, made }.payee());
        let completed = made.completed.as_ref().map(|completed| &completed.payee);
        if let Some(payee) = completed.or(own.as_ref()) {
            let to = made.conversion.as_ref().map_or(made.money.currency(), |conversion| conversion.to);
            let conversion = made.conversion.as_deref();
            abroad::deliver(row, payee, to, conversion, &self.options.corridors, findings);
            let place = row.place(Column::SourceOfFunds);
            let is_told = findings.made[before..].iter().any(|finding| finding.place == place);
            if conversion.is_some_and(|conversion| conversion.source_of_funds.is_none()) && !is_told {
                words::note_no_source(row, self.options, findings);
            }
        }
        findings.forbid_since(before)
    }

    /// The payee of a row, as it stands there.
    pub fn payee(&self, row: &RawRow<'_>, findings: &mut Findings<'_>) -> Option<Payee> {
        let before = findings.made.len();
        let whose = self.whose(row, findings);
        if address::lacks(row, whose.goes) == Some(Lacks::Country) {
            address::country_missing(row, None, findings);
        }
        cell::enough(before..before + whose.of_kinds, findings);
        Some(sound::payee(row, &whose.named?, whose.mobile, whose.dob, &whose.account?))
    }

    fn whose(&self, row: &RawRow<'_>, findings: &mut Findings<'_>) -> Whose {
        let before = findings.made.len();
        cell::kinds(row, findings);
        let of_kinds = findings.made.len() - before;
        refuse_broken(row, findings);
        let named = payee::named(row, findings);
        address::note_country(row, findings);
        address::note_unusual(row, findings);
        let dob = self.dob(row, findings);
        let mobile = payee::mobile(row, findings);
        let (goes, account) = self.account(row, findings);
        Whose { of_kinds, named, mobile, dob, goes, account }
    }

    /// Lets the payee book fill what the row lacks, and compares the account with what is known of the payee. Gives
    /// what the address lacks in spite of it.
    fn complete(
        &self,
        row: &RawRow<'_>,
        made: &mut Made,
        findings: &mut Findings<'_>,
    ) -> Result<Option<Lacks>, BookError> {
        let goes = if matches!(made.account, BankAccount::Abroad(_)) { Goes::Abroad } else { Goes::ToBsb };
        let lacks = address::lacks(row, goes);
        if self.payees.is_none() && self.accounts.is_none() && self.options.accepted.is_empty() {
            self.tell_lacking(row, lacks, None, findings);
            return Ok(lacks);
        }
        let mut payee = Sound { row: *row, made }.payee();
        let (from_book, otherwise) = book::complete(row, &mut payee, self.payees, findings)?;
        let lacks = lacks.filter(|lacks| lacks.still(&payee.party.address, &from_book));
        self.tell_lacking(row, lacks, otherwise, findings);
        book::known_account(row, &mut payee, self.accounts, self.options.today, findings)?;
        if let (Some(book), Some(id)) = (self.payees, &payee.payee_id)
            && let Some(entry) = book.by_id(id)?
        {
            known::note_other_name(row, &payee, &entry, findings);
        }
        if !from_book.is_empty() || payee.own_record {
            made.completed = Some(Box::new(Completed { payee, from_book }));
        }
        Ok(lacks)
    }

    /// `otherwise` says why the payee book did not help.
    fn tell_lacking(
        &self,
        row: &RawRow<'_>,
        lacks: Option<Lacks>,
        otherwise: Option<String>,
        findings: &mut Findings<'_>,
    ) {
        let nobody = if row.is_line() {
            "the payee book has nobody with this name and account: import the payee with these details and the address"
        } else {
            "the payee book has nobody with this name and account: fill the address, or import the payee with these details"
        };
        let otherwise = || otherwise.or_else(|| self.payees.map(|_| nobody.to_owned()));
        match lacks {
            Some(Lacks::Street) if !self.address_told => address::missing(row, otherwise(), findings),
            Some(Lacks::Country) => address::country_missing(row, otherwise(), findings),
            Some(Lacks::Street) | None => {}
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
        let length = if typed.len() > SHOWN_BY_DIRECT_ENTRY { typed.chars().count() } else { 0 };
        if (SHOWN_BY_DIRECT_ENTRY + 1..=280).contains(&length) {
            let kept: String = typed.chars().take(SHOWN_BY_DIRECT_ENTRY).collect();
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
        reference: field(Column::Reference),
        payment_id: field(Column::PaymentId),
        payee_id: field(Column::PayeeId),
        remitter: field(Column::Remitter),
        reason: field(Column::Reason),
        source_of_funds: field(Column::SourceOfFunds),
        sub_client_id: field(Column::SubClientId),
        is_plain: row.is_plain(),
    };
    let country = address::country(row).unwrap_or_default();
    for broken in broken(&fields) {
        let typed = row.text(broken.column);
        let finding =
            findings.add(broken.code, row.place(broken.column), broken.what.into_owned()).showing(typed);
        if let Some(plain) = address::in_plain_letters(broken.column, typed, country) {
            finding.suggesting(plain.clone()).advising(format!("it can be written as \"{plain}\""));
        }
    }
    if row.is_plain() {
        return;
    }
    for column in WITH_BLANKS {
        let typed = row.text(column);
        if !typed.is_ascii() && typed.contains(is_odd_blank) {
            findings
                .add(Code::Normalised, row.place(column), "an unusual blank is sent as an ordinary one")
                .showing(typed);
        }
    }
}
