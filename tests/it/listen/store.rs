//! Hints on disk: before the answer, whatever the disk does, and until they were looked up.

use std::io::Write;

use payrun::listen::{self, HintError, Hints};

use super::server::{BODY, Server};

fn today(server: &Server) -> std::path::PathBuf {
    server.hints().join(format!("{}.jsonl", jiff::Timestamp::now().strftime("%Y-%m-%d")))
}

#[tokio::test]
async fn what_cannot_be_stored_is_not_taken_until_it_can_be() {
    let server = Server::start().await;
    assert_eq!(server.deliver("r-1", BODY).await.0, 200);
    let (hints, away) = (server.hints(), server.folder.path().join("away"));
    std::fs::rename(&hints, &away).expect("moved");
    std::fs::write(&hints, "a file where the folder was").expect("written");
    assert_eq!(server.deliver("r-2", BODY).await, (503, "not taken\n".to_owned()));
    let (status, why) = server.get("/readyz").await;
    assert!(status == 503 && why.contains("cannot store webhooks"), "{why}");
    assert_eq!(server.get("/healthz").await.0, 200);
    std::fs::remove_file(&hints).expect("removed");
    std::fs::rename(&away, &hints).expect("moved back");
    assert_eq!(
        server.deliver("r-2", BODY).await.0,
        200,
        "it comes again, and is no double of what was not stored"
    );
    assert_eq!((server.pending().len(), server.count("not_stored").await), (2, 1));
    assert_eq!(server.get("/readyz").await.0, 200);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_told() {
    let server = Server::start().await;
    std::os::unix::fs::symlink("/dev/full", today(&server)).expect("a link");
    assert_eq!(server.deliver("r-1", BODY).await.0, 503);
    assert!(server.notes.hints.lock().expect("no panic").is_empty(), "nobody is told of what is not on disk");
    std::fs::remove_file(today(&server)).expect("room again");
    assert_eq!(server.deliver("r-1", BODY).await.0, 200);
    assert_eq!(server.pending().len(), 1);
}

#[tokio::test]
async fn a_torn_line_costs_nothing_but_itself() {
    let server = Server::start().await;
    server.deliver("r-1", BODY).await;
    let mut file = std::fs::OpenOptions::new().append(true).open(today(&server)).expect("the file");
    file.write_all(b"{\"at\":\"2026-").expect("written");
    assert_eq!(server.pending().len(), 1, "it is still being written");
    let server = server.again().await;
    assert_eq!(server.deliver("r-2", BODY).await.0, 200);
    assert_eq!(server.pending().len(), 2);
    let text = std::fs::read_to_string(today(&server)).expect("a text");
    assert!(text.lines().count() == 2 && !text.contains("2026-{"), "{text}");
}

#[tokio::test]
async fn hints_wait_until_they_were_looked_up() {
    let server = Server::start().await;
    let folder = server.hints();
    assert!(listen::pending(&folder.join("nowhere")).expect("nothing").is_none());
    server.deliver("r-1", BODY).await;
    let (first, mark) = listen::pending(&folder).expect("readable").expect("one");
    assert_eq!(first, server.pending(), "they stay until they are marked");
    server.deliver("r-2", BODY).await;
    listen::taken(&folder, &mark).expect("marked");
    let (second, mark) = listen::pending(&folder).expect("readable").expect("another");
    assert_eq!((second.len(), second[0].request.as_deref()), (1, Some("r-2")));
    listen::taken(&folder, &mark).expect("marked");
    assert!(server.pending().is_empty());
    let server = server.again().await;
    assert!(server.pending().is_empty());
    assert_eq!(server.deliver("r-1", BODY).await.0, 200);
    assert!(server.pending().is_empty(), "what was looked up is known again too");
    std::fs::write(folder.join("taken.json"), "nonsense").expect("written");
    assert_eq!(server.pending().len(), 2, "without a mark all is looked up again");
}

#[tokio::test]
async fn old_hints_go_and_unknown_files_stay() {
    let server = Server::start().await;
    let old = server.hints().join("2020-01-31.jsonl");
    std::fs::write(&old, "{\"at\":\"2020-01-31T00:00:00Z\",\"flash_id\":\"w\"}\n").expect("written");
    std::fs::write(server.hints().join("notes.jsonl"), "").expect("written");
    server.deliver("r-1", BODY).await;
    assert!(!old.exists() && server.hints().join("notes.jsonl").exists());
    assert_eq!(server.pending().len(), 1);
}

#[tokio::test]
async fn one_listener_has_the_folder() {
    let server = Server::start().await;
    assert!(matches!(Hints::open(&server.hints()), Err(HintError::Held)));
    let mode = std::os::unix::fs::PermissionsExt::mode;
    server.deliver("r-1", BODY).await;
    let modes = [server.hints(), today(&server)]
        .map(|path| mode(&path.metadata().expect("it").permissions()) & 0o777);
    assert_eq!(modes, [0o700, 0o600]);
}

#[tokio::test]
async fn a_delivery_that_is_replayed_fills_no_disk_and_keeps_nobody_out_for_ever() {
    const ROOM: u64 = 32 << 10;
    let server = Server::with_room(ROOM).await;
    let stored = || -> u64 {
        let files = std::fs::read_dir(server.hints()).expect("a folder").flatten();
        files.map(|file| file.metadata().expect("a file").len()).sum()
    };
    let mut number = 0;
    let mut replayed = async |times: usize| {
        let mut full = 0;
        for _ in 0..times {
            number += 1;
            let (status, _) = server.deliver(&format!("r-{number}"), BODY).await;
            assert!(status == 200 || status == 503, "{status}");
            full += u64::from(status == 503);
        }
        full
    };
    let full = replayed(400).await;
    assert!(full > 100 && stored() < ROOM + 1024, "{full} refused, {} bytes", stored());
    assert_eq!(server.count("no_room").await, full);
    let (status, why) = server.get("/readyz").await;
    assert!(status == 503 && why.contains("too many webhooks wait"), "{why}");
    assert_eq!(server.get("/healthz").await.0, 200);
    // whoever looks makes room
    let look_up = || {
        let mut looked_up = 0;
        while let Some((hints, mark)) = listen::pending(&server.hints()).expect("readable") {
            looked_up += hints.len() as u64;
            listen::taken(&server.hints(), &mark).expect("marked");
        }
        looked_up
    };
    assert_eq!(look_up(), 400 - full, "all that was taken");
    assert_eq!(server.get("/readyz").await.0, 200);
    assert_eq!(replayed(100).await, 0);
    assert!(stored() < ROOM + 1024, "{} bytes", stored());
    assert_eq!(look_up(), 100, "what was not looked up is there");
}
