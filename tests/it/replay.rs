//! A checkpoint of any age, and one that has lost parts, is brought up to date to the same state.

use std::path::Path;
use std::sync::Arc;

use payrun::domain::{Book, Kind, RunId};
use payrun::engine;
use payrun::journal::{self, Checkpoint, Disk, Holder, Journal, JournalError, RealDisk, ScopeFolder};
use payrun::simulator::Options;

use super::rig::{Rig, opened, payee, quick};

/// Everything that a checkpoint says of a run, in one text.
fn said(checkpoint: &Checkpoint, run: RunId) -> String {
    let payouts: Vec<_> =
        engine::payouts(checkpoint, run, &Holder::Nobody).map(|payout| payout.expect("a payout")).collect();
    let open: Vec<_> = checkpoint.open_payouts(run).map(|open| open.expect("a payout")).collect();
    let run = checkpoint.run(run).expect("a run");
    let canaries = Kind::ALL.map(|kind| checkpoint.canaries(kind).expect("payouts"));
    assert!(canaries[1].iter().all(|entry| entry.payout.kind() == Kind::Payment));
    format!("{run:#?}\n{payouts:#?}\n{open:#?}\n{canaries:#?}\n{}", said_of_payees(checkpoint))
}

/// Everything that the payee book says: of whom it has, and of the payees of the file, by id, name and account.
fn said_of_payees(checkpoint: &Checkpoint) -> String {
    let mut payees: Vec<_> = checkpoint.payees().map(|payee| payee.expect("a payee")).collect();
    payees.sort_by_key(|entry| format!("{:?}", entry.payee));
    let by_account: Vec<_> = payees
        .iter()
        .map(|entry| checkpoint.by_account(&entry.payee.account).expect("payees").len())
        .collect();
    let by_id: Vec<_> =
        (0..13).map(|at| checkpoint.account_of_id(&format!("P{at}")).expect("an answer")).collect();
    let mut by_name = checkpoint.accounts_of_name(&payee("10000000").party.name).expect("accounts");
    by_name.sort_by_key(|known| known.account.canonical());
    format!("{payees:#?}\n{by_account:?}\n{by_id:#?}\n{by_name:#?}")
}

fn copied(journal: &Path, lines: &[&str], to: &Path) -> ScopeFolder {
    let folder = ScopeFolder::new(to, "scope");
    folder.make().expect("folders");
    let name = journal.file_name().expect("a name");
    std::fs::write(folder.journal().join(name), lines.join("\n") + "\n").expect("written");
    folder
}

fn open(folder: &ScopeFolder) -> Result<Journal, JournalError> {
    opened(folder, &(Arc::new(RealDisk) as Arc<dyn Disk>), 16 << 20)
}

/// sled lets go of a database in the background.
fn rest() -> Option<sled::Db> {
    std::thread::sleep(std::time::Duration::from_millis(10));
    None
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_any_record_on_the_checkpoint_comes_to_the_same_state() {
    let faults = [
        "withdrawal_create:reset_after@2",
        "withdrawal_create:declined@4",
        "withdrawal_create:slow=2s@5",
        "payment_create:reset_after@2",
    ];
    let faults = faults.iter().map(|text| text.parse().expect("a fault")).collect();
    let rig = Rig::start(Options { faults, ..quick() }).await;
    // a payee of the book with an id and one without; then another account for the one and an id for the other
    let book = "payee_id,first_name,last_name,street,bsb,account_number\n\
        P0,Robin,Example,9 Bay Road,062-000,10000000\n,Kim,Dent,,062-000,41424344\n";
    rig.import(book, "").await;
    let run = rig.record(rig.mixed_file("pay.csv", 0, 12)).await;
    let _ = rig.sit(run).await; // however it ends: a journal with every kind of fact is wanted
    let moved = book.replace("10000000", "10000077").replace(",Kim", "P12,Kim").replace("9 Bay", "8 Bay");
    rig.import(&moved, "changed-account:2").await;
    let path = rig.scope().journal().join("00000001.jsonl");
    let text = std::fs::read_to_string(&path).expect("a journal");
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines.len() > 15, "{text}");
    let expected = said(&Journal::look(&rig.scope()).expect("a journal"), run);
    for words in ["kind: Payment", "8 Bay Road", "10000077", "paid_before: Some", "P12", "own_record: true"] {
        let masked = words.replace("10000077", "•••••077");
        assert!(expected.contains(&masked), "{masked} is not in {expected}");
    }
    for known in 1..=lines.len() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = copied(&path, &lines[..known], home.path());
        drop(open(&folder).expect("a journal"));
        // the checkpoint has all of it, but not the mark that says how far: as after a kill in the middle of a group
        let db =
            (0..100).find_map(|_| sled::open(folder.checkpoint()).ok().or_else(rest)).expect("a database");
        db.open_tree("meta").expect("a tree").remove("applied").expect("removed");
        drop(db);
        let until_then = said(&Journal::look(&folder).expect("a journal"), run);
        let journal = open(&folder).expect("a journal");
        assert_eq!(said(journal.checkpoint(), run), until_then, "record {known} is the last");
        drop(journal);
        copied(&path, &lines, home.path());
        let journal = open(&folder).expect("a journal");
        assert!(!journal.was_rebuilt(), "the checkpoint was of use");
        assert_eq!(said(journal.checkpoint(), run), expected, "known up to record {known}");
    }
    rig.simulator.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_of_many_segments_is_read_as_one_and_misses_none() {
    let mut rig = Rig::start(quick()).await;
    rig.segment_bytes = 8 << 10;
    let run = rig.record(rig.file("pay.csv", 0, 60)).await;
    rig.finish(run, 1).await.expect("it is paid");
    let folder = rig.scope();
    let verified = journal::verify(&folder).expect("it is whole");
    assert!(verified.segments > 5, "{verified:?}");
    let expected = said(&Journal::look(&folder).expect("a journal"), run);
    // read from the last segment on, and from the first
    assert_eq!(said(open(&folder).expect("a journal").checkpoint(), run), expected);
    std::fs::remove_dir_all(folder.checkpoint()).expect("it was there");
    assert_eq!(said(open(&folder).expect("a journal").checkpoint(), run), expected);
    // the file is known to be paid, in whichever segment that stands
    rig.finish(run, 1).await.expect("nothing is left to do");
    assert_eq!(rig.wrongs(run, 60), Vec::<String>::new());
    std::fs::remove_file(folder.journal().join("00000003.jsonl")).expect("it was there");
    for missing in [journal::verify(&folder).err(), open(&folder).err()] {
        let why = missing.expect("an alarm").to_string();
        assert!(why.contains("00000003.jsonl is missing"), "{why}");
    }
    rig.simulator.stop().await;
}
