//! A workbook that calamine has opened: its sheets, and the rows of one. Runs in the reading process alone.

use std::collections::HashMap;
use std::fs::File;
use std::ops::ControlFlow;

use calamine::{
    Data, DataRef, Ods, OdsError, Range, Reader, Sheet, SheetType, SheetVisible, Xls, XlsError, Xlsb, Xlsx,
    XlsxError,
};
use zip::ZipArchive;

use super::cell;
use super::facts::{self, Facts};
use super::guard;
use super::input::{Buffered, Input};
use super::stream::Format;
use super::trouble::Trouble;
use crate::domain::Limits;
use crate::intake::record::{Mark, Record};

/// A workbook of whatever kind.
pub(super) struct Book {
    pub format: Format,
    file: Input,
    inner: Inner,
    limits: Limits,
    /// The facts of an XLSX's sheets by their parts, which looking through has told.
    facts: HashMap<String, Facts>,
}

enum Inner {
    Xlsx(Box<Xlsx<Buffered>>),
    Xlsb(Box<Xlsb<Buffered>>),
    Xls(Box<Xls<Buffered>>),
    Ods(Ods<Buffered>),
}

impl Inner {
    fn open(format: Format, input: Buffered) -> Result<Self, Trouble> {
        Ok(match format {
            Format::Xlsx | Format::Xlsm => Self::Xlsx(Box::new(Xlsx::new(input).map_err(Trouble::damaged)?)),
            Format::Xlsb => Self::Xlsb(Box::new(Xlsb::new(input).map_err(Trouble::damaged)?)),
            Format::Xls => Self::Xls(Box::new(Xls::new(input).map_err(|error| match error {
                XlsError::Password => Trouble::Protected,
                error => Trouble::damaged(error),
            })?)),
            Format::Ods => Self::Ods(Ods::new(input).map_err(|error| match error {
                OdsError::Password => Trouble::Protected,
                error => Trouble::damaged(error),
            })?),
        })
    }
}

fn archive(file: &Input) -> Result<ZipArchive<Buffered>, Trouble> {
    ZipArchive::new(file.reader()).map_err(Trouble::damaged)
}

/// Takes rows one by one, until it has enough.
pub(super) type Take<'a> = dyn FnMut(&Record) -> Result<ControlFlow<()>, Trouble> + 'a;

