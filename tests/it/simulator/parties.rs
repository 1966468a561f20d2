//! Senders and recipients, and what is refused in them.

use serde_json::{Value, json};

use super::client::{Flash, WITHDRAW, recipient};

const CREATE: &str = "mutation($input: RecipientInput!) { createRecipient(input: $input) { success code message recipient { id } } }";

#[tokio::test]
async fn parties_are_made_found_changed_and_used() {
    let flash = Flash::quick().await;
    let input = json!({ "input": recipient("Ann", "payee-1") }).to_string();
    let made = flash.graphql(CREATE, &input).await["data"]["createRecipient"].clone();
    let again = flash.graphql(CREATE, &input).await["data"]["createRecipient"].clone();
    assert_eq!((&made["code"], &again["code"]), (&"CREATED".into(), &"CREATED".into()));
    assert_ne!(made["recipient"]["id"], again["recipient"]["id"], "externalId is not unique");

    let found = flash.graphql(
        r#"{ a: recipients(input: {externalId: "payee-1"}) { id bsb country } b: recipients(input: {externalId: "x"}) { id } }"#,
        "{}",
    );
    let found = found.await["data"].clone();
    assert_eq!((found["a"].as_array().map(Vec::len), &found["b"]), (Some(2), &json!([])));
    assert_eq!((&found["a"][0]["bsb"], &found["a"][0]["country"]), (&"062000".into(), &"AU".into()));

    let id = &made["recipient"]["id"];
    let change = "mutation($id: ID, $input: RecipientInput!) { updateRecipient(id: $id, input: $input) { success code recipient { lastName } } }";
    let mut other = recipient("Ann", "payee-2");
    let changed = flash.graphql(change, &json!({ "id": id, "input": other }).to_string()).await;
    assert_eq!(changed["data"]["updateRecipient"]["code"], "UPDATED");
    other["accountIdType"] = "PAYID".into();
    other["payid"] = "ann@lee.au".into();
    let refused = flash.graphql(change, &json!({ "id": id, "input": other }).to_string()).await;
    assert_eq!(refused["data"]["updateRecipient"]["success"], false);
    let moved = r#"{ a: recipients(input: {externalId: "payee-1"}) { id } b: recipients(input: {externalId: "payee-2"}) { id } }"#;
    let moved = flash.graphql(moved, "{}").await["data"].clone();
    assert_eq!((&moved["a"][0]["id"], &moved["b"][0]["id"]), (&again["recipient"]["id"], id));

    let pay = "mutation($id: ID, $other: ID) {
        known: createWithdrawal(input: {amount: 1.50, recipientId: $id}) { success withdrawal { recipient { id accountNo } } }
        unknown: createWithdrawal(input: {amount: 1.50, recipientId: $other}) { success code } }";
    let paid = flash.graphql(pay, &json!({ "id": id, "other": "rcp_99" }).to_string()).await["data"].clone();
    assert_eq!(&paid["known"]["withdrawal"]["recipient"]["id"], id);
    assert_eq!(paid["unknown"]["code"], "NOT_FOUND");
}

#[tokio::test]
async fn what_the_documentation_rejects_is_rejected() {
    let flash = Flash::quick().await;
    for (field, value) in [
        ("firstName", "Aaron x.com"),
        ("firstName", "R2D2"),
        ("lastName", "N/A"),
        ("externalId", "é"),
        ("bsb", "062-000"),
        ("accountNo", "1234 5678"),
        ("companyName", "A<B"),
        ("dob", "2020-01-01"),
        ("mobile", "0412345678"),
        ("nickName", "A"),
    ] {
        let mut input = recipient("Ann", "payee-1");
        input[field] = value.into();
        let reply = flash.graphql(CREATE, &json!({ "input": input }).to_string()).await;
        assert_eq!(reply["data"]["createRecipient"]["code"], "INVALID_INPUT", "{field} {value}: {reply}");
    }
    let mut input = recipient("Ann", "payee-1");
    input["address"]["street"] = Value::Null;
    let reply = flash.graphql(CREATE, &json!({ "input": input }).to_string()).await;
    assert_eq!(reply["data"]["createRecipient"]["code"], "INVALID_INPUT");
    let both =
        format!(r#"{{"input":{{"amount":1,"recipientId":"1","recipient":{}}}}}"#, recipient("Ann", "p"));
    let reply = flash.graphql(WITHDRAW, &both).await;
    assert_eq!(reply["data"]["createWithdrawal"]["code"], "INVALID_INPUT");
    assert_eq!(flash.ledger().recipients.len(), 0);
}
