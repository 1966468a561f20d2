//! Reading what people write: sizes, times, shares, and one of a few words.

use std::time::Duration;

use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Deserializer};

use crate::domain::Slippage;

pub(super) fn size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let parsed = text.parse::<bytesize::ByteSize>();
    parsed
        .map(|size| Some(size.as_u64()))
        .map_err(|_| serde::de::Error::custom(format!("\"{text}\" is not a size like 64KiB, 512MiB or 2GiB")))
}

pub(super) fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let parsed = humantime::parse_duration(&text);
    parsed
        .map(Some)
        .map_err(|_| serde::de::Error::custom(format!("\"{text}\" is not a time like 90s, 5m or 35d")))
}

/// A share in per cent, or the word none.
pub(super) fn share<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Slippage>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text == "none" {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|error| serde::de::Error::custom(format!("\"{text}\" {error}, or none")))
}

/// One of a few words, refused with all of them.
pub(super) fn word<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    T::deserialize(text.as_str().into_deserializer()).map_err(|error: serde::de::value::Error| {
        serde::de::Error::custom(
            error.to_string().replace("unknown variant ", "not one of the words it can be: "),
        )
    })
}

pub(super) fn optional_word<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    word(deserializer).map(Some)
}
