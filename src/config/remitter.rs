//! Remitters: the name that the payee's statement shows, and whose it is.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::ConfigError;
use crate::check::{odd_sign, party_trouble};
use crate::domain::abn::is_abn;
use crate::domain::account::masked;
use crate::domain::{Address, ExternalId, IdDoc, PaidAs, Party, PartyName, Remitter, RemitterNames};

/// A section `[remitters.NAME]`: a person by `first_name` and `last_name`, a company by `company_name`, or a sub-client
/// by `sub_client_id`.
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
    /// Number of a business: in Australia its ABN.
    pub business_number: Option<String>,
    /// What the remitter is identified by.
    pub id_doc: Option<IdDocConfig>,
    /// The API's id of the sub-client on whose behalf is paid. Nothing else is said of it then.
    pub sub_client_id: Option<String>,
}

/// A document of identity, `id_doc = { type = "passport", number = "…" }`.
#[derive(Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdDocConfig {
    /// Which document.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its number.
    pub number: String,
    /// Who gave it out.
    pub issuer: Option<String>,
    /// When, `YYYY-MM-DD`.
    pub issue_date: Option<String>,
    /// Until when it is good, `YYYY-MM-DD`.
    pub expiry_date: Option<String>,
    /// The country that gave it out.
    pub country: Option<String>,
}

impl std::fmt::Debug for IdDocConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "IdDocConfig({} {})", self.kind, masked(&self.number))
    }
}

/// The documents that Flash takes.
const DOCUMENTS: [&str; 11] = [
    "licence",
    "passport",
    "bankStatement",
    "utilityBill",
    "govPermit",
    "deedOfIncorporation",
    "certificateOfRegistration",
    "companyExtract",
    "publicDocument",
    "medicare",
    "other",
];

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

    /// The names of the profiles.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.profiles.keys().map(String::as_str)
    }

    /// Why nothing can be paid in the name that is configured for the whole file. None also where nobody is.
    pub fn trouble(&self) -> Option<String> {
        let is_anybody = !self.profiles.is_empty() || self.chosen != DEFAULT;
        self.resolve(None).err().filter(|_| is_anybody).map(|error| error.to_string())
    }

    /// In whose name the run is paid, or a row that names a remitter.
    pub fn resolve(&self, of_row: Option<&str>) -> Result<PaidAs, ConfigError> {
        let name = of_row.unwrap_or(&self.chosen);
        if name.trim().is_empty() {
            return Err(ConfigError::Remitter(
                "the name of the remitter is empty: name one of the configuration, or say \"account\""
                    .to_owned(),
            ));
        }
        if name == ACCOUNT {
            return Ok(PaidAs::Account);
        }
        if let Some(profile) = self.profiles.get(name) {
            return paid_as(name, profile);
        }
        if let Some(near) = self.near(name).filter(|_| of_row.is_none()) {
            return Err(ConfigError::Remitter(format!(
                "the remitter \"{name}\" is not configured; if \"{near}\" is meant, write that, and if payees are to read \"{name}\", add a section [remitters.{}]",
                quoted(name)
            )));
        }
        let Some(default) = self.profiles.get(DEFAULT) else {
            return Err(ConfigError::Remitter(no_profile(name, of_row.is_some())));
        };
        if default.sub_client_id.is_some() {
            return Err(ConfigError::Remitter(format!(
                "the remitter \"{name}\" is not configured, and [remitters.default] pays on behalf of a sub-client, whose name is not changed: add a section [remitters.{}]",
                quoted(name)
            )));
        }
        let shown = RemitterConfig {
            external_id: None,
            company_name: Some(name.to_owned()),
            first_name: None,
            middle_name: None,
            last_name: None,
            dob: None,
            ..default.clone()
        };
        paid_as(name, &shown)
    }
}

impl RemitterNames for Remitters {
    fn trouble_with(&self, name: &str) -> Option<String> {
        self.resolve(Some(name)).err().map(|error| error.to_string())
    }

    fn sub_client(&self, name: Option<&str>) -> Option<String> {
        match self.resolve(name) {
            Ok(PaidAs::SubClient(id)) => Some(id),
            Ok(PaidAs::Account | PaidAs::Remitter(..)) | Err(_) => None,
        }
    }

    fn near(&self, name: &str) -> Option<&str> {
        if name == ACCOUNT || self.profiles.contains_key(name) {
            return None;
        }
        self.names().chain([ACCOUNT]).find(|known| is_near(name, known))
    }
}

