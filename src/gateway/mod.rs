//! The client of the Flash API.
//!
//! Hides nothing that matters for money: one request for one payout, no redirects, no repetitions of its own, and
//! one total classification of what comes back. Wire names stay inside. It does not know the journal: it asks for
//! a [`RecordedIntent`](crate::domain::RecordedIntent) and sends money for nothing less.

mod classify;
mod contract;
mod cop;
mod error;
mod operations;
mod pace;
mod parties;
mod party_fields;
mod payouts;
mod probe;
mod rates;
mod reach;
mod reference;
mod token;
mod transport;
mod webhook;
mod wire;

pub use contract::{Contract, Lack, LiveSchema, Weight};
pub use cop::Confirmation;
pub use error::GatewayError;
pub use operations::operations;
pub use parties::{Created, PartyLookUp, PartyRecord};
pub use party_fields::PartyField;
pub use payouts::{Amounts, PayoutLookUp, PayoutRecord, PayoutRequest, RecipientBy, SenderBy, Shown, Window};
pub use probe::Repeated;
pub use rates::{Pair, Quote, QuoteUse};
pub use reach::{WayEnds, way_to};
pub use reference::{Balance, BankAsked, Offer, SubClient};
pub use token::Login;
pub use transport::ServerClock;
pub use webhook::{Callbacks, Notice, Unreadable, Webhook};

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use secrecy::SecretString;

use crate::domain::{Clock, Kind};
use classify::Reply;
use pace::{Pace, Slot};
use token::Token;
use transport::{Exchange, Transport};

/// Flash allows one login a second.
pub const LOGIN_INTERVAL: Duration = Duration::from_millis(1100);

/// An API that does not say what it has within this time is used without knowing.
const INTROSPECTION: Duration = Duration::from_secs(2);

/// How the API is reached.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Its address. `http://` only to this machine.
    pub url: String,
    /// The login's e-mail address.
    pub email: String,
    /// The login's password.
    pub password: SecretString,
    /// The agreement, where there are several.
    pub affiliation: Option<String>,
    /// Of one request.
    pub timeout: Duration,
    /// Requests at the same time, at most.
    pub max_in_flight: usize,
    /// The least time between two logins.
    pub login_interval: Duration,
    /// How long look-ups and logins are tried again.
    pub patience: Duration,
}

/// The right to send one request now.
#[derive(Debug)]
pub struct Pass {
    slot: Slot,
    token: SecretString,
}

/// The way to the API. Cheap to clone; all clones share the token and the pace.
#[derive(Clone, Debug)]
pub struct Gateway(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    transport: Transport,
    token: Token,
    pace: Pace,
    patience: Duration,
    /// What introspection said of types that the API need not have in full: their fields.
    types: Mutex<HashMap<&'static str, BTreeSet<String>>>,
    /// What the API tells of itself, asked once.
    schema: tokio::sync::OnceCell<Arc<LiveSchema>>,
}

