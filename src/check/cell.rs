//! What the cells of a workbook are: dates, numbers, formulas and errors where texts are needed.
//!
//! A number has lost its leading zeros, if it had any, before the file was saved. Nothing puts them back unasked.

use std::ops::Range;

use super::Findings;
use crate::domain::account::masked;
use crate::domain::{Code, Finding, Place, Severity};
use crate::intake::{COLUMNS, Column, Kind, RawRow};

/// Digits of these name an account or a person.
const IDENTIFIERS: [Column; 13] = [
    Column::PaymentId,
    Column::PayeeId,
    Column::Mobile,
    Column::Postcode,
    Column::AccountNumber,
    Column::PayId,
    Column::Bsb,
    Column::SubClientId,
    Column::Iban,
    Column::Aba,
    Column::Clabe,
    Column::Cnaps,
    Column::SortCode,
];

/// Says of every cell that is read and is no text what it is.
pub(super) fn kinds(row: &RawRow<'_>, findings: &mut Findings<'_>) {
    if !row.has_marks() {
        return;
    }
    for column in COLUMNS.iter().map(|info| info.column).filter(|column| row.has(*column)) {
        let mark = row.mark(column);
        let text = row.text(column);
        if mark.formula && mark.kind != Kind::Fault && !text.is_empty() {
            findings.add(
                Code::CellFormula,
                row.place(column),
                "the cell is a formula; the value that was last calculated is read",
            );
        }
        match mark.kind {
            Kind::Fault => {
                findings
                    .add(Code::CellFault, row.place(column), fault(text))
                    .advising("mend the formula, let the spreadsheet calculate, and save the file again");
            }
            Kind::Truth => {
                findings
                    .add(Code::CellKind, row.place(column), format!("the cell is {text}, a truth value"))
                    .advising("format the column as text and type the value again");
            }
            Kind::DigitsLost => {
                findings
                    .add(
                        Code::DigitsLost,
                        row.place(column),
                        "the cell is a number of more digits than a spreadsheet keeps, so its last digits are lost",
                    )
                    .advising("format the column as text and type the number again from its source");
            }
            Kind::Date if column == Column::Dob || column == Column::Bsb => {} // told where they are read
            Kind::Date => {
                findings
                    .add(Code::CellKind, row.place(column), "the cell is a date")
                    .advising("format the column as text and type the value again");
            }
            Kind::Padded => {
                findings.add(
                    Code::Normalised,
                    row.place(column),
                    format!("the cell is a number, read as its format shows it: {}", shown(column, text)),
                );
            }
            Kind::ShownOtherwise if column == Column::Amount => {
                findings
                    .add(
                        Code::CellKind,
                        row.place(column),
                        format!("the cell holds the number {text}, and its format shows another amount: another currency, per cent, thousands, a sign or nothing"),
                    )
                    .advising("make sure which is meant, and give the cell a plain number format");
            }
            Kind::Number | Kind::ShownOtherwise if IDENTIFIERS.contains(&column) => {
                number(column, text, row, findings);
            }
            Kind::Text | Kind::Number | Kind::ShownOtherwise => {}
        }
    }
}

/// Where a cell was refused for what it is, what its text is worth need not be said too.
pub(super) fn enough(kinds: Range<usize>, findings: &mut Findings<'_>) {
    let refused = |finding: &&Finding| finding.severity == Severity::Error;
    let places: Vec<Place> =
        findings.made[kinds.clone()].iter().filter(refused).map(|finding| finding.place.clone()).collect();
    let mut at = 0;
    findings.made.retain(|finding| {
        at += 1;
        at <= kinds.end || !places.contains(&finding.place)
    });
}

fn fault(text: &str) -> String {
    if text.is_empty() {
        return "the cell is a formula that was never calculated".to_owned();
    }
    format!("the spreadsheet's error {text} stands in the cell")
}

/// A number where a text is needed.
fn number(column: Column, text: &str, row: &RawRow<'_>, findings: &mut Findings<'_>) {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let whole = match column {
        // told by the number of their digits
        Column::Bsb | Column::Aba | Column::SortCode | Column::Cnaps | Column::Clabe | Column::Iban => return,
        Column::AccountNumber if !row.text(Column::SortCode).is_empty() => digits >= 8,
        Column::AccountNumber if row.text(Column::Bsb).is_empty() => false, // abroad any number may begin with zeros
        Column::AccountNumber => digits >= 9,
        Column::PayId => digits >= 11,
        _ => true,
    };
    if whole {
        let message = format!("the cell is a number, read as {}", shown(column, text));
        findings.add(Code::Normalised, row.place(column), message);
        return;
    }
    findings
        .add(
            Code::NumberCell,
            row.place(column),
            format!(
                "the {} is a number in the workbook, which keeps no leading zeros; it is read as {}",
                column.name().replace('_', " "),
                shown(column, text)
            ),
        )
        .showing(&shown(column, text))
        .advising("compare it with its source; format the column as text to keep zeros");
}

/// The text of a cell as a message may show it.
fn shown(column: Column, text: &str) -> String {
    match column {
        Column::AccountNumber | Column::PayId | Column::Mobile | Column::Iban | Column::Clabe => masked(text),
        _ => text.to_owned(),
    }
}
