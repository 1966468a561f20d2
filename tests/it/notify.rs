//! Telling of runs: the real program, real receivers on sockets, real commands.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use payrun::domain::{Occasion, RunId, RunState};
use payrun::notify::{Address, Notice, Notifier, Settings};

use super::receiver::{Receiver, Reply};
use super::rig::{payroll, quick};
use super::world::{Said, World};

/// What a command may take that has nobody to wait for; a busy machine included.
const SOON: Duration = Duration::from_secs(20);

/// A command of the program that tells the receiver, at a log that hides nothing.
fn telling(world: &World, receiver: &Receiver, args: &[&str]) -> Command {
    let mut command = world.command(args);
    command
        .env("PAYRUN_NOTIFY_URL", receiver.url())
        .env("PAYRUN_NOTIFY_ALWAYS", "true")
        .env("PAYRUN_LOG", "trace");
    command
}

#[track_caller]
fn hides_the_address(said: Said) -> Said {
    for part in ["canary-path", "canary-key"] {
        assert!(!said.out.contains(part) && !said.err.contains(part), "{}\n{}", said.out, said.err);
    }
    said
}

/// A program of somebody's that notices are given to.
fn script(world: &World, text: &str) -> String {
    use std::os::unix::fs::PermissionsExt;
    let path = world.write("tell.sh", format!("#!/bin/sh\n{text}\n"));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("it may run");
    path.display().to_string()
}

#[test]
fn a_finished_run_is_told_once_without_names_and_accounts() {
    let (world, receiver) = (World::new(), Receiver::start(&[]));
    world.write("wages.csv", payroll(0, 3));
    let said = world.start(telling(&world, &receiver, &["pay", "wages.csv", "--yes"])).end().ends(0);
    hides_the_address(said).says("told");
    let [posted] = &receiver.heard()[..] else { panic!("{:?}", receiver.heard()) };
    let told = posted.json();
    assert_eq!(
        (&told["event"], &told["run"], &told["label"]),
        (&"finished".into(), &"r1".into(), &"wages.csv".into())
    );
    assert_eq!((&told["environment"], &told["state"]), (&"simulator".into(), &"finished".into()));
    assert_eq!((&told["counts"]["submitted"], &told["totals"][0]["currency"]), (&3.into(), &"AUD".into()));
    assert_eq!(told["next"], serde_json::Value::Null, "nothing is to be done");
    let text = told["text"].as_str().expect("a text");
    assert!(text.contains("wages.csv (run r1) is finished") && text.contains("303.03"), "{text}");
    assert!(posted.head.contains("content-type: application/json"), "{}", posted.head);
    for private in ["Robin", "Example", "1000000", "062", "Hill Street", "PAY 0"] {
        assert!(!posted.body.contains(private), "{private} is in {}", posted.body);
    }
    // the same file again pays nothing and tells nothing
    world.start(telling(&world, &receiver, &["pay", "wages.csv", "--yes"])).end().ends(0);
    assert_eq!(receiver.events(), ["finished"]);
}

#[test]
fn without_always_pay_tells_nobody() {
    let (world, receiver) = (World::new(), Receiver::start(&[]));
    world.write("wages.csv", payroll(0, 1));
    let mut command = telling(&world, &receiver, &["pay", "wages.csv", "--yes"]);
    command.env_remove("PAYRUN_NOTIFY_ALWAYS");
    world.start(command).end().ends(0);
    assert_eq!(receiver.events(), Vec::<String>::new());
}

#[test]
fn stopping_and_attention_are_told_and_only_what_is_wanted() {
    let world = World::with(payrun::simulator::Options {
        faults: vec!["withdrawal_create:reset_before@2".parse().expect("a fault")],
        ..quick()
    });
    let (all, few) = (Receiver::start(&[]), Receiver::start(&[]));
    world.write("wages.csv", payroll(0, 3));
    let mut command = telling(&world, &all, &["pay", "wages.csv", "--yes"]);
    command.env("PAYRUN_GATEWAY_RESEND", "never");
    world.start(command).end().ends(4);
    assert_eq!(all.events(), ["finished", "attention"]);
    assert!(all.heard()[1].json()["next"].as_str().expect("a sentence").contains("payrun status r1"));

    world.faults(&["withdrawal_create:declined@1"]);
    world.write("more.csv", payroll(10, 3));
    let mut command = telling(&world, &few, &["pay", "more.csv", "--yes"]);
    command.env("PAYRUN_NOTIFY_EVENTS", "stopped,returned");
    world.start(command).end().ends(5);
    assert_eq!(few.events(), ["stopped"]);
    world.faults(&[]);
    let mut command = telling(&world, &few, &["resume", "r2"]);
    command.env("PAYRUN_NOTIFY_EVENTS", "stopped,returned");
    world.start(command).end().ends(4);
    assert_eq!(few.events(), ["stopped"], "finished is not wanted");
}

