//! The log of whoever is on duty: this program's own lines alone, whatever the level.
//!
//! Libraries log what they are given, among it requests and answers: none of them is let through.

use std::fs::OpenOptions;
use std::sync::Mutex;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt, registry};

use super::exit::{Exit, Failure};
use crate::config::{LogFormat, LogLevel, LogSettings};
use crate::domain::system_words;

/// Begins to log as configured. Times are in UTC. A second call changes nothing.
pub fn begin(settings: &LogSettings) -> Result<(), Failure> {
    if settings.level == LogLevel::Off {
        return Ok(());
    }
    match &settings.file {
        None => begin_with(settings, std::io::stderr),
        Some(path) => {
            let file = OpenOptions::new().create(true).append(true).open(path).map_err(|error| {
                let why = system_words(&error);
                Failure::new(Exit::Configuration, format!("log.file: cannot write {}: {why}", path.display()))
            })?;
            begin_with(settings, Mutex::new(file));
        }
    }
    tracing::info!(version = env!("CARGO_PKG_VERSION"), process = std::process::id(), "payrun begins");
    Ok(())
}

fn begin_with<W>(settings: &LogSettings, writer: W)
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let lines = fmt::layer().with_ansi(false).with_writer(writer);
    let filter = own(settings.level);
    // it is there already where one command opens its settings twice
    let _ = match settings.format {
        LogFormat::Human => registry().with(lines.with_filter(filter)).try_init(),
        LogFormat::Json => registry().with(lines.json().flatten_event(true).with_filter(filter)).try_init(),
    };
}

/// What is let through.
fn own(level: LogLevel) -> Targets {
    let level = match level {
        LogLevel::Off => LevelFilter::OFF,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    Targets::new().with_target(env!("CARGO_CRATE_NAME"), level)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    #[test]
    fn libraries_are_never_let_through() {
        let filter = own(LogLevel::Trace);
        assert!(filter.would_enable("payrun::gateway", &Level::TRACE));
        for library in
            ["hyper", "hyper_util::client", "reqwest::connect", "rustls::client", "sled", "async_graphql"]
        {
            assert!(!filter.would_enable(library, &Level::ERROR), "{library}");
        }
    }
}
