//! Where the fields of each record stand, as the banks' descriptions of the format have them. Columns count from 1.

use crate::domain::Place;

/// Every record has so many characters.
pub(super) const LENGTH: usize = 120;
/// The fields of a header and a trailer end here; what follows is blank and is often left out.
pub(super) const USED: usize = 80;

/// A field of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field {
    /// What the trade calls it.
    pub name: &'static str,
    /// Its first column.
    pub first: u16,
    /// Its last column.
    pub last: u16,
}

const fn field(name: &'static str, first: u16, last: u16) -> Field {
    Field { name, first, last }
}

/// The first column of every record.
pub(super) const TYPE: Field = field("record type", 1, 1);

/// Type 0: who pays, when, what for.
pub(super) mod descriptive {
    use super::{Field, field};

    /// Blank in the standard; several banks want the payer's account here.
    pub const OWN_ACCOUNT: Field = field("own account", 2, 17);
    pub const BLANK_1: Field = field("blank", 18, 18);
    pub const REEL: Field = field("reel sequence", 19, 20);
    pub const BANK: Field = field("bank", 21, 23);
    pub const BLANK_2: Field = field("blank", 24, 30);
    pub const USER: Field = field("user name", 31, 56);
    pub const USER_ID: Field = field("user id", 57, 62);
    pub const DESCRIPTION: Field = field("description", 63, 74);
    pub const DATE: Field = field("date to process", 75, 80);
    /// Blank in the standard; some programs write the time.
    pub const REST: Field = field("rest", 81, 120);
}

/// Type 1: one payment.
pub(super) mod payment {
    use super::{Field, field};

    pub const BSB: Field = field("BSB", 2, 8);
    pub const ACCOUNT: Field = field("account number", 9, 17);
    pub const INDICATOR: Field = field("indicator", 18, 18);
    pub const CODE: Field = field("transaction code", 19, 20);
    pub const AMOUNT: Field = field("amount", 21, 30);
    pub const TITLE: Field = field("account title", 31, 62);
    pub const REFERENCE: Field = field("lodgement reference", 63, 80);
    pub const TRACE_BSB: Field = field("trace BSB", 81, 87);
    pub const TRACE_ACCOUNT: Field = field("trace account", 88, 96);
    pub const TRACE: Field = field("trace account", 81, 96);
    pub const REMITTER: Field = field("remitter", 97, 112);
    pub const WITHHELD: Field = field("withheld tax", 113, 120);
}

/// Type 7: the sums of a batch.
pub(super) mod total {
    use super::{Field, field};

    pub const BSB: Field = field("trailer BSB", 2, 8);
    pub const BLANK_1: Field = field("blank", 9, 20);
    pub const NET: Field = field("net total", 21, 30);
    pub const CREDITS: Field = field("credit total", 31, 40);
    pub const DEBITS: Field = field("debit total", 41, 50);
    pub const BLANK_2: Field = field("blank", 51, 74);
    pub const COUNT: Field = field("count", 75, 80);
    pub const REST: Field = field("rest", 81, 120);
}

impl Field {
    /// Its text in a line of one byte a column; shorter where the line ends before it.
    pub(super) fn of(self, line: &str) -> &str {
        let last = usize::from(self.last).min(line.len());
        line.get(usize::from(self.first) - 1..last).unwrap_or_default()
    }

    /// Its letters in a line of one character a column.
    pub(super) fn letters_of(self, line: &str) -> String {
        line.chars().skip(usize::from(self.first) - 1).take(usize::from(self.last - self.first) + 1).collect()
    }

    /// Its number, if it is full of digits.
    pub(super) fn number(self, line: &str) -> Option<u64> {
        let text = self.of(line);
        let whole = text.len() == usize::from(self.last - self.first) + 1;
        let digits = whole && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().ok()).flatten()
    }

    /// Why it is no number, without showing what stands there: where columns have moved it may be an account.
    pub(super) fn no_number(self, line: &str) -> String {
        let digits = usize::from(self.last - self.first) + 1;
        let odd = self.of(line).char_indices().find(|(_, c)| !c.is_ascii_digit());
        let what = match odd {
            Some((at, ' ')) => format!("a blank in column {}", usize::from(self.first) + at),
            Some((at, odd)) => format!("\"{odd}\" in column {}", usize::from(self.first) + at),
            None => "too few characters".to_owned(),
        };
        format!("the {} has {what}; {digits} digits must stand there", self.name)
    }

    /// Where it stands.
    pub(super) fn place(self, line: u32) -> Place {
        Place { column: Some(self.name.to_owned()), ..Place::span(line, self.first, self.last) }
    }
}

/// Whether a text is `NNN-NNN`.
pub(super) fn is_bsb(text: &str) -> bool {
    text.len() == 7
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if at == 3 { byte == b'-' } else { byte.is_ascii_digit() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Together the fields of a record cover its columns once.
    #[test]
    fn records_have_no_gap_and_no_overlap() {
        use {descriptive as d, payment as p, total as t};
        let records: [&[Field]; 3] = [
            &[
                TYPE,
                d::OWN_ACCOUNT,
                d::BLANK_1,
                d::REEL,
                d::BANK,
                d::BLANK_2,
                d::USER,
                d::USER_ID,
                d::DESCRIPTION,
                d::DATE,
                d::REST,
            ],
            &[
                TYPE,
                p::BSB,
                p::ACCOUNT,
                p::INDICATOR,
                p::CODE,
                p::AMOUNT,
                p::TITLE,
                p::REFERENCE,
                p::TRACE_BSB,
                p::TRACE_ACCOUNT,
                p::REMITTER,
                p::WITHHELD,
            ],
            &[TYPE, t::BSB, t::BLANK_1, t::NET, t::CREDITS, t::DEBITS, t::BLANK_2, t::COUNT, t::REST],
        ];
        for record in records {
            let mut next = 1;
            for field in record {
                assert_eq!(field.first, next, "{}", field.name);
                next = field.last + 1;
            }
            assert_eq!(usize::from(next), LENGTH + 1);
        }
    }

    #[test]
    fn a_field_that_a_line_ends_before_is_empty_and_no_number() {
        assert_eq!(total::COUNT.of("7999-999"), "");
        assert_eq!(total::NET.number("7999-999            00000000"), None);
        assert_eq!(total::NET.number("7999-999            0000000012"), Some(12));
    }
}
