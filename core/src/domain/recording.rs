//! Recordings of sessions.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{RecordingId, SessionId};

/// How far a recording is, in this order and never back. Decided by the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum RecordingStatus {
    /// Asked for.
    Starting,
    /// What happens is recorded.
    Active,
    /// Being written.
    Ending,
    /// There is nothing to watch.
    Failed,
    /// Ready to be watched.
    Complete,
    /// It was kept as long as recordings are.
    Deleted,
    /// Something that this version of the SDK doesn't know.
    #[serde(other)]
    Other,
}

impl RecordingStatus {
    /// Whether people in the session have to be told that they are recorded.
    pub const fn is_on(self) -> bool {
        match self {
            Self::Starting | Self::Active => true,
            Self::Ending | Self::Complete | Self::Failed | Self::Deleted | Self::Other => false,
        }
    }
}

/// A row of `recordings`: the `recording` object of the HTTP contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Recording {
    /// `recordings.id`.
    pub id: RecordingId,
    /// The session.
    pub session_id: SessionId,
    /// How far it is.
    pub status: RecordingStatus,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it was over.
    pub ended_at: Option<DateTime<Utc>>,
    /// How long it is, once it is complete.
    pub duration_ms: Option<u64>,
    /// The size of its file, once it is complete.
    pub size_bytes: Option<u64>,
    /// When it will be deleted; `None` for one that is kept, or isn't complete.
    pub expires_at: Option<DateTime<Utc>>,
}
