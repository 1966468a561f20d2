//! One HTTP exchange: bytes out, bytes back, or how it failed.
//!
//! Redirects are not followed and nothing is repeated: either would send money twice behind everybody's back.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use secrecy::{ExposeSecret, SecretString};

use super::error::GatewayError;
use super::{classify, operations};
use crate::domain::{Timestamp, is_this_machine};

/// A longer answer is not read.
const LARGEST_ANSWER: usize = 32 << 20;
const HALF_A_MINUTE: Duration = Duration::from_secs(30);
const USER_AGENT: &str = concat!("payrun/", env!("CARGO_PKG_VERSION"));

/// What came of one request.
#[derive(Debug, Clone)]
pub(super) enum Exchange {
    /// No byte left this machine.
    NotSent { why: String },
    /// Sent, or perhaps; no whole answer.
    Lost { why: &'static str },
    /// An answer, read to its end.
    Answered { status: u16, retry_after: Option<Duration>, body: Vec<u8> },
}

impl Exchange {
    /// Whether the API turned the request away for want of a login, before looking at it.
    pub(super) fn is_unauthenticated(&self) -> bool {
        match self {
            Self::Answered { status: 401, .. } => true,
            Self::Answered { status: 200, body, .. } => super::wire::is_unauthenticated(body),
            Self::Answered { .. } | Self::Lost { .. } | Self::NotSent { .. } => false,
        }
    }
}

/// What the API's clock showed, to a second, and when that was by a clock of ours that nobody can set.
#[derive(Debug, Clone, Copy)]
pub struct ServerClock {
    /// The `Date` of an answer.
    pub date: Timestamp,
    /// When the answer came.
    pub heard: Instant,
    /// How long the exchange took: the date was written some time within it.
    pub took: Duration,
}

impl ServerClock {
    /// What the API's clock shows now.
    pub fn now(&self) -> Timestamp {
        self.date.saturating_add(self.heard.elapsed()).unwrap_or(self.date)
    }

    /// What it shows now at the latest: the date has no parts of a second, and was written before it was heard.
    pub fn latest(&self) -> Timestamp {
        let since = self.heard.elapsed() + self.took + Duration::from_secs(1);
        self.date.saturating_add(since).unwrap_or(self.date)
    }
}

#[derive(Debug)]
pub(super) struct Transport {
    client: Client,
    url: Url,
    clock: Mutex<Option<ServerClock>>,
    trouble: Mutex<Option<GatewayError>>,
}

impl Transport {
    pub(super) fn new(url: &str, timeout: Duration, max_in_flight: usize) -> Result<Self, GatewayError> {
        let wrong = |why: &str| GatewayError::Config(format!("the address of the API, {url}, {why}"));
        let url: Url = url.parse().map_err(|_| wrong("is not an address like https://api.example.com"))?;
        let loopback = is_this_machine(url.host_str().unwrap_or_default());
        match url.scheme() {
            "https" => {}
            "http" if loopback => {}
            "http" => return Err(wrong("is not encrypted: only https:// may leave this machine")),
            _ => return Err(wrong("must begin with https://")),
        }
        let _ = rustls::crypto::ring::default_provider().install_default(); // a second call changes nothing
        let mut builder = Client::builder()
            .user_agent(USER_AGENT)
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .http1_only()
            .tcp_nodelay(true)
            .connect_timeout(timeout.min(Duration::from_secs(10)))
            .timeout(timeout)
            .pool_max_idle_per_host(max_in_flight)
            .pool_idle_timeout(Duration::from_secs(20));
        if loopback {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|_| {
            GatewayError::Config(
                "this machine has no certificates to check https:// with: install ca-certificates".to_owned(),
            )
        })?;
        Ok(Self { client, url, clock: Mutex::default(), trouble: Mutex::default() })
    }

    /// The API's clock, as its last answer told it.
    pub(super) fn server_clock(&self) -> Option<ServerClock> {
        *self.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was the matter with the last exchange, as far as that shows without reading the answer.
    pub(super) fn trouble(&self) -> Option<GatewayError> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn hear_clock(&self, response: &reqwest::Response, began: Instant) {
        let header = response.headers().get("date").and_then(|value| value.to_str().ok());
        let date =
            header.and_then(|text| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok());
        if let Some(date) = date {
            let clock = ServerClock { date, heard: Instant::now(), took: began.elapsed() };
            *self.clock.lock().unwrap_or_else(PoisonError::into_inner) = Some(clock);
        }
    }

    /// Posts one body. The log has the operation's name, and how it went.
    pub(super) async fn post(&self, body: &str, token: Option<&SecretString>) -> Exchange {
        let began = Instant::now();
        let exchange = self.exchange(body, token).await;
        let (operation, ms) = (operations::name_in(body), began.elapsed().as_millis());
        match &exchange {
            Exchange::NotSent { why } => tracing::warn!(operation, class = "not_sent", why, ms, "request"),
            Exchange::Lost { why } => tracing::warn!(operation, class = "lost", why, ms, "request"),
            Exchange::Answered { status, body, .. } if *status == 200 => {
                tracing::debug!(operation, class = "answered", status, bytes = body.len(), ms, "request");
            }
            Exchange::Answered { status, retry_after, .. } => {
                let retry_after_s = retry_after.map(|wait| wait.as_secs());
                tracing::warn!(operation, class = "answered", status, retry_after_s, ms, "request");
            }
        }
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = classify::answered(&exchange).err();
        exchange
    }

    async fn exchange(&self, body: &str, token: Option<&SecretString>) -> Exchange {
        let mut request = self.client.post(self.url.clone()).header("content-type", "application/json");
        if let Some(token) = token {
            request = request.bearer_auth(token.expose_secret());
        }
        let began = Instant::now();
        let mut response = match request.body(body.to_owned()).send().await {
            Ok(response) => response,
            Err(error) if error.is_connect() => {
                return Exchange::NotSent { why: why_not_connected(&error) };
            }
            Err(error) if error.is_builder() => {
                return Exchange::NotSent { why: "the request could not be made".to_owned() };
            }
            Err(error) if error.is_timeout() => {
                return Exchange::Lost { why: "no answer in time" };
            }
            Err(_) => {
                return Exchange::Lost { why: "the connection broke" };
            }
        };
        self.hear_clock(&response, began);
        let status = response.status().as_u16();
        let header = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
        // a date is read as half a minute: it is seldom used, and to wait too long costs less than to come too early
        let retry_after = header.map(|text| text.trim().parse().map_or(HALF_A_MINUTE, Duration::from_secs));
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > LARGEST_ANSWER => {
                    return Exchange::Lost { why: "the answer was too long" };
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => {
                    return Exchange::Answered { status, retry_after, body };
                }
                Err(error) if error.is_timeout() => {
                    return Exchange::Lost { why: "no answer in time" };
                }
                Err(_) => {
                    return Exchange::Lost { why: "the answer broke off" };
                }
            }
        }
    }
}

/// The innermost cause, which says more than "error sending request".
fn why_not_connected(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let text = cause.to_string().to_lowercase();
    text.split(" (os error").next().unwrap_or("no connection").to_owned()
}
