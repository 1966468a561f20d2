//! The days on which a file asks to be paid, beside the day of today: that of a bank file, and a column of others.

use jiff::civil::Date;

use crate::domain::{Code, Finding, Place};
use crate::intake::{Header, RawRow};

/// A day longer ago than this is that of another pay run.
const MOST_DAYS: i32 = 7;

/// What is to be said of days that lie far from today. Flash knows no such day: whatever is sent is paid at once.
pub(super) fn far(header: &Header, today: Date) -> Vec<Finding> {
    let mut found = Vec::new();
    for (date, place) in &header.dates {
        let days = today.duration_since(*date).as_hours() / 24;
        let day = date.strftime("%-d %B %Y");
        let finding = |message: String| Finding::new(Code::AbaDate, place.clone(), message);
        if days < 0 {
            found.push(
                finding(format!(
                    "the date to process is {day}, in {}; payouts are made at once",
                    in_days(-days)
                ))
                .advised("wait until that day, unless the payees should have the money now"),
            );
        } else if days > i64::from(MOST_DAYS) {
            found.push(
                finding(format!("the date to process is {day}, {} ago", in_days(days)))
                    .advised("make sure that this is the file of the present pay run"),
            );
        }
    }
    found
}

/// The pay dates of rows. They are compared and never followed.
pub(super) struct PayDates {
    column: Option<usize>,
    today: Date,
    /// The last cell that was looked at, since nearly all are the same.
    text: String,
    first: Option<(Date, Place)>,
    /// The first that differs from the first of all.
    other: Option<(Date, Place)>,
}

impl PayDates {
    pub fn of(header: &Header, today: Date) -> Self {
        Self { column: header.pay_date(), today, text: String::new(), first: None, other: None }
    }

    /// Notes the day of a payout.
    pub fn note(&mut self, row: &RawRow<'_>) {
        let Some(column) = self.column else { return };
        let text = row.cell(column);
        if text == self.text || self.other.is_some() {
            return;
        }
        text.clone_into(&mut self.text);
        let Some(day) = day(text) else { return };
        match &self.first {
            None => self.first = Some((day, row.place_of(column))),
            Some((first, _)) if *first != day => self.other = Some((day, row.place_of(column))),
            Some(_) => {}
        }
    }

    /// What is to be said of them.
    pub fn finish(&self) -> Vec<Finding> {
        const LATER: i64 = 1;
        let Some((first, place)) = &self.first else { return Vec::new() };
        let days = self.today.duration_since(*first).as_hours() / 24;
        let (place, what, hint) = match &self.other {
            Some((other, at)) => (
                at,
                format!(
                    "the pay date is {}, and {} in {place}; payouts are all made at once",
                    written(*other),
                    written(*first)
                ),
                "make sure that all rows are to be paid now",
            ),
            None if days < -LATER => (
                place,
                format!(
                    "the pay date is {}, in {}; payouts are made at once",
                    written(*first),
                    in_days(-days)
                ),
                "wait until that day, unless the payees should have the money now",
            ),
            None if days > i64::from(MOST_DAYS) => (
                place,
                format!("the pay date is {}, {} ago", written(*first), in_days(days)),
                "make sure that this is the file of the present pay run",
            ),
            None => return Vec::new(),
        };
        vec![Finding::new(Code::PayDate, place.clone(), what).advised(hint)]
    }
}

fn written(day: Date) -> String {
    day.strftime("%-d %B %Y").to_string()
}

/// A day as people and spreadsheets write it, the day before the month: `2026-07-17`, `17/07/2026`, `17-Jul-26`.
fn day(text: &str) -> Option<Date> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let parts: Vec<&str> =
        text.split(['-', '/', '.', ' ', ',', 'T']).filter(|part| !part.is_empty()).collect();
    let number = |text: &str| text.parse::<i16>().ok().filter(|_| text.len() <= 4);
    let [first, middle, last, ..] = parts.as_slice() else { return None };
    let named = MONTHS.iter().zip(1..).find(|(name, _)| middle.to_lowercase().starts_with(*name));
    let month = named.map(|(_, month)| month).or_else(|| number(middle))?;
    let (year, day) = if first.len() == 4 { (first, last) } else { (last, first) };
    let year = match (year.len(), number(year)?) {
        (2, year) => 2000 + year,
        (4, year) => year,
        _ => return None,
    };
    Date::new(year, month.try_into().ok()?, number(day)?.try_into().ok()?).ok()
}

fn in_days(days: i64) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::intake::{Reading, open};

    #[test]
    fn days_are_read_as_people_write_them() {
        for text in [
            "2026-07-17",
            "2026-07-17 12:00:00",
            "2026-07-17T00:00:00",
            "17/07/2026",
            "17/7/26",
            "17.07.2026",
            "17-Jul-26",
            "17 July 2026",
        ] {
            assert_eq!(day(text), Some(Date::constant(2026, 7, 17)), "{text}");
        }
        for text in ["", "July", "17/2026", "31/02/2026", "46220", "soon"] {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn a_week_is_no_surprise_and_tomorrow_is() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/check/aba_clean/input.aba");
        let header = open(&file, &Reading::default()).expect("a file").header;
        let told = |today| far(&header, today).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(told(Date::constant(2026, 7, 17)), [""; 0]);
        assert_eq!(told(Date::constant(2026, 7, 24)), [""; 0]);
        assert_eq!(
            told(Date::constant(2026, 7, 25)),
            ["line 1, columns 75-80: the date to process is 17 July 2026, 8 days ago"]
        );
        assert_eq!(
            told(Date::constant(2026, 7, 16)),
            [
                "line 1, columns 75-80: the date to process is 17 July 2026, in 1 day; payouts are made at once"
            ]
        );
    }
}
