//! Reading CSV row by row, each with the number that a spreadsheet shows.

use std::fmt;
use std::io::{BufReader, Read};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use crate::domain::Limits;
use crate::intake::error::IntakeError;
use crate::intake::record::Record;

/// A row of more cells than this is no row of payouts.
const MOST_CELLS: usize = 4096;

/// The records of a file.
pub(in crate::intake) struct Records {
    input: BufReader<Box<dyn Read + Send>>,
    parser: Reader,
    /// What the parser writes: the cells of a record, and where each ends.
    text: Vec<u8>,
    ends: Vec<usize>,
    next_row: u32,
    /// Whether the last byte that was read is a carriage return, so that a line feed belongs to it.
    after_return: bool,
    /// Whether anything was read.
    begun: bool,
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
            text: vec![0; 1024],
            ends: vec![0; 64],
            next_row: 1,
            after_return: false,
            begun: false,
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
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    return Err(IntakeError::Endless { row: self.next_row });
                }
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(false),
            }
        }
        let text = std::str::from_utf8(&self.text[..written])
            .map_err(|_| IntakeError::NotUtf8 { row: self.next_row })?;
        let is_plain = |byte: u8| matches!(byte, b' ' | b'!' | b'#'..=b'~');
        let all_plain = text.bytes().fold(true, |all, byte| all & is_plain(byte)); // without a branch: many bytes at once
        if self.next_row > self.limits.rows {
            return Err(IntakeError::TooManyRows { limit: self.limits.rows });
        }
        record.set(self.next_row, text, &self.ends[..ended], all_plain);
        self.next_row += 1;
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
