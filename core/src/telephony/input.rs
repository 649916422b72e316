//! Everything that can happen to the phone's calls.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

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
pub enum SystemAction {
    /// Call somebody: by the app, or from the system's list of recent calls.
    Start {
        /// The new call.
        call: SystemCallId,
        /// Whom.
        callee: UserId,
        /// Audio, or audio and video.
        call_type: CallType,
    },
    /// Take the call.
    Answer(SystemCallId),
    /// Decline, cancel or hang up, whatever fits.
    End(SystemCallId),
    /// Put the call on hold, or take it back.
    Hold(SystemCallId, bool),
    /// Switch the microphone off, or on again.
    Mute(SystemCallId, bool),
}

impl SystemAction {
    /// The call it is about.
    pub const fn call(&self) -> SystemCallId {
        match self {
            Self::Start { call, .. }
            | Self::Answer(call)
            | Self::End(call)
            | Self::Hold(call, _)
            | Self::Mute(call, _) => *call,
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

    /// The system wants something done.
    Perform(ActionId, SystemAction),
    /// The system doesn't show the call: do-not-disturb, a blocked number, no permission.
    NotShown(SystemCallId),
    /// The system gave the sound to this app.
    AudioActivated,
    /// The system took the sound away: a GSM call, Siri, the end.
    AudioDeactivated,
    /// The system's audio server began anew: everything of it is invalid.
    MediaServicesReset,
    /// The system forgot all calls.
    SystemReset,

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
