//! A workbook that payrun has written, read back by other programs' means: cells by calamine, looks from its XML.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use calamine::{Data, Reader, Xlsx, open_workbook};
use payrun::intake::letter;

/// What is in a workbook.
pub struct Book {
    /// Each sheet's name and its filled cells.
    pub sheets: Vec<(String, BTreeMap<String, String>)>,
    /// The XML of its parts by name.
    pub parts: BTreeMap<String, String>,
}

impl Book {
    /// Reads a workbook; every cell but numbers must be a text.
    pub fn open(path: &Path) -> Self {
        let mut workbook: Xlsx<_> = open_workbook(path).expect("a workbook");
        let sheets = workbook.sheet_names().into_iter().map(|name| {
            let range = workbook.worksheet_range(&name).expect("a sheet");
            let (first_row, first_column) = range.start().unwrap_or_default();
            let cells = range.used_cells().map(|(row, column, data)| {
                let column = column + first_column as usize;
                let text = match data {
                    Data::String(text) => text.clone(),
                    other => format!("{other:?}"),
                };
                (format!("{}{}", letter(column), row + first_row as usize + 1), text)
            });
            (name, cells.collect())
        });
        let sheets = sheets.collect();
        Self { sheets, parts: parts(path) }
    }

    /// The filled cells of a sheet.
    pub fn cells(&self, sheet: &str) -> &BTreeMap<String, String> {
        let found = self.sheets.iter().find(|(name, _)| name == sheet);
        &found.unwrap_or_else(|| panic!("no sheet {sheet}")).1
    }

    /// The notes of the first sheet by their cells.
    pub fn notes(&self) -> BTreeMap<String, String> {
        let Some(xml) = self.parts.get("xl/comments1.xml") else { return BTreeMap::new() };
        let notes = xml.split("<comment ref=\"").skip(1).map(|note| {
            let (cell, rest) = note.split_once('"').expect("a cell");
            let text =
                rest.split_once("</rPr><t").and_then(|(_, text)| text.split_once('>')).expect("a text").1;
            (cell.to_owned(), plain(text.split("</t>").next().expect("its end")))
        });
        notes.collect()
    }

    /// The colour of a cell of the first sheet, as RGB; none where it has none.
    pub fn fill(&self, cell: &str) -> Option<String> {
        let sheet = &self.parts["xl/worksheets/sheet1.xml"];
        let cell = sheet.split(&format!("<c r=\"{cell}\" s=\"")).nth(1)?;
        let style: usize = cell.split('"').next()?.parse().expect("a number");
        let styles = &self.parts["xl/styles.xml"];
        let formats = styles.split("<cellXfs").nth(1).expect("formats").split("<xf ");
        let format = formats.skip(1).nth(style).expect("the format");
        let fill = format.split("fillId=\"").nth(1).and_then(|id| id.split('"').next()).expect("a fill");
        let fills = styles.split("<fills").nth(1).expect("fills").split("<fill>");
        let fill = fills.skip(1).nth(fill.parse().expect("a number")).expect("the fill");
        let color = fill.split("<fgColor rgb=\"").nth(1)?;
        Some(color.split('"').next().expect("a colour").to_owned())
    }

    /// A part by its name.
    pub fn part(&self, name: &str) -> &str {
        &self.parts[name]
    }
}

/// Every part of a workbook that is text.
fn parts(path: &Path) -> BTreeMap<String, String> {
    let file = std::fs::File::open(path).expect("a file");
    let mut archive = zip::ZipArchive::new(file).expect("a zip");
    let mut parts = BTreeMap::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).expect("a part");
        let name = part.name().expect("a name").into_owned();
        let mut text = String::new();
        part.read_to_string(&mut text).expect("a text");
        parts.insert(name, text);
    }
    parts
}

fn plain(xml: &str) -> String {
    xml.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}
