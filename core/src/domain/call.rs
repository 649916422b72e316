//! A 1-1 call as the server describes it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{CallId, SessionType, UserId};

/// Audio, or audio and video.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum CallType {
    /// Audio only.
    AudioCall,
    /// Audio and video.
    VideoCall,
}

impl CallType {
    /// The session type whose grants the call has.
    pub const fn session_type(self) -> SessionType {
        match self {
            Self::AudioCall => SessionType::AudioCall,
            Self::VideoCall => SessionType::VideoCall,
        }
    }
}

/// How far a call has come, in the order in which it goes. Decided by the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum CallStatus {
    /// The callee's phone rings, until `ring_expires_at`.
    Ringing,
    /// Answered.
    Active,
    /// Over, for ever.
    Ended,
}

/// Why a call is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum CallEndReason {
    /// One of both hung up.
    HungUp,
    /// The callee declined.
    Declined,
    /// The callee is in another call.
    Busy,
    /// Nobody answered while it rang.
    Unanswered,
    /// The caller hung up while it rang.
    Cancelled,
    /// Another device of the callee answered; the call goes on there.
    AnsweredElsewhere,
    /// Both called each other; this call went on as the other one.
    GlareMerged,
    /// It reached the longest time a call may take.
    TimeLimit,
    /// The connection was lost, or the call could not be set up.
    Failed,
    /// A reason that this version of the SDK doesn't know.
    #[serde(other)]
    Other,
}

/// Somebody's wish to make a video call of a voice call.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct VideoRequest {
    /// Whose wish it is; the other one consents.
    pub user_id: UserId,
    /// Until when, by the server's clock.
    pub expires_at: DateTime<Utc>,
}

/// A row of `calls`: the `call` object of the HTTP contract.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[cfg_attr(feature = "uniffi", uniffi(name = "CallInfo"))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Call {
    /// `calls.id`.
    pub id: CallId,
    /// How far it has come.
    pub status: CallStatus,
    /// Audio, or audio and video.
    pub call_type: CallType,
    /// Who called.
    pub caller_id: UserId,
    /// Who was called.
    pub callee_id: UserId,
    /// Until when it rings, by the server's clock.
    pub ring_expires_at: DateTime<Utc>,
    /// Which device answered, once one has.
    #[serde(default)]
    pub answered_device_id: Option<String>,
    /// A wish for a video call that waits for the other one's consent; `None` where there is none, or it ran out.
    #[serde(default)]
    pub video_request: Option<VideoRequest>,
    /// Counts up with every change of the row, so that news can be put in order.
    #[serde(default)]
    pub version: u32,
    /// Why it is over.
    pub end_reason: Option<CallEndReason>,
}

impl Call {
    /// The other person of the call.
    pub fn peer_of(&self, user: UserId) -> UserId {
        if self.caller_id == user {
            self.callee_id
        } else {
            self.caller_id
        }
    }
}
