//! Settings: defaults, then the configuration file, then the environment, then flags.
//!
//! Reads the file and the environment; decides nothing about payouts. Secrets are wrapped so that they cannot be
//! printed. An unknown key is an error: a misspelt limit must not be a limit that is not there.

mod duty;
mod keys;
mod listen;
mod read;
mod remitter;
mod settings;
mod watching;

pub use duty::{LogFormat, LogLevel, LogSettings, NotifySettings};
pub use keys::{KEYS, Key};
pub use listen::Listening;
pub use remitter::{RemitterConfig, Remitters};
pub use settings::{Credentials, Environment, Layers, ResendSetting, Settings};
pub use watching::Watching;

use std::path::PathBuf;

/// A setting is missing or makes no sense. Each says where and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {}: {why}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// The system's words.
        why: String,
    },
    /// A key or value is wrong.
    #[error("the configuration is not understood: {0}")]
    Wrong(String),
    /// A remitter was named that is not configured, or is incomplete.
    #[error("{0}")]
    Remitter(String),
    /// No login for an environment that needs one.
    #[error(
        "no login for {environment}: set PAYRUN_EMAIL and PAYRUN_PASSWORD, or `credentials` in the configuration to a file with `email` and `password`"
    )]
    NoCredentials {
        /// Which environment.
        environment: &'static str,
    },
    /// No home folder is known to keep the state in.
    #[error("no home folder is known: say with --state where payrun may keep its journal")]
    NoHome,
}
