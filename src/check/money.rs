//! What a row pays: how much, in which currency, out of which balance, and so whether it is a withdrawal or an FX
//! payment.

use super::abroad::currency;
use super::file::Options;
use super::{Findings, Refused, Wrong, amount, words};
use crate::domain::{Code, Conversion, Currency, Kind, Money};
use crate::intake::{Column, RawRow};

/// Where the money goes, as far as it bears on the currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goes {
    /// To a BSB and an account number.
    ToBsb,
    /// To a `PayID`.
    ToPayId,
    /// To an account outside Australia.
    Abroad,
    /// A finding says why it cannot be told.
    Unclear,
}

/// What a row pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Priced {
    pub money: Money,
    pub conversion: Option<Box<Conversion>>,
}

/// What a row pays, if no finding forbids it.
pub(super) fn money(
    row: &RawRow<'_>,
    goes: Goes,
    options: &Options,
    findings: &mut Findings<'_>,
) -> Option<Priced> {
    const OF_FX: [Column; 4] =
        [Column::FromCurrency, Column::AmountSide, Column::Kind, Column::SourceOfFunds];
    let is_aud = matches!(row.text(Column::Currency), "" | "AUD");
    if is_aud && goes != Goes::Abroad && OF_FX.iter().all(|column| row.text(*column).is_empty()) {
        return Some(Priced { money: how_much(row, Currency::AUD, findings)?, conversion: None });
    }
    let before = findings.made.len();
    let to = to(row, goes, findings);
    let from = from(row, findings);
    let kind = kind(row, findings);
    let unconverted = kind == Ok(Some(Kind::Withdrawal));
    let balance = from.unwrap_or_default().or(to.filter(|_| unconverted));
    let is_from_side = side(row, to, balance, findings);
    let pair = match (to, from, kind) {
        (Some(to), Ok(from), Ok(kind)) => pair(row, kind, to, from, goes, findings),
        (..) => None,
    };
    if findings.forbid_since(before) {
        // the amount is looked at all the same, as far as its currency is known
        how_much(row, to.unwrap_or(Currency::AUD), findings).filter(|_| to.is_some());
        return None;
    }
    let (to, from) = pair?;
    let is_from_side = is_from_side?;
    let currency = if is_from_side { from } else { to };
    let conversion = (from != to).then(|| {
        let source_of_funds =
            Some(row.text(Column::SourceOfFunds).to_owned()).filter(|word| !word.is_empty());
        Box::new(Conversion { from, to, source_of_funds })
    });
    if conversion.is_some() {
        words::source_of_funds(row, options, findings);
        words::note_no_reason(row, options, findings);
    } else {
        note_unused(row, is_from_side, findings);
    }
    Some(Priced { money: how_much(row, currency, findings)?, conversion })
}

/// The currency that the payee gets.
fn to(row: &RawRow<'_>, goes: Goes, findings: &mut Findings<'_>) -> Option<Currency> {
    let typed = row.text(Column::Currency);
    if typed.is_empty() {
        if goes != Goes::Abroad {
            return Some(Currency::AUD);
        }
        findings
            .add(
                Code::CurrencyInvalid,
                row.place(Column::Currency),
                "the currency is missing, and an account abroad gets no Australian dollars",
            )
            .advising("write the currency that the payee gets, such as EUR");
        return None;
    }
    let to = read(row, Column::Currency, findings)?;
    let (what, hint) = match goes {
        Goes::Abroad if to == Currency::AUD => (
            "Australian dollars go to Australian accounts only, and this account is abroad",
            "write the currency that the payee gets",
        ),
        Goes::ToBsb | Goes::ToPayId if to != Currency::AUD => (
            "an Australian account gets Australian dollars only",
            "write AUD, or give the payee's account abroad",
        ),
        Goes::Abroad | Goes::ToBsb | Goes::ToPayId | Goes::Unclear => return Some(to),
    };
    findings.add(Code::CurrencyInvalid, row.place(Column::Currency), what).showing(typed).advising(hint);
    None
}

/// The balance that is named to pay from. None: no balance is.
fn from(row: &RawRow<'_>, findings: &mut Findings<'_>) -> Result<Option<Currency>, Refused> {
    if row.text(Column::FromCurrency).is_empty() {
        return Ok(None);
    }
    read(row, Column::FromCurrency, findings).map(Some).ok_or(Refused)
}

fn read(row: &RawRow<'_>, column: Column, findings: &mut Findings<'_>) -> Option<Currency> {
    let typed = row.text(column);
    match currency::read(typed) {
        Ok(currency) => Some(currency),
        Err(wrong) => {
            refuse(row, column, Code::CurrencyInvalid, wrong, findings);
            None
        }
    }
}

