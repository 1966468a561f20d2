//! Which columns each template has, which of them must be filled, and an example payee nobody is.

use crate::cli::args::TemplateKind;
use crate::intake::{COLUMNS, Column, EXAMPLE_MARK};
use crate::report::{Field, Form, Need, Template};

/// Who is paid, in every template.
const PAYEE: [Column; 11] = [
    Column::PayeeId,
    Column::FirstName,
    Column::MiddleName,
    Column::LastName,
    Column::CompanyName,
    Column::Email,
    Column::Mobile,
    Column::Street,
    Column::Suburb,
    Column::State,
    Column::Postcode,
];

/// What a payment at home has beside.
const AT_HOME: [Column; 5] =
    [Column::Bsb, Column::AccountNumber, Column::PayId, Column::Amount, Column::Reference];

/// What a payment abroad has beside.
const ABROAD: [Column; 18] = [
    Column::Country,
    Column::AccountType,
    Column::AccountNumber,
    Column::Iban,
    Column::Bic,
    Column::Aba,
    Column::Clabe,
    Column::Ifsc,
    Column::Cnaps,
    Column::SortCode,
    Column::Amount,
    Column::Currency,
    Column::FromCurrency,
    Column::AmountSide,
    Column::Kind,
    Column::Reason,
    Column::SourceOfFunds,
    Column::Reference,
];

const STATES: &[&str] = &["ACT", "NSW", "NT", "QLD", "SA", "TAS", "VIC", "WA"];
const ACCOUNT_TYPES: &[&str] =
    &["BSB", "PAYID", "IBAN", "ABA", "CLABE", "IFSC", "CNAPS", "SORT_CODE", "ACC_NO"];
const COUNTRIES: &[&str] = &[
    "AU", "AE", "AT", "BD", "BE", "BG", "BR", "CA", "CH", "CN", "CY", "CZ", "DE", "DK", "EE", "ES", "FI",
    "FJ", "FR", "GB", "GR", "HK", "HR", "HU", "ID", "IE", "IL", "IN", "IT", "JP", "KE", "KR", "LK", "LT",
    "LU", "LV", "MT", "MX", "MY", "NL", "NO", "NP", "NZ", "PH", "PK", "PL", "PT", "RO", "SA", "SE", "SG",
    "SI", "SK", "TH", "TR", "TW", "US", "VN", "ZA",
];
const CURRENCIES: &[&str] = &[
    "AUD", "AED", "BDT", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "FJD", "GBP", "HKD", "HUF", "IDR",
    "ILS", "INR", "JPY", "KES", "KRW", "LKR", "MXN", "MYR", "NOK", "NPR", "NZD", "PHP", "PKR", "PLN", "RON",
    "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "USD", "VND", "ZAR",
];
const OWN_CURRENCIES: &[&str] = &["AUD", "CAD", "CHF", "EUR", "GBP", "NZD", "SGD", "USD"];

/// The template of a kind.
pub(super) fn template(kind: TemplateKind) -> Template {
    // marks are made by payrun alone
    let own = |column: &Column| *column != Column::PayrunRow;
    let all = || COLUMNS.iter().map(|info| info.column).filter(own).collect();
    let (title, columns): (_, Vec<Column>) = match kind {
        TemplateKind::Payroll => {
            ("Payroll: payments to Australian accounts", [&PAYEE[..], &AT_HOME].concat())
        }
        TemplateKind::Fx => ("Payments abroad", [&PAYEE[..], &ABROAD].concat()),
        TemplateKind::Full => ("Every column that payrun knows", all()),
    };
    Template {
        title: format!("{title} (template of payrun)"),
        steps: steps(kind),
        fields: columns.into_iter().map(|column| field(column, kind)).collect(),
        mark: EXAMPLE_MARK,
    }
}

