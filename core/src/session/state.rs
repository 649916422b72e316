//! Where a session stands for this user.

use serde::{Deserialize, Serialize};

use crate::domain::{LiveError, SessionEndReason};

/// The state of a session, as an app shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// Nothing was asked yet.
    Idle,
    /// The backend decides whether this user may enter.
    Authorizing,
    /// Not let in, and why; entering again may work.
    Locked {
        /// What is in the way.
        lock: Lock,
    },
    /// Let in; the room is being joined.
    Connecting,
    /// In the room; the host hasn't gone live.
    Backstage,
    /// On the air.
    Live,
    /// The connection was lost and is being had back.
    Reconnecting {
        /// Tries so far.
        attempt: u32,
    },
    /// Over.
    Ended {
        /// Why.
        reason: EndReason,
    },
    /// Given up.
    Failed {
        /// What went wrong last.
        error: LiveError,
    },
}

/// What keeps somebody out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "lock", rename_all = "snake_case")]
pub enum Lock {
    /// Subscribe to the creator first.
    Subscribe,
    /// Pay first.
    Purchase {
        /// Coins to agree to.
        price_coins: u32,
    },
    /// No place left.
    Full,
    /// Banned from the session or by its creator.
    Banned,
}

/// Why a session is over for this user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// This user left.
    Left,
    /// The host ended it.
    HostEnded,
    /// The host was away for too long.
    HostAway,
    /// The host never went live.
    NeverStarted,
    /// The longest time a session may take is over.
    TimeLimit,
    /// Its room couldn't be had.
    RoomFailed,
    /// This user was put out.
    Removed,
    /// This user joined from another device.
    JoinedElsewhere,
    /// Over, for a reason the server didn't name.
    Other,
}

impl State {
    /// Whether nothing follows any more.
    pub const fn is_terminal(&self) -> bool {
        match self {
            Self::Ended { .. } | Self::Failed { .. } => true,
            Self::Idle
            | Self::Authorizing
            | Self::Locked { .. }
            | Self::Connecting
            | Self::Backstage
            | Self::Live
            | Self::Reconnecting { .. } => false,
        }
    }

    /// Whether the room is joined, and the connection to it stands.
    pub const fn is_connected(&self) -> bool {
        match self {
            Self::Backstage | Self::Live => true,
            Self::Idle
            | Self::Authorizing
            | Self::Locked { .. }
            | Self::Connecting
            | Self::Reconnecting { .. }
            | Self::Ended { .. }
            | Self::Failed { .. } => false,
        }
    }
}

impl From<SessionEndReason> for EndReason {
    fn from(reason: SessionEndReason) -> Self {
        match reason {
            SessionEndReason::HostEnded => Self::HostEnded,
            SessionEndReason::HostAway => Self::HostAway,
            SessionEndReason::NeverStarted => Self::NeverStarted,
            SessionEndReason::TimeLimit => Self::TimeLimit,
            SessionEndReason::Failed => Self::RoomFailed,
            SessionEndReason::Other => Self::Other,
        }
    }
}
