//! How much is taken: of bodies, of time, of deliveries, of connections.

use std::time::{Duration, Instant};

use payrun::listen::{Limits, Options};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::server::{BODY, Server, http, options, sign};

fn short() -> Limits {
    Limits { reading: Duration::from_millis(300), rate: 10_000, ..Limits::default() }
}

async fn with(limits: Limits) -> Server {
    Server::with(Options { limits, ..options() }).await
}

/// Sends bytes and reads whatever comes until the other side closes.
async fn raw(server: &Server, bytes: &[u8]) -> String {
    let address = server.url.strip_prefix("http://").expect("an address");
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(bytes).await.expect("sent");
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).await;
    answer
}

#[tokio::test]
async fn a_body_that_is_too_long_is_not_read() {
    let server = with(Limits { body: 1000, ..short() }).await;
    let fits = format!("{}{}", BODY, " ".repeat(1000 - BODY.len()));
    assert_eq!(server.deliver("r-1", &fits).await.0, 200);
    assert_eq!(server.deliver("r-2", &format!("{fits} ")).await.0, 413);
    let chunk = format!("{:x}\r\n{}\r\n", 1001, " ".repeat(1001));
    let chunked = format!(
        "POST /webhooks/flash HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n{chunk}0\r\n\r\n"
    );
    assert!(raw(&server, chunked.as_bytes()).await.starts_with("HTTP/1.1 413"));
    let declared = "POST /webhooks/flash HTTP/1.1\r\nhost: a\r\ncontent-length: 99999999999\r\n\r\n";
    let began = Instant::now();
    assert!(raw(&server, declared.as_bytes()).await.starts_with("HTTP/1.1 413"));
    assert!(began.elapsed() < Duration::from_millis(250), "it is told without waiting for the body");
    assert_eq!(server.count("too_large").await, 3);
    let heads = format!("POST /webhooks/flash HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(40_000));
    assert!(raw(&server, heads.as_bytes()).await.starts_with("HTTP/1.1 431"));
}

#[tokio::test]
async fn whoever_is_slow_is_let_go() {
    let server = with(short()).await;
    let head = "POST /webhooks/flash HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{";
    assert!(raw(&server, head.as_bytes()).await.starts_with("HTTP/1.1 408"));
    assert_eq!(server.count("too_slow").await, 1);
    let began = Instant::now();
    raw(&server, b"POST /webhooks/flash HTTP/1.1\r\nhost:").await;
    raw(&server, b"").await;
    assert!(began.elapsed() < Duration::from_secs(3), "a head has its time too");
    assert_eq!(server.deliver("r-1", BODY).await.0, 200);
}

#[tokio::test]
async fn those_who_keep_connections_open_keep_nobody_out_for_long() {
    let server = with(Limits { connections: 4, ..short() }).await;
    let address = server.url.strip_prefix("http://").expect("an address").to_owned();
    let mut idle = Vec::new();
    for _ in 0..8 {
        idle.push(TcpStream::connect(&address).await.expect("a connection"));
    }
    assert_eq!(server.deliver("r-1", BODY).await.0, 200);
}

#[tokio::test]
async fn a_flood_is_turned_away_and_over_when_it_is_over() {
    let server = with(Limits { rate: 1, reading: Duration::from_secs(10), ..short() }).await;
    let (client, url) = (http(), format!("{}/webhooks/flash", server.url));
    let mut flood = tokio::task::JoinSet::new();
    for at in 0..150 {
        let request = client.post(&url).header("flashfx-request-id", format!("r-{at}"));
        flood.spawn(request.header("flashfx-signature", sign(BODY)).body(BODY).send());
    }
    let (mut taken, mut refused) = (0, 0);
    for answer in flood.join_all().await {
        let answer = answer.expect("an answer");
        match answer.status().as_u16() {
            200 => taken += 1,
            429 => {
                assert_eq!(answer.headers()["retry-after"], "1");
                refused += 1;
            }
            other => panic!("{other}"),
        }
    }
    assert!(taken >= 2 && refused > 0, "{taken} taken, {refused} refused");
    assert_eq!(server.count("too_many").await, refused);
    assert_eq!(server.pending().len() as u64, taken);
    assert_eq!(server.get("/healthz").await.0, 200, "a flood is no illness");
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(server.deliver("late", BODY).await.0, 200);
}

#[tokio::test]
async fn other_methods_and_other_places_are_refused() {
    let server = with(short()).await;
    assert_eq!(server.get("/webhooks/flash").await.0, 405);
    assert_eq!(server.get("/callbacks/NOV-1").await.0, 405);
    assert_eq!(server.post("/metrics", &[], "").await.0, 405);
    assert_eq!(server.post("/", &[], BODY).await.0, 404);
    assert_eq!(server.post("/webhooks/flash/", &[("flashfx-signature", &sign(BODY))], BODY).await.0, 404);
    assert!(server.pending().is_empty());
}

#[tokio::test]
async fn questions_have_a_limit_of_their_own() {
    let server = with(Limits { questions: 1, ..short() }).await;
    let mut asked = Vec::new();
    for at in 0..12 {
        asked.push(server.get(["/readyz", "/metrics"][at % 2]).await.0);
    }
    assert!(asked.starts_with(&[200, 200]) && asked.contains(&429), "{asked:?}");
    assert_eq!(server.deliver("r-1", BODY).await.0, 200, "who asks keeps no delivery out");
    assert_eq!(server.get("/healthz").await.0, 200);
}
