//! Whether Flash delivers a payout, and what it demands for that, by its own answer or by the built-in table.

use super::scheme::{column_of_number, home_of};
use super::{country, iban};
use crate::check::Findings;
use crate::domain::payout::HOME;
use crate::domain::{
    AccountAbroad, BankAccount, Code, Conversion, Corridor, Corridors, Currency, Method, Origin, Payee,
    Scheme,
};
use crate::intake::{Column, RawRow};

/// The country that an account is in.
pub(super) fn country_of(account: &BankAccount) -> &str {
    match account {
        BankAccount::Bsb { .. } | BankAccount::PayId { .. } => HOME,
        BankAccount::Abroad(account) => abroad(account),
    }
}

fn abroad(account: &AccountAbroad) -> &str {
    let of_bic = || account.bic().map_or("", |bic| bic.country());
    match account.scheme() {
        Scheme::Iban => iban::country_of(account.number()),
        other => home_of(other).unwrap_or_else(of_bic),
    }
}

/// Says of a payout that is converted or leaves Australia whether Flash delivers it, and what it lacks.
pub(in crate::check) fn deliver(
    row: &RawRow<'_>,
    payee: &Payee,
    to: Currency,
    conversion: Option<&Conversion>,
    corridors: &Corridors,
    findings: &mut Findings<'_>,
) {
    let of_account = country_of(&payee.account);
    let method = Method::from(&payee.account);
    let own = corridors.of_country(of_account).is_empty();
    let country = if own { country::mainland(of_account) } else { of_account };
    let ways: Vec<&Corridor> = corridors.ways(country, to, &method).collect();
    if ways.is_empty() {
        not_delivered(row, (country, to, &method), corridors, findings);
        return;
    }
    let lacks = |way: &&Corridor| -> Vec<String> {
        let fields = way.required_fields.iter();
        fields.filter(|field| !has(row, payee, conversion, field)).cloned().collect()
    };
    let least = ways.iter().map(lacks).min_by_key(Vec::len).unwrap_or_default();
    for field in least {
        demanded(row, (country, to, &method), &field, corridors, findings);
    }
}

/// A way in words: `EUR to an IBAN`.
fn way(currency: Currency, method: &Method) -> String {
    let to = match method {
        Method::Bsb => "a BSB account",
        Method::PayId => "a PayID",
        Method::Abroad(scheme) => match scheme {
            Scheme::Iban => "an IBAN",
            Scheme::Aba => "a routing number and account (ABA)",
            Scheme::Clabe => "a CLABE",
            Scheme::Ifsc => "an IFSC and account",
            Scheme::Cnaps => "a CNAPS code and account",
            Scheme::SortCode => "a sort code and account",
            Scheme::AccNo => "an account number and BIC (ACC_NO)",
        },
        Method::Other(name) => name,
    };
    format!("{currency} to {to}")
}

type Wanted<'a> = (&'a str, Currency, &'a Method);

fn not_delivered(
    row: &RawRow<'_>,
    (country, to, method): Wanted<'_>,
    corridors: &Corridors,
    findings: &mut Findings<'_>,
) {
    let there = corridors.of_country(country);
    let place = if there.iter().any(|corridor| corridor.method == *method) {
        row.place(Column::Currency)
    } else {
        row.place(column_of(method))
    };
    let name = country::name(country);
    let mut ways: Vec<String> =
        there.iter().map(|corridor| way(corridor.currency, &corridor.method)).collect();
    ways.dedup();
    let instead = match ways.as_slice() {
        [] => format!("nothing is delivered in {name}"),
        ways => format!("in {name} it delivers {}", ways.join(", ")),
    };
    let wanted = way(to, method);
    let by = corridors.words();
    match corridors.origin() {
        Origin::Live => {
            findings
                .add(Code::NotDelivered, place, format!("Flash does not deliver {wanted} in {name}, by {by}"))
                .advising(instead);
        }
        Origin::BuiltIn => {
            findings
                .add(
                    Code::DeliveryUnsure,
                    place,
                    format!(
                        "by {by} Flash does not deliver {wanted} in {name}, but Flash itself was not asked"
                    ),
                )
                .advising(format!("{instead}; make sure that Flash delivers it"));
        }
    }
}

