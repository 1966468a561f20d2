//! The state folder: for its owner alone, writable, and whether somebody is at work in it; and what it says of probes.

use std::path::Path;

use super::{Health, Item};
use crate::cli::session::Session;
use crate::cli::status;
use crate::domain::money::plural;
use crate::domain::verify::WORD_LASTS_DAYS;
use crate::domain::{LookUps, Probe, Timestamp, system_words};
use crate::journal::{self, Holder};

/// What is looked at without Flash.
pub fn checks(session: &Session) -> Vec<Item> {
    let folder = session.folder.path();
    let mut items = vec![match session.folder.make() {
        Err(error) => Item::new("state folder", Health::Bad, error.to_string())
            .detail("Give yourself the right to write there, or name another folder by --state."),
        Ok(()) => writable(folder, session.folder.holder()),
    }];
    items.extend(private(&session.settings.state, folder));
    items.extend(records(session));
    items
}

fn writable(folder: &Path, holder: Holder) -> Item {
    if let Err(error) = tempfile::NamedTempFile::new_in(folder) {
        let told = format!("cannot write to {}: {}", folder.display(), system_words(&error));
        return Item::new("state folder", Health::Bad, told)
            .detail("Give yourself the right to write there, or name another folder by --state.");
    }
    match holder {
        Holder::Nobody => Item::new("state folder", Health::Good, format!("{}, free", folder.display())),
        Holder::Process(who) => Item::new(
            "state folder",
            Health::Notice,
            format!("{} is at work in {}; nothing else can be paid meanwhile", who, folder.display()),
        ),
    }
}

/// Whether every record of the journal is whole and in its place, where there are any.
fn records(session: &Session) -> Option<Item> {
    let _any = std::fs::read_dir(session.folder.journal()).ok()?.next()?;
    Some(match journal::verify(&session.folder) {
        Ok(verified) => {
            let told = format!("{}, each whole and in its place", plural(verified.records, "record"));
            Item::new("journal", Health::Good, told)
        }
        Err(error) => Item::new("journal", Health::Bad, error.to_string()),
    })
}

/// Names that others than the owner can open.
fn private(state: &Path, scope: &Path) -> Option<Item> {
    let mut open = Vec::new();
    let inside = std::fs::read_dir(scope).into_iter().flatten().flatten().map(|entry| entry.path());
    for path in [state.to_owned(), scope.to_owned()].into_iter().chain(inside) {
        if is_open_to_others(&path) {
            open.push(path);
        }
    }
    let first = open.first()?;
    let more = if open.len() > 1 { format!(" and {} more", open.len() - 1) } else { String::new() };
    let told = format!("other people on this machine can read {}{more}", first.display());
    let mut item = Item::new("privacy", Health::Bad, told);
    for path in &open {
        let mode = if path.is_dir() { "700" } else { "600" };
        item = item.detail(format!("chmod {mode} {}", path.display()));
    }
    Some(item)
}

#[cfg(unix)]
fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_path: &Path) -> bool {
    false
}

/// What the last probe has found out.
pub fn probed(session: &Session) -> Vec<Item> {
    let Ok(seen) = status::look(session) else { return Vec::new() };
    let mut items = Vec::new();
    if let Ok(Some(entry)) = seen.checkpoint().probing() {
        let told = format!(
            "the probe of run {} was interrupted: look in Flash's portal whether there is more than one payout {}",
            entry.run, entry.external_id
        );
        items.push(Item::new("probe", Health::Notice, told).detail("payrun doctor --probe probes again."));
    }
    items.push(match seen.checkpoint().probe() {
        Ok(Some(probe)) => findings(&probe, session.clock.now()),
        Ok(None) => {
            Item::new("probe", Health::Notice, "what a repeated request is answered was never probed here")
                .detail("Against UAT or the simulator: payrun doctor --probe")
        }
        Err(error) => Item::new("probe", Health::Bad, error.to_string()),
    });
    items
}

/// A probe in words.
pub fn findings(probe: &Probe, now: Timestamp) -> Item {
    let is_well = probe.key_honoured() && !probe.is_old(now);
    let health = if is_well { Health::Good } else { Health::Notice };
    let day = probe.at.strftime("%-d %b %Y");
    let honoured = if probe.key_honoured() {
        "a repeated request makes no second payout"
    } else {
        "it is NOT proven that a repeated request makes no second payout"
    };
    let look_ups = match probe.look_ups {
        LookUps::Work { late_ms } => format!("Look-ups by our own id work; the payout was shown after {late_ms} ms."),
        LookUps::NotSeen { waited_ms } => format!(
            "A look-up by our own id did not show the payout within {waited_ms} ms: raise gateway.in_doubt_wait above that."
        ),
        LookUps::Absent => {
            "There is no look-up by our own id: payouts in doubt are settled by what was created, or by a person.".to_owned()
        }
    };
    let count = probe.payouts.map(|count| {
        format!(
            "Flash shows {} under the probe's id {}.",
            plural(u64::from(count), "payout"),
            probe.external_id
        )
    });
    let mut item = Item::new("probe", health, format!("of {day}: {honoured}"))
        .detail(format!("A repeated idempotency key is answered by {}.", probe.repeated_key.words()));
    item.details.extend(count);
    item = item.detail(look_ups);
    if probe.is_old(now) {
        item = item.detail(format!(
            "That is more than {WORD_LASTS_DAYS} days ago, and Flash may have changed: probe again by payrun doctor --probe."
        ));
    }
    item
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ExternalId, RepeatedKey};

    #[test]
    fn a_probe_of_long_ago_is_a_notice() {
        let at: Timestamp = "2026-03-01T00:00:00Z".parse().expect("a time");
        let probe = Probe {
            at,
            external_id: ExternalId::known("pr1"),
            repeated_key: RepeatedKey::First,
            payouts: Some(1),
            look_ups: LookUps::Work { late_ms: 10 },
        };
        let after = |days: i64| at + jiff::SignedDuration::from_hours(24 * days);
        for (days, health, is_told) in
            [(0, Health::Good, false), (90, Health::Good, false), (91, Health::Notice, true)]
        {
            let item = findings(&probe, after(days));
            assert_eq!(item.result, health, "after {days} days");
            let told = item.details.iter().any(|detail| detail.contains("more than 90 days ago"));
            assert_eq!(told, is_told, "after {days} days");
        }
        // a clock that was wrong when it was made does not make it good for ever
        assert_eq!(findings(&probe, after(-400)).result, Health::Notice);
    }
}
