//! The codes of banks and branches abroad, and the CLABE, which has both in it: as people write them.

use super::{Cell, country, digits, fix_of};
use crate::check::{Wrong, shown};

/// A code that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Code {
    /// In its normal form.
    pub text: String,
    /// Why a person must look, if there is a reason.
    pub doubt: Option<Doubt>,
}

/// What is doubtful of a code that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Doubt {
    /// It is right with a zero in front, which is not there.
    ZeroLost(String),
    /// Its check digit is wrong, and there are codes in use of which that is true.
    Unusual(String),
}

fn sure(text: String) -> Code {
    Code { text, doubt: None }
}

/// Only digits, of which there are so many.
fn all_digits(cell: &Cell, what: &str, needed: usize, like: &str) -> Result<(), Wrong> {
    if let Some((at, odd)) = cell.bare.chars().enumerate().find(|(_, c)| !c.is_ascii_digit()) {
        return Err(Wrong::new(format!(
            "{what} has {} as its character {}, only digits can stand there",
            shown(odd),
            at + 1
        ))
        .hint(format!("write {like}")));
    }
    if cell.bare.len() != needed {
        return Err(Wrong::new(format!("{what} has {} digits, {needed} are needed", cell.bare.len()))
            .hint(format!("ask the payee; it is {like}")));
    }
    Ok(())
}

/// A US routing number: nine digits, the first two of a Federal Reserve district, and a check digit.
pub(super) fn aba(text: &str) -> Result<Code, Wrong> {
    const WHAT: &str = "the routing number";
    let cell = Cell::of(text, WHAT)?;
    let is_one = |digits: &str| {
        let begins: u32 = digits.get(..2).and_then(|two| two.parse().ok()).unwrap_or(99);
        matches!(begins, 0..=12 | 21..=32 | 61..=72 | 80)
            && digits::is_routing_number(digits)
            && digits != "000000000"
    };
    if let Some(padded) = cell.padded(9).filter(|padded| is_one(padded)) {
        let what = format!(
            "{WHAT} has eight digits; did a leading zero get lost? {padded} has the right check digit"
        );
        return Ok(Code { text: padded, doubt: Some(Doubt::ZeroLost(what)) });
    }
    all_digits(&cell, WHAT, 9, "nine digits, such as 021000021")?;
    if !is_one(&cell.bare) {
        return Err(Wrong::new(format!("{WHAT} has a wrong digit in it: its check digit does not agree"))
            .hint("compare it with its source, or ask the payee"));
    }
    Ok(sure(cell.bare))
}

/// A British sort code: six digits.
pub(super) fn sort_code(text: &str) -> Result<Code, Wrong> {
    const WHAT: &str = "the sort code";
    let cell = Cell::of(text, WHAT)?;
    // who writes the hyphens has lost no zero to a spreadsheet
    let is_bare = text.trim().bytes().all(|byte| byte.is_ascii_digit());
    if let Some(padded) = cell.padded(6).filter(|_| is_bare) {
        let shown = format!("{}-{}-{}", &padded[..2], &padded[2..4], &padded[4..]);
        let what = format!("{WHAT} has five digits; did a leading zero get lost? with it, it is {shown}");
        return Ok(Code { text: padded, doubt: Some(Doubt::ZeroLost(what)) });
    }
    all_digits(&cell, WHAT, 6, "six digits, such as 20-00-00")?;
    Ok(sure(cell.bare))
}

/// An IFSC: four letters of the bank, a zero, and six characters of the branch.
pub(super) fn ifsc(text: &str) -> Result<Code, Wrong> {
    const LIKE: &str = "it is four letters, a zero and six more characters, such as HDFC0000001";
    let cell = Cell::of(text, "the IFSC")?;
    let is_one = |text: &str| {
        text.len() == 11
            && text.is_ascii()
            && text[..4].bytes().all(|byte| byte.is_ascii_uppercase())
            && text[4..].starts_with('0')
            && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    if is_one(&cell.bare) {
        return Ok(sure(cell.bare));
    }
    if cell.bare.len() != 11 {
        return Err(Wrong::new(format!(
            "the IFSC has {} characters, 11 are needed",
            cell.bare.chars().count()
        ))
        .hint(format!("ask the payee; {LIKE}")));
    }
    let wrong = Wrong::new("this is not an IFSC");
    Err(match fix_of(&cell.bare, 4, is_one) {
        Some((4, 'O')) => {
            let meant = format!("{}0{}", &cell.bare[..4], &cell.bare[5..]);
            Wrong::new("the IFSC has the letter O as its fifth character, where a zero stands")
                .hint("compare it with its source")
                .suggest(meant)
        }
        _ => wrong.hint(LIKE),
    })
}

/// A Chinese branch code: twelve digits. Its check digit is asked about, never refused.
pub(super) fn cnaps(text: &str) -> Result<Code, Wrong> {
    const WHAT: &str = "the CNAPS code";
    let cell = Cell::of(text, WHAT)?;
    all_digits(&cell, WHAT, 12, "twelve digits, such as 105100000017")?;
    let doubt = (!digits::is_cnaps(&cell.bare)).then(|| {
        Doubt::Unusual(format!(
            "the check digit of {WHAT} does not agree; nearly every code in use has one that does"
        ))
    });
    Ok(Code { text: cell.bare, doubt })
}

/// A CLABE: eighteen digits, the last of them a check digit.
pub(super) fn clabe(text: &str) -> Result<Code, Wrong> {
    const WHAT: &str = "the CLABE";
    let cell = Cell::of(text, WHAT)?;
    if let Some(padded) =
        cell.padded(18).or_else(|| cell.padded_by(18, 2)).filter(|text| digits::is_clabe(text))
    {
        let what = format!(
            "{WHAT} has {} digits; did leading zeros get lost? with them, its check digit agrees",
            cell.bare.len()
        );
        return Ok(Code { text: padded, doubt: Some(Doubt::ZeroLost(what)) });
    }
    all_digits(&cell, WHAT, 18, "eighteen digits")?;
    if !digits::is_clabe(&cell.bare) {
        let wrong = Wrong::new(format!("{WHAT} has a wrong digit in it: its check digit does not agree"));
        return Err(if cell.bare.ends_with("000") {
            wrong.hint("a spreadsheet keeps fifteen digits and makes zeros of the others: format the column as text and type it again from its source")
        } else {
            wrong.hint("compare it with its source, or ask the payee")
        });
    }
    Ok(sure(cell.bare))
}

/// A BIC that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReadBic {
    pub bic: crate::domain::Bic,
    /// Why a bank cannot be reached by it, as far as it says itself.
    pub doubt: Option<&'static str>,
}

