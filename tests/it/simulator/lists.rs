//! Lists of payments, and the faults that strike them and what makes them.

use std::time::Duration;

use payrun::simulator::{Effect, ExternalIdFilter, KINDS, Operation, Options, StatusStep};
use serde_json::{Value, json};

use super::client::{Flash, PAY, abroad, payment, quick};

async fn count(flash: &Flash, filter: &str) -> Option<usize> {
    let reply = flash.graphql(&format!("{{ payments(input: {{{filter}}}) {{ id }} }}"), "{}").await;
    reply["data"]["payments"].as_array().map(Vec::len)
}

#[tokio::test]
async fn payments_are_listed_by_all_that_they_can_be_filtered_by() {
    let flash = Flash::start(Options { status_step: StatusStep::Every(Duration::ZERO), ..quick() }).await;
    let mut cancelled = payment("p-1", "k-1");
    cancelled["externalReference"] = "FAIL_AML".into();
    let mut pounds = payment("p-2", "k-2");
    pounds["toCurrency"] = "GBP".into();
    pounds["recipient"] = abroad("GBP", "IBAN", &json!({ "iban": "GB29NWBK60161331926819" }));
    pounds["subClientId"] = "sub_00000001".into();
    for input in [&cancelled, &pounds] {
        assert_eq!(flash.convert(input).await["code"], "CREATED");
    }
    let made = flash.ledger().payments[1].created_at;
    for (filter, found) in [
        ("", Some(2)),
        ("statuses: [CANCELLED]", Some(1)),
        ("statuses: [CLOSED, CANCELLED]", Some(2)),
        ("statuses: [OPEN]", Some(0)),
        ("toCurrencies: [GBP]", Some(1)),
        ("toCurrencies: [GBP, EUR]", Some(2)),
        ("toCurrencies: [USD]", Some(0)),
        (r#"subClientId: "sub_00000001""#, Some(1)),
        (r#"subClientId: "sub_00000002""#, Some(0)),
        (r#"externalId: "p-1""#, Some(1)),
        (r#"externalId: "p-1", toCurrencies: [GBP]"#, Some(0)),
        (r#"minCreatedAt: "2999-01-01T00:00:00.000Z""#, Some(0)),
        (r#"maxCreatedAt: "2001-01-01T00:00:00.000Z""#, Some(0)),
        (r#"minCreatedAt: "yesterday""#, None),
    ] {
        assert_eq!(count(&flash, filter).await, found, "{filter}");
    }
    assert!(count(&flash, &format!(r#"minCreatedAt: "{made}""#)).await >= Some(1));
    flash.running.change(|options| options.max_items = Some(1));
    assert_eq!(count(&flash, "").await, Some(1));
    assert_eq!(flash.ask(r#"{ payment(id: "pay_00000002") { toCurrency } }"#).await["toCurrency"], "GBP");
    assert_eq!(flash.ask(r#"{ payment(id: "pay_00000003") { toCurrency } }"#).await, Value::Null);
}

#[tokio::test]
async fn withdrawals_are_listed_by_sub_client_too() {
    let flash = Flash::quick().await;
    flash.pay("1.00").await;
    let own = r#"{ withdrawals(input: {subClientId: "sub_00000001"}) { id subClient { id } } }"#;
    assert_eq!(flash.ask(own).await, json!([]));
    let mut input: Value =
        serde_json::from_str(&super::client::withdrawal("2.00", "w-2", "kw-2", "")).expect("JSON");
    input["input"]["subClientId"] = "sub_00000001".into();
    flash.graphql(super::client::WITHDRAW, &input.to_string()).await;
    assert_eq!(
        flash.ask(own).await,
        json!([{ "id": "wdl_00000002", "subClient": { "id": "sub_00000001" } }])
    );
}

#[tokio::test]
async fn the_filter_by_external_id_works_is_ignored_or_is_missing() {
    for (filter, found) in [
        (ExternalIdFilter::Works, Some(1)),
        (ExternalIdFilter::Ignored, Some(2)),
        (ExternalIdFilter::Missing, None),
    ] {
        let flash = Flash::start(Options { payment_filter: filter, ..quick() }).await;
        flash.convert(&payment("p-1", "k-1")).await;
        flash.convert(&payment("p-2", "k-2")).await;
        assert_eq!(count(&flash, r#"externalId: "p-2""#).await, found, "{filter:?}");
    }
}

// ---------------------------------------------------------------- faults

#[tokio::test]
async fn every_fault_can_strike_a_payment() {
    let mut kinds = tokio::task::JoinSet::new();
    for (name, kind) in KINDS.iter().filter(|(name, _)| *name != "lagging_lists") {
        kinds.spawn(async move {
            let time = if kind.to_string().contains('=') { "=10ms" } else { "" };
            let flash = Flash::with_faults(&[&format!("payment_create:{name}{time}@1")]).await;
            let body = json!({ "input": payment("p-1", "k-1") }).to_string();
            let _ = flash.try_graphql(PAY, &body).await;
            let committed = kind.effect == Effect::Committed;
            assert_eq!(flash.ledger().payments.len() == 1, committed, "{name}");
            tokio::time::sleep(Duration::from_millis(15)).await;
            let again = flash.convert(&payment("p-1", "k-1")).await;
            assert_eq!(again["code"], if committed { "OK" } else { "CREATED" }, "{name}");
            assert_eq!(flash.ledger().payments.len(), 1, "{name}");
            assert_eq!(flash.running.calls()[&Operation::PaymentCreate], 2, "{name}");
        });
    }
    while let Some(done) = kinds.join_next().await {
        done.expect("the fault");
    }
}

#[tokio::test]
async fn replies_of_payments_can_be_wrong() {
    let flash = Flash::with_faults(&[
        "payment_create:wrong_echo@1",
        "payment_create:success_without_object@2",
        "payment_create:declined@3",
    ])
    .await;
    let echo = flash.convert(&payment("p-1", "k-1")).await;
    assert_eq!((&echo["payment"]["size"], &echo["payment"]["fromAmount"]), (&100.01.into(), &100.01.into()));
    let empty = flash.convert(&payment("p-2", "k-2")).await;
    assert_eq!((&empty["success"], &empty["payment"]), (&true.into(), &Value::Null));
    assert_eq!(flash.convert(&payment("p-3", "k-3")).await["code"], "DECLINED");
    assert_eq!(flash.ledger().totals_paid()["AUD"], (2, 200.into()));
}

#[tokio::test]
async fn lists_of_payments_can_lag() {
    let flash = Flash::with_faults(&["payment_list:lagging_lists=900ms"]).await;
    flash.convert(&payment("p-1", "k-1")).await;
    assert_eq!(count(&flash, "").await, Some(0));
    assert!(flash.ask(r#"{ payment(id: "pay_00000001") { id } }"#).await.is_object());
    tokio::time::sleep(Duration::from_millis(910)).await;
    assert_eq!(count(&flash, "").await, Some(1));
}

#[tokio::test]
async fn every_question_has_faults_of_its_own() {
    let questions = [
        ("payment_list", "{ payments { id } }"),
        ("payment_get", r#"{ payment(id: "1") { id } }"#),
        ("quote", "{ quote(input: {fromCurrency: AUD, toCurrency: EUR}) { bid } }"),
        ("balances", "{ balances { cleared } }"),
        ("delivery_methods", "{ availableDeliveryMethods { method } }"),
        ("bank_info", r#"{ bankInfo(input: {bsb: "062000"}) { name } }"#),
        (
            "payee_confirmation",
            r#"mutation { confirmationOfPayee(input: {accountIdType: BSB, bsb: "062000",
            accountNo: "12345678", accountName: "Ann Lee"}) { success } }"#,
        ),
        ("sub_clients", "{ subClients { id } }"),
    ];
    for (operation, _) in questions {
        let flash = Flash::with_faults(&[&format!("{operation}:500_after")]).await;
        for (other, question) in questions {
            let (status, _) = flash.try_graphql(question, "{}").await.expect("an answer");
            assert_eq!(status == 500, other == operation, "{operation} and {question}");
        }
    }
}