#[test]
fn a_receiver_that_fails_is_tried_again_and_one_that_redirects_is_not() {
    let world = World::new();
    let fails_once = Receiver::start(&[Reply::Status(500)]);
    world.write("a.csv", payroll(0, 1));
    let said = world.start(telling(&world, &fails_once, &["pay", "a.csv", "--yes"])).end().ends(0);
    hides_the_address(said).says("HTTP 500").says("told");
    assert_eq!(fails_once.events().len(), 2);

    let elsewhere = Receiver::start(&[]);
    let redirects = Receiver::start(&[Reply::Redirect(elsewhere.url())]);
    world.write("b.csv", payroll(10, 1));
    let said = world.start(telling(&world, &redirects, &["pay", "b.csv", "--yes"])).end().ends(0);
    hides_the_address(said).says("redirects are not followed");
    assert_eq!((redirects.events().len(), elsewhere.events().len()), (1, 0));

    let unknown = Receiver::start(&[Reply::Status(404)]);
    world.write("c.csv", payroll(20, 1));
    let said = world.start(telling(&world, &unknown, &["pay", "c.csv", "--yes"])).end().ends(0);
    hides_the_address(said).says("HTTP 404");
    assert_eq!(unknown.events().len(), 1, "another try does not help");
}

#[test]
fn nobody_there_and_a_receiver_that_never_answers_hinder_nothing() {
    let world = World::new();
    let silent = Receiver::start(&vec![Reply::Never; 9]);
    world.write("a.csv", payroll(0, 3));
    let began = Instant::now();
    let said = world.start(telling(&world, &silent, &["pay", "a.csv", "--yes"])).end().ends(0);
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    hides_the_address(said).says("the program ends before these notices were told");
    assert_eq!(world.made(), 3);

    let gone = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    world.write("b.csv", payroll(10, 3));
    let mut command = telling(&world, &silent, &["pay", "b.csv", "--yes"]);
    command.env("PAYRUN_NOTIFY_URL", format!("http://{gone}/hooks/canary-path"));
    let said = world.start(command).end().ends(0);
    hides_the_address(said).says("no connection");
    assert_eq!(world.made(), 6);
}

#[test]
fn a_command_gets_the_notice_and_no_login() {
    let world = World::new();
    let program =
        script(&world, "cat > told.json; env > told.env; echo \"$@\" > told.args; echo canary-output >&2");
    world.write("wages.csv", payroll(0, 2));
    world.write(
        "payrun.toml",
        format!("[notify]\ncommand = [{program:?}, \"two words\", \"$HOME;x\"]\nalways = true\n"),
    );
    let mut command = world.command(&["pay", "wages.csv", "--yes"]);
    command
        .env("PAYRUN_EMAIL", "pay@example.com")
        .env("PAYRUN_PASSWORD", "canary-password")
        .env("PAYRUN_LOG", "trace");
    let said = world.start(command).end().ends(0);
    assert!(!said.err.contains("canary-output"), "{}", said.err);
    let read = |name: &str| std::fs::read_to_string(world.home().join(name)).expect(name);
    let told: serde_json::Value = serde_json::from_str(&read("told.json")).expect("JSON");
    assert_eq!((&told["event"], &told["counts"]["submitted"]), (&"finished".into(), &2.into()));
    assert_eq!(read("told.args").trim(), "two words $HOME;x", "no shell has read them");
    let given = read("told.env");
    assert!(given.contains("PAYRUN_EVENT=finished") && given.contains("PAYRUN_RUN=r1"), "{given}");
    assert!(!given.contains("canary-password") && !given.contains("pay@example.com"), "{given}");
}

