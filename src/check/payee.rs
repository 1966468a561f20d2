//! Who a row names: a person or a company, with a date of birth and a mobile number.

use jiff::civil::Date;
use phonelib::ParseError;

use super::fields::{Fields, broken};
use super::sound::{Named, typed_name};
use super::{Findings, Wrong, address, is_odd_blank, name, plain, shown};
use crate::domain::book::names_agree;
use crate::domain::ids::collapsed;
use crate::domain::payout::HOME;
use crate::domain::{Code, Finding, PartyName, Place};
use crate::intake::{Column, RawRow};

/// Where the payee's name is, if it is that of one person or one company.
pub(super) fn named(row: &RawRow<'_>, findings: &mut Findings<'_>) -> Option<Named> {
    let [first, middle, last, company] =
        [Column::FirstName, Column::MiddleName, Column::LastName, Column::CompanyName]
            .map(|column| !row.text(column).is_empty());
    match (first, middle, last, company) {
        (true, _, true, false) | (false, false, false, true) => {
            agrees_with_account_name(row, findings).then_some(Named::AsTyped)
        }
        (false, false, false, false) => account_name(row, findings).map(Box::new).map(Named::Sorted),
        (.., true) => {
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
            let column = match row.text(Column::AccountName) {
                "" => Column::LastName,
                _ => Column::AccountName,
            };
            findings
                .add(Code::NameMissing, row.place(column), "a person needs both first_name and last_name")
                .advising("fill both, or company_name alone");
            None
        }
    }
}

/// Compares an account name with the columns that name the payee more exactly, which are used. `false`: they name a
/// company that the account is not in the name of, and it cannot be told whom to pay, since exports name the employer in
/// such a column.
fn agrees_with_account_name(row: &RawRow<'_>, findings: &mut Findings<'_>) -> bool {
    let other = row.text(Column::AccountName);
    if other.is_empty() {
        return true;
    }
    let used = typed_name(row);
    let other = collapsed(other);
    if other.to_lowercase() == used.to_string().to_lowercase() {
        return true;
    }
    let place = row.place(Column::AccountName);
    match (names_agree(&used, &PartyName::Company(other.to_string())), &used) {
        (true, _) => {
            let message = format!("this name is not used, the payee is {used}");
            findings.add(Code::NameSorted, place, message).showing(&other);
            true
        }
        (false, PartyName::Person { .. }) => {
            let message =
                format!("the account is in the name of {other}, and the payee is {used}, whose name is sent");
            findings
                .add(Code::NameDiffers, place, message)
                .showing(&other)
                .advising("make sure that the account is the payee's");
            true
        }
        (false, PartyName::Company(company)) => {
            let place = row.place(Column::CompanyName);
            let message = format!(
                "the row names the company {company} and an account of {other}, and it cannot be told which of them is paid"
            );
            findings.add(Code::NameChoose, place, message).showing(company).advising(
                "empty the cell of the name that is not the payee's; if it is a whole column, ignore that column by a map (payrun map)",
            );
            false
        }
    }
}

/// One finding in place of those of all rows, where all of them name the same company beside accounts of several names:
/// that is whose file it is, and not whom it pays.
pub(super) fn own_company(findings: &[Finding], rows: u64) -> Option<Finding> {
    let of = || findings.iter().filter(|finding| finding.code == Code::NameChoose);
    let first = of().next()?;
    let company = first.value.as_deref()?;
    let is_one = of().all(|finding| finding.value.as_deref() == Some(company));
    if !is_one || of().all(|finding| finding.message == first.message) {
        return None;
    }
    let column = first.place.column.clone().unwrap_or_default();
    let message = format!(
        "{rows} rows name the company {company} in the column \"{column}\" beside accounts of other names, so it may be your own company and not the payee"
    );
    let place = Place { row: None, ..first.place.clone() };
    Some(Finding::new(Code::NameChoose, place, message).advised(format!(
        "to pay by the account names, write a file map.toml with the lines [ignore] and columns = [\"{column}\"], and add --map map.toml; to pay the company, ignore the column of the account names instead"
    )))
}

