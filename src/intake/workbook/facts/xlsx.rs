//! XLSX and XLSM: the sheet's XML, read once more for what calamine passes over.

use std::io::{BufRead, BufReader, Read, Seek};

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::parts::{absolute, attribute, each_tag, part_named, reader, relations};
use super::{Area, Facts};
use crate::intake::workbook::trouble::Trouble;

/// Reads the facts of a sheet.
pub fn facts(archive: &mut ZipArchive<impl Read + Seek>, sheet: &str) -> Result<Facts, Trouble> {
    let path = path_of(archive, sheet)?;
    let part = archive.by_name(&path).map_err(Trouble::damaged)?;
    scan(BufReader::with_capacity(1 << 16, part))
}

fn scan(xml: impl BufRead) -> Result<Facts, Trouble> {
    let mut reader = reader(xml);
    let mut facts = Facts::default();
    let (mut row, mut column, mut hidden, mut zero_height) = (0, 0, false, false);
    let mut cell = (0, 0);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(Trouble::damaged)? {
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                "c" => {
                    if let Some(named) = attribute(&tag, "r")?.as_deref().and_then(position) {
                        cell = named;
                        column = named.1;
                    } else {
                        cell = (row, column);
                    }
                    column += 1;
                }
                "v" | "is" if hidden => facts.hide_row(row),
                "f" => {
                    facts.formulas.push(cell);
                    if hidden {
                        facts.hide_row(row);
                    }
                }
                "row" => {
                    if let Some(number) = attribute(&tag, "r")?.and_then(|number| number.parse::<u32>().ok())
                    {
                        row = number.saturating_sub(1);
                    }
                    column = 0;
                    hidden = match attribute(&tag, "hidden")? {
                        Some(value) => is_true(&value),
                        None => zero_height,
                    };
                    let flat = |height: &String| height.trim_matches(['0', '.']).is_empty();
                    hidden |= attribute(&tag, "ht")?.as_ref().is_some_and(flat);
                }
                "sheetFormatPr" => zero_height = flag(&tag, "zeroHeight")?,
                "col" => {
                    let flat = attribute(&tag, "width")?
                        .is_some_and(|width| width.trim_matches(['0', '.']).is_empty());
                    if flag(&tag, "hidden")? || flat {
                        let end = |name| {
                            Ok(attribute(&tag, name)?.and_then(|at| at.parse::<u32>().ok()).unwrap_or(0))
                        };
                        let (first, last) = (end("min")?, end("max")?);
                        facts.hide_columns(first.saturating_sub(1), last.saturating_sub(1));
                    }
                }
                "filterColumn" => facts.filtered = true,
                "mergeCell" => facts.merged.extend(attribute(&tag, "ref")?.as_deref().and_then(area)),
                _ => {}
            },
            Event::End(tag) if tag.local_name().as_ref() == "row" => row = row.saturating_add(1),
            Event::Eof => return Ok(facts),
            _ => {}
        }
    }
}

fn flag(tag: &BytesStart<'_>, name: &str) -> Result<bool, Trouble> {
    Ok(attribute(tag, name)?.is_some_and(|value| is_true(&value)))
}

fn is_true(value: &str) -> bool {
    !matches!(value.trim(), "" | "0" | "false" | "off")
}

/// `B7` as row and column, from 0.
fn position(cell: &str) -> Option<(u32, u32)> {
    let cell = cell.trim();
    let digits = cell.find(|c: char| c.is_ascii_digit())?;
    let letters = &cell[..digits];
    if letters.is_empty() || letters.len() > 3 || !letters.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let column =
        letters.bytes().fold(0, |at, byte| at * 26 + u32::from(byte.to_ascii_uppercase() - b'A') + 1);
    Some((cell[digits..].parse::<u32>().ok()?.checked_sub(1)?, column - 1))
}

