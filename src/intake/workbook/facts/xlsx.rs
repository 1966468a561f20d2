//! XLSX and XLSM: the sheet's XML, looked through for what calamine passes over while it is unpacked to be measured.

use std::io::{Read, Seek};

use memchr::{memchr, memchr_iter, memmem};
use quick_xml::XmlVersion;
use quick_xml::events::BytesStart;
use zip::ZipArchive;

use super::parts::{absolute, attribute, each_tag, part_named, relations};
use super::{Area, Facts};
use crate::intake::workbook::trouble::Trouble;

/// A tag longer than this is no tag of a sheet.
const LONGEST_TAG: usize = 1 << 20;

/// Is shown a part piece by piece while it is unpacked, and notes the facts if it is a sheet. It looks at tags alone
/// and passes over what stands between them, which a reader of XML does not do: sheets have millions of cells.
#[derive(Debug, Default)]
pub(in crate::intake::workbook) struct SheetScan {
    facts: Facts,
    /// Whether the first tag is that of a sheet; none before it was seen.
    is_sheet: Option<bool>,
    row: u32,
    column: u32,
    cell: (u32, u32),
    hidden: bool,
    zero_height: bool,
}

impl SheetScan {
    /// Looks at a piece and gives how many bytes of it need not be shown again.
    pub fn take(&mut self, bytes: &[u8]) -> Result<usize, Trouble> {
        let mut at = 0;
        while self.is_sheet != Some(false) {
            let Some(begin) = memchr(b'<', &bytes[at..]).map(|found| at + found) else { break };
            let Some(end) = end_of_tag(&bytes[begin..]).map(|end| begin + end) else {
                if bytes.len() - begin > LONGEST_TAG {
                    return Err(Trouble::Unsafe { why: "its XML has a tag without end".to_owned() });
                }
                return Ok(begin);
            };
            self.tag(&bytes[begin + 1..end])?;
            at = end + 1;
        }
        Ok(bytes.len())
    }

    /// The facts, if the part was a sheet.
    pub fn facts(self) -> Option<Facts> {
        self.is_sheet.unwrap_or(false).then_some(self.facts)
    }

    /// What stands between `<` and `>`.
    fn tag(&mut self, tag: &[u8]) -> Result<(), Trouble> {
        if matches!(tag, b"/v" | b"/c") || tag.starts_with(b"!") || tag.starts_with(b"?") {
            return Ok(());
        }
        let is_end = tag.starts_with(b"/");
        let tag = &tag[usize::from(is_end)..];
        let length =
            tag.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'/').unwrap_or(tag.len());
        let name = &tag[..length];
        let local = memchr(b':', name).map_or(name, |colon| &name[colon + 1..]);
        if is_end {
            self.row = self.row.saturating_add(u32::from(local == b"row"));
            return Ok(());
        }
        match local {
            _ if self.is_sheet.is_none() => self.is_sheet = Some(local == b"worksheet"),
            b"c" => self.cell(&tag[length..]),
            b"v" | b"is" if self.hidden => self.facts.hide_row(self.row),
            b"f" => {
                self.facts.formulas.push(self.cell);
                if self.hidden {
                    self.facts.hide_row(self.row);
                }
            }
            b"row" | b"col" | b"sheetFormatPr" | b"filterColumn" | b"mergeCell" => {
                let text = std::str::from_utf8(tag).map_err(Trouble::damaged)?;
                let is_empty = text.ends_with('/');
                let content = BytesStart::from_content(text.trim_end_matches('/'), length);
                self.rare(local, &content)?;
                self.row = self.row.saturating_add(u32::from(is_empty && local == b"row"));
            }
            _ => {}
        }
        Ok(())
    }

    fn cell(&mut self, attributes: &[u8]) {
        let named = named_place(attributes).and_then(position);
        self.cell = named.unwrap_or((self.row, self.column));
        self.column = self.cell.1.saturating_add(1);
    }

    fn rare(&mut self, local: &[u8], tag: &BytesStart<'_>) -> Result<(), Trouble> {
        let flat = |size: &String| size.trim_matches(['0', '.']).is_empty();
        match local {
            b"row" => {
                if let Some(number) = attribute(tag, "r")?.and_then(|number| number.parse::<u32>().ok()) {
                    self.row = number.saturating_sub(1);
                }
                self.column = 0;
                self.hidden = match attribute(tag, "hidden")? {
                    Some(value) => is_true(&value),
                    None => self.zero_height,
                };
                self.hidden |= attribute(tag, "ht")?.as_ref().is_some_and(flat);
            }
            b"col" => {
                if flag(tag, "hidden")? || attribute(tag, "width")?.as_ref().is_some_and(flat) {
                    let end =
                        |name| Ok(attribute(tag, name)?.and_then(|at| at.parse::<u32>().ok()).unwrap_or(0));
                    let (first, last) = (end("min")?, end("max")?);
                    self.facts.hide_columns(first.saturating_sub(1), last.saturating_sub(1));
                }
            }
            b"sheetFormatPr" => self.zero_height = flag(tag, "zeroHeight")?,
            b"filterColumn" => self.facts.filtered = true,
            _ => self.facts.merged.extend(attribute(tag, "ref")?.as_deref().and_then(area)),
        }
        Ok(())
    }
}