fn demanded(
    row: &RawRow<'_>,
    (country, to, method): Wanted<'_>,
    field: &str,
    corridors: &Corridors,
    findings: &mut Findings<'_>,
) {
    let Some(column) = column(field) else {
        findings
            .add(
                Code::FieldUnsure,
                row.whole(),
                format!(
                    "for {} in {} Flash demands \"{field}\", which this version does not know",
                    way(to, method),
                    country::name(country)
                ),
            )
            .advising("ask Flash what it is, and pay the row another way if it cannot do without");
        return;
    };
    let (code, by) = match corridors.origin() {
        Origin::Live => (Code::FieldDemanded, corridors.words()),
        Origin::BuiltIn => (Code::FieldUnsure, format!("{}; Flash itself was not asked", corridors.words())),
    };
    findings
        .add(
            code,
            row.place(column),
            format!(
                "{} is missing, and for {} in {} Flash demands it, by {by}",
                in_words(column),
                way(to, method),
                country::name(country)
            ),
        )
        .advising("ask the payee");
}

fn in_words(column: Column) -> String {
    match column {
        Column::Bic => "the BIC of the bank".to_owned(),
        Column::Dob => "the date of birth".to_owned(),
        Column::Suburb => "the suburb or city".to_owned(),
        column => format!("the {}", column.name().replace('_', " ")),
    }
}

/// A name of a field without what does not matter: `address.postcode` and `postCode` are one.
fn folded(field: &str) -> String {
    let last = field.rsplit('.').next().unwrap_or(field);
    last.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The column that fills a field of Flash's.
fn column(field: &str) -> Option<Column> {
    Some(match folded(field).as_str() {
        "bic" => Column::Bic,
        "iban" => Column::Iban,
        "accountno" => Column::AccountNumber,
        "aba" => Column::Aba,
        "clabe" => Column::Clabe,
        "ifsc" => Column::Ifsc,
        "cnaps" => Column::Cnaps,
        "sortcode" => Column::SortCode,
        "bsb" => Column::Bsb,
        "payid" => Column::PayId,
        "firstname" => Column::FirstName,
        "lastname" => Column::LastName,
        "companyname" | "legalname" => Column::CompanyName,
        "email" => Column::Email,
        "mobile" => Column::Mobile,
        "dob" => Column::Dob,
        "street" | "address" => Column::Street,
        "suburb" | "city" => Column::Suburb,
        "state" => Column::State,
        "postcode" => Column::Postcode,
        "country" => Column::Country,
        "currency" => Column::Currency,
        "externalreference" | "reference" => Column::Reference,
        "reason" => Column::Reason,
        "sourceoffunds" => Column::SourceOfFunds,
        _ => return None,
    })
}

/// Whether a payout has what a field of Flash's asks for.
fn has(row: &RawRow<'_>, payee: &Payee, conversion: Option<&Conversion>, field: &str) -> bool {
    let Some(column) = column(field) else { return false };
    let address = &payee.party.address;
    match column {
        Column::Bic => match &payee.account {
            BankAccount::Abroad(account) => account.bic().is_some(),
            BankAccount::Bsb { .. } | BankAccount::PayId { .. } => true, // Flash knows the bank by the BSB
        },
        Column::Email => payee.party.email.is_some(),
        Column::Mobile => payee.party.mobile.is_some(),
        Column::Dob => payee.party.dob.is_some(),
        Column::Street => address.street.is_some(),
        Column::Suburb => address.suburb.is_some(),
        Column::State => address.state.is_some(),
        Column::Postcode => address.postcode.is_some(),
        Column::Reference | Column::Reason => !row.text(column).is_empty(),
        Column::SourceOfFunds => conversion.is_none_or(|conversion| conversion.source_of_funds.is_some()),
        // a payee has a name and a country, and an account all that names it
        _ => true,
    }
}

fn column_of(method: &Method) -> Column {
    match method {
        Method::Bsb => Column::Bsb,
        Method::PayId => Column::PayId,
        Method::Abroad(scheme) => column_of_number(*scheme),
        Method::Other(_) => Column::AccountType,
    }
}
