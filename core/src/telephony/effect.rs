//! Everything that is asked for. Effects are carried out in order, in the turn of the input; what takes time answers with
//! an input.

use std::fmt;
use std::time::Duration;

use super::{ActionId, SystemAction, SystemCallId, SystemEnd};
use crate::domain::{CallId, CallType, UserId};

/// An incoming call, as the system shows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct IncomingReport {
    /// The call.
    pub call: SystemCallId,
    /// Who calls, for the system's list of recent calls; none where the push didn't say.
    pub caller: Option<UserId>,
    /// The name to show; none where the push didn't say.
    pub name: Option<String>,
    /// Audio, or audio and video.
    pub call_type: CallType,
}

/// Why the app's wish isn't carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// There is a call already: one at a time.
    Busy,
    /// There is no call that this could be about.
    NoCall,
    /// Nobody is signed in.
    SignedOut,
}

/// What is done about the sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum AudioEffect {
    /// Choose the category and mode of a call; the system activates it.
    Prepare,
    /// Record and play. Only ever while the system has activated the sound.
    Start,
    /// Neither record nor play.
    Stop,
}

/// What is asked of the phone's system; carried out in order.
#[derive(Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum SystemEffect {
    /// Show that somebody calls (`reportNewIncomingCall`, `addNewIncomingCall`).
    ReportIncoming {
        /// Who, and how.
        report: IncomingReport,
    },
    /// A call is over, other than by the system's own action.
    ReportEnded {
        /// Which.
        call: SystemCallId,
        /// Why.
        end: SystemEnd,
    },
    /// The outgoing call found its way.
    ReportConnecting {
        /// Which.
        call: SystemCallId,
    },
    /// The outgoing call was answered.
    ReportConnected {
        /// Which.
        call: SystemCallId,
    },
    /// It is another type of call now.
    Update {
        /// Which.
        call: SystemCallId,
        /// Audio, or audio and video.
        call_type: CallType,
    },
    /// Do it, please; the system answers with [`super::SystemInput::Perform`].
    Request {
        /// What.
        wanted: SystemAction,
    },
    /// The action is done.
    Fulfill {
        /// Which.
        action: ActionId,
    },
    /// The action can't be done.
    Fail {
        /// Which.
        action: ActionId,
    },
    /// The sound.
    Audio {
        /// What is done about it.
        effect: AudioEffect,
    },
    /// It rings for so long at most; then comes [`super::Input::RingOver`].
    StartRing {
        /// Which.
        call: SystemCallId,
        /// How long.
        rings_for: Duration,
    },
    /// The ring is not waited for any more.
    StopRing {
        /// Which.
        call: SystemCallId,
    },
    /// Keep this for the next process, in place of what was kept before; `None` keeps nothing. It holds secrets: it stays on
    /// this device, in no backup, and readable while the phone is locked.
    Store {
        /// What only [`crate::runtime::Phone`] reads.
        state: Option<String>,
    },
}

/// What is asked for.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Effect {
    /// The system is told, or asked.
    System(SystemEffect),

    /// Ask the backend whether the call still rings; answered by [`super::Input::Ended`] where it doesn't.
    CheckState {
        /// The call.
        call_id: CallId,
        /// What asks without a session of the app; none where the app has one.
        ticket: Option<String>,
    },
    /// Take the call, join its room, send and receive.
    Answer {
        /// The call.
        call_id: CallId,
        /// As in [`Effect::CheckState`].
        ticket: Option<String>,
    },
    /// Don't take the call.
    Decline {
        /// The call.
        call_id: CallId,
        /// As in [`Effect::CheckState`].
        ticket: Option<String>,
    },
    /// Call somebody.
    Dial {
        /// The call, as the system knows it.
        call: SystemCallId,
        /// Whom.
        callee: UserId,
        /// Audio, or audio and video.
        call_type: CallType,
    },
    /// Cancel or hang up.
    HangUp(SystemCallId),
    /// Hold the call, or take it back.
    Hold(SystemCallId, bool),
    /// Switch the microphone off, or on again.
    Mute(SystemCallId, bool),

    /// The app's wish isn't carried out.
    Refuse(Refusal),
}

/// Without what is stored, which holds secrets.
impl fmt::Debug for SystemEffect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReportIncoming { report } => write!(f, "ReportIncoming({})", report.call),
            Self::ReportEnded { call, end } => write!(f, "ReportEnded({call}, {end:?})"),
            Self::ReportConnecting { call } => write!(f, "ReportConnecting({call})"),
            Self::ReportConnected { call } => write!(f, "ReportConnected({call})"),
            Self::Update { call, call_type } => write!(f, "Update({call}, {call_type:?})"),
            Self::Request { wanted } => write!(f, "Request({wanted:?})"),
            Self::Fulfill { action } => write!(f, "Fulfill({})", action.0),
            Self::Fail { action } => write!(f, "Fail({})", action.0),
            Self::Audio { effect } => write!(f, "Audio({effect:?})"),
            Self::StartRing { call, rings_for } => write!(f, "StartRing({call}, {rings_for:?})"),
            Self::StopRing { call } => write!(f, "StopRing({call})"),
            Self::Store { state } => write!(
                f,
                "Store({})",
                if state.is_some() { "a state" } else { "nothing" }
            ),
        }
    }
}

/// Without the ticket, which is a secret.
impl fmt::Debug for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let about = |f: &mut fmt::Formatter<'_>, name: &str, call_id: &CallId, ticket: &Option<String>| {
            let by = if ticket.is_some() { ", by ticket" } else { "" };
            write!(f, "{name}({call_id}{by})")
        };
        match self {
            Self::System(effect) => effect.fmt(f),
            Self::CheckState { call_id, ticket } => about(f, "CheckState", call_id, ticket),
            Self::Answer { call_id, ticket } => about(f, "Answer", call_id, ticket),
            Self::Decline { call_id, ticket } => about(f, "Decline", call_id, ticket),
            Self::Dial { call, call_type, .. } => write!(f, "Dial({call}, {call_type:?})"),
            Self::HangUp(call) => write!(f, "HangUp({call})"),
            Self::Hold(call, on) => write!(f, "Hold({call}, {on})"),
            Self::Mute(call, on) => write!(f, "Mute({call}, {on})"),
            Self::Refuse(refusal) => write!(f, "Refuse({refusal:?})"),
        }
    }
}
