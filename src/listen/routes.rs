//! What is asked and what is answered.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};

use super::bucket::Bucket;
use super::hints::{Hint, HintError, Hints, Kept};
use super::metrics::{self, Counts};
use super::{Desk, Limits, Options, Outcome};
use crate::gateway::{Notice, Webhook};

const REQUEST_ID: HeaderName = HeaderName::from_static("flashfx-request-id");
const SIGNATURE: HeaderName = HeaderName::from_static("flashfx-signature");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const LONGEST_REQUEST_ID: usize = 128;

/// Who is at the other end of a connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub IpAddr);

/// Where deliveries are handed in.
#[derive(Clone)]
pub(super) struct Counter(Arc<Inner>);

struct Inner {
    options: Options,
    hints: Hints,
    desk: Arc<dyn Desk>,
    counts: Counts,
    bucket: Bucket,
    /// Questions have their own, so that they keep no delivery out.
    questions: Bucket,
}

/// The routes, for one server.
pub(super) fn router(counter: Counter) -> Router {
    Router::new()
        .route("/webhooks/flash", post(webhook))
        .route("/callbacks/{external_id}", post(callback))
        .route("/healthz", get(async || "alive\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(numbers))
        .with_state(counter)
}

async fn webhook(
    State(counter): State<Counter>,
    Extension(Peer(peer)): Extension<Peer>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let taken = counter.take(peer, &headers, body).await.and_then(|body| {
        let signature = header(&headers, &SIGNATURE).ok_or(Outcome::Unsigned)?;
        let webhook = Webhook::verified(&body, signature, &counter.0.options.secrets);
        webhook.ok_or(Outcome::WrongSignature)?.read().map_err(|_| Outcome::Unreadable)
    });
    counter.answer(taken, &headers).await
}

async fn callback(
    State(counter): State<Counter>,
    Extension(Peer(peer)): Extension<Peer>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let taken = counter.take(peer, &headers, body).await.and_then(|_unread| {
        let query = query.unwrap_or_default();
        let sig = query.split('&').find_map(|pair| pair.strip_prefix("sig=")).ok_or(Outcome::Unsigned)?;
        let callbacks = counter.0.options.callbacks.as_ref();
        callbacks.and_then(|callbacks| callbacks.verified(&id, sig)).ok_or(Outcome::WrongSignature)
    });
    counter.answer(taken, &headers).await
}

async fn ready(
    State(counter): State<Counter>,
    Extension(Peer(peer)): Extension<Peer>,
    headers: HeaderMap,
) -> Response {
    if !counter.0.questions.take(Instant::now()) {
        return too_many();
    }
    match counter.not_ready().await {
        None => "ready\n".into_response(),
        Some(why) => {
            let why = if counter.may_know(peer, &headers) { format!(": {why}") } else { String::new() };
            (StatusCode::SERVICE_UNAVAILABLE, format!("not ready{why}\n")).into_response()
        }
    }
}

async fn numbers(
    State(counter): State<Counter>,
    Extension(Peer(peer)): Extension<Peer>,
    headers: HeaderMap,
) -> Response {
    if !counter.may_know(peer, &headers) {
        return (StatusCode::FORBIDDEN, "not for this address\n").into_response();
    }
    if !counter.0.questions.take(Instant::now()) {
        return too_many();
    }
    let is_ready = counter.not_ready().await.is_none();
    let now = counter.0.options.clock.now();
    let text = metrics::text(&counter.0.counts, &counter.0.desk.vitals(), is_ready, now);
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

fn too_many() -> Response {
    (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, "1")], "too many questions\n").into_response()
}

fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The id of a delivery, if it can be remembered.
fn request_id(headers: &HeaderMap) -> Option<&str> {
    header(headers, &REQUEST_ID).filter(|id| !id.is_empty() && id.len() <= LONGEST_REQUEST_ID)
}

impl Counter {
    pub fn new(options: Options, hints: Hints, desk: Arc<dyn Desk>) -> Self {
        let [bucket, questions] =
            [options.limits.rate, options.limits.questions].map(|rate| Bucket::new(rate, Instant::now()));
        Self(Arc::new(Inner { options, hints, desk, counts: Counts::default(), bucket, questions }))
    }

    pub fn limits(&self) -> Limits {
        self.0.options.limits
    }

    /// The whole body of a delivery, if it may be handed in at all.
    async fn take(&self, peer: IpAddr, headers: &HeaderMap, body: Body) -> Result<Bytes, Outcome> {
        let Options { sources, limits, .. } = &self.0.options;
        if !sources.is_empty() && !self.sender(peer, headers).is_some_and(|sender| sources.contains(&sender))
        {
            return Err(Outcome::WrongSource);
        }
        if !self.0.bucket.take(Instant::now()) {
            return Err(Outcome::TooMany);
        }
        let declared = header(headers, &CONTENT_LENGTH).and_then(|text| text.parse::<usize>().ok());
        if declared.is_some_and(|length| length > limits.body) {
            return Err(Outcome::TooLarge);
        }
        let read = tokio::time::timeout(limits.reading, to_bytes(body, limits.body)).await;
        let not_whole = if declared.is_some() { Outcome::BrokenOff } else { Outcome::TooLarge };
        read.map_err(|_| Outcome::TooSlow)?.map_err(|_| not_whole)
    }

    /// Who sent a delivery. A proxy adds whom it heard it from at the end; what stands before that, anybody can write.
    fn sender(&self, peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
        if !self.0.options.trust_proxy {
            return Some(peer);
        }
        let told = headers.get_all(&FORWARDED_FOR).iter().next_back()?.to_str().ok()?;
        told.rsplit(',').next()?.trim().parse().ok().map(|told: IpAddr| told.to_canonical())
    }

    /// Whether somebody may know how things stand: everybody where no sources are named, else these and this machine.
    fn may_know(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        let sources = &self.0.options.sources;
        // a program of this machine that asks without the proxy bears no address of another
        let is_direct = !headers.contains_key(&FORWARDED_FOR);
        let asker = if is_direct { Some(peer) } else { self.sender(peer, headers) };
        sources.is_empty()
            || asker.is_some_and(|asker| sources.contains(&asker) || (is_direct && asker.is_loopback()))
    }

    /// Stores what is to be looked up, and answers.
    async fn answer(&self, taken: Result<Notice, Outcome>, headers: &HeaderMap) -> Response {
        let outcome = match taken {
            Ok(notice) => self.store(notice, request_id(headers)).await,
            Err(outcome) => outcome,
        };
        let count = self.0.counts.add(outcome);
        if outcome.status() != StatusCode::OK && is_round(count) {
            tracing::warn!(outcome = outcome.name(), count, "deliveries were not taken");
        }
        let status = outcome.status();
        let body = if status == StatusCode::OK { "taken\n" } else { "not taken\n" };
        let mut response = (status, body).into_response();
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if matches!(outcome, Outcome::TooMany | Outcome::NoRoom) {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }

    async fn store(&self, notice: Notice, request: Option<&str>) -> Outcome {
        if notice.flash_id.is_none() && notice.external_id.is_none() {
            return Outcome::WithoutId;
        }
        let hint = Hint::new(self.0.options.clock.now(), request, notice);
        match self.0.hints.keep(hint.clone()).await {
            Ok(Kept::New) => {
                self.0.desk.hinted(&hint);
                Outcome::Stored
            }
            Ok(Kept::Before) => Outcome::Doubled,
            Err(HintError::Full { .. }) => Outcome::NoRoom,
            Err(error) => {
                tracing::debug!(%error, "a hint was not stored");
                Outcome::NotStored
            }
        }
    }

    /// Why deliveries would not be taken, or not be looked up.
    async fn not_ready(&self) -> Option<String> {
        if let Err(error) = self.0.hints.try_out().await {
            return Some(error.to_string());
        }
        let vitals = self.0.desk.vitals();
        let overdue = vitals.overdue > self.0.options.limits.overdue;
        vitals.trouble.or_else(|| {
            overdue.then(|| {
                format!("payouts have been due to be looked up for {} minutes", vitals.overdue.as_secs() / 60)
            })
        })
    }
}

/// 1, 10, 100 and so on: a flood must not fill the log.
fn is_round(count: u64) -> bool {
    count.checked_ilog10().is_some_and(|digits| 10_u64.pow(digits) == count)
}
