//! A client of a few lines, deliberately not payrun's own.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use payrun::simulator::{Fault, LedgerView, Options, Running, Simulator};
use serde_json::{Value, json};

/// A simulator and a client that is logged in.
pub struct Flash {
    pub running: Running,
    pub http: reqwest::Client,
    pub token: String,
    made: AtomicU32,
}

/// What came back, or the error that came in its place.
pub type Answer = Result<(u16, String), reqwest::Error>;

pub fn http() -> reqwest::Client {
    // A second test of the same process finds it installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder().user_agent("payrun-test/1").timeout(Duration::from_secs(2));
    // No certificates: nothing here speaks TLS, and loading the system's takes longer than a test.
    let builder = builder.redirect(reqwest::redirect::Policy::none()).tls_certs_only([]);
    builder.build().expect("a client")
}

/// Without the wait between logins, which has a test of its own.
pub fn quick() -> Options {
    Options { login_interval: Duration::ZERO, ..Options::default() }
}

pub const WITHDRAW: &str = "mutation($input: CreateWithdrawalInput!) { createWithdrawal(input: $input) \
     { success code message withdrawal { id amount status externalId recipient { accountNo } } } }";

pub const PAY: &str = "mutation($input: PaymentInput!) { createPayment(input: $input) { success code message \
     payment { id status size fromCurrency toCurrency fromAmount toAmount externalId recipient { iban } } } }";

impl Flash {
    pub async fn start(options: Options) -> Self {
        let running = Simulator::start(options).await.expect("a simulator");
        let http = http();
        let mut flash = Self { running, http, token: String::new(), made: AtomicU32::new(0) };
        flash.token = flash.login().await;
        flash
    }

    /// One that works as documented.
    pub async fn quick() -> Self {
        Self::start(quick()).await
    }

    /// One with these faults, set after the login.
    pub async fn with_faults(faults: &[&str]) -> Self {
        let flash = Self::quick().await;
        flash.set_faults(faults);
        flash
    }

    pub fn set_faults(&self, faults: &[&str]) {
        let faults: Vec<Fault> = faults.iter().map(|fault| fault.parse().expect("a fault")).collect();
        self.running.faults().set(&faults);
    }

    pub async fn login(&self) -> String {
        let login = r#"mutation { login(input: {email: "a@b.au", password: "c"}) { success code token } }"#;
        let reply = self.graphql(login, "{}").await;
        reply["data"]["login"]["token"].as_str().unwrap_or_default().to_owned()
    }

    /// Sends a body as it is.
    pub async fn send(&self, body: String) -> Answer {
        let request = self.http.post(&self.running.url).bearer_auth(&self.token).body(body);
        let response = request.header("content-type", "application/json").send().await?;
        let status = response.status().as_u16();
        Ok((status, response.text().await?))
    }

    /// Sends a query; `variables` is JSON text, since a JSON value would not keep the digits of its numbers.
    pub async fn try_graphql(&self, query: &str, variables: &str) -> Answer {
        self.send(format!(r#"{{"query":{},"variables":{variables}}}"#, json!(query))).await
    }

    pub async fn graphql(&self, query: &str, variables: &str) -> Value {
        let (_, body) = self.try_graphql(query, variables).await.expect("an answer");
        serde_json::from_str(&body).expect("JSON")
    }

    /// Pays `amount` under a new `externalId` and key.
    pub async fn try_pay(&self, amount: &str) -> Answer {
        let n = self.made.fetch_add(1, Ordering::Relaxed) + 1;
        self.try_graphql(WITHDRAW, &withdrawal(amount, &format!("ext-{n}"), &format!("key-{n}"), "")).await
    }

    pub async fn pay(&self, amount: &str) -> Value {
        let (_, body) = self.try_pay(amount).await.expect("an answer");
        let reply: Value = serde_json::from_str(&body).expect("JSON");
        assert!(reply["data"]["createWithdrawal"].is_object(), "{reply}");
        reply["data"]["createWithdrawal"].clone()
    }

    pub async fn pay_as(&self, amount: &str, external_id: &str, key: &str, reference: &str) -> Value {
        let reply = self.graphql(WITHDRAW, &withdrawal(amount, external_id, key, reference)).await;
        assert!(reply["data"]["createWithdrawal"].is_object(), "{reply}");
        reply["data"]["createWithdrawal"].clone()
    }

    /// Makes the payment of `input`, which `payment` makes and a test may change. Gives the mutation's reply.
    pub async fn convert(&self, input: &Value) -> Value {
        let reply = self.graphql(PAY, &json!({ "input": input }).to_string()).await;
        assert!(reply["data"]["createPayment"].is_object(), "{reply}");
        reply["data"]["createPayment"].clone()
    }

    /// The first field of a query without variables.
    pub async fn ask(&self, query: &str) -> Value {
        let reply = self.graphql(query, "{}").await;
        let data = reply["data"].as_object().and_then(|data| data.values().next());
        data.unwrap_or_else(|| panic!("{query}: {reply}")).clone()
    }

    pub fn ledger(&self) -> LedgerView {
        self.running.ledger()
    }

    /// How many withdrawals really happened.
    pub fn paid(&self) -> usize {
        self.ledger().withdrawals.len()
    }
}

/// The variables of a withdrawal to a whole recipient.
pub fn withdrawal(amount: &str, external_id: &str, key: &str, reference: &str) -> String {
    let recipient = recipient("Ann", "payee-1");
    let reference = if reference.is_empty() { "PAY" } else { reference };
    format!(
        r#"{{"input":{{"amount":{amount},"currency":"AUD","externalId":"{external_id}","idempotencyKey":"{key}",
        "externalReference":"{reference}","recipient":{recipient}}}}}"#
    )
}

/// A recipient as JSON text.
pub fn recipient(first_name: &str, external_id: &str) -> Value {
    json!({
        "externalId": external_id, "firstName": first_name, "lastName": "Lee", "accountIdType": "BSB",
        "currency": "AUD", "bsb": "062000", "accountNo": "12345678",
        "address": { "street": "1 Hay St", "suburb": "Sydney", "state": "NSW", "postcode": "2000", "country": "AU" },
    })
}

/// The input of a payment of 100 dollars to an account in Germany.
pub fn payment(external_id: &str, key: &str) -> Value {
    json!({
        "fromCurrency": "AUD", "toCurrency": "EUR", "size": 100, "currency": "AUD", "externalId": external_id,
        "idempotencyKey": key, "externalReference": "PAY", "recipient": abroad("EUR", "IBAN", &json!({ "iban": IBAN })),
    })
}

/// A well-known invented account.
pub const IBAN: &str = "DE89370400440532013000";

/// A recipient abroad whose account has these numbers.
pub fn abroad(currency: &str, kind: &str, numbers: &Value) -> Value {
    let mut recipient = json!({
        "firstName": "Robin", "lastName": "Example", "accountIdType": kind, "currency": currency,
        "address": { "street": "1 Example Street", "suburb": "Exampletown", "country": "DE" },
    });
    for (name, value) in numbers.as_object().into_iter().flatten() {
        recipient[name] = value.clone();
    }
    recipient
}
