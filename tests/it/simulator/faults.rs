//! Every fault: what the client sees, and whether the money moved.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use payrun::simulator::{Effect, KINDS, Kind, Operation};
use serde_json::Value;

use super::client::{Answer, Flash, recipient};

/// What a client can tell about an answer.
#[derive(Debug, PartialEq)]
enum Seen {
    /// The TCP connection was reset.
    Reset,
    /// Nothing came in time.
    Nothing,
    /// The status came, the body broke off.
    Truncated,
    /// An answer that is not JSON.
    Text(u16),
    /// A reply of the mutation.
    Reply { success: bool, object: bool },
    /// A GraphQL error, with its code.
    Errors(String),
    /// Any other JSON.
    Json(u16),
}

fn seen(answer: Answer) -> Seen {
    let (status, body) = match answer {
        Err(error) if error.is_timeout() => return Seen::Nothing,
        Err(error) if error.is_decode() || error.is_body() => return Seen::Truncated,
        Err(error) => {
            let text = format!("{error:?}");
            assert!(text.contains("ConnectionReset"), "no reset but {text}");
            return Seen::Reset;
        }
        Ok(answer) => answer,
    };
    let Ok(json) = serde_json::from_str::<Value>(&body) else {
        return Seen::Text(status);
    };
    let reply = &json["data"]["createWithdrawal"];
    match (&json["errors"][0]["extensions"]["code"], &reply["success"]) {
        (Value::String(code), _) if status == 200 => Seen::Errors(code.clone()),
        (_, Value::Bool(success)) => {
            Seen::Reply { success: *success, object: !reply["withdrawal"].is_null() }
        }
        _ => Seen::Json(status),
    }
}

fn expected(kind: &str) -> Seen {
    match kind {
        "reset_before" | "reset_after" => Seen::Reset,
        "no_answer_before" | "no_answer_after" => Seen::Nothing,
        "500_before" | "500_after" => Seen::Json(500),
        "html_502" | "html_502_after" => Seen::Text(502),
        "throttle" => Seen::Json(429),
        "malformed_json" => Seen::Text(200),
        "truncated_json" => Seen::Truncated,
        "graphql_error_before" | "graphql_error_after" => Seen::Errors("INTERNAL_SERVER_ERROR".to_owned()),
        "declined" => Seen::Reply { success: false, object: false },
        "success_without_object" | "success_without_object_before" => {
            Seen::Reply { success: true, object: false }
        }
        "expired_token_401" => Seen::Json(401),
        "expired_token_graphql" => Seen::Errors("UNAUTHENTICATED".to_owned()),
        "slow" | "lagging_lists" | "wrong_echo" => Seen::Reply { success: true, object: true },
        "redirect_307" | "redirect_307_after" => Seen::Text(307),
        other => panic!("{other} is not expected to be anything yet"),
    }
}

#[tokio::test]
async fn every_fault_looks_and_works_as_the_table_says() {
    let mut kinds = tokio::task::JoinSet::new();
    for (name, kind) in KINDS {
        kinds.spawn(looks_and_works(name, kind));
    }
    while let Some(done) = kinds.join_next().await {
        done.expect("the table's row");
    }
}

async fn looks_and_works(name: &str, kind: Kind) {
    let operation = if name == "lagging_lists" { "any" } else { "withdrawal_create" };
    let time = if kind.to_string().contains('=') { "=10ms" } else { "" };
    let flash = Flash::with_faults(&[&format!("{operation}:{name}{time}@1")]).await;
    assert_eq!(seen(flash.try_pay("1.00").await), expected(name), "{name}");
    assert_eq!(flash.paid() == 1, kind.effect == Effect::Committed, "{name}: {}", flash.ledger());
    tokio::time::sleep(Duration::from_millis(15)).await;
    let next = seen(flash.try_pay("1.00").await);
    assert_eq!(next, Seen::Reply { success: true, object: true }, "the call after {name}");
    flash.running.stop().await;
}

/// The table at the head of the module is the documentation; it must not say anything else than the code.
#[test]
fn the_table_of_the_documentation_is_the_table_of_the_code() {
    let head = include_str!("../../../src/simulator/mod.rs");
    let rows = head.lines().filter_map(|line| line.strip_prefix("//! | `"));
    let documented: BTreeSet<_> =
        rows.map(|row| (row.split('`').next(), row.trim_end().ends_with("| yes |"))).collect();
    let coded = KINDS.map(|(name, kind)| (Some(name), kind.effect == Effect::Committed));
    assert_eq!(documented, BTreeSet::from(coded));
}

#[test]
fn every_operation_is_documented() {
    let pages = [include_str!("../../../src/simulator/mod.rs"), include_str!("../../../docs/SIMULATOR.md")];
    for operation in Operation::ALL {
        assert!(pages.iter().all(|page| page.contains(&format!("`{operation}`"))), "{operation}");
    }
}

#[tokio::test]
async fn a_script_strikes_its_calls_and_no_others() {
    let flash = Flash::with_faults(&["withdrawal_create:declined@2-3", "party_lookup:500_before@1-"]).await;
    let mut successes = Vec::new();
    for _ in 0..4 {
        successes.push(flash.pay("1.00").await["success"] == true);
    }
    assert_eq!(successes, [true, false, false, true]);
    let lookup = "{ a: recipients { id } b: senders { id } }";
    for _ in 0..2 {
        assert_eq!(flash.try_graphql(lookup, "{}").await.expect("an answer").0, 500);
    }
    let calls = flash.running.calls();
    assert_eq!((calls[&Operation::WithdrawalCreate], calls[&Operation::PartyLookup]), (4, 2));
}

