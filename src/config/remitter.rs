//! Remitters: the name that the payee's statement shows, and whose it is.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::ConfigError;
use crate::domain::{Address, ExternalId, Party, PartyName};

/// A section `[remitters.NAME]`: a person by `first_name` and `last_name`, or a company by `company_name`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemitterConfig {
    /// Its id at the API; derived from the rest where absent.
    pub external_id: Option<String>,
    /// Given name of a person.
    pub first_name: Option<String>,
    /// Middle names of a person.
    pub middle_name: Option<String>,
    /// Family name of a person.
    pub last_name: Option<String>,
    /// Name of a company.
    pub company_name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Mobile number, `+` and digits.
    pub mobile: Option<String>,
    /// Date of birth of a person.
    pub dob: Option<String>,
    /// Number and street.
    pub street: Option<String>,
    /// Suburb or city.
    pub suburb: Option<String>,
    /// State or territory.
    pub state: Option<String>,
    /// Postcode.
    pub postcode: Option<String>,
    /// ISO 3166 code; AU where absent.
    pub country: Option<String>,
}

/// What the settings say of remitters, ready to be asked by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remitters {
    chosen: String,
    profiles: BTreeMap<String, RemitterConfig>,
    /// Whether the invented one of the demonstration stands in for a missing default.
    example: bool,
}

/// The remitter that means: the account itself, no sender is named.
pub const ACCOUNT: &str = "account";
const DEFAULT: &str = "default";

impl Remitters {
    /// `chosen` is a profile's name, `account`, or a name to show. In the simulator an invented remitter stands in
    /// where none is configured.
    pub fn new(chosen: String, mut profiles: BTreeMap<String, RemitterConfig>, simulator: bool) -> Self {
        let example = simulator && profiles.is_empty();
        if example {
            profiles.insert(DEFAULT.to_owned(), invented());
        }
        Self { chosen, profiles, example }
    }

    /// The name that was chosen for the whole file.
    pub fn chosen(&self) -> &str {
        &self.chosen
    }

    /// Whether the invented one of the demonstration stands in for a missing default.
    pub fn is_example(&self) -> bool {
        self.example && self.chosen == DEFAULT
    }

    /// The remitter of the run, or of a row that names one. None: the account itself.
    pub fn resolve(&self, of_row: Option<&str>) -> Result<Option<(ExternalId, Party)>, ConfigError> {
        let name = of_row.unwrap_or(&self.chosen);
        if name.trim().is_empty() {
            return Err(ConfigError::Remitter(
                "the name of the remitter is empty: name one of the configuration, or say \"account\""
                    .to_owned(),
            ));
        }
        if name == ACCOUNT {
            return Ok(None);
        }
        if let Some(profile) = self.profiles.get(name) {
            return party(name, profile).map(Some);
        }
        let Some(default) = self.profiles.get(DEFAULT) else {
            return Err(ConfigError::Remitter(no_profile(name, of_row.is_some())));
        };
        let shown = RemitterConfig {
            external_id: None,
            company_name: Some(name.to_owned()),
            first_name: None,
            middle_name: None,
            last_name: None,
            dob: None,
            ..default.clone()
        };
        party(name, &shown).map(Some)
    }
}

fn no_profile(name: &str, of_row: bool) -> String {
    if name == DEFAULT && !of_row {
        return "no remitter is configured: add a section [remitters.default] with the name and address that payees should see, or say `remitter = \"account\"` to pay in the account's own name".to_owned();
    }
    format!(
        "the remitter \"{name}\" is not configured, and there is no [remitters.default] whose address it could use"
    )
}

fn party(name: &str, profile: &RemitterConfig) -> Result<(ExternalId, Party), ConfigError> {
    let wrong = |what: &str| ConfigError::Remitter(format!("the remitter \"{name}\" {what}"));
    let shown = match (&profile.first_name, &profile.last_name, &profile.company_name) {
        (Some(first), Some(last), None) => PartyName::Person {
            first: first.clone(),
            middle: profile.middle_name.clone(),
            last: last.clone(),
        },
        (None, None, Some(company)) => PartyName::Company(company.clone()),
        _ => return Err(wrong("needs either first_name and last_name or company_name")),
    };
    if !shown.to_string().is_ascii() {
        return Err(wrong(
            "has letters that Flash does not take in a remitter's name: use plain English letters",
        ));
    }
    let country = profile.country.clone().unwrap_or_else(|| "AU".to_owned());
    if country == "AU" && profile.street.is_none() {
        return Err(wrong("needs a street: Flash demands one for Australian addresses"));
    }
    let dob = profile.dob.as_ref().map(|text| text.parse()).transpose();
    let party = Party {
        name: shown,
        email: profile.email.clone(),
        mobile: profile.mobile.clone(),
        dob: dob.map_err(|_| wrong("has a dob that is not a date like 1980-01-31"))?,
        address: Address {
            street: profile.street.clone(),
            suburb: profile.suburb.clone(),
            state: profile.state.clone(),
            postcode: profile.postcode.clone(),
            country,
        },
    };
    let id = profile.external_id.clone().map_or_else(
        || ExternalId::derived("ps", &[serde_json::to_string(&party).expect("a party is plain text")]),
        ExternalId::known,
    );
    Ok((id, party))
}

/// The remitter of the demonstration. Invented.
fn invented() -> RemitterConfig {
    let some = |text: &str| Some(text.to_owned());
    RemitterConfig {
        company_name: some("Example Payroll Pty Ltd"),
        street: some("1 Hay St"),
        suburb: some("Sydney"),
        state: some("NSW"),
        postcode: some("2000"),
        country: some("AU"),
        ..RemitterConfig::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(remitters: &Remitters, row: Option<&str>) -> Option<String> {
        remitters.resolve(row).expect("a remitter").map(|(_, party)| party.name.to_string())
    }

    #[test]
    fn a_name_that_is_no_profile_is_shown_with_the_default_s_address() {
        let profiles = BTreeMap::from([("default".to_owned(), invented())]);
        let remitters = Remitters::new("default".into(), profiles, false);
        assert_eq!(name(&remitters, None).as_deref(), Some("Example Payroll Pty Ltd"));
        assert_eq!(name(&remitters, Some("Example Super")).as_deref(), Some("Example Super"));
        assert_eq!(name(&remitters, Some("account")), None);
        let ids: Vec<_> =
            [None, Some("Example Super")].map(|row| remitters.resolve(row).expect("one")).into();
        assert_ne!(ids[0].as_ref().map(|one| &one.0), ids[1].as_ref().map(|one| &one.0));
    }

    #[test]
    fn without_a_default_outside_the_simulator_someone_has_to_say_who_pays() {
        let none = Remitters::new("default".into(), BTreeMap::new(), false);
        assert!(none.resolve(None).is_err());
        assert!(Remitters::new("default".into(), BTreeMap::new(), true).resolve(None).is_ok());
    }
}
