//! `check --annotate`: the user's own sheet again, every finding at its cell, nothing changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use payrun::domain::{Code, Finding, Place};
use payrun::intake::{self, IntakeError, Reading, letter};
use payrun::report::{About, Annotated};
use serde_json::Value;

use super::book::Book;
use super::world::{Said, World};

const ERROR: &str = "FFFF9E9E";
const QUESTION: &str = "FFFFC26B";
const WARNING: &str = "FFFFF0A0";
const INFO: &str = "FFDCEAF7";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Annotates a file of the user's.
fn annotated(world: &World, file: &str, code: i32) -> Book {
    let said = world.payrun(&["check", file, "--annotate", "marked.xlsx"]).ends(code);
    assert!(said.out.contains("marked.xlsx"), "{}", said.out);
    let book = Book::open(&world.home().join("marked.xlsx"));
    std::fs::remove_file(world.home().join("marked.xlsx")).expect("removed");
    book
}

/// The cells of a text file as they stand, by their addresses.
fn cells_of(path: &Path, reading: &Reading) -> BTreeMap<String, String> {
    let source = intake::open(path, reading).expect("a source");
    let mut cells = BTreeMap::new();
    let walked = source.walk::<IntakeError>(&mut |row, of_row| {
        let filled = of_row.enumerate().filter(|(_, cell)| !cell.is_empty());
        cells.extend(filled.map(|(at, cell)| (format!("{}{row}", letter(at)), cell.to_owned())));
        Ok(())
    });
    walked.expect("every row");
    cells
}

#[test]
fn the_sample_comes_back_with_its_mistakes_marked() {
    let world = World::new();
    let sample = root().join("samples/payroll-with-mistakes.csv");
    world.write("pay.csv", std::fs::read(&sample).expect("the sample"));
    let book = annotated(&world, "pay.csv", 3);
    assert_eq!(book.sheets[0].0, "Payouts");
    assert_eq!(book.cells("Payouts"), &cells_of(&sample, &Reading::default()));
    assert_eq!(book.cells("Payouts")["K2"], "12345678", "whole: it is the user's own sheet");
    let notes = book.notes();
    let noted: Vec<&str> = notes.keys().map(String::as_str).collect();
    assert_eq!(
        noted,
        ["D6", "D7", "F8", "J14", "J2", "J9", "K3", "L11", "M10", "M13", "M4", "M5"],
        "these and no others"
    );
    let note = &notes["J2"];
    for words in [
        "Question: BSB 62000 has five digits",
        "\n→ compare it",
        "\nWrite instead: 062-000",
        "--accept zero-lost:2",
    ] {
        assert!(note.contains(words), "{words} is not in {note}");
    }
    for (cell, color) in [("K3", ERROR), ("F8", ERROR), ("J2", QUESTION), ("J9", WARNING)] {
        assert_eq!(book.fill(cell).as_deref(), Some(color), "{cell}");
    }
    for cell in ["A1", "B2", "K4", "M2"] {
        assert_eq!(book.fill(cell), None, "{cell}");
    }
    let sheet = book.part("xl/worksheets/sheet1.xml");
    let styles = book.part("xl/styles.xml");
    let formats: Vec<&str> =
        styles.split("<cellXfs").nth(1).expect("formats").split("<xf ").skip(1).collect();
    let used: BTreeSet<&str> = ["<c ", "<col "]
        .into_iter()
        .flat_map(|tag| sheet.split(tag).skip(1))
        .map(|tag| tag.split('>').next().expect("its end"))
        .map(|tag| tag.split(" s=\"").nth(1).or(tag.split(" style=\"").nth(1)).expect("a format"))
        .map(|style| style.split('"').next().expect("its end"))
        .collect();
    for style in used {
        let format = formats[style.parse::<usize>().expect("a number")];
        assert!(format.contains("numFmtId=\"49\""), "what is typed there loses its zeros: {format}");
    }
    assert!(
        sheet.contains("<pane ySplit=\"1\"") && sheet.contains("state=\"frozen\""),
        "the header stands still"
    );
}

