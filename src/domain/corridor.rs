//! What Flash delivers where: country, currency, and the type of account that takes it there.
//!
//! Flash's own answer of the day is the truth. Where there is none, a dated table of ours says what is likely, and
//! whoever asks must say so.

use std::fmt;
use std::sync::{Arc, LazyLock};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{BankAccount, Currency, Scheme};

/// How an account is named. Flash: `accountIdType`, and the `method` of a delivery method.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Method {
    /// BSB and account number.
    Bsb,
    /// A `PayID`.
    PayId,
    /// An account outside Australia.
    Abroad(Scheme),
    /// One that is not known yet: named, never paid to.
    Other(String),
}

impl Method {
    /// Its name in files and at Flash.
    pub fn name(&self) -> &str {
        match self {
            Self::Bsb => "BSB",
            Self::PayId => "PAYID",
            Self::Abroad(scheme) => scheme.name(),
            Self::Other(name) => name,
        }
    }
}

impl From<&BankAccount> for Method {
    fn from(account: &BankAccount) -> Self {
        match account {
            BankAccount::Bsb { .. } => Self::Bsb,
            BankAccount::PayId { .. } => Self::PayId,
            BankAccount::Abroad(account) => Self::Abroad(account.scheme()),
        }
    }
}

impl From<String> for Method {
    fn from(name: String) -> Self {
        match name.as_str() {
            "BSB" => Self::Bsb,
            "PAYID" => Self::PayId,
            text => match Scheme::ALL.into_iter().find(|scheme| scheme.name() == text) {
                Some(scheme) => Self::Abroad(scheme),
                None => Self::Other(name),
            },
        }
    }
}

impl From<Method> for String {
    fn from(method: Method) -> Self {
        method.name().to_owned()
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One way to deliver: a currency to accounts of one type in one country.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Corridor {
    /// ISO 3166, two capitals.
    pub country: String,
    /// What the payee gets.
    pub currency: Currency,
    /// The type of account.
    pub method: Method,
    /// What Flash demands for it, by the names of its fields: `bic`, `accountNo`.
    pub required_fields: Vec<String>,
}

/// Whose word a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Flash's own answer.
    Live,
    /// The program's table, which may be out of date.
    BuiltIn,
}

/// Every corridor that is known, and of when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Corridors {
    date: Date,
    origin: Origin,
    /// In the order of country, currency, method.
    list: Vec<Corridor>,
}

/// As it stands on disk.
#[derive(Serialize, Deserialize)]
struct Written {
    date: Date,
    source: Origin,
    list: Vec<Corridor>,
}

impl From<Written> for Corridors {
    fn from(written: Written) -> Self {
        Self::new(written.date, written.source, written.list)
    }
}

impl From<Corridors> for Written {
    fn from(Corridors { date, origin, list }: Corridors) -> Self {
        Self { date, source: origin, list }
    }
}

static BUILT_IN: LazyLock<Arc<Corridors>> = LazyLock::new(|| {
    Arc::new(
        parsed(include_str!("corridors.txt")).expect("the table is part of the program, and a test reads it"),
    )
});

impl Corridors {
    /// What Flash has answered on a day.
    pub fn live(date: Date, list: Vec<Corridor>) -> Self {
        Self::new(date, Origin::Live, list)
    }

    /// The table that is part of the program.
    pub fn built_in() -> Arc<Self> {
        Arc::clone(&BUILT_IN)
    }

    fn new(date: Date, origin: Origin, mut list: Vec<Corridor>) -> Self {
        list.sort();
        list.dedup();
        Self { date, origin, list }
    }

    /// The day of which it tells.
    pub fn date(&self) -> Date {
        self.date
    }

    /// Whose word it is.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// All of it, in the order of country, currency, method.
    pub fn list(&self) -> &[Corridor] {
        &self.list
    }

    /// What is delivered in a country.
    pub fn of_country(&self, country: &str) -> &[Corridor] {
        let first = self.list.partition_point(|corridor| corridor.country.as_str() < country);
        let end = self.list.partition_point(|corridor| corridor.country.as_str() <= country);
        &self.list[first..end]
    }

    /// How a currency is delivered in a country to one type of account: none, one, or several ways that differ in what
    /// they demand.
    pub fn ways<'a>(
        &'a self,
        country: &str,
        currency: Currency,
        method: &'a Method,
    ) -> impl Iterator<Item = &'a Corridor> {
        self.of_country(country)
            .iter()
            .filter(move |corridor| corridor.currency == currency && corridor.method == *method)
    }

    /// Whose word it is, and of when: `Flash's answer of 2026-07-17`.
    pub fn words(&self) -> String {
        match self.origin {
            Origin::Live => format!("Flash's answer of {}", self.date),
            Origin::BuiltIn => format!("the built-in table of {}", self.date),
        }
    }
}

/// Reads the table as `corridors.txt` has it: a line `date YYYY-MM-DD`, and lines of country, currency, method and the
/// fields that are demanded.
fn parsed(text: &str) -> Option<Corridors> {
    let mut date = None;
    let mut list = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        let mut words = line.split_whitespace();
        match words.next()? {
            "date" => date = Some(words.next()?.parse().ok()?),
            country => list.push(Corridor {
                country: country.to_owned(),
                currency: words.next()?.parse().ok()?,
                method: Method::from(words.next()?.to_owned()),
                required_fields: words.map(str::to_owned).collect(),
            }),
        }
    }
    Some(Corridors::new(date?, Origin::BuiltIn, list))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_table_says_of_when_it_is_and_knows_every_method() {
        let table = Corridors::built_in();
        assert_eq!(table.origin(), Origin::BuiltIn);
        assert!(table.words().contains("2026"), "{}", table.words());
        for corridor in table.list() {
            let Corridor { country, method, required_fields, .. } = corridor;
            assert!(country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase()), "{country}");
            assert!(!matches!(method, Method::Other(_)), "{corridor:?}");
            assert!(!required_fields.is_empty(), "{corridor:?}");
        }
        let lines = include_str!("corridors.txt").lines().filter(|line| !line.starts_with(['#', 'd']));
        assert_eq!(lines.filter(|line| !line.is_empty()).count(), table.list().len(), "no line stands twice");
    }

    #[test]
    fn a_table_finds_its_ways_and_is_read_back_as_it_was_written() {
        let eur = "EUR".parse().expect("a currency");
        let way = |country: &str, method: &str, fields: &[&str]| Corridor {
            country: country.to_owned(),
            currency: eur,
            method: Method::from(method.to_owned()),
            required_fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        };
        let day = jiff::civil::date(2026, 7, 17);
        let list = vec![
            way("FR", "IBAN", &["bic", "iban"]),
            way("DE", "IBAN", &["iban"]),
            way("FR", "IBAN", &["iban"]),
            way("FR", "WALLET", &["mobile"]),
        ];
        let table = Corridors::live(day, list);
        assert_eq!(table.ways("FR", eur, &Method::Abroad(Scheme::Iban)).count(), 2);
        assert_eq!(table.ways("FR", eur, &Method::Other("WALLET".to_owned())).count(), 1);
        assert_eq!(table.of_country("FX"), []);
        assert_eq!(table.ways("DE", Currency::AUD, &Method::Abroad(Scheme::Iban)).count(), 0);
        let disk = serde_json::to_string(&table).expect("JSON");
        assert!(disk.contains("\"source\":\"live\"") && disk.contains("\"method\":\"WALLET\""), "{disk}");
        assert_eq!(serde_json::from_str::<Corridors>(&disk).expect("the same"), table);
    }
}
