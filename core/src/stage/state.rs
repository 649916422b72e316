//! Where somebody stands with the stage.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Command, Timer};
use crate::domain::{LiveError, Role, StageRequest};

/// A place in front of the stage, or on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[cfg_attr(feature = "uniffi", uniffi(name = "StageState"))]
#[serde(tag = "state", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "StageState"))]
pub enum State {
    /// Watches or listens.
    Audience,
    /// Asks to come onto the stage.
    HandRaised,
    /// Is asked to come onto the stage.
    Invited {
        /// The role to get.
        role: Role,
        /// Until when, by the server's clock; for a countdown.
        expires_at: DateTime<Utc>,
    },
    /// May publish what the role may.
    OnStage {
        /// `host`, `co_host` or `speaker`.
        role: Role,
    },
    /// Not in the session any more; the session's state says why.
    Removed,
}

/// What somebody may do about the stage now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[cfg_attr(feature = "uniffi", uniffi(name = "StageCapabilities"))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "StageCapabilities"))]
pub struct Capabilities {
    /// Raise the hand.
    pub raise_hand: bool,
    /// Lower it.
    pub lower_hand: bool,
    /// Accept or decline the invitation.
    pub answer_invitation: bool,
    /// Go back to the audience.
    pub step_down: bool,
    /// Invite, promote and demote others, and see their raised hands.
    pub lead: bool,
}

impl Capabilities {
    /// Nothing.
    pub const NONE: Self = Self {
        raise_hand: false,
        lower_hand: false,
        answer_invitation: false,
        step_down: false,
        lead: false,
    };
}

impl State {
    /// What may be done here; the server has the last word.
    pub const fn capabilities(&self) -> Capabilities {
        let none = Capabilities::NONE;
        match self {
            Self::Audience => Capabilities {
                raise_hand: true,
                ..none
            },
            Self::HandRaised => Capabilities {
                lower_hand: true,
                ..none
            },
            Self::Invited { .. } => Capabilities {
                answer_invitation: true,
                ..none
            },
            Self::OnStage { role } => match role {
                Role::Host => Capabilities { lead: true, ..none },
                Role::CoHost => Capabilities {
                    step_down: true,
                    lead: true,
                    ..none
                },
                Role::Speaker => Capabilities {
                    step_down: true,
                    ..none
                },
                Role::Viewer | Role::Listener => none,
            },
            Self::Removed => none,
        }
    }

    /// What ends this state when nobody does anything.
    pub const fn times_out(&self) -> Option<Timer> {
        match self {
            Self::Invited { .. } => Some(Timer::Invitation),
            Self::Audience | Self::HandRaised | Self::OnStage { .. } | Self::Removed => None,
        }
    }
}

/// One user and the stage, as an app shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[cfg_attr(feature = "uniffi", uniffi(name = "StageInfo"))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Stage {
    /// Where the user stands; with what was asked for counted as done where that is harmless.
    #[serde(flatten)]
    pub state: State,
    /// What the server hasn't answered yet.
    pub pending: Option<Command>,
    /// What may be done now.
    pub can: Capabilities,
    /// Why the last thing that was asked for was refused; `None` once something succeeds.
    pub last_error: Option<LiveError>,
    /// The latest raised hand or invitation of this user, and what became of it.
    pub request: Option<StageRequest>,
}
