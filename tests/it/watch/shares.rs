//! The disks below a folder and the ways to it: disks that are full, shares that tell of no change, folders that are
//! reached by two paths, that are two for one state, and that are moved.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::super::world::texts;
use super::{AtWork, Shop, all, rig, stop};

/// Says on the terminal, past what catches the output of tests, that something is not tested on this machine.
pub fn left_untested(what: &str) {
    let _ = writeln!(std::io::stderr(), "NOT tested: {what}");
}

/// A place with disks and limits of its own, that needs no rights on this machine and is gone with the process that
/// keeps it.
pub(super) struct Apart {
    keeper: Child,
    home: PathBuf,
}

impl Apart {
    /// Runs the setting up there. None where the machine does not let us.
    pub(super) fn new(shop: &Shop, set_up: &str) -> Option<Self> {
        let script = format!("cd \"$0\" && {{ {set_up}; }} && echo ready && exec sleep 600");
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-ec", &script]).arg(shop.world.home());
        let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut keeper = spawned.ok()?;
        let mut line = String::new();
        let told = BufReader::new(keeper.stdout.take()?).read_line(&mut line);
        let apart = Self { keeper, home: shop.world.home().to_owned() };
        if told.is_ok() && line == "ready\n" {
            return Some(apart);
        }
        left_untested(
            "a disk of its own: this machine lets nobody mount one (unshare --map-root-user --mount)",
        );
        None
    }

    /// Where the home folder lies as seen there.
    pub(super) fn seen(&self) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.keeper.id()));
        root.join(self.home.strip_prefix("/").expect("a whole path"))
    }

    /// A command that runs there.
    fn command(&self, shop: &Shop, args: &[&str]) -> Command {
        let inside = shop.world.command(args);
        let keeper = self.keeper.id().to_string();
        let mut command = Command::new("nsenter");
        command.args(["--target", &keeper, "--user", "--mount", "--preserve-credentials"]);
        command.args(["sh", "-c", "cd \"$0\" && exec \"$@\""]).arg(&self.home);
        command.arg(inside.get_program()).args(inside.get_args());
        command.env_clear().stdin(Stdio::null());
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        command.envs(inside.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command
    }

    pub(super) fn watch(&self, shop: &Shop, folder: &str, more: &[&str]) -> AtWork {
        let args = [&["watch", folder, "--settle", "200ms", "--poll", "50ms"], more].concat();
        shop.world.start(self.command(shop, &args))
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        let _ = self.keeper.kill(); // it may have ended
        let _ = self.keeper.wait();
    }
}

/// Takes all the room that is left on a disk.
pub(super) fn fill(folder: &Path) -> PathBuf {
    let ballast = folder.join(".ballast");
    let mut file = fs::File::create(&ballast).expect("made before it is full");
    for piece in [1 << 16, 1 << 10, 1] {
        while file.write_all(&vec![b'x'; piece]).is_ok() {}
    }
    ballast
}

/// A shop whose watched folder is a small disk. It is watched as `disk`.
fn on_a_small_disk() -> Option<(Shop, Apart)> {
    let shop = Shop::new();
    fs::create_dir(shop.world.home().join("disk")).expect("a folder");
    let apart = Apart::new(&shop, "mount -t tmpfs -o size=2m tmpfs disk")?;
    fs::remove_dir(shop.path("")).expect("it is empty");
    symlink(apart.seen().join("disk"), shop.world.home().join("in")).expect("a way there");
    Some((shop, apart))
}

