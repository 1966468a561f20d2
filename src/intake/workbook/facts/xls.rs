//! XLS: the records of the sheet (MS-XLS 2.1.7.20) that calamine passes over.

use std::collections::BTreeSet;
use std::io::{Read, Seek};

use super::Facts;
use super::formats::{Code, Styles};
use crate::intake::workbook::trouble::Trouble;

/// What an old Office file is, by the streams in it.
pub fn kind(file: impl Read + Seek) -> Result<(), Trouble> {
    let compound = cfb::CompoundFile::open(file).map_err(damaged)?;
    let other = |what: &str| Err(Trouble::OtherKind { what: what.to_owned() });
    if compound.exists("/EncryptedPackage") {
        return Err(Trouble::Protected);
    }
    if compound.exists("/Workbook") || compound.exists("/Book") {
        return Ok(());
    }
    if compound.exists("/WordDocument") {
        return other("an old document of Word");
    }
    other("an old Office file with no workbook in it")
}

/// Reads the facts of the `index`-th sheet; the merged cells are calamine's to tell.
pub fn facts(file: impl Read + Seek, index: usize) -> Result<Facts, Trouble> {
    let mut compound = cfb::CompoundFile::open(file).map_err(damaged)?;
    let name = if compound.exists("/Workbook") { "/Workbook" } else { "/Book" };
    let mut stream = Vec::new();
    compound
        .open_stream(name)
        .and_then(|mut stream_of| stream_of.read_to_end(&mut stream))
        .map_err(damaged)?;
    // BoundSheet8: where the sheet begins
    let begin = Records(&stream).filter(|(kind, _)| *kind == 0x0085).nth(index);
    let begin = begin.and_then(|(_, data)| data.first_chunk::<4>().copied());
    let begin = begin.and_then(|begin| usize::try_from(u32::from_le_bytes(begin)).ok());
    let sheet = begin.and_then(|begin| stream.get(begin..));
    Ok(scan(sheet.ok_or_else(|| Trouble::damaged("a sheet has no part"))?, &codes(&stream)))
}

fn damaged(error: std::io::Error) -> Trouble {
    Trouble::damaged(error)
}

/// For each style of cells the code of its number format, where it matters.
fn codes(stream: &[u8]) -> Vec<Option<Code>> {
    const BIFF8: u16 = 0x0600;
    let mut styles = Styles::default();
    let mut version = BIFF8;
    for (kind, data) in Records(stream) {
        let number = |at: usize| number(data, at);
        match kind {
            0x0809 => version = number(0), // BOF
            // Format: number, code; in BIFF8 the code's length has two bytes and a flag for letters of two behind it
            0x041E => {
                let code = match data.get(4) {
                    Some(flags) if version == BIFF8 && flags & 1 != 0 => {
                        encoding_rs::UTF_16LE.decode_without_bom_handling(&data[5..]).0
                    }
                    Some(_) if version == BIFF8 => encoding_rs::WINDOWS_1252.decode(&data[5..]).0,
                    _ => encoding_rs::WINDOWS_1252.decode(data.get(3..).unwrap_or_default()).0,
                };
                styles.describe(number(0), code.into_owned());
            }
            0x00E0 => styles.push(number(2)), // XF: font, format
            0x000A => break,                  // EOF: sheets follow
            _ => {}
        }
    }
    styles.codes()
}

/// Two bytes of a record.
fn number(data: &[u8], at: usize) -> u16 {
    data.get(at..at + 2).and_then(|bytes| bytes.try_into().ok()).map_or(0, u16::from_le_bytes)
}

fn scan(sheet: &[u8], codes: &[Option<Code>]) -> Facts {
    let mut facts = Facts::default();
    let (mut hidden, mut filled) = (BTreeSet::new(), BTreeSet::new());
    let (mut depth, mut default_height) = (0, true);
    for (kind, data) in Records(sheet) {
        let number = |at: usize| number(data, at);
        let code = |at: usize| codes.get(usize::from(number(at))).and_then(Option::as_ref);
        if depth <= 1 {
            let (row, column) = (u32::from(number(0)), u32::from(number(2)));
            match kind {
                // Formula, Number, RK: row, column, style
                0x0006 | 0x0203 | 0x027E => facts.formats.note(row, column, code(4)),
                // MulRk: row, first column, and for each a style and a number; the last column at the end
                0x00BD => {
                    let cells = data.len().saturating_sub(6) / 6;
                    for (at, column) in (0..cells).zip(column..) {
                        facts.formats.note(row, column, code(4 + 6 * at));
                    }
                }
                _ => {}
            }
        }
        match kind {
            0x0809 => depth += 1, // BOF; inside a sheet that of a chart
            0x000A if depth <= 1 => break,
            0x000A => depth -= 1,
            _ if depth > 1 => {}
            // Row, its flag fDyZero
            0x0208 if number(12) & 0x20 != 0 || matches!(number(6), 0 | 0x8000) => {
                hidden.insert(u32::from(number(0)));
            }
            // DefaultRowHeight, its flag fDyZero
            0x0225 if number(0) & 2 != 0 => default_height = false,
            // ColInfo, its flag fHidden
            0x007D if number(8) & 1 != 0 || number(4) == 0 => {
                facts.hide_columns(u32::from(number(0)), u32::from(number(2)));
            }
            0x009B => facts.filtered = true, // FilterMode
            // Formula
            0x0006 => {
                facts.formulas.push((u32::from(number(0)), u32::from(number(2))));
                filled.insert(u32::from(number(0)));
            }
            // MulRk, RString, LabelSst, Number, Label, BoolErr, RK
            0x00BD | 0x00D6 | 0x00FD | 0x0203..=0x0205 | 0x027E => {
                filled.insert(u32::from(number(0)));
            }
            _ => {}
        }
    }
    facts.hidden_rows = hidden.intersection(&filled).copied().collect();
    if !default_height && hidden.is_empty() {
        facts.hidden_rows = filled.into_iter().collect();
    }
    facts.formulas.sort_unstable();
    facts.formulas.dedup();
    facts
}

/// The records of a stream: kind, length, data.
struct Records<'a>(&'a [u8]);

impl<'a> Iterator for Records<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, rest) = self.0.split_first_chunk::<2>()?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let (data, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
        self.0 = rest;
        Some((u16::from_le_bytes(*kind), data))
    }
}
