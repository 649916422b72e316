//! Everything that can happen to the phone's calls.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::IncomingReport;
use crate::call::{CallPush, StopRinging};
use crate::domain::{Call, CallEndReason, CallId, CallType, UserId};

/// A call as the system knows it: `CXCallAction.callUUID`, the id of a Telecom connection. An incoming one has the id of
/// its row in `calls`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SystemCallId(pub Uuid);

impl From<CallId> for SystemCallId {
    fn from(id: CallId) -> Self {
        Self(id.0)
    }
}

impl fmt::Display for SystemCallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An action that the system waits for: it times out unless it is fulfilled or failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ActionId(pub Uuid);

/// What the system wants done, or is asked to do: the actions of CallKit, the callbacks of a Telecom connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum SystemAction {
    /// Call somebody: by the app, or from the system's list of recent calls.
    Start {
        /// The new call.
        call: SystemCallId,
        /// Whom: a user's id. A system may hand over anything else, such as a number from its list of recent calls, which
        /// fails.
        callee: String,
        /// Audio, or audio and video.
        call_type: CallType,
    },
    /// Take the call.
    Answer {
        /// Which.
        call: SystemCallId,
    },
    /// Decline, cancel or hang up, whatever fits.
    End {
        /// Which.
        call: SystemCallId,
    },
    /// Put the call on hold, or take it back.
    Hold {
        /// Which.
        call: SystemCallId,
        /// On hold.
        on: bool,
    },
    /// Switch the microphone off, or on again.
    Mute {
        /// Which.
        call: SystemCallId,
        /// Off.
        on: bool,
    },
}

impl SystemAction {
    /// The call it is about.
    pub const fn call(&self) -> SystemCallId {
        match self {
            Self::Start { call, .. }
            | Self::Answer { call }
            | Self::End { call }
            | Self::Hold { call, .. }
            | Self::Mute { call, .. } => *call,
        }
    }
}

/// A push, read by [`crate::call::Push::parse`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// Somebody calls.
    Ring {
        /// What the push says.
        push: CallPush,
        /// How long it still rings, by this device's clock; zero when it is over.
        rings_for: Duration,
    },
    /// A call need not ring any longer.
    StopRinging(StopRinging),
    /// Something that is no call's push.
    Malformed,
}

/// What the phone's system says. Any of it may come at any time, and about calls that nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum SystemInput {
    /// It wants something done; answered in the same turn by [`super::SystemEffect::Fulfill`] or
    /// [`super::SystemEffect::Fail`].
    Perform {
        /// Names the action.
        action: ActionId,
        /// What is wanted.
        wanted: SystemAction,
    },
    /// It doesn't show the call: do-not-disturb, a blocked number, no permission.
    NotShown {
        /// Which.
        call: SystemCallId,
    },
    /// It gave the sound to this app.
    AudioActivated,
    /// It took the sound away: a GSM call, Siri, the end.
    AudioDeactivated,
    /// Its audio server began anew: everything of it is invalid.
    MediaServicesReset,
    /// It forgot all calls.
    SystemReset,
}

/// An input of the machine. Any input is accepted in any state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// This user uses the phone: by the app, or from what it stored for a cold start.
    SignedIn(UserId),
    /// Nobody does any more.
    SignedOut,

    /// A push arrived.
    Pushed {
        /// What it says.
        push: Pushed,
        /// An id that no call has, for a push that names none.
        spare: SystemCallId,
    },
    /// Realtime told of a call that rings here.
    Offered {
        /// The call.
        call: Call,
        /// How long it still rings, by this device's clock.
        rings_for: Duration,
    },
    /// The ring that was waited for is over.
    RingOver(SystemCallId),

    /// The system says something.
    System(SystemInput),
    /// The process died during this call, which goes on as far as anybody knows: it is shown and taken anew.
    Restored {
        /// The call, as the system is to show it.
        report: IncomingReport,
        /// Its row.
        call_id: CallId,
        /// Whether the microphone was off by the user's wish.
        muted: bool,
    },

    /// The app calls somebody.
    Dial {
        /// An id that no call has.
        call: SystemCallId,
        /// Whom.
        callee: UserId,
        /// Audio, or audio and video.
        call_type: CallType,
    },
    /// The user takes the call, in the app.
    Accept,
    /// The user declines, cancels or hangs up, in the app.
    HangUp,
    /// The user puts the call on hold or takes it back, in the app.
    SetHeld(bool),
    /// The user switches the microphone off or on, in the app.
    SetMuted(bool),

    /// The backend knows the call that was dialled; it rings there.
    Dialed(SystemCallId, CallId),
    /// Both can talk.
    Connected(SystemCallId),
    /// It is another type of call now.
    TypeChanged(SystemCallId, CallType),
    /// The call is over, and why.
    Ended(SystemCallId, CallEndReason),
}
