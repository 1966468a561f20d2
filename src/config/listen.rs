//! The section `[listen]`: where webhooks are received, and by which secrets they are known.
//!
//! Secrets stand in a file of their own or in the environment, never in the configuration, which people show around.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use reqwest::Url;
use secrecy::SecretString;
use serde::{Deserialize, Deserializer};

use super::ConfigError;
use crate::domain::{is_this_machine, system_words};

/// The variable with the secrets of webhooks, set apart by blanks.
pub(super) const SECRET: &str = "PAYRUN_LISTEN_SECRET";
/// The variable with the secret of callbacks.
pub(super) const CALLBACK_SECRET: &str = "PAYRUN_LISTEN_CALLBACK_SECRET";
/// A shorter secret can be guessed.
const SHORTEST_SECRET: usize = 16;

/// How webhooks are received.
#[derive(Debug, Clone, Default)]
pub struct Listening {
    /// Where.
    pub address: Option<SocketAddr>,
    /// Any of them signs a webhook: while one is replaced by another there are two.
    pub secrets: Vec<SecretString>,
    /// The address by which Flash reaches the listener, and the secret that signs callbacks.
    pub callbacks: Option<(String, SecretString)>,
    /// The only addresses that deliveries are taken from; none: from all.
    pub sources: Vec<IpAddr>,
    /// Whether a proxy of ours tells who sent a delivery.
    pub trust_proxy: bool,
}

/// The section as written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WrittenListen {
    #[serde(deserialize_with = "address")]
    address: Option<SocketAddr>,
    secret_file: Option<PathBuf>,
    callback_base: Option<String>,
    #[serde(deserialize_with = "sources")]
    sources: Vec<IpAddr>,
    trust_proxy: bool,
}

/// The file that `listen.secret_file` names.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SecretFile {
    secret: Secrets,
    callback_secret: Option<String>,
}

/// One secret or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Secrets {
    One(String),
    Several(Vec<String>),
}

impl Default for Secrets {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

impl WrittenListen {
    /// What is meant, with the secrets from the environment before those of the file.
    pub fn listening(self, variables: &BTreeMap<String, String>) -> Result<Listening, ConfigError> {
        let variable = |name: &str| variables.get(name).filter(|value| !value.trim().is_empty()).cloned();
        let file = self.secret_file.as_deref().map_or(Ok(SecretFile::default()), SecretFile::read)?;
        let secrets = match (variable(SECRET), file.secret) {
            (Some(text), _) => text.split_whitespace().map(str::to_owned).collect(),
            (None, Secrets::One(secret)) => vec![secret],
            (None, Secrets::Several(secrets)) => secrets,
        };
        let callback_secret = variable(CALLBACK_SECRET).or(file.callback_secret);
        let callbacks = match (self.callback_base, callback_secret) {
            (Some(base), Some(secret)) => Some((public(base)?, long("callback_secret", secret)?)),
            (Some(_), None) => {
                return Err(ConfigError::Wrong(format!(
                    "listen.callback_base needs a secret of your own to sign callbacks with: set {CALLBACK_SECRET}, or callback_secret in the file that listen.secret_file names"
                )));
            }
            (None, _) => None,
        };
        Ok(Listening {
            address: self.address,
            secrets: secrets.into_iter().map(|secret| long("secret", secret)).collect::<Result<_, _>>()?,
            callbacks,
            sources: self.sources,
            trust_proxy: self.trust_proxy,
        })
    }
}

impl SecretFile {
    /// The parser's own message could quote a secret.
    fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError::Unreadable { path: path.to_owned(), why: system_words(&error) })?;
        toml::from_str(&text).map_err(|_| {
            ConfigError::Wrong(format!(
                "{} must hold secret = \"…\", or several as secret = [\"…\", \"…\"], and, for callbacks, callback_secret = \"…\"",
                path.display()
            ))
        })
    }
}

fn long(name: &str, secret: String) -> Result<SecretString, ConfigError> {
    if secret.len() < SHORTEST_SECRET {
        return Err(ConfigError::Wrong(format!(
            "the {name} of [listen] has fewer than {SHORTEST_SECRET} characters and could be guessed"
        )));
    }
    Ok(secret.into())
}

