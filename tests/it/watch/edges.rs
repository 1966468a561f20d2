//! What people and programs do to a folder without meaning harm: files that vanish, links and pipes in the place of
//! files, rights that are missing, odd names, the same file many times, control totals that come when they come.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::{AtWork, PATIENCE, Shop, all, rig, stop};

/// A user who may do nothing but what is allowed to all.
const NOBODY: u32 = 65_534;

/// Everything that can be read in the folder, whatever its name.
fn all_texts(folder: &Path) -> String {
    let files = all(folder).into_iter().filter(|path| Path::new(path).is_file());
    files.map(|path| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned()).collect()
}

/// Each payout that was made has an id of its own, and there are so many.
#[track_caller]
pub(super) fn paid_once_each(shop: &Shop, payouts: usize) {
    let made = shop.world.ledger().withdrawals;
    let ids: BTreeSet<_> = made.iter().map(|made| made.external_id.clone()).collect();
    assert_eq!((made.len(), ids.len()), (payouts, payouts), "{:?}", all(&shop.path("")));
}

/// Nothing is left where nobody looks for it.
#[track_caller]
pub(super) fn nothing_in_limbo(shop: &Shop) {
    assert!(shop.list("processing").is_empty(), "{:?}", all(&shop.path("")));
}

/// A watcher that has no more rights than anybody. Root may read and move everything, so that rights would show nothing.
fn watch_without_rights(shop: &Shop, more: &[&str]) -> AtWork {
    let args = [&["watch", "in", "--settle", "200ms", "--poll", "50ms"], more].concat();
    let mut command = shop.world.command(&args);
    if is_root() {
        command.uid(NOBODY);
    }
    shop.world.start(command)
}

/// Whether these tests may do everything.
fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// Lets the watcher without rights work in the folder.
fn give_away(shop: &Shop) {
    for path in [shop.world.home(), &shop.path("")].into_iter().filter(|_| is_root()) {
        chown(path, Some(NOBODY), None).expect("given away");
    }
}

/// A watcher that waits longer until it takes a file for whole.
pub(super) fn patient(shop: &Shop, more: &[&str]) -> AtWork {
    let args = [&["watch", "in", "--settle", "600ms", "--poll", "50ms"], more].concat();
    shop.world.start(shop.world.command(&args))
}

fn allow(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("its mode");
}

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo").success());
}

#[test]
fn a_file_that_vanishes_before_it_is_whole_is_nothing() {
    let shop = Shop::new();
    let watcher = patient(&shop, &["--mode", "pay"]);
    shop.until_there("rejected");
    for at in 0..5 {
        fs::write(shop.path("salaries.csv"), rig::payroll(at * 10, 2)).expect("written");
        std::thread::sleep(Duration::from_millis(120));
        fs::remove_file(shop.path("salaries.csv")).expect("not taken yet");
    }
    fs::write(shop.path("salaries.csv"), rig::payroll(90, 2)).expect("written");
    shop.until_there("done/r1 salaries.csv.report.csv");
    stop(watcher).ends(0);
    paid_once_each(&shop, 2);
    assert!(shop.list("rejected").is_empty() && shop.list("held").is_empty(), "{:?}", all(&shop.path("")));
}

