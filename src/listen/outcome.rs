//! What becomes of a delivery, and what Flash is answered.

use axum::http::StatusCode;

/// What became of one delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is on disk, and will be looked up.
    Stored,
    /// The same was stored before.
    Doubled,
    /// It names no payout.
    WithoutId,
    /// It was not signed.
    Unsigned,
    /// It was signed by somebody else.
    WrongSignature,
    /// It came from an address that is not allowed.
    WrongSource,
    /// It was signed and is no JSON object.
    Unreadable,
    /// Its body is too long.
    TooLarge,
    /// Its body took too long.
    TooSlow,
    /// Its body broke off.
    BrokenOff,
    /// There were too many.
    TooMany,
    /// It could not be put on disk.
    NotStored,
    /// Too many wait to be looked up.
    NoRoom,
}

impl Outcome {
    /// Every one.
    pub const ALL: [Self; 13] = [
        Self::Stored,
        Self::Doubled,
        Self::WithoutId,
        Self::Unsigned,
        Self::WrongSignature,
        Self::WrongSource,
        Self::Unreadable,
        Self::TooLarge,
        Self::TooSlow,
        Self::BrokenOff,
        Self::TooMany,
        Self::NotStored,
        Self::NoRoom,
    ];

    /// The name that metrics and logs have for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Doubled => "doubled",
            Self::WithoutId => "without_id",
            Self::Unsigned => "unsigned",
            Self::WrongSignature => "wrong_signature",
            Self::WrongSource => "wrong_source",
            Self::Unreadable => "unreadable",
            Self::TooLarge => "too_large",
            Self::TooSlow => "too_slow",
            Self::BrokenOff => "broken_off",
            Self::TooMany => "too_many",
            Self::NotStored => "not_stored",
            Self::NoRoom => "no_room",
        }
    }

    /// What the sender is answered. Anything but a success makes Flash try again, thrice.
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::Stored | Self::Doubled | Self::WithoutId => StatusCode::OK,
            Self::Unsigned | Self::WrongSignature => StatusCode::UNAUTHORIZED,
            Self::WrongSource => StatusCode::FORBIDDEN,
            Self::Unreadable | Self::BrokenOff => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::NotStored | Self::NoRoom => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}
