//! What a row says by itself, whatever the other rows say: nearly all that checking costs, and in any order.

use super::mark::{self, Marked};
use super::row::{Judge, Unsound};
use super::seen::Keys;
use super::shape::{self, Other};
use super::sound::{Made, Sound};
use super::sums::{Looks, looks};
use super::{Findings, firsts::Text};
use crate::domain::{BookError, Finding, Place};
use crate::intake::{Item, RawRow};

/// What was found in a row.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all are of the large kind, and their room is used again"
)]
pub(super) enum Alone {
    /// It has no text.
    Blank,
    /// No column of the file is known, so nothing can be said of its cells.
    Unknown,
    /// Its cells cannot be told apart: how many they are, and the line breaks in them.
    Ragged { cells: usize, breaks: usize },
    /// It has cells in the columns of the file.
    Row(Said),
}

/// What is said of the cells of a row. Whoever takes it need not look at the cells again, which another core may have
/// written.
#[derive(Debug)]
pub(super) struct Said {
    pub is: Is,
    pub findings: Vec<Finding>,
    /// The columns, counted from 0, of cells such as `="00123"`.
    pub wrapped: Vec<usize>,
    /// A filled cell whose column has no name.
    pub nameless: Option<Box<Place>>,
}

/// What a row is meant to be.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "nearly all are payouts")]
pub(super) enum Is {
    /// No payout, as a finding says.
    NoPayout,
    /// Names of other columns than those of the header, as a finding says: what stands below it cannot be read.
    OtherColumns,
    /// Perhaps sums of the rows above.
    Sum(Looks),
    /// One text or two.
    Note(String),
    /// A payout, as far as no finding of its own forbids it, and which row of an earlier run it is.
    Payout(Result<(Made, Keys), Box<Unsound>>, Marked),
}

/// Whoever judges rows one by one, on any thread.
pub(super) struct EachAlone<'a> {
    pub judge: &'a Judge<'a>,
    /// Whether no column of the file is known.
    pub nothing_known: bool,
    /// Whether columns are fixed, as in a bank file, whose sums are told apart already.
    pub fixed: bool,
}

impl EachAlone<'_> {
    /// Judges a row and adds what was found to those before; `room` is used again from row to row.
    pub fn judge(&self, item: &Item<'_>, room: &mut Text, judged: &mut Vec<Alone>) -> Result<(), BookError> {
        judged.push(match *item {
            Item::Blank { .. } => Alone::Blank,
            Item::Ragged { .. } | Item::Row(_) if self.nothing_known => Alone::Unknown,
            Item::Ragged { cells, breaks, .. } => Alone::Ragged { cells, breaks },
            Item::Row(row) => {
                let mut findings = Findings::new(&self.judge.options.accepted);
                let is = self.is(&row, room, &mut findings)?;
                Alone::Row(Said {
                    is,
                    findings: findings.made,
                    wrapped: row.wrapped().collect(),
                    nameless: row.nameless().map(Box::new),
                })
            }
        });
        Ok(())
    }

    fn is(&self, row: &RawRow<'_>, room: &mut Text, findings: &mut Findings<'_>) -> Result<Is, BookError> {
        match shape::no_payout(row, findings) {
            Some(Other::Alone) => return Ok(Is::NoPayout),
            Some(Other::OtherColumns) => return Ok(Is::OtherColumns),
            None => {}
        }
        if let Some(looks) = looks(row).filter(|_| !self.fixed) {
            return Ok(Is::Sum(looks));
        }
        if let Some(note) = shape::note(row) {
            return Ok(Is::Note(note));
        }
        let marked = mark::marked(row, self.judge.rows, findings)?;
        let judged = self.judge.payout(row, marked, findings)?.map(|made| {
            let keys = Keys::of(&Sound { row: *row, made: &made }, room);
            (made, keys)
        });
        Ok(Is::Payout(judged, marked))
    }
}
