//! What Flash says unasked: webhooks, and callbacks to an address that a payout bears.
//!
//! Whether a delivery is meant for us is told here, in constant time. Of what it says only the ids are read, and those
//! only of a delivery that has been verified: a [`Notice`] says at whom to look, never how a payout stands.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose};
use reqwest::Url;
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;

use crate::domain::{ExternalId, Kind};

/// Keeps what signs callbacks from signing anything else under the same secret.
const CALLBACK: &[u8] = b"payrun callback v1\n";
/// Longer texts are no ids and no names of events.
const LONGEST_TEXT: usize = 128;

/// Flash writes the padding; a proxy or a later Flash may not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The body of a webhook that Flash has signed.
#[derive(Debug, Clone, Copy)]
pub struct Webhook<'a>(&'a [u8]);

/// Which payout a delivery is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notice {
    /// What Flash calls the event.
    pub event: Option<String>,
    /// The kind of payout, as far as the event tells it.
    pub kind: Option<Kind>,
    /// Flash's id of it.
    pub flash_id: Option<String>,
    /// Our id of it.
    pub external_id: Option<String>,
}

/// A webhook that is signed and makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the body is not a JSON object")]
pub struct Unreadable;

impl<'a> Webhook<'a> {
    /// Takes a body if one of the secrets has signed it: base64 of HMAC-SHA256 over the raw body. Every secret is tried,
    /// so that the time it takes does not tell which one fits.
    pub fn verified(body: &'a [u8], signature: &str, secrets: &[SecretString]) -> Option<Self> {
        let tag = BASE64.decode(signature.trim()).ok()?;
        let fits = |secret| hmac::verify(&key(secret), body, &tag).is_ok();
        secrets.iter().fold(false, |found, secret| found | fits(secret)).then_some(Self(body))
    }

    /// The ids in it. Everything else is Flash's to say when it is asked.
    pub fn read(self) -> Result<Notice, Unreadable> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Body {
            event: Option<Value>,
            id: Option<Value>,
            external_id: Option<Value>,
        }
        let body: Body = serde_json::from_slice(self.0).map_err(|_| Unreadable)?;
        let event = body.event.as_ref().and_then(text);
        Ok(Notice {
            kind: event.as_deref().and_then(kind),
            event,
            flash_id: body.id.as_ref().and_then(text),
            external_id: body.external_id.as_ref().and_then(text),
        })
    }
}

/// A text that can be an id, in characters that do no harm in a log.
fn text(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    let is_sound = |text: &&str| {
        let is_plain = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
        !text.is_empty() && text.len() <= LONGEST_TEXT && text.bytes().all(is_plain)
    };
    Some(text).filter(is_sound).map(str::to_owned)
}

fn kind(event: &str) -> Option<Kind> {
    if event.starts_with("withdrawal_") {
        Some(Kind::Withdrawal)
    } else if event.starts_with("payment_") || event == "currency_converted" {
        Some(Kind::Payment)
    } else {
        None
    }
}

fn key(secret: &SecretString) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes())
}

/// The addresses that payouts bear, for Flash to call when their status changes.
///
/// Each is signed over the payout's external id. It depends on that, the base and the secret alone, so that a request
/// has the same bytes whenever it is made.
#[derive(Debug, Clone)]
pub struct Callbacks {
    base: Url,
    secret: SecretString,
}

impl Callbacks {
    /// None where `base` is no address that a path can follow.
    pub fn new(base: &str, secret: SecretString) -> Option<Self> {
        let base: Url = base.parse().ok()?;
        (!base.cannot_be_a_base()).then_some(Self { base, secret })
    }

    /// The address of a payout; none for an id that cannot stand in a path.
    pub fn uri(&self, id: &ExternalId) -> Option<String> {
        let mut uri = self.base.clone();
        uri.path_segments_mut().ok()?.pop_if_empty().push("callbacks").push(id.as_str());
        let is_whole = uri.path_segments()?.rev().nth(1) == Some("callbacks");
        let tag = hmac::sign(&key(&self.secret), &signed(id.as_str()));
        let sig = general_purpose::URL_SAFE_NO_PAD.encode(tag);
        uri.set_query(Some(&format!("sig={sig}")));
        is_whole.then(|| uri.to_string())
    }

    /// What a call of this address is about, if it is one of ours. The body of such a call is signed by nobody, so
    /// nothing of it is read.
    pub fn verified(&self, id: &str, sig: &str) -> Option<Notice> {
        let tag = general_purpose::URL_SAFE_NO_PAD.decode(sig).ok()?;
        hmac::verify(&key(&self.secret), &signed(id), &tag).ok()?;
        Some(Notice { external_id: Some(id.to_owned()), ..Notice::default() })
    }
}

