//! Reading CSV row by row, each with the number that a spreadsheet shows.

use std::fmt;
use std::io::{BufReader, Read};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use memchr::memchr3;

use crate::domain::Limits;
use crate::intake::error::IntakeError;
use crate::intake::record::Record;
use crate::intake::source::Rows;

/// A row of more cells than this is no row of payouts.
const MOST_CELLS: usize = 4096;
/// Lines up to here are taken as they stand where they can be; no limit is smaller.
const USUAL_LINE: usize = 1024;

/// The records of a file.
pub(in crate::intake) struct Records {
    input: BufReader<Box<dyn Read + Send>>,
    parser: Reader,
    delimiter: u8,
    /// What the parser writes: the cells of a record, and where each ends.
    text: Vec<u8>,
    ends: Vec<usize>,
    next_row: u32,
    /// Whether the last byte that was read is a carriage return, so that a line feed belongs to it.
    after_return: bool,
    /// Whether anything was read.
    begun: bool,
    /// Whether the parser has begun, which passes over a byte order mark where it begins.
    parser_begun: bool,
    /// A record longer than its line is a quotation mark that was not closed.
    limits: Limits,
}

impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records").field("next_row", &self.next_row).finish_non_exhaustive()
    }
}

impl Records {
    /// Reads UTF-8.
    pub(super) fn new(input: Box<dyn Read + Send>, delimiter: u8) -> Self {
        let parser = ReaderBuilder::new().delimiter(delimiter).build();
        Self {
            input: BufReader::with_capacity(1 << 16, input),
            parser,
            delimiter,
            text: vec![0; USUAL_LINE],
            ends: vec![0; 64],
            next_row: 1,
            after_return: false,
            begun: false,
            parser_begun: false,
            limits: Limits::default(),
        }
    }

    /// The same, within other limits.
    pub(super) fn within(self, limits: &Limits) -> Self {
        Self { limits: *limits, ..self }
    }

    /// Reads the next record that is not an empty line; empty lines count as rows. `false` at the end.
    pub(in crate::intake) fn read(&mut self, record: &mut Record) -> Result<bool, IntakeError> {
        self.skip_empty_lines()?;
        if std::mem::replace(&mut self.parser_begun, true) && self.read_usual(record)? {
            return Ok(true);
        }
        let (mut written, mut ended) = (0, 0);
        loop {
            let input = std::io::BufRead::fill_buf(&mut self.input)
                .map_err(|error| IntakeError::Io(crate::domain::system_words(&error)))?;
            let (result, read, out, ends) =
                self.parser.read_record(input, &mut self.text[written..], &mut self.ends[ended..]);
            self.after_return = read > 0 && input[read - 1] == b'\r';
            std::io::BufRead::consume(&mut self.input, read);
            written += out;
            ended += ends;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if (self.text.len() as u64) < self.limits.line => {
                    self.text.resize(self.text.len() * 2, 0);
                }
                ReadRecordResult::OutputEndsFull if self.ends.len() < MOST_CELLS => {
                    self.ends.resize(self.ends.len() * 2, 0);
                }
                ReadRecordResult::OutputFull => {
                    let limit = format!("{} (limits.line)", bytesize::ByteSize(self.limits.line));
                    return Err(IntakeError::Endless { row: self.next_row, limit });
                }
                ReadRecordResult::OutputEndsFull => {
                    let limit = format!("{MOST_CELLS} cells");
                    return Err(IntakeError::Endless { row: self.next_row, limit });
                }
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(false),
            }
        }
        let text = std::str::from_utf8(&self.text[..written])
            .map_err(|_| IntakeError::NotUtf8 { row: self.next_row })?;
        if self.next_row > self.limits.rows {
            return Err(IntakeError::TooManyRows { limit: self.limits.rows });
        }
        record.set(self.next_row, text, &self.ends[..ended], all_plain(text, b' '));
        self.next_row += 1;
        Ok(true)
    }

    /// Reads the next record if it is a line without a quotation mark, as nearly all are: its cells are what lies
    /// between separators. `false`: the parser must tell.
    fn read_usual(&mut self, record: &mut Record) -> Result<bool, IntakeError> {
        let input = std::io::BufRead::fill_buf(&mut self.input)
            .map_err(|error| IntakeError::Io(crate::domain::system_words(&error)))?;
        let begin = &input[..input.len().min(USUAL_LINE)];
        let Some(end) = memchr3(b'\n', b'\r', b'"', begin).filter(|end| begin[*end] != b'"') else {
            return Ok(false);
        };
        let line =
            std::str::from_utf8(&input[..end]).map_err(|_| IntakeError::NotUtf8 { row: self.next_row })?;
        if self.next_row > self.limits.rows {
            return Err(IntakeError::TooManyRows { limit: self.limits.rows });
        }
        record.set_line(self.next_row, line, self.delimiter, all_plain(line, self.delimiter));
        self.next_row += 1;
        self.after_return = input[end] == b'\r';
        std::io::BufRead::consume(&mut self.input, end + 1);
        Ok(true)
    }

    /// A byte order mark at the very beginning; the parser would take it and uncounted empty lines after it.
    fn skip_mark(&mut self) -> Result<(), IntakeError> {
        const MARK: &[u8] = &[0xEF, 0xBB, 0xBF];
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        let input = std::io::BufRead::fill_buf(&mut self.input)
            .map_err(|error| IntakeError::Io(error.to_string()))?;
        if input.starts_with(MARK) {
            std::io::BufRead::consume(&mut self.input, MARK.len());
        }
        Ok(())
    }

    /// The parser skips empty lines without counting them; a spreadsheet counts them. The second half of the line
    /// end of the record before is no line.
    fn skip_empty_lines(&mut self) -> Result<(), IntakeError> {
        self.skip_mark()?;
        loop {
            let input = std::io::BufRead::fill_buf(&mut self.input)
                .map_err(|error| IntakeError::Io(crate::domain::system_words(&error)))?;
            match input.first() {
                Some(b'\n') if self.after_return => self.after_return = false,
                Some(b'\n') => self.next_row += 1,
                Some(b'\r') => {
                    self.next_row += 1;
                    self.after_return = true;
                }
                _ => return Ok(()),
            }
            std::io::BufRead::consume(&mut self.input, 1);
        }
    }
}

