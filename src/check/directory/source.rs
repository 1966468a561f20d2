//! AusPayNet's own files of bank branches, read into lines: its CSV, and its text of fixed columns.
//!
//! The fixed columns: 1–7 BSB with a hyphen, 8–10 the bank's code, 11–45 name, 46–80 street, 81–100 suburb, 101–103
//! state, 104–107 postcode, 108–110 flags. The CSV has the same eight fields, quoted, and no header.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;
use jiff::civil::{Date, date};

use super::pack::Line;
use crate::domain::Bsb;

/// The file is not AusPayNet's, or damaged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotADirectory {
    /// A line that is no branch.
    #[error(
        "line {line} is no branch of AusPayNet's directory: {why}; take the file as AusPayNet publishes it, as CSV or as text"
    )]
    Line {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        why: &'static str,
    },
    /// One BSB on two lines.
    #[error("{bsb} stands on line {first} and again on line {line}; take the file as AusPayNet publishes it")]
    Twice {
        /// The BSB.
        bsb: String,
        /// Its first line.
        first: usize,
        /// Its second line.
        line: usize,
    },
    /// No line at all.
    #[error("the file is empty")]
    Empty,
    /// More text than the packed form holds.
    #[error("the file has more different texts than a directory of branches can have")]
    TooLarge,
}

/// The branches of a file as AusPayNet publishes it.
pub fn read(bytes: &[u8]) -> Result<Vec<Line>, NotADirectory> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => WINDOWS_1252.decode(bytes).0,
    };
    let text = text.trim_start_matches('\u{feff}');
    let is_csv = text.lines().next().is_some_and(|line| line.contains(','));
    let numbered = if is_csv { separated(text)? } else { fixed(text)? };
    let mut first_at = std::collections::HashMap::new();
    let mut lines = Vec::new();
    for (number, line) in numbered {
        check(&line).map_err(|why| NotADirectory::Line { line: number, why })?;
        if let Some(first) = first_at.insert(line[0].clone(), number) {
            return Err(NotADirectory::Twice { bsb: line[0].clone(), first, line: number });
        }
        lines.push(line);
    }
    if lines.is_empty() { Err(NotADirectory::Empty) } else { Ok(lines) }
}

fn separated(text: &str) -> Result<Vec<(usize, Line)>, NotADirectory> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut lines = Vec::new();
    for record in reader.records() {
        let line = lines.len() + 1; // the file has no blank lines and no line breaks in its cells
        let record = record.map_err(|_| NotADirectory::Line { line, why: "it is no CSV" })?;
        let cells: Vec<String> = record.iter().map(|cell| cell.trim().to_owned()).collect();
        let cells =
            cells.try_into().map_err(|_| NotADirectory::Line { line, why: "it has not eight cells" })?;
        lines.push((line, cells));
    }
    Ok(lines)
}

fn fixed(text: &str) -> Result<Vec<(usize, Line)>, NotADirectory> {
    const ENDS: [usize; 8] = [7, 10, 45, 80, 100, 103, 107, 110];
    let mut lines = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if line.trim_matches(|c: char| c.is_whitespace() || c == '\u{1a}').is_empty() {
            continue;
        }
        let letters: Vec<char> = line.chars().collect();
        if letters.len() < ENDS[6] {
            return Err(NotADirectory::Line { line: at + 1, why: "it is shorter than its fields" });
        }
        let mut from = 0;
        let fields = ENDS.map(|end| {
            let field: String = letters[from.min(letters.len())..end.min(letters.len())].iter().collect();
            from = end;
            field.trim().to_owned()
        });
        lines.push((at + 1, fields));
    }
    Ok(lines)
}

/// What a line must have to be one of a branch.
fn check([bsb, bank, name, _, _, state, postcode, flags]: &Line) -> Result<(), &'static str> {
    match () {
        () if !Bsb::is_written(bsb) => Err("it does not begin with a BSB such as 012-002"),
        () if bank.is_empty() || bank.len() > 3 => Err("it has no code of the bank"),
        () if name.is_empty() => Err("it has no name of the branch"),
        () if state.len() > 3 => Err("its state is none"),
        () if !postcode.bytes().all(|byte| byte.is_ascii_digit()) => Err("its postcode is none"),
        () if !flags.chars().all(|flag| matches!(flag, 'P' | 'E' | 'H' | ' ')) => {
            Err("its flags are not made of P, E and H")
        }
        () => Ok(()),
    }
}

/// Of when a file is, by the name that AusPayNet gives it: `BSBDirectoryJul26-328.csv`.
pub fn date_of_name(name: &str) -> Option<Date> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let lower = name.to_lowercase();
    let rest = lower.strip_prefix("bsbdirectory")?;
    let (month, year) = (rest.get(..3)?, rest.get(3..5)?);
    let month = MONTHS.iter().position(|known| *known == month)?;
    let year: i16 = year.parse().ok()?;
    Some(date(2000 + year, i8::try_from(month + 1).ok()?, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSV: &str =
        "\"012-002\",\"ANZ\",\"Smart Choice\",\"115 Pitt Street\",\"Sydney\",\"NSW\",\"2000\",\"PEH\"\r\n";

    #[test]
    fn both_forms_say_the_same() {
        let fixed = format!(
            "{:7}{:3}{:35}{:35}{:20}{:3}{:4}{:3}\r\n\u{1a}",
            "012-002", "ANZ", "Smart Choice", "115 Pitt Street", "Sydney", "NSW", "2000", "PEH"
        );
        assert_eq!(read(CSV.as_bytes()), read(fixed.as_bytes()));
        assert_eq!(read(CSV.as_bytes()).expect("one branch")[0][2], "Smart Choice");
    }

    #[test]
    fn letters_that_are_no_utf_8_are_read_as_windows_has_them() {
        let latin: Vec<u8> =
            CSV.replace("Smart", "Caf~").bytes().map(|byte| if byte == b'~' { 0xE9 } else { byte }).collect();
        assert_eq!(read(&latin).expect("one branch")[0][2], "Caf\u{e9} Choice");
    }

    #[test]
    fn what_is_no_directory_names_its_line() {
        let wrong = |text: &str| read(text.as_bytes()).expect_err("no directory").to_string();
        assert!(wrong(&format!("{CSV}first_name,bsb\n")).starts_with("line 2 "));
        assert!(wrong("012-002ANZ too short\n").contains("shorter"));
        assert!(wrong(&format!("{CSV}{CSV}")).contains("again on line 2"));
        assert_eq!(read(b"\n"), Err(NotADirectory::Empty));
    }

    #[test]
    fn names_tell_the_month() {
        assert_eq!(date_of_name("BSBDirectoryJul26-328.csv"), Some(date(2026, 7, 1)));
        assert_eq!(date_of_name("bsb.csv"), None);
    }
}
