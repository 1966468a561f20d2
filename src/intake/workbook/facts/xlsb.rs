//! XLSB: the records of the sheet's binary part (MS-XLSB 2.1.7.62) that calamine passes over.

use std::io::{BufReader, Read, Seek};

use zip::ZipArchive;

use super::formats::{Code, Styles};
use super::parts::{absolute, part_named, relations};
use super::{Area, Facts};
use crate::intake::workbook::trouble::Trouble;

/// So much of a record of a sheet is looked at.
const KEPT: u64 = 64;
/// So much of a record of the workbook is: the names of sheets are short.
const KEPT_OF_WORKBOOK: u64 = 4096;

/// Reads the facts of a sheet.
pub fn facts(archive: &mut ZipArchive<impl Read + Seek>, sheet: &str) -> Result<Facts, Trouble> {
    let path = path_of(archive, sheet)?;
    let codes = codes(archive)?;
    let part = archive.by_name(&path).map_err(Trouble::damaged)?;
    scan(BufReader::with_capacity(1 << 16, part), &codes)
}

/// For each style of cells the code of its number format, where it matters.
fn codes(archive: &mut ZipArchive<impl Read + Seek>) -> Result<Vec<Option<Code>>, Trouble> {
    let relations = relations(archive, "xl/_rels/workbook.bin.rels")?;
    let Some(styles) = relations.into_iter().find(|relation| relation.kind.ends_with("/styles")) else {
        return Ok(Vec::new());
    };
    let path = part_named(archive, &absolute("xl", &styles.target))?;
    styles_of(BufReader::new(archive.by_name(&path).map_err(Trouble::damaged)?))
}

fn styles_of(mut input: impl Read) -> Result<Vec<Option<Code>>, Trouble> {
    let (mut styles, mut of_cells) = (Styles::default(), false);
    let mut kept = Vec::new();
    while let Some(kind) = record(&mut input, &mut kept, KEPT_OF_WORKBOOK)? {
        let number = |at: usize| {
            kept.get(at..at + 2).and_then(|bytes| bytes.try_into().ok()).map_or(0, u16::from_le_bytes)
        };
        match kind {
            // BrtFmt: number, code
            44 => {
                if let Some((code, _)) = kept.get(2..).and_then(wide) {
                    styles.describe(number(0), code);
                }
            }
            617 => of_cells = true,                   // BrtBeginCellXFs
            618 => of_cells = false,                  // BrtEndCellXFs
            47 if of_cells => styles.push(number(2)), // BrtXF: parent, format
            _ => {}
        }
    }
    Ok(styles.codes())
}

/// The part of a sheet, as the workbook's relations say.
fn path_of(archive: &mut ZipArchive<impl Read + Seek>, sheet: &str) -> Result<String, Trouble> {
    let path = part_named(archive, "xl/workbook.bin")?;
    let mut id = None;
    {
        let mut input = BufReader::new(archive.by_name(&path).map_err(Trouble::damaged)?);
        let mut kept = Vec::new();
        while let Some(kind) = record(&mut input, &mut kept, KEPT_OF_WORKBOOK)? {
            // BrtBundleSh: state, number, relation, name
            if kind == 156
                && let Some((relation, rest)) = kept.get(8..).and_then(wide)
                && wide(rest).is_some_and(|(name, _)| name == sheet)
            {
                id = Some(relation);
            }
        }
    }
    let relations = relations(archive, "xl/_rels/workbook.bin.rels")?;
    let target = relations.into_iter().find(|relation| Some(&relation.id) == id.as_ref());
    let target = target.ok_or_else(|| Trouble::damaged("a sheet has no part"))?;
    part_named(archive, &absolute("xl", &target.target))
}

/// A text in UTF-16 behind its length, and what follows it.
fn wide(bytes: &[u8]) -> Option<(String, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?.checked_mul(2)?;
    let (text, rest) = rest.split_at_checked(length)?;
    Some((encoding_rs::UTF_16LE.decode_without_bom_handling(text).0.into_owned(), rest))
}

fn scan(mut input: impl Read, codes: &[Option<Code>]) -> Result<Facts, Trouble> {
    let mut facts = Facts::default();
    let mut kept = Vec::new();
    let (mut row, mut hidden) = (0, false);
    while let Some(kind) = record(&mut input, &mut kept, KEPT)? {
        let number = |at: usize| {
            kept.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes)
        };
        // BrtCellRk, BrtCellReal, BrtFmlaNum: numbers, whose style stands behind their column in three bytes
        if matches!(kind, 2 | 5 | 9) {
            let style = codes.get((number(4) & 0x00FF_FFFF) as usize);
            facts.formats.note(row, number(0), style.and_then(Option::as_ref));
        }
        match kind {
            // BrtRowHdr: the flags fDyZero and fUnsynced stand in the byte behind the height
            0 => {
                row = number(0);
                hidden = kept.get(11).is_some_and(|flags| flags & 0x10 != 0);
            }
            2..=7 if hidden => facts.hide_row(row),
            // BrtFmlaString, BrtFmlaNum, BrtFmlaBool, BrtFmlaError
            8..=11 => {
                facts.formulas.push((row, number(0)));
                if hidden {
                    facts.hide_row(row);
                }
            }
            // BrtColInfo
            60 => {
                let flags = kept.get(16).copied().unwrap_or(0);
                if flags & 1 != 0 || number(8) == 0 {
                    facts.hide_columns(number(0), number(4));
                }
            }
            163 => facts.filtered = true, // BrtBeginFilterColumn
            // BrtMergeCell
            176 => facts.merged.push(Area { from: (number(0), number(8)), to: (number(4), number(12)) }),
            _ => {}
        }
    }
    Ok(facts)
}

/// The next record: its kind, and its beginning in `kept`.
fn record(input: &mut impl Read, kept: &mut Vec<u8>, most: u64) -> Result<Option<u32>, Trouble> {
    let Some(kind) = varint(input, 2)? else { return Ok(None) };
    let length = varint(input, 4)?.ok_or_else(|| Trouble::damaged("a record is cut off"))?;
    kept.clear();
    let length = u64::from(length);
    let keep = length.min(most);
    let io = |error: std::io::Error| Trouble::damaged(crate::domain::system_words(&error));
    input.by_ref().take(keep).read_to_end(kept).map_err(io)?;
    std::io::copy(&mut input.by_ref().take(length - keep), &mut std::io::sink()).map_err(io)?;
    Ok(Some(kind))
}

/// A number in bytes of seven bits, the lowest first (MS-XLSB 2.1.4).
fn varint(input: &mut impl Read, most: u32) -> Result<Option<u32>, Trouble> {
    let mut value = 0;
    for at in 0..most {
        let mut byte = [0];
        let read =
            input.read(&mut byte).map_err(|error| Trouble::damaged(crate::domain::system_words(&error)))?;
        if read == 0 {
            return if at == 0 { Ok(None) } else { Err(Trouble::damaged("a record is cut off")) };
        }
        value |= u32::from(byte[0] & 0x7F) << (7 * at);
        if byte[0] & 0x80 == 0 {
            break;
        }
    }
    Ok(Some(value))
}
