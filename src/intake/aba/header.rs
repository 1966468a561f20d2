//! The header record, type 0: who pays, through which bank, when and what for.

use jiff::civil::Date;

use super::layout::descriptive as field;
use super::lines::Line;
use super::notes::{Departure, Notes};
use crate::domain::Bsb;

const AGAIN: &str = "correct it in the payroll program's bank settings and export the file again";

/// What a header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Described {
    /// What the batch is for: `SALARIES`.
    pub description: String,
    /// When it is to be processed, if that is a day.
    pub date: Option<Date>,
}

/// Judges a header and reads it.
pub(super) fn read(line: &Line<'_>, notes: &mut Notes) -> Described {
    own_account(line, notes);
    let (number, text) = (line.number, line.text);
    for blank in [field::BLANK_1, field::BLANK_2] {
        super::batch::blank(blank, line, notes);
    }
    match field::REEL.number(text) {
        Some(1) => {}
        Some(part) => notes.departs(Departure::Reel, field::REEL.place(number), || {
            format!("the header says that this is part {part} of what was exported")
        }),
        None => notes.wrong(
            field::REEL.place(number),
            "the header has no sequence number, such as 01",
            "export the file again",
        ),
    }
    let bank = field::BANK.of(text);
    if bank.len() != 3 || !bank.bytes().all(|byte| byte.is_ascii_uppercase()) {
        notes.departs(Departure::Bank, field::BANK.place(number), || {
            "the header does not name a bank by three capital letters, such as CBA".to_owned()
        });
    }
    for named in [field::USER, field::DESCRIPTION] {
        if named.of(text).trim().is_empty() {
            let what = format!("the header has no {}, which must not be blank", named.name);
            notes.wrong(named.place(number), what, AGAIN);
        }
    }
    if field::USER_ID.number(text).is_none() {
        notes.wrong(field::USER_ID.place(number), field::USER_ID.no_number(text), AGAIN);
    }
    if !field::REST.of(text).trim().is_empty() {
        notes.departs(Departure::Time, field::REST.place(number), || {
            "the header has text behind the date, such as a time; it is not read".to_owned()
        });
    }
    let date = date(field::DATE.of(text));
    if date.is_none() {
        notes.wrong(
            field::DATE.place(number),
            format!("the date to process is \"{}\", not a day written DDMMYY", field::DATE.of(text)),
            "export the file again with the day of payment",
        );
    }
    Described { description: field::DESCRIPTION.of(text).trim().to_owned(), date }
}

/// Blank in the standard; what several banks want there is their customer's BSB and account.
fn own_account(line: &Line<'_>, notes: &mut Notes) {
    let text = field::OWN_ACCOUNT.of(line.text);
    let place = field::OWN_ACCOUNT.place(line.number);
    let (bsb, account) = text.split_at(7.min(text.len()));
    let is_account = (Bsb::is_written(bsb) || bsb.trim().is_empty())
        && account.trim().bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    if !is_account {
        notes.departs(Departure::Filled, place, || {
            "blanks should stand here, or the account that pays; it is not read".to_owned()
        });
    } else if !text.trim().is_empty() {
        notes.departs(Departure::OwnAccount, place, || {
            "the header has the account that pays, as some banks want it; it is not read".to_owned()
        });
    }
}

/// A day written DDMMYY.
fn date(text: &str) -> Option<Date> {
    let digits = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
    let part = |from: usize| text.get(from..from + 2)?.parse::<i8>().ok();
    let [day, month, year] = [part(0)?, part(2)?, part(4)?];
    Some(()).filter(|()| digits)?;
    Date::new(2000 + i16::from(year), month, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_that_are_in_a_calendar_are_dates() {
        assert_eq!(date("170726"), Some(Date::constant(2026, 7, 17)));
        assert_eq!(date("290228"), Some(Date::constant(2028, 2, 29)));
        for wrong in ["290226", "310626", "001226", "171326", "1707", "17 726", "+10726", ""] {
            assert_eq!(date(wrong), None, "{wrong}");
        }
    }
}
