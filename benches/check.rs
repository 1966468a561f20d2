//! `cargo bench`: what checking a payroll costs, beside reading its bytes and beside `csv`'s own reading of records,
//! which is the floor: nobody checks a file without finding its cells.
//!
//! The file is made once, in `target/tmp`: a million rows of 14 columns, about 180 MB. `PAYRUN_BENCH_ROWS` makes it
//! shorter. After divan's table, floor and check take turns, and the ratio of their medians is what counts.

mod payroll;

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use payrun::check::{self, Options};
use payrun::domain::{NoBook, Silent};
use payrun::intake::{self, Reading};

/// So often do floor and check take turns.
const ROUNDS: usize = 5;

static PAYROLL: LazyLock<payroll::Payroll> = LazyLock::new(|| {
    let rows =
        std::env::var("PAYRUN_BENCH_ROWS").map_or(1_000_000, |rows| rows.parse().expect("a number of rows"));
    payroll::made(Path::new(env!("CARGO_TARGET_TMPDIR")), rows)
});

fn main() {
    LazyLock::force(&PAYROLL);
    divan::main();
    if std::env::args().all(|argument| argument != "--test" && argument != "--list") {
        take_turns();
    }
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn a_bytes_read(bencher: Bencher<'_, '_>) {
    counted(bencher).bench(bytes);
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn b_byte_records(bencher: Bencher<'_, '_>) {
    counted(bencher).bench(byte_records);
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn c_whole_check(bencher: Bencher<'_, '_>) {
    counted(bencher).bench(whole_check);
}

fn counted<'a, 'b>(bencher: Bencher<'a, 'b>) -> Bencher<'a, 'b> {
    bencher.counter(BytesCount::new(PAYROLL.bytes)).counter(ItemsCount::new(PAYROLL.rows))
}

/// Reads the file and looks at nothing.
fn bytes() -> usize {
    let mut file = File::open(&PAYROLL.path).expect("the payroll");
    let mut buffer = vec![0; 1 << 16];
    let mut total = 0;
    loop {
        match file.read(&mut buffer).expect("bytes") {
            0 => return total,
            read => total += read,
        }
    }
}

/// The floor: every record is found, no cell is looked at.
fn byte_records() -> u64 {
    let file = BufReader::with_capacity(1 << 16, File::open(&PAYROLL.path).expect("the payroll"));
    let mut reader = csv::Reader::from_reader(file);
    let mut record = csv::ByteRecord::new();
    let mut rows = 0;
    while reader.read_byte_record(&mut record).expect("a record") {
        rows += 1;
    }
    rows
}

/// What `payrun check` does: every rule, the bank directory, sums and duplicates.
fn whole_check() -> u64 {
    let options = Options::new(jiff::civil::date(2026, 7, 17), true);
    let source = intake::open(&PAYROLL.path, &Reading::default()).expect("the payroll");
    let checked = check::check(source, &options, &NoBook, &mut |_| Ok(()), &Silent).expect("it can be read");
    assert_eq!(checked.payable, PAYROLL.rows, "every row can be paid");
    checked.payable
}

/// Wall and CPU time of one call.
fn timed(work: impl FnOnce() -> u64) -> (Duration, Duration) {
    let (began, cpu) = (Instant::now(), cpu_time());
    divan::black_box(work());
    (began.elapsed(), cpu_time().saturating_sub(cpu))
}

fn take_turns() {
    let mut floor = Vec::new();
    let mut check = Vec::new();
    forget_peak();
    let before = peak();
    for _ in 0..ROUNDS {
        floor.push(timed(byte_records));
        check.push(timed(whole_check));
    }
    let [floor, check] = [median(floor), median(check)];
    say(&format!(
        "\n{} rows, {} MB, medians of {ROUNDS} rounds in turns",
        PAYROLL.rows,
        PAYROLL.bytes / 1_000_000
    ));
    for (name, (wall, cpu)) in [("the floor", floor), ("the whole check", check)] {
        say(&format!("{name:>16}: {:.2} s, {:.2} s of CPU", wall.as_secs_f64(), cpu.as_secs_f64()));
    }
    let [wall, cpu] =
        [check.0.as_secs_f64() / floor.0.as_secs_f64(), check.1.as_secs_f64() / floor.1.as_secs_f64()];
    say(&format!("{:>16}: {wall:.2} × by the clock, {cpu:.2} × by CPU", "ratio"));
    say(&format!("{:>16}: {} MB at most, {} MB before", "memory", peak() >> 20, before >> 20));
}

fn median(mut times: Vec<(Duration, Duration)>) -> (Duration, Duration) {
    let middle = times.len() / 2;
    times.sort_unstable_by_key(|(wall, _)| *wall);
    let wall = times[middle].0;
    times.sort_unstable_by_key(|(_, cpu)| *cpu);
    (wall, times[middle].1)
}

/// CPU time of all threads of this process, those that have ended too, as Linux counts it: in hundredths.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind = stat.rsplit_once(") ").map_or("", |(_, behind)| behind);
    let hundredths = behind.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok());
    Duration::from_millis(10 * hundredths.sum::<u64>())
}

/// The most memory that this process has held since [`forget_peak`], in bytes, as Linux counts it.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) << 10
}

fn forget_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5"); // without it, the peak of the whole process is told
}

#[expect(clippy::print_stdout, reason = "what a bench is for")]
fn say(text: &str) {
    println!("{text}");
}
