//! A workbook that calamine has opened: its sheets, and the rows of one. Runs in the reading process alone.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Seek, SeekFrom};
use std::ops::ControlFlow;

use calamine::{
    Data, DataRef, Ods, OdsError, Range, Reader, Sheet, SheetType, SheetVisible, Xls, XlsError, Xlsb, Xlsx,
};
use zip::ZipArchive;

use super::cell;
use super::facts::{self, Facts};
use super::guard;
use super::stream::Format;
use super::trouble::Trouble;
use crate::domain::Limits;
use crate::intake::record::{Mark, Record};

type Input = BufReader<File>;

/// A workbook of whatever kind.
pub(super) struct Book {
    pub format: Format,
    file: File,
    inner: Inner,
    limits: Limits,
    /// The facts of an XLSX's sheets by their parts, which looking through has told.
    facts: HashMap<String, Facts>,
}

enum Inner {
    Xlsx(Box<Xlsx<Input>>),
    Xlsb(Box<Xlsb<Input>>),
    Xls(Box<Xls<Input>>),
    Ods(Ods<Input>),
}

/// Takes rows one by one, until it has enough.
pub(super) type Take<'a> = dyn FnMut(&Record) -> Result<ControlFlow<()>, Trouble> + 'a;

impl Book {
    /// Looks the file through, then opens it.
    pub fn open(mut file: File, packed: bool, limits: Limits) -> Result<Self, Trouble> {
        let (format, facts) = if packed {
            let mut archive = ZipArchive::new(again(&mut file)?).map_err(Trouble::damaged)?;
            let looked = guard::look_through(&mut archive, &limits)?;
            (looked.format, looked.sheets)
        } else {
            facts::xls::kind(again(&mut file)?)?;
            (Format::Xls, HashMap::new())
        };
        let input = again(&mut file)?;
        let inner = match format {
            Format::Xlsx | Format::Xlsm => Inner::Xlsx(Box::new(Xlsx::new(input).map_err(Trouble::damaged)?)),
            Format::Xlsb => Inner::Xlsb(Box::new(Xlsb::new(input).map_err(Trouble::damaged)?)),
            Format::Xls => Inner::Xls(Box::new(Xls::new(input).map_err(|error| match error {
                XlsError::Password => Trouble::Protected,
                error => Trouble::damaged(error),
            })?)),
            Format::Ods => Inner::Ods(Ods::new(input).map_err(|error| match error {
                OdsError::Password => Trouble::Protected,
                error => Trouble::damaged(error),
            })?),
        };
        Ok(Self { format, file, inner, limits, facts })
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
        let input = again(&mut self.file)?;
        let archive = |input| ZipArchive::new(input).map_err(Trouble::damaged);
        let mut facts = match &mut self.inner {
            Inner::Xlsx(_) => {
                let path = facts::xlsx::path_of(&mut archive(input)?, sheet)?;
                let facts = self.facts.remove(&path);
                facts.ok_or_else(|| Trouble::damaged("a sheet is none"))?
            }
            Inner::Xlsb(_) => facts::xlsb::facts(&mut archive(input)?, sheet)?,
            Inner::Ods(book) => {
                let formulas = book.worksheet_formula(sheet).map_err(Trouble::damaged)?;
                Facts { formulas: places(&formulas), ..facts::ods::facts(&mut archive(input)?, sheet)? }
            }
            Inner::Xls(book) => {
                let index = book.sheets_metadata().iter().position(|own| own.name == sheet).unwrap_or(0);
                let merged = book.merge_cells_by_sheet_name(sheet).map_err(Trouble::damaged)?;
                let areas = merged.iter().map(|area| facts::Area { from: area.start, to: area.end });
                Facts { merged: areas.collect(), ..facts::xls::facts(input, index)? }
            }
        };
        if !facts.formulas.is_sorted() {
            facts.formulas.sort_unstable();
        }
        Ok(facts)
    }

    /// Shows the rows of a sheet that have any text, in their order, with the formulas among them.
    pub fn rows(&mut self, sheet: &str, formulas: &[(u32, u32)], take: &mut Take<'_>) -> Result<(), Trouble> {
        self.file.seek(SeekFrom::Start(0)).map_err(Trouble::damaged)?;
        let mut rows = Assembler::new(formulas, self.limits, take);
        match &mut self.inner {
            Inner::Xlsx(book) => {
                let mut cells = book.worksheet_cells_reader(sheet).map_err(Trouble::damaged)?;
                let codes: Vec<Option<String>> = cells
                    .styles()
                    .iter()
                    .map(|style| style.number_format.as_ref().map(|format| format.format_code.clone()))
                    .collect();
                while let Some((found, style)) = cells.next_cell_with_style_id().map_err(Trouble::damaged)? {
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

/// The file from its beginning. All readers share one position, so only one may be at work.
fn again(file: &mut File) -> Result<Input, Trouble> {
    file.seek(SeekFrom::Start(0)).map_err(Trouble::damaged)?;
    file.try_clone().map(BufReader::new).map_err(Trouble::damaged)
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
    limits: Limits,
    take: &'a mut Take<'b>,
    record: Record,
    /// The row that is put together, from 0, and its next column.
    at: Option<(u32, u32)>,
    size: u64,
    text: String,
}

impl<'a, 'b> Assembler<'a, 'b> {
    fn new(formulas: &'a [(u32, u32)], limits: Limits, take: &'a mut Take<'b>) -> Self {
        Self {
            formulas: formulas.iter().peekable(),
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
        self.put(place, value, formula, code)
    }

    /// Formulas of which the reader gives no cell at all were never calculated.
    fn fill_until(&mut self, place: (u32, u32)) -> Result<ControlFlow<()>, Trouble> {
        while let Some(formula) = self.formulas.next_if(|formula| **formula < place) {
            if self.put(*formula, &DataRef::Empty, true, None)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
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