#[test]
fn a_command_that_is_missing_fails_or_hangs_hinders_nothing() {
    let world = World::new();
    let pay = |name: &str, program: &str| {
        let mut command = world.command(&["pay", name, "--yes"]);
        command
            .env("PAYRUN_NOTIFY_COMMAND", program)
            .env("PAYRUN_NOTIFY_ALWAYS", "true")
            .env("PAYRUN_LOG", "info");
        let began = Instant::now();
        let said = world.start(command).end().ends(0);
        assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
        said
    };
    world.write("a.csv", payroll(0, 1));
    pay("a.csv", "/nowhere/tell").says("nobody is told").says("no such file");
    world.write("b.csv", payroll(10, 1));
    pay("b.csv", &script(&world, "echo x >> tries; exit 3")).says("exit code 3");
    let tries = std::fs::read_to_string(world.home().join("tries")).expect("it ran");
    assert!(tries.lines().count() > 1, "tried once");
    world.write("c.csv", payroll(20, 1));
    pay("c.csv", &script(&world, "sleep 300 & echo $! > child; wait")).says("the program ends before");
    let child = std::fs::read_to_string(world.home().join("child")).expect("it ran");
    let is_there = || {
        let status =
            std::fs::read_to_string(Path::new("/proc").join(child.trim()).join("status")).unwrap_or_default();
        !status.is_empty() && !status.contains("State:\tZ")
    };
    let began = Instant::now();
    while is_there() {
        assert!(began.elapsed() < Duration::from_secs(5), "what the command has started lives on");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(world.made(), 3);
}

#[test]
fn an_address_that_makes_no_sense_is_refused_at_the_start_and_not_repeated() {
    let world = World::new();
    world.write("wages.csv", payroll(0, 1));
    for (url, words) in [
        ("http://hooks.example.com/canary-path", "only https:// may leave this machine"),
        ("hooks.example.com/canary-path", "is not an address"),
        ("ftp://hooks.example.com/canary-path", "must begin with https://"),
    ] {
        let mut command = world.command(&["pay", "wages.csv", "--yes"]);
        command.env("PAYRUN_NOTIFY_URL", url);
        hides_the_address(world.start(command).end().ends(6)).says("notify.url").says(words);
    }
    // a mistake in the line is told without the line
    world.write("payrun.toml", "[notify]\nurl = \"https://hooks.example.com/canary-path\nalways = true\n");
    hides_the_address(world.payrun(&["pay", "wages.csv", "--yes"]).ends(6)).says("line 2");
    world.write("payrun.toml", "[notify]\nevents = [\"finnished\"]\n");
    world.payrun(&["pay", "wages.csv", "--yes"]).ends(6).says("\"finnished\" is none of held, finished");
    assert_eq!(world.made(), 0);
}

#[test]
fn the_doctor_sends_a_test_notice() {
    let (world, receiver) = (World::new(), Receiver::start(&[Reply::Status(200), Reply::Status(403)]));
    let said = world.start(telling(&world, &receiver, &["doctor"])).end().ends(0);
    hides_the_address(said).says("POST to 127.0.0.1").says("payrun doctor --notify");
    assert_eq!(receiver.events(), Vec::<String>::new());
    world
        .start(telling(&world, &receiver, &["doctor", "--notify"]))
        .end()
        .ends(0)
        .says("the test notice was taken");
    assert_eq!(receiver.events(), ["test"]);
    let said = world.start(telling(&world, &receiver, &["doctor", "--notify"])).end().ends(6);
    hides_the_address(said).says("HTTP 403");
    world.payrun(&["doctor", "--notify"]).ends(6).says("nobody is told");
}

/// Whoever works is never kept waiting, however many notices there are and whatever becomes of them.
#[test]
fn telling_never_blocks() {
    let silent = Receiver::start(&vec![Reply::Never; 9]);
    let settings = Settings {
        url: Some(Address::parse(&silent.url()).expect("an address")),
        at_the_end: Duration::from_millis(300),
        ..Settings::default()
    };
    let notifier = Notifier::new(settings).expect("a notifier");
    let notice =
        Notice { run: Some(RunId(1)), state: Some(RunState::Running), ..Notice::of_test("simulator") };
    let began = Instant::now();
    for _ in 0..1000 {
        notifier.tell(Notice { occasion: Occasion::Returned, ..notice.clone() });
    }
    assert!(began.elapsed() < Duration::from_millis(500), "{:?}", began.elapsed());
    notifier.close();
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    notifier.tell(notice); // too late, and no harm
}
