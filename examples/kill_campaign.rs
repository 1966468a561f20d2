//! `cargo run --release --example kill_campaign -- 500`: so many rounds of being killed and resumed.

use std::process::ExitCode;
use std::time::Instant;

#[path = "../tests/it/campaign/mod.rs"]
mod campaign;
#[path = "../tests/it/rig.rs"]
#[allow(dead_code, reason = "only an account number is used here")]
mod rig;

/// With this argument first the example is the program itself, so that nothing else needs to be built.
const AS_PROGRAM: &str = "as-payrun";

fn main() -> ExitCode {
    let mut arguments = std::env::args_os();
    let own = std::env::current_exe().expect("a path of our own");
    if std::env::args().nth(1).as_deref() == Some(AS_PROGRAM) {
        arguments.next();
        return ExitCode::from(payrun::cli::run(arguments) as u8);
    }
    let rounds: u64 =
        std::env::args().nth(1).map_or(Ok(100), |text| text.parse()).expect("a number of rounds");
    let seed = std::env::args().nth(2).map_or(Ok(fastrand::u64(..)), |text| text.parse()).expect("a seed");
    let campaign = campaign::Campaign { program: vec![own.into(), AS_PROGRAM.into()], rows: 200, seed };
    say(&format!("{rounds} rounds with the seed {seed}"));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let began = Instant::now();
    let (mut kills, mut wrongs) = (0, Vec::new());
    for number in 0..rounds {
        let round = runtime.block_on(campaign.round(number));
        kills += round.kills;
        wrongs.extend(round.wrongs);
        if (number + 1) % 50 == 0 {
            say(&format!("{} rounds, {kills} kills, {} wrongs", number + 1, wrongs.len()));
        }
    }
    let seconds = began.elapsed().as_secs();
    say(&format!("{rounds} rounds, {kills} kills, {} wrongs, {seconds} s", wrongs.len()));
    for wrong in &wrongs {
        say(wrong);
    }
    if wrongs.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[expect(clippy::print_stdout, reason = "what the example is for")]
fn say(text: &str) {
    println!("{text}");
}
