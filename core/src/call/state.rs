//! Where a call stands on this device.

use serde::{Deserialize, Serialize};

use crate::domain::CallEndReason;

/// Who called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// This user.
    Out,
    /// The other one.
    In,
}

/// The state of a call, as an app shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// Nothing happened yet.
    Idle,
    /// The backend is asked to ring the other side.
    Dialing,
    /// It rings.
    Ringing {
        /// There, or here.
        direction: Direction,
    },
    /// Answered; the room is being joined.
    Connecting,
    /// Both can talk.
    Active,
    /// This side is on hold: nothing is sent.
    Held,
    /// The connection was lost and is being had back.
    Reconnecting {
        /// Tries so far.
        attempt: u32,
    },
    /// Over.
    Ended {
        /// Why; the server's word, once it is known.
        reason: CallEndReason,
    },
}

impl State {
    /// Whether the call is over.
    pub const fn is_terminal(self) -> bool {
        match self {
            Self::Ended { .. } => true,
            Self::Idle
            | Self::Dialing
            | Self::Ringing { .. }
            | Self::Connecting
            | Self::Active
            | Self::Held
            | Self::Reconnecting { .. } => false,
        }
    }
}
