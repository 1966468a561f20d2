//! The rules of Flash for the fields of a payee, declared beside the fields.
//!
//! `validator` finds what breaks them; its errors carry the cell's text, so they are turned into codes and
//! sentences at once and never leave this file.

mod usual;

use std::borrow::Cow;

use validator::{Validate, ValidationError};

use super::{is_hidden, is_odd_blank, shown};
use crate::domain::Code;
use crate::intake::Column;

/// The texts of a row that Flash has rules for. None: the cell is empty.
#[derive(Debug, Default, Validate)]
pub(super) struct Fields<'a> {
    /// Flash's change log: letters, blanks and `, . - / '`, at most 75, nothing like a domain.
    #[validate(custom(function = person_name))]
    pub first_name: Option<&'a str>,
    #[validate(custom(function = person_name))]
    pub middle_name: Option<&'a str>,
    #[validate(custom(function = person_name))]
    pub last_name: Option<&'a str>,
    #[validate(custom(function = ascii), custom(function = no_angles), length(min = 2, max = 256, code = "company_length"))]
    pub company_name: Option<&'a str>,
    #[validate(custom(function = ascii), email(code = "email"))]
    pub email: Option<&'a str>,
    #[validate(custom(function = ascii), custom(function = placeholder))]
    pub street: Option<&'a str>,
    #[validate(custom(function = ascii), custom(function = placeholder))]
    pub suburb: Option<&'a str>,
    #[validate(custom(function = ascii), custom(function = placeholder))]
    pub state: Option<&'a str>,
    #[validate(custom(function = ascii), custom(function = placeholder))]
    pub postcode: Option<&'a str>,
    #[validate(custom(function = ascii), custom(function = placeholder), length(max = 280, code = "reference_length"))]
    pub reference: Option<&'a str>,
    #[validate(custom(function = external_id))]
    pub payment_id: Option<&'a str>,
    #[validate(custom(function = external_id))]
    pub payee_id: Option<&'a str>,
    #[validate(custom(function = ascii), custom(function = placeholder))]
    pub remitter: Option<&'a str>,
    #[validate(custom(function = enum_word))]
    pub reason: Option<&'a str>,
    #[validate(custom(function = enum_word))]
    pub source_of_funds: Option<&'a str>,
    #[validate(custom(function = external_id))]
    pub sub_client_id: Option<&'a str>,
    /// Whether all of them are known to have printable English signs alone.
    pub is_plain: bool,
}

/// What breaks a rule, ready for a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Broken {
    pub column: Column,
    pub code: Code,
    pub what: Cow<'static, str>,
}

/// Everything in a row that Flash would refuse, in the order of the columns.
pub(super) fn broken(fields: &Fields<'_>) -> Vec<Broken> {
    if usual::all_are(fields) {
        return Vec::new();
    }
    let Err(errors) = fields.validate() else {
        return Vec::new();
    };
    let mut broken: Vec<Broken> = Vec::new();
    for (field, errors) in errors.field_errors() {
        let Some(column) = column(field.as_ref()) else {
            continue;
        };
        for error in errors {
            broken.push(told(column, error));
        }
    }
    broken.sort_by(|a, b| (a.column, a.code, &a.what).cmp(&(b.column, b.code, &b.what)));
    broken
}

fn column(field: &str) -> Option<Column> {
    crate::intake::COLUMNS.iter().find(|info| info.name == field).map(|info| info.column)
}

fn told(column: Column, error: &ValidationError) -> Broken {
    let (code, what): (Code, Cow<'static, str>) = match error.code.as_ref() {
        "company_length" => (Code::NameInvalid, "a company's name has 2 to 256 characters".into()),
        "email" => (Code::EmailInvalid, "this is not an e-mail address".into()),
        "reference_length" => (Code::ReferenceTooLong, "a reference has at most 280 characters".into()),
        code => {
            let what = error.message.clone().unwrap_or("Flash does not accept this".into());
            let kind = match (code, column) {
                ("placeholder", _) => Code::Placeholder,
                ("id", _) => Code::IdInvalid,
                ("name", _) | (_, Column::CompanyName) => Code::NameInvalid,
                _ => Code::TextInvalid,
            };
            (kind, what)
        }
    };
    Broken { column, code, what }
}

fn refuse(code: &'static str, what: impl Into<Cow<'static, str>>) -> ValidationError {
    ValidationError::new(code).with_message(what.into())
}

fn person_name(text: &str) -> Result<(), ValidationError> {
    // Na, Nil and Test are names of people when they are written as names are
    let as_a_name =
        text.chars().next().is_some_and(char::is_uppercase) && text.chars().skip(1).all(char::is_lowercase);
    if !as_a_name || text.len() < 2 {
        placeholder(text)?;
    }
    let allowed = |c: char| is_latin(c) || is_odd_blank(c) || matches!(c, ' ' | ',' | '.' | '-' | '/' | '\'');
    if let Some(odd) = text.chars().find(|c| !allowed(*c)) {
        return Err(refuse("name", format!("a person's name cannot have {} in it", shown(odd))));
    }
    if text.chars().count() > 75 {
        return Err(refuse("name", "a name has at most 75 characters"));
    }
    if !text.chars().any(is_latin) {
        return Err(refuse("name", "a name has at least one letter"));
    }
    if looks_like_a_domain(text) {
        return Err(refuse("name", "Flash takes this for an internet address"));
    }
    Ok(())
}