impl Gateway {
    /// Connects to nothing yet.
    pub fn new(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, GatewayError> {
        Self::with_login(settings, None, clock)
    }

    /// Goes on with the login that another has made.
    pub fn with_login(
        settings: Settings,
        login: Option<Login>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, GatewayError> {
        let transport = Transport::new(&settings.url, settings.timeout, settings.max_in_flight)?;
        let pace = Pace::new(settings.max_in_flight);
        let patience = settings.patience;
        let token = Token::new(settings, login, clock);
        Ok(Self(Arc::new(Inner {
            transport,
            token,
            pace,
            patience,
            types: Mutex::default(),
            schema: tokio::sync::OnceCell::new(),
        })))
    }

    /// Logs in, so that a wrong password is told before anything else happens.
    pub async fn sign_in(&self) -> Result<(), GatewayError> {
        self.0.token.get(&self.0.transport, &self.0.pace).await.map(drop)
    }

    /// The login as it stands; none where it was ended.
    pub async fn login(&self) -> Option<Login> {
        self.0.token.login_now().await
    }

    /// Ends the token. It would end by itself: no failure is worth telling.
    pub async fn sign_out(&self) {
        if let Some(token) = self.0.token.take().await {
            let body = operations::body(operations::LOGOUT, &());
            let ending = self.0.transport.post(&body, Some(&token));
            let _ = tokio::time::timeout(Duration::from_secs(3), ending).await;
        }
    }

    /// Waits until the pace allows one more request and a login is there for it: nothing stands between this and
    /// the request.
    pub async fn pass(&self) -> Result<Pass, GatewayError> {
        let slot = self.0.pace.slot().await?;
        Ok(Pass { token: self.0.token.get(&self.0.transport, &self.0.pace).await?, slot })
    }

    /// One request with a token, renewed once where the API turned the first away at the door.
    async fn exchange(&self, slot: &Slot, body: &str) -> Result<Exchange, GatewayError> {
        let mut token = self.0.token.get(&self.0.transport, &self.0.pace).await?;
        let mut exchange = self.timed(slot, body, &token).await;
        if exchange.is_unauthenticated() {
            token = self.0.token.renew(&token, &self.0.transport, &self.0.pace).await?;
            exchange = self.timed(slot, body, &token).await;
        }
        Ok(exchange)
    }

    async fn timed(&self, slot: &Slot, body: &str, token: &SecretString) -> Exchange {
        let began = Instant::now();
        let exchange = self.0.transport.post(body, Some(token)).await;
        self.0.pace.heard(slot, &exchange, began.elapsed());
        exchange
    }

    /// A request that changes nothing, tried again while there is patience.
    async fn read(&self, body: &str) -> Result<Reply, GatewayError> {
        self.read_within(self.0.patience, body, classify::reply).await
    }

    /// The same, with another reading of what comes back.
    async fn read_as<T>(
        &self,
        body: &str,
        judge: fn(&Exchange) -> Result<T, GatewayError>,
    ) -> Result<T, GatewayError> {
        self.read_within(self.0.patience, body, judge).await
    }

    async fn read_within<T>(
        &self,
        patience: Duration,
        body: &str,
        judge: fn(&Exchange) -> Result<T, GatewayError>,
    ) -> Result<T, GatewayError> {
        let began = Instant::now();
        let mut pause = Duration::from_millis(100);
        loop {
            let slot = self.0.pace.slot().await?;
            let exchange = self.exchange(&slot, body).await?;
            drop(slot);
            let error = match judge(&exchange) {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            // a login that is not accepted was renewed already
            let is_final = !error.is_passing() || matches!(error, GatewayError::Unauthenticated);
            if began.elapsed() + pause > patience || is_final {
                return Err(error);
            }
            tracing::info!(class = error.class(), ms = pause.as_millis(), "a look-up is tried again");
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(5));
        }
    }

    /// What is the matter where nothing comes of trying again: what was with the last exchange.
    pub fn trouble(&self) -> Option<GatewayError> {
        self.0.transport.trouble()
    }

    /// The API's clock, as its last answer told it.
    pub fn server_clock(&self) -> Option<ServerClock> {
        self.0.transport.server_clock()
    }

    /// Whether payouts of this kind can bear an address that Flash calls. Where the API does not say so it is not sent:
    /// it is only good to have.
    pub async fn takes_callbacks(&self, kind: Kind) -> bool {
        self.has_field(operations::of(kind).create_input, "callbackUri").await.unwrap_or(false)
    }

    /// Whether a type has a field at this API; asked once, before the first request that would use it, since invalid
    /// requests count against the account.
    async fn has_field(&self, of: &'static str, field: &str) -> Result<bool, GatewayError> {
        let types = || self.0.types.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(fields) = types().get(of) {
            return Ok(fields.contains(field));
        }
        let patience = self.0.patience.min(INTROSPECTION);
        let reply = self
            .read_within(patience, &operations::body(&operations::introspection(of), &()), classify::reply)
            .await?;
        let fields = reply.data::<wire::Introspected>()?.fields();
        let has = fields.contains(field);
        types().insert(of, fields);
        Ok(has)
    }
}
