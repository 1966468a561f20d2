//! The settings of one call of the program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use config::{Config, File, FileFormat};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};

use super::ConfigError;
use super::duty::{LogSettings, NotifySettings, WrittenLog, WrittenNotify};
use super::keys::KEYS;
use super::listen::{self, Listening, WrittenListen};
use super::read::{duration, optional_word, share, size, word};
use super::remitter::{RemitterConfig, Remitters};
use super::watching::{Watching, WrittenWatch};
use crate::domain::{Limits, PartyMode, Slippage, is_this_machine, system_words};

/// Which Flash is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// Our own, inside this program. No money moves.
    #[default]
    Simulator,
    /// Flash's test environment. No money moves.
    Uat,
    /// Money moves.
    Production,
}

impl Environment {
    /// The name that users write.
    pub fn name(self) -> &'static str {
        match self {
            Self::Simulator => "simulator",
            Self::Uat => "uat",
            Self::Production => "production",
        }
    }

    /// The address of its API, where it has one of its own.
    pub fn url(self) -> Option<&'static str> {
        match self {
            Self::Simulator => None,
            Self::Uat => Some("https://api.uat.flash-payments.com.au"),
            Self::Production => Some("https://api.flash-payments.com"),
        }
    }
}

/// Away from this machine, doubt is settled no sooner than this.
const SHORTEST_WAIT: Duration = Duration::from_secs(60);
/// With less memory than this the process that reads workbooks does not even start.
const LEAST_MEMORY: u64 = 64 << 20;

/// Variables that are no settings: the login, and what commands that are told of runs are given.
const OTHERS: [&str; 7] = [
    "PAYRUN_EMAIL",
    "PAYRUN_PASSWORD",
    "PAYRUN_AFFILIATION",
    "PAYRUN_EVENT",
    "PAYRUN_RUN",
    listen::SECRET,
    listen::CALLBACK_SECRET,
];

/// What is asked before the file: flags and the environment, both passed in.
#[derive(Debug, Default)]
pub struct Layers {
    /// `--config`.
    pub file: Option<PathBuf>,
    /// Where `payrun.toml` is looked for when no file is named, in this order.
    pub folders: Vec<PathBuf>,
    /// Environment variables by name.
    pub variables: BTreeMap<String, String>,
    /// Flags by key: `gateway.timeout`.
    pub flags: Vec<(&'static str, String)>,
}

/// A login.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The user's e-mail address.
    pub email: String,
    /// The password.
    pub password: SecretString,
    /// The agreement, where there are several: `FP_AUS` or `FP_LUX`.
    pub affiliation: Option<String>,
}

/// All settings.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Which Flash.
    pub environment: Environment,
    /// Another address of the API.
    pub api_url: Option<String>,
    /// Where the journal is kept.
    pub state: PathBuf,
    /// The login; none is needed for the embedded simulator.
    pub credentials: Option<Credentials>,
    /// Of one request.
    pub timeout: Duration,
    /// Before a payout in doubt is looked up.
    pub in_doubt_wait: Duration,
    /// Requests at the same time.
    pub max_in_flight: usize,
    /// `proven`, `locks` or `never`.
    pub resend: Option<ResendSetting>,
    /// How long look-ups and logins are tried again.
    pub patience: Duration,
    /// How parties travel.
    pub parties: PartyMode,
    /// Who pays.
    pub remitters: Remitters,
    /// How long an equal payout of an earlier run holds a row.
    pub duplicate_window: Duration,
    /// How long a run waits at its end for the banks' answers.
    pub follow: Duration,
    /// How much more the same money may cost than by the rate agreed to before payments wait.
    pub max_slippage: Option<Slippage>,
    /// How a folder is watched.
    pub watch: Watching,
    /// How webhooks are received.
    pub listen: Listening,
    /// How large a file may be, and how much reading it may cost.
    pub limits: Limits,
    /// Who is told of runs.
    pub notify: NotifySettings,
    /// What is logged.
    pub log: LogSettings,
}

/// The word of `gateway.resend`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResendSetting {
    /// See `gateway.resend` in the documentation.
    Proven,
    /// The same.
    Locks,
    /// The same.
    Never,
}

