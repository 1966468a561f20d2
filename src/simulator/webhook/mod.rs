//! Webhooks: telling the client that an order's status has changed.
//!
//! Every status that an order comes to is one event; it goes to the one address that is registered, signed, and to the
//! order's own `callbackUri`. What is not answered by a success is delivered again after some time, a few times. Which
//! events there are follows from the ledger and the time: nothing is stored, and what changes while no simulator runs
//! is never told.

mod event;
mod fault;
mod messenger;

pub use fault::{WEBHOOK_KINDS, WebhookFault, WebhookFaultKind};
pub(super) use messenger::{Post, run};

use std::time::Duration;

/// Where webhooks go, and what goes wrong on the way.
#[derive(Debug, Clone)]
pub struct Webhooks {
    /// The registered address; callbacks go out without one too.
    pub url: Option<String>,
    /// What signs them.
    pub secret: String,
    /// The pauses after which what was not taken is delivered again.
    pub retries: Vec<Duration>,
    /// What goes wrong.
    pub faults: Vec<WebhookFault>,
}

impl Default for Webhooks {
    fn default() -> Self {
        let retries = [6, 60, 600].map(Duration::from_secs).into();
        Self { url: None, secret: String::new(), retries, faults: Vec::new() }
    }
}

/// One attempt at a delivery, as it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The value of `flashfx-request-id`.
    pub request_id: String,
    /// The event.
    pub event: String,
    /// The client's id of the order.
    pub external_id: Option<String>,
    /// Whether it went to the order's own address.
    pub is_callback: bool,
    /// What it was answered; none where there was no answer.
    pub status: Option<u16>,
}
