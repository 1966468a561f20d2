//! The process that reads a workbook: it has the file as its standard input, narrow limits, no environment and
//! nothing to lose. Whatever kills it, the process that asked is told by how it ended.

use std::fs::File;
use std::io::{BufWriter, Read, Seek, Write};
use std::ops::ControlFlow;

use super::book::Book;
use super::choose::{Choice, choose};
use super::facts::{Area, Facts};
use super::stream::{self, Merged, Request, RowOut, Sheet, Told};
use super::trouble::Trouble;
use crate::domain::Limits;
use crate::intake::letter;
use crate::intake::map::ColumnMap;

/// Reads the workbook on the standard input and writes it as lines to `out`.
pub fn read_workbook(request: &str, out: impl Write) -> std::io::Result<()> {
    let request: Request = serde_json::from_str(request)?;
    limit_this_process(&request.limits)?;
    let mut out = BufWriter::with_capacity(1 << 16, out);
    let told = match read(&request, &mut out) {
        Ok(told) => told,
        Err(Stop::Trouble(trouble)) => Told::Failed(trouble),
        Err(Stop::Out(error)) => return Err(error),
    };
    line(&mut out, &told)?;
    out.flush()
}

/// Why reading stopped.
enum Stop {
    /// The workbook is to blame.
    Trouble(Trouble),
    /// Nobody listens any more.
    Out(std::io::Error),
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

fn line(out: &mut impl Write, told: &impl serde::Serialize) -> std::io::Result<()> {
    serde_json::to_writer(&mut *out, told)?;
    out.write_all(b"\n")
}

fn read(request: &Request, out: &mut impl Write) -> Result<Told, Stop> {
    let (file, packed) = input().map_err(|error| Trouble::damaged(crate::domain::system_words(&error)))?;
    let mut book = Book::open(file, packed, request.limits)?;
    let map = request.map.as_deref().and_then(|text| ColumnMap::parse(text).ok()); // whoever asks has parsed it
    let (sheet, others) = match choose(&mut book, request.sheet.as_deref(), map.as_ref())? {
        Choice::Sheet(sheet, others) => (sheet, others),
        Choice::Ask(choose) => return Ok(Told::Choose(choose)),
    };
    let facts = book.facts(&sheet.name)?;
    let header_row = sheet.header_row.unwrap_or(1);
    let name = sheet.name.clone();
    let mut above = Vec::new();
    let mut failed = None;
    let description =
        Description { book: &book, sheet, others, asked_for: request.sheet.is_some(), facts: &facts };
    let mut description = Some(description.told());
    book.rows(&name, Some(&facts), &mut |record| {
        if record.row < header_row {
            above.push((record.row, record.cells().map(str::to_owned).collect()));
            return Ok(ControlFlow::Continue(()));
        }
        let written = match description.take() {
            Some(book) => {
                let told = Told::Book(stream::Book { above: std::mem::take(&mut above), ..book });
                line(out, &told).and_then(|()| line(out, &RowOut(record)))
            }
            None => line(out, &RowOut(record)),
        };
        Ok(match written {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        })
    })?;
    match failed {
        Some(error) => Err(Stop::Out(error)),
        None if description.is_some() => Err(Trouble::Nothing.into()),
        None => Ok(Told::End),
    }
}

/// What is told of a workbook before its rows.
struct Description<'a> {
    book: &'a Book,
    sheet: Sheet,
    others: Vec<Sheet>,
    asked_for: bool,
    facts: &'a Facts,
}

impl Description<'_> {
    fn told(self) -> stream::Book {
        let header = self.sheet.header_row.unwrap_or(1);
        let mut merged: Vec<Merged> =
            self.facts.merged.iter().filter_map(|area| told_merged(area, header)).collect();
        merged.sort_by_key(|merged| (!merged.header, merged.row, merged.column));
        let hidden = self.facts.hidden_rows.iter().map(|row| row + 1);
        let columns = self.facts.hidden_columns.iter().flat_map(|(first, last)| *first..=*last);
        stream::Book {
            format: self.book.format,
            sheet: self.sheet,
            others: self.others,
            asked_for: self.asked_for,
            above: Vec::new(),
            hidden_rows: hidden.filter(|row| *row > header).collect(),
            hidden_columns: columns.collect(),
            filtered: self.facts.filtered,
            merged,
        }
    }
}

/// Merged cells that stand above the header are titles.
fn told_merged(area: &Area, header: u32) -> Option<Merged> {
    let (first, last) = (area.from.0 + 1, area.to.0 + 1);
    let corner = |(row, column): (u32, u32)| letter(column as usize) + &(row + 1).to_string();
    let cells = format!("{}:{}", corner(area.from), corner(area.to));
    (last >= header).then_some(Merged { cells, row: first, column: area.from.1, header: first <= header })
}

/// The file that the process was given, and whether it is packed as the newer formats are.
fn input() -> std::io::Result<(File, bool)> {
    let mut file = standard_input()?;
    let mut head = [0; 2];
    file.rewind()?;
    file.read_exact(&mut head)?;
    Ok((file, head == *b"PK"))
}

fn standard_input() -> std::io::Result<File> {
    use std::os::fd::AsFd;
    std::io::stdin().as_fd().try_clone_to_owned().map(File::from)
}

/// Memory, time at work, no file written, no image of the memory left behind.
fn limit_this_process(limits: &Limits) -> std::io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let most = |limit: u64| Rlimit { current: Some(limit), maximum: Some(limit) };
    setrlimit(Resource::Core, most(0))?;
    setrlimit(Resource::Fsize, most(0))?;
    setrlimit(Resource::As, most(limits.workbook_memory))?;
    let seconds = limits.workbook_time.as_secs().max(1);
    setrlimit(Resource::Cpu, Rlimit { current: Some(seconds), maximum: Some(seconds + 1) })?;
    Ok(())
}