fn steps(kind: TemplateKind) -> Vec<String> {
    let account = match kind {
        TemplateKind::Payroll => "bsb with account_number, or payid",
        TemplateKind::Fx => {
            "iban, or clabe with bic, or account_number with bic and, where the bank's country has it, aba, ifsc, cnaps or sort_code"
        }
        TemplateKind::Full => {
            "bsb with account_number, or payid; of accounts abroad iban, or clabe with bic, or account_number with bic and, where the bank's country has it, aba, ifsc, cnaps or sort_code"
        }
    };
    [
        "Fill in one row for each payment on the sheet Payouts, from row 2 on. Cells show what belongs there when you select them.".to_owned(),
        "Fill in the dark blue columns in every row. Grey columns are filled in where they are known, and may be deleted.".to_owned(),
        format!("Of the light blue columns fill in: first_name with last_name, or company_name. And {account}."),
        "Numbers of accounts are texts here, so that leading zeros stay. Paste values only (Paste Special), or the zeros may go.".to_owned(),
        "Leave the names of the columns as they are.".to_owned(),
        "Save the file and run: payrun check FILE. It says what is wrong with each cell before anything is paid.".to_owned(),
    ]
    .into()
}

fn field(column: Column, kind: TemplateKind) -> Field {
    Field {
        name: column.name(),
        meaning: column.info().meaning,
        need: need(column, kind),
        form: form(column, kind),
        example: example(column, kind),
    }
}

fn need(column: Column, kind: TemplateKind) -> Need {
    let abroad = kind == TemplateKind::Fx;
    match column {
        Column::Amount => Need::Always,
        Column::Street if !abroad => Need::Always,
        Column::Country | Column::Currency if abroad => Need::Always,
        Column::FirstName
        | Column::LastName
        | Column::CompanyName
        | Column::Bsb
        | Column::AccountNumber
        | Column::PayId
        | Column::Iban
        | Column::Bic
        | Column::Aba
        | Column::Clabe
        | Column::Ifsc
        | Column::Cnaps
        | Column::SortCode => Need::Either,
        Column::AccountName if kind == TemplateKind::Full => Need::Either,
        _ => Need::Optional,
    }
}

fn form(column: Column, kind: TemplateKind) -> Form {
    let home = kind == TemplateKind::Payroll;
    match column {
        Column::Amount => Form::Amount,
        Column::State if home => Form::Choice(STATES),
        Column::Postcode if home => Form::Length(4, 4),
        Column::Bsb => Form::Length(6, 7),
        Column::AccountNumber if home => Form::Length(2, 9),
        Column::Reference => Form::Length(1, 18),
        Column::Country => Form::Choice(COUNTRIES),
        Column::AccountType => Form::Choice(ACCOUNT_TYPES),
        Column::Currency => Form::Choice(CURRENCIES),
        Column::FromCurrency => Form::Choice(OWN_CURRENCIES),
        Column::AmountSide => Form::Choice(&["to", "from"]),
        Column::Kind => Form::Choice(&["withdrawal", "payment"]),
        _ => Form::Text,
    }
}

/// One payee, of the one kind that a row can have; the account is nobody's.
fn example(column: Column, kind: TemplateKind) -> &'static str {
    if kind == TemplateKind::Fx {
        match column {
            Column::Street => return "Musterweg 1",
            Column::Suburb => return "Berlin",
            Column::Postcode => return "10115",
            Column::State | Column::Mobile | Column::AccountNumber => return "",
            Column::Country => return "DE",
            Column::AccountType => return "IBAN",
            Column::Iban => return "DE89 3704 0044 0532 0130 00",
            Column::Currency => return "EUR",
            Column::FromCurrency => return "AUD",
            Column::AmountSide => return "to",
            Column::Kind => return "payment",
            Column::Reason => return "BUSINESS",
            Column::SourceOfFunds => return "BUSINESS_FUNDS",
            Column::Reference => return "INVOICE 1042",
            _ => {}
        }
    }
    match column {
        Column::PaymentId => "JUL26-001",
        Column::PayeeId => "E001",
        Column::FirstName => "Robin",
        Column::LastName => "Sample",
        Column::Email => "robin.sample@example.com",
        Column::Mobile => "0491 570 156",
        Column::Street => "1 Example Street",
        Column::Suburb => "Sydney",
        Column::State => "NSW",
        Column::Postcode => "2000",
        Column::Country => "AU",
        Column::AccountType => "BSB",
        Column::Bsb => "062-000",
        Column::AccountNumber => "01234567",
        Column::Amount => "1234.50",
        Column::Currency => "AUD",
        Column::Kind => "withdrawal",
        Column::Reference => "SALARY JUL26",
        _ => "",
    }
}
