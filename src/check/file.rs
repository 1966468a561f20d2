//! A whole file: its header, its rows one by one, and what can only be said at the end.

use std::collections::{BTreeMap, HashMap};
use std::io;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::directory::Directory;
use super::head::Wanted;
use super::row::{Judge, Unsound};
use super::seen::Seen;
use super::sound::Sound;
use super::sums::{Sums, Verdict};
use super::{Findings, head, shape};
use crate::domain::{
    Accepted, Book, BookError, Code, Event, Finding, Observer, Payout, Place, RowDigest, Stage, Totals,
};
use crate::intake::{Column, IntakeError, Item, RawRow, Source, letter};

/// So many findings of one kind are kept; the others are counted.
const MOST_OF_A_KIND: u64 = 1000;
/// So many rows between two events.
const STEP: u64 = 256;

/// How to check.
#[derive(Debug, Clone)]
pub struct Options {
    /// The day, for ages.
    pub today: Date,
    /// Whether real money will move.
    pub environment_is_production: bool,
    /// What a person has said is meant.
    pub accepted: Accepted,
    /// The bank directory.
    pub directory: Directory,
}

impl Options {
    /// Nothing is accepted, and the directory is the one that is compiled in.
    pub fn new(today: Date, environment_is_production: bool) -> Self {
        Self {
            today,
            environment_is_production,
            accepted: Accepted::default(),
            directory: Directory::built_in(),
        }
    }
}

/// A payout that checking let through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passed {
    /// The payout.
    pub payout: Payout,
    /// What a person has accepted of it, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<String>,
    /// Why a person must decide first: bank details that have changed. It is not counted as payable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<String>,
}

/// A row that checking lets through, lent: whoever keeps it makes a payout of it.
#[derive(Debug)]
pub struct Payable<'a> {
    sound: &'a Sound<'a>,
    findings: &'a [Finding],
    /// The finding that a person must accept first.
    held: Option<&'a Finding>,
}

impl Payable<'_> {
    /// The payout, with texts of its own.
    pub fn passed(&self) -> Passed {
        let accepted = self.findings.iter().filter(|finding| finding.accepted);
        Passed {
            payout: self.sound.payout(),
            accepted: accepted.map(ToString::to_string).collect(),
            held: self.held.map(|finding| finding.message.clone()),
        }
    }
}

/// What checking has shown. Payouts have gone to the callback meanwhile.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// What kind of file it is: `csv`, `xlsx`, `aba`.
    pub format: &'static str,
    /// Of when the bank directory is, in words, and that it is old where it is.
    pub directory: String,
    /// Rows that are meant to be payouts.
    pub rows: u64,
    /// Rows that no finding forbids.
    pub payable: u64,
    /// Their sums.
    pub totals: Totals,
    /// What was found, in the order of the file.
    pub findings: Vec<Finding>,
    /// Rows that a finding forbids.
    pub invalid_rows: Vec<u32>,
    /// Whom those rows name, as typed, where they name somebody.
    pub invalid_names: HashMap<u32, String>,
    /// Rows that lack nothing but an address, which the payee book may have another day: part of what the file is.
    pub incomplete: Vec<RowDigest>,
    /// Rows whose address is from the payee book.
    pub completed: u64,
}

