//! The form of a text file: how its letters are written, what separates its cells, where its header stands.
//!
//! Told from the content, never from the name. What was assumed rather than known is said in a finding by `check`.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use encoding_rs::WINDOWS_1252;
use encoding_rs_io::DecodeReaderBytesBuilder;

use super::looked::Looked;
use super::records::Records;
use crate::intake::error::IntakeError;
use crate::intake::find::HeaderFinder;
use crate::intake::map::ColumnMap;
use crate::intake::record::Record;

/// So much of a file's beginning is looked at to tell what separates its cells.
const HEAD: u64 = 64 * 1024;
/// What may separate cells; of equally good ones the first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How a text file is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// How its letters are written.
    pub encoding: Encoding,
    /// What separates its cells.
    pub delimiter: char,
    /// About how many lines it has, for progress.
    pub lines: u64,
    /// Where the names of the columns stand, where that is not the first row with any text.
    pub header_row: Option<u32>,
}

/// How letters are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// UTF-16, as its byte order mark says.
    Utf16,
    /// Windows-1252: assumed, since the bytes are no UTF-8. Holds the first line, from 1, that shows it.
    Windows1252 {
        /// The line.
        line: u64,
    },
}

impl Form {
    /// Looks a file through. `Err` where it is no text, or text in two encodings.
    pub(super) fn of(path: &Path, map: Option<&ColumnMap>) -> Result<Self, IntakeError> {
        let looked = Looked::through(path).map_err(|error| io_error(&error))?;
        let encoding = match looked {
            Looked { utf16: true, .. } => Encoding::Utf16,
            Looked { broken: None, .. } => Encoding::Utf8,
            Looked { broken: Some(_), multi_byte: Some(first), .. } => {
                return Err(IntakeError::TwoEncodings { line: first });
            }
            Looked { broken: Some(line), .. } => Encoding::Windows1252 { line },
        };
        let mut form = Self { encoding, delimiter: ',', lines: looked.lines, header_row: None };
        let mut head = Vec::new();
        form.reader(path)?.take(HEAD).read_to_end(&mut head).map_err(|error| io_error(&error))?;
        let (names, delimiter, row) = DELIMITERS
            .iter()
            .map(|delimiter| header_row(&head, *delimiter, map).map(|(names, row)| (names, *delimiter, row)))
            .fold((0, DELIMITERS[0], None), |best, found| match found {
                Some(found) if found.0 > best.0 => found,
                _ => best,
            });
        if names > 0 {
            form.delimiter = char::from(delimiter);
            form.header_row = row;
        }
        Ok(form)
    }

    /// The file as UTF-8.
    fn reader(&self, path: &Path) -> Result<Box<dyn Read + Send>, IntakeError> {
        let file = File::open(path).map_err(|error| io_error(&error))?;
        let mut decoder = DecodeReaderBytesBuilder::new();
        Ok(match self.encoding {
            Encoding::Utf8 => Box::new(file),
            Encoding::Utf16 => Box::new(decoder.build(file)), // told by its mark
            Encoding::Windows1252 { .. } => Box::new(decoder.encoding(Some(WINDOWS_1252)).build(file)),
        })
    }

    /// The records of the file, from its beginning.
    pub(super) fn records(&self, path: &Path) -> Result<Records, IntakeError> {
        let delimiter = u8::try_from(self.delimiter).expect("one of the four");
        Ok(Records::new(self.reader(path)?, delimiter))
    }
}

fn io_error(error: &io::Error) -> IntakeError {
    IntakeError::Io(crate::domain::system_words(error))
}

/// The row that names most columns, and how many, if cells are separated so. None where no row names any.
fn header_row(head: &[u8], delimiter: u8, map: Option<&ColumnMap>) -> Option<(usize, Option<u32>)> {
    let mut records = Records::new(Box::new(io::Cursor::new(head.to_vec())), delimiter);
    let mut finder = HeaderFinder::with(map);
    let mut record = Record::default();
    while let Ok(true) = records.read(&mut record) {
        if !record.is_blank() && !finder.look_at(&record) {
            break;
        }
    }
    finder.best()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(bytes: &[u8]) -> Result<Form, IntakeError> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), bytes).expect("written");
        Form::of(file.path(), None)
    }

    #[test]
    fn what_separates_cells_is_told_by_the_names_of_columns() {
        for delimiter in [',', ';', '\t', '|'] {
            let text = "bsb,account_number,amount\n062-000,20304050,\"1,5;0|0\"\n"
                .replace(',', &delimiter.to_string());
            assert_eq!(form(text.as_bytes()).expect("a form").delimiter, delimiter);
        }
        assert_eq!(form(b"one;two\n").expect("a form").delimiter, ',', "nothing is known");
    }

    #[test]
    fn encodings_are_told_by_the_bytes() {
        let encoding = |bytes: &[u8]| form(bytes).expect("a form").encoding;
        assert_eq!(encoding("bsb,name\n1,Zo\u{eb}\n".as_bytes()), Encoding::Utf8);
        assert_eq!(encoding(b"bsb,name\n1,Zo\xeb\n"), Encoding::Windows1252 { line: 2 });
        assert_eq!(encoding(b"bsb,name\r1,Zo\xeb"), Encoding::Windows1252 { line: 2 });
        assert_eq!(encoding(b"\xff\xfeb\0s\0b\0"), Encoding::Utf16);
        let both = [b"name\nZo\xeb\n".as_slice(), "Zo\u{eb}\n".as_bytes()].concat();
        assert!(matches!(form(&both), Err(IntakeError::TwoEncodings { line: 3 })), "{both:?}");
    }

    /// A letter of several bytes may fall on the border of two pieces that are read.
    #[test]
    fn pieces_of_a_file_do_not_cut_letters() {
        for before in (1 << 16) - 4..(1 << 16) + 2 {
            let text = format!("{}\u{20ac}\n", "a".repeat(before));
            assert_eq!(form(text.as_bytes()).expect("a form").encoding, Encoding::Utf8, "{before}");
        }
    }

    #[test]
    fn a_header_is_found_below_titles_and_never_below_a_payout() {
        let row = |text: &str| form(text.as_bytes()).expect("a form").header_row;
        assert_eq!(row("bsb,account_number,amount\n1,2,3\n"), None);
        assert_eq!(row("Acme\nPay run 17/07/2026,,\n,,\nbsb,account_number,amount\n"), Some(4));
        assert_eq!(row("Robin,062-000,20304050,10.00\nname,bsb,account_number,amount\n"), None);
        assert_eq!(row("name,bsb\n062-000,20304050\n"), None);
    }
}
