//! The client's manners: logins, pace and headers, counted at the other end of the wire.

use std::io::{Read, Write};
use std::time::Duration;

use payrun::gateway::LOGIN_INTERVAL;
use payrun::simulator::Options;

use super::rig::{Rig, payroll, quick};
use super::world::World;

const ROWS: usize = 30;

/// How often the simulator was asked for an operation.
fn calls(rig: &Rig, operation: &str) -> u64 {
    rig.simulator
        .calls()
        .iter()
        .filter(|(name, _)| name.to_string() == operation)
        .map(|(_, count)| *count)
        .sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_renewed_before_it_ends_by_one_login_for_everybody() {
    let slow =
        Options { token_lifetime: Duration::from_secs(5), latency: Duration::from_millis(300), ..quick() };
    let mut rig = Rig::start(slow).await;
    rig.timeout = Duration::from_secs(5);
    let run = rig.record(rig.file("pay.csv", 0, 90)).await;
    rig.finish(run, 1).await.expect("it is paid");
    assert_eq!(calls(&rig, "withdrawal_create"), 90, "no payout was turned away for an old token");
    let logins = calls(&rig, "login");
    assert!((2..=4).contains(&logins), "{logins} logins");
    assert_eq!(calls(&rig, "logout"), 1);
    rig.simulator.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unexpected_refusal_costs_one_login_not_sooner_than_allowed() {
    // this simulator refuses a second login within a second
    let mut rig = Rig::start(Options::default()).await;
    rig.login_interval = LOGIN_INTERVAL;
    rig.simulator.faults().set(&["withdrawal_create:expired_token_graphql@5-7".parse().expect("a fault")]);
    let run = rig.record(rig.file("pay.csv", 0, ROWS)).await;
    rig.finish(run, 1).await.expect("it is paid");
    assert_eq!(calls(&rig, "login"), 2, "several refusals at once are one login");
    assert_eq!(rig.wrongs(run, ROWS), Vec::<String>::new());
    rig.simulator.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_is_asked_to_wait_for_everybody_waits_for() {
    let rig = Rig::start(quick()).await;
    rig.simulator.faults().set(&["withdrawal_create:throttle=1500ms@6".parse().expect("a fault")]);
    let run = rig.record(rig.file("pay.csv", 0, ROWS)).await;
    rig.finish(run, 1).await.expect("it is paid");
    let refused = calls(&rig, "withdrawal_create") - ROWS as u64;
    assert!(refused <= rig.max_in_flight as u64, "{refused} requests went out into the closed door");
    assert!(refused > 0);
    assert_eq!(rig.wrongs(run, ROWS), Vec::<String>::new());
    rig.simulator.stop().await;
}

#[test]
fn every_request_says_who_asks() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let server = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().expect("a client");
        let mut request = [0; 4096];
        let read = socket.read(&mut request).expect("a request");
        socket.write_all(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n").expect("answered");
        String::from_utf8_lossy(&request[..read]).into_owned()
    });
    let world = World::new();
    world.write("pay.csv", payroll(0, 1));
    world.payrun(&["pay", "pay.csv", "--yes", "--api-url", &url]).ends(6).says("refused the login");
    let request = server.join().expect("no panic").to_lowercase();
    assert!(request.contains(&format!("user-agent: payrun/{}", env!("CARGO_PKG_VERSION"))), "{request}");
    assert!(request.contains("content-type: application/json"), "{request}");
}
