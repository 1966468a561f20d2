//! What cells, and the lines of a process that runs wild, are read as. For the fuzzer alone.

use calamine::DataRef;

use super::stream::{self, Line, Told};
use super::{cell, told};
use crate::intake::header::Header;
use crate::intake::record::{Mark, Record};

/// What a number is read as whose format has this code; none where the text is no number.
pub fn number(text: &str, format: Option<&str>) -> Option<(String, Mark)> {
    text.parse().ok().map(|value| read(&DataRef::Float(value), false, format))
}

/// What a whole number is read as, as old workbooks have it.
pub fn whole(value: i64, format: Option<&str>) -> (String, Mark) {
    read(&DataRef::Int(value), false, format)
}

/// What a text is read as, and a date that is written as one.
pub fn texts(text: &str, formula: bool) -> [(String, Mark); 2] {
    [DataRef::SharedString(text), DataRef::DateTimeIso(text.to_owned())]
        .map(|value| read(&value, formula, None))
}

fn read(value: &DataRef<'_>, formula: bool, format: Option<&str>) -> (String, Mark) {
    let mut text = String::new();
    let mark = cell::write(value, formula, format, &mut text);
    (text, mark)
}

/// How many cells the lines of the other process are taken for, until one makes no sense. Everything is said of them
/// that there is to say.
pub fn lines(bytes: &[u8]) -> usize {
    let (mut record, mut book, mut cells) = (Record::default(), None, 0);
    for line in bytes.split(|byte| *byte == b'\n') {
        match stream::read(line, &mut record) {
            Ok(Line::Row) => {
                cells += record.cells().enumerate().filter(|(at, cell)| record.cell(*at) == *cell).count();
                assert!(record.cells().collect::<String>() == record.whole().0, "a text of the row is lost");
                if let Some(book) = book.take() {
                    told::notes(&book, &Header::read(record.cells(), record.row));
                }
            }
            Ok(Line::Told(Told::Book(told))) => book = Some(told),
            Ok(Line::Told(Told::Choose(choose))) => drop(told::choose(&choose)),
            Ok(Line::Told(Told::Failed(trouble))) => drop(trouble.to_string()),
            Ok(Line::Told(Told::End)) | Err(_) => break,
        }
    }
    cells
}
