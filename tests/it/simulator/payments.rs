//! FX payments: what is refused, what is converted, and where they go.

use payrun::simulator::{Options, StatusStep};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::client::{Flash, IBAN, abroad, payment, quick, recipient};

#[tokio::test]
async fn a_payment_is_converted_from_either_side_and_rounded_to_minor_units() {
    let exact = Options { market_spread: Decimal::ZERO, ..quick() };
    let flash = Flash::start(exact).await;
    // One dollar is 0.8554 / 1.5184 = 0.563356 euro, which the market writes as 1.775076 dollars for a euro.
    let mut input = payment("p-1", "k-1");
    for (size, currency, paid, delivered) in [
        (json!(100), "AUD", 100.0, 56.34),
        (json!(56.34), "EUR", 100.01, 56.34),
        (json!(0.02), "AUD", 0.02, 0.01),
    ] {
        (input["size"], input["currency"]) = (size, currency.into());
        input["idempotencyKey"] = format!("{currency}{paid}").into();
        let made = flash.convert(&input).await["payment"].clone();
        assert_eq!((&made["fromAmount"], &made["toAmount"]), (&paid.into(), &delivered.into()), "{made}");
        assert_eq!(made["size"], input["size"].as_f64().expect("a number"));
        assert_eq!((&made["fromCurrency"], &made["toCurrency"]), (&"AUD".into(), &"EUR".into()));
    }
    let ledger = flash.ledger();
    assert_eq!(ledger.totals_paid()["AUD"], (3, "200.03".parse().expect("a sum")));
    assert_eq!(ledger.totals_delivered()["EUR"], (3, "112.69".parse().expect("a sum")));
    assert!(
        ledger.to_string().contains("\nAUD 200.03 paid in 3 payments\nEUR 112.69 delivered by 3 payments\n")
    );
    assert_eq!(ledger.made_twice(), ["p-1"]);
}

#[tokio::test]
async fn yen_have_no_cents() {
    let flash = Flash::quick().await;
    let tokyo = abroad("JPY", "ACC_NO", &json!({ "accountNo": "1234567", "bic": "EXAMJPJT" }));
    let mut input = payment("p-1", "k-1");
    (input["toCurrency"], input["recipient"]) = ("JPY".into(), tokyo);
    flash.convert(&input).await;
    assert_eq!(flash.ledger().payments[0].to_amount.scale(), 0);
    (input["size"], input["currency"]) = (json!(1000.5), "JPY".into());
    input["idempotencyKey"] = "k-2".into();
    assert_eq!(flash.convert(&input).await["code"], "INVALID_INPUT");
}

#[tokio::test]
async fn what_a_payment_must_be_is_asked_for() {
    let flash = Flash::quick().await;
    let inline = payment("p", "k")["recipient"].clone();
    let cases = [
        ("size", json!(0), "INVALID_INPUT"),
        ("size", json!(-1), "INVALID_INPUT"),
        ("size", json!(1.001), "INVALID_INPUT"),
        ("size", json!(0.001), "INVALID_INPUT"),
        ("size", json!(1e15), "INVALID_INPUT"),
        ("currency", json!("USD"), "INVALID_INPUT"),
        ("toCurrency", json!("AUD"), "INVALID_INPUT"),
        ("toCurrency", json!("USD"), "INVALID_INPUT"), // the recipient takes euro
        ("recipient", Value::Null, "INVALID_INPUT"),
        ("recipientId", json!("rcp_1"), "INVALID_INPUT"), // beside a whole one
        ("senderId", json!("snd_1"), "NOT_FOUND"),
        ("subClientId", json!("sub_9"), "NOT_FOUND"),
        ("subClientId", json!("sub_00000003"), "SUB_CLIENT_INACTIVE"),
        ("quoteId", json!("qte_1"), "NOT_FOUND"),
        ("externalId", json!("é"), "INVALID_INPUT"),
        ("externalReference", json!("N/A"), "INVALID_INPUT"),
    ];
    for (field, value, code) in cases {
        let mut input = payment("p", "k");
        input[field] = value.clone();
        assert_eq!(flash.convert(&input).await["code"], code, "{field} {value}");
    }
    let mut input = payment("p", "k");
    (input["recipient"], input["recipientId"]) = (Value::Null, "rcp_1".into());
    assert_eq!(flash.convert(&input).await["code"], "NOT_FOUND");
    let mut input = payment("p", "k");
    input["sender"] = json!({ "companyName": "Example Pty Ltd", "address": inline["address"] });
    input["subClientId"] = "sub_00000001".into();
    assert_eq!(flash.convert(&input).await["code"], "INVALID_INPUT", "two senders");
    input["fromCurrency"] = "JPY".into();
    let reply = flash.graphql(super::client::PAY, &json!({ "input": input }).to_string()).await;
    assert!(reply["errors"].is_array(), "JPY cannot be paid from: {reply}");
    assert_eq!(flash.ledger().payments, []);
}

