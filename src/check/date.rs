//! The day on which a bank file asks to be processed, beside the day of today.

use jiff::civil::Date;

use crate::domain::{Code, Finding};
use crate::intake::Header;

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

fn in_days(days: i64) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::intake::{Reading, open};

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