impl Rows for Records {
    fn next(&mut self, record: &mut Record) -> Result<bool, IntakeError> {
        self.read(record)
    }
}

/// Whether a text has printable English signs alone and no quotation mark, but for what separates its cells.
fn all_plain(text: &str, delimiter: u8) -> bool {
    let is_plain = |byte: u8| matches!(byte, b' ' | b'!' | b'#'..=b'~') || byte == delimiter;
    text.bytes().fold(true, |all, byte| all & is_plain(byte)) // without a branch: many bytes at once
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<Vec<String>> {
        let mut records = Records::new(Box::new(std::io::Cursor::new(text.to_owned())), b',');
        let mut record = Record::default();
        let mut all = Vec::new();
        while records.read(&mut record).expect("a record") {
            let cells: Vec<String> = record.cells().map(str::to_owned).collect();
            let is_plain =
                |cell: &String| cell.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'"');
            assert!(!record.is_plain() || cells.iter().all(is_plain), "{cells:?}");
            all.push(cells);
        }
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2048) })]

        /// Lines that are taken as they stand, lines that are not, and whichever comes behind the other.
        #[test]
        fn cells_are_those_that_csv_finds(text in "([a-c ,;é]{0,4}|\"[a,\r\n]?(\"\")?\"|[a\",]{0,3}|\r|\n|\r\n|,{1,9}){0,24}") {
            let csv = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let expected: Vec<Vec<String>> = csv
                .into_records()
                .map(|record| record.expect("UTF-8").iter().map(str::to_owned).collect())
                .collect();
            prop_assert_eq!(read(&text), expected);
        }
    }

    #[test]
    fn long_lines_and_many_cells_are_read_alike() {
        for length in [USUAL_LINE - 2, USUAL_LINE - 1, USUAL_LINE, USUAL_LINE + 1, 5 * USUAL_LINE] {
            let long = "a".repeat(length);
            assert_eq!(read(&format!("h\n{long},b\n1\n")), [vec!["h"], vec![&long, "b"], vec!["1"]]);
            let cells = read(&format!("h\n{}\n", ",".repeat(length.min(MOST_CELLS - 1))));
            assert_eq!(cells[1].len(), length.min(MOST_CELLS - 1) + 1);
        }
    }
}
