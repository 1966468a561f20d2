//! A Flash of our own: GraphQL over HTTP with a ledger on disk, for demonstrations and as fault server in tests.
//!
//! It is a second reading of Flash's documentation. It shares no wire type with the client, so that a
//! misunderstanding of one is not repeated by the other, and it must never import `gateway`. What it has committed
//! is in its ledger before any answer leaves, whatever happens to the answer: what a test finds there is what
//! happened.
//!
//! # Faults
//!
//! `OPERATION:KIND[=DURATION][@FROM[-[TO]] | %PERCENT[,seed=N]]`, for example `withdrawal_create:reset_after@2-4`,
//! `any:500_before%5,seed=7`, `withdrawal_list:lagging_lists=200ms`. Operations: `any`, `login`, `logout`,
//! `party_lookup`, `party_create`, `withdrawal_create`, `withdrawal_list`, `withdrawal_get`, `payment_create`,
//! `payment_list`, `payment_get`, `quote`, `balances`, `delivery_methods`, `bank_info`, `payee_confirmation`,
//! `sub_clients`, `other`. Durations are whole `ms` or `s`, 1 s if none is given. Calls count from 1, since the fault was set. Of several faults that
//! strike one request, the first that replaces the answer wins; the ones that only delay or change a reply add up.
//!
//! | kind | on the wire | committed |
//! |---|---|---|
//! | `reset_before` | TCP reset, no byte of an answer | no |
//! | `reset_after` | TCP reset, no byte of an answer | yes |
//! | `no_answer_before` | silence until the client leaves | no |
//! | `no_answer_after` | silence until the client leaves | yes |
//! | `500_before` | HTTP 500, JSON | no |
//! | `500_after` | HTTP 500, JSON | yes |
//! | `html_502` | HTTP 502, an HTML page | no |
//! | `html_502_after` | HTTP 502, an HTML page | yes |
//! | `throttle` | HTTP 429 with `Retry-After`, now and for every request within the duration | no |
//! | `malformed_json` | HTTP 200, a body that is not JSON | yes |
//! | `truncated_json` | HTTP 200, the connection closed half-way through the body | yes |
//! | `graphql_error_before` | HTTP 200, `errors`, `data: null` | no |
//! | `graphql_error_after` | HTTP 200, `errors`, `data: null` | yes |
//! | `declined` | `success: false`, code `DECLINED`, no object | no |
//! | `success_without_object` | `success: true`, no object | yes |
//! | `success_without_object_before` | `success: true`, no object | no |
//! | `expired_token_401` | HTTP 401 | no |
//! | `expired_token_graphql` | HTTP 200, `errors[].extensions.code = "UNAUTHENTICATED"` | no |
//! | `slow` | the usual answer, later by the duration | yes |
//! | `lagging_lists` | lists without what is younger than the duration; a single look-up finds it | yes |
//! | `wrong_echo` | accepted, a cent more in the reply than was sent | yes |
//! | `redirect_307` | HTTP 307 to another path of the same server | no |
//! | `redirect_307_after` | HTTP 307 to another path of the same server | yes |
//!
//! Webhooks have faults of their own: `KIND[=DURATION][@FROM[-[TO]] | %PERCENT[,seed=N]]`, events counted from 1; kinds:
//! `delayed`, `doubled`, `reordered`, `lost`, `unsigned`, `wrong_signature`, `lying`.
//!
//! Beside faults there are ways to behave (see `options`): what a repeated key is answered, one of them "ignored: pays
//! again"; what filtering lists by `externalId` does, one of them "there is no such filter"; whether the schema has what
//! the documentation leaves to be assumed; how the market moves, what payouts cost, and whose clock is right.
//!
//! # Where things are
//!
//! `socket` cuts connections, `server` speaks HTTP, `request` reads bodies, `schema` speaks GraphQL, `ledger` keeps
//! what happened, `orders` knows keys and balances, `walk` moves orders on, `market` has the rates, `delivery` and
//! `banks` what can be reached, `webhook` tells of changes, `script` decides which call a fault strikes.

