//! Where the phone stands.

use serde::{Deserialize, Serialize};

use super::SystemCallId;

/// Whose rules hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[cfg_attr(feature = "uniffi", uniffi(name = "PhoneSystem"))]
#[serde(rename_all = "snake_case")]
pub enum System {
    /// iOS. Every VoIP push is shown as a call in the turn in which it arrives, also one that is none: the system ends an
    /// app that doesn't, and in the end delivers it no more pushes.
    CallKit,
    /// Android, self-managed. A push that is no call is dropped.
    Telecom,
}

/// The one call that the system shows, as far as the phone is concerned; what becomes of it in the room says
/// [`crate::call::State`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[cfg_attr(feature = "uniffi", uniffi(name = "PhoneState"))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// No call.
    #[default]
    Idle,
    /// It rings here.
    Ringing {
        /// Which.
        call: SystemCallId,
    },
    /// The user took it; the server is asked, and the room is joined.
    Answering {
        /// Which.
        call: SystemCallId,
    },
    /// This user calls; nobody has answered yet.
    Dialing {
        /// Which.
        call: SystemCallId,
    },
    /// Both can talk.
    Active {
        /// Which.
        call: SystemCallId,
    },
    /// On hold, by the user or because another app's call came first.
    Held {
        /// Which.
        call: SystemCallId,
    },
}

impl State {
    /// The call that the system shows.
    pub const fn call(self) -> Option<SystemCallId> {
        match self {
            Self::Idle => None,
            Self::Ringing { call }
            | Self::Answering { call }
            | Self::Dialing { call }
            | Self::Active { call }
            | Self::Held { call } => Some(call),
        }
    }

    /// Whether the call sends and plays sound once the system lets it.
    pub const fn has_audio(self) -> bool {
        match self {
            Self::Answering { .. } | Self::Dialing { .. } | Self::Active { .. } => true,
            Self::Idle | Self::Ringing { .. } | Self::Held { .. } => false,
        }
    }
}

/// The sound of the phone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Audio {
    /// The system has given the sound to this app (`didActivate`), and not taken it back.
    pub active: bool,
    /// The engine records and plays. Never without `active`.
    pub running: bool,
}
