//! Telling persons from companies in a single account name.

use crate::domain::PartyName;

/// Words that only companies have in their names, in lower case.
const COMPANY_WORDS: [&str; 26] = [
    "pty",
    "ltd",
    "limited",
    "inc",
    "incorporated",
    "trust",
    "trustee",
    "trustees",
    "co",
    "company",
    "corp",
    "corporation",
    "llc",
    "plc",
    "association",
    "foundation",
    "fund",
    "super",
    "superannuation",
    "services",
    "group",
    "holdings",
    "partners",
    "bank",
    "council",
    "university",
];

/// Forms of address, which are no names, in lower case.
const TITLES: [&str; 8] = ["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor"];

/// Short forms that are written with a point inside a name, in lower case.
const SHORT_FORMS: [&str; 9] = ["st", "wm", "geo", "jas", "chas", "thos", "robt", "jr", "sr"];

/// Sorts an account name into a person's or a company's. None where it is neither clearly.
pub(super) fn sorted(text: &str) -> Option<PartyName> {
    if !text.contains(char::is_alphabetic) {
        return None; // a number, a date
    }
    let collapsed = crate::domain::ids::collapsed(text);
    let words: Vec<&str> = collapsed.split(' ').filter(|word| !word.is_empty()).collect();
    let company_word = |word: &&str| {
        let bare: String =
            word.chars().filter(|c| c.is_alphanumeric() || *c == '&').flat_map(char::to_lowercase).collect();
        COMPANY_WORDS.contains(&bare.as_str())
            || bare == "&"
            || bare.chars().any(|c| c.is_ascii_digit() || c == '&')
    };
    if words.iter().any(company_word) {
        return Some(PartyName::Company(collapsed.into_owned()));
    }
    if let Some((last, given)) = family_first(&collapsed) {
        return person(without_title(&given.split(' ').collect::<Vec<_>>()), last);
    }
    match without_title(&words) {
        [first @ .., last] if !first.is_empty() => person(first, last),
        _ => None,
    }
}

/// `SMITH, JOHN`, or `SMITH. JOHN` as bank files have it. A point behind an initial, a title or a short form of a name
/// belongs to that word, and a point without a blank behind it is no separator.
fn family_first(name: &str) -> Option<(&str, &str)> {
    let (last, given) = match name.split_once(',') {
        Some(parts) => parts,
        None => name.split_once(". ").filter(|(last, _)| ends_a_family_name(last))?,
    };
    let given = given.trim();
    Some((last.trim(), given)).filter(|(last, given)| !last.is_empty() && !given.is_empty())
}

/// Whether the point behind these words can be the one that ends a family name.
fn ends_a_family_name(words: &str) -> bool {
    let word = words.rsplit(' ').next().unwrap_or_default().to_lowercase();
    word.chars().count() > 1
        && !word.contains('.')
        && !TITLES.contains(&word.as_str())
        && !SHORT_FORMS.contains(&word.as_str())
}

fn without_title<'a, 'b>(words: &'b [&'a str]) -> &'b [&'a str] {
    match words {
        [title, rest @ ..] if TITLES.contains(&title.trim_end_matches('.').to_lowercase().as_str()) => rest,
        words => words,
    }
}

fn person(first: &[&str], last: &str) -> Option<PartyName> {
    let (given, middle) = first.split_first()?;
    let middle = Some(middle.join(" ")).filter(|middle| !middle.is_empty());
    Some(PartyName::Person { first: (*given).to_owned(), middle, last: last.trim().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn persons_and_companies_are_told_apart() {
        let person = |first: &str, middle: Option<&str>, last: &str| {
            Some(PartyName::Person { first: first.into(), middle: middle.map(Into::into), last: last.into() })
        };
        assert_eq!(sorted("Sean O'Brien"), person("Sean", None, "O'Brien"));
        assert_eq!(sorted("NGUYEN, Thi  Mai"), person("Thi", Some("Mai"), "NGUYEN"));
        assert_eq!(sorted("Ana Maria Silva"), person("Ana", Some("Maria"), "Silva"));
        for company in ["Acme Pty Ltd", "Smith & Sons", "3 Brothers Cafe", "Hay St Medical Trust"] {
            assert_eq!(sorted(company), Some(PartyName::Company(company.into())), "{company}");
        }
        assert_eq!(sorted("Mr. Sean O'Brien"), person("Sean", None, "O'Brien"));
        assert_eq!(sorted("HALE, Dr Zoe"), person("Zoe", None, "HALE"));
        for (title, first, middle, last) in [
            ("SMITH. JOHN", "JOHN", None, "SMITH"),
            ("SMITH-JONES. A", "A", None, "SMITH-JONES"),
            ("SMITH,JOHN", "JOHN", None, "SMITH"),
            ("O'BRIEN. MR SEAN", "SEAN", None, "O'BRIEN"),
            ("VAN DER BERG. ANNA M.", "ANNA", Some("M."), "VAN DER BERG"),
            ("J. SMITH", "J.", None, "SMITH"),
            ("J. R. SMITH", "J.", Some("R."), "SMITH"),
            ("John F. Renner", "John", Some("F."), "Renner"),
            ("Wm. Hale", "Wm.", None, "Hale"),
            ("Mary St. Clair", "Mary", Some("St."), "Clair"),
        ] {
            assert_eq!(sorted(title), person(first, middle, last), "{title}");
        }
        assert_eq!(sorted("SMITH PTY. LTD."), Some(PartyName::Company("SMITH PTY. LTD.".into())));
        assert_eq!(sorted("SMITH,"), None);
        assert_eq!(sorted("Mr Hale"), None);
        assert_eq!(sorted("Cher"), None);
        assert_eq!(sorted(""), None);
    }
}
