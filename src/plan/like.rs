//! Payouts that look like one of an earlier run and are told apart from it by little: a new `payment_id`, or a reference
//! that one of the two lacks.
//!
//! Wages are the same every month, under new ids, so this alone holds nothing. What was paid days ago is another
//! matter: no payroll comes round so soon, but exports are written twice and ids are given twice.

use jiff::SignedDuration;

use super::arrange::{Earlier, place};
use crate::domain::book::day;
use crate::domain::{Accepted, Code, Finding, Payout, Place, RunId, Timestamp};

/// So long after a payout another one like it is asked about.
const JUST_PAID: SignedDuration = SignedDuration::from_hours(72);

/// So many questions are told one by one.
const MOST_TOLD: usize = 1000;

/// From so many rows on, those of one earlier run are told in one line, if they are half of the file.
const MANY: usize = 3;

/// What tells a payout apart from the earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Apart {
    /// Both bear ids, and other ones.
    ByIds,
    /// One of the two has no reference.
    ByReference,
}

/// The payout of an earlier run that a row looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Like {
    /// The run.
    pub run: RunId,
    /// That run's name.
    pub label: String,
    /// What tells them apart.
    pub apart: Apart,
    /// When that one was sent; none where it is yet to be.
    pub sent_at: Option<Timestamp>,
    /// How many days ago that was.
    pub days: i64,
    /// Whether a person must say that this one is meant.
    pub asks: bool,
    /// Whether a person has said so.
    pub accepted: bool,
    /// All of it, in words.
    pub message: String,
}

impl Like {
    /// What `payout` is like, of `earlier`, and whether that must be asked: it was sent just now, or is yet to be sent,
    /// or is what the file is to correct.
    pub(super) fn of(
        payout: &Payout,
        earlier: &Earlier,
        corrects: bool,
        now: Timestamp,
        accepted: &Accepted,
    ) -> Self {
        let age = earlier.sent_at.map(|sent| now.duration_since(sent));
        let apart = apart(payout, earlier);
        let mut like = Self {
            run: earlier.run,
            label: earlier.label.clone(),
            apart,
            sent_at: earlier.sent_at,
            days: age.map_or(0, |age| (age.as_hours() + 12) / 24),
            asks: corrects || age.is_none_or(|age| age <= JUST_PAID),
            accepted: false,
            message: message(payout, earlier, apart),
        };
        like.accepted = like.asks && accepted.covers(&like.finding(Place::row(payout.row)));
        like
    }

    /// Whether a person must decide first.
    pub fn holds(&self) -> bool {
        self.asks && !self.accepted
    }

    /// What a person has accepted, in words.
    pub fn accepted_words(&self, row: u32) -> Option<String> {
        self.accepted.then(|| self.finding(Place::row(row)).to_string())
    }

    /// Why the row is held.
    pub(super) fn reason(&self, row: u32) -> String {
        format!("{}; if this really is a new payment, say --accept {}:{row}", self.message, Code::PaidBefore)
    }

    /// The same as a finding.
    pub fn finding(&self, place: Place) -> Finding {
        let code = if self.asks { Code::PaidBefore } else { Code::PaidAlike };
        let hint = if self.asks {
            "if it was paid already, take the row out"
        } else {
            "make sure that it was not paid already"
        };
        let finding = Finding::new(code, place, self.message.clone()).advised(hint);
        Finding { accepted: self.accepted, ..finding }
    }
}

fn apart(payout: &Payout, earlier: &Earlier) -> Apart {
    if earlier.overlap == payout.overlap_key() { Apart::ByIds } else { Apart::ByReference }
}

fn message(payout: &Payout, earlier: &Earlier, apart: Apart) -> String {
    let place = place(earlier);
    let new_id = payout.payment_id.as_deref().filter(|_| earlier.has_payment_id);
    match (apart, new_id) {
        (Apart::ByIds, id) => format!(
            "the payment_id {} is new, but account, amount and reference are those of {place}",
            id.unwrap_or("of this row")
        ),
        (Apart::ByReference, id) => {
            let which = match &payout.reference {
                Some(_) => "which had no reference",
                None => "which had a reference, and this row has none",
            };
            let id = id.map_or(String::new(), |id| format!("; its payment_id {id} is new"));
            format!("account and amount are those of {place}, {which}{id}")
        }
    }
}

/// What is to be said of rows that look like earlier ones, of the `rows` that can be paid: every question by itself, and
/// what comes round every month in one line.
pub fn findings<'a>(
    likes: impl Iterator<Item = (u32, &'a Like)>,
    rows: usize,
    place: impl Fn(u32) -> Place,
) -> Vec<Finding> {
    let (asking, mut others): (Vec<_>, Vec<_>) = likes.partition(|(_, like)| like.asks);
    let (told, more) = asking.split_at(asking.len().min(MOST_TOLD));
    let mut found: Vec<Finding> = told.iter().map(|(row, like)| like.finding(place(*row))).collect();
    if !more.is_empty() {
        let message = format!("{} more rows are like payouts of these days; they are not listed", more.len());
        let accepted = more.iter().all(|(_, like)| like.accepted);
        found.push(Finding { accepted, ..Finding::new(Code::PaidBefore, Place::file(), message) });
    }
    others.sort_by_key(|(row, like)| (like.run, like.apart, *row));
    for group in others.chunk_by(|(_, a), (_, b)| (a.run, a.apart) == (b.run, b.apart)) {
        if group.len() >= MANY && group.len() * 2 >= rows {
            found.extend(together(group, rows));
        } else {
            found.extend(group.iter().map(|(row, like)| like.finding(place(*row))));
        }
    }
    found
}

/// `25 of 25 payouts are like those that salaries-oct.csv paid 28 days ago …`
fn together(group: &[(u32, &Like)], rows: usize) -> Option<Finding> {
    let (_, latest) = group.iter().max_by_key(|(_, like)| like.sent_at)?;
    let when = latest.sent_at.map_or(String::new(), |at| format!(" {} days ago, {}", latest.days, day(at)));
    let what = match latest.apart {
        Apart::ByIds => "the same accounts, amounts and references under other payment_ids",
        Apart::ByReference => {
            "the same accounts and amounts, with references there and none here, or the other way round"
        }
    };
    let message = format!(
        "{} of {rows} payouts are like those that {} (run {}) sent{when}: {what}; this is usual for a regular payroll",
        group.len(),
        latest.label,
        latest.run
    );
    Some(Finding::new(Code::PaidAlike, Place::file(), message))
}