#[test]
fn files_that_are_taken_out_of_processing_are_paid_once_or_not_at_all() {
    const FILES: usize = 40;
    let shop = Shop::new();
    let mut rng = fastrand::Rng::with_seed(20_261_126);
    let mut watcher = shop.watch(&["--mode", "pay"]);
    shop.until_there("processing");
    let began = Instant::now();
    let (mut dropped, mut taken) = (0, 0);
    while dropped < FILES || taken < 10 {
        assert!(began.elapsed() < PATIENCE, "{dropped} files, {taken} taken");
        let text = rig::payroll(dropped * 2, 2);
        shop.drop(&format!("file-{dropped}.csv"), text);
        dropped += 1;
        // at once, so that some are caught between the claim and the copy
        let until = Instant::now() + Duration::from_millis(rng.u64(1..60));
        while Instant::now() < until {
            for name in shop.list("processing") {
                if rng.u8(0..3) == 0 && fs::remove_file(shop.path("processing").join(name)).is_ok() {
                    taken += 1;
                }
            }
        }
        if rng.u8(0..8) == 0 {
            watcher.child.kill().expect("killed");
            let _ = watcher.child.wait();
            watcher = shop.watch(&["--mode", "pay"]);
        }
    }
    let is_quiet = |shop: &Shop| shop.list("processing").is_empty() && shop.list("").len() == 4;
    shop.until("all is worked through", is_quiet);
    stop(watcher).ends(0);
    shop.once(&["--mode", "pay"]).ends(0);
    nothing_in_limbo(&shop);
    // a file that was read in time is paid whole, one that was not is paid not at all
    let made = shop.world.ledger().withdrawals;
    let ids: BTreeSet<_> = made.iter().map(|made| made.external_id.clone()).collect();
    assert_eq!(ids.len(), made.len(), "nobody twice");
    let said = shop.world.payrun(&["status", "--format", "json"]).ends(0).json();
    let runs = said["runs"].as_array().expect("runs");
    assert_eq!(made.len(), runs.len() * 2, "{said}");
    assert!(runs.iter().all(|run| run["state"] == "finished"), "{said}");
    for at in 0..dropped {
        let is_there = |place| shop.list(place).iter().any(|name| name.ends_with(&format!("file-{at}.csv")));
        assert!(!is_there("held") && !is_there("rejected"), "file-{at}.csv: {:?}", all(&shop.path("")));
    }
}

#[test]
fn a_link_in_the_place_of_a_file_shows_and_pays_nothing() {
    let shop = Shop::new();
    let secret = shop.world.write("elsewhere.csv", rig::payroll(50, 2).replace("Robin", "Hunter2"));
    let swap = |name: &str| {
        let _ = fs::remove_file(shop.path(name));
        symlink(&secret, shop.path(name)).expect("a link");
    };
    // between two looks, in processing/ while nobody watches, and in held/ before somebody says yes
    let watcher = patient(&shop, &["--mode", "hold"]);
    shop.until_there("processing");
    fs::write(shop.path("new.csv"), rig::payroll(0, 2)).expect("written");
    std::thread::sleep(Duration::from_millis(150));
    swap("new.csv");
    shop.until_there("rejected/new.csv.answer.txt");
    stop(watcher).ends(0);
    swap("processing/left.csv");
    shop.drop("waits.csv", rig::payroll(10, 2));
    shop.once(&["--mode", "hold"]).ends(0);
    swap("held/waits.csv");
    fs::write(shop.path("held/waits.csv.approve"), "").expect("written");
    shop.once(&["--mode", "pay"]).ends(0);
    // answers and totals that are links say nothing
    shop.drop("yes.csv", rig::payroll(20, 2));
    shop.once(&["--mode", "hold"]).ends(0);
    swap("held/yes.csv.approve");
    swap("totals.csv.totals");
    shop.drop("totals.csv", rig::payroll(30, 2));
    shop.once(&["--mode", "pay"]).ends(0);
    assert_eq!(shop.world.made(), 0);
    for name in ["new.csv", "left.csv", "waits.csv", "totals.csv"] {
        let answer = shop.read(&format!("rejected/{name}.answer.txt"));
        assert!(answer.starts_with("Nothing was sent: "), "{name}: {answer}");
    }
    assert!(shop.read("held/yes.csv.answer.txt").starts_with("Nothing was done: "));
    nothing_in_limbo(&shop);
    for path in all(&shop.path("")) {
        let _ = fs::symlink_metadata(&path).is_ok_and(|it| it.is_symlink()).then(|| fs::remove_file(&path));
    }
    assert!(!all_texts(&shop.path("")).contains("Hunter2"), "what it led to is told");
    assert!(fs::read_to_string(secret).expect("it is whole").contains("Hunter2"));
}

