//! A live session as the server describes it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Access, SessionId, SessionType, UserId};

/// How far a session has come, in this order and never back. Decided by the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum SessionStatus {
    /// Created; the host hasn't gone live.
    Preparing,
    /// On the air.
    Live,
    /// Over, for ever.
    Ended,
}

/// Why a session ended, as the server recorded it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum SessionEndReason {
    /// The host ended it.
    HostEnded,
    /// The host was away for longer than the grace.
    HostAway,
    /// The host never went live in the time that a prepared session may wait.
    NeverStarted,
    /// It reached the longest time a session may take.
    TimeLimit,
    /// Its room couldn't be had.
    Failed,
    /// A reason that this version of the SDK doesn't know.
    #[serde(other)]
    Other,
}

/// A broadcast or an audio room: the `session` object of the HTTP contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[cfg_attr(feature = "uniffi", uniffi(name = "SessionInfo"))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LiveSession {
    /// `live_sessions.id`.
    pub id: SessionId,
    /// The LiveKit room.
    pub room_name: String,
    /// `video_live` or `audio_room`.
    pub session_type: SessionType,
    /// What the host called it.
    pub title: String,
    /// The creator.
    pub host_id: UserId,
    /// The co-host in charge while the host is away; `None` while the host is.
    #[serde(default)]
    pub acting_host_id: Option<UserId>,
    /// How it is entered.
    pub access: Access,
    /// Coins; zero unless the access is `pay_per_view`.
    #[serde(default, deserialize_with = "null_is_zero")]
    pub price_coins: u32,
    /// How far it has come.
    pub status: SessionStatus,
    /// People watching or listening now, without the host; counted by the database.
    pub viewer_count: u32,
    /// When it went live.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Why it ended.
    pub end_reason: Option<SessionEndReason>,
}

fn null_is_zero<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