fn signed(id: &str) -> Vec<u8> {
    [CALLBACK, id.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BODY: &[u8] =
        br#"{"event":"withdrawal_completed","id":"wdl_1","externalId":"NOV-1","amount":1.5,"deep":{"id":2}}"#;
    /// By `openssl dgst -sha256 -hmac Jefe -binary | base64`, over the text of RFC 4231's second case.
    const JEFE: &str = "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=";

    fn secrets(texts: &[&str]) -> Vec<SecretString> {
        texts.iter().map(|text| SecretString::from(*text)).collect()
    }

    fn sign(body: &[u8], secret: &str) -> String {
        BASE64.encode(hmac::sign(&key(&secret.into()), body))
    }

    #[test]
    fn a_known_signature_is_verified() {
        let body = b"what do ya want for nothing?";
        assert!(Webhook::verified(body, JEFE, &secrets(&["Jefe"])).is_some());
        assert!(Webhook::verified(body, JEFE.trim_end_matches('='), &secrets(&["Jefe"])).is_some());
        assert!(Webhook::verified(body, JEFE, &secrets(&["jefe"])).is_none());
        assert!(Webhook::verified(&body[1..], JEFE, &secrets(&["Jefe"])).is_none());
        for wrong in ["", "?", "AAAA", &JEFE.to_lowercase(), &JEFE[..20]] {
            assert!(Webhook::verified(body, wrong, &secrets(&["Jefe"])).is_none(), "{wrong}");
        }
        assert!(Webhook::verified(body, JEFE, &[]).is_none(), "without a secret nothing is Flash's");
    }

    #[test]
    fn any_of_several_secrets_will_do() {
        let old_and_new = secrets(&["old", "new"]);
        for secret in ["old", "new"] {
            assert!(Webhook::verified(BODY, &sign(BODY, secret), &old_and_new).is_some());
        }
        assert!(Webhook::verified(BODY, &sign(BODY, "other"), &old_and_new).is_none());
    }

    #[test]
    fn only_ids_are_read() {
        let read =
            |body: &[u8]| Webhook::verified(body, &sign(body, "s"), &secrets(&["s"])).expect("signed").read();
        let notice = read(BODY).expect("ids");
        assert_eq!(notice.kind, Some(Kind::Withdrawal));
        assert_eq!(notice.flash_id.as_deref(), Some("wdl_1"));
        assert_eq!(notice.external_id.as_deref(), Some("NOV-1"));
        assert_eq!(read(br#"{"event":"currency_converted"}"#).expect("JSON").kind, Some(Kind::Payment));
        assert_eq!(read(br#"{"event":"payment_failed"}"#).expect("JSON").kind, Some(Kind::Payment));
        let odd = br#"{"event":7,"id":["x"],"externalId":"a\u0007b"}"#;
        assert_eq!(read(odd), Ok(Notice::default()));
        assert_eq!(read(format!(r#"{{"id":"{}"}}"#, "x".repeat(129)).as_bytes()), Ok(Notice::default()));
        for body in [&b"[]"[..], b"", b"\xff", b"{\"id\":\"a\",\"id\":\"b\"}", b"{\"id\":\"a\"} {}"] {
            assert_eq!(read(body), Err(Unreadable));
        }
    }

    #[test]
    fn a_callback_is_the_same_address_whenever_it_is_made() {
        let callbacks = Callbacks::new("https://pay.example.com/flash/", "k".into()).expect("an address");
        let uri = callbacks.uri(&ExternalId::known("NOV-1")).expect("an address");
        assert!(uri.starts_with("https://pay.example.com/flash/callbacks/NOV-1?sig="), "{uri}");
        assert_eq!(Some(&uri), callbacks.uri(&ExternalId::known("NOV-1")).as_ref());
        let sig = uri.split("sig=").nth(1).expect("a signature");
        assert!(callbacks.verified("NOV-1", sig).is_some());
        assert!(callbacks.verified("NOV-2", sig).is_none());
        assert!(callbacks.verified("NOV-1", &sig[1..]).is_none());
        assert!(
            Callbacks::new("https://pay.example.com", "other".into())
                .expect("one")
                .verified("NOV-1", sig)
                .is_none()
        );
        let mut webhook = sign(b"NOV-1", "k");
        webhook.retain(|letter| letter != '=');
        assert!(callbacks.verified("NOV-1", &webhook.replace('+', "-").replace('/', "_")).is_none());
        for odd in [".", ".."] {
            assert_eq!(callbacks.uri(&ExternalId::known(odd)), None, "{odd}");
        }
        assert!(Callbacks::new("mailto:a@example.com", "k".into()).is_none());
        assert!(!format!("{callbacks:?}").contains("\"k\""));
    }

    proptest! {
        #[test]
        fn no_body_and_no_signature_panics(body in proptest::collection::vec(any::<u8>(), 0..200), text in "\\PC*") {
            let _ = Webhook(&body).read();
            let _ = Webhook(text.as_bytes()).read();
            prop_assert!(Webhook::verified(&body, &text, &secrets(&["s"])).is_none());
        }

        #[test]
        fn what_looks_like_a_body_is_read_or_refused(id in "\\PC{0,9}", event in "[a-z_]{0,20}") {
            let body = serde_json::json!({ "event": event, "id": id, "externalId": [id] }).to_string();
            let notice = Webhook(body.as_bytes()).read().expect("an object");
            prop_assert!(notice.flash_id.is_none_or(|read| read == id));
            prop_assert_eq!(notice.external_id, None);
        }

        #[test]
        fn every_id_stands_in_its_address(id in "[ -~]{1,34}") {
            let callbacks = Callbacks::new("http://localhost:1", "k".into()).expect("an address");
            if let Some(uri) = callbacks.uri(&ExternalId::known(&id)) {
                prop_assert!(uri.is_ascii() && !uri.contains(' '));
                let uri: Url = uri.parse().expect("an address");
                prop_assert_eq!(uri.path_segments().expect("a path").count(), 2);
                let sig = uri.query().expect("a query").strip_prefix("sig=").expect("a signature");
                prop_assert!(callbacks.verified(&id, sig).is_some());
            } else {
                prop_assert!(id == "." || id == "..");
            }
        }
    }
}