/// A single name, sorted into a person's or a company's.
fn account_name(row: &RawRow<'_>, findings: &mut Findings<'_>) -> Option<PartyName> {
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
    let country = address::country(row).unwrap_or_default();
    for broken in &wrong {
        let finding =
            findings.add(broken.code, place.clone(), broken.what.clone().into_owned()).showing(typed);
        if let Some(plain) = address::in_plain_letters(Column::AccountName, typed, country) {
            finding.suggesting(plain.clone()).advising(format!("it can be written as \"{plain}\""));
        }
    }
    if wrong.is_empty() {
        note_letters(row, Column::AccountName, country, findings);
        let kind = match &sorted {
            PartyName::Company(_) => "a company".to_owned(),
            PartyName::Person { first, middle, last } => {
                let given = middle.as_ref().map_or(first.clone(), |middle| format!("{first} {middle}"));
                format!("a person, {given} of the family {last}")
            }
        };
        findings.add(Code::NameSorted, place, format!("\"{typed}\" is taken for {kind}")).showing(typed);
    }
    wrong.is_empty().then_some(sorted)
}

/// Warns of a name with letters that Flash may or may not take, and says how it can be written without them.
pub(super) fn note_letters(row: &RawRow<'_>, column: Column, country: &str, findings: &mut Findings<'_>) {
    let (typed, place) = (row.text(column), row.place(column));
    let Some(odd) = typed.chars().find(|c| !c.is_ascii() && !is_odd_blank(*c)) else { return };
    // a bank file is refused for such letters anyway
    if row.is_line() || findings.made.iter().any(|made| made.place == place) {
        return;
    }
    let Some(plain) = address::in_plain_letters(column, typed, country) else { return };
    let message = format!(
        "Flash takes Latin letters in a person's name, and does not say whether {} is one of them",
        shown(odd)
    );
    findings
        .add(Code::NameLetters, place, message)
        .showing(typed)
        .suggesting(plain.clone())
        .advising(format!("it can be written as \"{plain}\"; until you write that, it is sent as it stands"));
}

/// A date of birth of somebody who is 18 at `today`.
pub(super) fn dob(typed: &str, today: Date) -> Result<Date, Wrong> {
    let shape = typed.len() == 10
        && typed
            .bytes()
            .enumerate()
            .all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
    let date: Date = Some(typed).filter(|_| shape).and_then(|text| text.parse().ok()).ok_or_else(|| {
        Wrong::new("the date of birth is not a date written year-month-day").hint("write it like 1985-04-23")
    })?;
    if date.year() < 1900 {
        return Err(Wrong::new("the date of birth is before 1900").hint("make sure of the year"));
    }
    let grown = jiff::Span::new().years(18);
    match date.checked_add(grown) {
        Ok(grown) if grown <= today => Ok(date),
        _ => Err(Wrong::new("the payee is younger than 18, and Flash does not accept that")
            .hint("make sure of the year, or pay this person another way")),
    }
}

/// A mobile number, brought into the form that Flash takes.
pub(super) fn mobile(row: &RawRow<'_>, findings: &mut Findings<'_>) -> Option<String> {
    let typed = row.text(Column::Mobile);
    if typed.is_empty() {
        return None;
    }
    match international(typed, address::country(row).unwrap_or(HOME)) {
        Ok(number) => {
            if number != typed {
                findings.add(
                    Code::Normalised,
                    row.place(Column::Mobile),
                    format!(
                        "the mobile number is sent with its country, as {}",
                        crate::domain::account::masked(&number)
                    ),
                );
            }
            Some(number)
        }
        Err(Wrong { what, hint, .. }) => {
            findings
                .add(Code::MobileInvalid, row.place(Column::Mobile), what)
                .showing(&crate::domain::account::masked(typed))
                .advising(hint.unwrap_or_else(|| "write it like +61412345678".to_owned()));
            None
        }
    }
}

