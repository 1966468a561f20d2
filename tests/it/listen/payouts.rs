//! From a simulated Flash over real sockets to the state of a payout: what webhooks bring about, and what they cannot.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use payrun::gateway::Callbacks;
use payrun::simulator::{CallbackUri, Operation, Options, StatusStep, Webhooks};

use super::server::{CALLBACK_SECRET, SECRET, http, sign};
use crate::receiver::Receiver;
use crate::rig::{self, Rig};
use crate::world::World;

/// `payrun listen`. It is stopped when it is dropped.
struct Listening {
    child: Child,
    url: String,
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts it, and has the simulator tell it of every change.
fn listen(world: &World) -> Listening {
    listen_telling(world, None)
}

/// The same; it gives notice where somebody receives it.
fn listen_telling(world: &World, receiver: Option<&Receiver>) -> Listening {
    let mut command = world.command(&["listen", "--listen", "127.0.0.1:0"]);
    command.envs(receiver.map(|receiver| ("PAYRUN_NOTIFY_URL", receiver.url())));
    command.env("PAYRUN_LISTEN_SECRET", SECRET).env("PAYRUN_LOG", "debug");
    let log = std::fs::File::create(world.home().join("listen.log")).expect("a file");
    let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().expect("a listener");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
    let url = line.split_whitespace().find(|word| word.starts_with("http")).expect("an address");
    let url = url.trim_end_matches('.').to_owned();
    world.simulator.change(|options| options.webhooks.url = Some(url.clone()));
    Listening { child, url }
}

/// A Flash whose payouts move on after a moment, and what goes wrong with its webhooks.
fn flash(faults: &[&str]) -> Options {
    let webhooks = Webhooks {
        secret: SECRET.to_owned(),
        retries: [100, 200, 400].map(Duration::from_millis).into(),
        faults: faults.iter().map(|text| text.parse().expect("a fault")).collect(),
        ..Webhooks::default()
    };
    Options { webhooks, status_step: StatusStep::Every(Duration::from_millis(700)), ..rig::quick() }
}

/// Waits until the states of the run's rows are these. A look without a hint comes after half a minute at the soonest.
fn until(world: &World, wanted: &[&str], patience: u64) -> Vec<String> {
    let began = Instant::now();
    loop {
        let states = world.states("r1");
        if states == wanted || began.elapsed() > Duration::from_secs(patience) {
            return states;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn payroll(references: &[&str]) -> String {
    let mut text = rig::payroll(1, references.len());
    for (at, reference) in references.iter().enumerate() {
        text = text.replace(&format!(",PAY {}\n", at + 1), &format!(",{reference}\n"));
    }
    text
}

fn pay(world: &World, references: &[&str]) {
    world.write("pay.csv", payroll(references));
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
}

#[test]
fn a_webhook_makes_payrun_look_long_before_it_would() {
    let world = World::with(flash(&[]));
    let _listening = listen(&world);
    pay(&world, &["A", "B FAIL_ACC"]);
    assert_eq!(until(&world, &["paid", "returned"], 20), ["paid", "returned"]);
    assert!(world.simulator.deliveries().iter().all(|delivery| delivery.status == Some(200)));
}

#[test]
fn whoever_needs_the_state_has_its_turn_while_a_listener_looks_at_much() {
    let world =
        World::with(Options { status_step: StatusStep::Every(Duration::from_secs(3600)), ..flash(&[]) });
    pay(&world, &["A"; 300]);
    world.write("more.csv", rig::payroll(1000, 1));
    let hints = world.scope().join("hints");
    std::fs::create_dir(&hints).expect("a folder");
    let now = jiff::Timestamp::now();
    let made = world.ledger().withdrawals;
    let lines = made.iter().map(|made| format!("{{\"at\":\"{now}\",\"flash_id\":\"{}\"}}\n", made.id));
    let lines = lines.collect::<Vec<_>>().concat();
    std::fs::write(hints.join(format!("{}.jsonl", now.strftime("%Y-%m-%d"))), lines).expect("hints");
    world.faults(&["withdrawal_get:slow=700ms"]);
    let calls = || world.simulator.calls().get(&Operation::WithdrawalGet).copied().unwrap_or_default();
    let before = calls();
    let _listening = listen(&world);
    while calls() == before {
        std::thread::sleep(Duration::from_millis(10));
    }
    world.payrun(&["pay", "more.csv", "--yes"]).ends(0);
    assert!(calls() < before + 6, "it had looked at all: nobody had to wait");
    let began = Instant::now();
    while calls() < before + 6 {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "it goes on where it stood: {} looks",
            calls() - before
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_listener_alone_tells_what_has_come_back() {
    let (world, receiver) = (World::with(flash(&[])), Receiver::start(&[]));
    let _listening = listen_telling(&world, Some(&receiver));
    pay(&world, &["A", "B FAIL_ACC"]);
    assert_eq!(until(&world, &["paid", "returned"], 20), ["paid", "returned"]);
    let began = Instant::now();
    while receiver.events().is_empty() && began.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(receiver.events(), ["returned"]);
}

#[test]
fn late_doubled_and_reordered_webhooks_come_to_the_same() {
    let world = World::with(flash(&["delayed=900ms%40,seed=3", "doubled%50,seed=5", "reordered%30,seed=7"]));
    let _listening = listen(&world);
    pay(&world, &["A", "B FAIL_ACC", "C PUSH_AML", "D"]);
    let wanted = ["paid", "returned", "paid", "paid"];
    assert_eq!(until(&world, &wanted, 25), wanted);
    let deliveries = world.simulator.deliveries();
    assert!(
        deliveries
            .iter()
            .enumerate()
            .any(|(at, one)| { deliveries[at + 1..].iter().any(|other| other.request_id == one.request_id) })
    );
}

#[test]
fn lost_and_forged_webhooks_do_nothing_and_looking_finds_it_all() {
    for fault in ["lost", "wrong_signature", "unsigned"] {
        let world = World::with(flash(&[fault]));
        let _listening = listen(&world);
        pay(&world, &["A", "B FAIL_ACC"]);
        std::thread::sleep(Duration::from_secs(5));
        assert_eq!(world.states("r1"), ["submitted", "submitted"], "{fault}");
        assert!(world.simulator.deliveries().iter().all(|delivery| delivery.status == Some(401)), "{fault}");
        // the listener has the state for a moment now and then
        let looked = (0..20).any(|_| {
            std::thread::sleep(Duration::from_millis(100));
            world.payrun(&["track", "--all"]).out.contains("Looked at 2 payouts")
        });
        assert!(looked && world.states("r1") == ["paid", "returned"], "{fault}");
    }
}

#[test]
fn a_signed_lie_changes_nothing() {
    let world = World::with(Options {
        status_step: StatusStep::Every(Duration::from_secs(3600)),
        ..flash(&["lying"])
    });
    let listening = listen(&world);
    pay(&world, &["A", "B"]);
    let began = Instant::now();
    while world.simulator.deliveries().len() < 2 && began.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(50));
    }
    // and one by hand, with all the words that there are
    let id = world.ledger().withdrawals[0].id.clone();
    for event in ["withdrawal_refunded", "withdrawal_cancelled", "withdrawal_completed"] {
        let body = format!(
            r#"{{"event":"{event}","id":"{id}","status":"REFUNDED","refundAmount":1,"rejectCode":"TECHNICAL_ISSUE","note":"CANARY-7"}}"#
        );
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let request = http().post(&listening.url).header("flashfx-signature", sign(&body)).body(body);
        let status = runtime.block_on(async { request.send().await.expect("an answer").status().as_u16() });
        assert_eq!(status, 200);
    }
    std::thread::sleep(Duration::from_secs(4));
    assert_eq!(world.states("r1"), ["submitted", "submitted"]);
    assert!(world.simulator.deliveries().iter().all(|delivery| delivery.status == Some(200)));
    assert_eq!((world.made(), world.payrun(&["journal", "verify"]).code), (2, Some(0)));
    let log = std::fs::read_to_string(world.home().join("listen.log")).expect("a log");
    for canary in ["CANARY-7", "refundAmount", SECRET, "10000001"] {
        assert!(!log.contains(canary), "{canary} is in the log:\n{log}");
    }
    let state = world.scope();
    for file in std::fs::read_dir(state.join("hints")).expect("hints").flatten() {
        assert!(!std::fs::read_to_string(file.path()).unwrap_or_default().contains("CANARY-7"));
    }
}

#[test]
fn while_a_listener_is_away_webhooks_come_again() {
    let world = World::with(flash(&[]));
    let listening = listen(&world);
    let port = listening.url.clone();
    drop(listening);
    pay(&world, &["A"]);
    std::thread::sleep(Duration::from_millis(300));
    let again = listen(&world);
    assert_ne!(again.url, port);
    assert_eq!(until(&world, &["paid"], 20), ["paid"]);
}

#[test]
fn a_watched_folder_hears_too() {
    let world = World::with(flash(&[]));
    let folder = world.home().join("inbox");
    std::fs::create_dir(&folder).expect("a folder");
    let said = world.home().join("watch.log");
    let mut command = world.command(&["watch", "inbox", "--listen", "127.0.0.1:0", "--settle", "100ms"]);
    command.env("PAYRUN_LISTEN_SECRET", SECRET).stderr(std::fs::File::create(&said).expect("a file"));
    let receiver = Receiver::start(&[]);
    command.env("PAYRUN_NOTIFY_URL", receiver.url());
    let watching = Listening { child: command.spawn().expect("a watcher"), url: String::new() };
    let began = Instant::now();
    let url = loop {
        let text = std::fs::read_to_string(&said).expect("a text");
        if let Some(url) = text.split_whitespace().find(|word| word.ends_with("/webhooks/flash.")) {
            break url.trim_end_matches('.').to_owned();
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{text}");
        std::thread::sleep(Duration::from_millis(50));
    };
    world.simulator.change(|options| options.webhooks.url = Some(url.clone()));
    std::fs::write(folder.join("pay.csv"), payroll(&["A", "B FAIL_ACC"])).expect("a file");
    while world.made() < 2 && began.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(until(&world, &["paid", "returned"], 20), ["paid", "returned"]);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let metrics = url.replace("/webhooks/flash", "/metrics");
    let ask = async || http().get(&metrics).send().await?.text().await;
    let mut text = String::new();
    while !text.contains("payouts{state=\"returned\"} 1") && began.elapsed() < Duration::from_secs(70) {
        text = runtime.block_on(ask()).expect("numbers");
        std::thread::sleep(Duration::from_millis(500));
    }
    for line in ["payrun_payouts{state=\"paid\"} 1", "payrun_payouts{state=\"returned\"} 1", "payrun_ready 1"]
    {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    // whoever is told hears of the return, and the report beside the file has it
    let report = || std::fs::read_to_string(folder.join("done/r1 pay.csv.report.csv")).unwrap_or_default();
    while receiver.events().len() < 2 || !report().contains("returned") {
        assert!(began.elapsed() < Duration::from_secs(90), "{:?}\n{}", receiver.events(), report());
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(receiver.events(), ["finished", "returned"]);
    let told = receiver.heard()[1].json();
    assert_eq!((&told["run"], &told["counts"]["returned"]), (&"r1".into(), &1.into()), "{told}");
    let text = told["text"].as_str().expect("a text");
    assert!(text.contains("pay.csv (run r1) has money that came back"), "{text}");
    assert!(!receiver.heard()[1].body.contains("Robin") && !receiver.heard()[1].body.contains("1000000"));
    drop(watching);
}

#[test]
fn a_listener_without_a_secret_does_not_start() {
    let world = World::new();
    world.payrun(&["listen", "--listen", "127.0.0.1:0"]).ends(6).says("PAYRUN_LISTEN_SECRET");
    world.payrun(&["listen"]).ends(2).says("--listen");
    let mut command = world.command(&["listen", "--listen", "8090"]);
    command.env("PAYRUN_LISTEN_SECRET", SECRET);
    world.start(command).end().ends(6).says("not an address with a port");
}

#[tokio::test(flavor = "multi_thread")]
async fn payouts_bear_a_signed_address_where_flash_takes_one() {
    for (callback_uri, bears) in [(CallbackUri::Taken, true), (CallbackUri::Missing, false)] {
        let mut rig = Rig::start(Options { callback_uri, ..flash(&[]) }).await;
        rig.simulator.change(|options| options.webhooks.url = None);
        rig.callbacks = Callbacks::new("http://127.0.0.1:9", CALLBACK_SECRET.into());
        let run = rig.record(rig.mixed_file("pay.csv", 1, 4)).await;
        rig.finish(run, 3).await.expect("paid");
        assert_eq!(rig.wrongs(run, 4), Vec::<String>::new());
        let ledger = rig.simulator.ledger();
        let ids = ledger.withdrawals.iter().map(|made| (&made.external_id, &made.callback_uri));
        let ids: Vec<_> =
            ids.chain(ledger.payments.iter().map(|made| (&made.external_id, &made.callback_uri))).collect();
        assert_eq!(ids.len(), 4);
        for (id, uri) in ids {
            let id = payrun::domain::ExternalId::known(id.clone().expect("an id"));
            let expected = rig.callbacks.as_ref().and_then(|callbacks| callbacks.uri(&id));
            assert_eq!(*uri, expected.filter(|_| bears));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repetition_bears_the_same_address() {
    let options = Options {
        faults: vec!["withdrawal_create:reset_before@1-2".parse().expect("a fault")],
        ..flash(&[])
    };
    let mut rig = Rig::start(options).await;
    rig.callbacks = Callbacks::new("http://127.0.0.1:9", CALLBACK_SECRET.into());
    let run = rig.record(rig.file("pay.csv", 1, 1)).await;
    let _ = rig.sit(run).await;
    // the address of the listener has changed meanwhile: what was frozen goes out as it is
    rig.callbacks = Callbacks::new("http://127.0.0.1:10", CALLBACK_SECRET.into());
    rig.finish(run, 9).await.expect("paid");
    let ledger = rig.simulator.ledger();
    let uri = ledger.withdrawals[0].callback_uri.clone().expect("an address");
    assert!(uri.starts_with("http://127.0.0.1:9/callbacks/pr"), "{uri}");
}
