//! What checking found, for people and for programs.

use std::fmt::Write;

use serde::Serialize;

use super::file::Checked;
use crate::domain::money::{Total, plural};
use crate::domain::{Code, Finding, Severity, first_of};

/// So many findings of a kind are shown to people.
const MOST_SHOWN: usize = 20;
/// So many where nothing need be done; of the others only the rows are.
const MOST_TOLD: usize = 3;

/// The answer of `check`. Fields may be added, not changed.
#[derive(Debug, Clone, Serialize)]
pub struct CheckReport {
    /// The file as it was named.
    pub file: String,
    /// Its kind; none where it cannot be read.
    pub format: Option<&'static str>,
    /// Rows that are meant to be payouts.
    pub rows: u64,
    /// Rows that can be paid.
    pub payable: u64,
    /// Their sums.
    pub totals: Vec<Total>,
    /// Of when the bank directory is that BSBs were looked up in, in words.
    pub bank_directory: String,
    /// Everything found.
    pub findings: Vec<ReportedFinding>,
    /// The workbook that was written with the findings marked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annotated: Option<String>,
    /// `refused`, where the file was to be paid and was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<&'static str>,
    /// Why it was not, a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What came of a file that was to be paid and of which nothing was sent.
pub const REFUSED: &str = "refused";

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportedFinding {
    /// `error`, `warning` or `info`.
    pub severity: Severity,
    /// Its stable code.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// The row.
    pub row: Option<u32>,
    /// The column's name in the file.
    pub column: Option<String>,
    /// The cell.
    pub cell: Option<String>,
    /// The cell as typed, accounts masked.
    pub value: Option<String>,
    /// What to write instead, where that is certain enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
    /// Whether a person's word is `needed` before it can be paid, or was `given`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accept: Option<&'static str>,
    #[serde(skip)]
    holds: bool,
    #[serde(skip)]
    place: String,
    #[serde(skip)]
    kind: Code,
    /// What a person must say to let it pass.
    #[serde(skip)]
    word: String,
}

impl From<&Finding> for ReportedFinding {
    fn from(finding: &Finding) -> Self {
        Self {
            severity: finding.severity,
            code: finding.code.name(),
            message: finding.message.clone(),
            hint: finding.hint.clone(),
            sheet: finding.place.sheet.clone(),
            row: finding.place.row,
            column: finding.place.column.clone(),
            cell: finding.place.cell(),
            value: finding.value.clone(),
            suggestion: finding.suggestion.clone(),
            accept: match (finding.code.asks(), finding.accepted) {
                (false, _) => None,
                (true, false) => Some("needed"),
                (true, true) => Some("given"),
            },
            holds: finding.holds(),
            place: finding.place.to_string(),
            kind: finding.code,
            word: finding.word_needed().unwrap_or_default(),
        }
    }
}

impl CheckReport {
    /// The report on a file.
    pub fn new(file: &str, checked: &Checked) -> Self {
        Self {
            file: file.to_owned(),
            format: Some(checked.format),
            rows: checked.rows,
            payable: checked.payable,
            totals: checked.totals.lines(),
            bank_directory: checked.directory.clone(),
            findings: checked.findings.iter().map(ReportedFinding::from).collect(),
            annotated: None,
            outcome: None,
            why: None,
        }
    }

    /// The report on a file that cannot be read at all.
    pub fn refused(file: &str, bank_directory: String, why: &Finding) -> Self {
        Self {
            file: file.to_owned(),
            format: None,
            rows: 0,
            payable: 0,
            totals: Vec::new(),
            bank_directory,
            findings: vec![why.into()],
            annotated: None,
            outcome: None,
            why: None,
        }
    }

    /// The same as the answer to paying the file: nothing was sent, and why.
    #[must_use]
    pub fn refusing(self, why: impl Into<String>) -> Self {
        Self { outcome: Some(REFUSED), why: Some(why.into()), ..self }
    }

