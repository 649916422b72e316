//! Everything that can happen to a call.

use std::time::Duration;

use super::Timer;
use crate::backend::{AnsweredCall, CallAdmission, CallChange, InitiateCall, RoomAccess};
use crate::domain::{Call, DeviceId, Grants, IdempotencyKey, LiveResult};
use crate::media::{DisconnectReason, Facing, TrackSource};

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
    /// The process died while this device was in the call: it goes back into the room.
    Rejoin(Call, DeviceId),
    /// The user takes the call on this device.
    Accept(DeviceId),
    /// The user doesn't take it.
    Decline,
    /// The user cancels, declines or hangs up, whatever fits.
    HangUp,
    /// The user puts the call on hold, or takes it back.
    Hold(bool),
    /// This user wants the microphone, the camera or the screen on or off.
    Want(TrackSource, bool),
    /// This user wants the other camera.
    FlipCamera,
    /// This user wants another type of call, or answers the other one's wish.
    Change(CallChange, IdempotencyKey),
    /// The same call goes on in the machine that dialled it: both called each other.
    Merged,

    /// The backend's answer to [`super::Effect::Initiate`].
    Initiated(LiveResult<CallAdmission>),
    /// The backend's answer to [`super::Effect::Answer`].
    Answered(LiveResult<AnsweredCall>),
    /// The backend's answer to [`super::Effect::RefreshToken`].
    Token(LiveResult<RoomAccess>),
    /// The backend's answer to [`super::Effect::Change`].
    Changed(CallChange, LiveResult<Call>),
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
    /// The LiveKit server says what this user may publish: on joining the room, and whenever that changes.
    GrantsChanged(Grants),
    /// The outcome of [`super::Effect::Publish`].
    Published(TrackSource, LiveResult<()>),
    /// An own track is gone, by the server's wish.
    Unpublished(TrackSource),
    /// The outcome of [`super::Effect::FlipCamera`].
    Flipped(LiveResult<Facing>),

    /// The device is on another network now.
    NetworkChanged,
    /// A timer ran out.
    Timer(Timer),
}