#[tokio::test]
async fn parties_are_known_or_whole_or_a_sub_client_or_nobody() {
    let flash = Flash::quick().await;
    let create = "mutation($r: RecipientInput!, $s: SenderInput!) {
        r: createRecipient(input: $r) { recipient { id } } s: createSender(input: $s) { sender { id } } }";
    let input = payment("p", "k");
    let sender = json!({ "companyName": "Example Pty Ltd", "address": input["recipient"]["address"] });
    let made = flash.graphql(create, &json!({ "r": input["recipient"], "s": sender }).to_string()).await;
    let mut known = payment("known", "k-1");
    known["recipient"] = Value::Null;
    known["recipientId"] = made["data"]["r"]["recipient"]["id"].clone();
    known["senderId"] = made["data"]["s"]["sender"]["id"].clone();
    let mut whole = payment("whole", "k-2");
    whole["sender"] = sender;
    let mut sub_client = payment("sub", "k-3");
    sub_client["subClientId"] = "sub_00000002".into();
    for input in [known, whole, sub_client, payment("nobody", "k-4")] {
        assert_eq!(flash.convert(&input).await["code"], "CREATED", "{input}");
    }
    let shown = flash
        .ask("{ payments { recipient { id iban } sender { id companyName } subClient { fullName externalId } } }")
        .await;
    assert_eq!(shown[0]["recipient"], json!({ "id": "rcp_00000001", "iban": IBAN }));
    assert_eq!(shown[0]["sender"], json!({ "id": "snd_00000001", "companyName": "Example Pty Ltd" }));
    assert_eq!(shown[1]["sender"], json!({ "id": null, "companyName": "Example Pty Ltd" }));
    assert_eq!(
        shown[2]["subClient"],
        json!({ "fullName": "Orchard Example Pty Ltd", "externalId": "SUB-2" })
    );
    assert_eq!((&shown[3]["sender"], &shown[3]["subClient"]), (&Value::Null, &Value::Null));
    let ledger = flash.ledger();
    assert_eq!((ledger.recipients.len(), ledger.senders.len()), (1, 1), "whole parties leave no record");
    assert_eq!(ledger.payments[2].sub_client_id.as_deref(), Some("sub_00000002"));
}

#[tokio::test]
async fn some_destinations_ask_for_the_source_of_funds() {
    let flash = Flash::quick().await;
    let numbers = json!({ "ifsc": "HDFC0001234", "accountNo": "12345678901", "bic": "HDFCINBB" });
    let mut input = payment("p-1", "k-1");
    (input["toCurrency"], input["recipient"]) = ("INR".into(), abroad("INR", "IFSC", &numbers));
    assert_eq!(flash.convert(&input).await["code"], "SOURCE_OF_FUNDS_REQUIRED");
    input["sourceOfFunds"] = "BUSINESS_FUNDS".into();
    assert_eq!(flash.convert(&input).await["code"], "CREATED");
}

#[tokio::test]
async fn keywords_send_payments_their_ways() {
    for (reference, way, message) in [
        ("PAY", &["INITIALISING", "OPEN", "CLOSED"][..], Value::Null),
        ("x HALT_AML x", &["INITIALISING", "OPEN"], Value::Null),
        ("FAIL_AML", &["CANCELLED"], "Declined by compliance".into()),
        ("PUSH_AML", &["INITIALISING", "OPEN", "CLOSED"], Value::Null),
        ("FAIL_ACC", &["INITIALISING", "OPEN", "FAILED"], "The account is closed".into()),
    ] {
        let flash = Flash::start(Options { status_step: StatusStep::Looks(1), ..quick() }).await;
        let mut input = payment("p-1", "k-1");
        input["externalReference"] = reference.into();
        let made = flash.convert(&input).await["payment"].clone();
        let mut seen = vec![made["status"].clone()];
        let mut last = Value::Null;
        for _ in 0..4 {
            last = flash.ask(r#"{ payment(id: "pay_00000001") { status statusMessage } }"#).await;
            seen.push(last["status"].clone());
        }
        seen.dedup();
        assert_eq!((seen, &last["statusMessage"]), (way.iter().map(|it| (*it).into()).collect(), &message));
    }
}

#[tokio::test]
async fn an_australian_account_can_be_paid_from_abroad() {
    let flash = Flash::quick().await;
    let mut input = payment("p-1", "k-1");
    (input["fromCurrency"], input["toCurrency"]) = ("USD".into(), "AUD".into());
    input["recipient"] = recipient("Ann", "payee-1");
    let made = flash.convert(&input).await["payment"].clone();
    assert_eq!(
        (&made["toAmount"], made["fromAmount"].as_f64() < Some(70.0)),
        (&100.0.into(), true),
        "{made}"
    );
}
