//! Numbers for Prometheus, in its text format.

use std::fmt::{Display, Write};
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Outcome, Vitals};
use crate::domain::Timestamp;

/// How often each thing became of a delivery.
#[derive(Debug, Default)]
pub(super) struct Counts([AtomicU64; Outcome::ALL.len()]);

impl Counts {
    /// One more. Says how many that makes.
    pub fn add(&self, outcome: Outcome) -> u64 {
        self.0[outcome as usize].fetch_add(1, Ordering::Relaxed) + 1
    }

    fn of(&self, outcome: Outcome) -> u64 {
        self.0[outcome as usize].load(Ordering::Relaxed)
    }
}

/// Everything, as Prometheus reads it.
pub(super) fn text(counts: &Counts, vitals: &Vitals, is_ready: bool, now: Timestamp) -> String {
    let mut page = Page::default();
    let outcomes = Outcome::ALL.map(|outcome| (outcome.name(), counts.of(outcome)));
    page.metric("payrun_webhooks_total", "counter", "Deliveries by what became of them.");
    page.labelled("payrun_webhooks_total", "outcome", &outcomes);
    page.metric(
        "payrun_webhooks_unknown_total",
        "counter",
        "Stored deliveries about payouts that are not ours.",
    );
    page.plain("payrun_webhooks_unknown_total", vitals.unknown);
    page.metric("payrun_runs", "gauge", "Runs by state.");
    page.labelled("payrun_runs", "state", &pairs(&vitals.runs));
    page.metric("payrun_payouts", "gauge", "Payouts by state.");
    page.labelled("payrun_payouts", "state", &pairs(&vitals.payouts));
    page.metric("payrun_looks_total", "counter", "Look-ups at Flash.");
    page.labelled(
        "payrun_looks_total",
        "result",
        &[("answered", vitals.looks[0]), ("failed", vitals.looks[1])],
    );
    page.metric("payrun_look_overdue_seconds", "gauge", "How long something has been due to be looked up.");
    page.plain("payrun_look_overdue_seconds", vitals.overdue.as_secs());
    if let Some(at) = vitals.last_look {
        page.metric("payrun_last_look_age_seconds", "gauge", "Time since Flash was last asked.");
        page.plain("payrun_last_look_age_seconds", now.duration_since(at).as_secs().max(0));
    }
    page.metric("payrun_ready", "gauge", "Whether /readyz says so.");
    page.plain("payrun_ready", u8::from(is_ready));
    page.0
}

fn pairs(of: &std::collections::BTreeMap<&'static str, u64>) -> Vec<(&'static str, u64)> {
    of.iter().map(|(name, count)| (*name, *count)).collect()
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn metric(&mut self, name: &str, kind: &str, help: &str) {
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    fn plain(&mut self, name: &str, value: impl Display) {
        let _ = writeln!(self.0, "{name} {value}");
    }

    fn labelled(&mut self, name: &str, label: &str, values: &[(&'static str, u64)]) {
        for (value, count) in values {
            let _ = writeln!(self.0, "{name}{{{label}=\"{value}\"}} {count}");
        }
    }
}
