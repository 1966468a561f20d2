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

/// Sorts an account name into a person's or a company's. None where it is neither clearly.
pub(super) fn sorted(text: &str) -> Option<PartyName> {
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
    if let Some((last, first)) = collapsed.split_once(", ") {
        return person(without_title(&first.split(' ').collect::<Vec<_>>()), last);
    }
    match without_title(&words) {
        [first @ .., last] if !first.is_empty() => person(first, last),
        _ => None,
    }
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
        assert_eq!(sorted("Mr Hale"), None);
        assert_eq!(sorted("Cher"), None);
        assert_eq!(sorted(""), None);
    }
}
