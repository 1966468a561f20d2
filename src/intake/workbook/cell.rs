//! What a cell of a workbook is, whatever the format: one function, so that one value reads alike from all.

use calamine::{Data, DataRef, ExcelDateTime};

use super::{format, number};
use crate::intake::record::{Kind, Mark};

/// Writes a cell's text and gives its mark. `format` is the code of its number format, where that is known.
pub(super) fn write(value: &DataRef<'_>, formula: bool, format: Option<&str>, text: &mut String) -> Mark {
    text.clear();
    let kind = match value {
        DataRef::Empty if formula => Kind::Fault,
        DataRef::Empty => Kind::Text,
        DataRef::String(own) => words(own, formula, text),
        DataRef::SharedString(shared) => words(shared, formula, text),
        DataRef::Int(whole) => {
            let kind = number::of_whole(*whole, text);
            shown(kind, format, text)
        }
        DataRef::Float(float) => {
            let kind = number::of_float(*float, text);
            shown(kind, format, text)
        }
        DataRef::Bool(truth) => {
            text.push_str(if *truth { "TRUE" } else { "FALSE" });
            Kind::Truth
        }
        DataRef::DateTime(date) => {
            write_date(date, text);
            Kind::Date
        }
        DataRef::DateTimeIso(iso) => {
            let (date, time) = iso.split_once('T').unwrap_or((iso, ""));
            text.push_str(date);
            if !time.trim_start_matches("00:00:00").trim_matches(['.', '0', 'Z']).is_empty() {
                text.push(' ');
                text.push_str(time);
            }
            Kind::Date
        }
        DataRef::DurationIso(iso) => {
            text.push_str(iso);
            Kind::Date
        }
        DataRef::Error(error) => {
            text.push_str(&error.to_string());
            Kind::Fault
        }
    };
    Mark { kind, formula }
}

/// The same of a value that its reader owns.
pub(super) fn of(value: &Data) -> DataRef<'_> {
    match value {
        Data::Int(whole) => DataRef::Int(*whole),
        Data::Float(float) => DataRef::Float(*float),
        Data::String(text) => DataRef::SharedString(text),
        Data::Bool(truth) => DataRef::Bool(*truth),
        Data::DateTime(date) => DataRef::DateTime(*date),
        Data::DateTimeIso(iso) => DataRef::DateTimeIso(iso.clone()),
        Data::DurationIso(iso) => DataRef::DurationIso(iso.clone()),
        Data::Error(error) => DataRef::Error(error.clone()),
        Data::Empty => DataRef::Empty,
    }
}

/// A text; some formats write the error of a formula as one.
fn words(words: &str, formula: bool, text: &mut String) -> Kind {
    text.push_str(words);
    if formula && is_error(words) { Kind::Fault } else { Kind::Text }
}

/// Whether a formula that comes to this text has failed.
pub(super) fn is_error(words: &str) -> bool {
    words.starts_with("Err:") || (words.starts_with('#') && !words.contains(' '))
}

/// A number as its format shows it, where that is a fixed number of digits; and whether it shows another one.
fn shown(kind: Kind, format: Option<&str>, text: &mut String) -> Kind {
    let padded = format.filter(|_| kind == Kind::Number).and_then(|format| number::padded(text, format));
    match padded {
        Some(padded) => {
            *text = padded;
            Kind::Padded
        }
        None if kind == Kind::Number && format.is_some_and(format::shows_otherwise) => Kind::ShownOtherwise,
        None => kind,
    }
}

fn write_date(date: &ExcelDateTime, text: &mut String) {
    use std::fmt::Write;
    let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
    let _ = write!(text, "{year:04}-{month:02}-{day:02}");
    if (hour, minute, second) != (0, 0, 0) {
        let _ = write!(text, " {hour:02}:{minute:02}:{second:02}");
    }
}

#[cfg(test)]
mod tests {
    use calamine::{CellErrorType, ExcelDateTimeType};

    use super::*;

    /// What XLSX and XLSB, XLS, and ODS make of one and the same cell.
    #[test]
    fn one_cell_reads_alike_from_every_format() {
        let date = |serial| ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, false);
        let float = DataRef::Float;
        for (values, text, kind) in [
            (vec![float(15.0), DataRef::Int(15)], "15", Kind::Number),
            (vec![float(1500.5)], "1500.5", Kind::Number),
            (vec![float(1e18), DataRef::Int(10_i64.pow(18))], "", Kind::DigitsLost),
            (
                vec![
                    DataRef::DateTime(date(46_220.0)),
                    DataRef::DateTimeIso("2026-07-17".into()),
                    DataRef::DateTimeIso("2026-07-17T00:00:00".into()),
                    DataRef::DateTimeIso("2026-07-17T00:00:00.000Z".into()),
                ],
                "2026-07-17",
                Kind::Date,
            ),
            (
                vec![DataRef::DateTime(date(46_220.5)), DataRef::DateTimeIso("2026-07-17T12:00:00".into())],
                "2026-07-17 12:00:00",
                Kind::Date,
            ),
            (
                vec![DataRef::String(" O\u{2019}Brien".into()), DataRef::SharedString(" O\u{2019}Brien")],
                " O\u{2019}Brien",
                Kind::Text,
            ),
            (
                vec![DataRef::String("#1 Shop".into()), DataRef::SharedString("#1 Shop")],
                "#1 Shop",
                Kind::Text,
            ),
            (vec![DataRef::Bool(true)], "TRUE", Kind::Truth),
            (vec![DataRef::Error(CellErrorType::Ref)], "#REF!", Kind::Fault),
            (vec![DataRef::Empty], "", Kind::Text),
        ] {
            for value in values {
                let mut out = String::new();
                let mark = write(&value, false, None, &mut out);
                assert_eq!(mark, Mark { kind, formula: false }, "{value:?}");
                assert!(text.is_empty() || out == text, "{value:?}: {out}");
            }
        }
    }

    #[test]
    fn a_formula_has_its_value_or_is_a_fault() {
        let mut text = String::new();
        for (value, kind) in [
            (DataRef::Empty, Kind::Fault),
            (DataRef::String("#DIV/0!".into()), Kind::Fault),
            (DataRef::String("Err:502".into()), Kind::Fault),
            (DataRef::String(String::new()), Kind::Text),
            (DataRef::String("Robin".into()), Kind::Text),
            (DataRef::Float(0.0), Kind::Number),
        ] {
            assert_eq!(write(&value, true, None, &mut text), Mark { kind, formula: true }, "{value:?}");
        }
    }
}
