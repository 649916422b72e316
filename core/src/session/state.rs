//! Where a session stands for this user.

use serde::{Deserialize, Serialize};

use super::Timer;
use crate::domain::{LiveError, SessionEndReason};

/// The state of a session, as an app shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[cfg_attr(feature = "uniffi", uniffi(name = "SessionState"))]
#[serde(tag = "state", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "SessionState"))]
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
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[cfg_attr(feature = "uniffi", uniffi(name = "SessionLock"))]
#[serde(tag = "lock", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "SessionLock"))]
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
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[cfg_attr(feature = "uniffi", uniffi(name = "SessionEnd"))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "EndReason"))]
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

/// What somebody may do in a session now; the server has the last word. What concerns the stage is beside it, in
/// [`crate::stage::Capabilities`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[cfg_attr(feature = "uniffi", uniffi(name = "SessionCapabilities"))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "SessionCapabilities"))]
pub struct Capabilities {
    /// Enter, or enter again after doing something about the lock.
    pub enter: bool,
    /// Leave.
    pub leave: bool,
    /// Put the session on the air.
    pub go_live: bool,
    /// End the session for everyone.
    pub end: bool,
    /// Switch the microphone on.
    pub microphone: bool,
    /// Switch the camera on, and turn it.
    pub camera: bool,
    /// Share the screen.
    pub screen_share: bool,
    /// Write in the chat and react; unless muted, which the server alone knows.
    pub chat: bool,
    /// Give coins to the host.
    pub give: bool,
    /// Mute, kick and ban: the host everybody, a co-host everybody but the host and co-hosts.
    pub moderate: bool,
    /// Start and stop a recording.
    pub record: bool,
}

impl Capabilities {
    /// Nothing.
    pub const NONE: Self = Self {
        enter: false,
        leave: false,
        go_live: false,
        end: false,
        microphone: false,
        camera: false,
        screen_share: false,
        chat: false,
        give: false,
        moderate: false,
        record: false,
    };
}

impl State {
    /// What the state lets anybody do; role and grants take away from it.
    pub const fn capabilities(&self) -> Capabilities {
        let none = Capabilities::NONE;
        let inside = Capabilities {
            leave: true,
            end: true,
            ..none
        };
        let sending = Capabilities {
            microphone: true,
            camera: true,
            screen_share: true,
            ..inside
        };
        match self {
            Self::Idle | Self::Locked { .. } => Capabilities {
                enter: true,
                leave: true,
                ..none
            },
            Self::Authorizing => Capabilities { leave: true, ..none },
            Self::Backstage => Capabilities {
                go_live: true,
                moderate: true,
                ..sending
            },
            Self::Live => Capabilities {
                chat: true,
                give: true,
                moderate: true,
                record: true,
                ..sending
            },
            Self::Connecting | Self::Reconnecting { .. } => inside,
            Self::Ended { .. } | Self::Failed { .. } => none,
        }
    }

    /// What ends this state when nobody does anything.
    pub const fn times_out(&self) -> Option<Timer> {
        match self {
            Self::Connecting | Self::Reconnecting { .. } => Some(Timer::Budget),
            Self::Idle
            | Self::Authorizing
            | Self::Locked { .. }
            | Self::Backstage
            | Self::Live
            | Self::Ended { .. }
            | Self::Failed { .. } => None,
        }
    }

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