/// Where the `>` of a tag stands; in a comment and the like that of its end. None where it is not there yet.
fn end_of_tag(bytes: &[u8]) -> Option<usize> {
    let until = |mark: &[u8]| memmem::find(bytes, mark).map(|at| at + mark.len() - 1);
    if bytes.len() < 9 && (b"<![CDATA[".starts_with(bytes) || b"<!--".starts_with(bytes)) {
        return None; // it may become one
    }
    if bytes.starts_with(b"<!--") {
        return memmem::find(&bytes[4..], b"-->").map(|at| at + 6);
    }
    if bytes.starts_with(b"<![CDATA[") {
        return until(b"]]>");
    }
    if bytes.starts_with(b"<?") {
        return until(b"?>");
    }
    let end = memchr(b'>', bytes)?;
    let tag = &bytes[..end];
    if memchr_iter(b'"', tag).count().is_multiple_of(2) && memchr(b'\'', tag).is_none() {
        return Some(end);
    }
    let mut quote = None;
    bytes.iter().position(|byte| {
        match (quote, *byte) {
            (None, b'>') => return true,
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
        false
    })
}

/// The value of a cell's attribute `r`.
fn named_place(attributes: &[u8]) -> Option<&[u8]> {
    if let Some(value) = attributes.strip_prefix(b" r=\"") {
        return memchr(b'"', value).map(|length| &value[..length]); // as all write it
    }
    let mut rest = attributes;
    loop {
        let equals = memchr(b'=', rest)?;
        let name = rest[..equals].trim_ascii();
        let value = rest[equals + 1..].trim_ascii_start();
        let quote = *value.first()?;
        let length = memchr(quote, &value[1..])?;
        if name == b"r" {
            return Some(&value[1..=length]);
        }
        rest = &value[length + 2..];
    }
}

fn flag(tag: &BytesStart<'_>, name: &str) -> Result<bool, Trouble> {
    Ok(attribute(tag, name)?.is_some_and(|value| is_true(&value)))
}

fn is_true(value: &str) -> bool {
    !matches!(value.trim(), "" | "0" | "false" | "off")
}

/// `B7` as row and column, from 0.
fn position(cell: &[u8]) -> Option<(u32, u32)> {
    let cell = cell.trim_ascii();
    let letters = cell.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let (letters, digits) = cell.split_at(letters);
    if !(1..=3).contains(&letters.len()) || digits.len() > 9 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let column = letters.iter().fold(0, |at, byte| at * 26 + u32::from(byte.to_ascii_uppercase() - b'A') + 1);
    let row = digits.iter().fold(0, |row, digit| row * 10 + u32::from(digit - b'0'));
    Some((row.checked_sub(1)?, column - 1))
}

fn area(cells: &str) -> Option<Area> {
    let (from, to) = cells.split_once(':').unwrap_or((cells, cells));
    Some(Area { from: position(from.as_bytes())?, to: position(to.as_bytes())? })
}

/// The part of a sheet, as the workbook's relations say.
pub fn path_of(archive: &mut ZipArchive<impl Read + Seek>, sheet: &str) -> Result<String, Trouble> {
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

    /// In pieces of every size, since a tag may be cut in two.
    fn scan(xml: &[u8]) -> Facts {
        let mut found = (1..=xml.len()).map(|size| {
            let (mut scan, mut kept) = (SheetScan::default(), Vec::new());
            for piece in xml.chunks(size) {
                kept.extend_from_slice(piece);
                let used = scan.take(&kept).expect("XML");
                kept.drain(..used);
            }
            scan.facts().expect("a sheet")
        });
        let first = found.next().expect("one");
        assert!(found.all(|other| other == first));
        first
    }

    #[test]
    fn hidden_things_formulas_and_merged_cells_are_found() {
        let xml = r#"<x:worksheet><x:sheetFormatPr/><x:cols><x:col min="2" max="3" hidden="1"/><x:col min="5" max="5" width="0"/>
            </x:cols><x:sheetData><!-- <row r="1" hidden="1"><c><v/></c></row> --> <![CDATA[<row hidden="1"><c><v>]]> <?x <row hidden="1"> ?>
            <x:row hidden="1" r="2"/><x:row x="a > b <!-- '" r="2"><x:c   s = "1"  r = 'A2'  ><x:v/></x:c></x:row>
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
            ..Facts::default()
        };
        assert_eq!(scan(xml.as_bytes()), expected);
    }

    #[test]
    fn all_rows_may_be_hidden_at_once() {
        let xml = r#"<worksheet><sheetFormatPr zeroHeight="1"/><sheetData><row r="1"><c r="A1"><v>1</v></c></row>
            <row r="2" hidden="0"><c r="A2"><v>1</v></c></row></sheetData></worksheet>"#;
        assert_eq!(scan(xml.as_bytes()).hidden_rows, [0]);
    }
}