impl Book {
    /// Looks the file through and opens it. Its sheets, which only the rows are read from, may be looked through
    /// meanwhile, on another thread; the library opens nothing before all else was looked through, and whatever is
    /// found anywhere comes before anything that opening has shown.
    pub fn open(file: File, packed: bool, limits: Limits) -> Result<Self, Trouble> {
        let file = Input::new(file);
        if !packed {
            facts::xls::kind(file.reader())?;
            let inner = Inner::open(Format::Xls, file.reader())?;
            return Ok(Self { format: Format::Xls, file, inner, limits, facts: HashMap::new() });
        }
        let mut own = archive(&file)?;
        let looks = guard::to_look(&mut own, &limits)?;
        let format = looks.format;
        let (others, sheets) = std::thread::scope(|scope| {
            let sheets = scope.spawn(|| looks.look_at(&looks.sheets, &mut archive(&file)?));
            let others = looks.look_at(&looks.others, &mut own);
            let others = others.map(|facts| (facts, Inner::open(format, file.reader())));
            (others, sheets.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        });
        let (mut facts, inner) = others?;
        facts.extend(sheets?); // parts that do not bear the name of a sheet may be sheets as well
        Ok(Self { format, inner: inner?, file, limits, facts })
    }

    /// The sheets of cells, in their order: name, and whether it is hidden.
    pub fn sheets(&self) -> Vec<(String, bool)> {
        let cells = |sheet: &&Sheet| sheet.typ == SheetType::WorkSheet;
        let sheets = self.metadata().iter().filter(cells);
        sheets.map(|sheet| (sheet.name.clone(), sheet.visible != SheetVisible::Visible)).collect()
    }

    fn metadata(&self) -> &[Sheet] {
        match &self.inner {
            Inner::Xlsx(book) => book.sheets_metadata(),
            Inner::Xlsb(book) => book.sheets_metadata(),
            Inner::Xls(book) => book.sheets_metadata(),
            Inner::Ods(book) => book.sheets_metadata(),
        }
    }

    /// What a sheet hides, merges and calculates.
    pub fn facts(&mut self, sheet: &str) -> Result<Facts, Trouble> {
        let file = &self.file;
        let mut facts = match &mut self.inner {
            Inner::Xlsx(_) => {
                let path = facts::xlsx::path_of(&mut archive(file)?, sheet)?;
                let facts = self.facts.remove(&path);
                facts.ok_or_else(|| Trouble::damaged("a sheet is none"))?
            }
            Inner::Xlsb(_) => facts::xlsb::facts(&mut archive(file)?, sheet)?,
            Inner::Ods(book) => {
                let formulas = book.worksheet_formula(sheet).map_err(Trouble::damaged)?;
                Facts { formulas: places(&formulas), ..facts::ods::facts(&mut archive(file)?, sheet)? }
            }
            Inner::Xls(book) => {
                let index = book.sheets_metadata().iter().position(|own| own.name == sheet).unwrap_or(0);
                let merged = book.merge_cells_by_sheet_name(sheet).map_err(Trouble::damaged)?;
                let areas = merged.iter().map(|area| facts::Area { from: area.start, to: area.end });
                Facts { merged: areas.collect(), ..facts::xls::facts(file.reader(), index)? }
            }
        };
        if !facts.formulas.is_sorted() {
            facts.formulas.sort_unstable();
        }
        facts.formats.sort();
        Ok(facts)
    }

    /// Shows the rows of a sheet that have any text, in their order, with the formulas and formats among them. Where
    /// its facts are not given, it is only looked at.
    pub fn rows(&mut self, sheet: &str, facts: Option<&Facts>, take: &mut Take<'_>) -> Result<(), Trouble> {
        let mut rows = Assembler::new(facts, self.limits, take);
        match &mut self.inner {
            Inner::Xlsx(book) => {
                let mut cells = book.worksheet_cells_reader(sheet).map_err(Trouble::damaged)?;
                let codes: Vec<Option<String>> = cells
                    .styles()
                    .iter()
                    .map(|style| style.number_format.as_ref().map(|format| format.format_code.clone()))
                    .collect();
                loop {
                    let (found, style) = match cells.next_cell_with_style_id() {
                        Ok(Some(found)) => found,
                        Ok(None) => break,
                        Err(XlsxError::CellError(error)) => {
                            rows.unknown.push(error); // it goes on behind this cell
                            continue;
                        }
                        Err(error) => return Err(Trouble::damaged(error)),
                    };
                    let code = codes.get(style).and_then(Option::as_deref);
                    if rows.cell(found.get_position(), found.get_value(), code)?.is_break() {
                        return Ok(());
                    }
                }
            }
            Inner::Xlsb(book) => {
                let mut cells = book.worksheet_cells_reader(sheet).map_err(Trouble::damaged)?;
                while let Some(found) = cells.next_cell().map_err(Trouble::damaged)? {
                    if rows.cell(found.get_position(), found.get_value(), None)?.is_break() {
                        return Ok(());
                    }
                }
            }
            Inner::Xls(book) => rows.range(&book.worksheet_range(sheet).map_err(Trouble::damaged)?)?,
            Inner::Ods(book) => rows.range(&book.worksheet_range(sheet).map_err(Trouble::damaged)?)?,
        }
        rows.finish()
    }
}

/// Where the filled cells of a range are.
fn places(range: &Range<String>) -> Vec<(u32, u32)> {
    let (row, column) = range.start().unwrap_or_default();
    let filled = range.used_cells().filter(|(_, _, formula)| !formula.is_empty());
    let place = |at: usize, from: u32| from.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
    filled.map(|(at, beside, _)| (place(at, row), place(beside, column))).collect()
}

/// Puts cells together to rows.
struct Assembler<'a, 'b> {
    formulas: std::iter::Peekable<std::slice::Iter<'a, (u32, u32)>>,
    /// What is known of the sheet, where it is read in full.
    facts: Option<&'a Facts>,
    /// Errors that the reader does not know and gives no place for, since the cell before.
    unknown: Vec<String>,
    limits: Limits,
    take: &'a mut Take<'b>,
    record: Record,
    /// The row that is put together, from 0, and its next column.
    at: Option<(u32, u32)>,
    size: u64,
    text: String,
}

impl<'a, 'b> Assembler<'a, 'b> {
    fn new(facts: Option<&'a Facts>, limits: Limits, take: &'a mut Take<'b>) -> Self {
        Self {
            formulas: facts.map_or([].as_slice(), |facts| &facts.formulas).iter().peekable(),
            facts,
            unknown: Vec::new(),
            limits,
            take,
            record: Record::default(),
            at: None,
            size: 0,
            text: String::new(),
        }
    }

