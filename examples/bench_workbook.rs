//! `cargo run --release --example bench_workbook [ROWS]`: how fast a workbook is read by a process of its own, beside
//! calamine's own reading of its cells, and how much memory both processes take.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use calamine::{Reader, Xlsx, open_workbook};
use payrun::check::{self, Options};
use payrun::domain::{NoBook, Silent};
use payrun::intake;
use rust_xlsxwriter::Workbook;

const HEAD: &str = "payment_id,payee_id,first_name,last_name,street,suburb,state,postcode,bsb,account_number,amount,currency,reference,country";

fn main() {
    let rows: u32 =
        std::env::args().nth(1).map_or(Ok(200_000), |text| text.parse()).expect("a number of rows");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("pay.xlsx");
    write(&path, rows);
    let mut said = String::new();
    let size = std::fs::metadata(&path).expect("a file").len() >> 20;
    let _ = writeln!(said, "{rows} rows of {} cells, {size} MB", HEAD.split(',').count());
    let _ = warm(&path);
    let mut ratios = Vec::new();
    for _ in 0..3 {
        let alone = warm(&path);
        let reading = intake::Reading { program: program(), ..intake::Reading::default() };
        let began = Instant::now();
        let mut source = intake::open(&path, &reading).expect("a workbook");
        let mut count = 0;
        while source.next_item().expect("a row").is_some() {
            count += 1;
        }
        let read = began.elapsed().as_secs_f64();
        assert_eq!(count, rows);
        ratios.push(read / alone);
        let _ = writeln!(
            said,
            "calamine's cells alone {alone:.2} s, read by payrun {read:.2} s: {:.2} times",
            read / alone
        );
    }
    let began = Instant::now();
    let reading = intake::Reading { program: program(), ..intake::Reading::default() };
    let options = Options::new(jiff::civil::date(2026, 7, 17), true);
    let source = intake::open(&path, &reading).expect("a workbook");
    let checked = check::check(source, &options, &NoBook, &mut |_| Ok(()), &Silent).expect("it can be read");
    assert_eq!(checked.payable, u64::from(rows));
    let _ = writeln!(said, "read and checked in {:.2} s", began.elapsed().as_secs_f64());
    let _ = writeln!(said, "most memory, both processes alike: {}", most_memory(&path));
    say(&said);
}

/// The program itself, which stands beside the examples.
fn program() -> PathBuf {
    let own = std::env::current_exe().expect("a path");
    let beside = own.parent().and_then(Path::parent).expect("a folder").join("payrun");
    assert!(beside.exists(), "build the program first: cargo build --release");
    beside
}

/// How long calamine takes for the cells alone.
fn warm(path: &Path) -> f64 {
    let began = Instant::now();
    let mut book: Xlsx<_> = open_workbook(path).expect("a workbook");
    let sheet = book.sheet_names().remove(0);
    let mut cells = book.worksheet_cells_reader(&sheet).expect("a sheet");
    while cells.next_cell().expect("a cell").is_some() {}
    began.elapsed().as_secs_f64()
}

/// What `payrun check` and the process that it starts took at most, as `/usr/bin/time` says of the larger.
fn most_memory(path: &Path) -> String {
    let run = Command::new("/usr/bin/time")
        .args(["-f", "%M KB"])
        .arg(program())
        .args(["check", "--no-progress"])
        .arg(path)
        .output();
    let said = run.map(|output| String::from_utf8_lossy(&output.stderr).into_owned()).unwrap_or_default();
    said.lines().last().unwrap_or("not measured").to_owned()
}

/// Writes a workbook with shared strings, as Excel does.
fn write(path: &Path, rows: u32) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip(HEAD.split(',')) {
        sheet.write(0, column, name).expect("written");
    }
    for row in 1..=rows {
        let texts = [
            format!("T{row}"),
            format!("P{row}"),
            "Robin".to_owned(),
            "Example".to_owned(),
            format!("{row} Hill Street"),
            "Sydney".to_owned(),
            "NSW".to_owned(),
            "2000".to_owned(),
            "062-000".to_owned(),
            format!("{}", 10_000_000 + row),
        ];
        for (column, text) in (0..).zip(texts) {
            sheet.write(row, column, text).expect("written");
        }
        sheet.write(row, 10, 100 + row % 7000).expect("written");
        for (column, text) in (11..).zip(["AUD", "PAY JULY", "AU"]) {
            sheet.write(row, column, text).expect("written");
        }
    }
    book.save(path).expect("written");
}

#[expect(clippy::print_stdout, reason = "what the example is for")]
fn say(text: &str) {
    print!("{text}");
}
