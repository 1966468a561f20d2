//! Logins: tokens in the form of a JWT, and the pace at which they are given out.
//!
//! The signature is BLAKE3 with a key of the simulator's own, not one of JWT's algorithms: clients must not check
//! it, and this Flash only has to know its own tokens again, after a restart too.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

const HEADER: &str = r#"{"alg":"BLAKE3","typ":"JWT"}"#;

#[derive(Debug, Serialize)]
struct Claims<'a> {
    sub: &'a str,
    /// Seconds, as clients expect it.
    iat: i64,
    /// Seconds, rounded down: a client that believes it renews in time.
    exp: i64,
    /// The same in milliseconds, so that a test need not wait for whole seconds.
    exp_ms: i64,
    /// Tells apart the tokens of one second.
    jti: u64,
}

/// What is read back of them.
#[derive(Debug, Deserialize)]
struct Expiry {
    exp_ms: i64,
}

/// The door of the simulated Flash.
#[derive(Debug, Default)]
pub(super) struct Logins {
    given: u64,
    ended: HashSet<String>,
    last: Option<Instant>,
}

impl Logins {
    /// Whether a login may be tried now, `interval` after the one before it; if so, this is the next one.
    pub(super) fn pace(&mut self, interval: Duration, now: Instant) -> Result<(), Duration> {
        if let Some(wait) =
            self.last.and_then(|last| interval.checked_sub(now - last)).filter(|wait| !wait.is_zero())
        {
            return Err(wait);
        }
        self.last = Some(now);
        Ok(())
    }

    /// A new token for `email`.
    pub(super) fn give(&mut self, email: &str, lifetime: Duration, now: Timestamp) -> String {
        self.given += 1;
        let exp_ms =
            now.as_millisecond().saturating_add(i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX));
        let claims = Claims { sub: email, iat: now.as_second(), exp: exp_ms / 1000, exp_ms, jti: self.given };
        let claims = serde_json::to_string(&claims).expect("strings and integers always have a JSON form");
        let body = format!("{}.{}", URL_SAFE_NO_PAD.encode(HEADER), URL_SAFE_NO_PAD.encode(claims));
        format!("{body}.{}", signature(&body))
    }

    /// Whether `token` is one of ours, not expired and not ended.
    pub(super) fn knows(&self, token: &str, now: Timestamp) -> bool {
        expiry(token).is_some_and(|exp_ms| now.as_millisecond() < exp_ms) && !self.ended.contains(token)
    }

    /// Ends a token early.
    pub(super) fn end(&mut self, token: &str) {
        self.ended.insert(token.to_owned());
    }
}

fn signature(body: &str) -> String {
    let key = blake3::derive_key("payrun simulator 2026 tokens", b"not a secret");
    URL_SAFE_NO_PAD.encode(blake3::keyed_hash(&key, body.as_bytes()).as_bytes())
}

/// When a token with a good signature expires.
fn expiry(token: &str) -> Option<i64> {
    let (body, signed) = token.rsplit_once('.')?;
    let (_, claims) = body.split_once('.')?;
    if signature(body) != signed {
        return None;
    }
    let claims = URL_SAFE_NO_PAD.decode(claims).ok()?;
    let Expiry { exp_ms } = serde_json::from_slice(&claims).ok()?;
    Some(exp_ms)
}
