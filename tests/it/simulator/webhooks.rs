//! What the simulator tells of its own accord: every status once, signed, again where it was not taken.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use payrun::simulator::{Options, StatusStep, Webhooks};
use ring::hmac;
use serde_json::Value;
use tokio::net::TcpListener;

use super::client::Flash;

const SECRET: &str = "a-secret-of-the-portal";

/// One request as it came.
#[derive(Debug, Clone)]
struct Heard {
    path: String,
    id: String,
    signature: Option<String>,
    body: String,
}

impl Heard {
    fn event(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).expect("JSON");
        body["event"].as_str().expect("an event").to_owned()
    }

    fn is_signed(&self) -> bool {
        let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
        let tag = self.signature.as_ref().and_then(|text| STANDARD.decode(text).ok());
        tag.is_some_and(|tag| hmac::verify(&key, self.body.as_bytes(), &tag).is_ok())
    }
}

/// Takes what comes, after turning away the first few.
async fn receiver(turned_away: usize) -> (String, Arc<Mutex<Vec<Heard>>>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&heard);
    let take = move |uri: axum::http::Uri, headers: HeaderMap, body: String| async move {
        let text = |name: &str| headers.get(name).map(|value| value.to_str().expect("a text").to_owned());
        let mut kept = kept.lock().expect("no panic");
        kept.push(Heard {
            path: uri.to_string(),
            id: text("flashfx-request-id").expect("an id"),
            signature: text("flashfx-signature"),
            body,
        });
        if kept.len() <= turned_away { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let router = Router::new().route("/{*path}", post(take));
    tokio::spawn(async { axum::serve(listener, router).await });
    (url, heard)
}

async fn flash(url: &str, faults: &[&str]) -> Flash {
    let webhooks = Webhooks {
        url: Some(format!("{url}/hook")),
        secret: SECRET.to_owned(),
        retries: [50, 100].map(Duration::from_millis).into(),
        faults: faults.iter().map(|text| text.parse().expect("a fault")).collect(),
    };
    let step = StatusStep::Every(Duration::from_millis(60));
    Flash::start(Options {
        webhooks,
        status_step: step,
        login_interval: Duration::ZERO,
        ..Options::default()
    })
    .await
}

/// Waits for so many, and a little longer for one too many.
async fn wait(heard: &Mutex<Vec<Heard>>, count: usize) -> Vec<Heard> {
    let began = Instant::now();
    while heard.lock().expect("no panic").len() < count && began.elapsed() < Duration::from_secs(10) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    tokio::time::sleep(Duration::from_millis(250)).await;
    heard.lock().expect("no panic").clone()
}

fn events(heard: &[Heard]) -> Vec<String> {
    heard.iter().map(Heard::event).collect()
}

#[tokio::test]
async fn every_status_is_told_once_and_signed() {
    let (url, heard) = receiver(0).await;
    let flash = flash(&url, &[]).await;
    flash.pay_as("10.50", "EXT-1", "key-1", "BACK FAIL_ACC").await;
    let heard = wait(&heard, 5).await;
    let names = ["initiated", "pending", "completed", "failed", "refunded"];
    assert_eq!(events(&heard), names.map(|name| format!("withdrawal_{name}")));
    assert!(heard.iter().all(|one| one.is_signed() && one.path == "/hook"));
    let ids: std::collections::BTreeSet<_> = heard.iter().map(|one| &one.id).collect();
    assert_eq!(ids.len(), 5);
    let body: Value = serde_json::from_str(&heard[4].body).expect("JSON");
    assert_eq!(
        (body["externalId"].as_str(), body["refundReason"].as_str()),
        (Some("EXT-1"), Some("The account is closed"))
    );
    assert!(heard[4].body.contains("\"refundAmount\":10.5"), "{}", heard[4].body);
}

#[tokio::test]
async fn what_is_not_taken_comes_again_a_few_times_under_one_id() {
    let (url, heard) = receiver(2).await;
    let flash = flash(&url, &["lost@2-"]).await;
    flash.pay("1.00").await;
    let heard = wait(&heard, 3).await;
    assert_eq!(events(&heard), ["withdrawal_initiated"; 3]);
    assert!(heard.iter().all(|one| one.id == heard[0].id && one.body == heard[0].body));
    let statuses: Vec<_> = flash.running.deliveries().iter().map(|one| one.status).collect();
    assert_eq!(statuses, [Some(500), Some(500), Some(200)]);
    let (url, heard) = receiver(99).await;
    let flash = self::flash(&url, &["lost@2-"]).await;
    flash.pay("1.00").await;
    assert_eq!(wait(&heard, 3).await.len(), 3, "then it is dropped");
}

#[tokio::test]
async fn faults_do_what_they_say() {
    let tell = async |faults: &[&str], count: usize| {
        let (url, heard) = receiver(0).await;
        let flash = flash(&url, faults).await;
        flash.pay("1.00").await;
        wait(&heard, count).await
    };
    let [first, second, third] = ["withdrawal_initiated", "withdrawal_pending", "withdrawal_completed"];
    let doubled = tell(&["doubled@1"], 4).await;
    assert_eq!(events(&doubled), [first, first, second, third]);
    assert_eq!(doubled[0].id, doubled[1].id);
    assert_eq!(events(&tell(&["reordered@1"], 3).await), [second, first, third]);
    assert_eq!(events(&tell(&["delayed=400ms@1"], 3).await), [second, third, first]);
    assert_eq!(events(&tell(&["lost@2"], 2).await), [first, third]);
    let unsigned = tell(&["unsigned@1"], 3).await;
    assert!(unsigned[0].signature.is_none() && unsigned[1].is_signed());
    let forged = tell(&["wrong_signature@1"], 3).await;
    assert!(forged[0].signature.is_some() && !forged[0].is_signed() && forged[1].is_signed());
    let lying = tell(&["lying@1"], 3).await;
    assert!(lying[0].is_signed() && lying[0].body.contains("\"amount\":2.00"), "{}", lying[0].body);
    assert_eq!(lying[0].event(), third);
}

#[tokio::test]
async fn an_order_is_told_of_at_its_own_address_too() {
    let (url, heard) = receiver(0).await;
    let flash = flash(&url, &["lost@2-"]).await;
    let input = format!(
        r#"{{"input":{{"amount":1.00,"currency":"AUD","externalId":"E","callbackUri":"{url}/own?sig=1","recipient":{{"firstName":"Robin","lastName":"Example","accountIdType":"BSB","currency":"AUD","bsb":"062000","accountNo":"12345678","address":{{"street":"1 Hill Street","country":"AU"}}}}}}}}"#
    );
    let create = "mutation($input: CreateWithdrawalInput!) { createWithdrawal(input: $input) { success code message } }";
    let reply = flash.graphql(create, &input).await;
    assert_eq!(reply["data"]["createWithdrawal"]["success"], true, "{reply}");
    let heard = wait(&heard, 2).await;
    let mut paths: Vec<_> = heard.iter().map(|one| (one.path.as_str(), one.signature.is_some())).collect();
    paths.sort_unstable();
    assert_eq!(paths, [("/hook", true), ("/own?sig=1", false)]);
}
