//! The kill campaign: the program is killed at random moments and resumed until its run is finished. Shared by the
//! test and by `examples/kill_campaign.rs`, which plays more rounds. Every third round pays at quotes.

mod file;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use fastrand::Rng;
use payrun::simulator::{Options, Running, Simulator, StatusStep};
use rust_decimal::Decimal;

use file::{Order, made, mixed};

/// How one campaign is played.
pub struct Campaign {
    /// The program, and arguments that come before all others.
    pub program: Vec<OsString>,
    /// Rows of each round's file.
    pub rows: usize,
    /// Every round's own seed is made from this.
    pub seed: u64,
}

/// What a round came to.
#[derive(Debug, Default)]
pub struct Round {
    /// How often the program was killed before it could end.
    pub kills: u32,
    /// What went wrong; none if all is well.
    pub wrongs: Vec<String>,
}

/// After so many starts a round is given up as one that does not end.
const MOST_STARTS: u32 = 60;
/// A kill comes at most so long after the start.
const LATEST_KILL: u64 = 400;

impl Campaign {
    /// Plays one round: a new home, a new simulator, one file, kills, and the count of what was paid.
    pub async fn round(&self, number: u64) -> Round {
        let mut rng = Rng::with_seed(self.seed.wrapping_add(number));
        let home = tempfile::tempdir().expect("a home");
        let simulator = Simulator::start(Options {
            latency: Duration::from_millis(rng.u64(1..15)),
            login_interval: Duration::ZERO,
            status_step: StatusStep::Looks(2),
            ..Options::default()
        });
        let simulator = simulator.await.expect("a simulator");
        let (text, asked) = mixed(self.rows);
        std::fs::write(home.path().join("pay.csv"), &text).expect("a file");
        std::fs::write(home.path().join("payrun.toml"), file::REMITTERS).expect("a configuration");
        let is_guarded = number % 3 == 2;
        let mut round = Round::default();
        let mut is_known = false;
        for start in 1.. {
            if start > MOST_STARTS {
                round.wrongs.push(format!("not finished after {MOST_STARTS} starts"));
                break;
            }
            let patience = match start {
                1..=8 => Some(Duration::from_millis(rng.u64(5..LATEST_KILL))),
                _ => None,
            };
            let mut command = self.command(home.path(), &simulator, is_known, is_guarded);
            let ended = tokio::task::spawn_blocking(move || run(&mut command, patience)).await;
            match ended.expect("no panic") {
                None => {
                    round.kills += 1;
                    is_known = true;
                }
                Some(0) => break,
                Some(2) if is_known => is_known = false, // killed before anything was recorded, or after the end
                Some(code) => {
                    round.wrongs.push(format!("start {start} ended with {code}"));
                    break;
                }
            }
        }
        round.wrongs.extend(wrongs(asked, &simulator));
        if is_guarded && simulator.ledger().payments.iter().any(|payment| payment.quote_id.is_none()) {
            round.wrongs.push("a payment went without a quote".to_owned());
        }
        simulator.stop().await;
        for wrong in &mut round.wrongs {
            wrong.insert_str(0, &format!("round {number}: "));
        }
        round
    }

    fn command(&self, home: &Path, simulator: &Running, is_known: bool, is_guarded: bool) -> Command {
        let mut command = Command::new(&self.program[0]);
        command.args(&self.program[1..]).current_dir(home).env_clear().env("HOME", home);
        command.env("PAYRUN_API_URL", &simulator.url).env("PAYRUN_GATEWAY_IN_DOUBT_WAIT", "150ms");
        command.env("PAYRUN_PAYOUTS_FOLLOW", "0s").stdin(Stdio::null());
        command.args(if is_known { &["resume"][..] } else { &["pay", "pay.csv", "--yes"][..] });
        if is_guarded && !is_known {
            command.args(["--max-slippage", "2%"]);
        }
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

/// Runs until its end, or kills it. None if it was killed.
fn run(command: &mut Command, patience: Option<Duration>) -> Option<i32> {
    let mut child = command.spawn().expect("the program starts");
    let began = Instant::now();
    while patience.is_none_or(|patience| began.elapsed() < patience) {
        if let Some(status) = child.try_wait().expect("a child") {
            return Some(status.code().unwrap_or(-1));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().expect("a child"); // SIGKILL
    child.wait().expect("a child");
    None
}

/// Every row once and as it stands in the file, nothing else, and the sum of each currency to the cent.
fn wrongs(mut asked: Vec<Order>, simulator: &Running) -> Vec<String> {
    let mut made = made(&simulator.ledger());
    asked.sort();
    made.sort();
    let mut wrongs = Vec::new();
    if asked != made {
        wrongs.push(format!("{} rows were asked for, {} payouts were made", asked.len(), made.len()));
        let twice = made.windows(2).filter(|pair| pair[0].reference == pair[1].reference);
        wrongs.extend(twice.map(|pair| format!("{} was paid twice", pair[0].reference)));
        let lost = asked.iter().filter(|order| made.binary_search(order).is_err());
        wrongs.extend(lost.map(|order| format!("{order:?} was lost, or made as another one")));
    }
    if totals(&asked) != totals(&made) {
        wrongs.push(format!("{:?} asked for, {:?} made", totals(&asked), totals(&made)));
    }
    wrongs
}

fn totals(orders: &[Order]) -> BTreeMap<&[String; 2], Decimal> {
    let mut totals = BTreeMap::new();
    for order in orders {
        *totals.entry(&order.currencies).or_default() += order.size;
    }
    totals
}
