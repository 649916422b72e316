//! Everything that can happen between somebody and the stage.

use serde::{Deserialize, Serialize};

use super::Timer;
use crate::backend::{StageAction, StageOutcome};
use crate::domain::{LiveResult, Role, StageRequest};

/// What the user asks for, and waits for an outcome of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[cfg_attr(feature = "uniffi", uniffi(name = "StageCommand"))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "StageCommand"))]
pub enum Command {
    /// Raise the hand.
    Raise,
    /// Lower it.
    Lower,
    /// Accept the invitation.
    Accept,
    /// Decline it.
    Decline,
}

/// An input of the machine. Any input is accepted in any state.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The user raises the hand.
    Raise,
    /// The user lowers it.
    Lower,
    /// The user accepts the invitation.
    Accept,
    /// The user declines it.
    Decline,

    /// The backend's answer to [`super::Effect::Ask`].
    Answered(Command, LiveResult<Box<StageOutcome>>),
    /// A raised hand or an invitation of this user, as Realtime or the database has it.
    RequestChanged(Box<StageRequest>),
    /// The role that the session gives this user: on entering, and at every change by the LiveKit server.
    RoleChanged(Role),
    /// The session is over for this user.
    Left,

    /// A timer ran out.
    Timer(Timer),
}

impl Command {
    /// Every command.
    pub const ALL: [Self; 4] = [Self::Raise, Self::Lower, Self::Accept, Self::Decline];

    /// The action of the HTTP contract.
    pub const fn action(self) -> StageAction {
        match self {
            Self::Raise => StageAction::Request,
            Self::Lower => StageAction::CancelRequest,
            Self::Accept => StageAction::Accept,
            Self::Decline => StageAction::Decline,
        }
    }
}

impl From<Command> for Input {
    fn from(command: Command) -> Self {
        match command {
            Command::Raise => Self::Raise,
            Command::Lower => Self::Lower,
            Command::Accept => Self::Accept,
            Command::Decline => Self::Decline,
        }
    }
}
