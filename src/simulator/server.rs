//! HTTP: one endpoint, the door in front of it, and faults around it.
//!
//! The order of a request: firewall, rate limit, reading, faults that leave nothing, token, the schema, faults that
//! come after it. An answer leaves only when its effect is in the ledger.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_graphql::{Response as Reply, Value};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::header::{AUTHORIZATION, USER_AGENT};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::answers;
use super::faults::{Effect, Symptom};
use super::flash::Flash;
use super::operation::Operation;
use super::options::{AuthStyle, Options};
use super::request::Call;
use super::schema::{self, FlashSchema, Token};
use super::script::Struck;
use super::socket::{Cut, Cuttable};

/// What every request needs.
#[derive(Clone)]
struct Desk {
    flash: Arc<Flash>,
    schema: FlashSchema,
    closing: watch::Receiver<bool>,
}

/// Serves until `closing` is true or its sender is gone.
pub(super) async fn run(listener: TcpListener, flash: Arc<Flash>, closing: watch::Receiver<bool>) {
    let schema = schema::build(Some(Arc::clone(&flash)));
    let desk = Desk { flash, schema, closing: closing.clone() };
    let router = Router::new().route("/", post(handle)).route("/{*path}", post(handle)).with_state(desk);
    let service = router.into_make_service_with_connect_info::<Cut>();
    let served = axum::serve(Cuttable(listener), service).with_graceful_shutdown(closed(closing)).await;
    served.expect("axum::serve handles the errors of its sockets itself");
}

async fn closed(mut closing: watch::Receiver<bool>) {
    // An error means that the sender is gone, which closes as well.
    let _ = closing.wait_for(|closing| *closing).await;
}

/// Every answer tells the time, as servers do.
async fn handle(
    State(desk): State<Desk>,
    connection: ConnectInfo<Cut>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let flash = Arc::clone(&desk.flash);
    answers::dated(answer(desk, connection, &headers, &body).await, flash.now())
}

async fn answer(
    desk: Desk,
    ConnectInfo(cut): ConnectInfo<Cut>,
    headers: &HeaderMap,
    body: &[u8],
) -> Response {
    let options = desk.flash.options();
    if is_generic(header(headers, &USER_AGENT)) {
        return answers::forbidden();
    }
    if let Some(wait) = desk.flash.throttled() {
        return answers::too_many(wait);
    }
    let call = match Call::read(body) {
        Ok(call) => call,
        Err(message) => return answers::bad_request(&message),
    };
    let struck = desk.flash.faults.strike(&call.operations);
    desk.wait(options.latency + struck.delay()).await;
    if let Some(symptom) = struck.transport(Effect::None) {
        return desk.show(symptom, &cut, None).await;
    }
    let token = header(headers, &AUTHORIZATION).strip_prefix("Bearer ").unwrap_or_default();
    if let Some(refusal) = desk.refusal(&options, &call, token) {
        return refusal;
    }
    let after = struck.transport(Effect::Committed);
    let reply = desk.run(call, struck, token.to_owned()).await;
    match after {
        Some(symptom) => desk.show(symptom, &cut, Some(reply)).await,
        None => answers::json(StatusCode::OK, reply),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &axum::http::HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Whether the firewall takes this user agent for a script.
fn is_generic(user_agent: &str) -> bool {
    const GENERIC: [&str; 14] = [
        "curl",
        "wget",
        "python",
        "reqwest",
        "go-http-client",
        "okhttp",
        "java",
        "axios",
        "node",
        "undici",
        "ruby",
        "php",
        "libwww",
        "apache-httpclient",
    ];
    let product = user_agent.split(['/', ' ']).next().unwrap_or_default().to_ascii_lowercase();
    product.is_empty()
        || GENERIC.iter().any(|generic| product == *generic || product.starts_with(&format!("{generic}-")))
}

impl Desk {
    /// Waits, but not beyond the end of the simulator.
    async fn wait(&self, time: Duration) {
        if !time.is_zero() {
            tokio::select! {
                () = tokio::time::sleep(time) => {}
                () = closed(self.closing.clone()) => {}
            }
        }
    }

    /// Why this call is not run.
    fn refusal(&self, options: &Options, call: &Call, token: &str) -> Option<Response> {
        if call.operations.contains(&Operation::Login) {
            let pace = self.flash.logins().pace(options.login_interval, Instant::now());
            if let Err(wait) = pace {
                return Some(answers::too_many(wait));
            }
        }
        let unknown = call.needs_token && !self.flash.logins().knows(token, self.flash.now());
        unknown.then(|| answers::unauthenticated(options.auth_style))
    }

    /// Runs a call and says what the reply's body is.
    async fn run(&self, call: Call, struck: Struck, token: String) -> String {
        let makes = call.operations.iter().any(|operation| operation.is_mutation());
        let mut reply: Reply = self.schema.execute(call.request.data(struck).data(Token(token))).await;
        if makes && !reply.errors.is_empty() {
            // Every mutation is non-null, so by the specification an error in one empties the data.
            reply.data = Value::Null;
        }
        if reply.errors.iter().any(schema::spoils) {
            reply.data = Value::Null;
            reply.errors.iter_mut().for_each(|error| error.path.clear());
        }
        serde_json::to_string(&reply).expect("a GraphQL reply always has a JSON form")
    }

    /// Puts a symptom on the wire; `reply` is what the client would have got.
    async fn show(&self, symptom: Symptom, cut: &Cut, reply: Option<String>) -> Response {
        match symptom {
            Symptom::Reset => reset(cut),
            Symptom::NoAnswer => {
                closed(self.closing.clone()).await;
                reset(cut)
            }
            Symptom::Status500 => answers::broken(),
            Symptom::Html502 => answers::bad_gateway(),
            Symptom::Throttle(window) => {
                self.flash.throttle(window);
                answers::too_many(window)
            }
            Symptom::MalformedJson => answers::malformed(),
            Symptom::TruncatedJson => {
                let reply = reply.unwrap_or_default();
                cut.lose(reply.len().div_ceil(2));
                answers::json(StatusCode::OK, reply)
            }
            Symptom::GraphqlError => answers::graphql_error("INTERNAL_SERVER_ERROR", "Something went wrong"),
            Symptom::ExpiredToken401 => answers::unauthenticated(AuthStyle::Http401),
            Symptom::ExpiredTokenGraphql => answers::unauthenticated(AuthStyle::GraphqlError),
            Symptom::Redirect307 => answers::redirect(),
            Symptom::Declined
            | Symptom::SuccessWithoutObject
            | Symptom::Slow(_)
            | Symptom::LaggingLists(_)
            | Symptom::WrongEcho => answers::json(StatusCode::OK, reply.unwrap_or_default()),
        }
    }
}

/// The answer itself is never seen: writing it is what ends the connection.
fn reset(cut: &Cut) -> Response {
    cut.reset();
    StatusCode::OK.into_response()
}
