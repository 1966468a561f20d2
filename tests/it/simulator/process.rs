//! The simulator as a process of its own: killed, started again, and told by flags how to behave.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::client::{IBAN, PAY, http, payment};
use crate::world::World;

const LOGIN: &str = r#"mutation { login(input: {email: "a@b.au", password: "c"}) { token } }"#;

/// `payrun simulate`. It is killed when it is dropped, whatever it is doing.
struct Simulated {
    child: Child,
    url: String,
    token: String,
    runtime: Runtime,
}

impl Drop for Simulated {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Simulated {
    /// One with these flags; a token of an earlier one is still good.
    fn start(world: &World, flags: &[&str]) -> Self {
        let mut command = world.command(&[&["simulate", "--port", "0"], flags].concat());
        let mut child = command.stdout(Stdio::piped()).spawn().expect("a simulator");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        let url = line.split_whitespace().find(|word| word.starts_with("http")).expect("an address");
        let url = url.trim_end_matches('.').to_owned();
        let runtime = Runtime::new().expect("a runtime");
        let mut this = Self { child, url, token: String::new(), runtime };
        let reply = this.ask(LOGIN, &json!({}));
        reply["data"]["login"]["token"].as_str().expect("a token").clone_into(&mut this.token);
        this
    }

    fn ask(&self, query: &str, variables: &Value) -> Value {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let request = http().post(&self.url).bearer_auth(&self.token).body(body);
        let text = self.runtime.block_on(async { request.send().await?.text().await }).expect("an answer");
        serde_json::from_str(&text).expect("JSON")
    }

    fn pay(&self, input: &Value) -> Value {
        self.ask(PAY, &json!({ "input": input }))["data"]["createPayment"].clone()
    }
}

#[test]
fn a_kill_loses_no_payment_and_no_quote() {
    let world = World::new();
    let flash = Simulated::start(&world, &[]);
    let quote = "{ quote(input: {fromCurrency: AUD, toCurrency: EUR, tradable: true}) { id } }";
    let mut input = payment("p-1", "k-1");
    input["quoteId"] = flash.ask(quote, &json!({}))["data"]["quote"]["id"].clone();
    let first = flash.pay(&input);
    assert_eq!(first["code"], "CREATED");
    drop(flash);

    let flash = Simulated::start(&world, &["--market", "0.5"]);
    let again = flash.pay(&input);
    assert_eq!((&again["code"], &again["payment"]["id"]), (&"OK".into(), &first["payment"]["id"]));
    (input["idempotencyKey"], input["externalId"]) = ("k-2".into(), "p-2".into());
    let second = flash.pay(&input);
    assert_eq!(second["payment"]["toAmount"], first["payment"]["toAmount"], "the quote still holds");
    drop(flash);
    let never = World::new();
    let said = never.payrun(&["--state", "unused", "simulate", "--ledger"]).ends(0);
    said.says("Nothing was paid in the simulator of this state folder yet.");
    let json =
        never.payrun(&["--state", "unused", "simulate", "--ledger", "--format", "json"]).ends(0).json();
    assert_eq!(json["withdrawals"], serde_json::json!([]));
    let shown = world.payrun(&["simulate", "--ledger"]).ends(0);
    assert!(shown.out.contains("2 payments\nAUD 200.00 paid in 2 payments\n"), "{}", shown.out);
    assert!(!shown.out.contains(IBAN));
}

#[test]
fn flags_say_how_it_behaves() {
    let world = World::new();
    let flags = [
        "--without-assumed",
        "--tradeable",
        "--fee",
        "0.25",
        "--quote-lifetime",
        "1ms",
        "--clock-skew",
        "-2h",
    ];
    let flash = Simulated::start(&world, &flags);
    let code = |query: &str| flash.ask(query, &json!({}))["errors"][0]["extensions"]["code"].clone();
    assert_eq!(code("{ payments { statusMessage } }"), "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(
        code("{ quote(input: {fromCurrency: AUD, toCurrency: EUR, tradable: true}) { id } }"),
        "GRAPHQL_VALIDATION_FAILED"
    );
    let quote = "{ quote(input: {fromCurrency: AUD, toCurrency: EUR, tradeable: true}) { id timestamp } }";
    let quote = flash.ask(quote, &json!({}))["data"]["quote"].clone();
    let at: jiff::Timestamp = quote["timestamp"].as_str().expect("a time").parse().expect("a time");
    assert!(at < jiff::Timestamp::now() - jiff::SignedDuration::from_mins(100), "{at}");
    let mut input = payment("p-1", "k-1");
    input["quoteId"] = quote["id"].clone();
    std::thread::sleep(std::time::Duration::from_millis(5));
    assert_eq!(flash.pay(&input)["code"], "QUOTE_EXPIRED");
    assert_eq!(flash.pay(&payment("p-2", "k-2"))["code"], "CREATED");
    let left = flash.ask("{ balances(currencies: [AUD]) { cleared } }", &json!({}));
    assert_eq!(left["data"]["balances"][0]["cleared"], 9_999_899.75);
}

#[test]
fn flags_that_make_no_sense_are_named() {
    let world = World::new();
    for (flag, value) in
        [("--market", "much"), ("--fee", "-1"), ("--clock-skew", "soon"), ("--quote-lifetime", "x")]
    {
        let said = world.payrun(&["simulate", &format!("{flag}={value}")]).ends(2);
        said.says(&format!("{flag}: \"{value}\" is"));
    }
}
