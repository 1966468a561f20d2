//! Who is let in: user agents, tokens, logins.

use std::time::Duration;

use base64::Engine;
use payrun::simulator::{Agreement, AuthStyle, Credentials, Options};
use serde_json::Value;

use super::client::{Flash, quick};

const BALANCES: &str = "{ balances(currencies: [AUD]) { currency cleared } }";

#[tokio::test]
async fn scripts_meet_the_firewall() {
    let flash = Flash::quick().await;
    for agent in
        ["", "curl/8.5.0", "python-requests/2.32", "Python-urllib/3.12", "reqwest/0.13", "Go-http-client/1.1"]
    {
        let request = flash.http.post(&flash.running.url).header("user-agent", agent).body("{}");
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status().as_u16(), 403, "{agent}");
        assert!(response.text().await.expect("a page").starts_with("<html>"));
    }
}

#[tokio::test]
async fn a_token_tells_when_it_expires_and_then_does() {
    for (style, status) in [(AuthStyle::Http401, 401), (AuthStyle::GraphqlError, 200)] {
        let lifetime = Duration::from_millis(900);
        let flash = Flash::start(Options { token_lifetime: lifetime, auth_style: style, ..quick() }).await;
        let claims = flash.token.split('.').nth(1).expect("header.payload.signature");
        let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).expect("base64url");
        let claims: Value = serde_json::from_slice(&claims).expect("JSON");
        assert!(claims["exp"].as_i64().expect("seconds") - claims["iat"].as_i64().expect("seconds") <= 1);
        assert!(flash.graphql(BALANCES, "{}").await["data"].is_object());
        tokio::time::sleep(lifetime).await;
        let (refused, body) = flash.try_graphql(BALANCES, "{}").await.expect("an answer");
        assert_eq!(refused, status);
        assert!(body.contains("UNAUTHENTICATED"), "{body}");
    }
}

#[tokio::test]
async fn only_own_tokens_are_good_and_a_logout_ends_them() {
    let mut flash = Flash::quick().await;
    assert_eq!(
        flash.graphql("mutation { logout { success } }", "{}").await["data"]["logout"]["success"],
        true
    );
    assert_eq!(flash.try_graphql(BALANCES, "{}").await.expect("an answer").0, 401);
    flash.token = flash.login().await;
    assert_eq!(flash.try_graphql(BALANCES, "{}").await.expect("an answer").0, 200);
    let (body, _) = flash.token.rsplit_once('.').expect("a signature");
    for forged in [format!("{body}."), format!("{body}x.{}", "a".repeat(43)), String::new()] {
        flash.token = forged;
        assert_eq!(flash.try_graphql(BALANCES, "{}").await.expect("an answer").0, 401);
    }
    let (status, body) =
        flash.try_graphql("{ __schema { queryType { name } } }", "{}").await.expect("an answer");
    assert_eq!((status, body.contains("Query")), (200, true), "introspection needs no token");
}

#[tokio::test]
async fn logins_have_a_pace() {
    let flash =
        Flash::start(Options { login_interval: Duration::from_millis(900), ..Options::default() }).await;
    let login = r#"mutation { login(input: {email: "a@b.au", password: "c"}) { token } }"#;
    assert_eq!(flash.try_graphql(login, "{}").await.expect("an answer").0, 429);
    tokio::time::sleep(Duration::from_millis(910)).await;
    assert_eq!(flash.try_graphql(login, "{}").await.expect("an answer").0, 200);
    assert_eq!(Options::default().login_interval, Duration::from_secs(1));
}

#[tokio::test]
async fn logins_can_be_refused() {
    let known = Credentials { email: "pay@acme.au".to_owned(), password: "right".to_owned() };
    let agreements = vec![Agreement::Australia, Agreement::Luxembourg];
    let flash = Flash::start(Options { credentials: Some(known), agreements, ..quick() }).await;
    for (input, code) in [
        (r#"email: "pay@acme.au", password: "wrong", affiliation: FP_AUS"#, "UNREGISTERED"),
        (r#"email: "pay@acme.au", password: "right""#, "NEED_AFFILIATION"),
        (r#"email: "pay@acme.au", password: "right", affiliation: FP_LUX"#, "SUCCESS"),
    ] {
        let login = format!("mutation {{ login(input: {{{input}}}) {{ success code token }} }}");
        let reply = flash.graphql(&login, "{}").await["data"]["login"].clone();
        assert_eq!(reply["code"], code, "{input}");
        assert_eq!(reply["success"], !reply["token"].is_null());
    }
}
