//! BSBs and account numbers as people type them. Zeros are never added or taken away.

use super::directory::Directory;
use super::{Wrong, is_hidden, plain, shown};
use crate::domain::{AccountNumber, Bsb};

/// A BSB that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ReadBsb {
    /// All six digits stand there.
    Whole(Bsb),
    /// Five digits, which are a BSB that is known with a zero in front. Holds what the directory says of it.
    ZeroLost(Bsb, String),
}

/// Reads a BSB: six digits, with or without one hyphen, blank or point between.
pub(super) fn bsb(text: &str, directory: &Directory) -> Result<ReadBsb, Wrong> {
    match usual_bsb(text) {
        Some(bsb) => Ok(ReadBsb::Whole(bsb)),
        None => unusual_bsb(text, directory),
    }
}

/// Six digits with or without one hyphen in their middle: how nearly all BSBs are typed.
fn usual_bsb(text: &str) -> Option<Bsb> {
    match text.as_bytes() {
        [_, _, _, b'-', _, _, _] => Bsb::of_halves(text.get(..3)?, text.get(4..)?),
        [_, _, _, _, _, _] => Bsb::of_halves(text.get(..3)?, text.get(3..)?),
        _ => None,
    }
}

fn unusual_bsb(text: &str, directory: &Directory) -> Result<ReadBsb, Wrong> {
    let text = plain(text);
    let text = text.trim();
    refuse_hidden(text, "the BSB")?;
    let digits: String = text.chars().filter(|c| !matches!(c, '-' | ' ' | '.')).collect();
    if let Some(month) = month(text) {
        let wrong = Wrong::new("a spreadsheet has made a date of the BSB");
        return Err(match Bsb::new(&month).ok().and_then(|bsb| Some((bsb, suggestion(bsb, directory)?))) {
            Some((bsb, words)) => wrong
                .hint(format!("was {bsb} typed? {words}; format the column as text and type it again"))
                .suggest(bsb),
            None => wrong.hint("format the column as text and type the BSB again"),
        });
    }
    if let Some((at, odd)) = digits.chars().enumerate().find(|(_, c)| !c.is_ascii_digit()) {
        let meant: String = digits.chars().map(meant).collect();
        let wrong = Wrong::new(format!(
            "the BSB has {} as its character {}, only digits can stand there",
            shown(odd),
            at + 1
        ));
        return Err(match Bsb::new(&meant).ok().and_then(|bsb| suggestion(bsb, directory)) {
            Some(suggestion) => wrong.hint(format!("was a digit meant? {suggestion}")),
            None => wrong.hint("write six digits, such as 062-000"),
        });
    }
    // what is no nearly whole BSB may be an account number, which no message shows
    let shown = if is_nearly_whole(text) { format!("BSB {text}") } else { "the BSB".to_owned() };
    let count = crate::domain::money::plural(digits.len() as u64, "digit");
    let wrong = Wrong::new(format!("{shown} has {count}, six are needed"));
    match digits.len() {
        6 => Bsb::new(&digits).map(ReadBsb::Whole).map_err(|_| wrong),
        5 => {
            let padded = Bsb::new(&format!("0{digits}")).ok();
            match padded.and_then(|bsb| Some((bsb, suggestion(bsb, directory)?))) {
                Some((bsb, words)) => Ok(ReadBsb::ZeroLost(bsb, words)),
                None => Err(wrong.hint("did a leading zero get lost? ask the payee")),
            }
        }
        10.. => Err(wrong.hint("if the account number stands behind it, put that into its own column")),
        _ => Err(wrong.hint("ask the payee for the BSB")),
    }
}

/// Whether a text has so many digits that it may be shown as a BSB.
pub(super) fn is_nearly_whole(text: &str) -> bool {
    matches!(text.chars().filter(char::is_ascii_digit).count(), 5 | 6)
}

