//! The second reading: one row for each credit, in columns of a payout file.

use std::fs::File;

use super::detail::{Effect, effect};
use super::layout::{Field, payment as field};
use super::lines::{Kind, Line, Lines};
use crate::domain::system_words;
use crate::intake::columns::Column;
use crate::intake::error::IntakeError;
use crate::intake::record::{Mark, Record};
use crate::intake::source::Rows;

/// What a row has, in the order in which a file of rows to correct shows it.
pub(super) const COLUMNS: [(Column, Field); 6] = [
    (Column::AccountName, field::TITLE),
    (Column::Bsb, field::BSB),
    (Column::AccountNumber, field::ACCOUNT),
    (Column::Amount, field::AMOUNT),
    (Column::Reference, field::REFERENCE),
    (Column::Remitter, field::REMITTER),
];

/// The credits of a file.
pub(super) struct Credits {
    lines: Lines<File>,
}

impl Credits {
    pub(super) fn new(lines: Lines<File>) -> Self {
        Self { lines }
    }
}

impl Rows for Credits {
    fn next(&mut self, record: &mut Record) -> Result<bool, IntakeError> {
        let read = |error: std::io::Error| IntakeError::Io(system_words(&error));
        while let Some(line) = self.lines.next().map_err(read)? {
            if is_row(&line) {
                fill(record, &line);
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether a line is meant to pay somebody, and its fields stand where they should. Where only its code cannot be
/// read, it is refused as the row that it is.
pub(super) fn is_row(line: &Line<'_>) -> bool {
    line.kind() == Kind::Detail && line.is_whole() && effect(line.text) != Some(Effect::Debit)
}

fn fill(record: &mut Record, line: &Line<'_>) {
    record.begin(line.number);
    for (column, field) in COLUMNS {
        match column {
            Column::Amount => record.push(&amount(field, line.text), Mark::default()),
            _ if line.odd.is_some() => {
                record.push(field.letters_of(line.letters).trim(), Mark::default());
            }
            _ => record.push(field.of(line.text).trim(), Mark::default()),
        }
    }
}

/// Cents as a decimal: `1234.50`. What is no number stays as it is, for its finding.
fn amount(field: Field, text: &str) -> String {
    match field.number(text) {
        Some(cents) => format!("{}.{:02}", cents / 100, cents % 100),
        None => field.of(text).trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cents_become_a_decimal_without_a_float() {
        let line = |cents: &str| format!("{}{cents}", " ".repeat(20));
        for (cents, decimal) in [
            ("0000000115", "1.15"),
            ("0000000005", "0.05"),
            ("9999999999", "99999999.99"),
            ("0000000000", "0.00"),
            ("00000012 4", "00000012 4"),
        ] {
            assert_eq!(amount(field::AMOUNT, &line(cents)), decimal);
        }
    }
}
