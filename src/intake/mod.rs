//! A file becomes rows whose cells know their address. Nothing is judged here but the file's own form.
//!
//! Rows are counted as a person does who has the file open in a spreadsheet: the first line is row 1, blank lines
//! count, a line break inside quotes does not. Reading streams: memory does not grow with the file.

mod aba;
mod columns;
mod copy;
mod draft;
mod error;
mod family;
mod find;
mod header;
mod headerless;
mod kind;
mod map;
mod markup;
mod near;
mod record;
mod row;
mod source;
mod text;
mod walk;
mod workbook;

pub use columns::{COLUMNS, Column, ColumnInfo};
pub use copy::{ToCorrect, copy_rows};
pub use draft::draft;
pub use error::IntakeError;
pub use family::{FAMILIES, Family, Refused};
pub use header::{Header, HeaderProblem};
pub use kind::FileKind;
pub use map::{ColumnMap, MapError};
pub(crate) use record::Record;
pub use record::{Kind, Mark};
pub use row::{Again, Item, RawRow};
pub use source::{Reading, Source, inspect, open};
pub(crate) use source::{Rows, Table};
pub use walk::TakeRow;
#[cfg(fuzzing)]
pub use workbook::fuzzing;
pub use workbook::{Trouble, read_workbook};

/// The column that a file of corrected rows has for the reason; never read.
pub const REASON_COLUMN: &str = "reason_not_paid";

/// The word in the place of an id by which the example row of a template is known, so that it is never paid.
pub const EXAMPLE_MARK: &str = "EXAMPLE";

/// `A`, `B`, … `Z`, `AA`, …: how a spreadsheet names its `index`-th column, from 0.
pub fn letter(index: usize) -> String {
    let mut rest = index + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_are_lettered_as_in_a_spreadsheet() {
        for (index, expected) in
            [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")]
        {
            assert_eq!(super::letter(index), expected);
        }
    }
}