#[test]
fn findings_are_listed_heaviest_first_with_links_and_without_accounts() {
    let world = World::new();
    world.write("pay.csv", std::fs::read(root().join("samples/payroll-with-mistakes.csv")).expect("it"));
    let book = annotated(&world, "pay.csv", 3);
    let list = book.cells("Findings");
    assert!(list["A1"].starts_with("pay.csv, checked on 20"), "{}", list["A1"]);
    assert_eq!(list["A2"], "13 rows, 2 can be paid: AUD 3,750.24 in 2 payouts. 11 rows cannot.");
    assert_eq!(list["A3"], "Error: 10 · Question: 1 · Warning: 1");
    let column = |letter: &str| -> Vec<&str> {
        (6..18).map(|row| list.get(&format!("{letter}{row}")).map_or("", String::as_str)).collect()
    };
    let weights = [&["Error"; 10][..], &["Question", "Warning"]].concat();
    assert_eq!(column("A"), weights);
    assert_eq!(column("B"), ["K3", "M4", "M5", "D6", "D7", "F8", "M10", "L11", "M13", "J14", "J2", "J9"]);
    assert!(column("H").contains(&"zero-lost") && column("G").contains(&"062-000"));
    let xml = book.part("xl/worksheets/sheet2.xml");
    assert!(
        xml.contains("ref=\"B6\" location=\"'Payouts'!K3\"") || xml.contains("location=\"Payouts!K3\""),
        "{xml}"
    );
    assert!(xml.contains("<autoFilter ref=\"A5:H17\""));
    for account in ["1234567890", "0412 345"] {
        assert!(!list.values().any(|cell| cell.contains(account)), "{account} is listed whole");
    }
}

/// What every kind of file must have: each cell in its place, and each finding a note there.
fn every_finding_has_its_note(said: &Said, book: &Book, case: &str) {
    let report: Value = said.json();
    let (sheet, _) = &book.sheets[0];
    let notes = book.notes();
    let mut wanted = BTreeSet::new();
    for finding in report["findings"].as_array().expect("findings") {
        let other_sheet = finding["sheet"].as_str().is_some_and(|name| name != sheet);
        let cell = match (finding["cell"].as_str(), finding["row"].as_u64()) {
            _ if other_sheet => continue,
            // a field of fixed columns stands in one of the row's cells
            (Some(cell), Some(row)) if cell.contains(':') => {
                let message = finding["message"].as_str().expect("words");
                let of_row = |cell: &str| cell.trim_start_matches(char::is_alphabetic) == row.to_string();
                let there = notes.iter().find(|(cell, note)| of_row(cell) && note.contains(message));
                match there {
                    Some((cell, _)) => cell.clone(),
                    // lines that are no payments are not in the sheet, and its first row has the names of columns
                    None if row == 1 || !book.sheets[0].1.keys().any(|cell| of_row(cell)) => continue,
                    None => panic!("{case}: no note says {message}"),
                }
            }
            (Some(cell), _) => cell.to_owned(),
            (None, Some(row)) => format!("A{row}"),
            (None, None) => {
                // of a whole column it is said at its name, of the whole file nowhere
                let message = finding["message"].as_str().expect("words");
                wanted.extend(
                    notes.iter().filter(|(_, note)| note.contains(message)).map(|(cell, _)| cell.clone()),
                );
                continue;
            }
        };
        let note = notes.get(&cell).unwrap_or_else(|| panic!("{case}: no note at {cell}"));
        assert!(note.contains(finding["message"].as_str().expect("words")), "{case}: {cell} says {note}");
        assert!(book.fill(&cell).is_some(), "{case}: {cell} has no colour");
        wanted.insert(cell);
    }
    for (cell, note) in notes {
        assert!(wanted.contains(&cell) || note.contains("the row cannot be paid"), "{case}: {cell}: {note}");
    }
}

