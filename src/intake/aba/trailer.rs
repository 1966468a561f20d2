//! The trailer record, type 7: its five statements are compared with the lines of its batch.

use super::batch::{Batch, blank};
use super::layout::{Field, total as field};
use super::lines::Line;
use super::notes::{Departure, Notes, dollars};
use crate::domain::{Code, Finding, Place};

const NINES: &str = "999-999";
/// What ten digits of cents can say.
const MOST: i128 = 9_999_999_999;
const CHANGED: &str = "a line was changed, added or lost after the payroll program wrote the file, or it is cut off: export it again";

/// Compares a trailer with its batch.
pub(super) fn compare(line: &Line<'_>, batch: &Batch, notes: &mut Notes) {
    let (number, text) = (line.number, line.text);
    if field::BSB.of(text) != NINES {
        let message = format!("the trailer has \"{}\" where {NINES} must stand", field::BSB.of(text));
        notes.add(differs(field::BSB.place(number), message));
    }
    for part in [field::BLANK_1, field::BLANK_2] {
        blank(part, line, notes);
    }
    if !field::REST.of(text).trim().is_empty() {
        notes.departs(Departure::Filled, field::REST.place(number), || {
            "blanks should stand here; the text is not read".to_owned()
        });
    }
    let (credits, debits) = (batch.credits, batch.debits);
    let lines = batch.span();
    for (of, sum, what) in [
        (field::NET, (credits - debits).abs(), format!("the credits less the debits of {lines} come to")),
        (field::CREDITS, credits, format!("the credits of {lines} come to")),
        (field::DEBITS, debits, format!("the debits of {lines} come to")),
    ] {
        if let Some(said) = said(of, line, notes).filter(|_| batch.unreadable.is_none())
            && said != sum
        {
            let difference = if sum > MOST {
                format!("which do not fit into a trailer (at most {})", dollars(MOST))
            } else {
                format!("a difference of {}", dollars((said - sum).abs()))
            };
            let message =
                format!("the {} says {}, {what} {}, {difference}", of.name, dollars(said), dollars(sum));
            notes.add(differs(of.place(number), message));
        }
    }
    if let Some(said) = said(field::COUNT, line, notes)
        && said != i128::from(batch.payments)
    {
        let message = format!("the count says {said}, the batch has {} payment lines", batch.payments);
        notes.add(differs(field::COUNT.place(number), message));
    }
}

/// What a field of the trailer says.
fn said(field: Field, line: &Line<'_>, notes: &mut Notes) -> Option<i128> {
    let said = field.number(line.text);
    if said.is_none() {
        notes.add(differs(field.place(line.number), field.no_number(line.text)));
    }
    said.map(i128::from)
}

/// A batch that ends without a trailer; of one without a header everything is said.
pub(super) fn missing(batch: &Batch, notes: &mut Notes) {
    if batch.description.is_some() {
        let message = "the batch that begins here has no trailer, a line that begins with 7, so that nobody can tell if it is whole";
        notes.add(differs(Place::span(batch.first_line, 1, 1), message.to_owned()));
    }
}

fn differs(place: Place, message: String) -> Finding {
    Finding::new(Code::AbaTrailer, place, message).advised(CHANGED)
}
