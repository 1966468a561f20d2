//! ODS: the spreadsheet's XML, read once more for what calamine passes over.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Read, Seek};

use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::parts::{attribute, reader};
use super::{Area, Facts};
use crate::intake::workbook::trouble::Trouble;

/// A spreadsheet has so many rows at most; a row that is said to be repeated more often is not.
const MOST_ROWS: u32 = 1 << 20;

/// Reads the facts of a sheet. Formulas are calamine's to tell.
pub fn facts(archive: &mut ZipArchive<impl Read + Seek>, sheet: &str) -> Result<Facts, Trouble> {
    let part = archive.by_name("content.xml").map_err(Trouble::damaged)?;
    scan(BufReader::with_capacity(1 << 16, part), sheet)
}

/// Where in a sheet the reader is.
#[derive(Default)]
struct At {
    inside: bool,
    row: u32,
    repeated: u32,
    hidden: bool,
    filled: bool,
    column: u32,
}

fn scan(xml: impl BufRead, sheet: &str) -> Result<Facts, Trouble> {
    let mut reader = reader(xml);
    let mut facts = Facts::default();
    let mut at = At::default();
    let mut columns = 0;
    let mut ranges = HashSet::new();
    let mut range: Option<String> = None;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer).map_err(Trouble::damaged)?;
        let is_empty = matches!(event, Event::Empty(_));
        match event {
            Event::Start(tag) | Event::Empty(tag) => match tag.name().as_ref() {
                "table:table" => at.inside = attribute(&tag, "table:name")?.as_deref() == Some(sheet),
                "table:database-range" => range = attribute(&tag, "table:target-range-address")?,
                "table:filter" => ranges.extend(range.take()),
                _ if !at.inside => {}
                "table:table-column" => {
                    let count = count(&tag, "table:number-columns-repeated")?;
                    if is_collapsed(&tag)? {
                        facts.hide_columns(columns, columns.saturating_add(count - 1));
                    }
                    columns = columns.saturating_add(count);
                }
                "table:table-row" => {
                    at.repeated = count(&tag, "table:number-rows-repeated")?;
                    (at.hidden, at.filled, at.column) = (is_collapsed(&tag)?, false, 0);
                    if is_empty {
                        at.row = at.row.saturating_add(at.repeated);
                    }
                }
                "table:table-cell" | "table:covered-table-cell" => cell(&tag, &mut at, &mut facts),
                _ => {}
            },
            Event::End(tag) => match tag.name().as_ref() {
                "table:table" => at.inside = false,
                "table:table-row" if at.inside => {
                    let end = at.row.saturating_add(at.repeated).min(MOST_ROWS);
                    if at.hidden && at.filled {
                        (at.row..end).for_each(|row| facts.hide_row(row));
                    }
                    at.row = end;
                }
                _ => {}
            },
            Event::Eof => break,
            _ => {}
        }
    }
    let quoted = format!("'{}'.", sheet.replace('\'', "''"));
    let plain = format!("{sheet}.");
    let of_sheet = |range: &String| {
        let range = range.trim_start_matches('$');
        range.starts_with(&quoted) || range.starts_with(&plain)
    };
    facts.filtered = ranges.iter().any(of_sheet);
    Ok(facts)
}

fn cell(tag: &BytesStart<'_>, at: &mut At, facts: &mut Facts) {
    let attributes: HashMap<String, String> = tag
        .attributes()
        .filter_map(Result::ok)
        .map(|attribute| (attribute.key.as_ref().to_owned(), attribute.value.clone().into_owned()))
        .collect();
    let number =
        |name: &str| attributes.get(name).and_then(|count| count.parse::<u32>().ok()).unwrap_or(1).max(1);
    at.filled |= ["office:value-type", "table:formula"].iter().any(|name| attributes.contains_key(*name));
    let (wide, high) = (number("table:number-columns-spanned"), number("table:number-rows-spanned"));
    if wide > 1 || high > 1 {
        let to = (at.row.saturating_add(high - 1), at.column.saturating_add(wide - 1));
        facts.merged.push(Area { from: (at.row, at.column), to });
    }
    at.column = at.column.saturating_add(number("table:number-columns-repeated"));
}

fn count(tag: &BytesStart<'_>, name: &str) -> Result<u32, Trouble> {
    let count = attribute(tag, name)?.and_then(|count| count.parse::<u32>().ok());
    Ok(count.unwrap_or(1).clamp(1, MOST_ROWS))
}

/// `collapse` for what a person hides, `filter` for what a filter does.
fn is_collapsed(tag: &BytesStart<'_>) -> Result<bool, Trouble> {
    Ok(attribute(tag, "table:visibility")?.is_some_and(|value| value != "visible"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_things_and_merged_cells_are_found() {
        let xml = r#"<x><table:table table:name="Old"><table:table-row table:visibility="collapse"/></table:table>
            <table:table table:name="Pay &amp; more"><table:table-column table:number-columns-repeated="2"/>
            <table:table-column table:visibility="collapse"/>
            <table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>
            <table:table-row table:visibility="filter" table:number-rows-repeated="2">
            <table:table-cell office:value-type="string"/></table:table-row>
            <table:table-row table:visibility="collapse" table:number-rows-repeated="9999"><table:table-cell/></table:table-row>
            <table:table-row><table:table-cell table:number-columns-repeated="2"/>
            <table:table-cell table:number-columns-spanned="2"/></table:table-row></table:table>
            <table:database-range table:target-range-address="'Pay &amp; more'.A1:'Pay &amp; more'.B9"><table:filter/></table:database-range></x>"#;
        let expected = Facts {
            hidden_rows: vec![3, 4],
            hidden_columns: vec![(2, 2)],
            filtered: true,
            merged: vec![Area { from: (10_004, 2), to: (10_004, 3) }],
            formulas: Vec::new(),
        };
        assert_eq!(scan(xml.as_bytes(), "Pay & more").expect("XML"), expected);
    }
}
