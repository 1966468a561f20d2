//! `cargo run --release --example bench_check [ROWS]`: how fast a file is checked, and with how much memory.

use std::io::Write;
use std::time::Instant;

use payrun::check::{self, Options};
use payrun::domain::{Accepted, Silent};
use payrun::intake;

fn main() {
    let rows: u32 =
        std::env::args().nth(1).map_or(Ok(1_000_000), |text| text.parse()).expect("a number of rows");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("pay.csv");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).expect("a file"));
    let head =
        "payee_id,first_name,last_name,street,suburb,state,postcode,bsb,account_number,amount,reference";
    writeln!(file, "{head}").expect("written");
    for row in 0..rows {
        let account = 10_000_000 + row;
        writeln!(
            file,
            "P{row},Robin,Example,{row} Hill Street,Sydney,NSW,2000,062-000,{account},1{row}.10,PAY {row}"
        )
        .expect("written");
    }
    drop(file);
    let before = resident();
    let began = Instant::now();
    let options = Options {
        today: jiff::civil::date(2026, 7, 17),
        environment_is_production: true,
        accepted: Accepted::default(),
    };
    let source = intake::open(&path, &intake::Reading::default()).expect("a file");
    let checked = check::check(source, &options, &payrun::domain::NoBook, &mut |_| Ok(()), &Silent)
        .expect("it can be read");
    let seconds = began.elapsed().as_secs_f64();
    assert_eq!(checked.payable, u64::from(rows));
    say(&format!("{rows} rows in {seconds:.2} s, {:.0} rows a second", f64::from(rows) / seconds));
    say(&format!(
        "memory: {} MB more than before, {} bytes a row",
        (resident() - before) >> 20,
        (resident() - before) / u64::from(rows)
    ));
}

/// The most memory that this process has held, in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) << 10
}

#[expect(clippy::print_stdout, reason = "what the example is for")]
fn say(text: &str) {
    println!("{text}");
}
