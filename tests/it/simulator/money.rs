//! Amounts, balances, and what a repeated key replies.

use std::time::Duration;

use payrun::simulator::{Options, RepeatedKey, StatusStep};

use super::client::{Flash, WITHDRAW, quick, withdrawal};

const BALANCES: &str = "{ balances(currencies: [AUD]) { currency cleared } }";

#[tokio::test]
async fn amounts_keep_their_digits() {
    let balances = [("AUD".to_owned(), 1_000_000_000.into())].into();
    let flash = Flash::start(Options { balances, ..quick() }).await;
    let amounts = ["0.10", "1000.10", "99999999.99", "5", "7.0", "1e2"];
    for amount in amounts {
        assert_eq!(flash.pay(amount).await["success"], true, "{amount}");
    }
    let kept: Vec<_> = flash.ledger().withdrawals.iter().map(|made| made.amount.to_string()).collect();
    assert_eq!(kept, ["0.10", "1000.10", "99999999.99", "5", "7.0", "100"]);
    assert_eq!(flash.ledger().total("AUD").to_string(), "100001112.19");
}

#[tokio::test]
async fn amounts_that_are_not_money_are_refused() {
    let flash = Flash::quick().await;
    for amount in ["0.001", "10.999", "0", "-1.00", "1000.100000000000000001"] {
        let reply = flash.pay(amount).await;
        assert_eq!((&reply["success"], &reply["code"]), (&false.into(), &"INVALID_INPUT".into()), "{amount}");
    }
    for amount in [r#""1000.10""#, "true", "0.00000000000000000000000000000001"] {
        let (_, body) = flash.try_pay(amount).await.expect("an answer");
        assert!(body.contains("errors"), "{amount}: {body}");
    }
    let inline =
        "mutation { createWithdrawal(input: {amount: 1.2345678901234567, recipientId: 1}) { success } }";
    assert!(flash.graphql(inline, "{}").await["errors"].is_array());
    assert_eq!(flash.paid(), 0);
}

#[tokio::test]
async fn the_balance_falls_and_then_is_too_small() {
    let flash = Flash::start(Options { balances: [("AUD".to_owned(), 100.into())].into(), ..quick() }).await;
    assert_eq!(flash.pay("60.25").await["success"], true);
    assert_eq!(flash.graphql(BALANCES, "{}").await["data"]["balances"][0]["cleared"], 39.75);
    assert_eq!(flash.pay("39.76").await["code"], "INSUFFICIENT_BALANCE");
    assert_eq!(flash.pay_as("10.00", "c", "kc", "FAIL_AML").await["success"], true, "cancelled, not spent");
    assert_eq!(flash.pay("39.75").await["success"], true);
    assert_eq!(flash.paid(), 3);
}

#[tokio::test]
async fn a_refund_comes_back_to_the_balance() {
    let step = StatusStep::Every(Duration::ZERO);
    let balances = [("AUD".to_owned(), 100.into())].into();
    let flash = Flash::start(Options { balances, status_step: step, ..quick() }).await;
    assert_eq!(flash.pay_as("60.00", "a", "ka", "FAIL_ACC").await["withdrawal"]["status"], "REFUNDED");
    assert_eq!(flash.graphql(BALANCES, "{}").await["data"]["balances"][0]["cleared"], 100.0);
}

#[tokio::test]
async fn a_repeated_key_answers_in_every_form() {
    for (form, success, object, paid) in [
        (RepeatedKey::ReturnsFirst, Some(true), true, 1),
        (RepeatedKey::FailsWithObject, Some(false), true, 1),
        (RepeatedKey::FailsWithoutObject, Some(false), false, 1),
        (RepeatedKey::GraphqlError, None, false, 1),
        (RepeatedKey::Ignored, Some(true), true, 2),
        (RepeatedKey::Forgets(Duration::from_secs(60)), Some(true), true, 1),
        (RepeatedKey::Forgets(Duration::ZERO), Some(true), true, 2),
    ] {
        let flash = Flash::start(Options { repeated_key: form, ..quick() }).await;
        let first = flash.pay_as("5.00", "ext-1", "key-1", "").await;
        let variables = withdrawal("5.00", "ext-1", "key-1", "");
        let reply = flash.graphql(WITHDRAW, &variables).await;
        let second = &reply["data"]["createWithdrawal"];
        assert_eq!(second["success"].as_bool(), success, "{form:?}: {reply}");
        assert_eq!(reply["errors"].is_array(), success.is_none(), "{form:?}");
        assert_eq!(second["withdrawal"].is_object(), object, "{form:?}");
        assert_eq!(flash.paid(), paid, "{form:?}");
        if object {
            let same = second["withdrawal"]["id"] == first["withdrawal"]["id"];
            assert_eq!(same, paid == 1, "{form:?}");
        }
        if success == Some(false) {
            assert_eq!(second["code"], "DUPLICATE_IDEMPOTENCY_KEY");
        }
    }
}

#[tokio::test]
async fn equal_requests_at_the_same_time_pay_once() {
    let flash = Flash::quick().await;
    let variables = withdrawal("5.00", "ext-1", "key-1", "");
    let send = || flash.try_graphql(WITHDRAW, &variables);
    let (a, b, c, d) = tokio::join!(send(), send(), send(), send());
    assert!([a, b, c, d].iter().all(Result::is_ok));
    assert_eq!(flash.paid(), 1);
}
