//! A request's body: what it calls, and its numbers with all their digits.
//!
//! `serde_json` reads `1000.10` into an `f64` and forgets the last nought. The variables are therefore walked as raw
//! text, and every number that is no integer becomes `Value::Binary` with the bytes of its literal, a form that only
//! the `Float` scalar accepts.

use std::collections::BTreeMap;

use async_graphql::{Name, Request, Value, Variables};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::operation::{Operation, root_fields, selected};

#[derive(Deserialize)]
struct Body<'a> {
    query: String,
    #[serde(borrow, default)]
    variables: Option<&'a RawValue>,
    #[serde(rename = "operationName", default)]
    operation_name: Option<String>,
}

/// A request that has been read, not yet run.
pub(super) struct Call {
    pub(super) request: Request,
    /// Each once.
    pub(super) operations: Vec<Operation>,
    /// Whether anything but logging in and introspection is asked for.
    pub(super) needs_token: bool,
}

impl Call {
    /// Reads a body. A query that does not parse is a call too: running it tells what is wrong.
    pub(super) fn read(body: &[u8]) -> Result<Self, String> {
        let body: Body<'_> = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let variables = match body.variables {
            Some(raw) => Variables::from_value(exact(raw.get(), 0)?),
            None => Variables::default(),
        };
        let mut request = Request::new(body.query).variables(variables);
        let name = body.operation_name;
        let mut call =
            Self { request: Request::new(""), operations: vec![Operation::Other], needs_token: false };
        if let Ok(document) = request.parsed_query()
            && let Some(operation) = selected(document, name.as_deref())
        {
            let fields = root_fields(document, operation);
            call.operations = Operation::of_fields(&fields);
            call.needs_token = fields.iter().any(|field| {
                let name = field.name.node.as_str();
                !name.starts_with("__") && name != "login"
            });
        }
        request.operation_name = name;
        call.request = request;
        Ok(call)
    }
}

/// Deeper variables than this fit no input of the schema.
const DEEPEST: u8 = 16;

/// The value of a JSON text, numbers kept as they are written.
fn exact(json: &str, depth: u8) -> Result<Value, String> {
    let wrong = |error: serde_json::Error| error.to_string();
    if depth > DEEPEST {
        return Err(format!("variables are nested more than {DEEPEST} deep"));
    }
    match json.as_bytes().first() {
        Some(b'{') => {
            let fields: BTreeMap<String, &RawValue> = serde_json::from_str(json).map_err(wrong)?;
            let fields =
                fields.into_iter().map(|(name, raw)| Ok((Name::new(name), exact(raw.get(), depth + 1)?)));
            Ok(Value::Object(fields.collect::<Result<_, String>>()?))
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(json).map_err(wrong)?;
            let items = items.into_iter().map(|raw| exact(raw.get(), depth + 1));
            Ok(Value::List(items.collect::<Result<_, String>>()?))
        }
        Some(b'-' | b'0'..=b'9') => Ok(match json.parse::<i64>() {
            Ok(integer) => Value::Number(integer.into()),
            Err(_) => Value::Binary(json.to_owned().into_bytes().into()),
        }),
        _ => serde_json::from_str(json).map_err(wrong),
    }
}
