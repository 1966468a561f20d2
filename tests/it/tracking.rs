//! Rounds of looking at payouts, by a clock of the test's own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::SignedDuration;
use payrun::domain::{Clock, PayoutState, RunId, Timestamp};
use payrun::engine::{Depth, Engine, Looks, Round, Which};
use payrun::journal::Journal;
use payrun::simulator::{Operation, Options, StatusStep, Turn};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::rig::{Rig, quick};

/// The machine's time and so much more.
#[derive(Default)]
struct Ahead(AtomicI64);

impl Ahead {
    fn by(&self, more: SignedDuration) {
        self.0.fetch_add(more.as_secs(), Ordering::Relaxed);
    }
}

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        Timestamp::now() + SignedDuration::from_secs(self.0.load(Ordering::Relaxed))
    }
}

const A_MINUTE: SignedDuration = SignedDuration::from_secs(60);
const SLOW: StatusStep = StatusStep::Every(Duration::from_secs(3600));

/// A run of which everything is under way, and its clock.
async fn under_way(rows: usize, options: Options) -> (Rig, Arc<Ahead>, RunId) {
    let mut rig = Rig::start(options).await;
    let clock = Arc::new(Ahead::default());
    rig.clock = Arc::clone(&clock) as Arc<dyn Clock>;
    let run = rig.record(rig.mixed_file("pay.csv", 0, rows)).await;
    rig.finish(run, 1).await.expect("it is paid");
    (rig, clock, run)
}

/// A round of a process of its own.
async fn round(rig: &Rig) -> Round {
    let engine = rig.engine().expect("an engine");
    engine.track(Which::All, Depth::Due, &mut Looks::default()).await.expect("a round")
}

fn journal_bytes(rig: &Rig) -> u64 {
    let files = std::fs::read_dir(rig.scope().journal()).expect("a folder").flatten();
    files.map(|file| file.metadata().expect("a file").len()).sum()
}

fn states(rig: &Rig, run: RunId) -> BTreeMap<&'static str, usize> {
    let mut states = BTreeMap::new();
    for payout in rig.payouts(run) {
        *states.entry(payout.status.name()).or_default() += 1;
    }
    states
}