/// Latin letters, with or without accents.
fn is_latin(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ɏ')
}

/// A word with a point between letters and a known ending: `Ben.eu`, `Aaron x.com`.
fn looks_like_a_domain(text: &str) -> bool {
    const ENDINGS: [&str; 12] =
        ["com", "net", "org", "eu", "au", "io", "co", "info", "biz", "uk", "nz", "us"];
    text.split([' ', '/']).any(|word| {
        word.trim_matches(['.', ',']).rsplit_once('.').is_some_and(|(name, ending)| {
            !name.is_empty() && ENDINGS.contains(&ending.to_lowercase().as_str())
        })
    })
}

fn ascii(text: &str) -> Result<(), ValidationError> {
    match text.chars().find(|c| !(' '..='~').contains(c) && !is_odd_blank(*c)) {
        Some(odd) if odd.is_control() || is_hidden(odd) => {
            Err(refuse("ascii", format!("there is {} in it", shown(odd))))
        }
        Some(odd) => Err(refuse(
            "ascii",
            format!("Flash takes plain English letters and signs only here, not {}", shown(odd)),
        )),
        None => Ok(()),
    }
}

fn no_angles(text: &str) -> Result<(), ValidationError> {
    match text.chars().find(|c| matches!(c, '<' | '=' | '>')) {
        Some(odd) => Err(refuse("name", format!("a company's name cannot have \"{odd}\" in it"))),
        None => placeholder(text),
    }
}

/// Whether a text is a word that stands for nothing. Flash must never be sent one.
pub(super) fn is_placeholder(text: &str) -> bool {
    const WORDS: [&str; 16] = [
        "n/a", "na", "null", "nil", "none", "-", "--", "tbc", "tba", "tbd", "xxx", "xx", "#n/a", "#ref!",
        "unknown", "test",
    ];
    const LONGEST: usize = 7;
    let text = crate::domain::ids::trimmed(text);
    let may_begin_one = |byte: &u8| {
        !byte.is_ascii() || matches!(byte.to_ascii_lowercase(), b'n' | b'-' | b't' | b'x' | b'#' | b'u')
    };
    if !text.as_bytes().first().is_some_and(may_begin_one) {
        return false; // nearly all
    }
    match text.is_ascii() {
        true if text.len() > LONGEST => false,
        true => WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)),
        false => WORDS.contains(&text.to_lowercase().as_str()),
    }
}

fn placeholder(text: &str) -> Result<(), ValidationError> {
    if is_placeholder(text) {
        return Err(refuse(
            "placeholder",
            format!("\"{text}\" stands for nothing: fill the cell or leave it empty"),
        ));
    }
    Ok(())
}

fn external_id(text: &str) -> Result<(), ValidationError> {
    placeholder(text)?;
    if text.len() > crate::domain::ids::LONGEST_ID {
        return Err(refuse("id", "an id has at most 34 characters"));
    }
    if text.bytes().any(|byte| !(b' '..=b'~').contains(&byte)) {
        return Err(refuse("id", "an id has plain English letters, digits and signs only"));
    }
    Ok(())
}

fn enum_word(text: &str) -> Result<(), ValidationError> {
    let fits = text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    if fits {
        Ok(())
    } else {
        Err(refuse("word", "this is one of Flash's words in capitals, such as BUSINESS"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(fields: &Fields<'_>) -> Vec<(Column, Code)> {
        broken(fields).iter().map(|broken| (broken.column, broken.code)).collect()
    }

    #[test]
    fn the_rules_of_flash() {
        let fields =
            Fields { first_name: Some("Zoë"), last_name: Some("O'Brien-Smith/Lee"), ..Fields::default() };
        assert_eq!(codes(&fields), []);
        for name in ["R2D2", "Ben.eu", "Aaron x.com", "李", "N/A", ".", &"a".repeat(76)] {
            assert_eq!(codes(&Fields { last_name: Some(name), ..Fields::default() }).len(), 1, "{name}");
        }
        let fields = Fields {
            company_name: Some("A<B"),
            email: Some("jo at example"),
            street: Some("Straße 1"),
            reference: Some("Gehalt für März"),
            payment_id: Some("012345678901234567890123456789012345"),
            reason: Some("Salary"),
            ..Fields::default()
        };
        let expected = [
            Column::CompanyName,
            Column::Email,
            Column::Street,
            Column::Reference,
            Column::PaymentId,
            Column::Reason,
        ];
        let mut found: Vec<Column> = codes(&fields).into_iter().map(|(column, _)| column).collect();
        found.sort();
        let mut expected = expected.to_vec();
        expected.sort();
        assert_eq!(found, expected);
    }
}
