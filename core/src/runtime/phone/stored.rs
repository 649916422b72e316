//! What the next process must know, as one opaque text.

use chrono::DateTime;
use serde::{Deserialize, Serialize};

use crate::backend::ColdStart;
use crate::domain::{Call, CallId, CallStatus, CallType, DeviceId, UserId};
use crate::telephony::IncomingReport;

/// What is stored. A text that this version can't read counts as none: the app signs in again at its next start.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stored {
    pub(super) cold_start: ColdStart,
    /// The call that this phone took, while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) call: Option<StoredCall>,
}

/// A call that goes on, and what goes back into it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StoredCall {
    pub(super) call_id: CallId,
    pub(super) caller: Option<UserId>,
    pub(super) name: Option<String>,
    pub(super) call_type: CallType,
    pub(super) muted: bool,
    /// The call's own ticket.
    pub(super) ticket: String,
}

impl Stored {
    pub(super) fn read(text: &str) -> Option<Self> {
        match serde_json::from_str(text) {
            Ok(stored) => Some(stored),
            Err(error) => {
                // The error names a position and a type, never what is stored.
                tracing::warn!(kind = ?error.classify(), "what a phone stored can't be read");
                None
            }
        }
    }

    pub(super) fn write(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }
}

impl StoredCall {
    /// Its row, as this device left it. Anything that the backend says is newer.
    pub(super) fn row(&self, user: UserId, device: &DeviceId) -> Call {
        Call {
            id: self.call_id,
            status: CallStatus::Active,
            call_type: self.call_type,
            caller_id: self.caller.unwrap_or(user),
            callee_id: user,
            ring_expires_at: DateTime::UNIX_EPOCH,
            answered_device_id: Some(device.as_str().to_owned()),
            video_request: None,
            version: 0,
            end_reason: None,
        }
    }

    pub(super) fn report(&self) -> IncomingReport {
        IncomingReport {
            call: self.call_id.into(),
            caller: self.caller,
            name: self.name.clone(),
            call_type: self.call_type,
        }
    }
}
