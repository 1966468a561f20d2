//! The scalars: money that keeps its digits, dates, and times.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::parser::types::Field;
use async_graphql::registry::{MetaType, Registry};
use async_graphql::{ContextSelectionSet, Positioned, ServerResult};
use async_graphql::{InputValueError, InputValueResult, Number, OutputType, Scalar, ScalarType, Value};
use jiff::{Timestamp, civil};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// GraphQL's `Float` as an exact decimal.
///
/// A number in the variables arrives as the bytes of its own literal (see `request`). A literal inside the query has
/// been through the parser's `f64`, which is exact for 15 digits; more are refused rather than guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Float(pub Decimal);

/// How many significant digits every `f64` keeps.
const DIGITS_OF_F64: usize = 15;

fn exact(literal: &str) -> InputValueResult<Float> {
    Decimal::from_str_exact(literal).or_else(|_| Decimal::from_scientific(literal)).map(Float).map_err(|_| {
        InputValueError::custom(format!("{literal} is not a decimal number of at most 28 digits"))
    })
}

fn from_query(number: &Number) -> InputValueResult<Float> {
    let text = number.to_string();
    let digits = text.trim_start_matches(['-', '0', '.']).bytes().take_while(|byte| *byte != b'e');
    if number.is_f64() && digits.filter(u8::is_ascii_digit).count() > DIGITS_OF_F64 {
        return Err(InputValueError::custom("send a number of more than 15 digits as a variable"));
    }
    exact(&text)
}

#[Scalar]
impl ScalarType for Float {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::Binary(literal) => match std::str::from_utf8(literal) {
                Ok(text) => exact(text),
                Err(_) => Err(InputValueError::expected_type(value)),
            },
            Value::Number(number) => from_query(number),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn is_valid(value: &Value) -> bool {
        matches!(value, Value::Binary(_) | Value::Number(_))
    }

    /// A JSON number, the nearest that a server with binary floats would print.
    fn to_value(&self) -> Value {
        let nearest = self.0.to_string().parse().ok();
        nearest.and_then(Number::from_f64).map_or(Value::Null, Value::Number)
    }
}

/// Registers [`Float`]'s own validity check in the place of the built-in one, which was registered under that name
/// first and accepts nothing but an `f64`.
pub struct ExactFloat;

impl OutputType for ExactFloat {
    fn type_name() -> Cow<'static, str> {
        <Float as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let float = registry.types.get_mut(&*Self::type_name());
        if let Some(MetaType::Scalar { is_valid, .. }) = float {
            *is_valid = Some(Arc::new(<Float as ScalarType>::is_valid));
        }
        <Float as OutputType>::create_type_info(registry)
    }

    /// No field has this type.
    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(Value::Null)
    }
}

/// `YYYY-MM-DD`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Date(pub civil::Date);

#[Scalar]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let date = if text.len() == "2000-01-31".len() { text.parse().ok() } else { None };
        date.map(Self).ok_or_else(|| InputValueError::custom("a date is written YYYY-MM-DD"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// ISO 8601, UTC, milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTime(pub Timestamp);

#[Scalar]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        text.parse().map(Self).map_err(InputValueError::custom)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
    }
}
