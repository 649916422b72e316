//! What a host is told.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::backend::DoNotDisturb;
use crate::chat::PendingId;
use crate::domain::{
    Call, ChatMessage, Gift, Grants, LiveError, LiveSession, MessageId, Participant, Reactions, Recording,
    Role, StageRequest, UserId,
};
use crate::media::{ConnectionQuality, TrackId, TrackKind, TrackReport, TrackSource};
use crate::publisher::LocalMedia;
use crate::telemetry::FunnelEvent;
use crate::viewing::Viewing;
use crate::{call, session, stage};

/// A session of this bridge; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, serde::Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SessionRef(pub u32);

/// A call of this bridge; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, serde::Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CallRef(pub u32);

/// An update in its place.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Envelope {
    /// Counts up by one; where numbers are missing, updates were thrown away, and `resync` follows.
    pub seq: u64,
    /// When it came to be, by this device's clock.
    pub at: DateTime<Utc>,
    /// It came to be before the host that reads it attached.
    pub flushed: bool,
    /// What is new.
    #[serde(flatten)]
    #[cfg_attr(feature = "typescript", ts(flatten))]
    pub update: Update,
}

/// What is new. A fact comes alone, whole, and only when it changed; lists come as what was added and what went.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "update", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Update {
    /// The answer to a request. Exactly one comes, unless the request was cancelled.
    Reply {
        /// Which.
        id: u32,
        /// What came of it.
        #[serde(flatten)]
        outcome: Outcome,
    },
    /// An access token is wanted; answer with [`Command::Token`](super::Command::Token).
    TokenWanted {
        /// The server refused the last one: renew it first.
        rejected: bool,
    },
    /// Forget every session and call: what stands is said again. Comes after a second host attached, or when nobody read for so
    /// long that updates had to be thrown away.
    Resync,
    /// A session changed.
    Session {
        /// Which.
        session: SessionRef,
        /// How.
        #[serde(flatten)]
        change: SessionChange,
    },
    /// A call changed. The first change of one tells that it is there; an incoming one rings.
    Call {
        /// Which.
        call: CallRef,
        /// How.
        #[serde(flatten)]
        change: CallChange,
    },
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Outcome {
    /// It was refused, or failed.
    Refused {
        /// Why.
        error: LiveError,
    },
    /// It was done, and there is nothing more to say.
    Done,
    /// `open_session`.
    Session {
        /// The new session.
        session: SessionRef,
    },
    /// `start_call`; it rings there.
    Call {
        /// The new call.
        call: CallRef,
    },
    /// What concerns one person in a session.
    Participant {
        /// That person.
        participant: Participant,
    },
    /// `send_message`.
    Message {
        /// What was said.
        message: ChatMessage,
    },
    /// `history`.
    Messages {
        /// The newest first.
        messages: Vec<ChatMessage>,
    },
    /// `balance` and `send_gift`.
    Balance {
        /// Coins.
        coins: u64,
    },
    /// `slow_mode`.
    SlowMode {
        /// Seconds.
        seconds: u32,
    },
    /// `start_recording` and `stop_recording`.
    Recording {
        /// As far as it is.
        recording: Recording,
    },
    /// `blocked`.
    Users {
        /// Whom.
        users: Vec<UserId>,
    },
    /// `do_not_disturb`.
    DoNotDisturb {
        /// Whether, and until when.
        wish: DoNotDisturb,
    },
}

impl From<()> for Outcome {
    fn from((): ()) -> Self {
        Self::Done
    }
}

impl From<Participant> for Outcome {
    fn from(participant: Participant) -> Self {
        Self::Participant { participant }
    }
}

/// How a session changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "change", content = "value", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum SessionChange {
    /// Where it stands.
    State(session::State),
    /// What the server says of it; without a change when only the viewers are more or less.
    Session(LiveSession),
    /// How many watch or listen.
    ViewerCount(u32),
    /// This user's role, by the server.
    Role(Option<Role>),
    /// What the server lets this user publish.
    Grants(Grants),
    /// What this user may do.
    Can(session::Capabilities),
    /// Coins that entering charged.
    ChargedCoins(u32),
    /// This user and the stage.
    Stage(stage::Stage),
    /// Open raised hands and invitations of others, the eldest first.
    StageRequests(Vec<StageRequest>),
    /// The latest recording.
    Recording(Option<Recording>),
    /// The chat.
    Chat(ChatChange),
    /// Taps of everybody.
    Reactions(Reactions),
    /// Somebody gave coins.
    Gift(Gift),
    /// What a session and a call have in common.
    Room(RoomChange),
    /// It is over and released; no more is told of it.
    Closed,
}

/// How a call changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "change", content = "value", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum CallChange {
    /// Where it stands.
    State(call::State),
    /// What the server says of it.
    Call(Call),
    /// What this user may do.
    Can(call::Capabilities),
    /// What went wrong last.
    LastError(Option<LiveError>),
    /// What a session and a call have in common.
    Room(RoomChange),
    /// It is over and released; no more is told of it.
    Closed,
}

/// What changes in sessions and calls alike.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "room", content = "value", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum RoomChange {
    /// Microphone, camera and screen: on, pending, refused.
    Local(Box<LocalMedia>),
    /// What this user publishes, or is about to.
    Publishing(Grants),
    /// Whether pictures are received, and why not.
    Viewing(Viewing),
    /// People who came, or whose role or tracks changed, and people who went.
    Members {
        /// Whole.
        changed: Vec<MemberState>,
        /// Who isn't in the room any more.
        left: Vec<UserId>,
    },
    /// Somebody began or ceased to speak.
    Speaking {
        /// Who.
        user: UserId,
        /// Whether.
        speaking: bool,
    },
    /// Somebody's connection is better or worse.
    Quality {
        /// Whose.
        user: UserId,
        /// How good.
        quality: ConnectionQuality,
    },
    /// A step on the way in was taken, or it ended there.
    Funnel(FunnelEvent),
    /// What each track takes and loses, once [`Command::Stats`](super::Command::Stats) asked for it.
    Stats(Vec<TrackReport>),
}

/// Somebody else in the room.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct MemberState {
    /// Who.
    pub user: UserId,
    /// The role, by LiveKit's attribute.
    pub role: Option<Role>,
    /// What is published.
    pub tracks: Vec<MemberTrack>,
}

/// What somebody else publishes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct MemberTrack {
    /// LiveKit's track sid.
    pub id: TrackId,
    /// Audio or video.
    pub kind: TrackKind,
    /// Camera, microphone or screen.
    pub source: TrackSource,
    /// Muted now.
    pub muted: bool,
    /// It can be seen or heard.
    pub subscribed: bool,
}

/// How a chat changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ChatChange {
    /// New in it, the eldest first; each takes its place by `created_at`, then `id`.
    pub added: Vec<ChatMessage>,
    /// Not in it any more: deleted, or too old to be kept.
    pub removed: Vec<MessageId>,
    /// This user's messages on their way, and those that were refused, the eldest first.
    pub pending: Vec<PendingState>,
    /// Whether nothing older was said.
    pub from_the_beginning: bool,
}

/// A message that this user wrote and that isn't known to be said.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PendingState {
    /// Which.
    pub id: PendingId,
    /// What.
    pub body: String,
    /// Why it wasn't said; `None` while it is on its way.
    pub error: Option<LiveError>,
}
