//! Account numbers abroad, beside a code of the branch or a BIC: letters and digits, in most countries of a usual
//! length.

use super::Cell;
use super::country::mainland;
use crate::check::Wrong;
use crate::domain::Scheme;

/// A number that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Read {
    /// Capitals and digits without blanks.
    pub text: String,
    pub doubt: Option<Doubt>,
}

/// What is doubtful of a number that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Doubt {
    /// Banks write it with zeros in front, and the file does not.
    ZeroLost(String),
    /// A spreadsheet may have cut it.
    Cut(String),
    /// Its length is unusual in its country.
    Length(String),
}

/// Flash takes no fewer, and no scheme has more.
const LEAST: usize = 4;
const MOST: usize = 34;

/// The lengths that payment services give for a country.
fn usual(country: &str) -> Option<(usize, usize)> {
    Some(match country {
        "CA" => (5, 12),
        "HK" => (8, 20),
        "IN" => (6, 20),
        "JP" => (7, 7),
        "NZ" => (15, 17),
        "PH" => (8, 16),
        _ => return None,
    })
}

/// Reads a number of an account in a country.
pub(super) fn read(text: &str, scheme: Scheme, country: &str) -> Result<Read, Wrong> {
    const WHAT: &str = "the account number";
    let bare = Cell::of(text, WHAT)?.bare;
    if !bare.contains(|c: char| c.is_ascii_digit()) {
        return Err(Wrong::new("the account number has no digit").hint("ask the payee"));
    }
    if bare.chars().all(|c| c == '0') {
        return Err(Wrong::new("the account number is all zeros").hint("ask the payee"));
    }
    let most = if scheme == Scheme::Aba { 17 } else { MOST };
    if bare.len() > most {
        return Err(Wrong::new(format!(
            "the account number has {} characters, {most} at most are possible",
            bare.len()
        ))
        .hint("ask the payee"));
    }
    if scheme == Scheme::SortCode {
        return british(bare);
    }
    if bare.len() < LEAST {
        return Err(Wrong::new(
            "the account number has fewer than four characters, and Flash takes no fewer",
        )
        .hint("ask the payee"));
    }
    let doubt = doubt(&bare, mainland(country));
    Ok(Read { text: bare, doubt })
}

fn doubt(bare: &str, country: &str) -> Option<Doubt> {
    const KEPT: usize = 15;
    if bare.len() > KEPT && bare[KEPT..].bytes().all(|byte| byte == b'0') {
        return Some(Doubt::Cut(
            "the account number ends in zeros behind its fifteenth digit, as when a spreadsheet has cut it"
                .to_owned(),
        ));
    }
    let (least, most) = usual(country)?;
    let length = bare.len();
    (!(least..=most).contains(&length)).then(|| {
        let range = crate::check::range(least, most);
        let name = super::country::name(country);
        Doubt::Length(format!("account numbers in {name} have {range} characters, this one has {length}"))
    })
}

/// Eight digits; banks that have shorter ones write zeros in front.
fn british(bare: String) -> Result<Read, Wrong> {
    let only_digits = bare.bytes().all(|byte| byte.is_ascii_digit());
    match bare.len() {
        8 if only_digits => Ok(Read { text: bare, doubt: None }),
        6 | 7 if only_digits => {
            let what = format!(
                "British account numbers have eight digits, this one has {}; did leading zeros get lost?",
                bare.len()
            );
            Ok(Read { text: format!("{bare:0>8}"), doubt: Some(Doubt::ZeroLost(what)) })
        }
        _ => Err(Wrong::new("a British account number has eight digits").hint("ask the payee")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_zeros_and_lose_their_blanks() {
        let text = |typed: &str, scheme, country| read(typed, scheme, country).map(|read| read.text);
        assert_eq!(text("0012-3456 789", Scheme::AccNo, "SG"), Ok("00123456789".to_owned()));
        assert_eq!(text("ab12 34", Scheme::AccNo, "SG"), Ok("AB1234".to_owned()));
        assert_eq!(text("31926819", Scheme::SortCode, "GB"), Ok("31926819".to_owned()));
        for (wrong, scheme) in [
            ("", Scheme::AccNo),
            ("123", Scheme::AccNo),
            ("ABCDEF", Scheme::AccNo),
            ("00000", Scheme::AccNo),
            ("1.23E+12", Scheme::AccNo),
            ("123456789012345678", Scheme::Aba),
            ("123456789", Scheme::SortCode),
            ("12345", Scheme::SortCode),
            ("12345/678", Scheme::AccNo),
            ("1234\u{200b}5678", Scheme::AccNo),
        ] {
            assert!(read(wrong, scheme, "SG").is_err(), "{wrong}");
        }
    }

    #[test]
    fn doubts_are_told() {
        let doubt = |typed: &str, scheme, country| read(typed, scheme, country).expect("a number").doubt;
        assert!(matches!(doubt("1234567", Scheme::SortCode, "GB"), Some(Doubt::ZeroLost(_))));
        assert!(matches!(doubt("6222020200012340000", Scheme::Cnaps, "CN"), Some(Doubt::Cut(_))));
        assert!(matches!(doubt("123456", Scheme::AccNo, "JP"), Some(Doubt::Length(_))));
        assert_eq!(doubt("1234567", Scheme::AccNo, "JP"), None);
        assert_eq!(doubt("6222020200012345678", Scheme::Cnaps, "CN"), None);
    }
}
