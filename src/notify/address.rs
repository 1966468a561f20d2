//! The address that notices are posted to.

use std::fmt;

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use super::NotifyError;
use crate::domain::is_this_machine;

/// An address that may be posted to. Whoever knows it can write there, so that only its host is ever shown.
#[derive(Clone)]
pub struct Address {
    url: SecretString,
    host: String,
}

impl Address {
    /// Reads it. Only `https://` may leave this machine.
    pub fn parse(text: &str) -> Result<Self, NotifyError> {
        let wrong = NotifyError::Address;
        let url: Url =
            text.trim().parse().map_err(|_| wrong("is not an address like https://hooks.example.com/…"))?;
        let host = url.host_str().unwrap_or_default();
        match url.scheme() {
            "https" => {}
            "http" if is_this_machine(host) => {}
            "http" => return Err(wrong("is not encrypted: only https:// may leave this machine")),
            _ => return Err(wrong("must begin with https://")),
        }
        Ok(Self { host: host.to_owned(), url: url.as_str().into() })
    }

    /// The host: all of it that may be shown.
    pub fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn is_this_machine(&self) -> bool {
        is_this_machine(&self.host)
    }

    pub(super) fn expose(&self) -> &str {
        self.url.expose_secret()
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", self.host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_encrypted_addresses_leave_this_machine_and_none_is_shown() {
        for good in
            ["https://chat.example.org/a/b", "http://127.0.0.1:9/x", "http://[::1]/x", "http://localhost/"]
        {
            let address = Address::parse(good).expect(good);
            assert!(!format!("{address:?}").contains("/x"), "{address:?}");
        }
        for bad in [
            "http://chat.example.org/a",
            "ftp://chat.example.org",
            "chat.example.org",
            "",
            "file:///etc/hosts",
        ] {
            let error = Address::parse(bad).expect_err(bad).to_string();
            assert!(bad.is_empty() || !error.contains(bad), "{error}");
        }
    }
}
