//! How a folder is watched: who lets runs go, and when a file is whole.

use std::time::Duration;

use serde::{Deserialize, Deserializer};

use super::ConfigError;
use super::read::{duration, optional_word, word};
use super::settings::Environment;
use crate::domain::{Allowances, Mode, Sums};

/// How a folder is watched.
#[derive(Debug, Clone)]
pub struct Watching {
    /// What goes without a person.
    pub allowances: Allowances,
    /// How often the folder is looked through.
    pub poll: Duration,
    /// A file that has not changed for so long is whole.
    pub settle: Duration,
    /// Whether every file needs control totals.
    pub needs_totals: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WrittenWatch {
    #[serde(deserialize_with = "optional_word")]
    mode: Option<Mode>,
    #[serde(deserialize_with = "sums")]
    max_payout: Option<Sums>,
    #[serde(deserialize_with = "sums")]
    max_run: Option<Sums>,
    #[serde(deserialize_with = "sums")]
    max_day: Option<Sums>,
    #[serde(deserialize_with = "duration")]
    poll: Option<Duration>,
    #[serde(deserialize_with = "duration")]
    settle: Option<Duration>,
    #[serde(deserialize_with = "word")]
    totals: WrittenTotals,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WrittenTotals {
    #[default]
    Optional,
    Required,
}

impl WrittenWatch {
    pub fn watching(self, environment: Environment) -> Result<Watching, ConfigError> {
        let is_simulator = environment == Environment::Simulator;
        let mode = self.mode.unwrap_or(if is_simulator { Mode::Pay } else { Mode::Hold });
        let has_limits = [&self.max_payout, &self.max_run, &self.max_day].iter().all(|limit| limit.is_some());
        if mode == Mode::Pay && !is_simulator && !has_limits {
            return Err(ConfigError::Wrong(
                "watch.mode is pay, so watch.max_payout, watch.max_run and watch.max_day must say up to where nobody is asked"
                    .to_owned(),
            ));
        }
        Ok(Watching {
            allowances: Allowances {
                mode,
                per_payout: self.max_payout,
                per_run: self.max_run,
                per_day: self.max_day,
            },
            poll: self.poll.unwrap_or(Duration::from_secs(2)),
            settle: self.settle.unwrap_or(Duration::from_secs(3)),
            needs_totals: self.totals == WrittenTotals::Required,
        })
    }
}

fn sums<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Sums>, D::Error> {
    String::deserialize(deserializer)?.parse().map(Some).map_err(serde::de::Error::custom)
}