#[test]
fn every_case_keeps_its_cells_and_has_each_finding_at_its_place() {
    let world = World::new();
    let mut annotated = 0;
    let folders = std::fs::read_dir(root().join("tests/cases/check")).expect("cases");
    for folder in folders.map(|entry| entry.expect("a case").path()).filter(|path| path.is_dir()) {
        let mut files = std::fs::read_dir(&folder).expect("a case").flatten().map(|entry| entry.path());
        let input = files.find(|path| path.file_stem().is_some_and(|stem| stem == "input")).expect("input");
        let case = folder.file_name().expect("a name").to_string_lossy().into_owned();
        let path = input.to_str().expect("a path");
        let mut args = vec!["check", path, "--annotate", "out.xlsx", "--format", "json"];
        let said = std::fs::read_to_string(folder.join("said.txt")).unwrap_or_default();
        let said: Vec<String> = said
            .lines()
            .filter_map(|line| line.split_once(' '))
            .map(|(key, value)| match key {
                "map" => format!("--map={}", folder.join(value).display()),
                _ => format!("--{key}={value}"),
            })
            .collect();
        args.extend(said.iter().map(String::as_str));
        let outcome = world.payrun(&args);
        let out = world.home().join("out.xlsx");
        if outcome.out.is_empty() || outcome.json()["format"].is_null() {
            assert!(!out.exists(), "{case}: a workbook of a file that cannot be read");
            continue;
        }
        assert!(matches!(outcome.code, Some(0 | 3)), "{case}: {outcome:?}");
        let book = Book::open(&out);
        std::fs::remove_file(&out).expect("removed");
        let sheet = said.iter().find_map(|word| word.strip_prefix("--sheet=")).map(str::to_owned);
        let program = env!("CARGO_BIN_EXE_payrun").into();
        let map = said.iter().find_map(|word| word.strip_prefix("--map="));
        let map = map.map(|path| std::fs::read_to_string(path).expect("a map"));
        let map = map.map(|text| intake::ColumnMap::parse(&text).expect("a map"));
        let reading = Reading { sheet, map, program, ..Reading::default() };
        assert_eq!(book.sheets[0].1, cells_of(&input, &reading), "{case}");
        every_finding_has_its_note(&outcome, &book, &case);
        annotated += 1;
    }
    assert!(annotated > 40, "only {annotated} cases");
}

#[test]
fn nothing_in_a_cell_becomes_a_formula_a_number_or_a_link() {
    let world = World::new();
    let long = "x".repeat(33_000);
    let odd = [
        "=HYPERLINK(\"\"http://evil.example\"\",\"\"pay\"\")",
        "+61-491570156",
        "-20.00",
        "@SUM(A1)",
        "\tx",
        "http://evil.example",
        "1e5",
        "00123",
        "1,234.50",
        "_x0041_",
        " blank ",
        "<b>&amp;",
    ];
    let mut text = "first_name,last_name,street,bsb,account_number,amount\n".to_owned();
    for cell in odd {
        let _ = writeln!(text, "\"{cell}\",Sample,1 Hill Street,062-000,12345678,10.00");
    }
    let _ = writeln!(text, "{long},Sample,1 Hill Street,062-000,12345678,10.00");
    let pairs = "\u{1f600}".repeat(15_000) + &"x".repeat(4_000); // most count twice, as UTF-16 has them
    let _ = writeln!(text, "{pairs},Sample,1 Hill Street,062-000,12345678,10.00");
    let path = world.write("=odd.csv", &text);
    let book = annotated(&world, "=odd.csv", 3);
    let mut wanted = cells_of(&path, &Reading::default());
    let mut cells = book.cells("Payouts").clone();
    for long in ["A14", "A15"] {
        let (whole, shown) = (wanted.remove(long).expect("it"), cells.remove(long).expect("it"));
        let kept =
            shown.strip_suffix("… [cut here: a cell of a workbook holds no more]").expect("that is said");
        assert!(
            whole.starts_with(kept) && (32_600..=32_767).contains(&shown.encode_utf16().count()),
            "{long}"
        );
    }
    assert_eq!(cells, wanted);
    for (name, xml) in book.parts.iter().filter(|(name, _)| name.starts_with("xl/worksheets/")) {
        assert!(!xml.contains("<f>") && !xml.contains("<f "), "{name} has a formula");
        assert!(!xml.contains("evil.example\" ") && !xml.contains("r:id=\"rId99"), "{name} has a link");
    }
    let outside = book.parts.values().any(|xml| xml.contains("TargetMode=\"External\""));
    assert!(!outside, "a link leads out of the workbook");
}

