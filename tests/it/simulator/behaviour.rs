//! What the simulator does as Flash's documentation has it, and where that is open, in each way it may be.

use std::time::Duration;

use base64::Engine;
use payrun::simulator::{
    Agreement, AuthStyle, Credentials, ExternalIdFilter, Options, RepeatedKey, StatusStep,
};
use serde_json::{Value, json};

use super::client::{Flash, http, quick, recipient};

const BALANCES: &str = "{ balances(currencies: [AUD]) { currency cleared } }";

// ---------------------------------------------------------------- the door

#[tokio::test]
async fn scripts_meet_the_firewall() {
    let flash = Flash::quick().await;
    for agent in [
        "",
        "curl/8.5.0",
        "python-requests/2.32",
        "Python-urllib/3.12",
        "reqwest/0.13",
        "Go-http-client/1.1",
    ] {
        let request = flash
            .http
            .post(&flash.running.url)
            .header("user-agent", agent)
            .body("{}");
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status().as_u16(), 403, "{agent}");
        assert!(response.text().await.expect("a page").starts_with("<html>"));
    }
}

#[tokio::test]
async fn a_token_tells_when_it_expires_and_then_does() {
    for (style, status) in [(AuthStyle::Http401, 401), (AuthStyle::GraphqlError, 200)] {
        let lifetime = Duration::from_millis(100);
        let flash = Flash::start(Options {
            token_lifetime: lifetime,
            auth_style: style,
            ..quick()
        })
        .await;
        let claims = flash.token.split('.').nth(1).expect("header.payload.signature");
        let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(claims)
            .expect("base64url");
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
    for forged in [
        format!("{body}."),
        format!("{body}x.{}", "a".repeat(43)),
        String::new(),
    ] {
        flash.token = forged;
        assert_eq!(flash.try_graphql(BALANCES, "{}").await.expect("an answer").0, 401);
    }
    let (status, body) = flash
        .try_graphql("{ __schema { queryType { name } } }", "{}")
        .await
        .expect("an answer");
    assert_eq!(
        (status, body.contains("Query")),
        (200, true),
        "introspection needs no token"
    );
}

#[tokio::test]
async fn logins_have_a_pace() {
    let flash = Flash::start(Options {
        login_interval: Duration::from_millis(150),
        ..Options::default()
    })
    .await;
    let login = r#"mutation { login(input: {email: "a@b.au", password: "c"}) { token } }"#;
    assert_eq!(flash.try_graphql(login, "{}").await.expect("an answer").0, 429);
    tokio::time::sleep(Duration::from_millis(160)).await;
    assert_eq!(flash.try_graphql(login, "{}").await.expect("an answer").0, 200);
    assert_eq!(Options::default().login_interval, Duration::from_secs(1));
}

#[tokio::test]
async fn logins_can_be_refused() {
    let known = Credentials {
        email: "pay@acme.au".to_owned(),
        password: "right".to_owned(),
    };
    let agreements = vec![Agreement::Australia, Agreement::Luxembourg];
    let flash = Flash::start(Options {
        credentials: Some(known),
        agreements,
        ..quick()
    })
    .await;
    for (input, code) in [
        (
            r#"email: "pay@acme.au", password: "wrong", affiliation: FP_AUS"#,
            "UNREGISTERED",
        ),
        (r#"email: "pay@acme.au", password: "right""#, "NEED_AFFILIATION"),
        (
            r#"email: "pay@acme.au", password: "right", affiliation: FP_LUX"#,
            "SUCCESS",
        ),
    ] {
        let login = format!("mutation {{ login(input: {{{input}}}) {{ success code token }} }}");
        let reply = flash.graphql(&login, "{}").await["data"]["login"].clone();
        assert_eq!(reply["code"], code, "{input}");
        assert_eq!(reply["success"], !reply["token"].is_null());
    }
}

// ---------------------------------------------------------------- money

#[tokio::test]
async fn amounts_keep_their_digits() {
    let balances = [("AUD".to_owned(), 1_000_000_000.into())].into();
    let flash = Flash::start(Options { balances, ..quick() }).await;
    let amounts = ["0.10", "1000.10", "99999999.99", "5", "7.0", "1e2"];
    for amount in amounts {
        assert_eq!(flash.pay(amount).await["success"], true, "{amount}");
    }
    let kept: Vec<_> = flash
        .ledger()
        .withdrawals
        .iter()
        .map(|made| made.amount.to_string())
        .collect();
    assert_eq!(kept, ["0.10", "1000.10", "99999999.99", "5", "7.0", "100"]);
    assert_eq!(flash.ledger().total("AUD").to_string(), "100001112.19");
}

#[tokio::test]
async fn amounts_that_are_not_money_are_refused() {
    let flash = Flash::quick().await;
    for amount in ["0.001", "10.999", "0", "-1.00", "1000.100000000000000001"] {
        let reply = flash.pay(amount).await;
        assert_eq!(
            (&reply["success"], &reply["code"]),
            (&false.into(), &"INVALID_INPUT".into()),
            "{amount}"
        );
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
    let flash = Flash::start(Options {
        balances: [("AUD".to_owned(), 100.into())].into(),
        ..quick()
    })
    .await;
    assert_eq!(flash.pay("60.25").await["success"], true);
    assert_eq!(
        flash.graphql(BALANCES, "{}").await["data"]["balances"][0]["cleared"],
        39.75
    );
    assert_eq!(flash.pay("39.76").await["code"], "INSUFFICIENT_FUNDS");
    assert_eq!(
        flash.pay_as("10.00", "c", "kc", "FAIL_AML").await["success"],
        true,
        "cancelled, not spent"
    );
    assert_eq!(flash.pay("39.75").await["success"], true);
    assert_eq!(flash.paid(), 3);
}

#[tokio::test]
async fn a_refund_comes_back_to_the_balance() {
    let step = StatusStep::Every(Duration::ZERO);
    let balances = [("AUD".to_owned(), 100.into())].into();
    let flash = Flash::start(Options {
        balances,
        status_step: step,
        ..quick()
    })
    .await;
    assert_eq!(
        flash.pay_as("60.00", "a", "ka", "FAIL_ACC").await["withdrawal"]["status"],
        "REFUNDED"
    );
    assert_eq!(
        flash.graphql(BALANCES, "{}").await["data"]["balances"][0]["cleared"],
        100.0
    );
}

// ---------------------------------------------------------------- repeated keys

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
        let flash = Flash::start(Options {
            repeated_key: form,
            ..quick()
        })
        .await;
        let first = flash.pay_as("5.00", "ext-1", "key-1", "").await;
        let variables = super::client::withdrawal("5.00", "ext-1", "key-1", "");
        let reply = flash.graphql(super::client::WITHDRAW, &variables).await;
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
    let variables = super::client::withdrawal("5.00", "ext-1", "key-1", "");
    let send = || flash.try_graphql(super::client::WITHDRAW, &variables);
    let (a, b, c, d) = tokio::join!(send(), send(), send(), send());
    assert!([a, b, c, d].iter().all(Result::is_ok));
    assert_eq!(flash.paid(), 1);
}

// ---------------------------------------------------------------- parties

const CREATE: &str = "mutation($input: RecipientInput!) { createRecipient(input: $input) { success code message recipient { id } } }";

#[tokio::test]
async fn parties_are_made_found_changed_and_used() {
    let flash = Flash::quick().await;
    let input = json!({ "input": recipient("Ann", "payee-1") }).to_string();
    let made = flash.graphql(CREATE, &input).await["data"]["createRecipient"].clone();
    let again = flash.graphql(CREATE, &input).await["data"]["createRecipient"].clone();
    assert_eq!(
        (&made["code"], &again["code"]),
        (&"CREATED".into(), &"CREATED".into())
    );
    assert_ne!(
        made["recipient"]["id"], again["recipient"]["id"],
        "externalId is not unique"
    );

    let found = flash.graphql(
        r#"{ a: recipients(input: {externalId: "payee-1"}) { id bsb country } b: recipients(input: {externalId: "x"}) { id } }"#,
        "{}",
    );
    let found = found.await["data"].clone();
    assert_eq!(
        (found["a"].as_array().map(Vec::len), &found["b"]),
        (Some(2), &json!([]))
    );
    assert_eq!(
        (&found["a"][0]["bsb"], &found["a"][0]["country"]),
        (&"062000".into(), &"AU".into())
    );

    let id = &made["recipient"]["id"];
    let change = "mutation($id: ID, $input: RecipientInput!) { updateRecipient(id: $id, input: $input) { success code recipient { lastName } } }";
    let mut other = recipient("Ann", "payee-2");
    let changed = flash
        .graphql(change, &json!({ "id": id, "input": other }).to_string())
        .await;
    assert_eq!(changed["data"]["updateRecipient"]["code"], "UPDATED");
    other["accountIdType"] = "PAYID".into();
    other["payid"] = "ann@lee.au".into();
    let refused = flash
        .graphql(change, &json!({ "id": id, "input": other }).to_string())
        .await;
    assert_eq!(refused["data"]["updateRecipient"]["success"], false);
    let moved = r#"{ a: recipients(input: {externalId: "payee-1"}) { id } b: recipients(input: {externalId: "payee-2"}) { id } }"#;
    let moved = flash.graphql(moved, "{}").await["data"].clone();
    assert_eq!(
        (&moved["a"][0]["id"], &moved["b"][0]["id"]),
        (&again["recipient"]["id"], id)
    );

    let pay = "mutation($id: ID, $other: ID) {
        known: createWithdrawal(input: {amount: 1.50, recipientId: $id}) { success withdrawal { recipient { id accountNo } } }
        unknown: createWithdrawal(input: {amount: 1.50, recipientId: $other}) { success code } }";
    let paid = flash
        .graphql(pay, &json!({ "id": id, "other": "rcp_99" }).to_string())
        .await["data"]
        .clone();
    assert_eq!(&paid["known"]["withdrawal"]["recipient"]["id"], id);
    assert_eq!(paid["unknown"]["code"], "NOT_FOUND");
}

#[tokio::test]
async fn what_the_documentation_rejects_is_rejected() {
    let flash = Flash::quick().await;
    for (field, value) in [
        ("firstName", "Aaron x.com"),
        ("firstName", "R2D2"),
        ("lastName", "N/A"),
        ("externalId", "é"),
        ("bsb", "062-000"),
        ("accountNo", "1234 5678"),
        ("companyName", "A<B"),
        ("dob", "2020-01-01"),
        ("mobile", "0412345678"),
        ("nickName", "A"),
    ] {
        let mut input = recipient("Ann", "payee-1");
        input[field] = value.into();
        let reply = flash
            .graphql(CREATE, &json!({ "input": input }).to_string())
            .await;
        assert_eq!(
            reply["data"]["createRecipient"]["code"], "INVALID_INPUT",
            "{field} {value}: {reply}"
        );
    }
    let mut input = recipient("Ann", "payee-1");
    input["address"]["street"] = Value::Null;
    let reply = flash
        .graphql(CREATE, &json!({ "input": input }).to_string())
        .await;
    assert_eq!(reply["data"]["createRecipient"]["code"], "INVALID_INPUT");
    let both = format!(
        r#"{{"input":{{"amount":1,"recipientId":"1","recipient":{}}}}}"#,
        recipient("Ann", "p")
    );
    let reply = flash.graphql(super::client::WITHDRAW, &both).await;
    assert_eq!(reply["data"]["createWithdrawal"]["code"], "INVALID_INPUT");
    assert_eq!(flash.ledger().recipients.len(), 0);
}

// ---------------------------------------------------------------- lists

#[tokio::test]
async fn a_filter_works_is_ignored_or_is_missing() {
    let look = r#"query($input: WithdrawalQueryInput) { b: balances { currency } w: withdrawals(input: $input) { externalId } }"#;
    let input = r#"{"input":{"externalId":"ext-2"}}"#;
    let introspect = r#"{ __type(name: "WithdrawalQueryInput") { inputFields { name } } }"#;
    for (filter, found, visible) in [
        (ExternalIdFilter::Works, Some(1), true),
        (ExternalIdFilter::Ignored, Some(3), true),
        (ExternalIdFilter::Missing, None, false),
    ] {
        let flash = Flash::start(Options {
            withdrawal_filter: filter,
            ..quick()
        })
        .await;
        for _ in 0..3 {
            flash.pay("1.00").await;
        }
        let reply = flash.graphql(look, input).await;
        assert_eq!(
            reply["data"]["w"].as_array().map(Vec::len),
            found,
            "{filter:?}: {reply}"
        );
        assert_eq!(reply["errors"].is_array(), found.is_none(), "{filter:?}: {reply}");
        assert_eq!(
            flash
                .graphql(introspect, "{}")
                .await
                .to_string()
                .contains("externalId"),
            visible,
            "{filter:?}"
        );
        let inline = r#"{ recipients(input: {externalId: "x"}) { id } }"#;
        assert_eq!(
            flash.graphql(inline, "{}").await["data"]["recipients"],
            json!([]),
            "parties are apart"
        );
        flash.running.change(|options| options.party_filter = filter);
        assert_eq!(
            flash.graphql(inline, "{}").await["errors"].is_array(),
            found.is_none(),
            "{filter:?}"
        );
    }
}

#[tokio::test]
async fn lists_can_be_bounded_by_time_status_and_length() {
    let flash = Flash::quick().await;
    flash.pay_as("1.00", "a", "ka", "HALT_AML").await;
    flash.pay_as("1.00", "b", "kb", "FAIL_AML").await;
    let made = flash.ledger().withdrawals[0].created_at;
    let count = async |input: &str| {
        let reply = flash
            .graphql(
                &format!("{{ w: withdrawals(input: {{{input}}}) {{ externalId }} }}"),
                "{}",
            )
            .await;
        reply["data"]["w"].as_array().map(Vec::len)
    };
    assert_eq!(count("statuses: [CANCELLED]").await, Some(1));
    assert_eq!(count(&format!(r#"minCreatedAt: "{made}""#)).await, Some(2));
    assert_eq!(
        count(r#"minCreatedAt: "2999-01-01T00:00:00.000Z""#).await,
        Some(0)
    );
    assert_eq!(
        count(r#"maxCreatedAt: "2001-01-01T00:00:00.000Z""#).await,
        Some(0)
    );
    assert_eq!(count(r#"maxCreatedAt: "yesterday""#).await, None);
    flash.running.change(|options| options.max_items = Some(1));
    assert_eq!(count("statuses: null").await, Some(1));
}

// ---------------------------------------------------------------- statuses

/// The statuses of a withdrawal at one look after another.
async fn walk(reference: &str) -> Vec<String> {
    let flash = Flash::start(Options {
        status_step: StatusStep::Looks(1),
        ..quick()
    })
    .await;
    let made = flash.pay_as("1.00", "ext-1", "key-1", reference).await;
    let mut seen = vec![
        made["withdrawal"]["status"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
    ];
    for _ in 0..5 {
        let reply = flash
            .graphql(
                r#"{ withdrawals(input: {externalId: "ext-1"}) { status } }"#,
                "{}",
            )
            .await;
        seen.push(
            reply["data"]["withdrawals"][0]["status"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        );
    }
    seen.dedup();
    seen
}

#[tokio::test]
async fn keywords_send_withdrawals_their_ways() {
    assert_eq!(walk("PAY").await, ["INITIALISED", "PENDING", "CONFIRMED"]);
    assert_eq!(walk("x HALT_AML x").await, ["INITIALISED", "REVIEWING"]);
    assert_eq!(walk("FAIL_AML").await, ["CANCELLED"]);
    assert_eq!(
        walk("PUSH_AML").await,
        ["INITIALISED", "REVIEWING", "PENDING", "CONFIRMED"]
    );
    assert_eq!(walk("SEND_RFI").await, ["INITIALISED", "REVIEWING"]);
    assert_eq!(
        walk("FAIL_ACC").await,
        ["INITIALISED", "PENDING", "CONFIRMED", "FAILED", "REFUNDED"]
    );
}

#[tokio::test]
async fn time_moves_withdrawals_too_and_leaves_its_dates() {
    let flash = Flash::start(Options {
        status_step: StatusStep::Every(Duration::from_millis(30)),
        ..quick()
    })
    .await;
    flash.pay_as("1.00", "a", "ka", "FAIL_ACC").await;
    flash.pay_as("1.00", "b", "kb", "FAIL_AML").await;
    assert_eq!(flash.ledger().withdrawals[0].status, "INITIALISED");
    tokio::time::sleep(Duration::from_millis(130)).await;
    let look = "{ withdrawals { status rejectCode clearedAt refundedAt rejectedAt createdAt } }";
    let reply = flash.graphql(look, "{}").await["data"]["withdrawals"].clone();
    assert_eq!(
        (&reply[0]["status"], reply[0]["refundedAt"].is_string()),
        (&"REFUNDED".into(), true)
    );
    assert!(reply[0]["clearedAt"].is_string() && reply[0]["rejectedAt"].is_null());
    assert_eq!(
        (&reply[1]["status"], &reply[1]["rejectCode"]),
        (&"CANCELLED".into(), &"COMPLIANCE_DECLINED".into())
    );
    let created = reply[0]["createdAt"].as_str().expect("a time");
    assert_eq!(
        (created.len(), created.ends_with('Z')),
        ("2026-03-03T01:25:11.984Z".len(), true)
    );
}

// ---------------------------------------------------------------- the rest

#[tokio::test]
async fn what_is_not_simulated_says_so() {
    let flash = Flash::quick().await;
    let pay = r#"mutation { createPayment(input: {fromCurrency: AUD, toCurrency: USD, size: 1.00, currency: AUD}) { success code } }"#;
    assert_eq!(
        flash.graphql(pay, "{}").await["data"]["createPayment"]["code"],
        "NOT_SIMULATED"
    );
    let ask = r#"{ payments { id } bankInfo(input: {bsb: "062000"}) { name } subClients { id } }"#;
    let reply = flash.graphql(ask, "{}").await["data"].clone();
    assert_eq!(
        reply,
        json!({ "payments": [], "bankInfo": null, "subClients": [] })
    );
}

#[tokio::test]
async fn nonsense_is_answered_and_harms_nothing() {
    let flash = Flash::quick().await;
    let deep = format!(
        r#"{{"query":"{{ balances {{ currency }} }}","variables":{}1{}}}"#,
        "[".repeat(9000),
        "]".repeat(9000)
    );
    for body in ["", "{", "[]", r#"{"query":1}"#, &deep] {
        assert_eq!(flash.send(body.to_owned()).await.expect("an answer").0, 400);
    }
    for query in [
        "",
        "{",
        "{ nothing }",
        "query { ...a } fragment a on Query { ...a }",
    ] {
        assert!(flash.graphql(query, "{}").await["errors"].is_array(), "{query}");
    }
    assert_eq!(flash.pay("1.00").await["success"], true);
}

#[tokio::test]
async fn latency_is_added_and_a_stop_does_not_wait_for_the_silent() {
    let flash = Flash::start(Options {
        latency: Duration::from_millis(30),
        ..quick()
    })
    .await;
    let start = std::time::Instant::now();
    flash.pay("1.00").await;
    assert!(start.elapsed() >= Duration::from_millis(30));
    flash.set_faults(&["any:no_answer_before"]);
    let client = http();
    let silent = tokio::spawn(
        client
            .post(&flash.running.url)
            .body(r#"{"query":"{ balances { currency } }"}"#)
            .send(),
    );
    tokio::time::sleep(Duration::from_millis(60)).await;
    tokio::time::timeout(Duration::from_millis(200), flash.running.stop())
        .await
        .expect("a quick end");
    assert!(silent.await.expect("a task").is_err());
}