fn refuse(row: &RawRow<'_>, column: Column, code: Code, wrong: Wrong, findings: &mut Findings<'_>) {
    let finding = findings.add(code, row.place(column), wrong.what).showing(row.text(column));
    finding.hint = wrong.hint;
    finding.suggestion = wrong.suggestion;
}

/// The kind that is named. None: none is.
fn kind(row: &RawRow<'_>, findings: &mut Findings<'_>) -> Result<Option<Kind>, Refused> {
    let typed = row.text(Column::Kind);
    if typed.is_empty() {
        return Ok(None);
    }
    if let Some(kind) = Kind::ALL.into_iter().find(|kind| typed.eq_ignore_ascii_case(kind.name())) {
        return Ok(Some(kind));
    }
    let wrong = Wrong::new(format!("\"{typed}\" is no kind of payout"))
        .hint("write withdrawal for a payout out of a balance in its own currency, payment for one that is converted, or leave it empty");
    refuse(row, Column::Kind, Code::ConversionInvalid, wrong, findings);
    Err(Refused)
}

/// Whether the amount is in the currency of the balance that pays.
fn side(
    row: &RawRow<'_>,
    to: Option<Currency>,
    from: Option<Currency>,
    findings: &mut Findings<'_>,
) -> Option<bool> {
    let typed = row.text(Column::AmountSide);
    let is = |word: &str| typed.eq_ignore_ascii_case(word);
    let is_code = |currency: Option<Currency>| currency.is_some_and(|currency| is(currency.code()));
    if typed.is_empty() || is("to") || is("target") || is_code(to) {
        return Some(false);
    }
    if is("from") || is("source") || is_code(from) || (from.is_none() && is("AUD")) {
        return Some(true);
    }
    let wrong = Wrong::new(format!("\"{typed}\" is no side of a conversion"))
        .hint("write to where the amount is what the payee gets, from where it is what leaves the balance");
    refuse(row, Column::AmountSide, Code::ConversionInvalid, wrong, findings);
    None
}

/// What the payee gets and the balance that pays; the same where nothing is converted.
fn pair(
    row: &RawRow<'_>,
    kind: Option<Kind>,
    to: Currency,
    named: Option<Currency>,
    goes: Goes,
    findings: &mut Findings<'_>,
) -> Option<(Currency, Currency)> {
    let from = match kind {
        Some(Kind::Withdrawal) => to,
        Some(Kind::Payment) | None => named.unwrap_or(Currency::AUD),
    };
    let (column, what, hint) = match kind {
        Some(Kind::Withdrawal) if named.is_some_and(|named| named != to) => (
            Column::FromCurrency,
            format!("a withdrawal is paid out of a balance in its own currency, {to}"),
            format!("write {to} or leave it empty, or write payment in the column kind"),
        ),
        Some(Kind::Payment) if from == to => (
            Column::Kind,
            format!("a payment converts one currency into another, and here both are {to}"),
            "write withdrawal, or name the balance that pays in a column from_currency".to_owned(),
        ),
        _ if from != to && !currency::is_converted_from(from) => (
            Column::FromCurrency,
            format!("Flash does not convert from {from}"),
            format!("it converts from {}", currency::converted_from()),
        ),
        _ if from != to && goes == Goes::ToPayId => (
            Column::PayId,
            "what is converted goes to an Australian account by Direct Entry, which knows no PayID"
                .to_owned(),
            "give the BSB and the account number".to_owned(),
        ),
        _ => return Some((to, from)),
    };
    findings.add(Code::ConversionInvalid, row.place(column), what).advising(hint);
    None
}

/// Cells that mean something for payments only.
fn note_unused(row: &RawRow<'_>, is_from_side: bool, findings: &mut Findings<'_>) {
    if !row.text(Column::SourceOfFunds).is_empty() {
        let what = "nothing is converted, so the source of funds is not sent";
        findings.add(Code::FieldUnused, row.place(Column::SourceOfFunds), what);
    }
    if is_from_side {
        let what = "nothing is converted, so the amount is what the payee gets";
        findings.add(Code::FieldUnused, row.place(Column::AmountSide), what);
    }
}

fn how_much(row: &RawRow<'_>, currency: Currency, findings: &mut Findings<'_>) -> Option<Money> {
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
        Err(wrong) => {
            findings.add(Code::AmountInvalid, row.place(Column::Amount), wrong.what).showing(typed).hint =
                wrong.hint;
            None
        }
    }
}
