//! Lines of one character a column, whatever ends them, each with its number. Memory does not grow with a line.

use std::io::{self, BufRead, BufReader, Read};

use super::layout::LENGTH;

/// Of a line no more is kept; no record is nearly so long.
const LONGEST: usize = 1024;
const MARK: &[u8] = &[0xEF, 0xBB, 0xBF];
/// What old programs write behind the last line.
const END_MARK: u8 = 0x1A;

/// One line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    /// Its number, from 1.
    pub number: u32,
    /// Its characters, one byte each; `?` stands for those that no bank file can have.
    pub text: &'a str,
    /// The same with every character as it stands.
    pub letters: &'a str,
    /// The first that no bank file can have, and its column.
    pub odd: Option<(u16, char)>,
}

/// What a line is, by its first character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `0`: a batch begins.
    Header,
    /// `1`: a payment.
    Detail,
    /// `2`: a payment that came back.
    Return,
    /// `7`: a batch ends.
    Trailer,
    /// Nothing but blanks.
    Blank,
    /// Anything else.
    Other,
}

impl Line<'_> {
    /// What it is.
    pub(super) fn kind(&self) -> Kind {
        match self.text.as_bytes().first() {
            _ if self.text.trim().is_empty() => Kind::Blank,
            Some(b'0') => Kind::Header,
            Some(b'1') => Kind::Detail,
            Some(b'2') => Kind::Return,
            Some(b'7') => Kind::Trailer,
            _ => Kind::Other,
        }
    }

    /// Whether it has as many columns as a record; blanks behind them do not count.
    pub(super) fn is_whole(&self) -> bool {
        self.text.len() >= LENGTH && self.text[LENGTH..].trim().is_empty()
    }
}

/// How the lines of a file end, and what stands around them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Ends {
    /// The first line that ends with a line feed alone.
    pub feed: Option<u32>,
    /// The first line that ends with a carriage return alone.
    pub carriage_return: Option<u32>,
    /// The last line, if nothing ends it.
    pub none: Option<u32>,
    /// Whether the file begins with a byte order mark.
    pub mark: bool,
    /// The line where the mark of the end stands.
    pub end_mark: Option<u32>,
}

