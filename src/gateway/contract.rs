//! The contract: every type, field, argument and value of the API that this client uses, what it costs where one is
//! missing, and what the API tells of itself to hold against it.
//!
//! One table. A test holds that it covers every text of `operations` and every input that is sent.

mod table;

use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;

use super::error::GatewayError;
use super::{Gateway, operations};
use table::{REACHED, TABLE, Use};

/// What it means that something is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// Nobody can be paid.
    Stops,
    /// Nobody can be paid whose records are made before: without them all can.
    StopsPrecreating,
    /// Payrun works with less.
    Limits,
}

/// Something that the API lacks.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Lack {
    /// What: `WithdrawalQueryInput.externalId`.
    pub what: String,
    /// What that costs, in words that follow a colon.
    pub cost: &'static str,
    /// What it means.
    pub weight: Weight,
}

/// What holding the API against the table has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// How many names were looked for.
    pub checked: usize,
    /// What is missing, in the order of the table.
    pub lacks: Vec<Lack>,
    /// The words that `reason` takes.
    pub reasons: Vec<String>,
    /// The words that `sourceOfFunds` takes.
    pub sources_of_funds: Vec<String>,
}

/// What the API tells of itself.
#[derive(Debug, Default)]
pub struct LiveSchema {
    query: String,
    mutation: String,
    types: HashMap<String, LiveType>,
}

#[derive(Debug, Default)]
struct LiveType {
    /// Fields of an object or an input, with the type of each.
    fields: HashMap<String, LiveField>,
    values: Vec<String>,
}

#[derive(Debug, Default)]
struct LiveField {
    of: String,
    arguments: Vec<String>,
}

impl Gateway {
    /// What the API tells of itself, asked once; none where it does not tell.
    pub async fn live_schema(&self) -> Result<Option<Arc<LiveSchema>>, GatewayError> {
        let asked = self.0.schema.get_or_try_init(|| async {
            let reply = self.read(&operations::body(operations::SCHEMA, &())).await?;
            reply.data::<Told>().map(|told| Arc::new(LiveSchema::from(told)))
        });
        match asked.await {
            Ok(schema) => Ok(Some(Arc::clone(schema))),
            Err(GatewayError::Unclear { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Holds the API against all that this client uses; none where the API does not tell what it has.
    pub async fn contract(&self) -> Result<Option<Contract>, GatewayError> {
        Ok(self.live_schema().await?.map(|schema| schema.contract()))
    }
}

impl LiveSchema {
    /// Whether there is a query or a mutation of this name.
    pub(super) fn has_operation(&self, name: &str) -> bool {
        [&self.query, &self.mutation].into_iter().any(|root| self.has_input(root, name))
    }

    /// Whether a type has a field.
    pub(super) fn has_input(&self, of: &str, field: &str) -> bool {
        self.types.get(of).is_some_and(|of| of.fields.contains_key(field))
    }

    /// The type that we know by a documented name. Flash says that nested types change their names: those are found
    /// by the way that leads to them. Only what our texts name must bear its name.
    fn find(&self, name: &str) -> Option<&LiveType> {
        let live = match (name, REACHED.iter().find(|(of, _)| *of == name)) {
            ("Query", _) => &self.query,
            ("Mutation", _) => &self.mutation,
            (_, None) => name,
            (_, Some((_, way))) => {
                let (parent, field) = way.split_once('.')?;
                &self.find(parent)?.fields.get(field)?.of
            }
        };
        self.types.get(live)
    }

    fn contract(&self) -> Contract {
        let mut contract = Contract {
            checked: 0,
            lacks: Vec::new(),
            reasons: self.values("TransactionReason"),
            sources_of_funds: self.values("SourceOfFunds"),
        };
        for used in TABLE {
            let Some(live) = self.find(used.of) else {
                // a type that is reached by a field which is missing has been told with that field
                let is_named = !REACHED.iter().any(|(name, _)| *name == used.of);
                let is_told = contract.lacks.iter().any(|lack| lack.what == used.of);
                if is_named && !is_told {
                    contract.checked += 1;
                    contract.lacks.push(used.lack(used.of.to_owned()));
                }
                continue;
            };
            for member in used.members.split_whitespace() {
                contract.checked += 1;
                // where the documentation has two spellings, either will do
                if !member.split('|').any(|spelled| live.has(spelled)) {
                    contract.lacks.push(used.lack(format!("{}.{member}", used.of)));
                }
            }
        }
        contract
    }

    fn values(&self, name: &str) -> Vec<String> {
        self.find(name).map(|live| live.values.clone()).unwrap_or_default()
    }
}

impl LiveType {
    /// Whether there is a field, with its argument as in `quote(input)`, or a value.
    fn has(&self, member: &str) -> bool {
        let (name, argument) = match member.split_once('(') {
            Some((name, argument)) => (name, Some(argument.trim_end_matches(')'))),
            None => (member, None),
        };
        match self.fields.get(name) {
            Some(field) => argument.is_none_or(|argument| field.arguments.iter().any(|had| had == argument)),
            None => argument.is_none() && self.values.iter().any(|value| value == name),
        }
    }
}

impl Use {
    fn lack(&self, what: String) -> Lack {
        Lack { what, cost: self.cost, weight: self.weight }
    }
}

#[derive(Deserialize)]
struct Told {
    #[serde(rename = "__schema")]
    schema: ToldSchema,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToldSchema {
    query_type: Option<Named>,
    mutation_type: Option<Named>,
    types: Vec<ToldType>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToldType {
    name: Option<String>,
    fields: Option<Vec<ToldField>>,
    input_fields: Option<Vec<ToldField>>,
    enum_values: Option<Vec<Named>>,
}

#[derive(Deserialize)]
struct ToldField {
    name: String,
    #[serde(default)]
    args: Vec<ToldField>,
    #[serde(rename = "type")]
    of: Option<Wrapped>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wrapped {
    name: Option<String>,
    of_type: Option<Box<Wrapped>>,
}

impl Wrapped {
    fn innermost(&self) -> &str {
        match (&self.of_type, &self.name) {
            (Some(inner), _) => inner.innermost(),
            (None, name) => name.as_deref().unwrap_or_default(),
        }
    }
}

impl From<Told> for LiveSchema {
    fn from(Told { schema }: Told) -> Self {
        let name = |named: Option<Named>| named.map(|named| named.name).unwrap_or_default();
        let types = schema.types.into_iter().filter_map(|told| {
            let fields = told.fields.into_iter().chain(told.input_fields).flatten();
            let fields = fields.map(|field| {
                let of = field.of.as_ref().map(Wrapped::innermost).unwrap_or_default().to_owned();
                let arguments = field.args.into_iter().map(|argument| argument.name).collect();
                (field.name, LiveField { of, arguments })
            });
            let values = told.enum_values.into_iter().flatten().map(|value| value.name).collect();
            Some((told.name?, LiveType { fields: fields.collect(), values }))
        });
        Self { query: name(schema.query_type), mutation: name(schema.mutation_type), types: types.collect() }
    }
}

#[cfg(test)]
mod tests;
