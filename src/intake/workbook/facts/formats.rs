//! The number formats of cells, where calamine does not tell them: in XLSB, XLS and ODS.
//!
//! Only those are kept that make of a number something else than its digits; most cells bear none.

use std::collections::HashMap;
use std::sync::Arc;

use crate::intake::workbook::format::matters;

/// The code of a number format that matters.
pub type Code = Arc<str>;

/// Cells and the codes of their formats.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Formats(Vec<((u32, u32), Code)>);

impl Formats {
    /// Notes a cell whose format matters.
    pub fn note(&mut self, row: u32, column: u32, code: Option<&Code>) {
        self.0.extend(code.map(|code| ((row, column), Arc::clone(code))));
    }

    /// Puts the cells in their order, in which they nearly always are.
    pub fn sort(&mut self) {
        if !self.0.is_sorted_by_key(|(place, _)| *place) {
            self.0.sort_by_key(|(place, _)| *place);
        }
    }

    /// The code of a cell's format, if it matters. Cells must be in order.
    pub fn at(&self, place: (u32, u32)) -> Option<&str> {
        let found = self.0.binary_search_by_key(&place, |(own, _)| *own).ok()?;
        Some(&self.0[found].1)
    }
}

/// The formats of the older binary kinds of workbook: cells name a style, styles number a format.
#[derive(Debug, Default)]
pub struct Styles {
    /// Those that the workbook itself describes.
    described: HashMap<u16, String>,
    styles: Vec<u16>,
}

impl Styles {
    /// A format that the workbook describes.
    pub fn describe(&mut self, number: u16, code: String) {
        self.described.insert(number, code);
    }

    /// The next style, by the number of its format.
    pub fn push(&mut self, format: u16) {
        self.styles.push(format);
    }

    /// For each style the code of its format, where it matters.
    pub fn codes(&self) -> Vec<Option<Code>> {
        let code = |number: &u16| {
            let described = self.described.get(number).map(String::as_str);
            described.or_else(|| built_in(*number)).filter(|code| matters(code)).map(Arc::from)
        };
        self.styles.iter().map(code).collect()
    }
}

/// Formats that no workbook needs to describe and that matter (ECMA-376, part 1, 18.8.30).
fn built_in(number: u16) -> Option<&'static str> {
    match number {
        9 => Some("0%"),
        10 => Some("0.00%"),
        12 => Some("# ?/?"),
        13 => Some("# ??/??"),
        _ => None,
    }
}
