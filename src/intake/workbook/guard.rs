//! Looks a packed workbook through before any library opens it: what it is, how large it would become, and whether
//! it is as spreadsheets write them. Bytes are counted while unpacking; what the file says of itself is not believed.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::io::{Read, Seek};
use std::sync::atomic::{AtomicU64, Ordering};

use bytesize::ByteSize;
use zip::ZipArchive;

use super::facts::Facts;
use super::facts::xlsx::SheetScan;
use super::stream::Format;
use super::trouble::Trouble;
use crate::domain::Limits;

/// A workbook has some dozens of parts.
const MOST_PARTS: usize = 2000;
/// Text shrinks to a twentieth; what shrinks to less than this part of it, and is large, is a bomb.
const MOST_RATIO: u64 = 200;
/// So much is unpacked at once.
const PIECE: usize = 1 << 16;
/// From this size on the ratio counts.
const LARGE: u64 = 50 << 20;

/// A workbook that is to be looked through: what it is, and its parts by their number.
pub(super) struct ToLook {
    pub format: Format,
    /// Those that have the names of sheets.
    pub sheets: Vec<usize>,
    /// All others.
    pub others: Vec<usize>,
    limits: Limits,
    /// How much was unpacked so far, whoever has done it.
    size: AtomicU64,
}

/// Tells the kind of workbook.
pub(super) fn to_look(
    archive: &mut ZipArchive<impl Read + Seek>,
    limits: &Limits,
) -> Result<ToLook, Trouble> {
    parts(archive)?;
    let format = format(archive)?;
    let is_sheet = |index: usize| {
        let name = archive.name_for_index(index).and_then(Result::ok);
        name.is_some_and(|name| name.to_lowercase().contains("worksheets/"))
    };
    let (sheets, others) = (0..archive.len()).partition(|index| is_sheet(*index));
    Ok(ToLook { format, sheets, others, limits: *limits, size: AtomicU64::new(0) })
}

impl ToLook {
    /// Looks parts through, and gives the facts of those that are sheets of XLSX by their names.
    pub fn look_at(
        &self,
        parts: &[usize],
        archive: &mut ZipArchive<impl Read + Seek>,
    ) -> Result<HashMap<String, Facts>, Trouble> {
        let mut sheets = HashMap::new();
        for index in parts {
            let mut scan = SheetScan::default();
            self.part(archive, *index, &mut scan)?;
            let name = archive.name_for_index(*index).and_then(Result::ok).map(Cow::into_owned);
            sheets.extend(name.zip(scan.facts()));
        }
        Ok(sheets)
    }

    /// Counts what was unpacked.
    fn count(&self, read: u64) -> Result<(), Trouble> {
        let size = self.size.fetch_add(read, Ordering::Relaxed).saturating_add(read);
        if size > self.limits.workbook_size {
            return Err(Trouble::TooLarge {
                why: format!("more than {} unpacked", ByteSize(self.limits.workbook_size)),
                limit: "limits.workbook_size".to_owned(),
            });
        }
        Ok(())
    }

    /// Unpacks one part to nowhere.
    fn part(
        &self,
        archive: &mut ZipArchive<impl Read + Seek>,
        index: usize,
        scan: &mut SheetScan,
    ) -> Result<(), Trouble> {
        let mut part = archive.by_index(index).map_err(|error| match error {
            zip::result::ZipError::UnsupportedArchive(why) if why.contains("assword") => Trouble::Protected,
            error => Trouble::damaged(error),
        })?;
        let name = part.name().map_err(Trouble::damaged)?.to_lowercase();
        let packed = part.compressed_size().max(1);
        let is_xml = [".xml", ".rels", ".vml"].iter().any(|end| name.ends_with(end));
        let mut buffer = vec![0; PIECE];
        let (mut size, mut kept) = (0, 0);
        let mut border = Vec::new();
        loop {
            if kept + PIECE / 2 > buffer.len() {
                buffer.resize(buffer.len() + PIECE, 0); // a long tag
            }
            let read = part.read(&mut buffer[kept..]).map_err(|error| {
                Trouble::damaged(format!(
                    "a part of it cannot be unpacked: {}",
                    crate::domain::system_words(&error)
                ))
            })?;
            if read == 0 {
                return Ok(());
            }
            let end = kept + read;
            let mut used = end;
            if is_xml {
                look_at_xml(&buffer[kept..end], &mut border, size == 0)?;
                used = scan.take(&buffer[..end])?;
            }
            let read = u64::try_from(read).unwrap_or(u64::MAX);
            size += read;
            if size > LARGE && size / packed > MOST_RATIO {
                return Err(Trouble::Unsafe {
                    why: format!("a part of it grows to more than {MOST_RATIO} times its size"),
                });
            }
            self.count(read)?;
            kept = end - used;
            buffer.copy_within(used..end, 0);
        }
    }
}

