//! A hundred files at once, and a watcher that is killed again and again meanwhile.

use std::time::{Duration, Instant};

use super::{PATIENCE, Shop, rig, stop};

const FILES: usize = 100;
const KILLS: usize = 30;

#[test]
fn a_hundred_files_and_thirty_kills_pay_everybody_once() {
    let shop = Shop::new();
    let mut rng = fastrand::Rng::with_seed(20_261_125);
    let mut dropped = 0;
    let mut kills = 0;
    let began = Instant::now();
    while kills < KILLS || dropped < FILES - 1 {
        assert!(began.elapsed() < PATIENCE * 3, "{kills} kills, {dropped} files");
        let mut watcher = shop.watch(&["--mode", "pay"]);
        let until = Instant::now() + Duration::from_millis(rng.u64(50..900));
        while Instant::now() < until {
            for _ in 0..rng.usize(0..4) {
                if dropped < FILES - 1 {
                    let text = rig::payroll(dropped * 2, 2);
                    shop.drop(&format!("file-{dropped}.csv"), text);
                    dropped += 1;
                }
            }
            std::thread::sleep(Duration::from_millis(rng.u64(5..60)));
        }
        watcher.child.kill().expect("killed");
        let _ = watcher.child.wait();
        kills += 1;
    }
    let watcher = shop.watch(&["--mode", "pay"]);
    shop.drop(&format!("file-{dropped}.csv"), rig::payroll(dropped * 2, 2)); // at work before it is stopped
    let finished = |shop: &Shop| {
        let done = shop.list("done");
        (0..FILES).all(|file| done.iter().any(|name| name.ends_with(&format!(" file-{file}.csv.report.csv"))))
    };
    let began = Instant::now();
    while !finished(&shop) {
        assert!(
            began.elapsed() < PATIENCE * 2,
            "left: {:?} {:?} {:?}",
            shop.list(""),
            shop.list("processing"),
            shop.list("held")
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    stop(watcher).ends(0);
    assert_eq!(shop.world.made(), FILES * 2);
    let mut keys: Vec<String> = shop
        .world
        .ledger()
        .withdrawals
        .iter()
        .map(|made| made.external_id.clone().unwrap_or_default())
        .collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), FILES * 2, "one payout each");
    for place in ["processing", "held", "rejected"] {
        assert!(shop.list(place).is_empty(), "{place}: {:?}", shop.list(place));
    }
}
