//! A Flash without what its documentation leaves to be assumed: not shown, and refused where used.

use std::collections::BTreeSet;

use payrun::simulator::{Assumed, Options};
use serde_json::Value;

use super::client::{Flash, payment, quick};

/// The fields whose line says `# assumed` and nothing before it: names of types cannot be missing.
fn assumed() -> BTreeSet<String> {
    let mut owner = "";
    let mut found = BTreeSet::new();
    for line in include_str!("../../data/schema.graphql").lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["type" | "input", name, ..] => owner = name,
            [field, .., "#", "assumed"] | [field, _, "#", "assumed", ..] => {
                found.insert(format!("{owner}.{}", field.trim_end_matches(':')));
            }
            _ => {}
        }
    }
    found
}

/// Every field of every type that introspection shows.
async fn shown(flash: &Flash) -> BTreeSet<String> {
    let types = flash.ask("{ __schema { types { name fields { name } inputFields { name } } } }").await;
    let mut shown = BTreeSet::new();
    for of in types["types"].as_array().expect("types") {
        let fields =
            [&of["fields"], &of["inputFields"]].map(|list| list.as_array().cloned().unwrap_or_default());
        for field in fields.concat() {
            shown.insert(format!("{}.{}", of["name"], field["name"]).replace('"', ""));
        }
    }
    shown
}

#[tokio::test]
async fn introspection_lacks_exactly_the_assumed_fields() {
    let flash = Flash::quick().await;
    let with = shown(&flash).await;
    flash.running.change(|options| options.assumed = Assumed::Absent);
    let without = shown(&flash).await;
    let missing: BTreeSet<String> = with.difference(&without).cloned().collect();
    assert_eq!(missing, assumed());
    assert_eq!(missing.len(), 6, "{missing:?}");
    assert!(without.is_subset(&with) && without.contains("RecipientQueryInput.externalId"));
}

/// Every use of an assumed field, in every way that a request can be written.
const USES: [&str; 11] = [
    r#"{ senders(input: {externalId: "x"}) { id } }"#,
    r#"{ withdrawals(input: {externalId: "x"}) { id } }"#,
    r#"{ payments(input: {externalId: "x"}) { id } }"#,
    r#"{ payments(input: {minCreatedAt: "2026-03-03T01:25:11.984Z"}) { id } }"#,
    r#"{ payments(input: {maxCreatedAt: "2026-03-03T01:25:11.984Z"}) { id } }"#,
    "{ payments { id statusMessage } }",
    r#"{ payment(id: "pay_00000001") { renamed: statusMessage } }"#,
    "{ payments { ... on Payment { statusMessage } } }",
    "{ ...all } fragment all on Query { payments { ...one } } fragment one on Payment { statusMessage }",
    r#"{ balances { currency } withdrawals(input: {externalId: "x"}) { id } }"#,
    r#"mutation { createPayment(input: {fromCurrency: AUD, toCurrency: EUR, size: 1, currency: AUD,
        recipientId: "rcp_1"}) { payment { statusMessage } } }"#,
];

#[tokio::test]
async fn a_request_that_uses_an_assumed_field_is_invalid() {
    let flash = Flash::quick().await;
    for query in USES {
        assert_eq!(flash.graphql(query, "{}").await["errors"], Value::Null, "{query}");
    }
    flash.running.change(|options| options.assumed = Assumed::Absent);
    for query in USES {
        let reply = flash.graphql(query, "{}").await;
        assert_eq!(reply["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{query}: {reply}");
        assert_eq!(reply["data"], Value::Null, "{query}");
    }
    let variable = "query($input: PaymentQueryInput) { payments(input: $input) { id } }";
    let reply = flash.graphql(variable, r#"{"input":{"externalId":"x"}}"#).await;
    assert!(reply["errors"].is_array(), "{reply}");
    for documented in
        ["{ withdrawals { id statusMessage } }", r#"{ recipients(input: {externalId: "x"}) { id } }"#]
    {
        assert_eq!(flash.graphql(documented, "{}").await["errors"], Value::Null, "{documented}");
    }
}

#[tokio::test]
async fn nothing_is_made_by_a_request_that_is_invalid() {
    let flash = Flash::start(Options { assumed: Assumed::Absent, ..quick() }).await;
    let pay = super::client::PAY.replace("size fromCurrency", "size statusMessage fromCurrency");
    let input = serde_json::json!({ "input": payment("p-1", "k-1") }).to_string();
    assert!(flash.graphql(&pay, &input).await["errors"].is_array());
    assert_eq!(flash.ledger().payments, []);
    assert_eq!(flash.convert(&payment("p-1", "k-1")).await["code"], "CREATED");
}