/// The file, as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default, deserialize_with = "word")]
    environment: Environment,
    api_url: Option<String>,
    state: Option<PathBuf>,
    credentials: Option<PathBuf>,
    #[serde(default)]
    gateway: WrittenGateway,
    #[serde(default)]
    payouts: WrittenPayouts,
    #[serde(default)]
    watch: WrittenWatch,
    #[serde(default)]
    listen: WrittenListen,
    #[serde(default)]
    limits: WrittenLimits,
    #[serde(default)]
    notify: WrittenNotify,
    #[serde(default)]
    log: WrittenLog,
    #[serde(default)]
    remitters: BTreeMap<String, RemitterConfig>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WrittenGateway {
    #[serde(deserialize_with = "duration")]
    timeout: Option<Duration>,
    #[serde(deserialize_with = "duration")]
    in_doubt_wait: Option<Duration>,
    max_in_flight: Option<usize>,
    #[serde(deserialize_with = "optional_word")]
    resend: Option<ResendSetting>,
    #[serde(deserialize_with = "duration")]
    patience: Option<Duration>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WrittenPayouts {
    #[serde(deserialize_with = "word")]
    parties: PartyMode,
    remitter: Option<String>,
    #[serde(deserialize_with = "duration")]
    duplicate_window: Option<Duration>,
    #[serde(deserialize_with = "duration")]
    follow: Option<Duration>,
    #[serde(deserialize_with = "share")]
    max_slippage: Option<Slippage>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WrittenLimits {
    #[serde(deserialize_with = "size")]
    file_size: Option<u64>,
    #[serde(deserialize_with = "size")]
    line: Option<u64>,
    rows: Option<u32>,
    #[serde(deserialize_with = "size")]
    workbook_size: Option<u64>,
    #[serde(deserialize_with = "size")]
    workbook_memory: Option<u64>,
    #[serde(deserialize_with = "duration")]
    workbook_time: Option<Duration>,
}

impl WrittenLimits {
    fn limits(&self) -> Limits {
        let default = Limits::default();
        Limits {
            file_size: self.file_size.unwrap_or(default.file_size),
            line: self.line.unwrap_or(default.line),
            rows: self.rows.unwrap_or(default.rows),
            workbook_size: self.workbook_size.unwrap_or(default.workbook_size),
            workbook_memory: self.workbook_memory.unwrap_or(default.workbook_memory).max(LEAST_MEMORY),
            workbook_time: self.workbook_time.unwrap_or(default.workbook_time),
        }
    }
}

impl Settings {
    /// Puts the layers together.
    pub fn load(layers: &Layers) -> Result<Self, ConfigError> {
        let written = read(layers)?;
        let simulator = written.environment == Environment::Simulator;
        let credentials = credentials(layers, written.credentials.as_deref())?;
        let chosen = written.payouts.remitter.unwrap_or_else(|| "default".to_owned());
        let in_doubt_wait = Duration::from_secs(if simulator { 2 } else { 180 });
        let settings = Self {
            environment: written.environment,
            api_url: written.api_url,
            state: written.state.map_or_else(|| default_state(&layers.variables), Ok)?,
            credentials,
            timeout: written.gateway.timeout.unwrap_or(Duration::from_secs(90)),
            in_doubt_wait: written.gateway.in_doubt_wait.unwrap_or(in_doubt_wait),
            max_in_flight: written.gateway.max_in_flight.unwrap_or(32).clamp(1, 512),
            resend: written.gateway.resend,
            patience: written.gateway.patience.unwrap_or(Duration::from_secs(30)),
            parties: written.payouts.parties,
            remitters: Remitters::new(chosen, written.remitters, simulator),
            duplicate_window: written.payouts.duplicate_window.unwrap_or(Duration::from_secs(35 * 24 * 3600)),
            follow: written.payouts.follow.unwrap_or(Duration::from_secs(2)),
            max_slippage: written.payouts.max_slippage,
            watch: written.watch.watching(written.environment)?,
            listen: written.listen.listening(&layers.variables)?,
            limits: written.limits.limits(),
            notify: written.notify.settings(),
            log: written.log.settings(),
        };
        settings.fit()
    }

    /// Refuses to go on without a login, except in the simulator.
    pub fn require_login(&self) -> Result<(), ConfigError> {
        match (&self.credentials, self.environment) {
            (Some(_), _) | (None, Environment::Simulator) => Ok(()),
            (None, environment) => Err(ConfigError::NoCredentials { environment: environment.name() }),
        }
    }

    /// The address of the API, written in the one way that every spelling of it has in common. None: the simulator
    /// inside this program.
    fn address(&self) -> Option<Url> {
        let text = self.api_url.as_deref().or(self.environment.url())?;
        text.parse().ok() // what is no address is refused before anything is sent
    }

    /// Refuses an address that belongs to another environment, and waits that prove nothing.
    fn fit(self) -> Result<Self, ConfigError> {
        let Some(url) = self.address() else {
            return match &self.api_url {
                Some(text) => Err(ConfigError::Wrong(format!(
                    "api_url {text} is not an address like https://api.example.com"
                ))),
                None => Ok(self),
            };
        };
        let host = url.host_str().unwrap_or_default();
        let belongs = [Environment::Uat, Environment::Production].into_iter().find(|environment| {
            let own = environment.url().and_then(|own| own.parse::<Url>().ok());
            own.is_some_and(|own| own.host_str() == Some(host))
        });
        let named = self.environment.name();
        match (self.environment, belongs) {
            _ if is_this_machine(host) => return Ok(self),
            (environment, Some(of)) if environment != of => Err(format!(
                "api_url {host} is Flash's {}, but the environment is {named}: say environment = \"{}\"",
                of.name(),
                of.name()
            )),
            (Environment::Simulator, None) => Err(format!(
                "the environment is the simulator, which runs on this machine only, but api_url is {host}"
            )),
            _ if self.in_doubt_wait < self.timeout.max(SHORTEST_WAIT) => Err(format!(
                "gateway.in_doubt_wait must be at least {} s and not less than gateway.timeout: a look-up that comes too early proves nothing",
                SHORTEST_WAIT.as_secs()
            )),
            _ => return Ok(self),
        }
        .map_err(ConfigError::Wrong)
    }

    /// What tells this scope from every other: environment, address, agreement and login.
    pub fn scope(&self) -> String {
        let credentials = self.credentials.as_ref();
        let parts = [
            self.environment.name().to_owned(),
            self.address().map_or_else(String::new, |url| url.as_str().trim_end_matches('/').to_owned()),
            credentials.and_then(|login| login.affiliation.clone()).unwrap_or_default(),
            credentials.map(|login| login.email.to_lowercase()).unwrap_or_default(),
        ];
        let digest = blake3::hash(parts.join("\n").as_bytes()).to_hex();
        format!("{}-{}", self.environment.name(), &digest[..12])
    }
}

fn read(layers: &Layers) -> Result<Written, ConfigError> {
    let found = layers.folders.iter().map(|folder| folder.join("payrun.toml")).find(|path| path.is_file());
    let mut builder = Config::builder();
    let path = layers.file.clone().or(found);
    let place = path.as_ref().map_or(String::new(), |path| format!("{}: ", path.display()));
    let wrong = |error: config::ConfigError| ConfigError::Wrong(format!("{place}{error}"));
    if let Some(path) = path.clone() {
        let text = std::fs::read_to_string(&path)
            .map_err(|error| ConfigError::Unreadable { path: path.clone(), why: system_words(&error) })?;
        // the library's own message would quote the line, which may hold the address of a hook
        if let Err(error) = text.parse::<toml::Table>() {
            let line = error.span().map_or(0, |span| text[..span.start].lines().count().max(1));
            return Err(ConfigError::Wrong(format!("{place}line {line}: {}", error.message())));
        }
        builder = builder.add_source(File::from_str(&text, FileFormat::Toml));
    }
    let known =
        |name: &String| OTHERS.contains(&name.as_str()) || KEYS.iter().any(|key| key.variable == *name);
    if let Some(odd) = layers.variables.keys().find(|name| name.starts_with("PAYRUN_") && !known(name)) {
        return Err(ConfigError::Wrong(format!(
            "the variable {odd} is not known; docs/CONFIGURATION.md lists all variables"
        )));
    }
    let variables =
        KEYS.iter().filter_map(|key| Some((key.name, layers.variables.get(key.variable)?.clone())));
    for (name, value) in variables.chain(layers.flags.iter().cloned()) {
        builder = builder.set_override(name, value).map_err(wrong)?;
    }
    builder.build().and_then(Config::try_deserialize).map_err(wrong)
}

/// The variables, else the file that the configuration names.
fn credentials(layers: &Layers, file: Option<&Path>) -> Result<Option<Credentials>, ConfigError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Login {
        email: String,
        password: SecretText,
        affiliation: Option<String>,
    }
    let variable = |name: &str| layers.variables.get(name).filter(|value| !value.is_empty()).cloned();
    if let (Some(email), Some(password)) = (variable("PAYRUN_EMAIL"), variable("PAYRUN_PASSWORD")) {
        let affiliation = variable("PAYRUN_AFFILIATION");
        return Ok(Some(Credentials { email, password: password.into(), affiliation }));
    }
    let Some(path) = file else { return Ok(None) };
    let text = std::fs::read_to_string(path)
        .map_err(|error| ConfigError::Unreadable { path: path.to_owned(), why: system_words(&error) })?;
    // the parser's own message could quote the password
    let login: Login = Config::builder()
        .add_source(File::from_str(&text, FileFormat::Toml))
        .build()
        .and_then(Config::try_deserialize)
        .map_err(|_| {
            ConfigError::Wrong(format!(
                "{} must hold email, password and, where needed, affiliation",
                path.display()
            ))
        })?;
    Ok(Some(Credentials { email: login.email, password: login.password.0, affiliation: login.affiliation }))
}

/// A text that cannot be printed.
#[derive(Debug)]
pub(super) struct SecretText(SecretString);

impl SecretText {
    /// None where it is empty: a variable that is set to nothing sets nothing.
    pub(super) fn filled(self) -> Option<SecretString> {
        Some(self.0).filter(|text| !text.expose_secret().trim().is_empty())
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(text.into()))
    }
}