    /// The next cell, its place counted from 0.
    fn cell(
        &mut self,
        place: (u32, u32),
        value: &DataRef<'_>,
        code: Option<&str>,
    ) -> Result<ControlFlow<()>, Trouble> {
        if self.fill_until(place)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        let formula = self.formulas.next_if(|formula| **formula == place).is_some();
        if matches!(value, DataRef::Empty) && !formula {
            return Ok(ControlFlow::Continue(()));
        }
        let known = || self.facts.and_then(|facts| facts.formats.at(place));
        self.put(place, value, formula, code.or_else(known))
    }

    /// Formulas of which the reader gives no cell at all were never calculated, or came to an error that it does not
    /// know. Such an error that is no formula could stand anywhere.
    fn fill_until(&mut self, place: (u32, u32)) -> Result<ControlFlow<()>, Trouble> {
        let mut unknown = std::mem::take(&mut self.unknown).into_iter();
        while let Some(formula) = self.formulas.next_if(|formula| **formula < place) {
            let error = unknown.next().filter(|error| cell::is_error(error));
            let error = error.map_or(DataRef::Empty, DataRef::String);
            if self.put(*formula, &error, true, None)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        match unknown.next() {
            Some(error) if self.facts.is_some() => {
                Err(Trouble::unknown_error(&error, self.at.map_or(0, |(row, _)| row) + 1))
            }
            _ => Ok(ControlFlow::Continue(())),
        }
    }

    fn put(
        &mut self,
        (row, column): (u32, u32),
        value: &DataRef<'_>,
        formula: bool,
        code: Option<&str>,
    ) -> Result<ControlFlow<()>, Trouble> {
        match self.at {
            Some((current, next)) if current == row && column >= next => {}
            Some((current, _)) if current < row => {
                if self.give()?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
                self.begin(row)?;
            }
            Some(_) => return Err(Trouble::damaged("its cells are not in order")),
            None => self.begin(row)?,
        }
        let next = self.at.map_or(0, |(_, next)| next);
        for _ in next..column {
            self.record.push("", Mark::default());
        }
        let mark = cell::write(value, formula, code, &mut self.text);
        self.record.push(&self.text, mark);
        self.at = Some((row, column + 1));
        self.size += self.text.len() as u64 + u64::from(column - next) + 1;
        if self.size > self.limits.line {
            return Err(Trouble::TooLarge {
                why: format!("more than {} for row {}", bytesize::ByteSize(self.limits.line), row + 1),
                limit: "limits.line".to_owned(),
            });
        }
        Ok(ControlFlow::Continue(()))
    }

    fn begin(&mut self, row: u32) -> Result<(), Trouble> {
        if row >= self.limits.rows {
            return Err(Trouble::TooLarge {
                why: format!("more than {} rows", self.limits.rows),
                limit: "limits.rows".to_owned(),
            });
        }
        self.record.begin(row + 1);
        self.at = Some((row, 0));
        self.size = 0;
        Ok(())
    }

    /// Gives the row that was put together, if it has any text or fault.
    fn give(&mut self) -> Result<ControlFlow<()>, Trouble> {
        if self.at.take().is_none() || (self.record.is_blank() && !self.record.has_fault()) {
            return Ok(ControlFlow::Continue(()));
        }
        (self.take)(&self.record)
    }

    /// All cells of a sheet that was read at once.
    fn range(&mut self, range: &Range<Data>) -> Result<(), Trouble> {
        let (row, column) = range.start().unwrap_or_default();
        for (at, beside, value) in range.used_cells() {
            let place = |at: usize, from: u32| from.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
            if self.cell((place(at, row), place(beside, column)), &cell::of(value), None)?.is_break() {
                self.at = None;
                self.formulas = [].iter().peekable();
                return Ok(());
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(), Trouble> {
        if self.fill_until((u32::MAX, u32::MAX))?.is_continue() {
            let _ = self.give()?;
        }
        Ok(())
    }
}