/// A BIC: four characters of the bank, two letters of the country, two of the place, and three of a branch or none.
pub(super) fn bic(text: &str) -> Result<ReadBic, Wrong> {
    const LIKE: &str = "a BIC is eight characters or eleven, such as DBSSSGSG";
    let cell = Cell::of(text, "the BIC")?;
    let length = cell.bare.chars().count();
    if !matches!(length, 8 | 11) {
        return Err(Wrong::new(format!("the BIC has {length} characters, eight or eleven are needed"))
            .hint(format!("ask the payee; {LIKE}")));
    }
    let Ok(bic) = crate::domain::Bic::new(&cell.bare) else {
        return Err(Wrong::new("this is not a BIC").hint(LIKE));
    };
    if !country::read(bic.country()).is_ok_and(|read| !read.normalised) {
        return Err(Wrong::new(format!(
            "the BIC has {} where the code of a country stands, and that is none",
            bic.country()
        ))
        .hint("compare it with its source, or ask the payee"));
    }
    let doubt = match bic.text().as_bytes()[7] {
        b'0' => Some(
            "the BIC is one for tests: its eighth character is the digit 0, where the letter O may be meant",
        ),
        b'1' => Some("the BIC is of a bank that takes no part in SWIFT itself: its eighth character is 1"),
        _ => None,
    };
    Ok(ReadBic { bic, doubt })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(read: Result<Code, Wrong>) -> Option<String> {
        read.ok().filter(|code| code.doubt.is_none()).map(|code| code.text)
    }

    #[test]
    fn codes_are_read_as_people_write_them() {
        assert_eq!(text(aba("021 000 021")).as_deref(), Some("021000021"));
        assert_eq!(text(sort_code("20-00-00")).as_deref(), Some("200000"));
        assert_eq!(text(ifsc("hdfc 0000001")).as_deref(), Some("HDFC0000001"));
        assert_eq!(text(cnaps("1021 0009 9996")).as_deref(), Some("102100099996"));
        assert_eq!(text(clabe("032 180 00011835971 9")).as_deref(), Some("032180000118359719"));
        assert!(bic("dbsssgsg xxx").is_ok_and(|read| read.doubt.is_none()));
    }

    #[test]
    fn what_is_wrong_is_told() {
        for wrong in [
            "40-12-7",
            "021000022",
            "131000021",
            "02100002",
            "0210000210",
            "000000000",
            "2.1E+07",
            "02100O021",
        ] {
            assert_eq!(text(aba(wrong)), None, "{wrong}");
        }
        for wrong in ["40-12-7", "2000", "2000000", "20-00-0x"] {
            assert!(sort_code(wrong).is_err(), "{wrong}");
        }
        for wrong in ["40-12-7", "HDFC1000001", "HDFC000001", "HDF00000001", "HDFC00000é1"] {
            assert!(ifsc(wrong).is_err(), "{wrong}");
        }
        for wrong in ["10210009999", "1021000999966", "10210009999O"] {
            assert!(cnaps(wrong).is_err(), "{wrong}");
        }
        for wrong in ["032180000118359718", "32180000118359718", "3.2180E+17", "032180000118359000"] {
            assert!(clabe(wrong).is_err(), "{wrong}");
        }
        for wrong in ["", "DBSSSG", "DBSSZZSG", "DBSS5GSG", "DBSSSGSGXX", "DBSSUKSG", "DBSSSGSé"] {
            assert!(bic(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn lost_zeros_are_asked_about_and_a_letter_is_only_suggested() {
        let doubt = |read: Result<Code, Wrong>| read.expect("it can be read").doubt.expect("a doubt");
        assert!(matches!(doubt(aba("21000021")), Doubt::ZeroLost(_)));
        assert!(matches!(doubt(sort_code("40004")), Doubt::ZeroLost(_)));
        assert!(matches!(doubt(clabe("2010077777777771")), Doubt::ZeroLost(_)));
        assert!(matches!(doubt(cnaps("102100099990")), Doubt::Unusual(_)));
        assert_eq!(ifsc("HDFCO000001").expect_err("a letter").suggestion.as_deref(), Some("HDFC0000001"));
        assert!(bic("DBSSSGS0").expect("a test").doubt.is_some());
        assert!(bic("DBSSSGS1").expect("passive").doubt.is_some());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,24}|[0-9A-Z O]{0,20}") {
            let _ = (aba(&text), sort_code(&text), ifsc(&text), cnaps(&text), clabe(&text), bic(&text));
        }
    }
}
