//! What whoever is on duty is told: who hears of runs, and how much is logged.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::{Deserialize, Deserializer};

use super::read::word;
use super::settings::SecretText;
use crate::domain::Occasion;

/// Who is told of runs.
#[derive(Debug, Clone)]
pub struct NotifySettings {
    /// Where notices are posted; a secret, since whoever knows it can write there.
    pub url: Option<SecretString>,
    /// The program that is given notices, and its arguments.
    pub command: Vec<String>,
    /// Of what is told.
    pub events: Vec<Occasion>,
    /// Whether `pay` and `resume` tell too, and not the watched folder alone.
    pub always: bool,
}

/// What is logged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogSettings {
    /// How much.
    pub level: LogLevel,
    /// For whom.
    pub format: LogFormat,
    /// Where to, in place of stderr.
    pub file: Option<PathBuf>,
}

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Nothing.
    #[default]
    Off,
    /// What somebody must look at.
    Error,
    /// What may need somebody.
    Warn,
    /// What happens to runs.
    Info,
    /// Every request, every payout.
    Debug,
    /// All there is.
    Trace,
}

/// How lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Human,
    /// One JSON document a line.
    Json,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WrittenNotify {
    url: Option<SecretText>,
    #[serde(deserialize_with = "words")]
    command: Vec<String>,
    #[serde(deserialize_with = "occasions")]
    events: Option<Vec<Occasion>>,
    always: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WrittenLog {
    #[serde(deserialize_with = "word")]
    level: LogLevel,
    #[serde(deserialize_with = "word")]
    format: LogFormat,
    file: Option<PathBuf>,
}

impl WrittenNotify {
    pub(super) fn settings(self) -> NotifySettings {
        NotifySettings {
            url: self.url.and_then(SecretText::filled),
            command: self.command,
            events: self.events.unwrap_or_else(|| Occasion::ALL.to_vec()),
            always: self.always,
        }
    }
}

impl WrittenLog {
    pub(super) fn settings(self) -> LogSettings {
        LogSettings { level: self.level, format: self.format, file: self.file }
    }
}

/// A list, or the words of a text: variables of the environment have no lists.
#[derive(Deserialize)]
#[serde(untagged)]
enum Words {
    List(Vec<String>),
    Text(String),
}

fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let wrong =
        |_| serde::de::Error::custom("a list of words like [\"/usr/local/bin/tell\", \"payroll\"] is needed");
    Ok(match Words::deserialize(deserializer).map_err(wrong)? {
        Words::List(words) => words,
        Words::Text(text) => text.split_whitespace().map(str::to_owned).collect(),
    })
}

fn occasions<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Occasion>>, D::Error> {
    let mut told = Vec::new();
    for word in words(deserializer)?.iter().flat_map(|text| text.split(',')).filter(|word| !word.is_empty()) {
        let known = Occasion::ALL.into_iter().find(|occasion| occasion.name() == word);
        told.push(known.ok_or_else(|| {
            let all = Occasion::ALL.map(Occasion::name).join(", ");
            serde::de::Error::custom(format!("\"{word}\" is none of {all}"))
        })?);
    }
    Ok(Some(told))
}
