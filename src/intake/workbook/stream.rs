//! What the process that reads a workbook tells the one that asked: lines of JSON, one object that describes the
//! workbook, then an array for each row, then the end. Both sides are this program, but the reading one may die in
//! the middle of a line.

use std::borrow::Cow;

use serde::ser::SerializeTuple;
use serde::{Deserialize, Serialize, Serializer};

use super::trouble::Trouble;
use crate::domain::Limits;
use crate::intake::record::{Kind, Mark, Record};

/// What is asked. The file itself is the standard input.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Request {
    /// The sheet to read, where a person has named one.
    pub sheet: Option<String>,
    /// What the columns mean, where a person has said it: the text of a map.
    pub map: Option<String>,
    /// The limits.
    pub limits: Limits,
}

/// A line that is no row.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Told {
    /// A sheet will follow.
    Book(Book),
    /// A person must choose a sheet; nothing follows.
    Choose(Choose),
    /// It cannot be read.
    Failed(Trouble),
    /// All rows were told.
    End,
}

/// The kinds of workbooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    Xlsx,
    Xlsm,
    Xlsb,
    Xls,
    Ods,
}

impl Format {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Xlsm => "xlsm",
            Self::Xlsb => "xlsb",
            Self::Xls => "xls",
            Self::Ods => "ods",
        }
    }
}

/// A sheet of the workbook.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Sheet {
    /// Its name.
    pub name: String,
    /// Whether it is hidden.
    pub hidden: bool,
    /// Whether any cell of its beginning is filled.
    pub filled: bool,
    /// Whether its header names an amount, and an account or a name.
    pub fits: bool,
    /// The row of its header, where that is not the first with any text.
    pub header_row: Option<u32>,
}

/// Which sheet is read, and what is to be said of it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Book {
    /// What kind of workbook.
    pub format: Format,
    /// The sheet that is read.
    pub sheet: Sheet,
    /// The other sheets.
    pub others: Vec<Sheet>,
    /// Whether a person has named the sheet.
    pub asked_for: bool,
    /// Rows with text above the header, and their cells.
    pub above: Vec<(u32, Vec<String>)>,
    /// Rows with cells below the header that are not shown.
    pub hidden_rows: Vec<u32>,
    /// Columns, from 0, that are not shown.
    pub hidden_columns: Vec<u32>,
    /// Whether a filter is at work.
    pub filtered: bool,
    /// Merged cells such as `B4:C4`, those of the header first.
    pub merged: Vec<Merged>,
}

/// Cells that are merged.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Merged {
    /// Such as `B4:C4`.
    pub cells: String,
    /// The first row.
    pub row: u32,
    /// The first column, from 0.
    pub column: u32,
    /// Whether the header is among them.
    pub header: bool,
}

/// Why no sheet could be chosen.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Choose {
    /// What kind of workbook.
    pub format: Format,
    /// All sheets.
    pub sheets: Vec<Sheet>,
    /// The name that a person gave and that no sheet has.
    pub asked: Option<String>,
}

/// A row as it is written: its number, a letter for each cell's mark, how long each cell's text is, and all texts
/// one behind the other, which costs a third of a text for each cell.
pub(super) struct RowOut<'a>(pub &'a Record);

impl Serialize for RowOut<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Lengths<'a>(&'a [usize]);
        impl Serialize for Lengths<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let before = std::iter::once(0).chain(self.0.iter().copied());
                serializer.collect_seq(self.0.iter().zip(before).map(|(end, before)| end - before))
            }
        }
        let record = self.0;
        let (text, ends) = record.whole();
        let marks: String = (0..record.len()).map(|index| letter_of(record.mark(index))).collect();
        let mut row = serializer.serialize_tuple(4)?;
        row.serialize_element(&record.row)?;
        row.serialize_element(&marks)?;
        row.serialize_element(&Lengths(ends))?;
        row.serialize_element(text)?;
        row.end()
    }
}

