//! The one error: a code that says what the caller can do, and a message that names the field.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The result of everything that can be refused.
pub type LiveResult<T> = Result<T, LiveError>;

macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident, $name:literal, $status:literal, $retryable:literal;)*) => {
        /// Every way in which the product says no. The same names stand in SQL and in the edge functions'
        /// answers, whose table is generated from this one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
        #[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename_all = "snake_case"))]
        pub enum ErrorCode { $($(#[$doc])* $variant,)* }

        impl ErrorCode {
            /// Every code, in the order of the HTTP contract.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name used in SQL and in JSON.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The HTTP status of an edge function that answers with this code.
            pub const fn http_status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }

            /// Whether the very same request may succeed later.
            pub const fn retryable(self) -> bool {
                match self { $(Self::$variant => $retryable,)* }
            }
        }
    };
}

error_codes! {
    /// A field is missing, unknown, of the wrong type or out of bounds; `details.field` names it.
    InvalidArgument, "invalid_argument", 400, false;
    /// No valid session: sign in again.
    NotAuthenticated, "not_authenticated", 401, false;
    /// The session costs `details.price_coins`; ask the user, then join with that price accepted.
    PaymentRequired, "payment_required", 402, false;
    /// The wallet holds too few coins.
    InsufficientCoins, "insufficient_coins", 402, false;
    /// Not for this person.
    Forbidden, "forbidden", 403, false;
    /// Only creators may do this.
    NotCreator, "not_creator", 403, false;
    /// The session is for subscribers of its creator.
    SubscriptionRequired, "subscription_required", 403, false;
    /// Banned from the session or by its creator.
    Banned, "banned", 403, false;
    /// One of both blocked the other.
    Blocked, "blocked", 403, false;
    /// The role may not do this in this type of session.
    RoleNotAllowed, "role_not_allowed", 403, false;
    /// There is no such thing, or the caller may not know of it.
    NotFound, "not_found", 404, false;
    /// The state doesn't allow it, or an idempotency key came back with another request.
    Conflict, "conflict", 409, false;
    /// The creator has an open session already.
    AlreadyLive, "already_live", 409, false;
    /// One of both is in a call.
    Busy, "busy", 409, false;
    /// Another device answered.
    AnsweredElsewhere, "answered_elsewhere", 409, false;
    /// The price is `details.price_coins` now; ask the user again.
    PriceChanged, "price_changed", 409, false;
    /// The session has no place left.
    SessionFull, "session_full", 409, false;
    /// The session is over.
    SessionEnded, "session_ended", 410, false;
    /// The call is over.
    CallEnded, "call_ended", 410, false;
    /// Too fast; try again after `retry_after_ms`.
    RateLimited, "rate_limited", 429, true;
    /// The plan's quota is used up.
    QuotaExceeded, "quota_exceeded", 429, false;
    /// LiveKit can't be reached, or the connection to it was lost.
    MediaUnavailable, "media_unavailable", 502, true;
    /// Our fault, or the network's; worth another try.
    Internal, "internal", 500, true;
}

impl ErrorCode {
    /// The code of that name, or `None`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == name)
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A newer server may know codes that this version doesn't: those read as `internal`.
impl<'de> Deserialize<'de> for ErrorCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Ok(Self::parse(&name).unwrap_or(Self::Internal))
    }
}

/// What a code says more, where it does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(default)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
pub struct ErrorDetails {
    /// The field of the request that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The price to agree to, in coins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_coins: Option<u32>,
    /// Why the call is over, where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_reason: Option<super::CallEndReason>,
    /// Which limit was reached: a name in `live.plan_limits`, or `slow_mode`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
}

/// A refusal or a failure: the `error` object of the HTTP contract.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[error("{code}: {message}")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
pub struct LiveError {
    /// What happened, for the program.
    pub code: ErrorCode,
    /// What happened, for the developer who reads a log; not for the user.
    pub message: String,
    /// Whether the very same request may succeed later.
    pub retryable: bool,
    /// Milliseconds to wait before another try, where the server said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// More, where the code has more to say.
    #[serde(default)]
    pub details: ErrorDetails,
}

impl LiveError {
    /// An error of that code, retryable as the code is.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            retryable: code.retryable(),
            retry_after_ms: None,
            details: ErrorDetails::default(),
        }
    }

    /// Names the field that is wrong.
    #[must_use]
    pub fn with_field(mut self, field: &str) -> Self {
        self.details.field = Some(field.to_owned());
        self
    }

    /// How long to wait before another try, where the server said so.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after_ms.map(Duration::from_millis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_name_of_its_own() {
        for code in ErrorCode::ALL {
            assert_eq!(ErrorCode::parse(code.as_str()), Some(*code));
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }

    #[test]
    fn a_code_of_a_newer_server_reads_as_internal() {
        let error: LiveError =
            serde_json::from_str(r#"{"code":"moon_phase","message":"no","retryable":false}"#).unwrap();
        assert_eq!(error.code, ErrorCode::Internal);
        assert!(!error.retryable, "the server's word on retrying counts");
    }
}
