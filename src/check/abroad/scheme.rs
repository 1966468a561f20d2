//! By which scheme a row names its account: as its `account_type` says, else as its filled columns do.

use super::{country, iban, routing};
use crate::check::Findings;
use crate::domain::payout::HOME;
use crate::domain::{Code, Method, Scheme};
use crate::intake::{Column, RawRow};

/// The columns that only one scheme has.
const OWN: [(Column, Scheme); 6] = [
    (Column::Iban, Scheme::Iban),
    (Column::Aba, Scheme::Aba),
    (Column::Clabe, Scheme::Clabe),
    (Column::Ifsc, Scheme::Ifsc),
    (Column::Cnaps, Scheme::Cnaps),
    (Column::SortCode, Scheme::SortCode),
];

/// Whether a row has nothing but a BSB, an account number and no more of an account: as nearly all rows do.
pub(in crate::check) fn is_usual(row: &RawRow<'_>) -> bool {
    !row.text(Column::Bsb).is_empty()
        && [Column::AccountType, Column::PayId, Column::Bic].iter().all(|column| row.text(*column).is_empty())
        && OWN.iter().all(|(column, _)| row.text(*column).is_empty())
}

/// How the row's account is named. None: a finding says why it cannot be told, and whether it is abroad.
pub(in crate::check) fn told(row: &RawRow<'_>, findings: &mut Findings<'_>) -> Result<Method, IsAbroad> {
    let kind = row.text(Column::AccountType);
    let method = if kind.is_empty() { by_cells(row, findings)? } else { by_name(row, kind, findings)? };
    note_unused(row, &method, findings);
    Ok(method)
}

/// Whether an account that cannot be told is abroad, as far as it can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::check) struct IsAbroad(pub bool);

/// The type that the row names.
fn by_name(row: &RawRow<'_>, kind: &str, findings: &mut Findings<'_>) -> Result<Method, IsAbroad> {
    let name = kind.to_ascii_uppercase().replace([' ', '-'], "_");
    let method = match name.as_str() {
        "SORTCODE" => Method::Abroad(Scheme::SortCode),
        "ACCNO" => Method::Abroad(Scheme::AccNo),
        _ => Method::from(name),
    };
    if matches!(method, Method::Other(_)) {
        let names: Vec<&str> = Scheme::ALL.iter().map(|scheme| scheme.name()).collect();
        findings
            .add(
                Code::AccountTypeInvalid,
                row.place(Column::AccountType),
                format!("\"{kind}\" is not a type of account"),
            )
            .showing(kind)
            .advising(format!("write BSB, PAYID, {}, or leave it empty", names.join(", ")));
        return Err(IsAbroad(abroad_by_country(row)));
    }
    let needs: &[Column] = match &method {
        Method::Bsb => &[Column::Bsb, Column::AccountNumber],
        Method::PayId => &[Column::PayId],
        Method::Abroad(Scheme::Iban) => &[Column::Iban, Column::AccountNumber],
        Method::Abroad(Scheme::Clabe) => &[Column::Clabe, Column::AccountNumber],
        Method::Abroad(scheme) => match own_column(*scheme) {
            Some(Column::Aba) => &[Column::Aba, Column::AccountNumber],
            Some(Column::Ifsc) => &[Column::Ifsc, Column::AccountNumber],
            Some(Column::Cnaps) => &[Column::Cnaps, Column::AccountNumber],
            Some(_) => &[Column::SortCode, Column::AccountNumber],
            None => &[Column::AccountNumber],
        },
        Method::Other(_) => &[],
    };
    if needs.iter().all(|column| row.text(*column).is_empty()) {
        return Err(missing(row, kind, &method, findings));
    }
    Ok(method)
}

fn missing(row: &RawRow<'_>, kind: &str, method: &Method, findings: &mut Findings<'_>) -> IsAbroad {
    let others = [Column::Bsb, Column::AccountNumber, Column::PayId];
    let has_other =
        others.into_iter().chain(OWN.map(|(column, _)| column)).any(|column| !row.text(column).is_empty());
    if has_other {
        findings
            .add(
                Code::AccountMissing,
                row.place(Column::AccountType),
                format!("the account type is {kind}, and no such account is filled in"),
            )
            .advising("correct the account type, or fill in that account");
    } else {
        none_at_all(row, findings);
    }
    IsAbroad(matches!(method, Method::Abroad(_)))
}

/// The type that the filled cells tell.
fn by_cells(row: &RawRow<'_>, findings: &mut Findings<'_>) -> Result<Method, IsAbroad> {
    let filled = |column: Column| !row.text(column).is_empty();
    let mut found: Vec<(Column, Method)> = OWN
        .iter()
        .filter(|(column, _)| filled(*column))
        .map(|(column, scheme)| (*column, Method::Abroad(*scheme)))
        .collect();
    if filled(Column::Bsb) || (filled(Column::AccountNumber) && filled(Column::PayId) && found.is_empty()) {
        found.insert(0, (Column::Bsb, Method::Bsb));
    }
    if filled(Column::PayId) {
        found.push((Column::PayId, Method::PayId));
    }
    match found.as_slice() {
        [] if filled(Column::AccountNumber) => Ok(by_number(row, findings)),
        [] => {
            none_at_all(row, findings);
            Err(IsAbroad(filled(Column::Bic) || abroad_by_country(row)))
        }
        [(_, method)] => Ok(method.clone()),
        [(_, Method::Bsb), (_, Method::PayId)] => {
            findings
                .add(
                    Code::AccountTwice,
                    row.place(Column::PayId),
                    "the row has both a bank account and a PayID",
                )
                .advising("keep one of them, or say BSB or PAYID in a column account_type");
            Err(IsAbroad(false))
        }
        [.., (last, _)] => {
            let words: Vec<&str> = found.iter().map(|(column, _)| of_column(*column)).collect();
            let names: Vec<&str> = found.iter().map(|(_, method)| method.name()).collect();
            findings
                .add(
                    Code::AccountTwice,
                    row.place(*last),
                    format!("the row names more than one account: {}", words.join(" and ")),
                )
                .advising(format!(
                    "keep one of them, or say {} in a column account_type",
                    names.join(" or ")
                ));
            Err(IsAbroad(found.iter().all(|(_, method)| matches!(method, Method::Abroad(_)))))
        }
    }
}

