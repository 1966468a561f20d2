//! What is said of a file: errors one by one, departures that change nothing gathered by their kind.

use std::collections::BTreeMap;

use crate::domain::money::grouped;
use crate::domain::{Code, Finding, MOST_NAMED, Place, some_of};

use rust_decimal::Decimal;

/// So many errors of a kind are listed; the others are counted.
const MOST_ERRORS: u64 = 100;

/// A kind of departure that changes nothing. The order is that of a line's columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Departure {
    LineEnds,
    LastLine,
    EndMark,
    ByteOrderMark,
    OwnAccount,
    Time,
    Short,
    Long,
    BlankLine,
    NoRecord,
    Sign,
    Filled,
    Reel,
    Bank,
    BsbForm,
    LeftJustified,
    NewDetails,
    Drawing,
    TitleIndented,
    NoReference,
    TraceForm,
    TraceDiffers,
    PaysOneself,
    NoRemitter,
    Withheld,
    WithheldUnmarked,
    WithheldNothing,
    WithheldBlank,
    NoPayments,
}

impl Departure {
    /// What nobody need look at is information.
    fn code(self) -> Code {
        match self {
            Self::LineEnds
            | Self::LastLine
            | Self::EndMark
            | Self::ByteOrderMark
            | Self::OwnAccount
            | Self::Time => Code::FileForm,
            Self::Short
            | Self::Long
            | Self::BlankLine
            | Self::NoRecord
            | Self::Sign
            | Self::Filled
            | Self::Reel
            | Self::Bank
            | Self::BsbForm
            | Self::LeftJustified
            | Self::NewDetails
            | Self::Drawing
            | Self::TitleIndented
            | Self::NoReference
            | Self::TraceForm
            | Self::TraceDiffers
            | Self::PaysOneself
            | Self::NoRemitter
            | Self::Withheld
            | Self::WithheldUnmarked
            | Self::WithheldNothing
            | Self::WithheldBlank
            | Self::NoPayments => Code::AbaForm,
        }
    }

    /// What to do about it, where there is something.
    fn hint(self) -> Option<&'static str> {
        match self {
            Self::NewDetails => Some("make sure of the account with the payee, on a number that you know"),
            Self::NoReference => Some("write one in the payroll program, such as SALARY JUL26"),
            Self::PaysOneself => Some("make sure that this is meant"),
            Self::Withheld | Self::WithheldUnmarked => {
                Some("make sure that the tax is not part of the amount")
            }
            Self::TraceDiffers => Some("make sure that the lines belong together"),
            Self::Reel => Some("make sure that the parts before it are not forgotten"),
            _ => None,
        }
    }
}

/// One kind of departure: the first in full, and where the others are.
#[derive(Debug)]
struct Departed {
    place: Place,
    message: String,
    others: Vec<u32>,
    more: u64,
}

/// What was found so far. Bounded, however long the file is.
#[derive(Debug, Default)]
pub(super) struct Notes {
    made: Vec<Finding>,
    counts: BTreeMap<Code, u64>,
    departed: BTreeMap<Departure, Departed>,
}

impl Notes {
    /// Adds what is no departure.
    pub(super) fn add(&mut self, finding: Finding) {
        let count = self.counts.entry(finding.code).or_default();
        *count += 1;
        if *count <= MOST_ERRORS {
            self.made.push(finding);
        }
    }

    /// A line that cannot be what it should, with what to do.
    pub(super) fn wrong(&mut self, place: Place, message: impl Into<String>, hint: &str) {
        self.add(Finding::new(Code::AbaRecord, place, message).advised(hint));
    }

    /// Notes a departure; the message is that of the first.
    pub(super) fn departs(&mut self, kind: Departure, place: Place, message: impl FnOnce() -> String) {
        match self.departed.get_mut(&kind) {
            None => {
                let departed = Departed { place, message: message(), others: Vec::new(), more: 0 };
                self.departed.insert(kind, departed);
            }
            Some(Departed { place: known, others, .. })
                if others.last().copied().or(known.row) == place.row => {} // told of this line
            Some(Departed { others, .. }) if others.len() < MOST_NAMED => others.extend(place.row),
            Some(departed) => departed.more += 1,
        }
    }

    /// All of it.
    pub(super) fn finish(self) -> Vec<Finding> {
        let Self { mut made, counts, departed } = self;
        for (kind, departed) in departed {
            let message = departed.message.clone() + &also(&departed);
            let finding = Finding::new(kind.code(), departed.place, message);
            made.push(match kind.hint() {
                Some(hint) => finding.advised(hint),
                None => finding,
            });
        }
        for (code, count) in counts {
            if count > MOST_ERRORS {
                made.push(Finding::unlisted(code, count - MOST_ERRORS));
            }
        }
        made
    }
}

/// ` (so do lines 3, 4 and 7 more)`.
fn also(departed: &Departed) -> String {
    match departed.others.as_slice() {
        [] => String::new(),
        [one] => format!(" (the same in line {one})"),
        others => format!(" (the same in lines {})", some_of(others, departed.more)),
    }
}

/// A sum of cents for people: `1,234.50`.
pub(super) fn dollars(cents: i128) -> String {
    Decimal::try_from_i128_with_scale(cents, 2).map_or_else(|_| cents.to_string(), |sum| grouped(&sum))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn departures_of_one_kind_are_one_finding() {
        let mut notes = Notes::default();
        for line in 3..20 {
            notes.departs(Departure::Reel, Place::span(line, 19, 20), || format!("line {line}"));
        }
        let made = notes.finish();
        assert_eq!(made.len(), 1);
        let lines = "line 3 (the same in lines 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 and 6 more)";
        assert_eq!(made[0].message, lines);
    }

    #[test]
    fn errors_are_counted_when_they_are_many() {
        let mut notes = Notes::default();
        (0..250).for_each(|line| notes.wrong(Place::row(line), "wrong", "mend it"));
        let made = notes.finish();
        assert_eq!(made.len(), 101);
        assert_eq!(made[100].message, "150 more findings of this kind are not listed");
    }
}
