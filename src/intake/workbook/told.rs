//! What is to be said of a workbook's own form.

use super::stream::{Book, Choose, Format, Merged, Sheet};
use crate::domain::{Code, Finding, Place, first_of};
use crate::intake::header::{Header, above};
use crate::intake::letter;

/// Everything that the description of a workbook lets be said.
pub(super) fn notes(book: &Book, header: &Header) -> Vec<Finding> {
    let sheet = &book.sheet.name;
    let mut notes: Vec<Finding> = chosen(book).into_iter().collect();
    if book.format == Format::Xlsm {
        let message = "the workbook has macros; they are not run, and what they would change is not seen";
        notes.push(Finding::new(Code::FileForm, Place::file(), message));
    }
    let passed_over: Vec<u32> = book.above.iter().map(|(row, _)| *row).collect();
    notes.extend(above(&passed_over, Some(sheet)));
    notes.extend(hidden_sheets(book));
    notes.extend(hidden_rows(book));
    notes.extend(hidden_columns(book, header));
    notes.extend(merged(book));
    notes
}

/// Which sheet is read, where there are several.
fn chosen(book: &Book) -> Option<Finding> {
    let others: Vec<String> = book.others.iter().filter(|sheet| sheet.filled).map(named).collect();
    let place = Place { sheet: Some(book.sheet.name.clone()), ..Place::file() };
    (!others.is_empty()).then(|| {
        let message = format!("the sheet \"{}\" is read, and not {}", book.sheet.name, first_of(&others));
        Finding::new(Code::SheetChosen, place, message)
    })
}

fn named(sheet: &Sheet) -> String {
    format!("\"{}\"{}", sheet.name, if sheet.hidden { " (hidden)" } else { "" })
}

/// No sheet was chosen: which are there, and how to say it.
pub(super) fn choose(choose: &Choose) -> Finding {
    let names = |wanted: fn(&Sheet) -> bool| {
        choose.sheets.iter().filter(|sheet| wanted(sheet)).map(named).collect::<Vec<_>>()
    };
    let fitting = names(|sheet| sheet.fits && !sheet.hidden);
    let filled = names(|sheet| sheet.filled);
    let (what, sheets) = match &choose.asked {
        Some(asked) => (format!("no sheet is called \"{asked}\"; there are"), names(|_| true)),
        None if fitting.is_empty() => {
            ("no shown sheet names an amount and whom to pay; there are".to_owned(), filled)
        }
        None => ("several sheets could be meant:".to_owned(), fitting),
    };
    let example = sheets.first().map_or("\"NAME\"", |sheet| sheet.trim_end_matches(" (hidden)"));
    Finding::new(Code::SheetChoose, Place::file(), format!("{what} {}", first_of(&sheets)))
        .advised(format!("say which is to be paid, such as --sheet {example}"))
}

fn hidden(book: &Book, place: Place, message: String) -> Finding {
    let place = Place { sheet: Some(book.sheet.name.clone()), ..place };
    Finding::new(Code::Hidden, place, message).advised(
        "show everything and look at it; if all of it is to be paid as it stands, say --accept hidden",
    )
}

fn hidden_sheets(book: &Book) -> Vec<Finding> {
    let mut findings = Vec::new();
    if book.sheet.hidden {
        let message = format!("the sheet \"{}\" itself is hidden", book.sheet.name);
        findings.push(hidden(book, Place::file(), message));
    }
    let missed: Vec<String> = book
        .others
        .iter()
        .filter(|sheet| sheet.hidden && sheet.fits)
        .map(|sheet| format!("\"{}\"", sheet.name))
        .collect();
    if !missed.is_empty() {
        let verb = if missed.len() == 1 { "is" } else { "are" };
        let message =
            format!("{} {verb} hidden, {verb} not read, and could have payouts too", first_of(&missed));
        findings.push(hidden(book, Place::file(), message));
    }
    findings
}

fn hidden_rows(book: &Book) -> Option<Finding> {
    let rows = &book.hidden_rows;
    let filter = if book.filtered { " by a filter" } else { "" };
    let (place, message) = match rows.as_slice() {
        [] if book.filtered => (Place::file(), "a filter is set; no row is hidden by it".to_owned()),
        [] => return None,
        [row] => (Place::row(*row), format!("the row is hidden{filter} and would be paid all the same")),
        [first, ..] => (
            Place::row(*first),
            format!(
                "{} rows are hidden{filter} and would be paid all the same: {}",
                rows.len(),
                first_of(rows)
            ),
        ),
    };
    Some(hidden(book, place, message))
}

/// Columns that have a name; columns without one have nothing in them or are an error anyway.
fn hidden_columns(book: &Book, header: &Header) -> Option<Finding> {
    let has_name = |column: &&u32| header.names.get(**column as usize).is_some_and(|name| !name.is_empty());
    let columns: Vec<usize> =
        book.hidden_columns.iter().filter(has_name).map(|column| *column as usize).collect();
    let first = *columns.first()?;
    let each = columns.iter().map(|column| format!("{} (\"{}\")", letter(*column), header.names[*column]));
    let each: Vec<String> = each.collect();
    let what = if columns.len() == 1 { "the column is hidden:" } else { "columns are hidden:" };
    let place = Place { letter: Some(letter(first)), ..Place::file() };
    Some(hidden(book, place, format!("{what} {}", first_of(&each))))
}

fn merged(book: &Book) -> Vec<Finding> {
    let (header, below): (Vec<&Merged>, Vec<&Merged>) = book.merged.iter().partition(|merged| merged.header);
    let told = |areas: &[&Merged], what: &str, hint: &str| {
        let first = areas.first()?;
        let place = Place {
            sheet: Some(book.sheet.name.clone()),
            letter: Some(letter(first.column as usize)),
            ..Place::row(first.row)
        };
        let cells: Vec<String> = areas.iter().map(|area| area.cells.clone()).collect();
        let message = format!("{what}: {}; only the first of each has a value", first_of(&cells));
        Some(Finding::new(Code::CellMerged, place, message).advised(hint))
    };
    let of_header = told(
        &header,
        "names of columns stand in merged cells",
        "unmerge them and let every column have its name in one row",
    );
    let of_rows = told(&below, "cells of the rows are merged", "unmerge them and fill every cell");
    of_header.into_iter().chain(of_rows).collect()
}
