//! The token: one login at a time, renewed ahead of its end, never asked for in a loop.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::error::GatewayError;
use super::pace::Pace;
use super::transport::{Exchange, Transport};
use super::{Settings, classify, operations};
use crate::domain::Clock;

/// A token without a readable end is trusted so long.
const UNKNOWN_LIFE: Duration = Duration::from_secs(600);
/// Renewed so long before its end, or a tenth of its life before, whichever is less.
const AHEAD: Duration = Duration::from_secs(300);

#[derive(Debug)]
pub(super) struct Token {
    settings: Settings,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

/// A login that is good for a while yet. Logins are few a second: whoever connects again goes on with the last.
#[derive(Debug, Clone)]
pub struct Login {
    token: SecretString,
    renew_at: Instant,
    made_at: Instant,
}

#[derive(Debug, Default)]
struct State {
    token: Option<SecretString>,
    renew_at: Option<Instant>,
    last_login: Option<Instant>,
    /// A refusal is final: failed logins count at the server.
    refused: Option<GatewayError>,
}

impl std::fmt::Debug for dyn Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

#[derive(Serialize)]
struct LoginInput<'a> {
    email: &'a str,
    password: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    affiliation: Option<&'a str>,
}

#[derive(Deserialize)]
struct LoginData {
    login: LoginReply,
}

#[derive(Deserialize)]
struct LoginReply {
    success: bool,
    code: Option<String>,
    token: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    exp: i64,
    iat: Option<i64>,
}

impl Token {
    pub(super) fn new(settings: Settings, login: Option<Login>, clock: Arc<dyn Clock>) -> Self {
        let state = login.map_or_else(State::default, |login| State {
            token: Some(login.token),
            renew_at: Some(login.renew_at),
            last_login: Some(login.made_at),
            refused: None,
        });
        Self { settings, clock, state: Mutex::new(state) }
    }

    /// The login as it stands, for another to go on with.
    pub(super) async fn login_now(&self) -> Option<Login> {
        let state = self.state.lock().await;
        let token = state.token.clone()?;
        Some(Login { token, renew_at: state.renew_at?, made_at: state.last_login? })
    }

    /// The token, from a login if need be. Whoever asks while another logs in gets that login's result.
    pub(super) async fn get(&self, transport: &Transport, pace: &Pace) -> Result<SecretString, GatewayError> {
        let mut state = self.state.lock().await;
        match (&state.token, state.renew_at) {
            (Some(token), Some(renew_at)) if Instant::now() < renew_at => Ok(token.clone()),
            _ => self.login(&mut state, transport, pace).await,
        }
    }

    /// A token other than `used`, which the API has turned away.
    pub(super) async fn renew(
        &self,
        used: &SecretString,
        transport: &Transport,
        pace: &Pace,
    ) -> Result<SecretString, GatewayError> {
        let mut state = self.state.lock().await;
        match &state.token {
            Some(newer) if newer.expose_secret() != used.expose_secret() => Ok(newer.clone()),
            Some(_) | None => self.login(&mut state, transport, pace).await,
        }
    }

    /// Forgets `used`, which the API has turned away: the next request logs in first.
    pub(super) async fn reject(&self, used: &SecretString) {
        let mut state = self.state.lock().await;
        if state.token.as_ref().is_some_and(|token| token.expose_secret() == used.expose_secret()) {
            state.token = None;
        }
    }

    /// Takes the token away, to end it.
    pub(super) async fn take(&self) -> Option<SecretString> {
        let mut state = self.state.lock().await;
        state.renew_at = None;
        state.token.take()
    }

    async fn login(
        &self,
        state: &mut State,
        transport: &Transport,
        pace: &Pace,
    ) -> Result<SecretString, GatewayError> {
        let began = Instant::now();
        loop {
            if let Some(refused) = &state.refused {
                return Err(refused.clone());
            }
            pace.open().await?;
            if let Some(last) = state.last_login {
                tokio::time::sleep(self.settings.login_interval.saturating_sub(last.elapsed())).await;
            }
            let asked = Instant::now(); // the token's life may have begun then
            let error = match self.login_once(transport, pace).await {
                Ok(token) => {
                    state.last_login = Some(Instant::now());
                    state.renew_at = Some(asked + self.life_of(&token));
                    state.token = Some(token.clone());
                    tracing::info!(good_for_s = self.life_of(&token).as_secs(), "logged in");
                    return Ok(token);
                }
                Err(error) => error,
            };
            state.last_login = Some(Instant::now());
            if !error.is_passing() {
                tracing::error!(class = error.class(), "the login is refused");
                state.refused = Some(error.clone());
                return Err(error);
            }
            tracing::warn!(class = error.class(), "the login is tried again");
            if began.elapsed() + self.settings.login_interval > self.settings.patience {
                return Err(error);
            }
        }
    }

    async fn login_once(&self, transport: &Transport, pace: &Pace) -> Result<SecretString, GatewayError> {
        let input = LoginInput {
            email: &self.settings.email,
            password: self.settings.password.expose_secret(),
            affiliation: self.settings.affiliation.as_deref(),
        };
        let began = Instant::now();
        let exchange =
            transport.post(&operations::body(operations::LOGIN, &operations::Input { input }), None).await;
        pace.learn(&exchange, began.elapsed());
        if let Exchange::Answered { status: 401, .. } = exchange {
            return Err(GatewayError::Credentials { code: "HTTP 401".to_owned() });
        }
        let reply = classify::reply(&exchange)?.data::<LoginData>()?.login;
        match (reply.success, reply.token, reply.code) {
            (true, Some(token), _) if !token.is_empty() => Ok(token.into()),
            (false, _, Some(code)) if code == "NEED_AFFILIATION" => Err(GatewayError::NeedAffiliation),
            (false, _, Some(code)) if code == "TOO_MANY_REQUESTS" => Err(GatewayError::Throttled),
            (false, _, Some(code)) if !code.is_empty() => Err(GatewayError::Credentials { code }),
            _ => Err(GatewayError::Unclear { what: "a login without a token".to_owned() }),
        }
    }

    /// How long to use a token: its own life, less a margin, whatever the clocks say.
    fn life_of(&self, token: &SecretString) -> Duration {
        let Some(claims) = claims(token.expose_secret()) else {
            return UNKNOWN_LIFE;
        };
        let issued = claims.iat.unwrap_or_else(|| self.clock.now().as_second());
        let life = Duration::from_secs(u64::try_from(claims.exp.saturating_sub(issued)).unwrap_or(0));
        life.saturating_sub(AHEAD.min(life / 10))
    }
}

/// What the token says of itself. We only look; the server decides.
fn claims(token: &str) -> Option<Claims> {
    let payload = token.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?).ok()
}
