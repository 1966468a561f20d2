//! The sheet of totals: what the run is, who let it go, and its sums against the file's own.

use rust_xlsxwriter::{Format, FormatAlign, Worksheet, XlsxError};

use super::{amount, header, number_format, printable, text};
use crate::domain::money::Total;
use crate::domain::outcome::OF_OTHER_RUNS;
use crate::domain::{Currency, Outcome, RunView};
use crate::report::facts;

/// How wide the columns are, in characters.
const WIDTHS: [u16; 16] = [34, 18, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16];

/// The sheet.
pub(super) fn sheet(view: &RunView) -> Result<Worksheet, XlsxError> {
    let mut sheet = Worksheet::new();
    sheet.set_name("Totals")?;
    for (column, width) in (0u16..).zip(WIDTHS) {
        sheet.set_column_width(column, width)?;
    }
    let title = Format::new().set_bold().set_font_size(14);
    sheet.write_string_with_format(0, 0, format!("Result of {}", view.label), &title)?;
    let plain = Format::new().set_align(FormatAlign::Left);
    let mut row = 1;
    for (what, value) in facts(view) {
        row += 1;
        text(&mut sheet, row, 0, what, &plain)?;
        text(&mut sheet, row, 1, &value, &plain)?;
    }
    row = by_status(&mut sheet, row + 2, view)?;
    row = against_the_file(&mut sheet, row + 2, view)?;
    row = told(&mut sheet, row + 2, "Fees that Flash has told", &view.fees)?;
    told(&mut sheet, row, "Debited for payments abroad", &view.debited)?;
    printable(&mut sheet);
    Ok(sheet)
}

fn head(sheet: &mut Worksheet, row: u32, names: &[&str]) -> Result<(), XlsxError> {
    let format = header();
    for (column, name) in (0u16..).zip(names) {
        sheet.write_string_with_format(row, column, *name, &format)?;
    }
    Ok(())
}

fn count(sheet: &mut Worksheet, row: u32, column: u16, count: u64) -> Result<(), XlsxError> {
    let format = Format::new().set_num_format("#,##0");
    sheet.write_with_format(row, column, count, &format).map(drop)
}

fn money(currency: Option<Currency>) -> Format {
    Format::new().set_num_format(number_format(currency))
}

fn by_status(sheet: &mut Worksheet, first: u32, view: &RunView) -> Result<u32, XlsxError> {
    head(sheet, first, &["By status", "Currency", "Payouts", "Amount"])?;
    let plain = Format::new();
    let mut row = first;
    for line in &view.by_status {
        row += 1;
        let whose = if line.of_another_run { " (of another run)" } else { "" };
        text(sheet, row, 0, &format!("{}{whose}", line.status.meaning()), &plain)?;
        let currency = line.currency.map_or("no amount".to_owned(), |currency| currency.to_string());
        text(sheet, row, 1, &currency, &plain)?;
        count(sheet, row, 2, line.count)?;
        if let Some(sum) = line.amount {
            amount(sheet, row, 3, sum, &money(line.currency))?;
        }
    }
    Ok(row)
}

/// Payouts and amounts of the file, and what became of them: the last column shows that nothing is missing.
fn against_the_file(sheet: &mut Worksheet, first: u32, view: &RunView) -> Result<u32, XlsxError> {
    let mut names = vec!["Against the file's own totals".to_owned()];
    let parts = Outcome::ALL.map(Outcome::words).into_iter().chain([OF_OTHER_RUNS]);
    for what in std::iter::once("In the file").chain(parts) {
        names.extend([format!("{what}: payouts"), format!("{what}: amount")]);
    }
    names.push("Difference".to_owned());
    // two lines, so that no name runs into the next column
    let wrapped = header().set_text_wrap();
    sheet.set_row_height(first, 30)?;
    for (column, name) in (0u16..).zip(&names) {
        sheet.write_string_with_format(first, column, name, &wrapped)?;
    }
    let mut row = first;
    for line in view.reconciled() {
        row += 1;
        text(sheet, row, 0, &line.currency.to_string(), &Format::new())?;
        let format = money(Some(line.currency));
        let mut column = 1;
        for (payouts, sum) in std::iter::once(line.file).chain(line.parts).chain([line.of_other_runs]) {
            count(sheet, row, column, payouts)?;
            amount(sheet, row, column + 1, sum, &format)?;
            column += 2;
        }
        amount(sheet, row, column, line.difference(), &format)?;
    }
    if view.without_amount() > 0 {
        row += 1;
        text(sheet, row, 0, "Rows of which no amount can be read, in no total", &Format::new())?;
        count(sheet, row, 1, view.without_amount())?;
    }
    Ok(row)
}

/// What Flash has told of money, below the table before; where it has told nothing, nothing.
fn told(sheet: &mut Worksheet, first: u32, what: &str, sums: &[Total]) -> Result<u32, XlsxError> {
    if sums.is_empty() {
        return Ok(first);
    }
    head(sheet, first, &[what, "Currency", "Payouts", "Amount"])?;
    let mut row = first;
    for line in sums {
        row += 1;
        text(sheet, row, 1, &line.currency.to_string(), &Format::new())?;
        count(sheet, row, 2, line.count)?;
        amount(sheet, row, 3, line.amount, &Format::new().set_num_format("#,##0.00##"))?;
    }
    Ok(row + 2)
}