/// What Flash calls must be encrypted, unless it is on this machine.
fn public(base: String) -> Result<String, ConfigError> {
    let url: Option<Url> = base.parse().ok();
    let is_fit = url.is_some_and(|url| {
        let host = url.host_str().unwrap_or_default();
        let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_this_machine(host));
        is_safe && url.query().is_none() && url.fragment().is_none() && url.username().is_empty()
    });
    if is_fit {
        return Ok(base);
    }
    Err(ConfigError::Wrong(format!(
        "listen.callback_base {base} is not an address like https://payrun.example.com; http:// only to this machine"
    )))
}

fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let parsed = text.parse().map(Some);
    parsed.map_err(|_| {
        serde::de::Error::custom(format!("\"{text}\" is not an address with a port, such as 127.0.0.1:8090"))
    })
}

/// A list, or one text with commas as the environment has it.
fn sources<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpAddr>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Text(String),
        List(Vec<String>),
    }
    let texts = match Written::deserialize(deserializer)? {
        Written::Text(text) => text.split(',').map(str::to_owned).collect(),
        Written::List(texts) => texts,
    };
    let parse = |text: &String| {
        text.trim().parse().map_err(|_| {
            serde::de::Error::custom(format!("\"{text}\" is not an address such as 52.64.185.170"))
        })
    };
    texts.iter().filter(|text| !text.trim().is_empty()).map(parse).collect()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    const LONG: &str = "a-secret-of-the-portal";

    fn load(text: &str, variables: &[(&str, &str)]) -> Result<Listening, String> {
        let written: WrittenListen = toml::from_str(text).map_err(|error| error.to_string())?;
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        written.listening(&variables.collect()).map_err(|error| error.to_string())
    }

    fn file(text: &str) -> (tempfile::NamedTempFile, String) {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), text).expect("written");
        let key = format!("secret_file = '{}'\n", file.path().display());
        (file, key)
    }

    #[test]
    fn secrets_come_from_a_file_or_the_environment_and_are_never_shown() {
        let (_file, key) = file(&format!("secret = \"{LONG}\"\ncallback_secret = \"{LONG}-2\"\n"));
        let base = "callback_base = \"https://pay.example.com\"\n";
        let listening = load(&format!("{key}{base}"), &[]).expect("settings");
        assert_eq!(listening.secrets.len(), 1);
        assert!(listening.callbacks.is_some());
        assert!(!format!("{listening:?}").contains(LONG));
        let both = format!("{LONG}-3 {LONG}-4");
        let listening = load(&key, &[(SECRET, &both)]).expect("settings");
        let shown: Vec<_> = listening.secrets.iter().map(ExposeSecret::expose_secret).collect();
        assert_eq!(shown.join(" "), both);
        assert!(load(base, &[]).expect_err("no secret").contains(CALLBACK_SECRET));
        for wrong in
            [format!("secret = \"{LONG}"), format!("secert = \"{LONG}\""), format!("secret = [[\"{LONG}\"]]")]
        {
            let (_file, key) = self::file(&wrong);
            assert!(!load(&key, &[]).expect_err("a mistake").contains(LONG), "{wrong}");
        }
        assert!(!load("", &[(SECRET, "hunter2")]).expect_err("too short").contains("hunter2"));
    }

    #[test]
    fn addresses_are_addresses() {
        let text = "address = \"127.0.0.1:8090\"\nsources = [\"52.64.185.170\", \"2001:db8::1\"]\ntrust_proxy = true\n";
        let listening = load(text, &[]).expect("settings");
        assert_eq!((listening.sources.len(), listening.trust_proxy), (2, true));
        assert_eq!(
            load("sources = \"52.64.185.170, 13.210.129.208\"", &[]).expect("settings").sources.len(),
            2
        );
        for wrong in ["address = \"8090\"", "sources = \"flash\"", "sources = [\"10.0.0.0/8\"]", "port = 1"] {
            assert!(load(wrong, &[]).is_err(), "{wrong}");
        }
        for base in
            ["http://pay.example.com", "pay.example.com", "https://a@pay.example.com", "https://b.example/?c"]
        {
            let base = format!("callback_base = \"{base}\"");
            assert!(load(&base, &[(CALLBACK_SECRET, LONG)]).is_err(), "{base}");
        }
        assert!(load("callback_base = \"http://127.0.0.1:9\"", &[(CALLBACK_SECRET, LONG)]).is_ok());
    }
}
