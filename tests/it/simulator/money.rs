//! Amounts and balances.

use std::time::Duration;

use payrun::simulator::{BalanceCheck, Options, StatusStep};
use serde_json::{Value, json};

use super::client::{Flash, payment, quick};

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

/// What is left in each of these currencies.
async fn left(flash: &Flash, currencies: &str) -> Vec<f64> {
    let balances = flash.ask(&format!("{{ balances(currencies: [{currencies}]) {{ cleared }} }}")).await;
    balances.as_array().into_iter().flatten().filter_map(|balance| balance["cleared"].as_f64()).collect()
}

#[tokio::test]
async fn balances_open_in_every_currency_that_can_be_paid_from() {
    let flash = Flash::quick().await;
    let held = flash.ask("{ balances { currency cleared pending } }").await;
    let currencies: Vec<&str> =
        held.as_array().into_iter().flatten().filter_map(|it| it["currency"].as_str()).collect();
    assert_eq!(currencies, ["AUD", "CAD", "CHF", "EUR", "GBP", "NZD", "SGD", "USD"]);
    assert!(
        held.as_array().into_iter().flatten().all(|it| it["cleared"] == 10_000_000.0 && it["pending"] == 0.0)
    );
    assert_eq!(left(&flash, "PHP").await, [0.0]);
}

#[tokio::test]
async fn an_order_costs_its_fee_too_and_the_fee_never_comes_back() {
    let step = StatusStep::Every(Duration::ZERO);
    let balances = [("AUD".to_owned(), 1000.into()), ("EUR".to_owned(), 5.into())].into();
    let fee = "1.50".parse().expect("a fee");
    let flash = Flash::start(Options { balances, status_step: step, fee, ..quick() }).await;
    flash.pay("100.00").await;
    assert_eq!(left(&flash, "AUD").await, [898.5]);
    flash.convert(&payment("p-1", "k-1")).await;
    assert_eq!(left(&flash, "AUD, EUR").await, [797.0, 5.0], "what is delivered is never on a balance");
    let mut at_once = payment("p-2", "k-2");
    at_once["externalReference"] = "FAIL_AML".into();
    flash.convert(&at_once).await;
    assert_eq!(left(&flash, "AUD").await, [795.5], "cancelled at once");
    let mut later = payment("p-3", "k-3");
    later["externalReference"] = "FAIL_ACC".into();
    flash.convert(&later).await;
    assert_eq!(left(&flash, "AUD").await, [794.0], "failed and given back");
    let refunded = flash.pay_as("100.00", "w-2", "kw-2", "FAIL_ACC").await;
    assert_eq!(refunded["withdrawal"]["status"], "REFUNDED");
    assert_eq!(left(&flash, "AUD").await, [792.5]);
    let fees = flash.ask("{ withdrawals { totalFee } }").await;
    assert_eq!(fees[0]["totalFee"], 1.5);
    assert_eq!(flash.pay("791.01").await["code"], "INSUFFICIENT_BALANCE", "the fee must be covered too");
    assert_eq!(flash.pay("791.00").await["success"], true);
}

#[tokio::test]
async fn a_payment_needs_the_balance_of_the_currency_that_it_is_paid_from() {
    let balances = [("AUD".to_owned(), 100.into()), ("EUR".to_owned(), 1_000_000.into())].into();
    let flash = Flash::start(Options { balances, ..quick() }).await;
    let mut dear = payment("p-1", "k-1");
    dear["size"] = json!(100.01);
    assert_eq!(flash.convert(&dear).await["code"], "INSUFFICIENT_BALANCE");
    let mut in_euro = payment("p-2", "k-2");
    (in_euro["size"], in_euro["currency"]) = (json!(100), "EUR".into());
    let refused = flash.convert(&in_euro).await;
    assert_eq!((&refused["code"], &refused["payment"]), (&"INSUFFICIENT_BALANCE".into(), &Value::Null));
    assert_eq!(flash.convert(&payment("p-3", "k-3")).await["success"], true);
    assert_eq!(left(&flash, "AUD, EUR").await, [0.0, 1_000_000.0]);
    flash.running.change(|options| options.balance_check = BalanceCheck::Off);
    assert_eq!(flash.convert(&payment("p-4", "k-4")).await["success"], true);
    assert_eq!(left(&flash, "AUD").await, [-100.0]);
    assert_eq!(flash.ledger().payments.len(), 2);
}