#[test]
fn pipes_and_folders_with_the_names_of_answers_hold_nothing_up() {
    let shop = Shop::new();
    shop.drop("salaries.csv", rig::payroll(0, 2));
    shop.once(&["--mode", "hold"]).ends(0);
    pipe(&shop.path("held/salaries.csv.approve"));
    pipe(&shop.path("held/salaries.csv.reject"));
    pipe(&shop.path("other.csv.totals"));
    fs::create_dir(shop.path("other.csv.approve")).expect("a folder");
    fs::create_dir(shop.path("wages.csv")).expect("a folder");
    fs::create_dir(shop.path("processing/more.csv")).expect("a folder");
    shop.drop("other.csv", rig::payroll(10, 2));
    shop.drop("more.csv", rig::payroll(20, 2));
    let began = Instant::now();
    shop.once(&["--mode", "pay"]).ends(0);
    assert!(began.elapsed() < PATIENCE / 3, "{:?}", began.elapsed());
    let answer = shop.read("held/salaries.csv.answer.txt");
    assert!(answer.starts_with("Nothing was done: salaries.csv."), "{answer}");
    assert!(answer.contains("Run r1 waits for a person"), "the question stays: {answer}");
    assert!(shop.has("rejected/other.csv"), "its totals cannot be read");
    assert!(shop.list("done").iter().any(|name| name.ends_with("more (2).csv.report.csv")));
    assert!(shop.has("wages.csv"));
    paid_once_each(&shop, 2);
}

#[test]
fn what_the_service_may_not_read_is_answered() {
    let shop = Shop::new();
    give_away(&shop);
    watch_without_rights(&shop, &["--once"]).end().ends(0);
    for name in ["held.csv", "yes.csv"] {
        shop.drop(name, rig::payroll(name.len() * 10, 2));
    }
    watch_without_rights(&shop, &["--once", "--mode", "hold"]).end().ends(0);
    for name in ["file.csv", "sums.csv.totals", "sums.csv"] {
        shop.drop(name, rig::payroll(0, 2));
    }
    fs::write(shop.path("held/held.csv.approve"), "").expect("written");
    fs::write(shop.path("held/yes.csv.approve"), "").expect("written");
    for name in ["file.csv", "sums.csv.totals", "held/held.csv", "held/yes.csv.approve"] {
        allow(&shop.path(name), 0);
    }
    watch_without_rights(&shop, &["--once", "--mode", "pay"]).end().ends(0);
    assert_eq!(shop.world.made(), 0);
    for name in ["file.csv", "sums.csv", "held.csv"] {
        let answer = shop.read(&format!("rejected/{name}.answer.txt"));
        assert!(answer.starts_with("Nothing was sent: "), "{name}: {answer}");
        let is_told = answer.contains("may not be read") || answer.contains("permission denied");
        assert!(is_told, "{name}: {answer}");
    }
    let answer = shop.read("held/yes.csv.answer.txt");
    assert!(answer.contains("yes.csv.approve: permission denied"), "{answer}");
    nothing_in_limbo(&shop);
    // and with the rights it goes
    allow(&shop.path("rejected/file.csv"), 0o644);
    fs::rename(shop.path("rejected/file.csv"), shop.path("file.csv")).expect("again");
    watch_without_rights(&shop, &["--once", "--mode", "pay"]).end().ends(0);
    paid_once_each(&shop, 2);
}

#[test]
fn a_folder_that_may_not_be_written_to_is_told_and_waited_for() {
    let shop = Shop::new();
    give_away(&shop);
    watch_without_rights(&shop, &["--once"]).end().ends(0);
    shop.drop("salaries.csv", rig::payroll(0, 2));
    allow(&shop.path(""), 0o555);
    let watcher = watch_without_rights(&shop, &["--mode", "pay"]);
    std::thread::sleep(Duration::from_millis(1500));
    assert!(shop.has("salaries.csv") && shop.world.made() == 0);
    allow(&shop.path(""), 0o755);
    shop.until_there("done/r1 salaries.csv.report.csv");
    let said = stop(watcher).ends(0).says("salaries.csv: ");
    let told = said.err.matches("tried again in").count();
    assert!((1..4).contains(&told), "{told} times:\n{}", said.err);
    paid_once_each(&shop, 2);
}