/// Checking could not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The file could not be read on.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// The payouts could not be kept.
    #[error("the payouts could not be kept on disk: {0}")]
    Keep(#[from] io::Error),
    /// The payee book could not be asked.
    #[error(transparent)]
    Book(#[from] BookError),
}

/// Checks a file. Every row that is payable or held goes to `payout` at once; what went there counts only if `payable`
/// says so in the end, since a sum below the rows may forbid the whole file.
pub fn check(
    mut source: Source,
    options: &Options,
    book: &dyn Book,
    payable: &mut dyn FnMut(&Payable<'_>) -> io::Result<()>,
    observer: &dyn Observer,
) -> Result<Checked, CheckError> {
    let mut all = Collected::new(&options.accepted);
    all.take(std::mem::take(&mut source.notes));
    if all.findings.iter().any(|finding| finding.code == Code::SheetChoose) {
        return Ok(Checked { format: source.format, findings: all.finish(), ..Checked::default() });
    }
    // asked once: what has no page is not opened for every row
    let payees = Some(book).filter(|book| book.has_payees());
    let accounts = Some(book).filter(|book| book.has_accounts());
    let told = head::header(&source, Wanted::Payouts { has_book: payees.is_some() }, &mut all);
    all.take(super::date::far(&source.header, options.today));
    let readable = !all.findings.iter().any(Finding::forbids);
    let mut unaddressed = Unaddressed { whole: told.address_finding.clone(), ..Unaddressed::default() };
    let address_told = told.address && unaddressed.whole.is_none();
    let judge = Judge { options, directory: options.directory, address_told, payees, accounts };
    let mut checked = Checked {
        format: source.format,
        directory: options.directory.words_of_age(options.today),
        ..Checked::default()
    };
    if told.first_row_is_payout {
        checked.rows += 1;
        checked.invalid_rows.push(source.header.row);
    }
    let mut seen = Seen::of(&source);
    let mut sums = Sums::default();
    let mut blanks = Blanks { next: source.header.row + 1, ..Blanks::default() };
    let mut below = Below::default();
    let mut wrapped = BTreeMap::new();
    let mut refused = false;
    let columns = source.header.names.len();
    let fixed = !source.header.spans.is_empty();
    let delimiter = source.delimiter;
    observer
        .on(&Event::Begin { stage: Stage::Checking, total: Some(source.about).filter(|about| *about > 0) });
    while let Some(item) = source.next_item()? {
        match item {
            Item::Blank { .. } => continue,
            Item::Ragged { row, .. } | Item::Row(RawRow { row, .. }) if told.nothing_known => {
                blanks.until(row);
                checked.invalid_rows.push(row);
            }
            Item::Ragged { row, cells, breaks } => {
                blanks.until(row);
                checked.rows += below.were_rows(&mut checked.invalid_rows, &mut all);
                checked.invalid_rows.push(row);
                sums.cannot_read(row);
                all.take(vec![ragged(row, [cells, columns], breaks, delimiter)]);
            }
            Item::Row(row) => {
                blanks.until(row.row);
                let mut findings = Findings::new(&options.accepted);
                row.wrapped().for_each(|column| {
                    wrapped.entry(column).or_insert((row.row, 0)).1 += 1;
                });
                let no_payout = shape::is_no_payout(&row, &mut findings);
                let verdict = if no_payout || fixed { None } else { sums.judge(&row, &mut findings) };
                match verdict {
                    Some(Verdict::PassedOver) => {
                        all.take(findings.made);
                        continue;
                    }
                    Some(Verdict::Differs) => refused = true,
                    Some(Verdict::Unclear) | None => {}
                }
                if let (false, None, Some(note)) = (no_payout, verdict, shape::note(&row)) {
                    below.hold(&row, note);
                    continue;
                }
                checked.rows += below.were_rows(&mut checked.invalid_rows, &mut all);
                let is_payout = !no_payout && verdict.is_none();
                let nameless = row.nameless();
                let judged =
                    if is_payout { judge.payout(&row, &mut findings)? } else { Err(Unsound::Refused) };
                let made = match judged {
                    Ok(made) => Some(made),
                    Err(Unsound::Incomplete(digest)) => {
                        checked.incomplete.push(digest);
                        None
                    }
                    Err(Unsound::Refused) => None,
                };
                if is_payout {
                    sums.add(&row, made.as_ref().map(|made| made.money.amount()));
                }
                let may_be_paid =
                    made.as_ref().is_some_and(|made| seen.note(made, &mut findings)) && nameless.is_none();
                findings.made.retain(|finding| !told.covers(finding));
                findings.made.extend(nameless.map(without_name));
                match &made {
                    Some(made) if may_be_paid && readable => {
                        let held = findings.made.iter().find(|finding| finding.forbids());
                        if held.is_none() {
                            checked.payable += 1;
                            checked.totals.add(made.money);
                        }
                        checked.completed += u64::from(made.has_address_of_book());
                        payable(&Payable { sound: made, findings: &findings.made, held })?;
                    }
                    _ => {
                        checked.invalid_rows.push(row.row);
                        checked.invalid_names.extend(whom(&row).map(|name| (row.row, name)));
                    }
                }
                unaddressed.divert(&mut findings.made);
                all.take(findings.made);
            }
        }
        checked.rows += 1;
        if checked.rows.is_multiple_of(STEP) {
            observer.on(&Event::Step { stage: Stage::Checking, count: STEP });
        }
    }
    observer.on(&Event::Step { stage: Stage::Checking, count: checked.rows % STEP });
    observer.on(&Event::End { stage: Stage::Checking });
    refused |= below.finish(&mut all);
    unaddressed.finish(checked.completed > 0, &mut all);
    if checked.rows == 0 && (readable || !fixed) {
        all.take(vec![
            Finding::new(Code::FileEmpty, Place::file(), "the file has a header and no payouts")
                .advised("export it again"),
        ]);
    }
    all.take(blanks.finding().filter(|_| !fixed).into_iter().collect());
    all.take(wrapped.into_iter().map(told_wrapped).collect());
    if refused {
        checked.payable = 0;
        checked.totals = Totals::default();
    }
    checked.findings = all.finish();
    Ok(checked)
}

/// Rows without an address in a file without addresses: told one by one only if the payee book had some.
#[derive(Default)]
struct Unaddressed {
    whole: Option<Finding>,
    rows: Vec<Finding>,
    more: u64,
}

impl Unaddressed {
    fn divert(&mut self, findings: &mut Vec<Finding>) {
        if self.whole.is_none() {
            return;
        }
        for finding in findings.extract_if(.., |finding| finding.code == Code::AddressMissing) {
            if (self.rows.len() as u64) < MOST_OF_A_KIND {
                self.rows.push(finding);
            } else {
                self.more += 1;
            }
        }
    }

    fn finish(self, some_completed: bool, all: &mut Collected<'_>) {
        if some_completed {
            all.take(self.rows);
            *all.counts.entry(Code::AddressMissing).or_default() += self.more;
        } else if !self.rows.is_empty() {
            all.take(self.whole.into_iter().collect());
        }
    }
}

fn told_wrapped((column, (first, count)): (usize, (u32, u64))) -> Finding {
    let place = Place { letter: Some(letter(column)), ..Place::row(first) };
    let others = if count > 1 { format!(", and {} more below it", count - 1) } else { String::new() };
    Finding::new(
        Code::CellWrapped,
        place,
        format!("the cell is written as a formula to keep its zeros{others}; it is read as text"),
    )
}

/// Rows with one text only, which are notes if no payout stands below them.
#[derive(Default)]
struct Below {
    rows: Vec<(Place, String)>,
}

impl Below {
    fn hold(&mut self, row: &RawRow<'_>, text: &str) {
        self.rows.push((row.whole(), text.to_owned()));
    }

    /// A payout stands below them: they are rows that lack nearly everything. Gives how many.
    fn were_rows(&mut self, invalid: &mut Vec<u32>, all: &mut Collected<'_>) -> u64 {
        for (place, _) in &self.rows {
            invalid.extend(place.row);
            all.take(vec![
                Finding::new(
                    Code::RowNoPayout,
                    place.clone(),
                    "only one cell of the row is filled, and payouts stand below it",
                )
                .advised("fill the row, or remove it"),
            ]);
        }
        self.rows.drain(..).count() as u64
    }

    /// No payout stands below them: they are notes, if a person agrees. `true` where nobody has.
    fn finish(self, all: &mut Collected<'_>) -> bool {
        let Some((place, text)) = self.rows.first() else { return false };
        let rows: Vec<u32> = self.rows.iter().filter_map(|(place, _)| place.row).collect();
        let begin: String = text.chars().filter(|c| !c.is_control()).take(40).collect();
        let what = match rows.len() {
            1 => format!("below the payouts stands a row of one text (\"{begin}\"), which is passed over"),
            _ => format!(
                "below the payouts stand rows of one text ({}; the first is \"{begin}\"), which are passed over",
                crate::intake::listed(&rows)
            ),
        };
        let finding = Finding::new(Code::RowsBelow, place.clone(), what)
            .advised("make sure that it is a note and not a payee whose cells are missing");
        all.take(vec![finding])
    }
}

/// Rows without any text between the others. The source leaves empty lines out, so they are told by the numbers.
#[derive(Default)]
struct Blanks {
    /// The row that should come next.
    next: u32,
    first: Vec<u32>,
    count: u64,
}

impl Blanks {
    const MOST_LISTED: usize = 10;

    /// Notes the rows that were left out before this one.
    fn until(&mut self, row: u32) {
        self.count += u64::from(row.saturating_sub(self.next));
        let room = Self::MOST_LISTED - self.first.len();
        self.first.extend((self.next..row).take(room));
        self.next = row + 1;
    }

    fn finding(&self) -> Option<Finding> {
        let first = *self.first.first()?;
        let listed: Vec<String> = self.first.iter().map(u32::to_string).collect();
        let more = self.count - self.first.len() as u64;
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let message = format!("blank rows were passed over: {}{more}", listed.join(", "));
        Some(Finding::new(Code::RowBlank, Place::row(first), message))
    }
}

fn without_name(place: Place) -> Finding {
    Finding::new(Code::ColumnUnknown, place, "the cell is filled, and its column has no name")
        .advised("give the column a name, or empty it")
}

/// Whom a row names, as typed; an e-mail address or digits in the place of a name are not shown.
fn whom(row: &RawRow<'_>) -> Option<String> {
    let columns =
        [Column::FirstName, Column::MiddleName, Column::LastName, Column::CompanyName, Column::AccountName];
    let words: Vec<&str> =
        columns.iter().map(|column| row.text(*column)).filter(|text| !text.is_empty()).collect();
    let name = words.join(" ");
    let is_name = !name.is_empty() && name.chars().count() <= 150 && !name.contains('@');
    (is_name && name.chars().filter(char::is_ascii_digit).count() < 4 && !name.contains(char::is_control))
        .then_some(name)
}

pub(super) fn ragged(
    row: u32,
    [cells, columns]: [usize; 2],
    breaks: usize,
    delimiter: Option<char>,
) -> Finding {
    let over = match breaks {
        0 => String::new(),
        breaks => {
            format!(" and runs over {} lines of the file, so that rows may be hidden in it", breaks + 1)
        }
    };
    let separator = match delimiter {
        Some(';') => "semicolon",
        Some('\t') => "tab",
        Some('|') => "vertical bar",
        _ => "comma",
    };
    let message = format!("the row has {cells} cells, the header has {columns}{over}");
    Finding::new(Code::RowRagged, Place::row(row), message).advised(match () {
        () if breaks > 0 => "look for a quotation mark (\") that was opened in it and not closed".to_owned(),
        () if cells > columns => {
            format!("look for a {separator} inside a name or an amount that needs quotation marks around the cell")
        }
        () => {
            format!("look for a cell or its {separator} that is not there, or save the file from the spreadsheet again")
        }
    })
}

/// The findings of a file, not more of a kind than anybody reads.
pub(super) struct Collected<'a> {
    pub findings: Vec<Finding>,
    counts: HashMap<Code, u64>,
    accepted: &'a Accepted,
}

impl<'a> Collected<'a> {
    pub fn new(accepted: &'a Accepted) -> Self {
        Self { findings: Vec::new(), counts: HashMap::new(), accepted }
    }

    /// Takes findings in. `true` where one of them forbids paying.
    pub fn take(&mut self, findings: Vec<Finding>) -> bool {
        let mut forbids = false;
        for mut finding in findings {
            finding.accepted = finding.code.asks() && self.accepted.covers(&finding);
            forbids |= finding.forbids();
            let count = self.counts.entry(finding.code).or_default();
            *count += 1;
            if *count <= MOST_OF_A_KIND {
                self.findings.push(finding);
            }
        }
        forbids
    }

    pub fn finish(mut self) -> Vec<Finding> {
        for (code, count) in self.counts {
            if count > MOST_OF_A_KIND {
                let more = count - MOST_OF_A_KIND;
                let message = format!("{more} more findings of this kind are not listed");
                self.findings.push(Finding::new(code, Place::file(), message));
            }
        }
        self.findings.sort_by_key(|finding| (finding.place.row, finding.severity, finding.code));
        self.findings
    }
}