#[test]
fn a_watched_folder_without_room_pays_once_and_answers_when_there_is_room() {
    let Some((shop, apart)) = on_a_small_disk() else { return };
    let watcher = apart.watch(&shop, "disk", &["--mode", "pay"]);
    shop.until_there("rejected");
    // both are whole before the disk is full
    fs::write(shop.path(".good.part"), rig::payroll(0, 5)).expect("written");
    fs::write(shop.path(".wrong.part"), rig::payroll(10, 5).replace("062-000", "06-000")).expect("written");
    let ballast = fill(&shop.path(""));
    for name in ["good", "wrong"] {
        fs::rename(shop.path(&format!(".{name}.part")), shop.path(&format!("{name}.csv"))).expect("in");
    }
    shop.until("it is taken", |shop| !shop.has("good.csv") && !shop.has("wrong.csv"));
    std::thread::sleep(Duration::from_secs(2));
    assert!(
        shop.has("processing/wrong.csv"),
        "no file is put aside without its answer: {:?}",
        all(&shop.path(""))
    );
    fs::remove_file(ballast).expect("room");
    shop.until_there("rejected/wrong.csv");
    assert!(shop.has("rejected/wrong.csv.findings.xlsx"), "{:?}", all(&shop.path("")));
    shop.until("the good file's end", |shop| shop.list("processing").is_empty());
    let answer = shop.read("rejected/wrong.csv.answer.txt");
    assert!(answer.starts_with("Nothing was sent: no row of the file can be paid"), "{answer}");
    let said = stop(watcher).ends(0);
    assert_eq!(shop.world.made(), 5, "{}", said.err);
    assert_eq!(shop.read("done/r1 good.csv"), rig::payroll(0, 5));
}

#[test]
fn a_run_that_ends_while_there_is_no_room_gets_its_answer_and_its_reports() {
    let Some((shop, apart)) = on_a_small_disk() else { return };
    shop.world.faults(&["withdrawal_create:slow=300ms@1-"]);
    let watcher = apart.watch(&shop, "disk", &["--mode", "pay"]);
    shop.until_there("rejected");
    shop.drop("salaries.csv", rig::payroll(0, 12));
    shop.until("something is sent", |shop| shop.world.made() > 0);
    let ballast = fill(&shop.path(""));
    shop.until("all is sent", |shop| shop.world.made() == 12);
    std::thread::sleep(Duration::from_secs(2));
    fs::remove_file(ballast).expect("room");
    let ends = ["", ".answer.txt", ".report.csv", ".report.xlsx", ".report.html", ".report.json"];
    for end in ends {
        shop.until_there(&format!("done/r1 salaries.csv{end}"));
    }
    let answer = shop.read("done/r1 salaries.csv.answer.txt");
    assert!(answer.starts_with("Run r1 of salaries.csv: finished"), "{answer}");
    stop(watcher).ends(0);
    assert_eq!(shop.world.made(), 12);
}

#[test]
fn a_question_that_found_no_room_is_asked_when_there_is_room() {
    let Some((shop, apart)) = on_a_small_disk() else { return };
    let watcher = apart.watch(&shop, "disk", &["--mode", "hold"]);
    shop.until_there("rejected");
    fs::write(shop.path(".part"), rig::payroll(0, 5)).expect("written");
    let ballast = fill(&shop.path(""));
    fs::rename(shop.path(".part"), shop.path("salaries.csv")).expect("in");
    shop.until("it is taken", |shop| !shop.has("salaries.csv"));
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(shop.world.made(), 0);
    fs::remove_file(ballast).expect("room");
    for end in ["", ".answer.txt", ".plan.html"] {
        shop.until_there(&format!("held/salaries.csv{end}"));
    }
    fs::write(shop.path("held/salaries.csv.approve"), "").expect("written");
    shop.until_there("done/r1 salaries.csv.report.csv");
    stop(watcher).ends(0);
    assert_eq!(shop.world.made(), 5);
}

#[test]
fn an_answer_that_cannot_be_put_aside_is_not_tried_at_every_look() {
    let Some((shop, apart)) = on_a_small_disk() else { return };
    let watcher = apart.watch(&shop, "disk", &["--mode", "hold"]);
    shop.until_there("rejected");
    shop.drop("salaries.csv", rig::payroll(0, 2));
    shop.until_there("held/salaries.csv.answer.txt");
    fs::write(shop.path(".part"), "nonsense\n").expect("written");
    let ballast = fill(&shop.path(""));
    fs::rename(shop.path(".part"), shop.path("held/salaries.csv.approve")).expect("in");
    std::thread::sleep(Duration::from_secs(4));
    fs::remove_file(ballast).expect("room");
    shop.until("it is put aside", |shop| !shop.has("held/salaries.csv.approve"));
    let said = stop(watcher).ends(0);
    let told = said.err.matches("no space left on device").count();
    assert!((1..6).contains(&told), "{told} times");
    assert_eq!(shop.world.made(), 0);
}