#[test]
fn of_thousands_of_findings_none_goes_unseen() {
    let world = World::new();
    let mut text = "first_name,last_name,street,bsb,account_number,amount,reference\n".to_owned();
    for row in 0..3_500 {
        let _ = writeln!(text, "Robin,Sample,1 Hill Street,06200X,{},1{row:04}.00,PAY", 10_000_000 + row);
    }
    world.write("bad.csv", text);
    let book = annotated(&world, "bad.csv", 3);
    assert_eq!(book.fill("D1001").as_deref(), Some(ERROR), "listed");
    assert_eq!(book.fill("D1002"), None, "not listed");
    assert_eq!(book.fill("A1001"), None);
    let sheet = book.part("xl/worksheets/sheet1.xml");
    for row in [1002, 2500, 3501] {
        assert_eq!(book.fill(&format!("A{row}")).as_deref(), Some(ERROR), "row {row} is not without colour");
    }
    assert!(sheet.contains("<row r=\"3501\""));
    let list = book.cells("Findings");
    assert!(list["A4"].starts_with("2500 more rows cannot be paid"), "{}", list["A4"]);
    let rest = "2500 more findings of this kind are not listed";
    assert!(list.values().any(|cell| cell == rest));
    let notes = book.notes();
    assert!(notes["A1002"].contains("cannot be paid"));
    assert_eq!(notes.len(), 2_000, "a workbook with a note for each of a million rows does not open");
}

#[test]
fn rows_that_the_whole_file_forbids_are_marked_too() {
    let world = World::new();
    world.write(
        "pay.csv",
        "first_name,last_name,bsb,account_number,amount\nRobin,Sample,062-000,12345678,1.00\n",
    );
    let book = annotated(&world, "pay.csv", 3);
    assert_eq!(book.fill("A2").as_deref(), Some(ERROR), "no street anywhere");
    assert!(book.notes()["A2"].contains("sheet of findings"));
    assert!(book.cells("Findings").values().any(|cell| cell.contains("Flash demands one")));
}

#[test]
fn a_clean_file_says_so_and_accepted_findings_look_calm() {
    let world = World::new();
    world.write("clean.csv", std::fs::read(root().join("samples/payroll.csv")).expect("the sample"));
    let book = annotated(&world, "clean.csv", 0);
    assert_eq!(book.cells("Findings")["A3"], "Nothing was found.");
    world.write(
        "zero.csv",
        "first_name,last_name,street,bsb,account_number,amount,reference\nRobin,Sample,1 Hill Street,62000,12345678,1.00,PAY\n",
    );
    world.payrun(&["check", "zero.csv", "--annotate", "marked.xlsx", "--accept", "zero-lost"]).ends(0);
    let book = Book::open(&world.home().join("marked.xlsx"));
    assert_eq!(book.fill("D2").as_deref(), Some(INFO));
    assert!(book.notes()["D2"].starts_with("Accepted: "), "{:?}", book.notes());
}

