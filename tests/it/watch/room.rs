//! The disk below the state is full: nothing is sent that is not recorded, and what is to be done is said.

use std::fs;
use std::os::unix::fs::symlink;
use std::time::Duration;

use super::shares::{Apart, fill};
use super::{Shop, all, rig, stop};

#[test]
fn a_full_disk_below_the_state_sends_nothing_that_is_not_recorded() {
    let shop = Shop::new();
    fs::create_dir(shop.world.home().join("disk")).expect("a folder");
    let Some(apart) = Apart::new(&shop, "mount -t tmpfs -o size=24m tmpfs disk") else { return };
    let watch = |more: &[&str]| {
        apart.watch(&shop, "in", &[&["--state", "disk/state", "--mode", "pay"], more].concat())
    };
    watch(&["--once"]).end().ends(0);
    shop.world.faults(&["withdrawal_create:slow=200ms@1-"]);
    let mut watcher = watch(&[]);
    shop.drop("salaries.csv", rig::payroll(0, 40));
    shop.until("something is sent", |shop| shop.world.made() > 3);
    let ballast = fill(&apart.seen().join("disk"));
    shop.drop("more.csv", rig::payroll(100, 5));
    // it ends by itself, or waits with what it could not record
    std::thread::sleep(Duration::from_secs(6));
    let sent = shop.world.made();
    assert!(sent < 40, "filled too late to show anything");
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(shop.world.made(), sent, "nothing is sent that cannot be recorded");
    let said = match watcher.child.try_wait().expect("a child") {
        Some(_) => watcher.end().ends(5),
        None => stop(watcher),
    };
    said.says("no space left on device").says("Nothing is lost");
    fs::remove_file(ballast).expect("room");
    shop.world.faults(&[]);
    watch(&["--once"]).end().ends(0);
    assert_eq!(shop.world.made(), 45);
    let made = shop.world.ledger().withdrawals;
    let ids: std::collections::BTreeSet<_> = made.iter().map(|made| made.external_id.clone()).collect();
    assert_eq!(ids.len(), 45, "nobody twice");
    for name in ["salaries.csv", "more.csv"] {
        let report = format!("{name}.report.csv");
        assert!(shop.list("done").iter().any(|there| there.ends_with(&report)), "{:?}", all(&shop.path("")));
    }
    assert!(shop.list("processing").is_empty());
}

#[test]
fn a_full_disk_below_the_checkpoint_is_named_with_what_to_do() {
    let shop = Shop::new();
    fs::create_dir(shop.world.home().join("disk")).expect("a folder");
    let Some(apart) = Apart::new(&shop, "mount -t tmpfs -o size=8m tmpfs disk") else { return };
    apart.watch(&shop, "in", &["--once"]).end().ends(0);
    // the checkpoint alone is on the small disk
    let (own, disk) = (shop.world.scope().join("checkpoint"), apart.seen().join("disk"));
    fs::rename(&own, shop.world.home().join("away")).expect("moved");
    symlink(shop.world.home().join("disk/checkpoint"), &own).expect("a way there");
    fs::create_dir(disk.join("checkpoint")).expect("a folder");
    apart.watch(&shop, "in", &["--once"]).end().ends(0);
    let watcher = apart.watch(&shop, "in", &["--mode", "pay"]);
    shop.until("it has begun", |_| {
        std::fs::read_dir(disk.join("checkpoint")).is_ok_and(|all| all.count() > 1)
    });
    std::thread::sleep(Duration::from_secs(1));
    let ballast = fill(&disk);
    shop.drop("salaries.csv", rig::payroll(0, 400));
    let said = watcher
        .end()
        .ends(5)
        .says("the disk of the state folder is full")
        .says("free some space there first");
    assert!(!said.err.contains("StorageFull") && !said.err.contains("Os {"), "{}", said.err);
    fs::remove_file(ballast).expect("room");
    apart.watch(&shop, "in", &["--once", "--mode", "pay"]).end().ends(0);
    assert_eq!(shop.world.made(), 400);
}
