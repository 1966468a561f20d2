//! Accounts abroad: which ones Flash delivers to, and what it refuses in their numbers.

use serde_json::{Value, json};

use super::client::{Flash, IBAN, abroad, recipient};

const CREATE: &str =
    "mutation($input: RecipientInput!) { createRecipient(input: $input) { success code message } }";

async fn create(flash: &Flash, recipient: &Value) -> Value {
    flash.graphql(CREATE, &json!({ "input": recipient }).to_string()).await["data"]["createRecipient"].clone()
}

/// A good account of each kind: its currency, its kind, its numbers.
fn good() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        ("EUR", "IBAN", json!({ "iban": IBAN })),
        ("EUR", "IBAN", json!({ "iban": "FR1420041010050500013M02606", "bic": "EXAMFRPP" })),
        ("USD", "ABA", json!({ "aba": "021000021", "accountNo": "123456789", "bic": "CHASUS33" })),
        ("MXN", "CLABE", json!({ "clabe": "032180000118359719", "bic": "EXAMMXMM" })),
        ("INR", "IFSC", json!({ "ifsc": "HDFC0001234", "accountNo": "12345678901", "bic": "HDFCINBB" })),
        (
            "CNY",
            "CNAPS",
            json!({ "cnaps": "102100099996", "accountNo": "6222021234567890", "bic": "EXAMCNBJ" }),
        ),
        ("GBP", "SORT_CODE", json!({ "sortCode": "123456", "accountNo": "12345678", "bic": "NWBKGB2L" })),
        ("SGD", "ACC_NO", json!({ "accountNo": "1234567890", "bic": "DBSSSGSG" })),
        ("AUD", "PAYID", json!({ "payid": "robin@example.com" })),
    ]
}

#[tokio::test]
async fn good_accounts_of_every_kind_are_taken() {
    let flash = Flash::quick().await;
    let mut all: Vec<Value> =
        good().iter().map(|(currency, kind, numbers)| abroad(currency, kind, numbers)).collect();
    for recipient in &mut all {
        recipient["address"]["country"] = "AU".into(); // where they live says nothing about where their bank is
    }
    all.push(recipient("Ann", "payee-1"));
    for recipient in &all {
        let reply = create(&flash, recipient).await;
        assert_eq!(reply["code"], "CREATED", "{recipient}: {reply}");
    }
}

#[tokio::test]
async fn a_number_that_is_missing_is_named() {
    let flash = Flash::quick().await;
    for (currency, kind, numbers) in good() {
        for name in numbers.as_object().expect("numbers").keys() {
            let mut lacking = abroad(currency, kind, &numbers);
            lacking[name] = Value::Null;
            let reply = create(&flash, &lacking).await;
            let message = format!("{name} is missing");
            assert_eq!(
                (&reply["code"], &reply["message"]),
                (&"INVALID_INPUT".into(), &message.into()),
                "{lacking}"
            );
        }
    }
}

#[tokio::test]
async fn numbers_that_are_wrong_are_refused() {
    let flash = Flash::quick().await;
    for (currency, kind, field, wrong) in [
        ("EUR", "IBAN", "iban", "DE89370400440532013001"),
        ("EUR", "IBAN", "iban", "DE89 3704 0044 0532 0130 00"),
        ("EUR", "IBAN", "iban", "de89370400440532013000"),
        ("EUR", "IBAN", "bic", "COBADEF"),
        ("USD", "ABA", "aba", "021000022"),
        ("USD", "ABA", "aba", "21000021"),
        ("USD", "ABA", "accountNo", "123456789012345678"),
        ("MXN", "CLABE", "clabe", "032180000118359718"),
        ("INR", "IFSC", "ifsc", "HDFC1001234"),
        ("CNY", "CNAPS", "cnaps", "10210009999"),
        ("GBP", "SORT_CODE", "sortCode", "12-34-56"),
        ("GBP", "SORT_CODE", "accountNo", "1234567"),
        ("SGD", "ACC_NO", "accountNo", "123"),
        ("SGD", "ACC_NO", "accountNo", "1234-5678"),
    ] {
        let (_, _, numbers) =
            good().into_iter().find(|good| (good.0, good.1) == (currency, kind)).expect("a good one");
        let mut recipient = abroad(currency, kind, &numbers);
        recipient[field] = wrong.into();
        let reply = create(&flash, &recipient).await;
        let message = reply["message"].as_str().unwrap_or_default();
        assert_eq!(reply["code"], "INVALID_INPUT", "{field} {wrong}: {reply}");
        assert!(message.starts_with(field), "{field} {wrong}: {message}");
    }
    assert_eq!(flash.ledger().recipients, []);
}

#[tokio::test]
async fn what_the_delivery_methods_do_not_show_is_not_delivered() {
    let flash = Flash::quick().await;
    for (currency, kind, numbers) in [
        ("USD", "IBAN", json!({ "iban": IBAN })),
        ("AUD", "IBAN", json!({ "iban": IBAN })),
        ("EUR", "BSB", json!({ "bsb": "062000", "accountNo": "12345678" })),
        ("SGD", "ACC_NO", json!({ "accountNo": "12345678", "bic": "EXAMHKHH" })),
        ("SGD", "ACC_NO", json!({ "accountNo": "12345678", "bic": "EXAMXXHH" })),
    ] {
        let reply = create(&flash, &abroad(currency, kind, &numbers)).await;
        assert_eq!(reply["code"], "DELIVERY_METHOD_NOT_AVAILABLE", "{currency} {kind} {numbers}");
    }
}

#[tokio::test]
async fn delivery_methods_are_listed_with_what_they_need() {
    let flash = Flash::quick().await;
    let list = async |input: &str| {
        let query =
            format!("{{ availableDeliveryMethods{input} {{ country currency method requiredFields }} }}");
        flash.ask(&query).await.as_array().expect("a list").clone()
    };
    let all = list("").await;
    assert!(all.len() > 70, "{}", all.len());
    let mut distinct: Vec<String> = all.iter().map(ToString::to_string).collect();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), all.len(), "no way is listed twice");
    let australia = list("(input: {country: AU})").await;
    let methods: Vec<_> = australia.iter().map(|way| (&way["method"], &way["currency"])).collect();
    assert_eq!(methods, [(&"BSB".into(), &"AUD".into()), (&"PAYID".into(), &"AUD".into())]);
    let emirates = list("(input: {country: AE, currency: AED})").await;
    assert_eq!(emirates[0]["requiredFields"], json!(["bic", "accountNo"]));
    assert_eq!(
        list("(input: {country: AT, currency: EUR})").await[0]["requiredFields"],
        json!(["bic", "iban"])
    );
    assert_eq!(list("(input: {country: DE})").await[0]["requiredFields"], json!(["iban"]));
    assert!(list("(input: {currency: EUR})").await.len() >= 20);
    assert_eq!(list("(input: {country: AU, currency: EUR})").await, Vec::<Value>::new());
}
