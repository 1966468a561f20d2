//! The first reading: every record and every sum of the file, before anything of it is paid.

use std::fs::File;
use std::io;

use jiff::civil::Date;

use super::batch::Batch;
use super::header;
use super::layout::{LENGTH, TYPE, USED};
use super::lines::{Ends, Kind, Line, Lines};
use super::notes::{Departure, Notes, dollars};
use super::rows::is_row;
use super::{detail, trailer};
use crate::domain::money::plural;
use crate::domain::{Code, Finding, Place, system_words};
use crate::intake::error::IntakeError;

/// Of so many batches the message says what they are.
const MOST_BATCHES: usize = 10;
/// So many different days are kept; a file with more is told so by the others.
const MOST_DATES: usize = 10;

/// What the first reading has shown.
#[derive(Debug)]
pub(super) struct Examined {
    /// The line of the first record.
    pub first_line: u32,
    /// How many rows the second reading will give.
    pub credits: u64,
    /// The days to process, and where they stand.
    pub dates: Vec<(Date, Place)>,
    /// Everything that is to be said of the file's form.
    pub notes: Vec<Finding>,
}

/// Reads a file through.
pub(super) fn examine(mut lines: Lines<File>) -> Result<Examined, IntakeError> {
    let mut examiner = Examiner::default();
    let read = |error: io::Error| IntakeError::Io(system_words(&error));
    while let Some(line) = lines.next().map_err(read)? {
        examiner.take(&line);
    }
    Ok(examiner.finish(lines.ends))
}

#[derive(Default)]
struct Examiner {
    notes: Notes,
    batch: Option<Batch>,
    first_line: Option<u32>,
    credits: u64,
    dates: Vec<(Date, Place)>,
    batches: Vec<String>,
    more_batches: u64,
    /// Where the second batch begins.
    second: Option<u32>,
    returned: Option<(u32, String)>,
    more_returned: u64,
}

impl Examiner {
    fn take(&mut self, line: &Line<'_>) {
        let kind = line.kind();
        if kind == Kind::Blank {
            self.notes.departs(Departure::BlankLine, whole(line), || "the line is blank".to_owned());
            return;
        }
        if kind == Kind::Other && self.batch.is_none() && line.text.len() < USED && line.odd.is_none() {
            self.no_record(line);
            return;
        }
        self.letters(line);
        if line.odd.is_none() {
            self.length(line, kind);
        }
        self.first_line.get_or_insert(line.number);
        match kind {
            Kind::Header => self.header(line),
            Kind::Detail => self.payment(line),
            Kind::Return => self.returned(line),
            Kind::Trailer => self.trailer(line),
            Kind::Other | Kind::Blank => self.notes.wrong(
                TYPE.place(line.number),
                format!("the line begins with \"{}\"; a record begins with 0, 1 or 7", &line.text[..1]),
                "export the file again; if it was edited, take back what was changed",
            ),
        }
    }

    /// Something between batches that is so short that no record can be hidden in it.
    fn no_record(&mut self, line: &Line<'_>) {
        self.notes.departs(Departure::NoRecord, whole(line), || {
            // digits may be an account's
            let digits = line.text.bytes().filter(u8::is_ascii_digit).count();
            let text: String = line.text.trim().chars().take(30).collect();
            let shown = if digits < 6 { format!(" (\"{text}\")") } else { String::new() };
            format!("the line is no record{shown} and was passed over")
        });
    }

    /// What no bank file can have, and what the standard does not have.
    fn letters(&mut self, line: &Line<'_>) {
        if let Some((column, odd)) = line.odd {
            let what =
                if odd.is_control() { "an invisible character".to_owned() } else { format!("\"{odd}\"") };
            let moved = match line.text.len() {
                LENGTH => "",
                _ => ", and what stands behind it has moved",
            };
            self.notes.wrong(
                Place::span(line.number, column, column),
                format!("the line has {what} in it{moved}; a bank file has plain English letters, digits and signs only"),
                "write a plain letter in the payroll program and export the file again",
            );
            return;
        }
        if let Some((at, sign)) = line.text.char_indices().find(|(_, sign)| !is_in_the_standard(*sign)) {
            let column = u16::try_from(at + 1).unwrap_or(u16::MAX);
            self.notes.departs(Departure::Sign, Place::span(line.number, column, column), || {
                format!("the line has \"{sign}\" in it, which is not among the signs that banks take")
            });
        }
    }

    fn length(&mut self, line: &Line<'_>, kind: Kind) {
        let length = line.text.len();
        let column = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
        let least = if matches!(kind, Kind::Header | Kind::Trailer) { USED } else { LENGTH };
        if length < least {
            self.notes.wrong(
                Place::span(line.number, column(length + 1), column(LENGTH)),
                format!("the line ends after {length} characters; a record has {LENGTH}"),
                "export the file again; the line is cut off, or a character of it is lost",
            );
        } else if length < LENGTH {
            self.notes.departs(
                Departure::Short,
                Place::span(line.number, column(length + 1), column(LENGTH)),
                || {
                    format!(
                        "the line ends after {length} characters instead of {LENGTH}; only blanks are missing"
                    )
                },
            );
        } else if length > LENGTH {
            let place = Place::span(line.number, column(LENGTH + 1), column(length));
            if line.text[LENGTH..].trim().is_empty() {
                self.notes.departs(Departure::Long, place, || {
                    format!("the line has {length} characters instead of {LENGTH}; the last are blank")
                });
            } else {
                self.notes.wrong(
                    place,
                    format!("the line has {length} characters, a record has {LENGTH}"),
                    "export the file again; a character too many moves all that stand behind it",
                );
            }
        }
    }