#[test]
fn working_once_with_a_listener_ends_when_nothing_is_left() {
    let shop = Shop::new();
    shop.drop("salaries.csv", rig::payroll(0, 3));
    let once = |address: &str| {
        let args = ["watch", "in", "--settle", "200ms", "--once", "--mode", "pay", "--listen", address];
        let mut command = shop.world.command(&args);
        command.env("PAYRUN_LISTEN_SECRET", "s".repeat(32));
        shop.world.start(command).end()
    };
    let said = once("127.0.0.1:0").ends(0);
    said.says("Webhooks are received on http://127.0.0.1:").says("Stopped watching");
    paid_once_each(&shop, 3);
    once("127.0.0.1:0").ends(0);
    // an address that is taken is told before anything is taken out of the inbox
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address").to_string();
    shop.drop("more.csv", rig::payroll(10, 3));
    let said = once(&address);
    assert_ne!(said.code, Some(0), "{said:?}");
    assert!(said.err.contains(&address) && shop.has("more.csv"), "{said:?}");
    paid_once_each(&shop, 3);
}

#[test]
fn every_name_gets_its_answer() {
    use std::os::unix::ffi::OsStringExt;
    let shop = Shop::new();
    let bytes = |name: &[u8]| std::ffi::OsString::from_vec(name.to_vec());
    let long = |end: &str| bytes(format!("{}{end}", "é".repeat((255 - end.len()) / 2)).as_bytes());
    let good = [
        bytes(b"-rf.csv"),
        bytes("löhne 💶.csv".as_bytes()),
        bytes(b"x.approve.csv"),
        bytes(b"x.csv.approve.csv"),
        bytes(b"r1 x.csv"),
        bytes(b"bad\xff\xfe.csv"),
        bytes(b"bad\xfe\xff.csv"),
        bytes(b"two\nlines.csv"),
        bytes(b"two\rlines.csv"),
        bytes(b"Wages.csv"),
        bytes(b"wages.csv"),
        bytes(b"wages.CSV"),
        bytes(b"no end"),
        bytes(b" .csv"),
        bytes(b"x.payouts"),
        bytes(b"x.report.csv"),
        bytes(b"x.csv.answer.txt"),
        bytes(b"%s$(id)`id`;'\".csv"),
        long("1.csv"),
        long("2.csv"),
    ];
    for (at, name) in good.iter().enumerate() {
        let part = shop.path(".new");
        fs::write(&part, rig::payroll(at * 2, 2)).expect("written");
        fs::rename(part, shop.path("").join(name)).expect("in");
    }
    fs::write(shop.path(".csv"), rig::payroll(90, 2)).expect("hidden, and not meant");
    let said = shop.once(&["--mode", "hold"]).ends(0);
    let held = shop.list("held");
    let answers: Vec<&String> = held.iter().filter(|name| name.ends_with(".answer.txt")).collect();
    assert_eq!(answers.len(), good.len(), "{held:#?}\n{:?}\n{}", shop.list("rejected"), said.err);
    for answer in answers {
        let file = answer.strip_suffix(".answer.txt").expect("its end");
        assert!(held.contains(&file.to_owned()), "{file}: {held:#?}");
        assert!(shop.read(&format!("held/{answer}")).contains("waits for a person"), "{answer}");
        fs::write(shop.path(&format!("held/{file}.approve")), "").expect("room for a yes");
    }
    assert_eq!(shop.world.made(), 0);
    shop.once(&["--mode", "hold"]).ends(0);
    paid_once_each(&shop, good.len() * 2);
    let reports = shop.list("done").iter().filter(|name| name.ends_with(".report.xlsx")).count();
    assert_eq!(reports, good.len(), "{:#?}", shop.list("done"));
    assert!(shop.has(".csv") && shop.list("held").is_empty() && shop.list("rejected").is_empty());
    nothing_in_limbo(&shop);
}