/// Month and year, as six digits, of a date that a spreadsheet makes of 06-2000: `Jun-00`, `1/06/2000`, `2000-06-01`.
fn month(text: &str) -> Option<String> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let day = text.split(' ').next().unwrap_or_default(); // a time may stand behind it
    let parts: Vec<&str> = day.split(['-', '/', '.']).collect();
    let number = |text: &str| text.parse::<u16>().ok().filter(|_| text.len() <= 4);
    let named = |text: &str| MONTHS.iter().position(|month| text.to_lowercase().starts_with(month));
    let (month, year) = match parts.as_slice() {
        [name, year] => (named(name)? + 1, number(year)?),
        [day, month, year] if year.len() == 4 && number(day)? <= 31 => (number(month)?.into(), number(year)?),
        [year, month, day] if year.len() == 4 && number(day)? <= 31 => (number(month)?.into(), number(year)?),
        _ => return None,
    };
    let century = match year {
        0..=29 => 2000,
        30..=99 => 1900, // as spreadsheets read two digits
        _ => 0,
    };
    (1..=12).contains(&month).then(|| format!("{month:02}{:04}", year + century))
}

fn suggestion(bsb: Bsb, directory: &Directory) -> Option<String> {
    directory.words(bsb).map(|words| format!("{bsb} is {words}"))
}

/// The digit that a letter is often typed for.
fn meant(c: char) -> char {
    match c {
        'O' | 'o' => '0',
        'I' | 'l' | 'i' => '1',
        'S' | 's' => '5',
        'B' => '8',
        c => c,
    }
}

/// Reads an account number: digits, with blanks or hyphens between.
pub(super) fn number(text: &str, bsb: Option<Bsb>) -> Result<AccountNumber, Wrong> {
    let only_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match AccountNumber::new(text) {
        Ok(number) if only_digits => Ok(number), // how nearly all are typed
        _ => unusual_number(text, bsb),
    }
}

fn unusual_number(text: &str, bsb: Option<Bsb>) -> Result<AccountNumber, Wrong> {
    let text = plain(text);
    let text = text.trim();
    refuse_hidden(text, "the account number")?;
    let digits: String = text.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
    let upper = digits.to_uppercase();
    if upper.contains("E+") || (upper.contains('E') && upper.contains('.')) {
        return Err(Wrong::new("the account number is in scientific notation, digits are lost")
            .hint("format the column as text and type the number again"));
    }
    let strange = |c: char| !c.is_ascii_alphanumeric();
    if let Some((at, odd)) = digits.chars().enumerate().find(|(_, c)| strange(*c)) {
        return Err(Wrong::new(format!("the account number has {} as its character {}", shown(odd), at + 1))
            .hint("Australian account numbers have digits only; ask the payee"));
    }
    if !digits.contains(|c: char| c.is_ascii_digit()) {
        return Err(Wrong::new("the account number has no digit").hint("ask the payee"));
    }
    if let Some(bsb) = bsb.filter(|bsb| digits.len() > 9 && digits.starts_with(&bsb.digits())) {
        return Err(Wrong::new("the account number begins with the BSB")
            .hint(format!("take {} away from its front", bsb.digits())));
    }
    match digits.len() {
        15..=16 if digits.bytes().all(|byte| byte.is_ascii_digit()) && luhn(&digits) => {
            Err(Wrong::new("this looks like the number of a card")
                .hint("ask the payee for the account number"))
        }
        0..=3 => Err(Wrong::new("the account number has fewer than four digits").hint("ask the payee")),
        4..=9 => AccountNumber::new(&upper)
            .map_err(|_| Wrong::new("the account number is all zeros").hint("ask the payee")),
        more => Err(Wrong::new(format!("the account number has {more} digits, nine at most are possible"))
            .hint("ask the payee")),
    }
}

