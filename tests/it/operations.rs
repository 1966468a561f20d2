//! What is sent, held against the schema and against the bytes.

use apollo_compiler::{ExecutableDocument, Schema};
use payrun::domain::{Currency, Deal, ExternalId, Money, PayoutId};
use payrun::gateway::{Gateway, PayoutRequest, RecipientBy, SenderBy, operations};
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
        Gateway::payout_body(&PayoutRequest {
            deal: Deal::Withdrawal(money(amount)),
            reference: Some("SALARY \"NOV\""),
            external_id: &ExternalId::known("NOV-1"),
            key: &id.idempotency_key(1),
            recipient: RecipientBy::Id("rec-1"),
            sender: SenderBy::Id("sen-1"),
            sub_client_id: None,
            reason: None,
            source_of_funds: None,
            quote_id: None,
            callback_uri: None,
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
    let body = Gateway::payout_body(&PayoutRequest {
        deal: Deal::Withdrawal(money("1.00")),
        reference: None,
        external_id: &ExternalId::known("X"),
        key: &PayoutId::of_payment_id("scope", "X").idempotency_key(1),
        recipient: RecipientBy::Inline(&payee),
        sender: SenderBy::Account,
        sub_client_id: None,
        reason: None,
        source_of_funds: None,
        quote_id: None,
        callback_uri: None,
    });
    assert!(body.contains(r#""recipient":{"firstName":"Robin","lastName":"Example""#), "{body}");
    assert!(body.contains(r#""bsb":"062000","accountNo":"012345678""#), "{body}");
    assert!(!body.contains("sender"), "{body}");
}

#[test]
fn a_payment_names_its_pair_and_the_side_that_its_size_is_in() {
    let euro: Currency = "EUR".parse().expect("a currency");
    let payee = rig::payee_abroad(7);
    let request = |money: Money| {
        Gateway::payout_body(&PayoutRequest {
            deal: Deal::Payment { money, from: Currency::AUD, to: euro },
            reference: Some("INV 7"),
            external_id: &ExternalId::known("NOV-7"),
            key: &PayoutId::of_payment_id("scope", "NOV-7").idempotency_key(1),
            recipient: RecipientBy::Inline(&payee),
            sender: SenderBy::Account,
            sub_client_id: Some("sub-1"),
            reason: Some("BUSINESS"),
            source_of_funds: Some("BUSINESS_FUNDS"),
            quote_id: Some("q-1"),
            callback_uri: Some("https://pay.example.com/callbacks/NOV-7?sig=x"),
        })
    };
    let amount = Decimal::from_str_exact("1000.10").expect("digits");
    let to = request(Money::new(amount, euro).expect("money"));
    let pair = r#""variables":{"input":{"fromCurrency":"AUD","toCurrency":"EUR","size":1000.10,"currency":"EUR","externalReference":"INV 7","externalId":"NOV-7","idempotencyKey":"pk"#;
    assert!(to.contains(pair), "{to}");
    let rest = r#""subClientId":"sub-1","reason":"BUSINESS","sourceOfFunds":"BUSINESS_FUNDS","quoteId":"q-1","callbackUri":"https://pay.example.com/callbacks/NOV-7?sig=x"}}}"#;
    assert!(to.ends_with(rest), "{to}");
    // the payee gets euros, whichever side the amount is in
    let from = request(money("1000.10"));
    assert!(from.contains(r#""size":1000.10,"currency":"AUD","#), "{from}");
    for body in [to, from] {
        let account = format!(r#""accountIdType":"IBAN","currency":"EUR","iban":"{}""#, rig::iban(7));
        assert!(body.contains(&account), "{body}");
    }
}
