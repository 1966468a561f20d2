//! Which sheet of a workbook has the payouts.

use std::ops::ControlFlow;

use super::book::Book;
use super::stream::{Choose, Sheet};
use super::trouble::Trouble;
use crate::intake::columns::Column;
use crate::intake::find::HeaderFinder;
use crate::intake::header::Header;
use crate::intake::map::ColumnMap;

/// What is read, or why a person must say.
pub(super) enum Choice {
    /// This sheet, and the others.
    Sheet(Sheet, Vec<Sheet>),
    /// Nobody may guess.
    Ask(Choose),
}

/// Chooses. A hidden sheet is only read where a person names it.
pub(super) fn choose(
    book: &mut Book,
    asked: Option<&str>,
    map: Option<&ColumnMap>,
) -> Result<Choice, Trouble> {
    let mut sheets = Vec::new();
    for (name, hidden) in book.sheets() {
        sheets.push(look_at(book, name, hidden, map)?);
    }
    let count = |wanted: fn(&Sheet) -> bool| sheets.iter().filter(|sheet| wanted(sheet)).count();
    let wanted: fn(&Sheet) -> bool = |sheet| !sheet.hidden && sheet.fits;
    let only_filled: fn(&Sheet) -> bool = |sheet| !sheet.hidden && sheet.filled;
    let chosen = match asked {
        Some(asked) => sheets.iter().position(|sheet| sheet.name == asked),
        None if count(|sheet| sheet.filled) == 0 => return Err(Trouble::Nothing),
        None if count(wanted) == 1 => sheets.iter().position(wanted),
        None if count(wanted) == 0 && count(only_filled) == 1 => sheets.iter().position(only_filled),
        None => None,
    };
    Ok(match chosen {
        Some(index) => {
            let sheet = sheets.remove(index);
            Choice::Sheet(sheet, sheets)
        }
        None => Choice::Ask(Choose { format: book.format, sheets, asked: asked.map(str::to_owned) }),
    })
}

/// Reads the beginning of a sheet and finds its header.
fn look_at(book: &mut Book, name: String, hidden: bool, map: Option<&ColumnMap>) -> Result<Sheet, Trouble> {
    let mut finder = HeaderFinder::with(map);
    let mut first = Vec::new();
    book.rows(&name, None, &mut |record| {
        first.push((record.row, record.cells().map(str::to_owned).collect::<Vec<_>>()));
        Ok(if finder.look_at(record) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    let header_row = finder.best().and_then(|(_, row)| row);
    let at = header_row.or_else(|| first.first().map(|(row, _)| *row));
    let names = first.iter().find(|(row, _)| Some(*row) == at).map(|(_, names)| names);
    let mut header = Header::read(names.into_iter().flatten().map(String::as_str), at.unwrap_or(1));
    let is_mapped = map.is_none_or(|map| header.apply(map).is_ok());
    let any = |columns: &[Column]| columns.iter().any(|column| header.has(*column));
    let fits = is_mapped
        && any(&[Column::Amount])
        && any(&[
            Column::Bsb,
            Column::AccountNumber,
            Column::PayId,
            Column::FirstName,
            Column::LastName,
            Column::CompanyName,
            Column::AccountName,
        ]);
    Ok(Sheet { name, hidden, filled: !first.is_empty(), fits, header_row: at })
}