fn refuse_hidden(text: &str, what: &str) -> Result<(), Wrong> {
    if text.contains(is_hidden) {
        return Err(
            Wrong::new(format!("{what} has an invisible character in it")).hint("type it again by hand")
        );
    }
    Ok(())
}

/// The lengths that are usual at a bank, by the first digits of its BSBs (Stripe's and NAB's published checks).
pub(super) fn usual_lengths(bsb: Bsb) -> (usize, usize) {
    match bsb.number() / 10_000 {
        6 | 76 => (8, 9),
        3 | 73 => (6, 9),
        1 | 8 => (9, 9),
        80 => (4, 9),
        _ => (5, 9),
    }
}

fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, byte)| {
            let digit = u32::from(byte - b'0');
            match at % 2 {
                0 => digit,
                _ if digit > 4 => digit * 2 - 9,
                _ => digit * 2,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Bsb, Wrong> {
        match bsb(text, &Directory::built_in())? {
            ReadBsb::Whole(bsb) => Ok(bsb),
            ReadBsb::ZeroLost(bsb, words) => panic!("{bsb} has lost a zero: {words}"),
        }
    }

    #[test]
    fn bsbs_as_people_type_them() {
        for text in ["062000", "062-000", "062 000", "06-2000", "062.000", "062\u{2013}000", "062\u{a0}000"] {
            assert_eq!(read(text).map(|bsb| bsb.to_string()), Ok("062-000".to_owned()), "{text}");
        }
        let lost = bsb("62000", &Directory::built_in()).expect("a zero in front");
        let ReadBsb::ZeroLost(whole, words) = lost else { panic!("{lost:?}") };
        assert!(whole.number() == 62_000 && words.contains("062-000 is Commonwealth Bank"), "{words}");
        for date in ["Jun-00", "1/06/2000", "2000-06-01", "2000-06-01 00:00:00"] {
            let wrong = read(date).expect_err("a date");
            assert_eq!(wrong.suggestion.as_deref(), Some("062-000"), "{date}: {wrong:?}");
        }
        let letter = read("O62000").expect_err("a letter");
        assert!(letter.what.contains("\"O\" as its character 1"), "{letter:?}");
        for text in ["", "6200", "0620001", "062-00O", "062\u{200b}000"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn account_numbers_keep_their_zeros() {
        let digits =
            |text: &str| number(text, Bsb::new("062000").ok()).map(|number| number.digits().to_owned());
        assert_eq!(digits("0123 4567"), Ok("01234567".to_owned()));
        assert_eq!(digits("12-345-678"), Ok("12345678".to_owned()));
        assert_eq!(digits("12345o"), Ok("12345O".to_owned()), "asked about, not refused");
        for text in
            ["", "123", "1234567890", "0000", "12345Ø", "1.23E+08", "06200012345678", "4111111111111111"]
        {
            assert!(digits(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,20}") {
            let _ = bsb(&text, &Directory::built_in());
            let _ = number(&text, None);
        }

        #[test]
        fn the_usual_way_reads_what_the_thorough_one_reads(
            text in "[0-9]{3}[- .]?[0-9]{2,4}|[0-9]{2,11}|0{3,7}[0-9]?|[0-9OA-]{5,8}|.{5,8}"
        ) {
            if let Some(usual) = usual_bsb(&text) {
                prop_assert_eq!(unusual_bsb(&text, &Directory::built_in()), Ok(ReadBsb::Whole(usual)));
            }
            prop_assert_eq!(number(&text, None), unusual_number(&text, None));
        }

        #[test]
        fn what_is_accepted_prints_back_equal(digits in "[0-9]{6}", account in "[0-9]{3}[1-9][0-9]{0,5}") {
            let bsb = read(&digits).expect("six digits");
            prop_assert_eq!(read(&bsb.to_string()), Ok(bsb));
            prop_assert_eq!(bsb.digits(), digits);
            let read = number(&account, None).expect("an account");
            prop_assert_eq!(read.digits(), account.as_str());
        }
    }
}
