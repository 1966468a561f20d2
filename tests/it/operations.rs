//! What is sent, held against the schema and against the bytes.

use apollo_compiler::{ExecutableDocument, Schema};
use payrun::domain::{Currency, ExternalId, Money, PayoutId};
use payrun::gateway::{Gateway, RecipientBy, SenderBy, WithdrawalRequest, operations};
use rust_decimal::Decimal;

use super::rig;

#[test]
fn every_operation_is_valid_by_the_schema() {
    let schema = Schema::parse_and_validate(include_str!("../data/schema.graphql"), "schema.graphql");
    let schema = schema.expect("a valid schema");
    let all = operations();
    assert!(all.len() > 15, "only {} operations", all.len());
    for (name, text) in all {
        let document = ExecutableDocument::parse_and_validate(&schema, text.clone(), name);
        assert!(
            document.is_ok(),
            "{name}: {text}\n{}",
            document.err().map_or(String::new(), |e| e.errors.to_string())
        );
    }
    let wrong = operations()[4].1.replace("rejectCode", "rejectionCode");
    assert!(
        ExecutableDocument::parse_and_validate(&schema, wrong, "wrong").is_err(),
        "the validator is awake"
    );
}

fn money(amount: &str) -> Money {
    Money::new(Decimal::from_str_exact(amount).expect("digits"), Currency::AUD).expect("money")
}

#[test]
fn a_request_is_these_bytes_and_its_amount_has_all_its_digits() {
    let id = PayoutId::of_payment_id("scope", "NOV-1");
    let request = |amount: &str| {
        Gateway::withdrawal_body(&WithdrawalRequest {
            money: money(amount),
            reference: Some("SALARY \"NOV\""),
            external_id: &ExternalId::known("NOV-1"),
            key: &id.idempotency_key(1),
            recipient: RecipientBy::Id("rec-1"),
            sender: SenderBy::Id("sen-1"),
            sub_client_id: None,
            reason: None,
        })
    };
    let body = request("1000.10");
    let expected = r#""variables":{"input":{"amount":1000.10,"currency":"AUD","externalReference":"SALARY \"NOV\"","externalId":"NOV-1","idempotencyKey":"pk"#;
    assert!(body.contains(expected), "{body}");
    assert!(body.ends_with(r#"","recipientId":"rec-1","senderId":"sen-1"}}}"#), "{body}");
    assert_eq!(body, request("1000.10"), "the same bytes, whenever they are made");
    for amount in ["0.01", "1.00", "99999999.99", "123456789012.30"] {
        assert!(request(amount).contains(&format!("\"amount\":{amount},")), "{amount}");
    }
    let keys: std::collections::BTreeSet<_> =
        (1..5).map(|at| id.idempotency_key(at).as_str().to_owned()).collect();
    assert_eq!(keys.len(), 4);
    assert!(keys.iter().all(|key| key.len() <= 34 && key.is_ascii()));
}

#[test]
fn inline_parties_carry_the_whole_payee() {
    let payee = rig::payee("012345678");
    let body = Gateway::withdrawal_body(&WithdrawalRequest {
        money: money("1.00"),
        reference: None,
        external_id: &ExternalId::known("X"),
        key: &PayoutId::of_payment_id("scope", "X").idempotency_key(1),
        recipient: RecipientBy::Inline(&payee),
        sender: SenderBy::Account,
        sub_client_id: None,
        reason: None,
    });
    assert!(body.contains(r#""recipient":{"firstName":"Robin","lastName":"Example""#), "{body}");
    assert!(body.contains(r#""bsb":"062000","accountNo":"012345678""#), "{body}");
    assert!(!body.contains("sender"), "{body}");
}