#[test]
fn a_name_that_is_written_like_anothers_is_another_file() {
    let shop = Shop::new();
    shop.drop("two\nlines.csv", rig::payroll(0, 2));
    shop.drop("two_lines.csv", rig::payroll(10, 2));
    shop.once(&["--mode", "hold"]).ends(0);
    let held = shop
        .list("held")
        .iter()
        .filter(|name| Path::new(name).extension().is_some_and(|end| end == "csv"))
        .count();
    assert_eq!(held, 2, "{:?}", all(&shop.path("")));
}

#[test]
fn nothing_half_written_is_left_by_a_kill() {
    let shop = Shop::new();
    shop.once(&[]).ends(0);
    let left =
        ["processing", "held", "done", "rejected"].map(|place| shop.path(place).join(".payrun-aB3dE6"));
    for path in &left {
        fs::write(path, "half").expect("left by a kill");
    }
    shop.drop("salaries.csv", rig::payroll(0, 2));
    shop.once(&["--mode", "pay"]).ends(0);
    assert!(left.iter().all(|path| !path.exists()), "{:?}", all(&shop.path("")));
}

#[test]
fn a_hundred_files_of_which_ten_are_the_same() {
    for mode in ["pay", "hold"] {
        let shop = Shop::new();
        for at in 0..100 {
            let first = if at % 10 == 7 { 7 } else { at };
            shop.drop(&format!("file-{at}.csv"), rig::payroll(first * 2, 2));
        }
        shop.once(&["--mode", mode]).ends(0);
        if mode == "hold" {
            assert_eq!(shop.world.made(), 0);
            for name in shop
                .list("held")
                .iter()
                .filter(|name| Path::new(name).extension().is_some_and(|end| end == "csv"))
            {
                fs::write(shop.path(&format!("held/{name}.approve")), "").expect("written");
            }
            shop.once(&["--mode", mode]).ends(0);
        }
        paid_once_each(&shop, 91 * 2);
        let [done, rejected] = ["done", "rejected"].map(|place| shop.list(place));
        let mut runs = BTreeSet::new();
        for at in 0..100 {
            let file = format!("file-{at}.csv");
            let in_done = done.iter().find(|name| name.ends_with(&format!(" {file}")));
            let answer = in_done.map_or_else(
                || shop.read(&format!("rejected/{file}.answer.txt")),
                |name| shop.read(&format!("done/{name}.answer.txt")),
            );
            assert!(in_done.is_some() || rejected.contains(&file), "{file} is gone");
            let is_copy =
                ["This file was already sent as run r", "Nothing was done with this copy: it is run r"]
                    .iter()
                    .any(|begin| answer.starts_with(begin));
            assert!(is_copy || answer.contains(": finished"), "{file}: {answer}");
            if !is_copy {
                runs.insert(file);
            }
        }
        assert_eq!(runs.len(), 91, "one of the ten is paid, the others say so");
        assert!(shop.list("held").is_empty(), "{:?}", shop.list("held"));
        nothing_in_limbo(&shop);
    }
}

#[test]
fn working_once_ends_where_a_file_cannot_be_taken() {
    let shop = Shop::new();
    if !is_root() {
        return super::shares::left_untested("a file that may not be moved: only root can make one");
    }
    give_away(&shop);
    watch_without_rights(&shop, &["--once"]).end().ends(0);
    shop.drop("salaries.csv", rig::payroll(0, 2));
    // of somebody else, in a folder where only the owner moves a file
    chown(shop.path(""), Some(0), None).expect("root's");
    allow(&shop.path(""), 0o1777);
    let said = watch_without_rights(&shop, &["--once", "--mode", "pay"]).end();
    said.says("salaries.csv: ");
    assert!(shop.has("salaries.csv") && shop.world.made() == 0);
}
