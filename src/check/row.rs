//! One row becomes one payout, or findings that say why not.

use jiff::civil::Date;

use super::directory::Directory;
use super::fields::{Fields, broken};
use super::file::Options;
use super::{Findings, account, amount, name, payid, plain};
use crate::domain::{
    Address, BankAccount, Bsb, Code, Currency, Money, Party, PartyName, Payee, Payout, Severity,
};
use crate::intake::{Column, RawRow};

/// What every row needs to be judged.
pub(super) struct Judge<'a> {
    pub options: &'a Options,
    pub directory: Directory,
    /// Whether a missing street was already told for the whole file.
    pub address_told: bool,
}

/// Columns that only payments abroad need.
const ABROAD: [Column; 6] =
    [Column::Iban, Column::Aba, Column::Clabe, Column::Ifsc, Column::Cnaps, Column::SortCode];

impl Judge<'_> {
    /// The payout of a row, if no finding forbids it.
    pub fn payout(&self, row: &RawRow<'_>, findings: &mut Findings) -> Option<Payout> {
        let before = findings.0.len();
        refuse_broken(row, findings);
        let named = party_name(row, findings);
        let address = self.address(row, findings);
        let dob = self.dob(row, findings);
        let mobile = mobile(row, findings);
        let account = self.account(row, findings);
        let money = money(row, findings);
        self.reference(row, findings);
        let own = &findings.0[before..];
        if own.iter().any(|finding| finding.severity == Severity::Error) {
            return None;
        }
        Some(Payout {
            row: row.row,
            payment_id: text(row, Column::PaymentId),
            payee: Payee {
                payee_id: text(row, Column::PayeeId),
                party: Party {
                    name: named?,
                    email: text(row, Column::Email),
                    mobile,
                    dob,
                    address: address?,
                },
                account: account?,
            },
            money: money?,
            reference: text(row, Column::Reference),
            remitter: text(row, Column::Remitter),
            reason: text(row, Column::Reason),
            sub_client_id: text(row, Column::SubClientId),
        })
    }

    fn address(&self, row: &RawRow<'_>, findings: &mut Findings) -> Option<Address> {
        let country = text(row, Column::Country).unwrap_or_else(|| "AU".to_owned());
        let street = text(row, Column::Street);
        if street.is_none() && country == "AU" {
            if self.address_told {
                return None;
            }
            findings
                .add(
                    Code::AddressMissing,
                    row.place(Column::Street),
                    "the payee has no street, and Flash demands one in Australia",
                )
                .advising("fill street, suburb, state and postcode of this row from the employee's record");
            return None;
        }
        Some(Address {
            street,
            suburb: text(row, Column::Suburb),
            state: text(row, Column::State),
            postcode: text(row, Column::Postcode),
            country,
        })
    }

    fn dob(&self, row: &RawRow<'_>, findings: &mut Findings) -> Option<Date> {
        let typed = row.text(Column::Dob);
        if typed.is_empty() {
            return None;
        }
        match dob(typed, self.options.today) {
            Ok(dob) => Some(dob),
            Err(what) => {
                findings
                    .add(Code::DobInvalid, row.place(Column::Dob), what)
                    .showing(typed)
                    .advising("write it like 1985-04-23");
                None
            }
        }
    }

    fn account(&self, row: &RawRow<'_>, findings: &mut Findings) -> Option<BankAccount> {
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
        let chosen = match kind.to_uppercase().as_str() {
            "" => None,
            "BSB" => Some(true),
            "PAYID" => Some(false),
            _ => {
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

    fn bsb_account(&self, row: &RawRow<'_>, findings: &mut Findings) -> Option<BankAccount> {
        let typed = row.text(Column::Bsb);
        let bsb = match account::bsb(typed, &self.directory) {
            _ if typed.is_empty() => {
                findings
                    .add(Code::BsbInvalid, row.place(Column::Bsb), "the BSB is missing")
                    .advising("ask the payee for the BSB");
                None
            }
            Ok(bsb) => Some(bsb),
            Err(wrong) => {
                findings.add(Code::BsbInvalid, row.place(Column::Bsb), wrong.what).showing(typed).hint =
                    wrong.hint;
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
            Ok(number) => number,
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
    fn branch(&self, row: &RawRow<'_>, bsb: Bsb, findings: &mut Findings) {
        let place = row.place(Column::Bsb);
        let shown = bsb.to_string();
        if bsb.number() == 370_370 {
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
                    format!("BSB {shown} is not in the bank directory of {}, {bank}", super::directory::DATE),
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

    fn reference(&self, row: &RawRow<'_>, findings: &mut Findings) {
        const KEYWORDS: [&str; 5] = ["HALT_AML", "FAIL_AML", "PUSH_AML", "SEND_RFI", "FAIL_ACC"];
        let typed = row.text(Column::Reference);
        let length = typed.chars().count();
        if (19..=280).contains(&length) {
            let kept: String = typed.chars().take(18).collect();
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
        if self.options.environment_is_production && KEYWORDS.iter().any(|keyword| typed.contains(keyword)) {
            findings
                .add(
                    Code::TestKeyword,
                    row.place(Column::Reference),
                    "the reference is a keyword of Flash's test environment",
                )
                .advising("write what the payee should read");
        }
    }
}

fn range(least: usize, most: usize) -> String {
    if least == most { most.to_string() } else { format!("{least} to {most}") }
}

fn text(row: &RawRow<'_>, column: Column) -> Option<String> {
    let text = crate::domain::ids::collapsed(row.text(column));
    Some(text).filter(|text| !text.is_empty())
}

/// Everything that breaks a rule of Flash's.
fn refuse_broken(row: &RawRow<'_>, findings: &mut Findings) {
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
}

fn party_name(row: &RawRow<'_>, findings: &mut Findings) -> Option<PartyName> {
    let [first, middle, last, company] =
        [Column::FirstName, Column::MiddleName, Column::LastName, Column::CompanyName]
            .map(|column| text(row, column));
    let place = row.place(if row.text(Column::AccountName).is_empty() {
        Column::LastName
    } else {
        Column::AccountName
    });
    match (first, last, company) {
        (Some(first), Some(last), None) => Some(PartyName::Person { first, middle, last }),
        (None, None, Some(company)) => Some(PartyName::Company(company)),
        (None, None, None) => account_name(row, findings),
        (Some(_), Some(_), Some(_)) => {
            findings
                .add(
                    Code::NameInvalid,
                    row.place(Column::CompanyName),
                    "the row names both a person and a company",
                )
                .advising("keep one of them");
            None
        }
        (..) => {
            findings
                .add(Code::NameMissing, place, "a person needs both first_name and last_name")
                .advising("fill both, or company_name alone");
            None
        }
    }
}

/// A single name, sorted into a person's or a company's.
fn account_name(row: &RawRow<'_>, findings: &mut Findings) -> Option<PartyName> {
    let typed = row.text(Column::AccountName);
    let place = row.place(Column::AccountName);
    if typed.is_empty() {
        findings
            .add(Code::NameMissing, place, "nobody is named")
            .advising("fill first_name and last_name, company_name, or account_name");
        return None;
    }
    let Some(sorted) = name::sorted(typed) else {
        findings
            .add(
                Code::NameInvalid,
                place,
                format!("it cannot be told whether \"{typed}\" is a person or a company"),
            )
            .showing(typed)
            .advising("put a person's name into first_name and last_name, a company's into company_name");
        return None;
    };
    let fields = match &sorted {
        PartyName::Person { first, middle, last } => Fields {
            first_name: Some(first),
            middle_name: middle.as_deref(),
            last_name: Some(last),
            ..Fields::default()
        },
        PartyName::Company(company) => Fields { company_name: Some(company), ..Fields::default() },
    };
    let wrong = broken(&fields);
    for broken in &wrong {
        findings.add(broken.code, place.clone(), broken.what.clone().into_owned()).showing(typed);
    }
    if wrong.is_empty() {
        let kind = if matches!(sorted, PartyName::Company(_)) { "a company" } else { "a person" };
        findings.add(Code::NameSorted, place, format!("\"{typed}\" is taken for {kind}")).showing(typed);
    }
    wrong.is_empty().then_some(sorted)
}

/// A date of birth of somebody who is 18 at `today`.
fn dob(typed: &str, today: Date) -> Result<Date, String> {
    let shape = typed.len() == 10
        && typed
            .bytes()
            .enumerate()
            .all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
    let date: Date = Some(typed)
        .filter(|_| shape)
        .and_then(|text| text.parse().ok())
        .ok_or("the date of birth is not a date written year-month-day")?;
    if date.year() < 1900 {
        return Err("the date of birth is before 1900".to_owned());
    }
    let grown = jiff::Span::new().years(18);
    match date.checked_add(grown) {
        Ok(grown) if grown <= today => Ok(date),
        _ => Err("the payee is younger than 18, and Flash does not accept that".to_owned()),
    }
}

fn mobile(row: &RawRow<'_>, findings: &mut Findings) -> Option<String> {
    let typed = row.text(Column::Mobile);
    if typed.is_empty() {
        return None;
    }
    match international(typed) {
        Ok(number) => {
            if number != typed {
                findings.add(
                    Code::Normalised,
                    row.place(Column::Mobile),
                    "the mobile number was written with its country",
                );
            }
            Some(number)
        }
        Err(what) => {
            findings
                .add(Code::MobileInvalid, row.place(Column::Mobile), what)
                .showing(&crate::domain::account::masked(typed))
                .advising("write it like +61412345678");
            None
        }
    }
}

/// A mobile number as `+` and digits. Only Australian ones are known without their country.
fn international(typed: &str) -> Result<String, String> {
    let typed = plain(typed);
    let typed = typed.trim();
    if let Some(odd) =
        typed.chars().find(|c| !c.is_ascii_digit() && !matches!(c, ' ' | '-' | '(' | ')' | '.' | '+'))
    {
        return Err(format!("the mobile number has \"{odd}\" in it"));
    }
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let international = match (typed.starts_with('+'), digits.as_str()) {
        (true, digits) => digits.to_owned(),
        (false, digits) if digits.starts_with("00") => digits[2..].to_owned(),
        (false, digits) if digits.len() == 10 && digits.starts_with("04") => format!("61{}", &digits[1..]),
        (false, digits) if digits.len() == 11 && digits.starts_with("614") => digits.to_owned(),
        (false, digits) if digits.len() == 9 && digits.starts_with('4') => {
            return Err(format!("did a leading zero get lost? the number would be 0{digits}"));
        }
        (false, _) => return Err("the mobile number has no country".to_owned()),
    };
    let australian = !international.starts_with("61") || international.len() == 11;
    if (8..=15).contains(&international.len()) && !international.starts_with('0') && australian {
        return Ok(format!("+{international}"));
    }
    Err("the mobile number has too many or too few digits".to_owned())
}

fn pay_id(row: &RawRow<'_>, findings: &mut Findings) -> Option<BankAccount> {
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

fn money(row: &RawRow<'_>, findings: &mut Findings) -> Option<Money> {
    let typed = row.text(Column::Currency);
    let currency = match typed.parse::<Currency>() {
        _ if typed.is_empty() => Currency::AUD,
        Ok(Currency::AUD) => Currency::AUD,
        Ok(other) => {
            findings
                .add(
                    Code::CurrencyInvalid,
                    row.place(Column::Currency),
                    format!("{other} is not paid by this version, which pays Australian dollars"),
                )
                .showing(typed)
                .advising("leave the row out and pay it another way");
            return None;
        }
        Err(_) => {
            findings
                .add(Code::CurrencyInvalid, row.place(Column::Currency), "this is not a currency")
                .showing(typed)
                .advising("write AUD, or leave it empty");
            return None;
        }
    };
    let kind = row.text(Column::Kind);
    if !kind.is_empty() && !kind.eq_ignore_ascii_case("withdrawal") {
        findings
            .add(
                Code::CurrencyInvalid,
                row.place(Column::Kind),
                format!("the kind \"{kind}\" is not paid by this version"),
            )
            .advising("write withdrawal, or leave it empty");
        return None;
    }
    let typed = row.text(Column::Amount);
    match amount::read(typed, currency) {
        Ok(read) => {
            if read.normalised {
                findings.add(
                    Code::Normalised,
                    row.place(Column::Amount),
                    format!("the amount is read as {}", read.money.digits()),
                );
            }
            Some(read.money)
        }
        Err(what) => {
            findings
                .add(Code::AmountInvalid, row.place(Column::Amount), what)
                .showing(typed)
                .advising("write it like 1234.50");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_dates_of_grown_ups_are_dates_of_birth() {
        let today: Date = "2026-07-17".parse().expect("a date");
        assert!(dob("2008-07-17", today).is_ok());
        for wrong in ["2008-07-18", "1899-12-31", "23/04/1985", "85-04-23", "1985-02-30", "1985-4-3"] {
            assert!(dob(wrong, today).is_err(), "{wrong}");
        }
    }

    #[test]
    fn mobiles_get_their_country() {
        for typed in ["0412 345 678", "+61 412 345 678", "0061412345678", "61412345678"] {
            assert_eq!(international(typed).as_deref(), Ok("+61412345678"), "{typed}");
        }
        for wrong in ["412345678", "12", "04123456", "+61 4123", "0412 345 67x"] {
            assert!(international(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,20}") {
            let _ = dob(&text, Date::constant(2026, 7, 17));
            let _ = name::sorted(&text);
            if let Ok(number) = international(&text) {
                prop_assert_eq!(international(&number), Ok(number.clone()));
            }
        }
    }
}
