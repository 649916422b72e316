//! Identifiers. Each is a type of its own, so that a call id never stands where a session id belongs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{ErrorCode, LiveError};

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $field:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = LiveError;

            fn from_str(text: &str) -> Result<Self, LiveError> {
                Uuid::parse_str(text).map(Self).map_err(|_| {
                    LiveError::new(ErrorCode::InvalidArgument, concat!($field, " is not a UUID")).with_field($field)
                })
            }
        }
    };
}

uuid_id!(
    /// A person: `auth.users.id`, and the identity of that person in every LiveKit room.
    UserId,
    "user_id"
);
uuid_id!(
    /// A broadcast or an audio room: `live_sessions.id`.
    SessionId,
    "session_id"
);
uuid_id!(
    /// A 1-1 call: `calls.id`.
    CallId,
    "call_id"
);
uuid_id!(
    /// A raised hand or an invitation: `stage_requests.id`.
    StageRequestId,
    "request_id"
);
uuid_id!(
    /// A chat message: `live_messages.id`.
    MessageId,
    "message_id"
);
uuid_id!(
    /// A gift: `gifts.id`.
    GiftId,
    "gift_id"
);
uuid_id!(
    /// A recording: `recordings.id`.
    RecordingId,
    "recording_id"
);

/// One installation of the app, chosen by the app and stable over restarts; 1 to 128 characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeviceId(String);

impl DeviceId {
    /// Checks the length.
    ///
    /// # Errors
    /// `invalid_argument` naming `device_id` when it is empty or longer than 128 characters.
    pub fn new(id: impl Into<String>) -> Result<Self, LiveError> {
        let id = id.into();
        if id.is_empty() || id.chars().count() > 128 {
            let message = "device_id must have 1 to 128 characters";
            return Err(LiveError::new(ErrorCode::InvalidArgument, message).with_field("device_id"));
        }
        Ok(Self(id))
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Names one intent of the user, so that a retry of it changes nothing twice. Make one when the
/// user taps, and keep it for every retry of that tap.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// A fresh key, for a new intent.
    pub fn random() -> Self {
        Self(Uuid::new_v4().to_string())
    }

    /// A key that the app keeps itself, over restarts for example; 1 to 255 visible ASCII characters.
    ///
    /// # Errors
    /// `invalid_argument` naming `idempotency_key`.
    pub fn new(key: impl Into<String>) -> Result<Self, LiveError> {
        let key = key.into();
        if key.is_empty() || key.len() > 255 || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            let message = "idempotency_key must have 1 to 255 visible ASCII characters";
            return Err(LiveError::new(ErrorCode::InvalidArgument, message).with_field("idempotency_key"));
        }
        Ok(Self(key))
    }

    /// The key as it travels in the `Idempotency-Key` header.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
