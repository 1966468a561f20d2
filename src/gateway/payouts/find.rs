//! Looking payouts up: by our ids, by when they were created, by the API's own ids.

use std::collections::HashMap;

use serde::Serialize;

use super::record::{PayoutRecord, record, whole};
use crate::domain::{ExternalId, Kind, Timestamp};
use crate::gateway::error::GatewayError;
use crate::gateway::wire::WirePayout;
use crate::gateway::{Gateway, classify, operations};

/// What the API shows under one of its own ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// This.
    Payout(Box<PayoutRecord>),
    /// Nothing.
    Nothing,
    /// It would not or could not say. Its words, as they may be shown.
    Refused(String),
}

impl Shown {
    /// The payout, where one is shown.
    pub fn payout(self) -> Option<PayoutRecord> {
        match self {
            Self::Payout(record) => Some(*record),
            Self::Nothing | Self::Refused(_) => None,
        }
    }
}

/// What a look-up of payouts has shown.
#[derive(Debug, Clone)]
pub enum PayoutLookUp {
    /// Every id that was asked for, with what bears it.
    Found {
        /// By our ids. One that is missing was not answered so that it could be read: nothing is known of it.
        payouts: HashMap<ExternalId, Vec<PayoutRecord>>,
        /// Whether the payout that is known to exist was shown.
        canary_seen: bool,
    },
    /// The API cannot look payouts up by our ids.
    FilterUnusable {
        /// Why not.
        why: String,
    },
}

/// The payouts that were created between two moments.
#[derive(Debug, Clone)]
pub struct Window {
    /// All that was shown.
    pub records: Vec<PayoutRecord>,
    /// Why the API could not be asked for these moments alone. What was shown is then a list of everything, of which
    /// nobody knows where it ends: it shows what was made and proves the absence of nothing.
    pub unbounded: Option<String>,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct QueryInput<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<&'a ExternalId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_created_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_created_at: Option<String>,
}

impl Gateway {
    /// Looks payouts of one kind up by our ids, with one of the same kind that is known to exist in the same request.
    pub async fn find_payouts(
        &self,
        kind: Kind,
        ids: &[ExternalId],
        canary: Option<&ExternalId>,
    ) -> Result<PayoutLookUp, GatewayError> {
        let texts = operations::of(kind);
        let unusable = |why: String| Ok(PayoutLookUp::FilterUnusable { why });
        let offered = match self.has_field(texts.query_input, "externalId").await {
            Ok(false) => return unusable(format!("{} has no externalId", texts.query_input)),
            Ok(true) => true,
            Err(GatewayError::Unclear { .. }) => false,
            Err(error) => return Err(error),
        };
        let asked: Vec<&ExternalId> = ids.iter().chain(canary).collect();
        let by_id = |id| QueryInput { external_id: Some(id), ..QueryInput::default() };
        let inputs: Vec<_> = asked.iter().map(|id| by_id(*id)).collect();
        let reply = match self.read(&texts.find.body(&inputs)).await {
            Ok(reply) => reply,
            Err(GatewayError::Unclear { .. }) if !offered => {
                return unusable("it does not say what it can look up".to_owned());
            }
            Err(error) => return Err(error),
        };
        let mut answered = reply.data::<HashMap<String, Option<Vec<Option<WirePayout>>>>>()?;
        let mut payouts = HashMap::new();
        for (at, id) in asked.iter().enumerate() {
            let Some(shown) = answered.remove(&format!("i{at}")).flatten() else { continue };
            let Some(records) = whole(kind, shown) else { continue };
            if records.iter().any(|record| record.external_id.as_deref() != Some(id.as_str())) {
                return unusable("it shows payouts that were not asked for".to_owned());
            }
            payouts.insert((*id).clone(), records);
        }
        let seen = canary.and_then(|canary| payouts.remove(canary));
        Ok(PayoutLookUp::Found { payouts, canary_seen: seen.is_some_and(|records| !records.is_empty()) })
    }

    /// All payouts of one kind that the API created between two moments, by its clock; everything that it has where
    /// it cannot be asked for that.
    pub async fn payouts_created(
        &self,
        kind: Kind,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Window, GatewayError> {
        let texts = operations::of(kind);
        let text = |at: Timestamp| Some(at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string());
        let unbounded = self.lacks_window(kind).await?;
        let input = match unbounded {
            None => QueryInput { min_created_at: text(from), max_created_at: text(to), external_id: None },
            Some(_) => QueryInput::default(),
        };
        let reply = self.read(&operations::body(texts.list, &operations::Input { input })).await?;
        let mut answered = reply.data::<HashMap<String, Option<Vec<Option<WirePayout>>>>>()?;
        let shown = answered.remove(texts.find.name).flatten();
        let records = shown.and_then(|shown| whole(kind, shown));
        let records =
            records.ok_or_else(|| GatewayError::Unclear { what: "a list with holes".to_owned() })?;
        Ok(Window { records, unbounded })
    }

    /// What keeps the API from being asked for a creation window, if anything. Flash documents it for withdrawals.
    async fn lacks_window(&self, kind: Kind) -> Result<Option<String>, GatewayError> {
        if kind == Kind::Withdrawal {
            return Ok(None);
        }
        let input = operations::of(kind).query_input;
        for field in ["minCreatedAt", "maxCreatedAt"] {
            match self.has_field(input, field).await {
                Ok(true) => {}
                Ok(false) => return Ok(Some(format!("{input} has no {field}"))),
                Err(GatewayError::Unclear { .. }) => {
                    return Ok(Some("it does not say what it can look up".to_owned()));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Whether a type is known to have all of these; they are only asked for then.
    async fn has_fields(&self, of: &'static str, fields: &[&str]) -> bool {
        for field in fields {
            if !self.has_field(of, field).await.unwrap_or(false) {
                return false;
            }
        }
        true
    }

    /// Payouts of one kind by the API's own ids, in their order.
    pub async fn payouts_by_id(&self, kind: Kind, flash_ids: &[String]) -> Result<Vec<Shown>, GatewayError> {
        let with_words = match kind {
            Kind::Withdrawal => self.has_fields("Withdrawal", &["totalFee", "rail"]).await,
            Kind::Payment => self.has_fields("Payment", &["statusMessage"]).await,
        };
        let texts = operations::of(kind);
        let by_id = if with_words { &texts.by_id_with_words } else { &texts.by_id };
        // one that the API refuses to show must not hide the others
        let mut parts = self.read_as(&by_id.body(flash_ids), classify::parts).await?;
        let mut shown = |(at, id): (usize, &String)| match parts.take::<WirePayout>(&format!("i{at}")) {
            Ok(wire) => {
                let record = wire.and_then(|wire| record(kind, wire));
                let record = record.filter(|record| record.flash_id == *id);
                record.map_or(Shown::Nothing, |record| Shown::Payout(Box::new(record)))
            }
            Err(why) => Shown::Refused(why),
        };
        Ok(flash_ids.iter().enumerate().map(&mut shown).collect())
    }
}
