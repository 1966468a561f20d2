//! Rows in the order of the file: what can only be said with those above, and at the end with all of them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::mem;

use super::Findings;
use super::ahead::InTurn;
use super::alone::{Alone, Is, Said};
use super::aside::{Below, Blanks, Unaddressed, told_wrapped};
use super::date::PayDates;
use super::file::{CheckError, Checked, Collected, Payable, ragged};
use super::head::Told;
use super::mark::Marked;
use super::row::{Unsound, text};
use super::seen::Seen;
use super::sound::Sound;
use super::sums::{Sums, Verdict};
use crate::domain::{Accepted, AsRead, Code, Event, Finding, Observer, Place, Stage, Totals};
use crate::intake::{Column, RawRow};

/// So many rows between two events.
const STEP: u64 = 256;

/// Why a file cannot be the one that was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// A sum below its rows differs.
    Sum,
    /// Its columns change, so that no row below can be read.
    Columns,
}

/// What is known of the rows so far.
pub(super) struct InOrder<'a> {
    pub told: &'a Told,
    /// How many columns the header has.
    pub columns: usize,
    pub delimiter: Option<char>,
    pub fixed: bool,
    /// Whether the header lets rows be paid.
    pub readable: bool,
    pub seen: Seen,
    pub sums: Sums,
    pub blanks: Blanks,
    pub below: Below,
    pub unaddressed: Unaddressed,
    /// For each column with cells such as `="00123"` the first row of them, and how many there are.
    pub wrapped: BTreeMap<usize, (u32, u64)>,
    /// Why the file cannot be the one that was meant.
    pub refused: Option<Refused>,
    pub pay_dates: PayDates,
    pub accepted: &'a Accepted,
    pub all: Collected<'a>,
    pub checked: Checked,
    pub payable: &'a mut dyn FnMut(&Payable<'_>) -> io::Result<()>,
    pub observer: &'a dyn Observer,
}

impl InTurn for InOrder<'_> {
    fn foresee(&mut self, alone: &Alone) {
        if let Alone::Row(Said { is: Is::Payout(Ok((_, keys)), _), .. }) = alone {
            self.seen.foresee(keys);
        }
    }

    /// Takes the next row with what it says by itself.
    fn take(&mut self, row: RawRow<'_>, alone: &mut Alone) -> Result<(), CheckError> {
        let is_row_of_payout = match alone {
            Alone::Blank => false,
            Alone::Ragged { .. } | Alone::Row(_) if self.refused == Some(Refused::Columns) => {
                self.blanks.until(row.row);
                self.checked.invalid_rows.push(row.row);
                true
            }
            Alone::Unknown => {
                self.blanks.until(row.row);
                self.checked.invalid_rows.push(row.row);
                true
            }
            Alone::Ragged { cells, breaks } => {
                self.blanks.until(row.row);
                self.were_rows();
                self.checked.invalid_rows.push(row.row);
                self.sums.cannot_read(row.row);
                self.all.take(vec![ragged(row.row, [*cells, self.columns], *breaks, self.delimiter)]);
                true
            }
            Alone::Row(said) => {
                self.blanks.until(row.row);
                for column in &said.wrapped {
                    self.wrapped.entry(*column).or_insert((row.row, 0)).1 += 1;
                }
                self.row(&row, said)?
            }
        };
        if is_row_of_payout {
            self.checked.rows += 1;
            if self.checked.rows.is_multiple_of(STEP) {
                self.observer.on(&Event::Step { stage: Stage::Checking, count: STEP });
            }
        }
        Ok(())
    }
}

