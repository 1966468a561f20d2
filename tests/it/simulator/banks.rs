//! What can be asked about banks, payees and sub-clients.

use payrun::simulator::{Options, PayeeConfirmation};
use serde_json::{Value, json};

use super::client::{Flash, IBAN, quick};

#[tokio::test]
async fn bank_details_are_known_or_null() {
    let flash = Flash::quick().await;
    let ask = async |input: &str| {
        flash
            .ask(&format!("{{ bankInfo(input: {{{input}}}) {{ name address {{ suburb country }} }} }}"))
            .await
    };
    let sydney = ask(r#"bsb: "062000""#).await;
    let address = json!({ "suburb": "Sydney", "country": "AU" });
    assert_eq!(sydney, json!({ "name": "Commonwealth Bank of Australia", "address": address }));
    assert_eq!(ask(r#"bic: "COBADEFF""#).await["name"], "Commerzbank AG");
    assert_eq!(ask(r#"bic: "COBADEFFXXX""#).await["name"], "Commerzbank AG");
    assert_eq!(ask(&format!("iban: \"{IBAN}\"")).await["name"], "Commerzbank AG");
    for unknown in
        [r#"bsb: "999999""#, r#"bsb: "062-000""#, r#"bic: "EXAMDEFF""#, r#"iban: "DE89370400440532013001""#]
    {
        assert_eq!(ask(unknown).await, Value::Null, "{unknown}");
    }
    for wrong in ["", r#"bsb: "062000", bic: "COBADEFF""#] {
        let reply = flash.graphql(&format!("{{ bankInfo(input: {{{wrong}}}) {{ name }} }}"), "{}").await;
        assert_eq!(reply["errors"][0]["extensions"]["code"], "INVALID_INPUT", "{wrong}");
    }
}

async fn confirm(flash: &Flash, name: &str) -> (Value, Value, Value) {
    let query = format!(
        r#"mutation {{ confirmationOfPayee(input: {{accountIdType: BSB, bsb: "062000", accountNo: "12345678",
           accountName: "{name}"}}) {{ success code billable }} }}"#
    );
    let reply = flash.ask(&query).await;
    (reply["success"].clone(), reply["code"].clone(), reply["billable"].clone())
}

#[tokio::test]
async fn payees_are_confirmed_by_the_documented_words() {
    let flash = Flash::quick().await;
    for (name, code) in [
        ("Robin Example", "MATCH"),
        ("CopIMatch", "MATCH"),
        ("Robin copijmatch", "MATCH"),
        ("copcmatch", "MATCH"),
        ("copiclosematch", "CLOSE_MATCH"),
        ("COPIJCLOSEMATCH", "CLOSE_MATCH"),
        ("copcclosematch", "CLOSE_MATCH"),
        ("copinotmatch", "NOT_MATCH"),
        ("copcnotmatch", "NOT_MATCH"),
        ("copclosed", "ACCOUNT_CLOSED"),
        ("copnotfound", "ACCOUNT_NOT_FOUND"),
    ] {
        assert_eq!(confirm(&flash, name).await, (true.into(), code.into(), true.into()), "{name}");
    }
    assert_eq!(confirm(&flash, "coperror").await, (false.into(), "COP_PLATFORM_ERROR".into(), Value::Null));
    let other =
        r#"mutation { confirmationOfPayee(input: {accountIdType: PAYID, accountName: "A B"}) { code } }"#;
    assert_eq!(flash.ask(other).await["code"], "ACCOUNT_TYPE_NOT_SUPPORTED");
    let lacking =
        r#"mutation { confirmationOfPayee(input: {accountIdType: BSB, accountName: "A B"}) { code } }"#;
    assert_eq!(flash.ask(lacking).await["code"], "INVALID_INPUT");
}

#[tokio::test]
async fn confirmation_can_reach_its_limit_and_be_off() {
    let flash = Flash::start(Options { payee_confirmation_limit: Some(2), ..quick() }).await;
    for _ in 0..2 {
        assert_eq!(confirm(&flash, "Robin Example").await.1, "MATCH");
    }
    assert_eq!(
        confirm(&flash, "Robin Example").await,
        (false.into(), "COP_LIMIT_EXCEEDED".into(), Value::Null)
    );
    assert_eq!(flash.pay("1.00").await["success"], true, "the limit is its own");
    flash.running.change(|options| options.payee_confirmation = PayeeConfirmation::Off);
    assert_eq!(confirm(&flash, "Robin Example").await.1, "COP_API_DISABLED");
}

#[tokio::test]
async fn sub_clients_are_listed() {
    let flash = Flash::quick().await;
    let all = flash.ask("{ subClients { id fullName externalId bsb accountNo status } }").await;
    assert_eq!(all.as_array().map(Vec::len), Some(3));
    let one = flash.ask(r#"{ subClients(input: {externalId: "SUB-2"}) { id status } }"#).await;
    assert_eq!(one, json!([{ "id": "sub_00000002", "status": "ACTIVE" }]));
    assert_eq!(flash.ask(r#"{ subClients(input: {externalId: "x"}) { id } }"#).await, json!([]));
    flash.running.change(|options| options.sub_clients.clear());
    assert_eq!(flash.ask("{ subClients { id } }").await, json!([]));
}
