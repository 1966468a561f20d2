//! Who is told of runs, and with `--notify` whether that works.

use std::time::Duration;

use super::{Health, Item};
use crate::cli::session::Session;
use crate::domain::Occasion;
use crate::notify::{Notice, Outcome, Settings, try_out};

/// Looks at the ways that are configured; `tries_out`: by a notice that says that it is a test.
pub fn checks(session: &Session, tries_out: bool) -> Vec<Item> {
    let settings = &session.notify;
    if settings.url.is_none() && settings.command.is_empty() {
        let nobody = "nobody is told of runs: the configuration has neither notify.url nor notify.command";
        return if tries_out { vec![Item::new("notify", Health::Bad, nobody)] } else { Vec::new() };
    }
    if tries_out {
        return tried(settings, session.settings.environment.name());
    }
    let occasions = settings.occasions.iter().copied().map(Occasion::name).collect::<Vec<_>>().join(", ");
    let host = settings.url.as_ref().map(|url| format!("POST to {}", url.host()));
    let command = (!settings.command.is_empty()).then(|| "a command".to_owned());
    let ways: Vec<String> = host.into_iter().chain(command).collect();
    let told = format!("{}, of what is {occasions}", ways.join(" and "));
    vec![Item::new("notify", Health::Good, told).detail("payrun doctor --notify sends a test notice.")]
}

fn tried(settings: &Settings, environment: &str) -> Vec<Item> {
    let once = Settings { pauses: vec![Duration::from_secs(1)], ..settings.clone() };
    match try_out(&once, &Notice::of_test(environment)) {
        Ok(ways) => ways
            .into_iter()
            .map(|Outcome { way, told }| match told {
                Ok(()) => Item::new("notify", Health::Good, format!("{way}: the test notice was taken")),
                Err(why) => Item::new("notify", Health::Bad, format!("{way}: {why}")),
            })
            .collect(),
        Err(error) => vec![Item::new("notify", Health::Bad, error.to_string())],
    }
}
