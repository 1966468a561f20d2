//! ODS: the spreadsheet's XML, read once more for what calamine passes over.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Read, Seek};

use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::formats::Code;
use super::ods_styles::OdsStyles;
use super::parts::{attribute, reader};
use super::{Area, Facts, MOST_COLUMNS};
use crate::intake::workbook::trouble::Trouble;

/// A spreadsheet has so many rows at most; a row that is said to be repeated more often is not.
const MOST_ROWS: u32 = 1 << 20;

/// Reads the facts of a sheet. Formulas are calamine's to tell.
pub fn facts(archive: &mut ZipArchive<impl Read + Seek>, sheet: &str) -> Result<Facts, Trouble> {
    let mut styles = OdsStyles::default();
    if archive.file_names().any(|name| name.is_ok_and(|name| name == "styles.xml")) {
        named_styles(BufReader::new(archive.by_name("styles.xml").map_err(Trouble::damaged)?), &mut styles)?;
    }
    let part = archive.by_name("content.xml").map_err(Trouble::damaged)?;
    scan(BufReader::with_capacity(1 << 16, part), sheet, styles)
}

/// Reads the styles that people name. Those of headers and footers, which may bear the same names, come behind them.
fn named_styles(xml: impl BufRead, styles: &mut OdsStyles) -> Result<(), Trouble> {
    let mut reader = reader(xml);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(Trouble::damaged)? {
            Event::Start(tag) | Event::Empty(tag) => styles.open(&tag)?,
            Event::Text(text) => styles.text(&text.xml10_content()),
            Event::GeneralRef(_) => styles.text("?"), // whatever it is, no program writes a dollar so
            Event::End(tag) if tag.name().as_ref() == "office:styles" => return Ok(()),
            Event::End(tag) => styles.close(tag.name().as_ref()),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
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
    /// The style of cells that have none of their own: of the row, else of the column.
    row_style: Option<String>,
    column_styles: Vec<(u32, String)>,
    /// In the present row: the first cell, how many are alike, and the format that they have.
    formats: Vec<(u32, u32, Code)>,
}

fn scan(xml: impl BufRead, sheet: &str, mut styles: OdsStyles) -> Result<Facts, Trouble> {
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
                "table:table" => {
                    let inside = attribute(&tag, "table:name")?.as_deref() == Some(sheet);
                    at = At { inside, ..At::default() };
                }
                "table:database-range" => range = attribute(&tag, "table:target-range-address")?,
                "table:filter" => ranges.extend(range.take()),
                _ if !at.inside => styles.open(&tag)?,
                "table:table-column" => {
                    let count = count(&tag, "table:number-columns-repeated")?;
                    if is_collapsed(&tag)? {
                        facts.hide_columns(columns, columns.saturating_add(count - 1));
                    }
                    columns = columns.saturating_add(count);
                    let style = attribute(&tag, "table:default-cell-style-name")?.unwrap_or_default();
                    at.column_styles.push((columns, style));
                }
                "table:table-row" => {
                    at.repeated = count(&tag, "table:number-rows-repeated")?;
                    (at.hidden, at.filled, at.column) = (is_collapsed(&tag)?, false, 0);
                    at.row_style = attribute(&tag, "table:default-cell-style-name")?;
                    if is_empty {
                        at.row = at.row.saturating_add(at.repeated);
                    }
                }
                "table:table-cell" | "table:covered-table-cell" => {
                    cell(&tag, &mut at, &mut facts, &mut styles);
                }
                _ => {}
            },
            Event::End(tag) => match tag.name().as_ref() {
                "table:table" => at.inside = false,
                "table:table-row" if at.inside => {
                    let end = at.row.saturating_add(at.repeated).min(MOST_ROWS);
                    if at.hidden && at.filled {
                        (at.row..end).for_each(|row| facts.hide_row(row));
                    }
                    let formats = std::mem::take(&mut at.formats);
                    for row in (at.row..end).filter(|_| !formats.is_empty()) {
                        for (first, count, code) in &formats {
                            let cells = *first..first.saturating_add(*count);
                            cells.for_each(|column| facts.formats.note(row, column, Some(code)));
                        }
                    }
                    at.row = end;
                }
                name if !at.inside => styles.close(name),
                _ => {}
            },
            Event::Text(text) if !at.inside => styles.text(&text.xml10_content()),
            Event::GeneralRef(_) if !at.inside => styles.text("?"),
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

fn cell(tag: &BytesStart<'_>, at: &mut At, facts: &mut Facts, styles: &mut OdsStyles) {
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
    let alike = number("table:number-columns-repeated");
    let own = |name: &str| attributes.get(name).map(String::as_str);
    if let Some(value_type @ ("float" | "currency" | "percentage")) = own("office:value-type") {
        let said = said_by_the_cell(value_type, own("office:currency"));
        match own("table:style-name").or(at.row_style.as_deref()) {
            Some(style) => {
                let code = styles.code(style).or(said);
                at.formats.extend(code.map(|code| (at.column, alike, code)));
            }
            None => {
                for column in at.column..at.column.saturating_add(alike.min(MOST_COLUMNS)) {
                    let style = at.column_styles.iter().find(|(end, _)| column < *end);
                    let code = style.and_then(|(_, style)| styles.code(style)).or_else(|| said.clone());
                    at.formats.extend(code.map(|code| (column, 1, code)));
                }
            }
        }
    }
    at.column = at.column.saturating_add(alike);
}

/// What a cell says of its number where its style does not. Programs call every plain dollar that of the United States.
fn said_by_the_cell(value_type: &str, currency: Option<&str>) -> Option<Code> {
    match (value_type, currency) {
        ("percentage", _) => Some(Code::from("0%")),
        ("currency", Some(other)) if !matches!(other, "AUD" | "USD" | "") => {
            Some(Code::from(format!("[${other}]0")))
        }
        _ => None,
    }
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
    use super::super::formats::Formats;
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
            ..Facts::default()
        };
        assert_eq!(scan(xml.as_bytes(), "Pay & more", OdsStyles::default()).expect("XML"), expected);
    }

    /// A cell's own style, else that of its row, else that of its column; whatever is repeated bears it too.
    #[test]
    fn a_number_format_comes_from_the_cell_the_row_or_the_column() {
        let xml = r#"<x><office:automatic-styles>
            <number:currency-style style:name="N1"><number:currency-symbol>USD</number:currency-symbol><number:number number:decimal-places="2" number:grouping="true"/></number:currency-style>
            <number:number-style style:name="N2"><number:number number:min-integer-digits="6"><number:embedded-text number:position="3">-</number:embedded-text></number:number></number:number-style>
            <number:number-style style:name="N3P0"><number:number number:decimal-places="1" number:display-factor="1000"/></number:number-style>
            <number:text-style style:name="N3"><number:text-content/><style:map style:condition="value()&gt;=0" style:apply-style-name="N3P0"/></number:text-style>
            <number:number-style style:name="N4P0"><number:text>$ </number:text><number:number number:decimal-places="2"/></number:number-style>
            <number:number-style style:name="N4"><number:text>(</number:text><number:number/><number:text>)</number:text><style:map style:condition="value()&gt;=0" style:apply-style-name="N4P0"/></number:number-style>
            <style:style style:name="foreign" style:family="table-cell" style:data-style-name="N1"/>
            <style:style style:name="bold" style:family="table-cell" style:parent-style-name="foreign"/>
            <style:style style:name="zeros" style:family="table-cell" style:data-style-name="N2"/>
            <style:style style:name="thousands" style:family="table-cell" style:data-style-name="N3"/>
            <style:style style:name="plain" style:family="table-cell" style:data-style-name="N4"/>
            </office:automatic-styles><table:table table:name="Pay">
            <table:table-column table:number-columns-repeated="2"/><table:table-column table:default-cell-style-name="bold"/>
            <table:table-row><table:table-cell office:value-type="float" table:number-columns-repeated="4"/>
            <table:table-cell table:style-name="plain" office:value-type="float"/></table:table-row>
            <table:table-row table:default-cell-style-name="thousands" table:number-rows-repeated="2">
            <table:table-cell table:style-name="zeros" office:value-type="float"/><table:table-cell office:value-type="string"/>
            <table:table-cell office:value-type="float" table:number-columns-repeated="2"/></table:table-row>
            <table:table-row><table:table-cell office:value-type="percentage"/><table:table-cell office:value-type="currency" office:currency="USD"/>
            <table:table-cell table:style-name="plain" office:value-type="currency" office:currency="NZD"/></table:table-row>
            </table:table></x>"#;
        let found = scan(xml.as_bytes(), "Pay", OdsStyles::default()).expect("XML").formats;
        let mut expected = Formats::default();
        let thousands = |row| [(row, 0, "000\"-\"000"), (row, 2, "#.0,"), (row, 3, "#.0,")];
        let first = [(0, 2, "[$USD]#,##0.00")];
        let last = [(3, 0, "0%"), (3, 2, "[$NZD]0")];
        for (row, column, code) in first.into_iter().chain(thousands(1)).chain(thousands(2)).chain(last) {
            expected.note(row, column, Some(&Code::from(code)));
        }
        assert_eq!(found, expected);
    }
}