/// Whether two names are the same but for capitals and blanks, or one letter that is wrong, lost, added or exchanged with
/// its neighbour.
fn is_near(typed: &str, known: &str) -> bool {
    let letters = |text: &str| -> Vec<char> {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let (typed, known) = (letters(typed), letters(known));
    let begins = typed.iter().zip(&known).take_while(|(a, b)| a == b).count();
    let (typed, known) = (&typed[begins..], &known[begins..]);
    let ends = typed.iter().rev().zip(known.iter().rev()).take_while(|(a, b)| a == b).count();
    let (typed, known) = (&typed[..typed.len() - ends], &known[..known.len() - ends]);
    match (typed, known) {
        ([], []) => true,
        // short names have too many neighbours
        _ if begins + ends < 3 => false,
        ([a, b], [c, d]) => (a, b) == (d, c),
        (typed, known) => typed.len() <= 1 && known.len() <= 1,
    }
}

/// A name as it stands in a section's head.
fn quoted(name: &str) -> String {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "")) }
}

fn no_profile(name: &str, of_row: bool) -> String {
    if name == DEFAULT && !of_row {
        return "no remitter is configured: add a section [remitters.default] with the name and address that payees should see, or say `remitter = \"account\"` to pay in the account's own name".to_owned();
    }
    format!(
        "the remitter \"{name}\" is not configured, and there is no [remitters.default] whose address it could use"
    )
}

fn paid_as(name: &str, profile: &RemitterConfig) -> Result<PaidAs, ConfigError> {
    let wrong = |what: &str| ConfigError::Remitter(format!("the remitter \"{name}\" {what}"));
    if let Some(id) = &profile.sub_client_id {
        let alone = RemitterConfig { sub_client_id: Some(id.clone()), ..RemitterConfig::default() };
        if *profile != alone {
            return Err(wrong(
                "has a sub_client_id and other details: Flash has those of a sub-client, so keep one of the two",
            ));
        }
        return Ok(PaidAs::SubClient(id.clone()));
    }
    let shown = match (&profile.first_name, &profile.last_name, &profile.company_name) {
        (Some(first), Some(last), None) => PartyName::Person {
            first: first.clone(),
            middle: profile.middle_name.clone(),
            last: last.clone(),
        },
        (None, None, Some(company)) => PartyName::Company(company.clone()),
        _ => return Err(wrong("needs either first_name and last_name or company_name")),
    };
    let country = profile.country.clone().unwrap_or_else(|| "AU".to_owned());
    if let Some(odd) = odd_sign(&shown.to_string(), &country) {
        return Err(wrong(&format!("has in its name {odd}")));
    }
    if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(wrong("has a country that is no code of two capitals, such as AU"));
    }
    let address = [
        ("street", &profile.street),
        ("suburb", &profile.suburb),
        ("state", &profile.state),
        ("postcode", &profile.postcode),
    ];
    let mut odd = address.iter().filter_map(|(key, text)| Some((key, odd_sign(text.as_ref()?, &country)?)));
    if let Some((key, odd)) = odd.next() {
        return Err(wrong(&format!("has in its {key} {odd}")));
    }
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
    if let Some(what) = party_trouble(&party) {
        return Err(wrong(&format!("cannot be used as it is: {what}")));
    }
    let business_number =
        profile.business_number.as_deref().map(|typed| business_number(typed, &party.address.country));
    let remitter = Remitter {
        business_number: business_number.transpose().map_err(|what| wrong(&what))?,
        id_doc: profile.id_doc.as_ref().map(id_doc).transpose().map_err(|what| wrong(&what))?,
        party,
    };
    let id = profile.external_id.clone().map_or_else(
        || ExternalId::derived("ps", &[serde_json::to_string(&remitter).expect("a remitter is plain text")]),
        ExternalId::known,
    );
    Ok(PaidAs::Remitter(id, Box::new(remitter)))
}

/// The number of a business without blanks. An Australian one must be an ABN.
fn business_number(typed: &str, country: &str) -> Result<String, String> {
    let number: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    if country == "AU" && !is_abn(&number) {
        return Err("has a business_number that is no ABN: it needs eleven digits of which none is mistyped"
            .to_owned());
    }
    if number.len() < 4 || !number.is_ascii() {
        return Err("has a business_number that Flash does not take: at least four plain letters and digits"
            .to_owned());
    }
    Ok(number)
}