fn area(cells: &str) -> Option<Area> {
    let (from, to) = cells.split_once(':').unwrap_or((cells, cells));
    Some(Area { from: position(from)?, to: position(to)? })
}

/// The part of a sheet, as the workbook's relations say.
fn path_of(archive: &mut ZipArchive<impl Read + Seek>, sheet: &str) -> Result<String, Trouble> {
    let root = relations(archive, "_rels/.rels")?;
    let workbook = root.into_iter().find(|relation| relation.kind.ends_with("/officeDocument"));
    let workbook =
        workbook.map_or_else(|| "xl/workbook.xml".to_owned(), |relation| absolute("", &relation.target));
    let (folder, name) = workbook.rsplit_once('/').unwrap_or(("", &workbook));
    let id = sheet_id(archive, &workbook, sheet)?;
    let of_sheets = relations(archive, &format!("{folder}/_rels/{name}.rels"))?;
    let target = of_sheets.into_iter().find(|relation| relation.id == id);
    let target = target.ok_or_else(|| Trouble::damaged("a sheet has no part"))?;
    part_named(archive, &absolute(folder, &target.target))
}

fn sheet_id(
    archive: &mut ZipArchive<impl Read + Seek>,
    workbook: &str,
    sheet: &str,
) -> Result<String, Trouble> {
    let path = part_named(archive, workbook)?;
    let mut ids = Vec::new();
    each_tag(archive, &path, &mut |tag| {
        if tag.local_name().as_ref() == "sheet" && attribute(tag, "name")?.as_deref() == Some(sheet) {
            for found in tag.attributes() {
                let found = found.map_err(Trouble::damaged)?;
                if found.key.local_name().as_ref() == "id" {
                    ids.push(
                        found
                            .normalized_value(XmlVersion::Implicit1_0)
                            .map_err(Trouble::damaged)?
                            .into_owned(),
                    );
                }
            }
        }
        Ok(())
    })?;
    match ids.as_slice() {
        [id] => Ok(id.clone()),
        _ => Err(Trouble::damaged("two sheets bear one name")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_things_formulas_and_merged_cells_are_found() {
        let xml = r#"<x:worksheet><x:sheetFormatPr/><x:cols><x:col min="2" max="3" hidden="1"/><x:col min="5" max="5" width="0"/>
            </x:cols><x:sheetData><!-- <row r="1" hidden="1"><c><v/></c></row> -->
            <x:row r="3" hidden='true'><x:c r="B3"><x:v>1</x:v></x:c></x:row>
            <x:row hidden="0"><x:c><x:v>1</x:v></x:c><x:c><x:f>A4</x:f></x:c></x:row>
            <x:row r="9" hidden="1"><x:c r="A9" s="1"/></x:row>
            <x:row r="10" ht="0"><x:c r="AA10"><x:f>A1</x:f><x:v>1</x:v></x:c></x:row></x:sheetData>
            <x:autoFilter ref="A1:B9"><x:filterColumn colId="0"/></x:autoFilter>
            <x:mergeCells><x:mergeCell ref="A1:B2"/></x:mergeCells></x:worksheet>"#;
        let expected = Facts {
            hidden_rows: vec![2, 9],
            hidden_columns: vec![(1, 2), (4, 4)],
            filtered: true,
            merged: vec![Area { from: (0, 0), to: (1, 1) }],
            formulas: vec![(3, 1), (9, 26)],
        };
        assert_eq!(scan(xml.as_bytes()).expect("XML"), expected);
    }

    #[test]
    fn all_rows_may_be_hidden_at_once() {
        let xml = r#"<worksheet><sheetFormatPr zeroHeight="1"/><sheetData><row r="1"><c r="A1"><v>1</v></c></row>
            <row r="2" hidden="0"><c r="A2"><v>1</v></c></row></sheetData></worksheet>"#;
        assert_eq!(scan(xml.as_bytes()).expect("XML").hidden_rows, [0]);
    }
}
