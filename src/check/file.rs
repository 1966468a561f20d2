//! A whole file: its header, its rows one by one, and what can only be said at the end.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::ahead::Ahead;
use super::alone::EachAlone;
use super::aside::{Below, Blanks, Unaddressed};
use super::date::PayDates;
use super::directory::Directory;
use super::head;
use super::head::Wanted;
use super::hold;
use super::mark::{self, Marked};
use super::order::InOrder;
use super::payee;
use super::row::Judge;
use super::seen::Seen;
use super::sound::Sound;
use super::sums::Sums;
use crate::domain::{
    Accepted, AsRead, Book, BookError, Code, Corridors, Event, Finding, Money, Observer, Payout, Place,
    RemitterNames, RowDigest, Severity, Stage, Totals,
};
use crate::intake::{Column, IntakeError, Source};

/// So many findings of one kind are kept; the others are counted.
pub(super) const MOST_OF_A_KIND: u64 = 1000;

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
    /// What Flash delivers where.
    pub corridors: Arc<Corridors>,
    /// The reasons that Flash knows, where it was asked.
    pub reasons: Option<Arc<[String]>>,
    /// The sources of funds that Flash knows, where it was asked.
    pub sources_of_funds: Option<Arc<[String]>>,
    /// The remitters, where they are known.
    pub remitters: Option<Arc<dyn RemitterNames>>,
    /// Why sub-clients cannot pay, by Flash's ids of them, where it was asked.
    pub sub_clients: BTreeMap<String, String>,
}

impl Options {
    /// Nothing is accepted, Flash was not asked, and the directory is the one that is compiled in.
    pub fn new(today: Date, environment_is_production: bool) -> Self {
        Self {
            today,
            environment_is_production,
            accepted: Accepted::default(),
            directory: Directory::built_in(),
            corridors: Corridors::built_in(),
            reasons: None,
            sources_of_funds: None,
            remitters: None,
            sub_clients: BTreeMap::new(),
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
    pub(super) sound: &'a Sound<'a>,
    pub(super) findings: &'a [Finding],
    /// The finding that a person must accept first.
    pub(super) held: Option<&'a Finding>,
}

impl Payable<'_> {
    /// The sheet of a workbook that the row is in.
    pub fn sheet(&self) -> Option<String> {
        self.sound.row.whole().sheet
    }

    /// What it pays, where nothing of the file forbids it and `pay` holds it all the same.
    pub fn waits(&self) -> Option<Money> {
        let holds = self.held.is_none() && self.findings.iter().any(Finding::holds);
        holds.then_some(self.sound.made.money)
    }

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
    /// What else could be read of them.
    pub invalid_read: HashMap<u32, AsRead>,
    /// Whether the file has a column of marks.
    pub has_marks: bool,
    /// In such a file what the rows bear that a finding forbids; of those that are not here it cannot be told.
    pub invalid_marks: HashMap<u32, Marked>,
    /// Rows that lack nothing but an address, which the payee book may have another day: part of what the file is.
    pub incomplete: Vec<RowDigest>,
    /// Rows whose address is from the payee book.
    pub completed: u64,
    /// What a person has accepted and nothing of the file has asked.
    pub unmet: Accepted,
}

impl Checked {
    /// Which row of an earlier run a row is that a finding forbids.
    pub fn marked(&self, row: u32) -> Marked {
        let unclear = if self.has_marks { Marked::Unclear } else { Marked::Not };
        self.invalid_marks.get(&row).copied().unwrap_or(unclear)
    }

    /// Adds what others have found about the file.
    pub fn add(&mut self, findings: Vec<Finding>) {
        for finding in &findings {
            self.unmet.strike(finding);
        }
        self.findings.extend(findings);
        self.findings.sort_by_key(in_order);
    }
}

/// The order of findings: that of the file.
fn in_order(finding: &Finding) -> (Option<u32>, Severity, Code) {
    (finding.place.row, finding.severity, finding.code)
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
    let unaddressed = Unaddressed::of(told.address_finding.clone());
    let address_told = told.address && unaddressed.whole.is_none();
    let holds = hold::Columns::of(&source.header);
    let rows = Some(book).filter(|book| book.has_rows());
    all.take(mark::unchecked(&source, rows).into_iter().collect());
    let judge = Judge { options, directory: options.directory, address_told, payees, accounts, rows, holds };
    let mut checked = Checked {
        format: source.format,
        directory: options.directory.words_of_age(options.today),
        has_marks: source.header.has(Column::PayrunRow),
        ..Checked::default()
    };
    if told.first_row_is_payout {
        checked.rows += 1;
        checked.invalid_rows.push(source.header.row);
    }
    let fixed = !source.header.spans.is_empty();
    observer
        .on(&Event::Begin { stage: Stage::Checking, total: Some(source.about).filter(|about| *about > 0) });
    let mut in_order = InOrder {
        told: &told,
        columns: source.header.names.len(),
        delimiter: source.delimiter,
        fixed,
        readable,
        seen: Seen::of(&source),
        sums: Sums::default(),
        blanks: Blanks::below(source.header.row),
        below: Below::default(),
        unaddressed,
        wrapped: BTreeMap::new(),
        refused: None,
        pay_dates: PayDates::of(&source.header, options.today),
        accepted: &options.accepted,
        all,
        checked,
        payable,
        observer,
    };
    let judge = EachAlone { judge: &judge, nothing_known: told.nothing_known, fixed };
    let (table, rows) = source.apart();
    Ahead { table, judge: &judge, waiting: &AtomicUsize::new(0) }.each(rows, &mut in_order)?;
    Ok(in_order.finish())
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
    pub counts: HashMap<Code, u64>,
    /// Kinds of which one is not listed that forbids.
    unlisted_forbid: HashSet<Code>,
    accepted: &'a Accepted,
    /// What was accepted and no finding has asked yet.
    pub unmet: Accepted,
}

impl<'a> Collected<'a> {
    pub fn new(accepted: &'a Accepted) -> Self {
        Self {
            findings: Vec::new(),
            counts: HashMap::new(),
            unlisted_forbid: HashSet::new(),
            accepted,
            unmet: accepted.clone(),
        }
    }

    /// Takes findings in. `true` where one of them forbids paying.
    pub fn take(&mut self, findings: Vec<Finding>) -> bool {
        let mut forbids = false;
        for mut finding in findings {
            finding.accepted = finding.code.asks() && self.accepted.covers(&finding);
            if finding.accepted {
                self.unmet.strike(&finding);
            }
            forbids |= finding.forbids();
            let count = self.counts.entry(finding.code).or_default();
            *count += 1;
            if *count <= MOST_OF_A_KIND {
                self.findings.push(finding);
            } else if finding.forbids() {
                self.unlisted_forbid.insert(finding.code);
            }
        }
        forbids
    }

    pub fn finish(mut self) -> Vec<Finding> {
        let rows = self.counts.get(&Code::NameChoose).copied().unwrap_or_default();
        if let Some(own) = payee::own_company(&self.findings, rows) {
            self.findings.retain(|finding| finding.code != Code::NameChoose);
            self.counts.remove(&Code::NameChoose);
            self.findings.push(own);
        }
        for (code, count) in self.counts {
            if count > MOST_OF_A_KIND {
                let mut unlisted = Finding::unlisted(code, count - MOST_OF_A_KIND);
                unlisted.accepted = code.asks() && !self.unlisted_forbid.contains(&code);
                self.findings.push(unlisted);
            }
        }
        self.findings.sort_by_key(in_order);
        self.findings
    }
}
