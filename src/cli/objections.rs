//! What stands against recording a file that was dropped into the folder, and how it is told.

use std::fmt::Write as _;
use std::path::Path;

use super::annotate::Annotation;
use super::desk::{Counter, beside, show_as, trouble};
use super::reading::read_with;
use super::{out, summary};
use crate::check::{self, CheckReport};
use crate::domain::money::plural;
use crate::domain::{Finding, Severity};
use crate::engine::{self, EngineError, Prepared};
use crate::intake::IntakeError;
use crate::watch::{Approval, ControlTotals, FINDINGS, Judged, Place, Trouble};

/// How a question is answered in a folder, where `--accept` cannot be typed to anything yet.
const MEANT: &str = " What is only asked above (--accept) is asked again then: it waits in held/, and the answer beside it says how to accept it there.";

impl Counter<'_> {
    /// What is said of a file of which no plan could be made.
    pub(super) fn not_planned(&self, error: EngineError, name: &str) -> Result<Judged, Trouble> {
        let why = match error {
            EngineError::Intake(error) => unreadable(error, name),
            EngineError::Check(error) => error.to_string(),
            EngineError::AmendsDoubt(run) => format!(
                "run {run} has payouts in doubt, and this file can correct it only once they are settled. To settle them: {}. Put the file into the folder again then",
                self.head(run)?.goes_on_by()
            ),
            EngineError::NoSuchRun(_) => {
                return Ok(Judged::Asks { text: format!("Nothing was sent: {error}.") });
            }
            error => return Err(trouble(error)),
        };
        Ok(Judged::Rejected { text: format!("Nothing was sent: {why}.") })
    }

    /// What stands against recording a file: errors, questions, totals that are not met.
    pub(super) fn objections(
        &self,
        path: &Path,
        prepared: &Prepared,
        totals: Option<&ControlTotals>,
        approval: &Approval,
        is_shown: bool,
    ) -> Option<Judged> {
        let checked = &prepared.checked;
        let report = CheckReport::new(&prepared.head.file, checked);
        let findings = check::render_text(&report);
        let asks = checked.findings.iter().any(|finding| finding.word_needed().is_some());
        let rejected = |why: String| {
            let has_any = !checked.findings.is_empty();
            let sheet = has_any.then(|| self.annotate(path, prepared, approval, &report.summary())).flatten();
            let sheet = sheet.map_or(String::new(), |sheet| format!("{sheet}\n"));
            let accept = if asks { MEANT } else { "" };
            Some(Judged::Rejected {
                text: format!(
                    "Nothing was sent: {why}\n\n{findings}\n{sheet}Put the corrected file into the folder again.{accept}"
                ),
            })
        };
        if let Some(why) = totals.and_then(|totals| unmet(totals, prepared)) {
            return rejected(why);
        }
        if is_shown {
            return None;
        }
        if checked.payable == 0 && (approval.skip_invalid || !asks) {
            return rejected("no row of the file can be paid.".to_owned());
        }
        let is_wrong = |finding: &Finding| {
            finding.forbids() && finding.severity == Severity::Error && finding.word_needed().is_none()
        };
        if checked.findings.iter().any(is_wrong) && !approval.skip_invalid {
            return rejected(format!("{}.", summary::and(&[(checked.invalid_rows.len(), "cannot be paid")])));
        }
        let held = prepared.held().count();
        if approval.skip_invalid || held + checked.invalid_rows.len() == 0 {
            return None;
        }
        let mut text = format!(
            "Nothing was sent: {}.\n\n{findings}\n",
            summary::and(&[
                (checked.invalid_rows.len(), "asks a question"),
                (held, "must be decided by a person")
            ])
        );
        for (row, why) in prepared.held().take(summary::MOST_SHOWN) {
            let _ = writeln!(text, "row {row}: {why}");
        }
        Some(Judged::Asks { text: text.trim_end().to_owned() })
    }

    /// The file again with its findings in it, where that can be written.
    fn annotate(
        &self,
        path: &Path,
        prepared: &Prepared,
        approval: &Approval,
        summary: &str,
    ) -> Option<String> {
        let to = beside(path, FINDINGS);
        let reading = read_with(approval.sheet.clone(), None, self.session.settings.limits);
        let written = Annotation::new(path, &to).and_then(|annotation| {
            annotation.write(&reading, self.session.today(), &prepared.checked, summary)
        });
        match written.and_then(|()| show_as(&to, path)) {
            Ok(()) => {
                Some(format!("The file again with each finding at its cell: {}", engine::file_name(&to)))
            }
            Err(failure) => {
                out::note(&failure.message);
                None
            }
        }
    }
}

/// Why a file cannot be read that is put aside for it: that is where it lies when somebody reads this.
fn unreadable(error: IntakeError, name: &str) -> String {
    let at = Path::new(Place::Rejected.name()).join(name);
    match error {
        IntakeError::Link(_) => {
            format!("{} is a link to another file; save the file itself into the folder", at.display())
        }
        IntakeError::NotAFile(_) => IntakeError::NotAFile(at).to_string(),
        IntakeError::Forbidden(_) => IntakeError::Forbidden(at).to_string(),
        IntakeError::Empty(_) => IntakeError::Empty(at).to_string(),
        other => other.to_string(),
    }
}

/// Why the totals that a person gave are not those of the file: all that differ.
fn unmet(totals: &ControlTotals, prepared: &Prepared) -> Option<String> {
    let checked = &prepared.checked;
    let count = totals.count.filter(|count| *count != checked.payable);
    let is_whole = checked.payable == checked.rows;
    let (rows, payable) = (plural(checked.rows, "row"), checked.payable);
    let has = if is_whole { payable.to_string() } else { format!("{rows}, of which {payable} can be paid") };
    let count = count.map(|count| format!("the control totals say {count} payouts, the file has {has}"));
    let of_those = if is_whole { "" } else { " in rows that can be paid" };
    let sums = totals.sums.iter().filter_map(|(currency, sum)| {
        let (_, has) = checked.totals.of(*currency);
        (has != *sum).then(|| {
            format!("the control totals say {currency} {sum}, the file has {currency} {has}{of_those}")
        })
    });
    let all: Vec<String> = count.into_iter().chain(sums).collect();
    (!all.is_empty()).then(|| format!("{}.", all.join("; ")))
}