/// A mobile number as `+` and digits. Only Australian ones are known without their country, and only of payees in
/// Australia.
pub(super) fn international(typed: &str, country: &str) -> Result<String, Wrong> {
    let typed = plain(typed);
    let typed = typed.trim();
    if let Some(odd) =
        typed.chars().find(|c| !c.is_ascii_digit() && !matches!(c, ' ' | '-' | '(' | ')' | '.' | '+'))
    {
        return Err(Wrong::new(format!("the mobile number has {} in it", shown(odd))));
    }
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let international = match (typed.starts_with('+'), digits.as_str()) {
        (true, digits) => digits.to_owned(),
        (false, digits) if digits.starts_with("00") => digits[2..].to_owned(),
        (false, digits) if country != HOME => return Err(without_country(digits, country)),
        (false, digits) if digits.len() == 10 && digits.starts_with("04") => format!("61{}", &digits[1..]),
        (false, digits) if digits.len() == 11 && digits.starts_with("614") => digits.to_owned(),
        (false, digits) if digits.len() == 9 && digits.starts_with('4') => {
            return Err(Wrong::new(
                "did a leading zero get lost? an Australian mobile number begins with 04",
            ));
        }
        (false, _) => return Err(Wrong::new("the mobile number has no country")),
    };
    let australian = !international.starts_with("61") || international.len() == 11;
    let plausible = (8..=15).contains(&international.len()) && !international.starts_with('0');
    let number = format!("+{international}");
    match phonelib::try_normalize_phone_number(&number) {
        _ if !plausible || !australian => Err(Wrong::new("the mobile number has too many or too few digits")),
        Err(ParseError::UnknownCountryCode) => {
            Err(Wrong::new("the mobile number begins with the code of no country"))
        }
        Err(ParseError::InvalidLength | ParseError::TooLong | ParseError::TooShort) => {
            Err(Wrong::new("the mobile number has too many or too few digits for its country")
                .hint("compare it with its source"))
        }
        // areas and exchanges are opened faster than tables of them are made
        Ok(_) | Err(_) => Ok(number),
    }
}

/// A number without its country, in a row of another country than Australia.
fn without_country(digits: &str, country: &str) -> Wrong {
    let wrong = Wrong::new("the mobile number has no country");
    match phonelib::PhoneNumber::parse_with_country(digits, country) {
        Some(number) => wrong.hint(format!(
            "numbers in {} begin with +{} in place of a leading 0: write it so if it is one of them",
            super::abroad::country::name(country),
            number.country_code()
        )),
        None => wrong.hint("write it with + and the code of its country, such as +64211234567"),
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
        let home = |typed: &str| international(typed, HOME);
        for typed in ["0412 345 678", "+61 412 345 678", "0061412345678", "61412345678"] {
            assert_eq!(home(typed).as_deref(), Ok("+61412345678"), "{typed}");
        }
        for wrong in ["412345678", "12", "04123456", "+61 4123", "0412 345 67x"] {
            assert!(home(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn mobiles_abroad_have_the_length_of_their_country() {
        for typed in
            ["+44 7700 900123", "0044 7700 900123", "+49 151 23456789", "+64 21 123 4567", "+1 202-555-0173"]
        {
            assert!(international(typed, "GB").is_ok(), "{typed}");
        }
        for wrong in ["+44 7700 9001", "+44 7700 9001234", "+999 1234 5678", "+1 202-555-017"] {
            assert!(international(wrong, "GB").is_err(), "{wrong}");
        }
        let national = international("07700 900123", "GB").expect_err("no country");
        assert!(national.hint.expect("a hint").contains("+44"));
        assert!(international("0412 345 678", "DE").is_err(), "it is not taken for an Australian one");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,20}") {
            let _ = dob(&text, Date::constant(2026, 7, 17));
            let _ = name::sorted(&text);
            for country in [HOME, "DE"] {
                let Ok(number) = international(&text, country) else { continue };
                prop_assert_eq!(international(&number, country), Ok(number.clone()));
            }
        }
    }
}
