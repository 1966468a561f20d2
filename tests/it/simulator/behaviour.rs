//! Lists, statuses, and the rest of what Flash's documentation describes.

use std::time::Duration;

use payrun::simulator::{ExternalIdFilter, Options, StatusStep, Turn};
use serde_json::json;

use super::client::{Flash, http, quick};

#[tokio::test]
async fn a_filter_works_is_ignored_or_is_missing() {
    let look = "query($input: WithdrawalQueryInput) { b: balances { currency } w: withdrawals(input: $input) { externalId } }";
    let input = r#"{"input":{"externalId":"ext-2"}}"#;
    let introspect = r#"{ __type(name: "WithdrawalQueryInput") { inputFields { name } } }"#;
    for (filter, found, visible) in [
        (ExternalIdFilter::Works, Some(1), true),
        (ExternalIdFilter::Ignored, Some(3), true),
        (ExternalIdFilter::Missing, None, false),
    ] {
        let flash = Flash::start(Options { withdrawal_filter: filter, ..quick() }).await;
        for _ in 0..3 {
            flash.pay("1.00").await;
        }
        let reply = flash.graphql(look, input).await;
        assert_eq!(reply["data"]["w"].as_array().map(Vec::len), found, "{filter:?}: {reply}");
        assert_eq!(reply["errors"].is_array(), found.is_none(), "{filter:?}: {reply}");
        assert_eq!(
            flash.graphql(introspect, "{}").await.to_string().contains("externalId"),
            visible,
            "{filter:?}"
        );
        let inline = r#"{ recipients(input: {externalId: "x"}) { id } }"#;
        assert_eq!(flash.graphql(inline, "{}").await["data"]["recipients"], json!([]), "parties are apart");
        flash.running.change(|options| options.party_filter = filter);
        assert_eq!(flash.graphql(inline, "{}").await["errors"].is_array(), found.is_none(), "{filter:?}");
    }
}