/// The names of the parts.
fn parts(archive: &ZipArchive<impl Read + Seek>) -> Result<(), Trouble> {
    let not_so = |why: &str| Err(Trouble::Unsafe { why: why.to_owned() });
    if archive.len() > MOST_PARTS {
        return not_so("it has thousands of parts");
    }
    let mut names = HashSet::new();
    for name in archive.file_names() {
        let name = name.map_err(Trouble::damaged)?.replace('\\', "/").to_lowercase();
        if name.starts_with('/') || name.contains(':') || name.split('/').any(|part| part == "..") {
            return not_so("a part of it bears the name of a place outside");
        }
        if !names.insert(name) {
            return not_so("two parts of it bear one name");
        }
    }
    if archive.has_duplicate_names() {
        return not_so("two parts of it bear one name");
    }
    Ok(())
}

/// The kind of workbook, by the parts that only it has.
fn format(archive: &mut ZipArchive<impl Read + Seek>) -> Result<Format, Trouble> {
    let has = |name: &str| archive.index_for_name(name).is_some();
    let other = |what: &str| Err(Trouble::OtherKind { what: what.to_owned() });
    if has("xl/workbook.bin") {
        return Ok(Format::Xlsb);
    }
    if has("Index.zip") || has("Index/Document.iwa") || has("index.xml") {
        return other("a file of Apple Numbers or Pages");
    }
    if has("word/document.xml") {
        return other("a document of Word");
    }
    if has("ppt/presentation.xml") {
        return other("a presentation");
    }
    let types = has("[Content_Types].xml");
    if let Some(kind) = beginning(archive, "mimetype", 100) {
        return match kind.trim() {
            "application/vnd.oasis.opendocument.spreadsheet" => Ok(Format::Ods),
            kind if kind.contains("opendocument") => other("an OpenDocument file, but no spreadsheet"),
            _ => other("a ZIP archive with no workbook in it"),
        };
    }
    if !types {
        return other("a ZIP archive with no workbook in it (if it holds the file, take it out first)");
    }
    let types = beginning(archive, "[Content_Types].xml", 1 << 20).unwrap_or_default();
    if types.contains("macroEnabled") {
        return Ok(Format::Xlsm);
    }
    if types.contains("spreadsheetml") {
        Ok(Format::Xlsx)
    } else {
        other("an Office file with no workbook in it")
    }
}

fn beginning(archive: &mut ZipArchive<impl Read + Seek>, name: &str, most: u64) -> Option<String> {
    let part = archive.by_name(name).ok()?;
    let mut bytes = Vec::new();
    part.take(most).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// What a workbook's XML never has: definitions, which can expand without end or name other files.
const MARKS: [&[u8]; 2] = [b"<!DOCTYPE", b"<!ENTITY"];

/// Looks at a piece, and at the border between it and the one before, whose end is kept in `border`.
fn look_at_xml(bytes: &[u8], border: &mut Vec<u8>, is_first: bool) -> Result<(), Trouble> {
    let not_so = |why: &str| Err(Trouble::Unsafe { why: why.to_owned() });
    let utf16 =
        bytes.starts_with(&[0xFE, 0xFF]) || bytes.starts_with(&[0xFF, 0xFE]) || bytes.get(1) == Some(&0);
    if is_first && utf16 {
        return not_so("its XML is written in UTF-16");
    }
    let most = MARKS[0].len() - 1;
    border.extend_from_slice(&bytes[..most.min(bytes.len())]);
    if has_definitions(border) || has_definitions(bytes) {
        return not_so("its XML has definitions of its own");
    }
    if bytes.len() > most {
        border.clear();
        border.extend_from_slice(&bytes[bytes.len() - most..]);
    }
    border.drain(..border.len().saturating_sub(most));
    Ok(())
}

fn has_definitions(bytes: &[u8]) -> bool {
    memchr::memmem::find_iter(bytes, b"<!").any(|at| {
        let begins =
            |mark: &&[u8]| bytes[at..].get(..mark.len()).is_some_and(|own| own.eq_ignore_ascii_case(mark));
        MARKS.iter().any(begins)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_are_seen_across_the_border_of_pieces() {
        let xml = b"<?xml version=\"1.0\"?><!-- a --><!doctype x [<!ENTITY a \"b\">]><x/>";
        for size in 1..xml.len() {
            let mut border = Vec::new();
            let mut pieces = xml.chunks(size).enumerate();
            assert!(pieces.any(|(at, piece)| look_at_xml(piece, &mut border, at == 0).is_err()), "{size}");
        }
        let harmless = b"<x>&lt;!DOCTYPE <!-- DOCTYPE --> <![CDATA[ENTITY]]></x>";
        for size in 2..harmless.len() {
            let mut border = Vec::new();
            let mut pieces = harmless.chunks(size).enumerate();
            assert!(pieces.all(|(at, piece)| look_at_xml(piece, &mut border, at == 0).is_ok()), "{size}");
        }
    }
}
