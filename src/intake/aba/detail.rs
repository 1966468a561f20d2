//! The payment record, type 1. What Flash and the banks want of a payee is judged by `check`; here stands what makes
//! a line such a record at all, and what the format says beside.

use super::layout::{Field, TRACE, payment as field};
use super::lines::Line;
use super::notes::{Departure, Notes, dollars};
use crate::domain::Bsb;

const AGAIN: &str = "export the file again; if it was edited, the columns may have moved";

/// What a payment line does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Somebody gets money.
    Credit,
    /// Money is taken from somebody.
    Debit,
}

/// The transaction code of money that is taken.
const DEBIT: &str = "13";

/// What a payment line does; none where its code says neither.
pub(super) fn effect(text: &str) -> Option<Effect> {
    match field::CODE.of(text) {
        DEBIT => Some(Effect::Debit),
        "50" | "51" | "52" | "53" | "54" | "55" | "56" | "57" => Some(Effect::Credit),
        _ => None,
    }
}

/// A BSB and an account as they are compared.
pub(super) fn account(bsb: Field, number: Field, text: &str) -> (String, String) {
    let whole = |field: Field| field.of(text).trim().replace(['-', ' '], "");
    (whole(bsb), whole(number))
}

/// Judges a payment line's own fields.
pub(super) fn judge(line: &Line<'_>, notes: &mut Notes) {
    let (number, text) = (line.number, line.text);
    if effect(text).is_none() {
        notes.wrong(
            field::CODE.place(number),
            format!(
                "the transaction code is \"{}\"; 50 to 57 are payments, 13 takes money",
                field::CODE.of(text)
            ),
            AGAIN,
        );
    }
    if field::AMOUNT.number(text).is_none() {
        notes.wrong(field::AMOUNT.place(number), field::AMOUNT.no_number(text), AGAIN);
    }
    payee(line, notes);
    payer(line, notes);
    indicator(line, notes);
}

fn payee(line: &Line<'_>, notes: &mut Notes) {
    let (number, text) = (line.number, line.text);
    let bsb = field::BSB.of(text);
    if !Bsb::is_written(bsb) && bsb.bytes().filter(u8::is_ascii_digit).count() == 6 {
        notes.departs(Departure::BsbForm, field::BSB.place(number), || {
            format!("the BSB is written \"{bsb}\", not with a hyphen between, as 062-000")
        });
    }
    let account = field::ACCOUNT.of(text);
    if account.ends_with(' ') && !account.trim().is_empty() {
        notes.departs(Departure::LeftJustified, field::ACCOUNT.place(number), || {
            "the account number does not stand to the right of its field".to_owned()
        });
    }
    let title = field::TITLE.of(text);
    if title.starts_with(' ') && !title.trim().is_empty() {
        notes.departs(Departure::TitleIndented, field::TITLE.place(number), || {
            "the account title begins with a blank, which is left out".to_owned()
        });
    }
    let pays = effect(text) == Some(Effect::Credit);
    if pays && field::REFERENCE.of(text).trim().is_empty() {
        notes.departs(Departure::NoReference, field::REFERENCE.place(number), || {
            "the line has no lodgement reference, so the payee will not see what the payment is for"
                .to_owned()
        });
    }
}

fn payer(line: &Line<'_>, notes: &mut Notes) {
    let (number, text) = (line.number, line.text);
    let account = field::TRACE_ACCOUNT.of(text).trim();
    if !Bsb::is_written(field::TRACE_BSB.of(text)) || account.trim_matches(['0', '-']).is_empty() {
        notes.departs(Departure::TraceForm, TRACE.place(number), || {
            "the trace account, to which a bank would return the payment, is not whole; it is not used"
                .to_owned()
        });
    }
    if field::REMITTER.of(text).trim().is_empty() {
        notes.departs(Departure::NoRemitter, field::REMITTER.place(number), || {
            "the line names no remitter, so payees see that of the configuration".to_owned()
        });
    }
}

/// The mark in column 18, and the tax that was withheld.
fn indicator(line: &Line<'_>, notes: &mut Notes) {
    let (number, text) = (line.number, line.text);
    let place = field::INDICATOR.place(number);
    let mark = field::INDICATOR.of(text);
    let marked_as_tax = matches!(mark, "W" | "X" | "Y");
    match mark {
        " " | "W" | "X" | "Y" => {}
        "N" => notes.departs(Departure::NewDetails, place, || {
            "the line is marked N: the payroll program says that this payee's details are new or changed"
                .to_owned()
        }),
        "T" => notes.departs(Departure::Drawing, place, || {
            "the line is marked T, as a drawing under a bank's authority; it is paid like any other"
                .to_owned()
        }),
        other => notes.wrong(
            place,
            format!("the indicator is \"{other}\"; only N, T, W, X, Y or a blank can stand here"),
            AGAIN,
        ),
    }
    let place = field::WITHHELD.place(number);
    match field::WITHHELD.number(text).map(i128::from) {
        Some(0) if marked_as_tax => notes.departs(Departure::WithheldNothing, place, || {
            format!("the line is marked {mark}, for tax withheld, and none is")
        }),
        Some(0) => {}
        Some(tax) if marked_as_tax => notes.departs(Departure::Withheld, place, || {
            format!(
                "tax of {} was withheld ({}); the amount is paid as it stands",
                dollars(tax),
                kept_from(mark)
            )
        }),
        Some(tax) => notes.departs(Departure::WithheldUnmarked, place, || {
            format!(
                "tax of {} was withheld, and the line is not marked so; the amount is paid as it stands",
                dollars(tax)
            )
        }),
        None if field::WITHHELD.of(text).trim().is_empty() => {
            notes.departs(Departure::WithheldBlank, place, || {
                "the withheld tax is blank instead of zeros; it is read as none".to_owned()
            });
        }
        None => notes.wrong(place, field::WITHHELD.no_number(text), AGAIN),
    }
}

fn kept_from(mark: &str) -> &'static str {
    match mark {
        "W" => "W: from a dividend to a country with a tax agreement",
        "X" => "X: from a dividend to another country",
        _ => "Y: from interest",
    }
}