fn default_state(variables: &BTreeMap<String, String>) -> Result<PathBuf, ConfigError> {
    let folder = |name: &str| variables.get(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    folder("XDG_STATE_HOME")
        .or_else(|| Some(folder("HOME").or_else(|| folder("USERPROFILE"))?.join(".local/state")))
        .map(|base| base.join("payrun"))
        .ok_or(ConfigError::NoHome)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str, variables: &[(&str, &str)]) -> Result<Settings, ConfigError> {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("payrun.toml"), text).expect("a file");
        let mut all: BTreeMap<String, String> = BTreeMap::from([("HOME".into(), "/home/jo".into())]);
        all.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Settings::load(&Layers { folders: vec![folder.path().into()], variables: all, ..Layers::default() })
    }

    #[test]
    fn nothing_configured_is_the_simulator() {
        let settings = load("", &[]).expect("settings");
        assert_eq!(settings.environment, Environment::Simulator);
        assert_eq!(settings.state, PathBuf::from("/home/jo/.local/state/payrun"));
        assert_eq!(settings.duplicate_window, Duration::from_secs(35 * 86_400));
    }

    #[test]
    fn limits_are_sizes_and_times() {
        let file =
            "[limits]\nline = \"128KiB\"\nrows = 7\nworkbook_memory = \"1GiB\"\nworkbook_time = \"5s\"\n";
        let limits = load(file, &[("PAYRUN_LIMITS_WORKBOOK_SIZE", "3MiB")]).expect("settings").limits;
        assert_eq!((limits.line, limits.rows, limits.workbook_memory), (128 << 10, 7, 1 << 30));
        assert_eq!((limits.workbook_size, limits.workbook_time), (3 << 20, Duration::from_secs(5)));
        assert_eq!(limits.file_size, Limits::default().file_size);
        for wrong in ["line = \"much\"", "rows = -1", "row = 1", "workbook_time = \"5\""] {
            assert!(load(&format!("[limits]\n{wrong}\n"), &[]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_environment_overrides_the_file() {
        let file = "[gateway]\ntimeout = \"20s\"\nmax_in_flight = 4\n";
        let settings = load(file, &[("PAYRUN_GATEWAY_TIMEOUT", "250ms")]).expect("settings");
        assert_eq!(settings.timeout, Duration::from_millis(250));
        assert_eq!(settings.max_in_flight, 4);
        assert_eq!(load("", &[("PAYRUN_GATEWAY_MAX_IN_FLIGHT", "7")]).expect("settings").max_in_flight, 7);
    }

    #[test]
    fn a_misspelt_key_and_a_strange_value_are_refused() {
        for text in ["[gateway]\nmax_inflight = 4\n", "colour = 1\n", "[gateway]\ntimeout = \"soon\"\n"] {
            assert!(matches!(load(text, &[]), Err(ConfigError::Wrong(_))), "{text}");
        }
    }

    #[test]
    fn money_moves_only_with_a_login_and_scopes_never_mix() {
        assert!(matches!(
            load("environment = \"uat\"", &[]).and_then(|settings| settings.require_login()),
            Err(ConfigError::NoCredentials { .. })
        ));
        let login = [("PAYRUN_EMAIL", "a@example.com"), ("PAYRUN_PASSWORD", "hidden")];
        let uat = load("environment = \"uat\"", &login).expect("settings");
        let production = load("environment = \"production\"", &login).expect("settings");
        assert_ne!(uat.scope(), production.scope());
        assert!(!format!("{uat:?}").contains("hidden"));
    }
}
