//! Who is believed, and what of it.

use std::net::IpAddr;
use std::sync::Arc;

use payrun::domain::{ExternalId, Kind};
use payrun::gateway::Callbacks;
use payrun::listen::{Options, Outcome, Vitals};
use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::server::{BODY, CALLBACK_SECRET, Server, options, sign, sign_by};

#[tokio::test]
async fn what_is_signed_is_stored_by_its_ids_alone() {
    let server = Server::start().await;
    assert_eq!(server.deliver("r-1", BODY).await, (200, "taken\n".to_owned()));
    let pending = server.pending();
    assert_eq!(*server.notes.hints.lock().expect("no panic"), pending);
    let [hint] = pending.as_slice() else { panic!("{pending:?}") };
    assert_eq!(hint.kind, Some(Kind::Withdrawal));
    assert_eq!(hint.flash_id.as_deref(), Some("wdl_1"));
    assert_eq!(hint.external_id.as_deref(), Some("NOV-1"));
    let kept = on_disk(&server);
    assert!(kept.contains("wdl_1") && !kept.contains("4711") && !kept.contains("AUD"), "{kept}");
    let (status, _) = server
        .post("/webhooks/flash", &[("flashfx-signature", &sign_by("another-secret", BODY))], BODY)
        .await;
    assert_eq!(status, 200, "the other secret, while they are exchanged");
}

fn on_disk(server: &Server) -> String {
    let files = std::fs::read_dir(server.hints()).expect("a folder").flatten();
    files.map(|file| std::fs::read_to_string(file.path()).expect("a text")).collect()
}

#[tokio::test]
async fn what_is_not_signed_by_flash_is_nothing() {
    let server = Server::start().await;
    let right = sign(BODY);
    let other = BODY.replace("wdl_1", "wdl_2");
    let unsigned = server.post("/webhooks/flash", &[], BODY).await;
    assert_eq!(unsigned, (401, "not taken\n".to_owned()));
    for (signature, body) in [
        (sign_by("guessed", BODY), BODY),
        (right.clone(), other.as_str()),
        (right.to_lowercase(), BODY),
        (String::new(), BODY),
        ("AAAA".to_owned(), BODY),
    ] {
        let answer = server.post("/webhooks/flash", &[("flashfx-signature", &signature)], body).await;
        assert_eq!(answer, unsigned, "{signature}: answers tell nothing");
    }
    assert!(server.pending().is_empty() && server.notes.hints.lock().expect("no panic").is_empty());
    assert_eq!((server.count("unsigned").await, server.count("wrong_signature").await), (1, 5));
    assert!(!on_disk(&server).contains("wdl"));
}

#[tokio::test]
async fn answers_are_the_same_for_every_payout() {
    let server = Server::start().await;
    let mut answers = Vec::new();
    for (at, id) in ["wdl_1", "nobody's", "wdl_1"].into_iter().enumerate() {
        let body = BODY.replace("wdl_1", id);
        answers.push(server.deliver(&format!("r-{at}"), &body).await);
    }
    answers.push(server.deliver("r-0", BODY).await); // doubled
    answers.push(server.deliver("r-9", r#"{"event":"withdrawal_completed"}"#).await);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(server.deliver("r-8", "[1]").await.0, 400);
    assert_eq!(server.deliver("r-8", "").await.0, 400);
    assert_eq!((server.count("without_id").await, server.count("unreadable").await), (1, 2));
}

#[tokio::test]
async fn a_delivery_is_known_again_by_its_id_also_after_a_restart() {
    let server = Server::start().await;
    for _ in 0..3 {
        assert_eq!(server.deliver("r-1", BODY).await.0, 200);
    }
    assert_eq!((server.pending().len(), server.count("doubled").await), (1, 2));
    let server = server.again().await;
    assert_eq!(server.deliver("r-1", BODY).await.0, 200);
    assert_eq!((server.pending().len(), server.count("doubled").await), (1, 1));
    // a delivery's id is not signed: who knows it must not keep another event out by it
    let other = BODY.replace("completed", "refunded");
    assert_eq!(server.deliver("r-1", &other).await.0, 200);
    assert_eq!(server.pending().len(), 2);
    // without an id nothing is known again
    for _ in 0..2 {
        server.post("/webhooks/flash", &[("flashfx-signature", &sign(BODY))], BODY).await;
    }
    assert_eq!(server.pending().len(), 4);
}

#[tokio::test]
async fn many_at_once_are_all_stored_and_doubles_once() {
    let server = Arc::new(Server::start().await);
    let mut all = tokio::task::JoinSet::new();
    for at in 0..40 {
        let server = Arc::clone(&server);
        all.spawn(async move {
            let body = BODY.replace("wdl_1", &format!("wdl_{}", at / 2));
            server.deliver(&format!("r-{}", at / 2), &body).await
        });
    }
    let answers = all.join_all().await;
    assert!(answers.iter().all(|(status, _)| *status == 200));
    let mut ids: Vec<_> = server.pending().into_iter().filter_map(|hint| hint.flash_id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), server.pending().len()), (20, 20));
}

