//! Where a call stands on this device.

use serde::{Deserialize, Serialize};

use super::Timer;
use crate::domain::CallEndReason;

/// Who called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[cfg_attr(feature = "uniffi", uniffi(name = "CallDirection"))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "CallDirection"))]
pub enum Direction {
    /// This user.
    Out,
    /// The other one.
    In,
}

/// The state of a call, as an app shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[cfg_attr(feature = "uniffi", uniffi(name = "CallState"))]
#[serde(tag = "state", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "CallState"))]
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

/// What somebody may do in a call now; the server has the last word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[cfg_attr(feature = "uniffi", uniffi(name = "CallCapabilities"))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "CallCapabilities"))]
pub struct Capabilities {
    /// Take the call.
    pub accept: bool,
    /// Not take it.
    pub decline: bool,
    /// Cancel, or hang up.
    pub hang_up: bool,
    /// Put the call on hold, or take it back.
    pub hold: bool,
    /// Switch the microphone on.
    pub microphone: bool,
    /// Switch the camera on, and turn it.
    pub camera: bool,
    /// Share the screen.
    pub screen_share: bool,
    /// Ask the other one for a video call.
    pub request_video: bool,
    /// Accept or decline the other one's wish for a video call.
    pub answer_video: bool,
    /// Take the own wish for one back.
    pub cancel_video_request: bool,
    /// Go back to voices.
    pub to_audio: bool,
}

impl Capabilities {
    /// Nothing.
    pub const NONE: Self = Self {
        accept: false,
        decline: false,
        hang_up: false,
        hold: false,
        microphone: false,
        camera: false,
        screen_share: false,
        request_video: false,
        answer_video: false,
        cancel_video_request: false,
        to_audio: false,
    };
}

impl State {
    /// What the state lets anybody do; the call's type and the grants take away from it.
    pub const fn capabilities(self) -> Capabilities {
        let none = Capabilities::NONE;
        let calling = Capabilities {
            hang_up: true,
            ..none
        };
        let talking = Capabilities {
            hold: true,
            microphone: true,
            camera: true,
            screen_share: true,
            ..calling
        };
        match self {
            Self::Idle | Self::Ended { .. } => none,
            Self::Dialing
            | Self::Ringing {
                direction: Direction::Out,
            } => calling,
            Self::Ringing {
                direction: Direction::In,
            } => Capabilities {
                accept: true,
                decline: true,
                ..none
            },
            Self::Connecting | Self::Reconnecting { .. } => Capabilities {
                hold: true,
                ..calling
            },
            // What is switched on during a hold is sent once the call is taken back.
            Self::Active | Self::Held => talking,
        }
    }

    /// What ends this state when nobody does anything.
    pub const fn times_out(self) -> Option<Timer> {
        match self {
            Self::Ringing { .. } => Some(Timer::Ring),
            Self::Connecting | Self::Reconnecting { .. } => Some(Timer::Budget),
            Self::Idle | Self::Dialing | Self::Active | Self::Held | Self::Ended { .. } => None,
        }
    }

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