/// The lines of a file.
#[derive(Debug)]
pub(super) struct Lines<R> {
    input: BufReader<R>,
    bytes: Vec<u8>,
    text: String,
    letters: String,
    number: u32,
    /// Whether a line feed that comes now ends no line of its own.
    after_return: bool,
    pub ends: Ends,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input: BufReader::with_capacity(1 << 16, input),
            bytes: Vec::with_capacity(LONGEST),
            text: String::with_capacity(LONGEST),
            letters: String::new(),
            number: 0,
            after_return: false,
            ends: Ends::default(),
        }
    }

    /// The next line; none at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.end_of_return()?;
        self.bytes.clear();
        let begins = self.input.fill_buf()?;
        if begins.is_empty() {
            return Ok(None);
        }
        if self.number == 0 && begins.starts_with(MARK) {
            self.ends.mark = true;
            self.input.consume(MARK.len());
        }
        self.number = self.number.saturating_add(1);
        let ended = self.take_line()?;
        let last = !ended && self.input.fill_buf()?.is_empty();
        let text = self.bytes.iter().rposition(|byte| *byte != END_MARK).map_or(0, |at| at + 1);
        if text < self.bytes.len() && (last || text == 0) {
            self.bytes.truncate(text);
            self.ends.end_mark.get_or_insert(self.number);
            if last && text == 0 {
                return Ok(None);
            }
        } else if last {
            self.ends.none = Some(self.number);
        }
        let odd = self.decode();
        let letters = if odd.is_some() { &self.letters } else { &self.text };
        Ok(Some(Line { number: self.number, text: &self.text, letters, odd }))
    }

    /// What follows a carriage return decides whether it ended its line alone.
    fn end_of_return(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.after_return) {
            if self.input.fill_buf()?.first() == Some(&b'\n') {
                self.input.consume(1);
            } else {
                self.ends.carriage_return.get_or_insert(self.number);
            }
        }
        Ok(())
    }

    /// Takes the bytes up to the end of the line. `false`: the file ended.
    fn take_line(&mut self) -> io::Result<bool> {
        loop {
            let input = self.input.fill_buf()?;
            if input.is_empty() {
                return Ok(false);
            }
            let end = input.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let of_line = end.unwrap_or(input.len());
            let room = LONGEST.saturating_sub(self.bytes.len());
            self.bytes.extend_from_slice(&input[..of_line.min(room)]);
            let Some(end) = end else {
                self.input.consume(of_line);
                continue;
            };
            if input[end] == b'\r' {
                self.after_return = true;
            } else {
                self.ends.feed.get_or_insert(self.number);
            }
            self.input.consume(end + 1);
            return Ok(true);
        }
    }

    /// Makes the text of the bytes. Gives the first character that is no plain one.
    fn decode(&mut self) -> Option<(u16, char)> {
        self.text.clear();
        let plain = |byte: &u8| (b' '..=b'~').contains(byte);
        if self.bytes.iter().all(plain) {
            self.text.extend(self.bytes.iter().map(|byte| char::from(*byte)));
            return None;
        }
        self.letters.clear();
        match std::str::from_utf8(&self.bytes) {
            Ok(text) => self.letters.push_str(text),
            // an old encoding of one byte a letter
            Err(_) => self.letters.extend(self.bytes.iter().map(|byte| char::from(*byte))),
        }
        let plain = |c: char| (' '..='~').contains(&c);
        self.text.extend(self.letters.chars().map(|c| if plain(c) { c } else { '?' }));
        let odd = self.letters.chars().zip(1..).find(|(c, _)| !plain(*c));
        odd.map(|(c, column)| (column, c))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> (Vec<(u32, String)>, Ends) {
        let mut lines = Lines::new(bytes);
        let mut read = Vec::new();
        while let Some(line) = lines.next().expect("no disk is read") {
            read.push((line.number, line.text.to_owned()));
        }
        (read, lines.ends)
    }

    #[test]
    fn any_end_of_a_line_is_one_end() {
        let three = [(1, "a".to_owned()), (2, String::new()), (3, "b".to_owned())];
        let none = Ends::default();
        for (bytes, ends) in [
            (&b"a\r\n\r\nb\r\n"[..], none),
            (b"a\n\nb\n", Ends { feed: Some(1), ..none }),
            (b"a\r\rb\r", Ends { carriage_return: Some(1), ..none }),
            (b"a\r\n\nb", Ends { feed: Some(2), none: Some(3), ..none }),
            (b"\xEF\xBB\xBFa\r\n\r\nb\r\n\x1A\x1A", Ends { mark: true, end_mark: Some(4), ..none }),
            (b"a\r\n\r\nb\x1A", Ends { end_mark: Some(3), ..none }),
        ] {
            assert_eq!(read(bytes), (three.to_vec(), ends), "{bytes:?}");
        }
    }

    #[test]
    fn what_no_bank_file_has_is_told_with_its_column() {
        for (bytes, column, odd) in
            [("AJOS\u{c9} X".as_bytes(), 5, '\u{c9}'), (b"AJOS\xC9 X", 5, '\u{c9}'), (b"AJOS\t X", 5, '\t')]
        {
            let mut lines = Lines::new(bytes);
            let line = lines.next().expect("no disk is read").expect("a line");
            assert_eq!((line.text, line.odd), ("AJOS? X", Some((column, odd))));
        }
    }

    #[test]
    fn memory_does_not_grow_with_a_line() {
        let endless = vec![b'1'; 300_000];
        let (lines, _) = read(&endless);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].1.len(), LONGEST);
    }
}