#[test]
fn a_place_that_somebody_removes_is_made_again_or_told() {
    for gone in ["processing", "held", "done", "rejected"] {
        let shop = Shop::new();
        let mut watcher = shop.watch(&["--mode", "pay"]);
        shop.until_there("rejected");
        fs::remove_dir(shop.path(gone)).expect("it is empty");
        std::thread::sleep(Duration::from_millis(300));
        shop.drop("good.csv", rig::payroll(0, 2));
        shop.drop("wrong.csv", rig::payroll(10, 2).replace("062-000", "06-000"));
        let is_served = |shop: &Shop| {
            shop.has("done/r1 good.csv.report.csv") && shop.has("rejected/wrong.csv.answer.txt")
        };
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(10) && !is_served(&shop) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let has_ended = watcher.child.try_wait().expect("a child").is_some();
        assert!(has_ended || is_served(&shop), "{gone}: {:?}", all(&shop.path("")));
        let said = if has_ended { watcher.end().ends(5) } else { stop(watcher).ends(0) };
        assert!(!has_ended || said.err.contains(&format!("in/{gone}")), "{gone}: {}", said.err);
        shop.once(&["--mode", "pay"]).ends(0);
        assert!(is_served(&shop), "{gone}: the next start mends it: {:?}", all(&shop.path("")));
        assert_eq!(shop.world.made(), 2);
    }
}

#[test]
fn a_workbook_that_finds_no_room_is_told_and_never_half_there() {
    let shop = Shop::new();
    fs::create_dir(shop.world.home().join("disk")).expect("a folder");
    let Some(apart) = Apart::new(&shop, "mount -t tmpfs -o size=1m tmpfs disk") else { return };
    shop.world.write("pay.csv", rig::payroll(0, 120));
    shop.world.write("wrong.csv", rig::payroll(0, 120).replace("062-000", "06-000"));
    shop.world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    let (mut refused, mut written) = (0, 0);
    for pages in (0..60).step_by(5) {
        let disk = apart.seen().join("disk");
        let ballast = fill(&disk);
        let file = fs::File::options().write(true).open(&ballast).expect("the ballast");
        file.set_len(file.metadata().expect("its size").len().saturating_sub(pages << 12))
            .expect("some room");
        for (args, book) in [
            (&["report", "r1", "--only", "xlsx", "--to", "disk"][..], "r1-pay.xlsx"),
            (&["check", "wrong.csv", "--annotate", "disk/found.xlsx"], "found.xlsx"),
        ] {
            let said = shop.world.start(apart.command(&shop, args)).end();
            if disk.join(book).exists() {
                assert!(texts(&disk.join(book)).contains("Robin"), "{book} is whole");
                fs::remove_file(disk.join(book)).expect("removed");
                written += 1;
            } else {
                let is_told =
                    said.err.contains("cannot be put on the disk") || said.err.contains("no space left");
                assert!(said.code == Some(6) && is_told, "{pages} pages: {said:?}");
                refused += 1;
            }
            let left: Vec<_> = all(&disk).into_iter().filter(|path| !path.ends_with(".ballast")).collect();
            assert!(left.is_empty(), "{left:?}");
        }
        fs::remove_file(ballast).expect("room");
    }
    assert!(refused > 2 && written > 2, "{refused} refused, {written} written");
}

#[test]
fn a_journal_that_may_not_grow_ends_the_watcher_and_loses_nothing() {
    let shop = Shop::new();
    shop.once(&[]).ends(0);
    // no file may grow beyond this, as with a quota
    let watch = |blocks: &str| {
        let inside = shop.world.command(&["watch", "in", "--settle", "200ms", "--once", "--mode", "pay"]);
        let mut command = Command::new("sh");
        command.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"")]);
        command.arg(inside.get_program()).args(inside.get_args()).current_dir(shop.world.home());
        command.env_clear().stdin(Stdio::null());
        command.envs(inside.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shop.world.start(command).end()
    };
    shop.drop("salaries.csv", rig::payroll(0, 500));
    let said = watch("1500"); // of 512 bytes
    assert_ne!(said.code, Some(0), "{said:?}");
    let sent = shop.world.made();
    assert!(sent < 500, "allowed too much to show anything: {said:?}");
    assert!(shop.has("processing/salaries.csv") || shop.has("salaries.csv"), "{:?}", all(&shop.path("")));
    watch("unlimited").ends(0);
    let made = shop.world.ledger().withdrawals;
    let ids: std::collections::BTreeSet<_> = made.iter().map(|made| made.external_id.clone()).collect();
    assert_eq!((made.len(), ids.len()), (500, 500));
    assert!(shop.has("done/r1 salaries.csv.report.csv") && shop.list("processing").is_empty());
}