#[test]
fn no_file_is_ever_written_over() {
    let world = World::new();
    let text = super::rig::payroll(0, 2);
    world.write("pay.csv", &text);
    world.write("pay.xlsx", &text); // a text file, whatever it is called
    world.write("done.xlsx", "somebody's work");
    for (to, words) in [
        ("pay.csv", "must end in .xlsx"),
        ("pay.xlsx", "is there already"),
        ("done.xlsx", "is there already"),
        ("nowhere/out.xlsx", "no folder nowhere"),
        ("out", "must end in .xlsx"),
    ] {
        world.payrun(&["check", "pay.xlsx", "--annotate", to]).ends(2).says(words);
    }
    let read = |name: &str| std::fs::read_to_string(world.home().join(name)).expect("a file");
    assert_eq!([read("pay.csv"), read("pay.xlsx")], [text.clone(), text]);
    assert_eq!(read("done.xlsx"), "somebody's work");
    world.payrun(&["check", "pay.csv", "--annotate", "new.XLSX"]).ends(0);
    let names: Vec<String> = std::fs::read_dir(world.home())
        .expect("home")
        .map(|entry| entry.expect("one").file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with(".payrun"))
        .collect();
    assert!(names.is_empty(), "left behind: {names:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = world.home().join("new.XLSX").metadata().expect("it").permissions().mode();
        assert_eq!(mode & 0o077, 0, "for its owner alone");
    }
}

/// A workbook of these findings, whose rows have two cells each.
fn written(sheet: &str, rows: &[u32], findings: &[Finding], unpaid: &[u32]) -> Book {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("out.xlsx");
    let about = About { sheet: Some(sheet), header_row: 1, unpaid, ..About::default() };
    let mut book = Annotated::begin(&path, about, findings).expect("a workbook");
    for row in rows {
        book.row(*row, &mut ["a", "b"].into_iter()).expect("a row");
    }
    book.finish(&path).expect("a file");
    Book::open(&path)
}

fn at(row: u32, letter: &str) -> Place {
    Place { letter: Some(letter.to_owned()), ..Place::row(row) }
}

#[test]
fn a_row_that_cannot_be_paid_is_red_whatever_else_is_said_of_it() {
    let findings = [
        Finding::new(Code::CellMerged, at(2, "A"), "merged"),
        Finding::new(Code::CellMerged, at(3, "B"), "merged too"),
        Finding::new(Code::NameMissing, at(4, "B"), "nobody"),
        Finding::new(Code::RowBlank, Place::row(9), "blank"),
    ];
    let book = written("Pay", &[1, 2, 3, 4], &findings, &[2, 3, 4]);
    let fills = ["A2", "A3", "B3", "A4", "B4", "A9"].map(|cell| book.fill(cell));
    let fills = fills.each_ref().map(|fill| fill.as_deref().unwrap_or("none"));
    assert_eq!(fills, [ERROR, ERROR, WARNING, "none", ERROR, INFO]);
    let notes = book.notes();
    assert!(notes["A2"].contains("cannot be paid") && notes["A2"].contains("merged"), "{notes:?}");
    assert!(notes["A9"].contains("blank"), "a row below the last is marked too: {notes:?}");
    assert!(book.cells("Findings")["A4"].starts_with("2 more rows cannot be paid"));
}

#[test]
fn sheets_of_any_name_are_written_and_linked() {
    let findings = [Finding::new(Code::NameMissing, at(2, "B"), "nobody")];
    for (name, shown, list, link) in [
        ("findings", "findings", "Findings of payrun", "findings!B2"),
        ("O'Brien's", "O'Brien's", "Findings", "'O''Brien''s'!B2"),
        ("a/b", "Payouts", "Findings", "Payouts!B2"), // other programs take names that Excel does not
    ] {
        let book = written(name, &[1, 2], &findings, &[2]);
        let names: Vec<&str> = book.sheets.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, [shown, list]);
        let xml = book.part("xl/worksheets/sheet2.xml").replace("&apos;", "'");
        let quoted = format!("'{}'!B2", link.trim_end_matches("!B2"));
        assert!([link, &quoted].iter().any(|link| xml.contains(&format!("location=\"{link}\""))), "{xml}");
    }
}

#[test]
fn more_rows_than_a_sheet_holds_are_a_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("out.xlsx");
    let mut book = Annotated::begin(&path, About::default(), &[]).expect("a workbook");
    book.row(1_048_576, &mut ["a"].into_iter()).expect("the last row");
    let error = book.row(1_048_577, &mut ["a"].into_iter()).expect_err("no such row").to_string();
    assert!(error.contains("holds 1048576 rows and this file has more"), "{error}");
}