    fn header(&mut self, line: &Line<'_>) {
        if let Some(open) = self.batch.take() {
            trailer::missing(&open, &mut self.notes);
            self.close(&open);
        }
        let described = header::read(line, &mut self.notes);
        if let Some(date) = described.date
            && self.dates.len() < MOST_DATES
            && !self.dates.iter().any(|(known, _)| *known == date)
        {
            self.dates.push((date, super::layout::descriptive::DATE.place(line.number)));
        }
        if !self.batches.is_empty() {
            self.second.get_or_insert(line.number);
        }
        self.batch = Some(Batch::begin(line.number, described));
    }

    /// The batch that a line stands in. One without a header is told once and read on.
    fn open_batch(&mut self, line: &Line<'_>) -> &mut Batch {
        if self.batch.is_none() {
            self.notes.wrong(
                TYPE.place(line.number),
                "the line stands in no batch: its header, a line that begins with 0, is missing or damaged",
                "export the file again",
            );
        }
        self.batch.get_or_insert_with(|| Batch::headless(line.number))
    }

    fn payment(&mut self, line: &Line<'_>) {
        self.open_batch(line);
        self.credits += u64::from(is_row(line));
        if line.is_whole() {
            detail::judge(line, &mut self.notes);
        }
        if let Some(batch) = &mut self.batch {
            batch.take(line, &mut self.notes);
        }
    }

    fn returned(&mut self, line: &Line<'_>) {
        self.open_batch(line).returns = true;
        match self.returned {
            None => self.returned = Some((line.number, why_returned(line.text))),
            Some(_) => self.more_returned += 1,
        }
    }

    fn trailer(&mut self, line: &Line<'_>) {
        self.open_batch(line);
        let Some(batch) = self.batch.take() else { return };
        if !batch.returns {
            trailer::compare(line, &batch, &mut self.notes);
        }
        self.close(&batch);
    }

    fn close(&mut self, batch: &Batch) {
        batch.end(&mut self.notes);
        let Some(name) = &batch.description else { return };
        if self.batches.len() >= MOST_BATCHES {
            self.more_batches += 1;
            return;
        }
        let (payments, sum) = (plural(batch.paid, "payment"), dollars(batch.credits));
        self.batches.push(format!("{name} in line {}, {payments}, {sum}", batch.first_line));
    }

    fn finish(mut self, ends: Ends) -> Examined {
        if let Some(open) = self.batch.take() {
            trailer::missing(&open, &mut self.notes);
            self.close(&open);
        }
        self.whole_file(ends);
        Examined {
            first_line: self.first_line.unwrap_or(1),
            credits: self.credits,
            dates: self.dates,
            notes: self.notes.finish(),
        }
    }

    /// What can be said at the end only.
    fn whole_file(&mut self, ends: Ends) {
        if let Some((line, why)) = &self.returned {
            let more = match self.more_returned {
                0 => String::new(),
                more => format!(", and so did {}", plural(more, "other")),
            };
            let message = format!(
                "this is a file of returned payments, which a bank sends: this one came back because {why}{more}"
            );
            self.notes.add(Finding::new(Code::FileRefused, TYPE.place(*line), message).advised(
                "correct these payees' accounts where they are kept, and pay them by a file of payments",
            ));
        }
        if let Some(line) = self.second {
            let more = match self.more_batches {
                0 => String::new(),
                more => format!("; and {more} more"),
            };
            let count = self.batches.len() as u64 + self.more_batches;
            let message = format!(
                "the file has {count} batches, which would be paid together: {}{more}",
                self.batches.join("; ")
            );
            self.notes.add(
                Finding::new(Code::AbaBatches, TYPE.place(line), message)
                    .advised("make sure that all of them are meant to be paid now"),
            );
        }
        line_ends(ends, &mut self.notes);
    }
}

fn line_ends(ends: Ends, notes: &mut Notes) {
    let ended = [(ends.feed, "a line feed"), (ends.carriage_return, "a carriage return")];
    for (line, by) in ended {
        if let Some(line) = line {
            notes.departs(Departure::LineEnds, Place::file(), || {
                format!("from line {line} on, lines end with {by} alone; the standard has a carriage return and a line feed")
            });
        }
    }
    if let Some(line) = ends.none {
        notes.departs(Departure::LastLine, Place::file(), || {
            format!("nothing ends the last line, line {line}")
        });
    }
    if let Some(line) = ends.end_mark {
        notes.departs(Departure::EndMark, Place::file(), || {
            format!("line {line} has a mark of the file's end (0x1A), as old programs write it")
        });
    }
    if ends.mark {
        notes.departs(Departure::ByteOrderMark, Place::file(), || {
            "the file begins with a byte order mark, which is left out".to_owned()
        });
    }
}

fn whole(line: &Line<'_>) -> Place {
    let last = u16::try_from(line.text.len()).unwrap_or(u16::MAX).max(1);
    Place::span(line.number, 1, last)
}

/// The signs that the rules of Direct Entry have.
fn is_in_the_standard(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || " ^_[]',?;:=#/.*()&%!$@+-".contains(sign)
}

/// Why a payment came back, by the code in column 18.
fn why_returned(line: &str) -> String {
    let code = super::layout::payment::INDICATOR.of(line);
    let why = match code {
        "1" => "the BSB is not valid",
        "2" => "the payment was stopped",
        "3" => "the account is closed",
        "4" => "the customer has died",
        "5" => "there is no such account",
        "6" => "the bank asks to be called",
        "8" => "the user id is not valid",
        "9" => "something in it is not valid",
        " " => return "of something that no code says".to_owned(),
        _ => return format!("of something whose code is not known (\"{code}\")"),
    };
    format!("{why} (code {code})")
}
