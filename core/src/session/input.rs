//! Everything that can happen to a session.

use serde::{Deserialize, Serialize};

use super::Timer;
use crate::backend::{NewSession, RoomAccess, SessionAdmission};
use crate::domain::{Grants, IdempotencyKey, LiveResult, LiveSession, Role, SessionEndReason, SessionId};
use crate::media::{DisconnectReason, Facing, TrackSource};

/// How a session is entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// As the host of a new one.
    Create {
        /// What to create.
        session: NewSession,
        /// Names the tap that asked for it.
        key: IdempotencyKey,
    },
    /// As one of the audience.
    Join {
        /// Which one.
        session_id: SessionId,
        /// The price the user agreed to, in coins.
        accept_price: Option<u32>,
        /// Names the tap that asked for it.
        key: IdempotencyKey,
    },
}

/// What the app waits for an outcome of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Creating or joining.
    Enter,
    /// Putting the session on the air.
    GoLive,
    /// Ending it for everyone.
    End,
}

/// An input of the machine. Any input is accepted in any state.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The app enters.
    Enter(Entry),
    /// The host goes live.
    GoLive,
    /// The host ends the session for everyone.
    End,
    /// This user leaves.
    Leave,
    /// This user wants the microphone, the camera or the screen on or off.
    Want(TrackSource, bool),
    /// This user wants the other camera.
    FlipCamera,

    /// The backend's answer to [`super::Effect::Authorize`].
    Admission(LiveResult<Box<SessionAdmission>>),
    /// The backend's answer to [`super::Effect::RefreshToken`].
    Token(LiveResult<RoomAccess>),
    /// The backend's answer to [`super::Effect::StartSession`].
    Started(LiveResult<LiveSession>),
    /// The backend's answer to [`super::Effect::EndSession`].
    EndAnswered(LiveResult<LiveSession>),
    /// The session as the database or Realtime has it.
    SessionChanged(LiveSession),
    /// The answer to [`super::Effect::LearnEnd`]; `None` when the database couldn't be asked.
    Over(Option<SessionEndReason>),

    /// The outcome of [`super::Effect::Connect`].
    Connected(LiveResult<()>),
    /// The engine lost the connection and tries on its own.
    ConnectionLost,
    /// The engine has the connection back.
    ConnectionResumed,
    /// The connection is over.
    Disconnected(DisconnectReason),
    /// The server gave this participant another role.
    RoleChanged(Role),
    /// The LiveKit server changed what this participant may publish.
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
