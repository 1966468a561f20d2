//! The state folder: in use, out of reach, damaged, lost.

use std::path::{Path, PathBuf};

use crate::rig::payroll;
use crate::world::World;

fn paid(rows: usize) -> World {
    let world = World::new();
    world.write("pay.csv", payroll(0, rows));
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    world
}

fn journal(world: &World) -> PathBuf {
    world.scope().join("journal/00000001.jsonl")
}

#[test]
fn what_payrun_writes_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    fn walk(path: &Path, open: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(path).expect("a folder").flatten() {
            let mode = entry.metadata().expect("metadata").permissions().mode();
            if mode & 0o077 != 0 {
                open.push(entry.path());
            }
            if entry.path().is_dir() {
                walk(&entry.path(), open);
            }
        }
    }
    let world = World::new();
    world.write("pay.csv", payroll(0, 2));
    let mut command = world.command(&["pay", "pay.csv", "--yes"]);
    command.env_remove("PAYRUN_API_URL"); // with the simulator inside, whose ledger lies beside the journal
    world.start(command).end().ends(0);
    let mut open = Vec::new();
    walk(&world.home().join(".local/state"), &mut open);
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn a_state_folder_that_cannot_be_made_is_named_and_nothing_is_sent() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 2));
    world.write("a-file", "");
    for state in ["/proc/nowhere", "a-file/below"] {
        world.payrun(&["pay", "pay.csv", "--yes", "--state", state]).ends(6).says(state);
    }
    assert_eq!(world.made(), 0);
}

/// A copy of the disk from before, or a file system that has forgotten.
#[test]
fn a_journal_that_has_lost_its_end_or_was_altered_shows_nobody_false_states() {
    let world = World::new();
    world.write("wages.csv", payroll(0, 3));
    world.write("more.csv", payroll(10, 3));
    for file in ["wages.csv", "more.csv"] {
        world.payrun(&["pay", file, "--yes"]).ends(0);
    }
    let path = journal(&world);
    let whole = std::fs::read_to_string(&path).expect("the journal");
    world.payrun(&["doctor"]).ends(0).says("each whole and in its place");
    let lines: Vec<&str> = whole.lines().collect();
    let mut altered = lines.clone();
    let other = altered[20].replacen("\"at\":\"20", "\"at\":\"21", 1);
    altered[20] = &other;
    for (lines, words) in
        [(&lines[..lines.len() - 9], "had been written"), (&altered[..], "record 21 was altered")]
    {
        std::fs::write(&path, lines.join("\n") + "\n").expect("damaged");
        for args in [
            &["status"][..],
            &["status", "r1"],
            &["report", "r1"],
            &["track"],
            &["doctor"],
            &["pay", "wages.csv", "--yes"],
        ] {
            let said = world.payrun(args).ends(6).says("the journal is damaged").says(words);
            assert!(
                !said.out.contains("3 paid") && !said.out.contains("Everything that paying needs"),
                "{}",
                said.out
            );
        }
    }
    std::fs::write(&path, whole).expect("as it was");
    world.payrun(&["status"]).ends(0);
    assert_eq!(world.made(), 6);
}

#[test]
fn a_damaged_journal_stops_everything_and_names_the_record() {
    let world = paid(4);
    let good = std::fs::read_to_string(journal(&world)).expect("a journal");
    world.payrun(&["journal", "verify"]).ends(0).says("whole");
    let lines: Vec<&str> = good.lines().collect();
    let mut changed = lines.clone();
    let edited = lines[3].replace("PAY", "PAX");
    assert_ne!(edited, lines[3]);
    changed[3] = &edited;
    let mut missing = lines.clone();
    missing.remove(3);
    let mut swapped = lines.clone();
    swapped.swap(3, 4);
    let shorter = &lines[..lines.len() - 2];
    let damages = [
        (changed.join("\n") + "\n", "line 4"),
        (missing.join("\n") + "\n", "line 4"),
        (swapped.join("\n") + "\n", "line 4"),
        (shorter.join("\n") + "\n", "had been written"),
    ];
    for (damage, words) in damages {
        std::fs::write(journal(&world), &damage).expect("written");
        world.write("more.csv", payroll(90, 2));
        world.payrun(&["pay", "more.csv", "--yes"]).ends(6).says("the journal is damaged").says(words);
        assert_eq!(std::fs::read_to_string(journal(&world)).expect("a journal"), damage, "it was touched");
        world.payrun(&["journal", "verify"]).ends(6).says(words);
    }
    assert_eq!(world.made(), 4);
    std::fs::write(journal(&world), good).expect("written");
    world.payrun(&["pay", "more.csv", "--yes"]).ends(0);
    assert_eq!(world.made(), 6);
}

