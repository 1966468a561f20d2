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

/// The first column of every record.
pub(super) const TYPE: Field = Field { name: "record type", first: 1, last: 1 };

/// Makes the fields of a record from its description: what each is called, and its columns.
macro_rules! record {
    ($(#[$about:meta])* $record:ident: $($field:ident $name:literal $first:literal..=$last:literal)*) => {
        $(#[$about])*
        pub(super) mod $record {
            use super::Field;

            $(pub const $field: Field = Field { name: $name, first: $first, last: $last };)*

            /// All of them behind the record's type, in order.
            #[cfg(test)]
            pub const ALL: &[Field] = &[$($field,)*];
        }
    };
}

// The payer's own account, and the rest, are blank in the standard. Several banks want the account in the header;
// some programs write the time behind the date.
record! {
    /// Type 0: who pays, when, what for.
    descriptive:
    OWN_ACCOUNT "own account" 2..=17
    BLANK_1 "blank" 18..=18
    REEL "reel sequence" 19..=20
    BANK "bank" 21..=23
    BLANK_2 "blank" 24..=30
    USER "user name" 31..=56
    USER_ID "user id" 57..=62
    DESCRIPTION "description" 63..=74
    DATE "date to process" 75..=80
    REST "rest" 81..=120
}

record! {
    /// Type 1: one payment.
    payment:
    BSB "BSB" 2..=8
    ACCOUNT "account number" 9..=17
    INDICATOR "indicator" 18..=18
    CODE "transaction code" 19..=20
    AMOUNT "amount" 21..=30
    TITLE "account title" 31..=62
    REFERENCE "lodgement reference" 63..=80
    TRACE_BSB "trace BSB" 81..=87
    TRACE_ACCOUNT "trace account" 88..=96
    REMITTER "remitter" 97..=112
    WITHHELD "withheld tax" 113..=120
}

record! {
    /// Type 7: the sums of a batch.
    total:
    BSB "trailer BSB" 2..=8
    BLANK_1 "blank" 9..=20
    NET "net total" 21..=30
    CREDITS "credit total" 31..=40
    DEBITS "debit total" 41..=50
    BLANK_2 "blank" 51..=74
    COUNT "count" 75..=80
    REST "rest" 81..=120
}

/// BSB and number of the trace account together.
pub(super) const TRACE: Field =
    Field { name: "trace account", first: payment::TRACE_BSB.first, last: payment::TRACE_ACCOUNT.last };

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

#[cfg(test)]
mod tests {
    use super::*;

    /// Together the fields of a record cover its columns once.
    #[test]
    fn records_have_no_gap_and_no_overlap() {
        for record in [descriptive::ALL, payment::ALL, total::ALL] {
            let mut next = 1;
            for field in [&[TYPE], record].concat() {
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
