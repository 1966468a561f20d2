//! The parts of a packed workbook and how they refer to each other.

use std::io::{BufRead, BufReader, Read, Seek};

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use zip::ZipArchive;

use crate::intake::workbook::trouble::Trouble;

/// A reader of XML, set as calamine sets its own, so that both see the same.
pub fn reader<R: BufRead>(xml: R) -> Reader<R> {
    let mut reader = Reader::from_reader(xml);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.trim_text(false);
    config.check_comments = false;
    reader
}

/// An attribute of a tag.
pub fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, Trouble> {
    let Some(found) = tag.try_get_attribute(name).map_err(Trouble::damaged)? else { return Ok(None) };
    found
        .normalized_value(XmlVersion::Implicit1_0)
        .map(|value| Some(value.into_owned()))
        .map_err(Trouble::damaged)
}

/// The part as it is spelt in the archive.
pub fn part_named(archive: &ZipArchive<impl Read + Seek>, path: &str) -> Result<String, Trouble> {
    let folded = |name: &str| name.replace('\\', "/").to_lowercase();
    let found = archive.file_names().filter_map(Result::ok).find(|name| folded(name) == folded(path));
    found.map(std::borrow::Cow::into_owned).ok_or_else(|| Trouble::damaged("a part of it is missing"))
}

/// The name of a part that another in `folder` refers to.
pub fn absolute(folder: &str, target: &str) -> String {
    match target.strip_prefix('/') {
        Some(path) => path.to_owned(),
        None if folder.is_empty() => target.to_owned(),
        None => format!("{folder}/{target}"),
    }
}

/// What one part says of another.
pub struct Relation {
    /// How it is named in the part.
    pub id: String,
    /// What it is.
    pub kind: String,
    /// Where it is.
    pub target: String,
}

/// All that a part refers to.
pub fn relations(archive: &mut ZipArchive<impl Read + Seek>, part: &str) -> Result<Vec<Relation>, Trouble> {
    let path = part_named(archive, part.trim_start_matches('/'))?;
    let mut found = Vec::new();
    each_tag(archive, &path, &mut |tag| {
        if tag.local_name().as_ref() == "Relationship" {
            let text = |name| Ok(attribute(tag, name)?.unwrap_or_default());
            found.push(Relation { id: text("Id")?, kind: text("Type")?, target: text("Target")? });
        }
        Ok(())
    })?;
    Ok(found)
}

/// Shows every tag that opens.
pub fn each_tag(
    archive: &mut ZipArchive<impl Read + Seek>,
    path: &str,
    look: &mut dyn FnMut(&BytesStart<'_>) -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    let part = archive.by_name(path).map_err(Trouble::damaged)?;
    let mut reader = reader(BufReader::new(part));
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(Trouble::damaged)? {
            Event::Start(tag) | Event::Empty(tag) => look(&tag)?,
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}
