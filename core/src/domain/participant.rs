//! A person in a session, as the server describes it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Role, SessionId, UserId};

/// How far somebody is in a session. Decided by the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum ParticipantStatus {
    /// Has a ticket and a token, isn't seen in the room yet.
    Admitted,
    /// In the LiveKit room.
    Joined,
    /// Was there, and may come back.
    Left,
    /// Was put out.
    Removed,
}

/// A row of `live_participants`: the `participant` object of the HTTP contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Participant {
    /// The session.
    pub session_id: SessionId,
    /// The person.
    pub user_id: UserId,
    /// What the person is in it.
    pub role: Role,
    /// How far the person is.
    pub status: ParticipantStatus,
    /// When the person was first seen in the room.
    pub joined_at: Option<DateTime<Utc>>,
    /// When the person was last seen leaving.
    pub left_at: Option<DateTime<Utc>>,
}
