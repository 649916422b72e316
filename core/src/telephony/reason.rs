//! Why a call is over, in the words that the systems have for it.

use serde::{Deserialize, Serialize};

use crate::domain::CallEndReason;

/// `CXCallEndedReason`; Telecom's `DisconnectCause` has the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum SystemEnd {
    /// It couldn't be set up, or was lost; or the push was no call.
    Failed,
    /// The other one is done.
    RemoteEnded,
    /// Nobody answered.
    Unanswered,
    /// Another device of this user took it.
    AnsweredElsewhere,
    /// Another device of this user declined it.
    DeclinedElsewhere,
}

impl SystemEnd {
    /// What the system is told of an end that it didn't bring about.
    pub const fn of(reason: CallEndReason, is_incoming: bool) -> Self {
        match reason {
            CallEndReason::HungUp
            | CallEndReason::Cancelled
            | CallEndReason::TimeLimit
            | CallEndReason::Busy => Self::RemoteEnded,
            CallEndReason::Declined if is_incoming => Self::DeclinedElsewhere,
            CallEndReason::Declined => Self::RemoteEnded,
            CallEndReason::Unanswered => Self::Unanswered,
            CallEndReason::AnsweredElsewhere | CallEndReason::GlareMerged => Self::AnsweredElsewhere,
            CallEndReason::Failed | CallEndReason::Other => Self::Failed,
        }
    }
}