#[test]
fn a_torn_last_line_is_cut_off_and_work_goes_on() {
    let world = paid(3);
    let good = std::fs::read(journal(&world)).expect("a journal");
    let mut torn = good.clone();
    torn.extend_from_slice(b"{\"seq\":99,\"prev\":\"abc");
    std::fs::write(journal(&world), torn).expect("written");
    world.write("more.csv", payroll(90, 2));
    world.payrun(&["pay", "more.csv", "--yes"]).ends(0);
    assert_eq!(world.made(), 5);
    world.payrun(&["journal", "verify"]).ends(0);
}

#[test]
fn a_lost_or_damaged_checkpoint_is_rebuilt_and_says_the_same() {
    let world = paid(20);
    let before = world.payouts("r1");
    let checkpoint = world.scope().join("checkpoint");
    std::fs::remove_dir_all(&checkpoint).expect("it was there");
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0).says("rebuilt").says("as run r1 (");
    assert_eq!(world.payouts("r1"), before);
    for entry in std::fs::read_dir(&checkpoint).expect("a folder").flatten() {
        if entry.path().is_file() {
            std::fs::write(entry.path(), b"this is no database").expect("written");
        }
    }
    let said = world.payrun(&["pay", "pay.csv", "--yes"]).ends(0).says("rebuilt").says("as run r1 (");
    assert!(!said.err.contains("panicked"), "{}", said.err);
    assert_eq!(world.payouts("r1"), before);
    assert!(
        world.scope().join("checkpoint.damaged-1").exists(),
        "what was damaged is kept for a person to see"
    );
    assert_eq!(world.made(), 20);
}

#[test]
fn another_process_is_told_who_is_at_work_and_can_look_on() {
    let slow =
        payrun::simulator::Options { latency: std::time::Duration::from_millis(50), ..crate::rig::quick() };
    let world = World::with(slow);
    world.write("pay.csv", payroll(0, 120));
    world.write("other.csv", payroll(90, 1));
    let at_work = world.start(world.command(&["pay", "pay.csv", "--yes"]));
    while world.made() == 0 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    at_work.signal("STOP"); // it holds the scope for as long as the test needs
    let pid = at_work.child.id().to_string();
    let said = world.payrun(&["pay", "other.csv", "--yes"]).ends(7).says("at work").says(&pid);
    assert!(!said.err.contains("--state"), "another state knows nothing of what was paid: {}", said.err);
    world.payrun(&["resume"]).ends(7);
    let status = world.payrun(&["status", "r1", "--format", "json"]).ends(0).json();
    assert_eq!(status["state"], "running");
    world.payrun(&["report", "r1"]).ends(0);
    at_work.signal("CONT");
    at_work.end().ends(0);
    assert_eq!(world.made(), 120);
}

#[test]
fn a_checkpoint_that_was_in_use_when_the_machine_stopped_is_not_trusted() {
    let world = paid(5);
    let before = world.payouts("r1");
    std::fs::write(world.scope().join("checkpoint.in-use"), "another boot of this machine").expect("written");
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0).says("rebuilt").says("as run r1 (");
    assert_eq!(world.payouts("r1"), before);
    assert!(!world.scope().join("checkpoint.in-use").exists(), "it was closed in order");
}

#[test]
fn what_a_killed_process_left_of_a_file_is_removed() {
    let world = paid(2);
    let left = world.scope().join("files/incoming-1.csv");
    std::fs::write(&left, "names and accounts").expect("written");
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    assert!(!left.exists());
}
