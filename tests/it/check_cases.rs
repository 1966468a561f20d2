//! Small files, each about one theme, and word for word what a payroll officer is told about them.
//!
//! A folder of `tests/cases/check` has `input.csv` or another file, in some what is said of it in `said.txt`, the report for people in `expected.txt` and, in some, the report
//! for programs in `expected.json`.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use payrun::check::{self, CheckReport, Options, render_text};
use payrun::domain::{Accepted, Silent};
use payrun::intake::{self, ColumnMap, Reading};

const TODAY: Date = Date::constant(2026, 7, 17);
const UPDATE: &str = "UPDATE_EXPECTED";

/// The folders of all cases, in the order of their names.
fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/check");
    let entries = fs::read_dir(root).expect("the folder of cases");
    let mut cases: Vec<PathBuf> =
        entries.map(|entry| entry.expect("a case").path()).filter(|path| path.is_dir()).collect();
    cases.sort();
    cases
}

/// The input of a case, whatever kind of file it is.
fn input_of(case: &Path) -> PathBuf {
    let entries = fs::read_dir(case).expect("a case is a folder").flatten().map(|entry| entry.path());
    let mut inputs = entries.filter(|path| path.file_stem().is_some_and(|stem| stem == "input"));
    inputs.next().unwrap_or_else(|| panic!("{} has no input", case.display()))
}

/// How a case is read: `said.txt` has lines such as `accept hidden`, `sheet July pay` and `map map.toml`.
fn said(case: &Path) -> (Reading, Accepted) {
    let mut reading = Reading { program: env!("CARGO_BIN_EXE_payrun").into(), ..Reading::default() };
    let mut accepted = Accepted::default();
    for line in fs::read_to_string(case.join("said.txt")).unwrap_or_default().lines() {
        match line.split_once(' ') {
            Some(("accept", codes)) => accepted.add(codes).expect("codes that can be accepted"),
            Some(("sheet", name)) => reading.sheet = Some(name.to_owned()),
            Some(("map", file)) => {
                let text = fs::read_to_string(case.join(file)).expect("a map");
                reading.map = Some(ColumnMap::parse(&text).expect("a map"));
            }
            _ => panic!("{}: {line}", case.display()),
        }
    }
    (reading, accepted)
}

/// Both reports on a file, checked as before a run that moves real money.
fn reports(input: &Path) -> (String, String) {
    let (reading, accepted) = said(input.parent().expect("a case"));
    let options = Options { accepted, ..Options::new(TODAY, true) };
    let checked = intake::open(input, &reading)
        .map_err(check::CheckError::from)
        .and_then(|source| check::check(source, &options, &payrun::domain::NoBook, &mut |_| Ok(()), &Silent));
    match checked {
        Ok(checked) => {
            let name = input.file_name().expect("a name").to_string_lossy();
            let report = CheckReport::new(&name, &checked);
            let json = serde_json::to_string_pretty(&report).expect("a report is JSON");
            (render_text(&report), json + "\n")
        }
        Err(error) => {
            let folder = input.parent().expect("a case has a folder").display();
            (error.to_string().replace(&format!("{folder}/"), "") + "\n", String::new())
        }
    }
}

/// What differs from the expected file; nothing where they are equal or where it was just rewritten.
fn difference(expected: &Path, actual: &str) -> Option<String> {
    if std::env::var_os(UPDATE).is_some() {
        fs::write(expected, actual).expect("the expected file can be written");
        return None;
    }
    let wanted = fs::read_to_string(expected).unwrap_or_default();
    (wanted != actual)
        .then(|| format!("\n{}\n--- expected\n{wanted}\n--- actual\n{actual}", expected.display()))
}

#[test]
fn every_file_is_told_what_is_wrong_with_it_and_where() {
    let cases = cases();
    assert!(cases.len() >= 120, "only {} cases were found", cases.len());
    let mut differences = String::new();
    for case in cases {
        let (text, json) = reports(&input_of(&case));
        let wanted_json = case.join("expected.json");
        let json = Some(wanted_json.as_path()).filter(|path| path.exists()).map(|path| (path, json));
        for found in [
            difference(&case.join("expected.txt"), &text),
            json.and_then(|(path, json)| difference(path, &json)),
        ] {
            let _ = write!(differences, "{}", found.unwrap_or_default());
        }
    }
    assert!(
        differences.is_empty(),
        "{differences}\nRead what changed. If it is right, run the test again with {UPDATE}=1 and look through the diff."
    );
}

/// Every run of more digits than a BSB has; blanks between them are left out, and amounts have cents behind them.
fn accounts(input: &str) -> Vec<String> {
    let numbers = input.split(|c: char| !c.is_ascii_digit() && c != '.');
    let accounts = numbers.filter(|number| !number.ends_with(".00")).flat_map(|number| number.split('.'));
    accounts.filter(|run| run.len() > 6).map(str::to_owned).collect()
}

/// A list without its codes of US and Indian branches: they name banks, and anybody may know them.
fn without_branches(input: &str) -> String {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(input.as_bytes());
    let Some(names) = reader.headers().ok().cloned() else { return input.to_owned() };
    let is_branch = |at: usize| names.get(at).is_some_and(|name| matches!(name, "aba" | "ifsc"));
    if !(0..names.len()).any(is_branch) {
        return input.to_owned();
    }
    let rows = reader.records().map(|row| {
        let row = row.expect("a row");
        let cells = row.iter().enumerate().filter(|(at, _)| !is_branch(*at)).map(|(_, cell)| cell);
        cells.collect::<Vec<_>>().join(",")
    });
    rows.collect::<Vec<_>>().join("\n")
}

/// The accounts in the lines of a bank file, where no blank may stand between them and what is before.
fn accounts_of_columns(input: &str) -> Vec<String> {
    let fields = input.lines().filter(|line| line.starts_with(['1', '2'])).flat_map(|line| {
        [line.get(8..17), line.get(87..96)].map(|field| field.unwrap_or_default().trim().to_owned())
    });
    fields.filter(|field| field.len() > 6 && field.bytes().all(|byte| byte.is_ascii_digit())).collect()
}

/// All that stands in a file: of a workbook every cell of the sheet that is read, else the bytes.
fn cells_of(input: &Path) -> String {
    let (reading, _) = said(input.parent().expect("a case"));
    let is_workbook = intake::open(input, &reading).is_ok_and(|source| source.sheet.is_some());
    if !is_workbook {
        return String::from_utf8_lossy(&fs::read(input).expect("the input")).into_owned();
    }
    let mut cells = Vec::new();
    let bare = || intake::ToCorrect { reason: String::new(), mark: None };
    let every_row = (1..1000).map(|row| (row, bare())).collect();
    intake::copy_rows(input, &reading, &every_row, &mut cells).expect("it can be read");
    String::from_utf8(cells).expect("text")
}

/// Where a case has an account number or a `PayID`, the report must not show it whole.
#[test]
fn no_report_shows_an_account_whole() {
    for case in cases() {
        let (text, json) = reports(&input_of(&case));
        let shown = format!("{text}{json}");
        let input = without_branches(&cells_of(&input_of(&case)));
        let fixed = if text.contains("input.aba") { accounts_of_columns(&input) } else { Vec::new() };
        let without_blanks = accounts(&input.replace(' ', ""));
        for account in accounts(&input).into_iter().chain(without_blanks).chain(fixed) {
            let whole = shown.contains(&account) || shown.replace(' ', "").contains(&account);
            assert!(!whole, "{}: {account} is shown whole", case.display());
        }
    }
}
