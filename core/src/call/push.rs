//! What a push says of a call: the payloads that both phones' systems deliver.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::domain::{
    Call, CallEndReason, CallId, CallStatus, CallType, ErrorCode, LiveError, LiveResult, UserId,
};

/// No payload is longer: APNs takes 5 KB for VoIP, FCM 4.
const LONGEST: usize = 8 * 1024;

/// A call that rings, as a push tells it. Fields that this version doesn't know are ignored.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct CallPush {
    /// `calls.id`.
    pub call_id: CallId,
    /// Who calls.
    pub caller_id: UserId,
    /// The name to show, as the caller's profile had it.
    #[serde(default)]
    pub caller_name: Option<String>,
    /// Who is called; absent, it is whoever is signed in.
    #[serde(default)]
    pub callee_id: Option<UserId>,
    /// Audio, or audio and video.
    pub call_type: CallType,
    /// Until when it rings, by the server's clock.
    pub ring_expires_at: DateTime<Utc>,
    /// Answers this call on this device without a session of the app. A secret.
    #[serde(default)]
    pub answer_ticket: Option<String>,
}

/// A call that need not ring any longer, as a push tells an Android phone. An iPhone learns it by asking: every VoIP push
/// must be shown as a call there.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct StopRinging {
    /// `calls.id`.
    pub call_id: CallId,
    /// Who was called; absent, it is whoever is signed in.
    #[serde(default)]
    pub callee_id: Option<UserId>,
    /// Why.
    pub reason: CallEndReason,
}

/// What a push may tell.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[cfg_attr(feature = "uniffi", uniffi(name = "CallPushEvent"))]
pub enum Push {
    /// Somebody calls.
    Ring(CallPush),
    /// A call need not ring any longer.
    StopRinging(StopRinging),
}

impl Push {
    /// Reads the JSON object that a push carried. Without an `event` it is a ring.
    ///
    /// # Errors
    /// `invalid_argument` for anything that isn't a call's push.
    pub fn parse(payload: &str) -> LiveResult<Self> {
        #[derive(Deserialize)]
        struct Named {
            event: Option<String>,
        }
        match read::<Named>(payload)?.event.as_deref() {
            None | Some("ring") => read(payload).map(Self::Ring),
            Some("stop_ringing") => read(payload).map(Self::StopRinging),
            // A later version's news, or another sender's.
            Some(_) => Err(refused("not the push of a call: its event is unknown".into())),
        }
    }

    /// The call it is about.
    pub const fn call_id(&self) -> CallId {
        match self {
            Self::Ring(push) => push.call_id,
            Self::StopRinging(push) => push.call_id,
        }
    }
}

fn refused(why: String) -> LiveError {
    LiveError::new(ErrorCode::InvalidArgument, why).with_field("payload")
}

fn read<T: DeserializeOwned>(payload: &str) -> LiveResult<T> {
    if payload.len() > LONGEST {
        return Err(refused("the push is too long".into()));
    }
    // The error names a position and a type, never what the payload holds.
    serde_json::from_str(payload).map_err(|error| {
        refused(format!(
            "not the push of a call: {:?} error at column {}",
            error.classify(),
            error.column()
        ))
    })
}

impl fmt::Debug for CallPush {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallPush")
            .field("call_id", &self.call_id)
            .field("call_type", &self.call_type)
            .field("ring_expires_at", &self.ring_expires_at)
            .finish_non_exhaustive()
    }
}

impl CallPush {
    /// The ringing call that it tells of, on a device of `user`; `None` when somebody else is called, or `user`
    /// calls.
    pub fn call_for(&self, user: UserId) -> Option<Call> {
        let for_user = self.callee_id.is_none_or(|callee| callee == user) && self.caller_id != user;
        for_user.then_some(Call {
            id: self.call_id,
            status: CallStatus::Ringing,
            call_type: self.call_type,
            caller_id: self.caller_id,
            callee_id: user,
            ring_expires_at: self.ring_expires_at,
            answered_device_id: None,
            video_request: None,
            version: 0,
            end_reason: None,
        })
    }
}