#[tokio::test]
async fn operations_are_told_by_fields_not_by_words() {
    let flash = Flash::with_faults(&["login:500_before", "withdrawal_list:html_502"]).await;
    let disguised = "query createWithdrawal { login: balances { currency } }";
    let (status, _) =
        flash.try_graphql(disguised, r#"{"withdrawals":"withdrawals"}"#).await.expect("an answer");
    assert_eq!(status, 200);
    let fragment = "query { ...all } fragment all on Query { renamed: withdrawals { id } }";
    assert_eq!(flash.try_graphql(fragment, "{}").await.expect("an answer").0, 502);
}

#[tokio::test]
async fn equal_seeds_strike_equal_calls() {
    let mut runs = Vec::new();
    for seed in [7, 7, 8] {
        let flash = Flash::with_faults(&[&format!("withdrawal_create:declined%30,seed={seed}")]).await;
        let mut run = Vec::new();
        for _ in 0..40 {
            run.push(flash.pay("1.00").await["success"] == true);
        }
        let struck = run.iter().filter(|success| !**success).count();
        assert!((4..=22).contains(&struck), "{struck} of 40 at 30 %");
        runs.push(run);
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}

#[tokio::test]
async fn faults_can_be_switched_off() {
    let flash = Flash::with_faults(&["any:500_before"]).await;
    assert_eq!(flash.try_pay("1.00").await.expect("an answer").0, 500);
    flash.running.faults().clear();
    assert_eq!(flash.pay("1.00").await["success"], true);
}

#[tokio::test]
async fn a_throttle_stops_everybody_for_its_window() {
    let flash = Flash::with_faults(&["withdrawal_create:throttle=900ms@1"]).await;
    let response = flash.http.post(&flash.running.url).bearer_auth(&flash.token);
    let (status, body) = flash.try_pay("1.00").await.expect("an answer");
    let body: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!((status, &body["code"], &body["retrySecs"]), (429, &"TOO_MANY_REQUESTS".into(), &0.into()));
    assert_eq!(body["success"], false);
    let other = response.body(r#"{"query":"{ balances { currency } }"}"#).send().await.expect("an answer");
    assert_eq!((other.status().as_u16(), other.headers()["retry-after"].to_str().ok()), (429, Some("0")));
    tokio::time::sleep(Duration::from_millis(910)).await;
    assert_eq!(flash.pay("1.00").await["success"], true);
}

#[tokio::test]
async fn slow_is_slow_and_right() {
    let flash = Flash::with_faults(&["withdrawal_create:slow=60ms"]).await;
    let start = Instant::now();
    assert_eq!(flash.pay("1.00").await["success"], true);
    assert!(start.elapsed() >= Duration::from_millis(60));
}

#[tokio::test]
async fn a_wrong_echo_differs_from_the_ledger() {
    let flash = Flash::with_faults(&["withdrawal_create:wrong_echo"]).await;
    assert_eq!(flash.pay("1.00").await["withdrawal"]["amount"], 1.01);
    assert_eq!(flash.ledger().total("AUD").to_string(), "1.00");
}

#[tokio::test]
async fn lagging_lists_show_the_young_later() {
    let flash =
        Flash::with_faults(&["withdrawal_list:lagging_lists=900ms", "party_lookup:lagging_lists=900ms"])
            .await;
    let create = "mutation($input: RecipientInput!) { createRecipient(input: $input) { success } }";
    let input = format!(r#"{{"input":{}}}"#, recipient("Ann", "payee-1"));
    assert_eq!(flash.graphql(create, &input).await["data"]["createRecipient"]["success"], true);
    let made = flash.pay("1.00").await;
    let id = made["withdrawal"]["id"].as_str().expect("an id").to_owned();
    let look = format!(
        r#"{{ one: withdrawal(id: "{id}") {{ id }} many: withdrawals(input: {{externalId: "ext-1"}}) {{ id }}
             parties: recipients {{ id }} }}"#
    );
    let count = |reply: &Value, list: &str| reply["data"][list].as_array().map(Vec::len);
    let young = flash.graphql(&look, "{}").await;
    assert_eq!(young["data"]["one"]["id"], id);
    assert_eq!((count(&young, "many"), count(&young, "parties")), (Some(0), Some(0)));
    tokio::time::sleep(Duration::from_millis(910)).await;
    let old = flash.graphql(&look, "{}").await;
    assert_eq!((count(&old, "many"), count(&old, "parties")), (Some(1), Some(1)));
}

#[tokio::test]
async fn a_login_can_fail_too() {
    let flash = Flash::with_faults(&["login:success_without_object@1", "login:declined@2"]).await;
    let login = r#"mutation { login(input: {email: "a@b.au", password: "c"}) { success code token } }"#;
    let first = flash.graphql(login, "{}").await["data"]["login"].clone();
    assert_eq!((&first["success"], &first["token"]), (&true.into(), &Value::Null));
    assert_eq!(flash.graphql(login, "{}").await["data"]["login"]["code"], "DECLINED");
}