impl InOrder<'_> {
    /// `false` for a row that is passed over, or may be.
    fn row(&mut self, row: &RawRow<'_>, said: &mut Said) -> Result<bool, CheckError> {
        let mut findings = Findings { made: mem::take(&mut said.findings), accepted: self.accepted };
        let mut marked = Marked::Unclear;
        let judged = match &mut said.is {
            Is::NoPayout => None,
            Is::OtherColumns => {
                self.refused = Some(Refused::Columns);
                None
            }
            Is::Sum(looks) => match self.sums.judge(row, *looks, &mut findings) {
                Verdict::PassedOver => {
                    self.all.take(findings.made);
                    return Ok(false);
                }
                Verdict::Differs => {
                    self.refused = Some(Refused::Sum);
                    None
                }
                Verdict::Unclear => None,
            },
            Is::Note(note) => {
                self.below.hold(row, mem::take(note));
                return Ok(false);
            }
            Is::Payout(judged, of_row) => {
                marked = *of_row;
                Some(judged)
            }
        };
        self.were_rows();
        if let Some(judged) = &judged {
            self.pay_dates.note(row);
            self.sums.add(row, judged.as_ref().ok().map(|(made, _)| made.money.amount()));
        }
        let mut unsound = Unsound::default();
        let payout = match judged {
            Some(Ok((made, keys))) => Some((Sound { row: *row, made }, keys)),
            Some(Err(read)) => {
                unsound = mem::take(&mut **read);
                self.checked.incomplete.extend(unsound.incomplete);
                None
            }
            None => None,
        };
        let nameless = said.nameless.take();
        let is_first =
            payout.as_ref().is_some_and(|(sound, keys)| self.seen.note(sound, keys, &mut findings));
        let mut findings = findings.made;
        findings.retain(|finding| !self.told.covers(finding));
        let may_be_paid = nameless.is_none() && self.readable;
        findings.extend(nameless.map(|place| without_name(*place)));
        match payout {
            Some((sound, _)) if is_first && may_be_paid => self.pay(&sound, &findings)?,
            payout => {
                self.checked.invalid_rows.push(row.row);
                if let Some((Sound { made, .. }, _)) = payout {
                    (unsound.account, unsound.money) = (Some(made.account.clone()), Some(made.money));
                }
                let read = as_read(row, &unsound, &findings);
                self.checked.invalid_names.extend(whom(row).map(|name| (row.row, name)));
                self.checked.invalid_read.extend((!read.is_nothing()).then_some((row.row, read)));
                if self.checked.has_marks {
                    self.checked.invalid_marks.insert(row.row, marked);
                }
            }
        }
        self.unaddressed.divert(&mut findings);
        self.all.take(findings);
        Ok(true)
    }

    fn pay(&mut self, sound: &Sound<'_>, findings: &[Finding]) -> io::Result<()> {
        let held = findings.iter().find(|finding| finding.forbids());
        if held.is_none() {
            self.checked.payable += 1;
            self.checked.totals.add(sound.made.money);
        }
        self.checked.completed += u64::from(sound.has_address_of_book());
        (self.payable)(&Payable { sound, findings, held })
    }

    /// A row that is meant to be a payout stands below those of one text.
    fn were_rows(&mut self) {
        self.checked.rows += self.below.were_rows(&mut self.checked.invalid_rows, &mut self.all);
    }

    /// What checking has shown.
    pub fn finish(self) -> Checked {
        let Self { mut all, mut checked, .. } = self;
        self.observer.on(&Event::Step { stage: Stage::Checking, count: checked.rows % STEP });
        self.observer.on(&Event::End { stage: Stage::Checking });
        let refused = self.below.finish(&mut all) || self.refused.is_some();
        self.unaddressed.finish(checked.completed > 0, &mut all);
        if checked.rows == 0 && (self.readable || !self.fixed) {
            all.take(vec![
                Finding::new(Code::FileEmpty, Place::file(), "the file has a header and no payouts").advised(
                    "write a row for each payout below the names of the columns, or export the file again",
                ),
            ]);
        }
        all.take(self.pay_dates.finish());
        all.take(self.blanks.finding().filter(|_| !self.fixed).into_iter().collect());
        all.take(self.wrapped.into_iter().map(told_wrapped).collect());
        if refused {
            checked.payable = 0;
            checked.totals = Totals::default();
        }
        checked.unmet = std::mem::take(&mut all.unmet);
        checked.findings = all.finish();
        checked
    }
}

fn without_name(place: Place) -> Finding {
    Finding::new(Code::ColumnUnknown, place, "the cell is filled, and its column has no name")
        .advised("give the column a name, or empty it")
}

/// What of a row can be read that a finding forbids.
fn as_read(row: &RawRow<'_>, unsound: &Unsound, findings: &[Finding]) -> AsRead {
    let text = |column| {
        let place = row.place(column);
        let is_wrong = findings.iter().any(|finding| finding.forbids() && finding.place == place);
        text(row, column).filter(|_| !is_wrong).map(Cow::into_owned)
    };
    AsRead {
        payment_id: text(Column::PaymentId),
        account: unsound.account.as_ref().map(ToString::to_string),
        money: unsound.money,
        reference: text(Column::Reference),
    }
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
