//! What people are told: a sentence, and the same as fields for programs.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::money::Total;
use crate::domain::{Occasion, PayoutState, RunId, RunState, RunView};

/// One thing to tell.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Why.
    pub occasion: Occasion,
    /// The run, where there is one yet.
    pub run: Option<RunId>,
    /// The run's or the file's name.
    pub label: String,
    /// `simulator`, `uat` or `production`.
    pub environment: String,
    /// How many rows are in each state.
    pub counts: BTreeMap<&'static str, u64>,
    /// What the API has of it, per currency.
    pub totals: Vec<Total>,
    /// How far the run is.
    pub state: Option<RunState>,
    /// What to do, where there is anything to do.
    pub next: Option<String>,
}

/// As it goes out. `text` is what chat programs with hooks in Slack's manner show.
#[derive(Serialize)]
struct Told<'a> {
    text: String,
    event: &'static str,
    run: Option<String>,
    label: &'a str,
    environment: &'a str,
    counts: &'a BTreeMap<&'static str, u64>,
    totals: &'a [Total],
    state: Option<RunState>,
    next: Option<&'a str>,
}

impl Notice {
    /// Of a run as it stands.
    pub fn of_run(occasion: Occasion, view: &RunView) -> Self {
        let run: Option<RunId> = view.run.parse().ok();
        Self {
            occasion,
            run,
            label: view.label.clone(),
            environment: view.environment.clone(),
            counts: view.counts.clone(),
            totals: view.totals.clone(),
            state: Some(view.state),
            next: next(occasion, view),
        }
    }

    /// Tells nothing but that telling works.
    pub fn of_test(environment: &str) -> Self {
        Self {
            occasion: Occasion::Test,
            run: None,
            label: "no file".to_owned(),
            environment: environment.to_owned(),
            counts: BTreeMap::new(),
            totals: Vec::new(),
            state: None,
            next: None,
        }
    }

    /// The run's name, empty where there is none.
    pub fn run_name(&self) -> String {
        self.run.map(|run| run.to_string()).unwrap_or_default()
    }

    /// The JSON that goes out.
    pub fn json(&self) -> String {
        let told = Told {
            text: self.text(),
            event: self.occasion.name(),
            run: self.run.map(|run| run.to_string()),
            label: &self.label,
            environment: &self.environment,
            counts: &self.counts,
            totals: &self.totals,
            state: self.state,
            next: self.next.as_deref(),
        };
        serde_json::to_string(&told).expect("a notice is plain data")
    }

    /// One sentence after the other, for people.
    pub fn text(&self) -> String {
        let place = match self.environment.as_str() {
            "production" => "",
            "uat" => " (Flash UAT: no money moves)",
            _ => " (simulator: no money moves)",
        };
        let what = match self.occasion {
            Occasion::Test => return format!("payrun{place}: this is a test; notices arrive here."),
            Occasion::Held => "waits for a person; nothing was sent",
            Occasion::Finished => "is finished",
            Occasion::Stopped => "has stopped early",
            Occasion::Returned => "has money that came back",
            Occasion::Attention => "has payouts of which only a person can tell whether they were made",
        };
        let name = self.run.map_or(String::new(), |run| format!(" (run {run})"));
        let counts: Vec<String> = self
            .counts
            .iter()
            .filter(|(_, count)| **count > 0)
            .map(|(state, count)| format!("{count} {state}"))
            .collect();
        let rows = (!counts.is_empty()).then(|| format!("Rows: {}.", counts.join(", ")));
        let totals = self.totals.iter().map(|total| format!("With Flash: {total}."));
        let next = self.next.as_ref().map(|next| format!("Next: {}", escaped(next)));
        let first = format!("payrun{place}: {}{name} {what}.", escaped(&self.label));
        let sentences: Vec<String> = std::iter::once(first).chain(rows).chain(totals).chain(next).collect();
        sentences.join(" ")
    }
}

/// What whoever is told may do.
fn next(occasion: Occasion, view: &RunView) -> Option<String> {
    let run = &view.run;
    let of_rows = || format!("payrun status {run} says for each row what to do");
    let is_well = |state: &PayoutState| matches!(state, PayoutState::Submitted | PayoutState::Paid);
    match occasion {
        Occasion::Held => Some(format!("payrun approve {run}, or payrun reject {run} --reason …")),
        Occasion::Stopped => {
            Some(format!("payrun resume {run} goes on; payrun status {run} says why it stopped"))
        }
        Occasion::Returned | Occasion::Attention => Some(of_rows()),
        Occasion::Finished => {
            let is_all_well =
                PayoutState::ALL.iter().filter(|state| !is_well(state)).all(|state| view.count(*state) == 0);
            (!is_all_well).then(of_rows)
        }
        Occasion::Test => None,
    }
}

/// As chat programs in Slack's manner want it: a file's name may call nobody and make no links.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_a_sentence_and_fields() {
        let notice = Notice {
            occasion: Occasion::Finished,
            run: Some(RunId(7)),
            label: "wages <!channel>.csv".to_owned(),
            environment: "production".to_owned(),
            counts: BTreeMap::from([("submitted", 3), ("returned", 1), ("held", 0)]),
            totals: Vec::new(),
            state: Some(RunState::Finished),
            next: Some("payrun status r7".to_owned()),
        };
        assert_eq!(
            notice.text(),
            "payrun: wages &lt;!channel&gt;.csv (run r7) is finished. Rows: 1 returned, 3 submitted. Next: payrun status r7"
        );
        let json: serde_json::Value = serde_json::from_str(&notice.json()).expect("JSON");
        assert_eq!(
            (&json["event"], &json["run"], &json["state"]),
            (&"finished".into(), &"r7".into(), &"finished".into())
        );
        assert_eq!(json["label"], "wages <!channel>.csv");
    }
}
