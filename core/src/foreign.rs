//! How errors, identifiers and times cross into Swift and Kotlin: ids as text that is a UUID, times as the platform's own.

use std::collections::{BTreeMap, HashMap};
use std::time::SystemTime;

use chrono::{DateTime, Utc};

use crate::chat::PendingId;
use crate::domain::{
    CallId, ErrorCode, GiftId, LiveError, MessageId, ReactionKind, RecordingId, SessionId, StageRequestId,
    UserId,
};
use crate::media::TrackId;
use crate::telephony::{ActionId, SystemCallId};
use crate::viewing::ViewId;

/// What everything that can be refused throws.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum LiveFailure {
    /// Refused, or failed: `error.code` says what the app can do about it.
    #[error("{error}")]
    Live {
        /// The code, a message for the developer, whether and when to try again, and what the code says more.
        error: LiveError,
    },
}

impl LiveFailure {
    /// A failure of that code.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        LiveError::new(code, message).into()
    }

    /// The error within.
    pub const fn error(&self) -> &LiveError {
        let Self::Live { error } = self;
        error
    }
}

impl From<LiveError> for LiveFailure {
    fn from(error: LiveError) -> Self {
        Self::Live { error }
    }
}

type Timestamp = DateTime<Utc>;

uniffi::custom_type!(Timestamp, SystemTime, {
    remote,
    lower: |time| time.into(),
    try_lift: |time| Ok(time.into()),
});

macro_rules! id {
    ($name:ident) => {
        uniffi::custom_type!($name, String, {
            lower: |id| id.to_string(),
            // The error that every function of the bindings throws: a wrong id is refused as the server would.
            try_lift: |text| Ok(text.parse::<$name>().map_err(LiveFailure::from)?),
        });
    };
}

id!(UserId);
id!(SessionId);
id!(CallId);
id!(StageRequestId);
id!(MessageId);
id!(GiftId);
id!(RecordingId);

uniffi::custom_type!(PendingId, u64, {
    lower: |id| id.0,
    try_lift: |id| Ok(PendingId(id)),
});

type Json = serde_json::Value;

uniffi::custom_type!(Json, String, {
    remote,
    lower: |json| json.to_string(),
    try_lift: |text| Ok(serde_json::from_str(&text)?),
});

macro_rules! system_id {
    ($name:ident) => {
        uniffi::custom_type!($name, String, {
            lower: |id| id.0.to_string(),
            // A system may say anything, and its callbacks can't be refused: what is no id is one that nothing has.
            try_lift: |text| Ok($name(text.parse().unwrap_or_default())),
        });
    };
}

system_id!(SystemCallId);
system_id!(ActionId);

type ReactionCounts = BTreeMap<ReactionKind, u32>;

uniffi::custom_type!(ReactionCounts, HashMap<ReactionKind, u32>, {
    remote,
    lower: |counts| counts.into_iter().collect(),
    try_lift: |counts| Ok(counts.into_iter().collect()),
});

uniffi::custom_type!(TrackId, String, {
    lower: |id| id.0,
    try_lift: |text| Ok(TrackId(text)),
});
uniffi::custom_type!(ViewId, String, {
    lower: |id| id.0,
    try_lift: |text| Ok(ViewId(text)),
});