#[tokio::test]
async fn a_callback_is_believed_by_its_address_alone() {
    let server = Server::start().await;
    let callbacks = Callbacks::new(&server.url, CALLBACK_SECRET.into()).expect("an address");
    let path = |id: &str| {
        let uri = callbacks.uri(&ExternalId::known(id)).expect("an address");
        uri.strip_prefix(&server.url).expect("ours").to_owned()
    };
    let lie = r#"{"event":"withdrawal_refunded","id":"wdl_666","externalId":"OTHER"}"#;
    assert_eq!(server.post(&path("INV 7/a?b#c"), &[], lie).await.0, 200);
    let [hint] = server.pending().try_into().expect("one");
    assert_eq!((hint.external_id.as_deref(), hint.flash_id, hint.event), (Some("INV 7/a?b#c"), None, None));
    let wrong =
        [path("NOV-1").replace("NOV-1", "NOV-2"), format!("{}x", path("NOV-1")), "/callbacks/NOV-1".into()];
    for path in wrong {
        assert_eq!(server.post(&path, &[("flashfx-signature", &sign(lie))], lie).await.0, 401, "{path}");
    }
    assert_eq!(server.pending().len(), 1);
    let without = Server::with(Options { callbacks: None, ..options() }).await;
    assert_eq!(without.post(&path("NOV-1"), &[], lie).await.0, 401);
}

#[tokio::test]
async fn only_named_sources_are_heard_and_a_proxy_only_where_it_is_trusted() {
    let flash: IpAddr = "52.64.185.170".parse().expect("an address");
    let headers = |told: &'static str| {
        [("x-forwarded-for", told), ("flashfx-signature", ""), ("flashfx-request-id", "r")]
    };
    let signature = sign(BODY);
    let ask = async |server: &Server, told: &'static str| {
        let mut headers = headers(told).to_vec();
        headers[1].1 = &signature;
        server.post("/webhooks/flash", &headers, BODY).await.0
    };
    let direct = Server::with(Options { sources: vec![flash], ..options() }).await;
    assert_eq!(ask(&direct, "52.64.185.170").await, 403, "anybody can write a header");
    let local = Server::with(Options { sources: vec!["127.0.0.1".parse().expect("one")], ..options() }).await;
    assert_eq!(ask(&local, "203.0.113.9").await, 200);
    let behind = Server::with(Options { sources: vec![flash], trust_proxy: true, ..options() }).await;
    assert_eq!(ask(&behind, "203.0.113.9, 52.64.185.170").await, 200, "the proxy writes the last one");
    assert_eq!(ask(&behind, "52.64.185.170, 203.0.113.9").await, 403);
    assert_eq!(ask(&behind, "nonsense").await, 403);
    assert_eq!(direct.get("/healthz").await.0, 200, "monitors are heard from anywhere");
}