#[test]
fn a_share_that_tells_of_nothing_is_looked_through() {
    let shop = Shop::new();
    // where nobody may ask the system to tell, as on a share that cannot
    let Some(apart) = Apart::new(&shop, "echo 0 > /proc/sys/user/max_inotify_instances") else { return };
    let args = ["watch", "in", "--settle", "300ms", "--poll", "100ms", "--mode", "hold"];
    let watcher = shop.world.start(apart.command(&shop, &args));
    shop.until_there("rejected");
    shop.drop("renamed.csv", rig::payroll(0, 2));
    fs::write(shop.path("written.csv"), rig::payroll(10, 2)).expect("written");
    for name in ["renamed.csv", "written.csv"] {
        shop.until_there(&format!("held/{name}.answer.txt"));
        fs::write(shop.path(&format!("held/{name}.approve")), "").expect("written");
    }
    shop.until("both are paid", |shop| {
        shop.list("done").iter().filter(|name| name.ends_with(".report.csv")).count() == 2
    });
    // one that grows is not taken for whole
    let text = rig::payroll(20, 8);
    let mut file = fs::File::create(shop.path("slow.csv")).expect("a file");
    for line in text.lines() {
        writeln!(file, "{line}").expect("written");
        std::thread::sleep(Duration::from_millis(80));
    }
    shop.until_there("held/slow.csv.answer.txt");
    assert!(
        shop.read("held/slow.csv.answer.txt").contains("8 payouts"),
        "{}",
        shop.read("held/slow.csv.answer.txt")
    );
    let said = stop(watcher).ends(0);
    said.says("The system does not tell of changes in the folder");
    assert_eq!(shop.world.made(), 4);
}

#[test]
fn one_folder_by_two_paths_is_one_folder() {
    let shop = Shop::new();
    symlink(shop.path(""), shop.world.home().join("link")).expect("a link");
    let watcher = shop.watch(&["--mode", "hold"]);
    shop.until_there("rejected");
    for state in ["own", ".local/state/payrun"] {
        let second = shop.world.command(&["watch", "link", "--state", state]);
        shop.world.start(second).end().ends(7).says("another payrun is at work");
    }
    shop.drop("salaries.csv", rig::payroll(0, 2));
    shop.until_there("held/salaries.csv.answer.txt");
    stop(watcher).ends(0);
    // what waits by one path is answered by the other
    shop.world.payrun(&["approve", "link/held/salaries.csv"]).ends(0);
    shop.world.payrun(&["watch", "link", "--settle", "200ms", "--once"]).ends(0);
    assert!(shop.has("done/r1 salaries.csv.report.csv"), "{:?}", all(&shop.path("")));
    assert_eq!(shop.world.made(), 2);
}

#[test]
fn one_folder_by_two_mounts_is_one_folder() {
    let shop = Shop::new();
    fs::create_dir(shop.world.home().join("bound")).expect("a folder");
    let Some(apart) = Apart::new(&shop, "mount --bind in bound") else { return };
    let watcher = apart.watch(&shop, "bound", &["--mode", "hold"]);
    shop.until_there("rejected");
    shop.watch(&["--state", "own"]).end().ends(7).says("another payrun is at work");
    shop.drop("salaries.csv", rig::payroll(0, 2));
    shop.until_there("held/salaries.csv.answer.txt");
    stop(watcher).ends(0);
    // the same files by the other path: it asks again and pays once
    fs::write(shop.path("held/salaries.csv.approve"), "").expect("written");
    for _ in 0..3 {
        shop.once(&["--mode", "hold"]).ends(0);
        if shop.has("held/salaries.csv") {
            fs::write(shop.path("held/salaries.csv.approve"), "").expect("written");
        }
    }
    assert!(shop.has("done/r1 salaries.csv.report.csv"), "{:?}", all(&shop.path("")));
    assert_eq!(shop.world.made(), 2);
}