/// A row as it is read.
#[derive(Deserialize)]
struct RowIn<'a>(u32, #[serde(borrow)] Cow<'a, str>, Vec<usize>, #[serde(borrow)] Cow<'a, str>);

/// What a line is.
pub(super) enum Line {
    /// A row, which the record now has.
    Row,
    /// Anything else.
    Told(Told),
}

/// Reads a line; a row fills the record.
pub(super) fn read(line: &[u8], record: &mut Record) -> Result<Line, Trouble> {
    let no_sense = |what: &str| Trouble::Broken { why: format!("{what} makes no sense") };
    if line.starts_with(b"[") {
        let row = serde_json::from_slice(line).ok();
        let filled = row.and_then(|row| fill(&row, record));
        return filled.map(|()| Line::Row).ok_or_else(|| no_sense("a row of it"));
    }
    serde_json::from_slice(line).map(Line::Told).map_err(|_| no_sense("what was read of it"))
}

/// None where the row contradicts itself.
fn fill(row: &RowIn<'_>, record: &mut Record) -> Option<()> {
    let RowIn(number, marks, lengths, text) = row;
    record.begin(*number);
    let (mut marks, mut rest) = (marks.chars(), text.as_ref());
    for length in lengths {
        let (cell, behind) = rest.split_at_checked(*length)?;
        record.push(cell, marks.next().and_then(mark_of)?);
        rest = behind;
    }
    (rest.is_empty() && marks.next().is_none()).then_some(())
}

/// Capital where the cell is a formula.
fn letter_of(mark: Mark) -> char {
    let letter = match mark.kind {
        Kind::Text => 't',
        Kind::Number => 'n',
        Kind::DigitsLost => 'l',
        Kind::Padded => 'p',
        Kind::ShownOtherwise => 'o',
        Kind::Date => 'd',
        Kind::Truth => 'b',
        Kind::Fault => 'f',
    };
    if mark.formula { letter.to_ascii_uppercase() } else { letter }
}

fn mark_of(letter: char) -> Option<Mark> {
    let kind = match letter.to_ascii_lowercase() {
        't' => Kind::Text,
        'n' => Kind::Number,
        'l' => Kind::DigitsLost,
        'p' => Kind::Padded,
        'o' => Kind::ShownOtherwise,
        'd' => Kind::Date,
        'b' => Kind::Truth,
        'f' => Kind::Fault,
        _ => return None,
    };
    Some(Mark { kind, formula: letter.is_ascii_uppercase() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_arrives_as_it_was_sent() {
        let kinds = [
            Kind::Text,
            Kind::Number,
            Kind::DigitsLost,
            Kind::Padded,
            Kind::ShownOtherwise,
            Kind::Date,
            Kind::Truth,
            Kind::Fault,
        ];
        let (mut sent, mut arrived) = (Record::default(), Record::default());
        sent.begin(7);
        for kind in kinds {
            for formula in [false, true] {
                sent.push("a \"b\"\n\u{1F4B0}\u{0}", Mark { kind, formula });
            }
        }
        let line = serde_json::to_string(&RowOut(&sent)).expect("JSON");
        assert!(!line.contains('\n'), "one line: {line}");
        assert!(matches!(read(line.as_bytes(), &mut arrived), Ok(Line::Row)));
        assert_eq!(arrived.row, 7);
        for index in 0..sent.len() {
            assert_eq!((sent.cell(index), sent.mark(index)), (arrived.cell(index), arrived.mark(index)));
        }
        for wrong in [
            r#"[1,"t",[],""]"#,
            r#"[1,"",[1],"a"]"#,
            r#"[1,"x",[1],"a"]"#,
            r#"[1,"t",[2],"a"]"#,
            r#"[1,"t",[1],"ab"]"#,
            r#"[1,"tt",[1,1],"\u00e9"]"#,
            r#"[1,"t",[-1],"a"]"#,
        ] {
            assert!(read(wrong.as_bytes(), &mut arrived).is_err(), "{wrong}");
        }
    }
}