fn asked(rig: &Rig) -> u64 {
    let calls = rig.simulator.calls();
    let of = |operation| calls.get(&operation).copied().unwrap_or_default();
    of(Operation::WithdrawalGet) + of(Operation::PaymentGet)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_payouts_are_twenty_requests_and_a_look_that_changes_nothing_leaves_no_trace() {
    let (rig, clock, run) = under_way(1000, Options { status_step: SLOW, ..quick() }).await;
    let before = (asked(&rig), journal_bytes(&rig));
    assert_eq!(round(&rig).await.looked, 0, "nothing is due so soon");
    clock.by(A_MINUTE);
    let first = round(&rig).await;
    assert_eq!((first.looked, first.requests, first.under_way), (1000, 20, 1000));
    assert!(first.changed.is_empty() && first.trouble.is_none());
    assert_eq!(asked(&rig) - before.0, 20);
    // each is a process of its own: what was looked at a moment ago is not asked for again
    for _ in 0..3 {
        let again = round(&rig).await;
        assert_eq!((again.looked, again.requests), (0, 0), "a restart storms");
        assert_eq!(again.next, first.next);
    }
    assert_eq!(journal_bytes(&rig), before.1, "a look that changes nothing is in the journal");
    rig.simulator.change(|options| options.status_step = StatusStep::Every(Duration::ZERO));
    clock.by(A_MINUTE);
    let arrived = round(&rig).await;
    assert_eq!((arrived.changed.len(), arrived.under_way), (1000, 0));
    assert_eq!(states(&rig, run), [("paid", 1000)].into());
    let next = arrived.next.expect("watched for returns");
    assert!(next.duration_since(clock.now()) > SignedDuration::from_hours(23), "{next}");
    rig.simulator.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_checkpoint_that_was_lost_is_looked_at_once_more_and_nothing_else_comes_of_it() {
    let (rig, clock, run) = under_way(60, Options { status_step: SLOW, ..quick() }).await;
    clock.by(A_MINUTE);
    assert_eq!(round(&rig).await.looked, 60);
    std::fs::remove_dir_all(rig.scope().checkpoint()).expect("it was there");
    assert_eq!(round(&rig).await.looked, 60);
    assert_eq!(round(&rig).await.looked, 0);
    assert_eq!(states(&rig, run), [("submitted", 60)].into());
    rig.simulator.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_process_that_tracks_looks_ever_less_often_and_takes_new_runs_in() {
    let (rig, clock, _) = under_way(4, Options { status_step: SLOW, ..quick() }).await;
    let mut looks = Looks::default();
    let engine = rig.engine().expect("an engine");
    let mut rounds = 0;
    let until = clock.now() + SignedDuration::from_hours(48);
    while clock.now() < until {
        let round = engine.track(Which::All, Depth::Due, &mut looks).await.expect("a round");
        assert!(round.trouble.is_none(), "{:?}", round.trouble);
        rounds += u32::from(round.looked > 0);
        clock.by(round.next.expect("a next look").duration_since(clock.now()) + SignedDuration::from_secs(1));
    }
    assert!((20..60).contains(&rounds), "{rounds} rounds in two days");
    drop(engine);
    let second = rig.record(rig.file("second.csv", 500, 3)).await;
    rig.finish(second, 1).await.expect("it is paid");
    let engine = rig.engine().expect("an engine");
    clock.by(A_MINUTE);
    let which = Which::Run(second);
    let round = engine.track(which, Depth::Due, &mut looks).await.expect("a round");
    assert_eq!((round.looked, round.requests), (3, 1), "the first run is not due, and not asked for");
    drop(engine);
    rig.simulator.stop().await;
}

/// Another address of a server, whose answers come a second after they were given.
async fn answers_late(url: &str) -> String {
    let server = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let (server, path) = server
        .split_once('/')
        .map_or((server.clone(), String::new()), |(host, path)| (host.to_owned(), format!("/{path}")));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let own = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(&server).await.expect("the server");
            let (mut asks, mut told) = client.into_split();
            let (mut answers, mut hears) = server.into_split();
            tokio::spawn(async move { tokio::io::copy(&mut asks, &mut hears).await });
            tokio::spawn(async move {
                let mut bytes = vec![0; 64 << 10];
                while let Ok(count @ 1..) = answers.read(&mut bytes).await {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    told.write_all(&bytes[..count]).await.expect("the client waits");
                }
            });
        }
    });
    format!("http://{own}{path}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_answer_is_never_written_after_a_newer_one() {
    let mut rig = Rig::start(Options { status_step: StatusStep::Looks(1), ..quick() }).await;
    rig.timeout = Duration::from_secs(20);
    let run = rig.record(rig.file("pay.csv", 0, 2)).await;
    rig.finish(run, 1).await.expect("it is paid");
    let tracker = rig.engine().expect("an engine");
    let at_its_end = rig.engine_by(Arc::clone(&tracker.journal), &answers_late(&rig.simulator.url).await);
    let look = async |engine: &Engine| {
        let looked = engine.track(Which::Run(run), Depth::UnderWay, &mut Looks::default()).await;
        looked.expect("a round").changed.len()
    };
    let before = asked(&rig);
    let newer = async {
        while asked(&rig) == before {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        look(&tracker).await
    };
    let told = tokio::join!(look(&at_its_end), newer);
    assert_eq!(told, (2, 2), "each step was seen once, in its order");
    assert_eq!(states(&rig, run), [("paid", 2)].into());
    rig.simulator.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hint_makes_due_what_it_names_and_nothing_more() {
    let (rig, clock, run) = under_way(6, Options { status_step: SLOW, ..quick() }).await;
    let payouts = rig.payouts(run);
    let engine = rig.engine().expect("an engine");
    let mut looks = Looks::default();
    let checkpoint = engine.journal.checkpoint();
    let flash_id = payouts[0].flash_id.clone().expect("an id");
    let external_id = payouts[3].external_id.clone().expect("an id");
    for (name, is_known) in [(flash_id.as_str(), true), (external_id.as_str(), true), ("w_99", false)] {
        assert_eq!(looks.hint(checkpoint, name, clock.now()).expect("an answer"), is_known, "{name}");
    }
    rig.simulator.change(|options| options.status_step = StatusStep::Every(Duration::ZERO));
    let round = engine.track(Which::All, Depth::Due, &mut looks).await.expect("a round");
    let rows: Vec<_> = round.changed.iter().map(|moved| (moved.row, moved.to)).collect();
    assert_eq!(rows, [(2, PayoutState::Paid), (5, PayoutState::Paid)]);
    // a second one at once, a doubled webhook say, asks nothing
    looks.hint(checkpoint, &flash_id, clock.now()).expect("an answer");
    assert_eq!(engine.track(Which::All, Depth::Due, &mut looks).await.expect("a round").requests, 0);
    clock.by(SignedDuration::from_secs(3));
    assert_eq!(engine.track(Which::All, Depth::Due, &mut looks).await.expect("a round").looked, 1);
    drop(engine);
    rig.simulator.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_flash_no_longer_shows_is_a_person_s_after_a_day_and_not_before() {
    let (rig, clock, run) = under_way(2, Options { status_step: SLOW, ..quick() }).await;
    let gone = rig.payouts(run)[0].flash_id.clone().expect("an id");
    rig.simulator.change(|options| drop(options.turns.insert(gone.clone(), Turn::Gone)));
    let before = journal_bytes(&rig);
    let began = clock.now();
    let mut looked = 0;
    loop {
        clock.by(A_MINUTE * 59);
        let round = round(&rig).await;
        looked += u64::from(round.looked > 0);
        if !round.changed.is_empty() {
            assert_eq!((round.changed[0].row, round.changed[0].to), (2, PayoutState::Attention));
            break;
        }
        assert_eq!(journal_bytes(&rig), before, "an answer without it is no fact");
        assert!(clock.now().duration_since(began) < SignedDuration::from_hours(40), "never");
    }
    assert!(looked > 3 && clock.now().duration_since(began) > SignedDuration::from_hours(24), "too soon");
    let why = rig.payouts(run)[0].reason.clone().expect("words");
    assert!(why.contains("has not shown it since") && why.contains("INITIALISED before"), "{why}");
    clock.by(SignedDuration::from_hours(5));
    assert!(round(&rig).await.changed.is_empty(), "it is told once");
    rig.simulator.change(|options| options.turns.clear());
    clock.by(SignedDuration::from_hours(5));
    assert_eq!(round(&rig).await.changed[0].to, PayoutState::Submitted);
    assert_eq!(rig.wrongs(run, 2), Vec::<String>::new());
    rig.simulator.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trouble_is_waited_out_and_does_not_hold_back_what_is_behind_it() {
    let (rig, clock, run) = under_way(120, Options { status_step: SLOW, ..quick() }).await;
    rig.simulator.change(|options| options.status_step = StatusStep::Every(Duration::ZERO));
    let engine = rig.engine().expect("an engine");
    let mut looks = Looks::default();
    clock.by(A_MINUTE);
    rig.simulator.faults().set(&["withdrawal_get:500_before@1-".parse().expect("a fault")]);
    let round = engine.track(Which::All, Depth::Due, &mut looks).await.expect("a round");
    assert!(round.trouble.is_some());
    let waits = round.next.expect("later").duration_since(clock.now());
    assert!(waits > SignedDuration::from_secs(20), "{waits}");
    let again = engine.track(Which::All, Depth::Due, &mut looks).await.expect("a round");
    assert_eq!(again.requests, 0, "everything rests");
    rig.simulator.faults().clear();
    clock.by(A_MINUTE);
    let rest = engine.track(Which::All, Depth::Due, &mut looks).await.expect("a round");
    assert!(rest.trouble.is_none());
    drop(engine);
    assert_eq!(states(&rig, run), [("paid", 120)].into());
    rig.simulator.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn watching_ends_thirty_days_after_it_was_paid() {
    let (rig, clock, _) = under_way(2, Options { status_step: SLOW, ..quick() }).await;
    rig.simulator.change(|options| options.status_step = StatusStep::Every(Duration::ZERO));
    let mut looks = Looks::default();
    let engine = rig.engine().expect("an engine");
    clock.by(A_MINUTE);
    let mut days = 0;
    while let Some(next) = engine.track(Which::All, Depth::Due, &mut looks).await.expect("a round").next {
        days += 1;
        assert!(days < 40, "it never ends");
        clock.by(next.duration_since(clock.now()) + SignedDuration::from_secs(1));
    }
    assert!((30..=31).contains(&days), "{days} looks");
    let (mut watched, _) = engine.journal.checkpoint().watched_after(0).expect("an answer");
    assert!(watched.next().is_none(), "they are forgotten");
    drop(engine);
    assert_eq!(round(&rig).await.requests, 0);
    drop(Journal::look(&rig.scope()).expect("a journal"));
    rig.simulator.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_payout_that_spoils_every_answer_hides_no_other() {
    let (rig, clock, run) = under_way(120, Options { status_step: SLOW, ..quick() }).await;
    let spoils = rig.payouts(run)[30].flash_id.clone().expect("an id");
    rig.simulator.change(|options| {
        options.status_step = StatusStep::Every(Duration::ZERO);
        options.turns.insert(spoils.clone(), Turn::Spoils);
    });
    let engine = rig.engine().expect("an engine");
    let mut looks = Looks::default();
    clock.by(A_MINUTE);
    let first = engine.track(Which::All, Depth::Due, &mut looks).await.expect("a round");
    assert!(first.trouble.is_none(), "{:?}", first.trouble);
    assert_eq!((first.changed.len(), first.refused), (119, 1), "{:?}", first.said);
    assert!(first.requests < 20, "{} requests", first.requests);
    assert!(first.said.is_some_and(|said| said.contains("Something went wrong with this answer")));
    // from now on it is asked for alone, and nothing waits for it
    let others = rig.payouts(run).into_iter().filter_map(|payout| payout.flash_id);
    let began = clock.now();
    for other in others.take(20) {
        looks.hint(engine.journal.checkpoint(), &other, clock.now()).expect("an answer");
    }
    clock.by(A_MINUTE);
    let second = engine.track(Which::All, Depth::Due, &mut looks).await.expect("a round");
    assert_eq!((second.looked, second.requests, second.refused), (21, 3, 1), "one of each kind, and it");
    // what Flash does not show for more than a day, while it shows others, is a person's
    let told = loop {
        clock.by(SignedDuration::from_hours(5));
        let round = engine.track(Which::All, Depth::Due, &mut looks).await.expect("a round");
        if let Some(moved) = round.changed.first() {
            break moved.clone();
        }
        assert!(clock.now().duration_since(began) < SignedDuration::from_hours(72), "never");
    };
    assert!(clock.now().duration_since(began) > SignedDuration::from_hours(23), "too soon");
    assert_eq!((told.row, told.to), (32, PayoutState::Attention));
    assert!(told.why.is_some_and(|why| why.contains("has not shown it since") && why.contains("and says")));
    rig.simulator.change(|options| options.turns.clear());
    clock.by(SignedDuration::from_hours(5));
    let back = engine.track(Which::All, Depth::Due, &mut looks).await.expect("a round");
    assert_eq!(back.changed[0].to, PayoutState::Paid);
    drop(engine);
    rig.simulator.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_that_spoil_answers_are_found_in_a_few_rounds_and_an_outage_is_asked_little() {
    let (rig, clock, run) = under_way(50, Options { status_step: SLOW, ..quick() }).await;
    let payouts = rig.payouts(run);
    for at in [3, 41] {
        let id = payouts[at].flash_id.clone().expect("an id");
        rig.simulator.change(|options| drop(options.turns.insert(id, Turn::Spoils)));
    }
    rig.simulator.change(|options| options.status_step = StatusStep::Every(Duration::ZERO));
    let engine = rig.engine().expect("an engine");
    let mut looks = Looks::default();
    let mut rounds = 0;
    while states(&rig, run).get("paid").copied().unwrap_or_default() < 48 {
        clock.by(A_MINUTE * 11);
        engine.track(Which::All, Depth::Due, &mut looks).await.expect("a round");
        rounds += 1;
        assert!(rounds < 8, "{:?}", states(&rig, run));
    }
    drop(engine);
    rig.simulator.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payout_that_flash_refuses_to_show_is_told_and_the_others_are_seen() {
    let (rig, clock, run) = under_way(6, Options { status_step: SLOW, ..quick() }).await;
    let refused = rig.payouts(run)[1].flash_id.clone().expect("an id");
    rig.simulator.change(|options| {
        options.status_step = StatusStep::Every(Duration::ZERO);
        options.turns.insert(refused.clone(), Turn::Refused);
    });
    clock.by(A_MINUTE);
    let round = round(&rig).await;
    assert_eq!((round.changed.len(), round.refused), (5, 1));
    assert_eq!(round.requests, 2, "one of each kind");
    assert!(round.said.is_some_and(|said| said.contains("Something went wrong with this one")));
    assert_eq!(states(&rig, run), [("paid", 5), ("submitted", 1)].into());
    rig.simulator.stop().await;
}
