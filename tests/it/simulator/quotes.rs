//! Quotes: what a pair costs, how long it is promised, and who may buy at it.

use std::time::Duration;

use payrun::simulator::{Options, QuoteUse, TradableSpelling};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::client::{Flash, payment, quick};

const TRADABLE: &str =
    r"{ quote(input: {fromCurrency: AUD, toCurrency: EUR, size: 100, tradable: true}) { id expireAt } }";

/// A payment at this quote.
fn at(quote: &Value, n: usize) -> Value {
    let mut input = payment(&format!("p-{n}"), &format!("k-{n}"));
    input["quoteId"] = quote["id"].clone();
    input
}

#[tokio::test]
async fn a_quote_has_two_sides_and_says_which_way_it_is_written() {
    let flash = Flash::quick().await;
    let reply = flash
        .graphql(
            "{ a: quote(input: {fromCurrency: AUD, toCurrency: USD}) { id bid ask symbol inverted expireAt timestamp }
               b: quote(input: {fromCurrency: USD, toCurrency: AUD, size: 5.00, currency: AUD}) { bid ask symbol inverted }
               c: quote(input: {fromCurrency: EUR, toCurrency: JPY, applicability: PAYMENT}) { bid ask symbol inverted } }",
            "{}",
        )
        .await["data"]
        .clone();
    assert_eq!((&reply["a"]["id"], &reply["a"]["expireAt"]), (&Value::Null, &Value::Null), "not tradable");
    assert!(reply["a"]["timestamp"].is_string());
    assert_eq!((&reply["a"]["symbol"], &reply["a"]["inverted"]), (&"AUDUSD".into(), &false.into()));
    assert_eq!((&reply["b"]["symbol"], &reply["b"]["inverted"]), (&"AUDUSD".into(), &true.into()));
    assert_eq!((&reply["a"]["bid"], &reply["a"]["ask"]), (&reply["b"]["bid"], &reply["b"]["ask"]));
    assert_eq!(reply["a"]["bid"], 0.655_295, "0.5 % below the middle");
    assert!(reply["a"]["ask"].as_f64() > reply["a"]["bid"].as_f64());
    assert_eq!(reply["c"]["symbol"], "EURJPY");
    assert!(reply["c"]["bid"].as_f64() > Some(170.0));
}

#[tokio::test]
async fn every_pair_has_a_rate() {
    let flash = Flash::quick().await;
    let to = flash.ask(r#"{ __type(name: "CurrencyIso3") { enumValues { name } } }"#).await;
    for to in to["enumValues"].as_array().expect("currencies").iter().filter_map(|it| it["name"].as_str()) {
        let from = if to == "GBP" { "CHF" } else { "GBP" };
        let quote = flash
            .ask(&format!("{{ quote(input: {{fromCurrency: {from}, toCurrency: {to}}}) {{ bid }} }}"))
            .await;
        assert!(quote["bid"].as_f64() > Some(0.0), "{to}: {quote}");
    }
}

#[tokio::test]
async fn questions_that_make_no_sense_are_errors() {
    let flash = Flash::quick().await;
    for input in [
        "fromCurrency: AUD, toCurrency: AUD",
        "fromCurrency: AUD, toCurrency: USD, size: 0",
        "fromCurrency: AUD, toCurrency: USD, size: -5",
        "fromCurrency: AUD, toCurrency: USD, size: 5, currency: EUR",
    ] {
        let reply = flash.graphql(&format!("{{ quote(input: {{{input}}}) {{ bid }} }}"), "{}").await;
        assert_eq!(reply["errors"][0]["extensions"]["code"], "INVALID_INPUT", "{input}: {reply}");
    }
    let reply = flash.graphql("{ quote(input: {fromCurrency: JPY, toCurrency: AUD}) { bid } }", "{}").await;
    assert!(reply["errors"].is_array(), "yen cannot be paid from");
}

#[tokio::test]
async fn a_tradable_quote_holds_its_price_while_the_market_moves() {
    let flash = Flash::start(Options { market_spread: Decimal::ZERO, ..quick() }).await;
    let quote = flash.ask(TRADABLE).await;
    assert!(quote["expireAt"].is_string());
    flash.running.change(|options| options.market_factor = Decimal::new(9, 1));
    let promised = flash.convert(&at(&quote, 1)).await["payment"]["toAmount"].clone();
    let today = flash.convert(&payment("p-2", "k-2")).await["payment"]["toAmount"].clone();
    assert_eq!((promised, today), (56.34.into(), 50.7.into()));
    assert_eq!(flash.ledger().payments[0].quote_id.as_deref(), quote["id"].as_str());
}

#[tokio::test]
async fn a_quote_is_for_its_pair_and_for_its_time() {
    let flash = Flash::start(Options { quote_lifetime: Duration::from_millis(400), ..quick() }).await;
    let quote = flash.ask(TRADABLE).await;
    let mut other = at(&quote, 1);
    other["fromCurrency"] = "USD".into();
    other["currency"] = "EUR".into();
    assert_eq!(flash.convert(&other).await["code"], "QUOTE_MISMATCH");
    assert_eq!(flash.convert(&at(&quote, 2)).await["code"], "CREATED");
    tokio::time::sleep(Duration::from_millis(410)).await;
    assert_eq!(flash.convert(&at(&quote, 3)).await["code"], "QUOTE_EXPIRED");
    assert_eq!(flash.convert(&at(&quote, 2)).await["code"], "OK", "what was made is shown for ever");
    assert_eq!(Options::default().quote_lifetime, Duration::from_secs(120));
}

#[tokio::test]
async fn quotes_are_used_often_or_once() {
    let flash = Flash::quick().await;
    let quote = flash.ask(TRADABLE).await;
    assert_eq!(flash.convert(&at(&quote, 1)).await["code"], "CREATED");
    assert_eq!(flash.convert(&at(&quote, 2)).await["code"], "CREATED");
    flash.running.change(|options| options.quote_use = QuoteUse::Once);
    assert_eq!(flash.convert(&at(&quote, 3)).await["code"], "QUOTE_USED");
    let quote = flash.ask(TRADABLE).await;
    assert_eq!(flash.convert(&at(&quote, 4)).await["code"], "CREATED");
    assert_eq!(flash.convert(&at(&quote, 5)).await["code"], "QUOTE_USED");
}

#[tokio::test]
async fn the_field_has_one_of_its_two_spellings() {
    let flash = Flash::quick().await;
    for (spelling, right, wrong) in [
        (TradableSpelling::Tradable, "tradable", "tradeable"),
        (TradableSpelling::Tradeable, "tradeable", "tradable"),
    ] {
        flash.running.change(|options| options.tradable = spelling);
        let shown = flash.ask(r#"{ __type(name: "QuoteInput") { inputFields { name } } }"#).await.to_string();
        assert!(
            shown.contains(&format!("\"{right}\"")) && !shown.contains(&format!("\"{wrong}\"")),
            "{shown}"
        );
        let query = "query($input: QuoteInput!) { quote(input: $input) { id } }";
        let ask = async |field: &str| {
            let mut input = json!({ "fromCurrency": "AUD", "toCurrency": "EUR" });
            input[field] = true.into();
            flash.graphql(query, &json!({ "input": input }).to_string()).await
        };
        assert!(ask(right).await["data"]["quote"]["id"].is_string(), "{right}");
        assert_eq!(
            ask(wrong).await["errors"][0]["extensions"]["code"],
            "GRAPHQL_VALIDATION_FAILED",
            "{wrong}"
        );
    }
}
