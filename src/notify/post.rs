//! Telling by an HTTP POST. Nothing of the answer but its status is looked at.

use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;

use super::worker::Trouble;
use super::{Address, NotifyError};

const USER_AGENT: &str = concat!("payrun/", env!("CARGO_PKG_VERSION"));

/// A receiver.
#[derive(Debug, Clone)]
pub(super) struct Post {
    client: Client,
    address: Address,
}

impl Post {
    pub fn new(address: Address, timeout: Duration) -> Result<Self, NotifyError> {
        let _ = rustls::crypto::ring::default_provider().install_default(); // a second call changes nothing
        let mut builder = Client::builder()
            .user_agent(USER_AGENT)
            .redirect(Policy::none()) // the address is a secret, and meant for one receiver
            .retry(reqwest::retry::never())
            .referer(false)
            .http1_only()
            .timeout(timeout)
            .pool_max_idle_per_host(0);
        if address.is_this_machine() {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|_| {
            NotifyError::System(
                "this machine has no certificates to check https:// with: install ca-certificates".to_owned(),
            )
        })?;
        Ok(Self { client, address })
    }

    /// What may be shown of it.
    pub fn name(&self) -> String {
        format!("POST to {}", self.address.host())
    }

    /// Posts once.
    pub async fn tell(&self, json: &str) -> Result<(), Trouble> {
        let request = self.client.post(self.address.expose()).header("content-type", "application/json");
        // the library's own words have the address in them
        let response = request.body(json.to_owned()).send().await.map_err(|error| {
            Trouble::passing(if error.is_timeout() {
                "no answer in time"
            } else if error.is_connect() {
                "no connection"
            } else {
                "the connection broke"
            })
        })?;
        let status = response.status();
        let why = || format!("HTTP {}", status.as_u16());
        match status.as_u16() {
            200..=299 => Ok(()),
            300..=399 => Err(Trouble::lasting(format!("{}: redirects are not followed", why()))),
            408 | 429 | 500..=599 => Err(Trouble::passing(why())),
            _ => Err(Trouble::lasting(why())),
        }
    }
}
