//! Countries as people write them: two capitals as ISO 3166 has them, or what clearly means such a code.

use celes::Country;

use crate::check::Wrong;

/// A country that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::check) struct Read {
    /// Two capitals.
    pub code: &'static str,
    /// Whether it was written in another form.
    pub normalised: bool,
}

/// Codes that are in use for others of ISO 3166.
const IN_USE: [(&str, &str); 2] = [("UK", "GB"), ("EL", "GR")];

/// Reads a code of two letters or three. A name is not read: the code that it may mean is suggested.
pub(in crate::check) fn read(text: &str) -> Result<Read, Wrong> {
    let upper = text.to_ascii_uppercase();
    if let Some(code) = code(&upper) {
        return Ok(Read { code, normalised: code != text });
    }
    if upper.len() == 3
        && let Ok(country) = Country::from_alpha3(&upper)
    {
        return Ok(Read { code: country.alpha2, normalised: true });
    }
    let wrong = Wrong::new("a country is a code of two letters, such as AU or GB");
    let name: String = text.chars().filter(|c| c.is_alphabetic()).collect();
    Err(match named(&name) {
        Some(country) => {
            wrong.hint(format!("{} is {}", words(country), country.alpha2)).suggest(country.alpha2)
        }
        None if upper == "EU" => wrong.hint("the European Union is none: write the country of the payee"),
        None => wrong.hint("look the code up: ISO 3166 lists them"),
    })
}

/// Its name, as a sentence names it: `New Zealand`.
pub(in crate::check) fn name(code: &str) -> String {
    match Country::from_alpha2(code) {
        Ok(country) => words(country),
        Err(_) => code.to_owned(),
    }
}

fn words(country: Country) -> String {
    let name = match country.alpha2 {
        // the crate has the names of diplomacy, word by word in capitals
        "GB" => "the United Kingdom",
        "US" => "the United States",
        "KR" => "South Korea",
        "RU" => "Russia",
        "TZ" => "Tanzania",
        "LA" => "Laos",
        "MD" => "Moldova",
        "VE" => "Venezuela",
        "IR" => "Iran",
        "MK" => "North Macedonia",
        "TW" => "Taiwan",
        "CI" => "Côte d'Ivoire",
        _ => country.long_name,
    };
    name.strip_prefix("The ")
        .map_or_else(|| name.to_owned(), |rest| format!("the {rest}"))
        .replace(" And ", " and ")
        .replace(" Of ", " of ")
}

fn code(upper: &str) -> Option<&'static str> {
    if let Some((_, code)) = IN_USE.iter().find(|(used, _)| *used == upper) {
        return Some(code);
    }
    (upper.len() == 2).then(|| Country::from_alpha2(upper).ok()).flatten().map(|country| country.alpha2)
}

/// The country of a name. Names that several have are no one's.
fn named(name: &str) -> Option<Country> {
    const SHARED: [&str; 5] = ["samoa", "congo", "guinea", "saintmartin", "korea"];
    let lower = name.to_lowercase();
    if SHARED.contains(&lower.as_str()) {
        return None;
    }
    Country::from_name(&lower).or_else(|_| Country::from_alias(&lower)).ok()
}

/// The country whose banks serve a territory: accounts there bear one code or the other.
pub(super) fn mainland(code: &str) -> &str {
    match code {
        "GG" | "IM" | "JE" => "GB",
        "BL" | "GF" | "GP" | "MF" | "MQ" | "NC" | "PF" | "PM" | "RE" | "TF" | "WF" | "YT" => "FR",
        "AX" => "FI",
        "PR" | "VI" | "GU" | "AS" | "MP" => "US",
        code => code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_and_names_are_only_suggested() {
        let code = |text: &str| read(text).map(|read| (read.code, read.normalised));
        assert_eq!(code("DE"), Ok(("DE", false)));
        assert_eq!(code("de"), Ok(("DE", true)));
        assert_eq!(code("DEU"), Ok(("DE", true)));
        assert_eq!(code("UK"), Ok(("GB", true)));
        for (name, suggested) in [
            ("Germany", Some("DE")),
            ("New Zealand", Some("NZ")),
            ("United Kingdom", Some("GB")),
            ("South Korea", Some("KR")),
            ("Côte d'Ivoire", None),
            ("Samoa", None),
            ("EU", None),
            ("Atlantis", None),
            ("ZZ", None),
            ("ZZZ", None),
        ] {
            let wrong = read(name).expect_err(name);
            assert_eq!(wrong.suggestion.as_deref(), suggested, "{name}: {wrong:?}");
        }
    }

    #[test]
    fn a_country_is_named_as_people_name_it() {
        assert_eq!(name("NZ"), "New Zealand");
        assert_eq!(name("GB"), "the United Kingdom");
        assert_eq!(name("PH"), "the Philippines");
        assert_eq!(name("XK"), "Kosovo");
    }
}