#[tokio::test]
async fn where_sources_are_named_others_learn_no_more_than_whether_it_is_ready() {
    let flash: IpAddr = "52.64.185.170".parse().expect("an address");
    let server = Server::with(Options { sources: vec![flash], trust_proxy: true, ..options() }).await;
    let trouble = Vitals { trouble: Some("the journal is damaged".into()), ..Vitals::default() };
    *server.notes.vitals.lock().expect("no panic") = trouble;
    let ask = async |path, told| server.get_with(path, &[("x-forwarded-for", told)]).await;
    assert_eq!(ask("/metrics", "203.0.113.9").await.0, 403);
    assert_eq!(ask("/metrics", "127.0.0.1").await.0, 403, "anybody can write that");
    assert_eq!(ask("/readyz", "203.0.113.9").await, (503, "not ready\n".to_owned()));
    assert_eq!(ask("/metrics", "52.64.185.170").await.0, 200);
    // a program of this machine, beside the proxy
    assert_eq!(server.get("/metrics").await.0, 200);
    assert_eq!(server.get("/readyz").await, (503, "not ready: the journal is damaged\n".to_owned()));
    let open = Server::start().await;
    let answer = open.get_with("/metrics", &[("x-forwarded-for", "203.0.113.9")]).await;
    assert_eq!(answer.0, 200, "without sources the firewall decides");
}

#[tokio::test]
async fn health_readiness_and_numbers() {
    let server = Server::start().await;
    server.deliver("r-1", BODY).await;
    assert_eq!(server.get("/healthz").await, (200, "alive\n".to_owned()));
    assert_eq!(server.get("/readyz").await, (200, "ready\n".to_owned()));
    let set = |vitals| *server.notes.vitals.lock().expect("no panic") = vitals;
    set(Vitals { overdue: std::time::Duration::from_secs(31 * 60), ..Vitals::default() });
    let (status, why) = server.get("/readyz").await;
    assert!(status == 503 && why.contains("31 minutes"), "{why}");
    set(Vitals { trouble: Some("the journal is damaged".into()), ..Vitals::default() });
    assert_eq!(server.get("/readyz").await, (503, "not ready: the journal is damaged\n".to_owned()));
    set(Vitals {
        looks: [5, 1],
        unknown: 2,
        runs: [("finished", 3)].into(),
        payouts: [("paid", 7), ("submitted", 1)].into(),
        ..Vitals::default()
    });
    let (_, text) = server.get("/metrics").await;
    for line in [
        "# TYPE payrun_webhooks_total counter",
        "payrun_webhooks_total{outcome=\"stored\"} 1",
        "payrun_webhooks_unknown_total 2",
        "payrun_runs{state=\"finished\"} 3",
        "payrun_payouts{state=\"paid\"} 7",
        "payrun_looks_total{result=\"answered\"} 5",
        "payrun_looks_total{result=\"failed\"} 1",
        "payrun_ready 1",
    ] {
        assert!(text.lines().any(|had| had == line), "{line} is not in\n{text}");
    }
    for outcome in Outcome::ALL {
        assert!(text.contains(&format!("outcome=\"{}\"", outcome.name())), "{outcome:?}");
    }
    assert!(
        text.ends_with('\n')
            && text.lines().all(|line| line.starts_with('#') || line.split(' ').count() == 2)
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Bytes as they come, on a real socket: signed bodies of any content, and what is no HTTP at all.
    #[test]
    fn whatever_comes_the_next_delivery_is_taken(
        bodies in proptest::collection::vec("\\PC{0,80}|\\{\"(event|id|externalId)\":(\"\\PC{0,9}\"|[0-9]{1,30}|null|\\[\\])\\}", 1..6),
        junk in proptest::collection::vec(any::<u8>(), 0..400),
        path in "/(webhooks|callbacks)/[!-~]{0,20}",
    ) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let server = Server::start().await;
            for (at, body) in bodies.iter().enumerate() {
                let (status, _) = server.deliver(&format!("r-{at}"), body).await;
                assert!(status == 200 || status == 400, "{status} for {body}");
            }
            let address = server.url.strip_prefix("http://").expect("an address");
            for head in [&b""[..], format!("POST {path} HTTP/1.1\r\n").as_bytes()] {
                let mut stream = TcpStream::connect(address).await.expect("a connection");
                let _ = stream.write_all(&[head, &junk].concat()).await;
                let _ = stream.shutdown().await;
                let _ = stream.read_to_end(&mut Vec::new()).await;
            }
            assert_eq!(server.deliver("last", BODY).await.0, 200);
        });
    }
}
