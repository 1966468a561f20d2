//! `cargo run --release --example bench_bookkeeping [ROWS]`: what durable bookkeeping costs. The engine pays a file
//! against a simulator with 20 ms latency at 32 in flight, with the real disk and with one that only pretends, in
//! turns; medians are compared.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use payrun::domain::{Clock, Event, Observer, PayoutState, SystemClock};
use payrun::journal::{Disk, LogFile, RealDisk};
use payrun::simulator::Options;

#[path = "../tests/it/rig.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod rig;

const TURNS: usize = 5;

/// Writes, but never waits for the disk.
#[derive(Debug)]
struct Pretender;

struct Pretended(Box<dyn LogFile>);

impl Disk for Pretender {
    fn open(&self, path: &Path, keep: u64) -> io::Result<Box<dyn LogFile>> {
        Ok(Box::new(Pretended(RealDisk.open(path, keep)?)))
    }

    fn sync_names(&self, _folder: &Path) -> io::Result<()> {
        Ok(())
    }
}

impl LogFile for Pretended {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.append(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// When each tenth of the payouts was through.
#[derive(Default)]
struct Tenths(std::sync::Mutex<Vec<Instant>>);

impl Observer for Tenths {
    fn on(&self, event: &Event<'_>) {
        if let Event::Payout { state: PayoutState::Submitted | PayoutState::Paid, .. } = event {
            self.0.lock().expect("no panic").push(Instant::now());
        }
    }
}

fn main() {
    let rows = std::env::args().nth(1).map_or(Ok(1000), |text| text.parse()).expect("a number of rows");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (mut durable, mut pretended) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        durable.push(runtime.block_on(turn(rows, Arc::new(RealDisk))));
        pretended.push(runtime.block_on(turn(rows, Arc::new(Pretender))));
    }
    let (durable, pretended) = (median(durable), median(pretended));
    say(&format!("{rows} payouts, 20 ms latency, 32 in flight, {TURNS} turns, at {}", SystemClock.now()));
    say(&format!("with fdatasync    {durable:.0} payouts a second"));
    say(&format!("without           {pretended:.0} payouts a second"));
    say(&format!("cost of being durable: {:.1} % of the throughput", (1.0 - durable / pretended) * 100.0));
}

/// Payouts a second, parties made beforehand.
async fn turn(rows: usize, disk: Arc<dyn Disk>) -> f64 {
    let balances = [("AUD".to_owned(), 1_000_000_000_000_u64.into())].into();
    let options = Options { latency: Duration::from_millis(20), balances, ..rig::quick() };
    let mut rig = rig::Rig::start(options).await;
    rig.max_in_flight = 32;
    rig.timeout = Duration::from_secs(20);
    let run = rig.record(rig.file("pay.csv", 0, rows)).await;
    rig.disk = disk;
    let tenths = Arc::new(Tenths::default());
    rig.observer = Arc::clone(&tenths) as Arc<dyn Observer>;
    rig.finish(run, 1).await.expect("it is paid");
    assert!(rig.wrongs(run, rows).is_empty());
    rig.simulator.stop().await;
    let at = tenths.0.lock().expect("no panic").clone();
    let rate = |from: usize, to: usize| {
        f64::from(u32::try_from(to - from).expect("few")) / (at[to] - at[from]).as_secs_f64()
    };
    let (first, last) = (rate(rows / 10, rows / 5), rate(rows - rows / 10, rows - 1));
    say(&format!("  {:.0} a second; the second tenth {first:.0}, the last {last:.0}", rate(1, rows - 1)));
    rate(rows / 10, rows - 1)
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

#[expect(clippy::print_stdout, reason = "what the example is for")]
fn say(text: &str) {
    println!("{text}");
}