mod answers;
mod banks;
mod book;
mod choices;
mod delivery;
mod fault_text;
mod faults;
mod flash;
mod ledger;
mod market;
mod operation;
mod options;
mod orders;
mod records;
mod request;
mod schema;
mod script;
mod server;
mod socket;
mod token;
mod view;
mod walk;
mod webhook;

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use self::choices::{
    Agreement, Assumed, AuthStyle, BalanceCheck, CallbackUri, Credentials, ExternalIdFilter,
    PayeeConfirmation, QuoteUse, RepeatedKey, StatusStep, SubClient, TradableSpelling, Turn,
};
pub use self::fault_text::FaultError;
pub use self::faults::{Effect, Fault, KINDS, Kind, Symptom, When};
use self::flash::Flash;
pub use self::ledger::LedgerError;
pub use self::operation::Operation;
pub use self::options::Options;
pub use self::script::Faults;
pub use self::view::{LedgerView, PartyView, PaymentView, WithdrawalView};
pub use self::webhook::{Delivery, WEBHOOK_KINDS, WebhookFault, WebhookFaultKind, Webhooks};

/// Serves on `listener` until `shutdown` completes. Requests in flight are answered first, silent ones are cut.
pub async fn serve(
    listener: TcpListener,
    options: Options,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), LedgerError> {
    let flash = Flash::open(options)?;
    let (close, closing) = watch::channel(false);
    let close_after = async move {
        shutdown.await;
        drop(close);
    };
    let telling = webhook::run(Arc::clone(&flash), closing.clone());
    tokio::join!(server::run(listener, flash, closing), telling, close_after);
    Ok(())
}

/// The simulator's schema in GraphQL's own language, for comparison with the documentation.
pub fn sdl() -> String {
    schema::build(None).sdl()
}

/// Starts simulators on ports of their own.
#[derive(Debug)]
pub struct Simulator;

impl Simulator {
    /// Starts one on a free port of this machine.
    pub async fn start(options: Options) -> io::Result<Running> {
        let flash = Flash::open(options).map_err(io::Error::other)?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (close, closing) = watch::channel(false);
        let telling = webhook::run(Arc::clone(&flash), closing.clone());
        let serving = server::run(listener, Arc::clone(&flash), closing);
        let task = tokio::spawn(async { tokio::join!(serving, telling) });
        Ok(Running { url, flash, close, task })
    }
}

/// A simulator at work. It stops when this is dropped, or, tidily, by [`stop`](Self::stop).
#[derive(Debug)]
pub struct Running {
    /// Where it listens: `http://127.0.0.1:PORT`.
    pub url: String,
    flash: Arc<Flash>,
    close: watch::Sender<bool>,
    task: JoinHandle<((), ())>,
}

impl Running {
    /// What it holds at this moment.
    pub fn ledger(&self) -> LedgerView {
        LedgerView::of(&self.flash.ledger(), self.flash.options().status_step, self.flash.now())
    }

    /// The faults in force, to change them.
    pub fn faults(&self) -> &Faults {
        &self.flash.faults
    }

    /// Changes how it behaves from the next request on. The ledger's file and `faults` are only read at the start.
    pub fn change(&self, change: impl FnOnce(&mut Options)) {
        self.flash.change(change);
    }

    /// How often each operation was called, refused calls included.
    pub fn calls(&self) -> BTreeMap<Operation, u64> {
        self.flash.faults.calls()
    }

    /// Every attempt at telling of a change, oldest first.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.flash.post.deliveries()
    }

    /// Ends it and waits for its end.
    pub async fn stop(self) {
        drop(self.close);
        // Only a defect ends the task early, and its panic has been printed by then.
        let _ = self.task.await;
    }
}
