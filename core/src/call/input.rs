//! Everything that can happen to a call.

use std::time::Duration;

use super::Timer;
use crate::backend::{AnsweredCall, CallAdmission, InitiateCall, RoomAccess};
use crate::domain::{Call, DeviceId, IdempotencyKey, LiveResult};
use crate::media::{DisconnectReason, TrackSource};

/// An input of the machine. Any input is accepted in any state.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The app calls somebody.
    Dial(InitiateCall, IdempotencyKey),
    /// Somebody calls.
    Offered {
        /// The call as the server described it.
        call: Call,
        /// How long it still rings.
        rings_for: Duration,
    },
    /// The user takes the call on this device.
    Accept(DeviceId),
    /// The user doesn't take it.
    Decline,
    /// The user cancels, declines or hangs up, whatever fits.
    HangUp,
    /// The user puts the call on hold, or takes it back.
    Hold(bool),
    /// This user wants the microphone on or off.
    SetMicrophone(bool),
    /// This user wants the camera on or off.
    SetCamera(bool),
    /// The same call goes on in the machine that dialled it: both called each other.
    Merged,

    /// The backend's answer to [`super::Effect::Initiate`].
    Initiated(LiveResult<CallAdmission>),
    /// The backend's answer to [`super::Effect::Answer`].
    Answered(LiveResult<AnsweredCall>),
    /// The backend's answer to [`super::Effect::RefreshToken`].
    Token(LiveResult<RoomAccess>),
    /// The call as Realtime, a push, the database or an answer has it.
    CallChanged(Call),

    /// The outcome of [`super::Effect::Connect`].
    Connected(LiveResult<()>),
    /// The engine lost the connection and tries on its own.
    ConnectionLost,
    /// The engine has the connection back.
    ConnectionResumed,
    /// The connection is over.
    Disconnected(DisconnectReason),
    /// The outcome of [`super::Effect::Publish`].
    Published(TrackSource, LiveResult<()>),

    /// A timer ran out.
    Timer(Timer),
}
