//! A run's report as a workbook: totals, payouts and findings on sheets of their own.
//!
//! Amounts are numbers, everything else is a text, so that nothing is taken for a formula and identifiers keep their
//! zeros. Payouts are written row by row into a file of the system's, so that the size of the run does not matter.

mod findings;
mod payouts;
mod totals;

use std::fs::File;
use std::path::Path;

use rust_decimal::Decimal;
use rust_xlsxwriter::{DocProperties, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use super::ReportError;
use super::annotated::{BookError, LONGEST_CELL, fitting, on_disk, save};
use crate::domain::{Currency, Finding, PayoutView, RunView};

/// Writes the workbook. `findings` are those of the check, where they were kept; `folder` is where rows wait until all
/// are there.
pub fn write_run_book<E: std::error::Error>(
    view: &RunView,
    findings: Option<&[Finding]>,
    payouts: impl Iterator<Item = Result<PayoutView, E>>,
    folder: &Path,
    out: &mut File,
) -> Result<(), ReportError<E>> {
    on_disk(|| {
        let mut workbook = Workbook::new();
        workbook.set_tempdir(folder)?;
        let title = format!("Result of {}", view.label);
        workbook.set_properties(&DocProperties::new().set_author("payrun").set_title(title));
        let sheet = workbook.new_worksheet_with_constant_memory()?;
        let payouts = payouts::sheet(sheet, payouts)?;
        workbook.push_worksheet(totals::sheet(view)?);
        workbook.push_worksheet(payouts);
        workbook.push_worksheet(findings::sheet(findings, view)?);
        Ok(save(&mut workbook, out)?)
    })
}

impl<E: std::error::Error> From<XlsxError> for ReportError<E> {
    fn from(error: XlsxError) -> Self {
        BookError::from(error).into()
    }
}

impl<E: std::error::Error> From<BookError> for ReportError<E> {
    fn from(error: BookError) -> Self {
        Self::Book(error)
    }
}

/// A text as a text, cut where a cell holds no more.
fn text(sheet: &mut Worksheet, row: u32, column: u16, text: &str, format: &Format) -> Result<(), XlsxError> {
    if !text.is_empty() {
        sheet.write_string_with_format(row, column, fitting(text, LONGEST_CELL), format)?;
    }
    Ok(())
}

/// An amount as a number that shows all the currency's decimals.
fn amount(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    amount: Decimal,
    format: &Format,
) -> Result<(), XlsxError> {
    sheet.write_with_format(row, column, amount, format).map(drop)
}

/// The format of amounts in a currency.
fn number_format(currency: Option<Currency>) -> String {
    let decimals = currency.map_or(2, Currency::decimals);
    let rest = if decimals == 0 { String::new() } else { format!(".{}", "0".repeat(decimals as usize)) };
    format!("#,##0{rest}")
}

/// The looks of a table's head.
fn header() -> Format {
    Format::new().set_bold().set_border_bottom(FormatBorder::Thin).set_align(FormatAlign::Top)
}

/// What is printed is a page wide.
fn printable(sheet: &mut Worksheet) {
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
}
