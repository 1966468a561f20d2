//! The small files that people put beside a payout file: an approval, a refusal, control totals.
//!
//! An empty `salaries.csv.approve` says yes. What more there is to say stands in it line by line, a word and what
//! belongs to it. A line that is not understood means that nothing is done.

use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rust_decimal::Decimal;

use crate::domain::money::ungrouped;
use crate::domain::{Accepted, Currency, Overlaps, RunId, system_words};
use crate::journal::open_itself;

/// A side file is not longer than this.
const LONGEST: u64 = 64 << 10;

/// What a side file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// `.approve`
    Approve,
    /// `.reject`
    Reject,
    /// `.totals`
    Totals,
}

impl Side {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Approve, Self::Reject, Self::Totals];

    /// Behind the name of the payout file and a dot.
    pub fn end(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Totals => "totals",
        }
    }

    /// The payout file that a side file belongs to, and what it is.
    pub fn of(name: &OsStr) -> Option<(String, Self)> {
        let name = name.to_string_lossy();
        // what some editors make of "salaries.csv.approve"
        let plain = name.strip_suffix(".txt").filter(|name| {
            let end = name.rsplit_once('.').map_or("", |(_, end)| end);
            [Self::Approve, Self::Reject].iter().any(|side| side.end().eq_ignore_ascii_case(end))
        });
        let name = plain.unwrap_or(&name);
        let (base, end) = name.rsplit_once('.')?;
        let side = Self::ALL.into_iter().find(|side| side.end().eq_ignore_ascii_case(end))?;
        Some((base.to_owned(), side)).filter(|(base, _)| !base.is_empty())
    }
}

/// The text of a side file, and whose it is: the owner of what was read.
pub fn read_side(path: &Path) -> Result<(String, u32), String> {
    let file = open_itself(path).map_err(|error| system_words(&error))?;
    let metadata = file.metadata().map_err(|error| system_words(&error))?;
    if metadata.len() > LONGEST {
        return Err("it is longer than an answer".to_owned());
    }
    let mut text = String::new();
    file.take(LONGEST).read_to_string(&mut text).map_err(|_| "this is no text".to_owned())?;
    Ok((text, metadata.uid()))
}

/// What an approval says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Approval {
    /// Findings that block and are meant.
    pub accepted: Accepted,
    /// Pay the rows that can be paid and leave the others out.
    pub skip_invalid: bool,
    /// What rows are that look paid already.
    pub overlaps: Overlaps,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// The plan that was agreed to, by its digits.
    pub plan: Option<String>,
    /// The run that was meant.
    pub run: Option<RunId>,
    /// What the person has to say.
    pub note: Option<String>,
}

impl Approval {
    /// Reads the lines of an approval.
    pub fn read(text: &str) -> Result<Self, String> {
        let (mut approval, mut overlaps) = (Self::default(), None);
        for (line, word, rest) in lines(text) {
            let unknown = || format!("line {line}, \"{word}\", is not understood");
            match word.trim_start_matches("--").to_lowercase().as_str() {
                "accept" => {
                    let said = approval.accepted.add(rest);
                    said.map_err(|error| format!("line {line}: {error}"))?;
                }
                "skip-invalid" if rest.is_empty() => approval.skip_invalid = true,
                "repeat" if rest.is_empty() => say(&mut overlaps, Overlaps::Repeat, line, word)?,
                "amends" => say(&mut overlaps, Overlaps::Amends(run(line, rest)?), line, word)?,
                "run" => say(&mut approval.run, run(line, rest)?, line, word)?,
                "sheet" => say(&mut approval.sheet, rest.to_owned(), line, word)?,
                "plan" => say(&mut approval.plan, rest.to_owned(), line, word)?,
                "note" => say(&mut approval.note, rest.to_owned(), line, word)?,
                "yes" | "ok" | "approve" | "approved" if rest.is_empty() => {}
                _ => return Err(unknown()),
            }
        }
        approval.overlaps = overlaps.unwrap_or_default();
        Ok(approval)
    }

    /// Whether it says anything of what a file is asked about: neither a plan nor a note does.
    pub fn answers(&self) -> bool {
        !self.accepted.is_empty()
            || self.skip_invalid
            || self.overlaps != Overlaps::Hold
            || self.sheet.is_some()
    }

    /// The same as the lines of a file.
    pub fn lines(&self) -> String {
        let mut lines = Vec::new();
        lines.extend(self.run.map(|run| format!("run {run}")));
        if !self.accepted.is_empty() {
            lines.push(format!("accept {}", self.accepted));
        }
        if self.skip_invalid {
            lines.push("skip-invalid".to_owned());
        }
        match self.overlaps {
            Overlaps::Hold => {}
            Overlaps::Repeat => lines.push("repeat".to_owned()),
            Overlaps::Amends(run) => lines.push(format!("amends {run}")),
        }
        for (word, text) in [("sheet", &self.sheet), ("plan", &self.plan), ("note", &self.note)] {
            lines.extend(text.as_ref().map(|text| format!("{word} {}", text.replace(['\n', '\r'], " "))));
        }
        lines.push(String::new()); // every line has its end
        if lines.len() == 1 { String::new() } else { lines.join("\n") }
    }
}

