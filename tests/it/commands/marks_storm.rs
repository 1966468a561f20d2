//! Files of rows to correct in any order, old and new, corrected in any way, with declines and kills between: of every
//! row at most one payout keeps the money, even where `--repeat` takes all other care away.

use std::collections::BTreeMap;
use std::time::Duration;

use fastrand::Rng;

use super::correcting::{command, pay};
use crate::rig;
use crate::world::World;

const ROWS: usize = 6;
const WORLDS: u64 = 4;
const DROPS: usize = 9;
const HEADER: &str = "payment_id,payee_id,company_name,street,bsb,account_number,amount,reference";

/// Rows with and without ids; of each kind one that cannot be read, one that comes back, one that is well.
fn file() -> String {
    let row = |at: usize| {
        let id = if at < ROWS / 2 { format!("INV-{at}") } else { String::new() };
        let (amount, reference) = match at % 3 {
            0 => (format!("1O{at}.00"), "PAY"),
            1 => (format!("20{at}.00"), "PAY FAIL_ACC"),
            _ => (format!("30{at}.00"), "PAY"),
        };
        format!("{id},,Payee {at} Pty Ltd,1 Hill Street,062-000,1000000{at},{amount},{reference} {at}\n")
    };
    (0..ROWS).fold(format!("{HEADER}\n"), |text, at| text + &row(at))
}

/// What a person might make of the rows of a file: of each another amount, of some another id, and some left out.
fn corrected(text: &str, rng: &mut Rng) -> String {
    let mut lines = text.lines();
    let header = lines.next().unwrap_or_default();
    let mut made = format!("{header}\n");
    for line in lines {
        if rng.u8(..4) == 0 {
            continue;
        }
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        if rng.u8(..5) > 0 {
            cells[6] = format!("{}.{:02}", rng.u32(100..999), rng.u32(..100));
        }
        if rng.bool() {
            cells[7] = cells[7].replace("FAIL_ACC ", "");
        }
        if rng.u8(..4) == 0 {
            cells[0] = format!("NEW-{}-{}", cells[5], rng.u32(..3));
        }
        made += &(cells.join(",") + "\n");
    }
    made
}

/// How many payouts keep the money, of each payee.
fn kept(world: &World) -> BTreeMap<String, usize> {
    let mut kept = BTreeMap::new();
    for order in world.ledger().withdrawals {
        let is_back = ["REFUNDED", "CANCELLED"].contains(&order.status.as_str());
        let payee = order.recipient.map(|payee| payee.name).unwrap_or_default();
        *kept.entry(payee).or_default() += usize::from(!is_back);
    }
    kept
}

/// The files of rows to correct of all runs so far.
fn files(world: &World) -> Vec<String> {
    let folder = std::fs::read_dir(world.scope().join("reports")).expect("reports").flatten();
    let mut paths: Vec<_> = folder.map(|entry| entry.path()).collect();
    paths.retain(|path| path.to_string_lossy().contains("-to-correct"));
    paths.sort();
    let texts = paths.iter().map(|path| std::fs::read_to_string(path).expect("a text"));
    texts.filter(|text| text.contains("payrun_row")).collect()
}

#[test]
fn whatever_is_corrected_and_however_often_a_row_is_paid_once() {
    let (mut paid, mut kills, mut refused) = (0, 0, 0);
    for seed in 0..WORLDS {
        let mut rng = Rng::with_seed(seed);
        let world = World::with(rig::quick());
        world.write("pay.csv", file());
        pay(&world, "pay.csv", &["--skip-invalid"]);
        let mut texts = files(&world);
        for drop in 0..DROPS {
            let text = rng.choice(&texts).expect("a file of rows to correct").clone();
            let name = format!("drop-{seed}-{drop}.csv");
            world.write(&name, corrected(&text, &mut rng));
            let fault = format!("withdrawal_create:declined@{}", rng.u32(1..4));
            let kill = rng.u8(..3) == 0;
            match rng.u8(..3) {
                0 => world.faults(&[&fault]),
                _ if kill => world.faults(&["withdrawal_create:slow=100ms"]),
                _ => world.faults(&[]),
            }
            let said: &[&str] = if rng.bool() { &["--repeat"] } else { &["--amends", "r1"] };
            let args = [&["pay", &name, "--yes", "--skip-invalid"], said].concat();
            let at_work = world.start(command(&world, &args));
            if kill {
                std::thread::sleep(Duration::from_millis(rng.u64(100..900)));
                at_work.signal("KILL");
                kills += 1;
            }
            let said = at_work.end();
            refused += usize::from(said.err.contains("this row was already sent"));
            world.faults(&[]);
            texts.extend(files(&world));
        }
        for run in 1..=DROPS + 1 {
            world.start(command(&world, &["resume", &format!("r{run}")])).end();
        }
        let kept = kept(&world);
        assert!(kept.values().all(|count| *count <= 1), "seed {seed}: {kept:#?}");
        paid += kept.values().sum::<usize>();
        world.payrun(&["journal", "verify"]).ends(0);
    }
    assert!(
        paid > 12 && kills > 3 && refused > 3,
        "{paid} paid, {kills} kills, {refused} refused: nothing happened"
    );
}
