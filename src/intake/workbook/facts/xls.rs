//! XLS: the records of the sheet (MS-XLS 2.1.7.20) that calamine passes over.

use std::collections::BTreeSet;
use std::io::{Read, Seek};

use super::Facts;
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
    Ok(scan(sheet.ok_or_else(|| Trouble::damaged("a sheet has no part"))?))
}

fn damaged(error: std::io::Error) -> Trouble {
    Trouble::damaged(error)
}

fn scan(sheet: &[u8]) -> Facts {
    let mut facts = Facts::default();
    let (mut hidden, mut filled) = (BTreeSet::new(), BTreeSet::new());
    let (mut depth, mut default_height) = (0, true);
    for (kind, data) in Records(sheet) {
        let number = |at: usize| {
            data.get(at..at + 2).and_then(|bytes| bytes.try_into().ok()).map_or(0, u16::from_le_bytes)
        };
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