#[test]
fn two_folders_with_one_state_work_one_after_the_other_and_pay_once() {
    let shop = Shop::new();
    fs::create_dir(shop.world.home().join("other")).expect("a folder");
    let other = |end: &str| shop.world.home().join("other").join(end);
    let once = |folder: &str| {
        shop.world.payrun(&["watch", folder, "--settle", "200ms", "--once", "--mode", "hold"]).ends(0)
    };
    let watcher = shop.watch(&["--mode", "hold"]);
    shop.until_there("rejected");
    let second = shop.world.command(&["watch", "other", "--once"]);
    shop.world.start(second).end().ends(7).says("another payrun is at work");
    shop.drop("salaries.csv", rig::payroll(0, 2));
    shop.drop("wages.csv", rig::payroll(10, 2));
    shop.until_there("held/salaries.csv.answer.txt");
    shop.until_there("held/wages.csv.answer.txt");
    stop(watcher).ends(0);
    // the same file in the other folder, and another one of a name that waits in the first
    fs::write(other("salaries.csv"), rig::payroll(0, 2)).expect("written");
    fs::write(other("wages.csv"), rig::payroll(20, 2)).expect("written");
    once("other");
    assert_eq!(shop.world.made(), 0);
    for name in ["salaries.csv", "wages.csv"] {
        if other("held").join(name).exists() {
            fs::write(other("held").join(format!("{name}.approve")), "").expect("written");
        }
        fs::write(shop.path(&format!("held/{name}.approve")), "").expect("written");
    }
    for folder in ["other", "in", "other", "in"] {
        once(folder);
    }
    // whoever was asked again says so again
    for name in ["salaries.csv", "wages.csv"] {
        if shop.has(&format!("held/{name}")) {
            fs::write(shop.path(&format!("held/{name}.approve")), "").expect("written");
        }
    }
    once("in");
    once("other");
    let made = shop.world.ledger().withdrawals;
    let ids: std::collections::BTreeSet<_> = made.iter().map(|made| made.external_id.clone()).collect();
    assert_eq!((made.len(), ids.len()), (6, 6), "{:?}\n{:?}", all(&shop.path("")), all(&other("")));
    for folder in [shop.path(""), other("")] {
        for place in ["processing", "held"] {
            assert!(all(&folder.join(place)).is_empty(), "{place}: {:?}", all(&folder));
        }
    }
}

#[test]
fn a_folder_that_was_moved_goes_on_where_it_stood() {
    let shop = Shop::new();
    shop.drop("waits.csv", rig::payroll(0, 2));
    shop.once(&["--mode", "hold"]).ends(0);
    shop.world.faults(&["withdrawal_create:slow=150ms@1-"]);
    shop.drop("begun.csv", rig::payroll(10, 30));
    let watcher = shop.watch_slowly(&["--mode", "pay"]);
    shop.until("something is sent", |shop| shop.world.made() > 3);
    watcher.signal("KILL");
    watcher.end();
    assert!(shop.world.made() < 30, "it was killed too late to show anything");
    shop.world.faults(&[]);
    fs::rename(shop.path(""), shop.world.home().join("moved")).expect("moved");
    let once = || {
        shop.world.payrun(&["watch", "moved", "--settle", "200ms", "--once", "--mode", "hold"]).ends(0);
    };
    let moved = |end: &str| shop.world.home().join("moved").join(end);
    once();
    assert_eq!(shop.world.made(), 30, "what was let go goes on, what waits waits");
    assert!(moved("done/r2 begun.csv.report.csv").exists(), "{:?}", all(&moved("")));
    for _ in 0..2 {
        assert!(moved("held/waits.csv.answer.txt").exists(), "{:?}", all(&moved("")));
        fs::write(moved("held/waits.csv.approve"), "").expect("written");
        once();
        if shop.world.made() > 30 {
            break; // it need not ask again, but it may
        }
    }
    assert_eq!(shop.world.made(), 32);
    assert!(moved("done/r1 waits.csv.report.csv").exists() && all(&moved("held")).is_empty());
}
