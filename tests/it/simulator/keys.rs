//! What a repeated `idempotencyKey` replies, of withdrawals and of payments.

use std::time::Duration;

use payrun::simulator::{Options, RepeatedKey};
use serde_json::{Value, json};

use super::client::{Flash, PAY, WITHDRAW, payment, quick, withdrawal};

/// Every form: whether it is a success, has the object, and how often is paid.
const FORMS: [(RepeatedKey, Option<bool>, bool, usize); 7] = [
    (RepeatedKey::ReturnsFirst, Some(true), true, 1),
    (RepeatedKey::FailsWithObject, Some(false), true, 1),
    (RepeatedKey::FailsWithoutObject, Some(false), false, 1),
    (RepeatedKey::GraphqlError, None, false, 1),
    (RepeatedKey::Ignored, Some(true), true, 2),
    (RepeatedKey::Forgets(Duration::from_secs(60)), Some(true), true, 1),
    (RepeatedKey::Forgets(Duration::ZERO), Some(true), true, 2),
];

#[tokio::test]
async fn a_repeated_key_answers_in_every_form() {
    let of_payment = json!({ "input": payment("ext-1", "key-1") }).to_string();
    let of_withdrawal = withdrawal("5.00", "ext-1", "key-1", "");
    for (form, success, object, paid) in FORMS {
        for (query, variables, mutation, made) in [
            (WITHDRAW, &of_withdrawal, "createWithdrawal", "withdrawal"),
            (PAY, &of_payment, "createPayment", "payment"),
        ] {
            let flash = Flash::start(Options { repeated_key: form, ..quick() }).await;
            let first = flash.graphql(query, variables).await["data"][mutation].clone();
            assert_eq!(first["code"], "CREATED");
            let reply = flash.graphql(query, variables).await;
            let second = &reply["data"][mutation];
            let what = format!("{form:?} of {made}: {reply}");
            assert_eq!(second["success"].as_bool(), success, "{what}");
            assert_eq!(reply["errors"].is_array(), success.is_none(), "{what}");
            assert_eq!(second[made].is_object(), object, "{what}");
            if object {
                assert_eq!(second[made]["id"] == first[made]["id"], paid == 1, "{what}");
            }
            if success == Some(false) {
                assert_eq!(second["code"], "DUPLICATE_IDEMPOTENCY_KEY");
            }
            let ledger = flash.ledger();
            assert_eq!(ledger.withdrawals.len() + ledger.payments.len(), paid, "{what}");
            assert_eq!(ledger.made_twice() == ["ext-1"], paid == 2, "{what}");
        }
    }
}

#[tokio::test]
async fn a_key_of_a_withdrawal_is_not_a_key_of_a_payment() {
    let flash = Flash::quick().await;
    flash.pay_as("5.00", "ext-1", "key-1", "").await;
    assert_eq!(flash.convert(&payment("ext-2", "key-1")).await["code"], "CREATED");
    assert_eq!(flash.ledger().made_twice(), Vec::<&str>::new());
}

#[tokio::test]
async fn equal_requests_at_the_same_time_pay_once() {
    let flash = Flash::quick().await;
    let of_payment = json!({ "input": payment("ext-1", "key-1") }).to_string();
    let of_withdrawal = withdrawal("5.00", "ext-1", "key-1", "");
    for (query, variables) in [(WITHDRAW, &of_withdrawal), (PAY, &of_payment)] {
        let send = || flash.try_graphql(query, variables);
        let (a, b, c, d) = tokio::join!(send(), send(), send(), send());
        assert!([a, b, c, d].iter().all(Result::is_ok));
    }
    assert_eq!((flash.paid(), flash.ledger().payments.len()), (1, 1));
}

#[tokio::test]
async fn a_refused_payment_leaves_its_key_free() {
    let flash = Flash::quick().await;
    let mut input = payment("ext-1", "key-1");
    input["size"] = json!(0);
    assert_eq!(flash.convert(&input).await["code"], "INVALID_INPUT");
    let made = flash.convert(&payment("ext-1", "key-1")).await;
    assert_eq!((&made["code"], &made["payment"]["id"]), (&"CREATED".into(), &Value::from("pay_00000001")));
}