/// What must come out of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ControlTotals {
    /// How many payouts.
    pub count: Option<u64>,
    /// The sums.
    pub sums: Vec<(Currency, Decimal)>,
}

impl ControlTotals {
    /// Reads lines like `count 120` and `AUD 45,210.35`.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut totals = Self::default();
        for (line, word, rest) in lines(text) {
            let unknown = || {
                format!("line {line} is not understood; write lines like \"count 120\" and \"AUD 45210.35\"")
            };
            let digits = ungrouped(&rest.replace(' ', ",")).ok_or_else(unknown)?;
            if word.eq_ignore_ascii_case("count") {
                say(&mut totals.count, digits.parse().map_err(|_| unknown())?, line, word)?;
            } else {
                let currency = word.to_uppercase().parse().map_err(|_| unknown())?;
                let sum = Decimal::from_str_exact(&digits).map_err(|_| unknown())?;
                let mut said = totals.sums.iter().find(|(known, _)| *known == currency).map(|(_, sum)| *sum);
                let is_new = said.is_none();
                say(&mut said, sum, line, word)?;
                totals.sums.extend(is_new.then_some((currency, sum)));
            }
        }
        if totals == Self::default() {
            return Err("it says nothing; write lines like \"count 120\" and \"AUD 45210.35\"".to_owned());
        }
        Ok(totals)
    }
}

/// Takes what a line says. What an earlier line has said otherwise is no answer.
fn say<T: PartialEq>(said: &mut Option<T>, now: T, line: usize, word: &str) -> Result<(), String> {
    if said.as_ref().is_some_and(|said| *said != now) {
        return Err(format!("line {line}, \"{word}\", says otherwise than a line above it; say it once"));
    }
    *said = Some(now);
    Ok(())
}

/// The run that a line names.
fn run(line: usize, name: &str) -> Result<RunId, String> {
    name.parse().map_err(|_| format!("line {line}: there is no run \"{name}\""))
}

/// The lines that say something: their numbers, the first word, and the rest.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str, &str)> {
    text.trim_start_matches('\u{feff}').lines().enumerate().filter_map(|(at, line)| {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        let (word, rest) =
            line.split_once(|c: char| c.is_whitespace() || c == '=' || c == ':').unwrap_or((line, ""));
        Some((at + 1, word, rest.trim_start_matches(['=', ':', ' ', '\t']).trim()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_approval_is_empty_or_understood() {
        assert_eq!(Approval::read(""), Ok(Approval::default()));
        assert_eq!(Approval::read("\u{feff}yes\r\n\r\n# seen with Jo\r\n"), Ok(Approval::default()));
        let text = "run r4\naccept hidden,zero-lost:12\n--skip-invalid\namends r3\nplan 1a2b3c4d\nnote: seen with Jo\n";
        let approval = Approval::read(text).expect("understood");
        assert_eq!(approval.overlaps, Overlaps::Amends(RunId(3)));
        assert_eq!(approval.note.as_deref(), Some("seen with Jo"));
        assert_eq!(Approval::read(&approval.lines()), Ok(approval));
        for wrong in ["no", "accept nothing-like-it", "amends salaries", "skip-invalid not"] {
            assert!(Approval::read(wrong).is_err(), "{wrong}");
        }
        for twice in [
            "amends r1\namends r3",
            "repeat\namends r1",
            "run r1\nrun r2",
            "note a\nnote b",
            "plan a\nplan b",
        ] {
            let why = Approval::read(twice).expect_err(twice);
            assert!(why.starts_with("line 2, ") && why.contains("otherwise than a line above"), "{why}");
        }
        assert!(Approval::read("amends r1\namends r1\naccept hidden\naccept zero-lost:2").is_ok());
    }

    #[test]
    fn control_totals_are_read_as_people_write_them() {
        for wrong in ["AUD 36,03", "AUD 1,2345", "AUD 12,34.5", "count 1,20", "AUD 1.234,50"] {
            assert!(ControlTotals::read(wrong).is_err(), "{wrong}");
        }
        let many = ControlTotals::read("AUD 1,234,567.89").expect("understood");
        assert_eq!(many.sums, [(Currency::AUD, Decimal::new(123_456_789, 2))]);
        let totals = ControlTotals::read("Count: 120\nAUD = 45,210.35\nusd 12\n").expect("understood");
        assert_eq!(totals.count, Some(120));
        let sums: Vec<String> =
            totals.sums.iter().map(|(currency, sum)| format!("{currency} {sum}")).collect();
        assert_eq!(sums, ["AUD 45210.35", "USD 12"]);
        for wrong in ["", "count many", "AUD 1.2.3", "total 5", "count 1\ncount 2", "AUD 5\nUSD 1\naud 6"] {
            assert!(ControlTotals::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn side_files_are_told_by_their_ends() {
        let side = |name: &str| Side::of(OsStr::new(name));
        assert_eq!(side("pay.csv.approve"), Some(("pay.csv".to_owned(), Side::Approve)));
        assert_eq!(side("pay.csv.REJECT"), Some(("pay.csv".to_owned(), Side::Reject)));
        assert_eq!(side("pay.csv.approve.txt"), Some(("pay.csv".to_owned(), Side::Approve)));
        assert_eq!(side("pay.csv.txt"), None);
        assert_eq!(side("pay.csv"), None);
        assert_eq!(side(".approve"), None);
    }
}