#[tokio::test]
async fn lists_can_be_bounded_by_time_status_and_length() {
    let flash = Flash::quick().await;
    flash.pay_as("1.00", "a", "ka", "HALT_AML").await;
    flash.pay_as("1.00", "b", "kb", "FAIL_AML").await;
    let made = flash.ledger().withdrawals[0].created_at;
    let count = async |input: &str| {
        let reply =
            flash.graphql(&format!("{{ w: withdrawals(input: {{{input}}}) {{ externalId }} }}"), "{}").await;
        reply["data"]["w"].as_array().map(Vec::len)
    };
    assert_eq!(count("statuses: [CANCELLED]").await, Some(1));
    assert_eq!(count(&format!(r#"minCreatedAt: "{made}""#)).await, Some(2));
    assert_eq!(count(r#"minCreatedAt: "2999-01-01T00:00:00.000Z""#).await, Some(0));
    assert_eq!(count(r#"maxCreatedAt: "2001-01-01T00:00:00.000Z""#).await, Some(0));
    assert_eq!(count(r#"maxCreatedAt: "yesterday""#).await, None);
    flash.running.change(|options| options.max_items = Some(1));
    assert_eq!(count("statuses: null").await, Some(1));
}

// ---------------------------------------------------------------- statuses

/// The statuses of a withdrawal at one look after another.
async fn walk(reference: &str) -> Vec<String> {
    let flash = Flash::start(Options { status_step: StatusStep::Looks(1), ..quick() }).await;
    let made = flash.pay_as("1.00", "ext-1", "key-1", reference).await;
    let mut seen = vec![made["withdrawal"]["status"].as_str().unwrap_or_default().to_owned()];
    for _ in 0..5 {
        let reply = flash.graphql(r#"{ withdrawals(input: {externalId: "ext-1"}) { status } }"#, "{}").await;
        seen.push(reply["data"]["withdrawals"][0]["status"].as_str().unwrap_or_default().to_owned());
    }
    seen.dedup();
    seen
}

#[tokio::test]
async fn keywords_send_withdrawals_their_ways() {
    assert_eq!(walk("PAY").await, ["INITIALISED", "PENDING", "CONFIRMED"]);
    assert_eq!(walk("x HALT_AML x").await, ["INITIALISED", "REVIEWING"]);
    assert_eq!(walk("FAIL_AML").await, ["CANCELLED"]);
    assert_eq!(walk("PUSH_AML").await, ["INITIALISED", "REVIEWING", "PENDING", "CONFIRMED"]);
    assert_eq!(walk("SEND_RFI").await, ["INITIALISED", "REVIEWING"]);
    assert_eq!(walk("FAIL_ACC").await, ["INITIALISED", "PENDING", "CONFIRMED", "FAILED", "REFUNDED"]);
}

#[tokio::test]
async fn time_moves_withdrawals_too_and_leaves_its_dates() {
    let flash =
        Flash::start(Options { status_step: StatusStep::Every(Duration::from_millis(300)), ..quick() }).await;
    flash.pay_as("1.00", "a", "ka", "FAIL_ACC").await;
    flash.pay_as("1.00", "b", "kb", "FAIL_AML").await;
    assert_eq!(flash.ledger().withdrawals[0].status, "INITIALISED");
    tokio::time::sleep(Duration::from_millis(1300)).await;
    let look = "{ withdrawals { status rejectCode clearedAt refundedAt rejectedAt createdAt } }";
    let reply = flash.graphql(look, "{}").await["data"]["withdrawals"].clone();
    assert_eq!((&reply[0]["status"], reply[0]["refundedAt"].is_string()), (&"REFUNDED".into(), true));
    assert!(reply[0]["clearedAt"].is_string() && reply[0]["rejectedAt"].is_null());
    assert_eq!(
        (&reply[1]["status"], &reply[1]["rejectCode"]),
        (&"CANCELLED".into(), &"COMPLIANCE_DECLINED".into())
    );
    let created = reply[0]["createdAt"].as_str().expect("a time");
    assert_eq!((created.len(), created.ends_with('Z')), ("2026-03-03T01:25:11.984Z".len(), true));
}

#[tokio::test]
async fn a_return_comes_late_and_single_withdrawals_take_any_turn() {
    let every = Duration::ZERO;
    let late = StatusStep::Late { every, back: Duration::from_secs(3600) };
    let flash = Flash::start(Options { status_step: late, ..quick() }).await;
    flash.pay_as("1.00", "a", "ka", "FAIL_ACC").await;
    flash.pay_as("1.00", "b", "kb", "PAY").await;
    let shown = async || {
        let reply = flash.graphql("{ withdrawals { id status amount } }", "{}").await;
        let list = reply["data"]["withdrawals"].as_array().expect("a list").clone();
        list.iter().map(|made| format!("{} {}", made["status"], made["amount"])).collect::<Vec<_>>()
    };
    assert_eq!(shown().await, ["\"CONFIRMED\" 1.0", "\"CONFIRMED\" 1.0"]);
    flash.running.change(|options| options.status_step = StatusStep::Every(every));
    assert_eq!(shown().await, ["\"REFUNDED\" 1.0", "\"CONFIRMED\" 1.0"]);
    let turn = |turn: &str| {
        let turn: Turn = turn.parse().expect("a turn");
        flash.running.change(|options| drop(options.turns.insert("b".into(), turn)));
    };
    for (word, expected) in
        [("PENDING", "\"PENDING\" 1.0"), ("ESCALATED", "\"ESCALATED\" 1.0"), ("amount", "\"CONFIRMED\" 1.01")]
    {
        turn(word);
        assert_eq!(shown().await[1], expected);
    }
    turn("gone");
    assert_eq!(shown().await.len(), 1);
    let id = flash.ledger().withdrawals[1].id.clone();
    let one = flash.graphql(&format!(r#"{{ withdrawal(id: "{id}") {{ id }} }}"#), "{}").await;
    assert!(one["data"]["withdrawal"].is_null() && one["errors"].is_null(), "{one}");
    assert!("Gone".parse::<Turn>().is_err() && "".parse::<Turn>().is_err());
}

// ---------------------------------------------------------------- the rest

#[tokio::test]
async fn nonsense_is_answered_and_harms_nothing() {
    let flash = Flash::quick().await;
    let deep = format!(
        r#"{{"query":"{{ balances {{ currency }} }}","variables":{}1{}}}"#,
        "[".repeat(9000),
        "]".repeat(9000)
    );
    for body in ["", "{", "[]", r#"{"query":1}"#, &deep] {
        assert_eq!(flash.send(body.to_owned()).await.expect("an answer").0, 400);
    }
    for query in ["", "{", "{ nothing }", "query { ...a } fragment a on Query { ...a }"] {
        assert!(flash.graphql(query, "{}").await["errors"].is_array(), "{query}");
    }
    assert_eq!(flash.pay("1.00").await["success"], true);
}

#[tokio::test]
async fn latency_is_added_and_a_stop_does_not_wait_for_the_silent() {
    let flash = Flash::start(Options { latency: Duration::from_millis(30), ..quick() }).await;
    let start = std::time::Instant::now();
    flash.pay("1.00").await;
    assert!(start.elapsed() >= Duration::from_millis(30));
    flash.set_faults(&["any:no_answer_before"]);
    let client = http();
    let silent =
        tokio::spawn(client.post(&flash.running.url).body(r#"{"query":"{ balances { currency } }"}"#).send());
    tokio::time::sleep(Duration::from_millis(60)).await;
    tokio::time::timeout(Duration::from_secs(1), flash.running.stop()).await.expect("a quick end");
    assert!(silent.await.expect("a task").is_err());
}