    /// Rows, how many of them can be paid, and their sums, in a sentence.
    pub fn summary(&self) -> String {
        let unpaid = self.rows - self.payable;
        let sums: Vec<String> = self.totals.iter().map(ToString::to_string).collect();
        let sums = if sums.is_empty() { String::new() } else { format!(": {}", sums.join(", ")) };
        let row = if self.format == Some("aba") { "payment" } else { "row" };
        let cannot = if unpaid > 0 { format!(" {} cannot.", plural(unpaid, row)) } else { String::new() };
        format!("{}, {} can be paid{sums}.{cannot}", plural(self.rows, row), self.payable)
    }
}

/// The findings for people: errors first, findings of one kind together.
pub fn render_findings(report: &CheckReport) -> String {
    let mut text = format!("{}\n", report.file);
    for (severity, accept, holds, title) in [
        (Severity::Error, None, false, "Errors: these must be mended"),
        (
            Severity::Warning,
            None,
            true,
            "Held: pay leaves these rows, unless they are paid already, until this is mended",
        ),
        (
            Severity::Warning,
            Some("needed"),
            false,
            "Questions: these block until they are mended or accepted",
        ),
        (Severity::Warning, Some("given"), false, "Accepted"),
        (Severity::Warning, None, false, "Warnings: have a look"),
        (Severity::Info, None, false, "For information"),
    ] {
        let of = report.findings.iter().filter(|finding| finding.holds == holds);
        let of = of.filter(|finding| (finding.severity, finding.accept) == (severity, accept));
        let mut of: Vec<&ReportedFinding> = of.collect();
        if of.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{title}");
        of.sort_by_key(|finding| (finding.kind, finding.row));
        for group in of.chunk_by(|a, b| a.kind == b.kind) {
            show(group, report.format, &mut text);
            if accept == Some("needed") {
                let _ = writeln!(text, "    → if this is meant: {}", how_to_accept(group));
            }
        }
    }
    text
}

/// The report for people: the findings, the sums last.
pub fn render_text(report: &CheckReport) -> String {
    let mut text = render_findings(report);
    let _ = writeln!(text, "\n{}", report.summary());
    if let Some(annotated) = &report.annotated {
        let _ = writeln!(text, "The sheet with every finding at its cell: {annotated}");
    }
    let _ = write!(text, "\nBank directory: {}.\n", report.bank_directory);
    text
}

/// What to say to let findings of one kind pass.
fn how_to_accept(group: &[&ReportedFinding]) -> String {
    let code = group[0].code;
    match (group[0].kind, group[0].row) {
        (Code::ChangedAccount, Some(_)) => format!("{}, row by row", group[0].word),
        _ => format!("--accept {code}"),
    }
}

/// Line breaks and other control characters of a cell neither break the report nor command the terminal.
fn on_one_line(message: &str) -> String {
    message.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The rows of those that are not told one by one, as far as anybody reads it.
fn rows(others: &[&ReportedFinding], format: Option<&str>) -> String {
    let rows: Vec<u32> = others.iter().filter_map(|finding| finding.row).collect();
    let noun = if format == Some("aba") { "lines" } else { "rows" };
    format!(" in {noun} {}", first_of(&rows))
}

/// Findings of one kind; a hint that all share is said once.
fn show(group: &[&ReportedFinding], format: Option<&str>, text: &mut String) {
    let shared = group.windows(2).all(|pair| pair[0].hint == pair[1].hint);
    // a name that is passed over is told, however many there are
    let of_rows = group[0].severity == Severity::Info && group[0].kind != Code::ColumnNotRead;
    let most = if of_rows { MOST_TOLD } else { MOST_SHOWN };
    let most = if group.len() == most + 1 { group.len() } else { most.min(group.len()) };
    let (told, others) = group.split_at(most);
    for finding in told {
        let hint = finding.hint.as_ref().filter(|_| !shared || group.len() == 1);
        let hint = hint.map_or(String::new(), |hint| format!("; {hint}"));
        let _ = writeln!(text, "  {}: {}{hint}", finding.place, on_one_line(&finding.message));
    }
    if !others.is_empty() {
        let rows = if of_rows { rows(others, format) } else { String::new() };
        let _ = writeln!(text, "  … and {} more like these{rows}", others.len());
    }
    if let (true, Some(hint)) = (shared && group.len() > 1, &group[0].hint) {
        let _ = writeln!(text, "    → {hint}");
    }
}