fn id_doc(typed: &IdDocConfig) -> Result<IdDoc, String> {
    if !DOCUMENTS.contains(&typed.kind.as_str()) {
        return Err(format!(
            "has an id_doc of the type \"{}\"; Flash takes {}",
            typed.kind,
            DOCUMENTS.join(", ")
        ));
    }
    let plain = |text: &str| text.is_ascii() && !text.trim().is_empty();
    let issuer_fits = typed.issuer.as_ref().is_none_or(|issuer| plain(issuer) && issuer.len() <= 100);
    if !plain(&typed.number) || !issuer_fits {
        return Err("has an id_doc whose number or issuer Flash does not take: use plain English letters, at most 100 for the issuer".to_owned());
    }
    let date = |text: &Option<String>| {
        let parsed = text.as_ref().map(|text| text.parse()).transpose();
        parsed.map_err(|_| "has an id_doc with a date that is not like 2031-01-31".to_owned())
    };
    Ok(IdDoc {
        kind: typed.kind.clone(),
        number: typed.number.clone(),
        issuer: typed.issuer.clone(),
        issue_date: date(&typed.issue_date)?,
        expiry_date: date(&typed.expiry_date)?,
        country: typed.country.clone(),
    })
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
        match remitters.resolve(row).expect("a remitter") {
            PaidAs::Remitter(_, remitter) => Some(remitter.party.name.to_string()),
            PaidAs::Account | PaidAs::SubClient(_) => None,
        }
    }

    #[test]
    fn a_name_that_is_no_profile_is_shown_with_the_default_s_address() {
        let profiles = BTreeMap::from([("default".to_owned(), invented())]);
        let remitters = Remitters::new("default".into(), profiles, false);
        assert_eq!(name(&remitters, None).as_deref(), Some("Example Payroll Pty Ltd"));
        assert_eq!(name(&remitters, Some("Example Super")).as_deref(), Some("Example Super"));
        assert_eq!(name(&remitters, Some("account")), None);
        let [one, other] = [None, Some("Example Super")].map(|row| match remitters.resolve(row) {
            Ok(PaidAs::Remitter(id, _)) => id,
            other => panic!("{other:?}"),
        });
        assert_ne!(one, other);
    }

    #[test]
    fn a_remitter_of_the_first_version_keeps_its_id_at_the_api() {
        let profiles = BTreeMap::from([("default".to_owned(), invented())]);
        let PaidAs::Remitter(id, remitter) =
            Remitters::new("default".into(), profiles, false).resolve(None).expect("one")
        else {
            panic!("a remitter");
        };
        let party = serde_json::to_string(&remitter.party).expect("JSON");
        assert_eq!(id, ExternalId::derived("ps", &[party]));
    }

    #[test]
    fn a_profile_says_what_is_wrong_with_it() {
        let said = |change: &dyn Fn(&mut RemitterConfig)| {
            let mut profile = invented();
            change(&mut profile);
            let profiles = BTreeMap::from([("default".to_owned(), profile)]);
            let resolved = Remitters::new("default".into(), profiles, false).resolve(None);
            resolved.err().map(|error| error.to_string()).unwrap_or_default()
        };
        assert_eq!(said(&|profile| profile.business_number = Some("51 824 753 556".to_owned())), "");
        assert!(
            said(&|profile| profile.business_number = Some("51 824 753 557".to_owned())).contains("no ABN")
        );
        assert!(said(&|profile| profile.sub_client_id = Some("sc1".to_owned())).contains("keep one"));
        let doc = |kind: &str| {
            Some(IdDocConfig { kind: kind.to_owned(), number: "N1".to_owned(), ..IdDocConfig::default() })
        };
        assert_eq!(said(&|profile| profile.id_doc = doc("passport")), "");
        assert!(said(&|profile| profile.id_doc = doc("pass")).contains("passport"));
    }

    #[test]
    fn a_sub_client_pays_in_its_own_name() {
        let of =
            |id: &str| RemitterConfig { sub_client_id: Some(id.to_owned()), ..RemitterConfig::default() };
        let profiles = BTreeMap::from([("default".to_owned(), of("sc1")), ("two".to_owned(), of("sc2"))]);
        let remitters = Remitters::new("default".into(), profiles, false);
        assert_eq!(remitters.resolve(Some("two")).expect("one"), PaidAs::SubClient("sc2".to_owned()));
        assert!(
            remitters
                .resolve(Some("A name"))
                .expect_err("no name to show")
                .to_string()
                .contains("[remitters.\"A name\"]")
        );
    }

    #[test]
    fn without_a_default_outside_the_simulator_someone_has_to_say_who_pays() {
        let none = Remitters::new("default".into(), BTreeMap::new(), false);
        assert!(none.resolve(None).is_err());
        assert!(Remitters::new("default".into(), BTreeMap::new(), true).resolve(None).is_ok());
    }
}