/// A number that stands alone: an IBAN says so itself; beside a BIC or in another country it is an account abroad.
fn by_number(row: &RawRow<'_>, findings: &mut Findings<'_>) -> Method {
    let typed = row.text(Column::AccountNumber);
    if iban::is_one(typed) {
        findings.add(
            Code::Normalised,
            row.place(Column::AccountNumber),
            "the account number is an IBAN, and read as one",
        );
        return Method::Abroad(Scheme::Iban);
    }
    let of_bic = routing::bic(row.text(Column::Bic)).ok();
    let of_row =
        country::read(row.text(Column::Country)).ok().map(|read| read.code).filter(|code| *code != HOME);
    match of_row.or(of_bic.as_ref().map(|read| read.bic.country())) {
        Some(country) => Method::Abroad(usual_beside_a_number(country)),
        None if row.text(Column::Bic).is_empty() => Method::Bsb,
        None => Method::Abroad(Scheme::AccNo),
    }
}

/// What the number of an account is in a country, where the row does not say: what is lacking beside it is told then.
fn usual_beside_a_number(country: &str) -> Scheme {
    let homes = Scheme::ALL.into_iter().find(|scheme| home_of(*scheme) == Some(country::mainland(country)));
    homes.unwrap_or(Scheme::AccNo)
}

fn none_at_all(row: &RawRow<'_>, findings: &mut Findings<'_>) {
    let abroad = country::read(row.text(Column::Country)).ok().filter(|read| read.code != HOME);
    let hint = match abroad {
        Some(read) => {
            format!("accounts in {} are named by {}", country::name(read.code), iban::named_by(read.code))
        }
        None => "fill bsb and account_number, or payid".to_owned(),
    };
    let column = match abroad {
        Some(read) if iban::is_used_in(read.code) => Column::Iban,
        Some(_) | None => Column::AccountNumber,
    };
    findings.add(Code::AccountMissing, row.place(column), "the row has no account to pay to").advising(hint);
}

fn abroad_by_country(row: &RawRow<'_>) -> bool {
    country::read(row.text(Column::Country)).is_ok_and(|read| read.code != HOME)
}

/// Cells of other types of accounts, which are not sent.
fn note_unused(row: &RawRow<'_>, method: &Method, findings: &mut Findings<'_>) {
    let Method::Abroad(scheme) = method else {
        if !row.text(Column::Bic).is_empty() {
            unused(row, Column::Bic, "an Australian account needs no BIC; it is not sent", findings);
        }
        return;
    };
    let has_number_apart = !matches!(scheme, Scheme::Iban | Scheme::Clabe);
    let own = column_of_number(*scheme);
    if !has_number_apart && !row.text(own).is_empty() && !row.text(Column::AccountNumber).is_empty() {
        let what = format!("{} says which account it is; the account number is not sent", of_column(own));
        unused(row, Column::AccountNumber, &what, findings);
    }
}

fn unused(row: &RawRow<'_>, column: Column, what: &str, findings: &mut Findings<'_>) {
    findings.add(Code::FieldUnused, row.place(column), what);
}

fn own_column(scheme: Scheme) -> Option<Column> {
    OWN.iter().find(|(_, own)| *own == scheme).map(|(column, _)| *column)
}

/// The column that has the number itself.
pub(in crate::check) fn column_of_number(scheme: Scheme) -> Column {
    match scheme {
        Scheme::Iban => Column::Iban,
        Scheme::Clabe => Column::Clabe,
        Scheme::Aba | Scheme::Ifsc | Scheme::Cnaps | Scheme::SortCode | Scheme::AccNo => {
            Column::AccountNumber
        }
    }
}

/// The one country that has a scheme.
pub(super) fn home_of(scheme: Scheme) -> Option<&'static str> {
    match scheme {
        Scheme::Aba => Some("US"),
        Scheme::Clabe => Some("MX"),
        Scheme::Ifsc => Some("IN"),
        Scheme::Cnaps => Some("CN"),
        Scheme::SortCode => Some("GB"),
        Scheme::Iban | Scheme::AccNo => None,
    }
}

/// A scheme in words.
pub(super) fn words(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Iban => "an IBAN",
        Scheme::Aba => "a US routing number",
        Scheme::Clabe => "a CLABE",
        Scheme::Ifsc => "an IFSC",
        Scheme::Cnaps => "a CNAPS code",
        Scheme::SortCode => "a sort code",
        Scheme::AccNo => "an account number abroad",
    }
}

/// A column of an account as a sentence names it.
pub(super) fn of_column(column: Column) -> &'static str {
    match column {
        Column::Bsb => "the BSB",
        Column::PayId => "the PayID",
        Column::Iban => "the IBAN",
        Column::Bic => "the BIC",
        Column::Aba => "the routing number",
        Column::Clabe => "the CLABE",
        Column::Ifsc => "the IFSC",
        Column::Cnaps => "the CNAPS code",
        Column::SortCode => "the sort code",
        _ => "the account number",
    }
}
