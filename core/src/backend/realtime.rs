//! What the backend tells on its own.

use std::fmt;

use tokio::sync::mpsc;
use tokio_util::sync::DropGuard;

use crate::domain::{
    Call, ChatMessage, Gift, LiveError, LiveSession, MessageId, Participant, Reactions, Recording, SessionId,
    StageRequest, UserId,
};

/// A private Broadcast topic. Who may listen is decided by policies on `realtime.messages`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// `session:<id>`: for whoever was let into the session.
    Session(SessionId),
    /// `user:<id>`: for that user alone.
    User(UserId),
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session(id) => write!(f, "session:{id}"),
            Self::User(id) => write!(f, "user:{id}"),
        }
    }
}

/// A message of a topic. Messages may come late, twice, out of order or not at all.
#[derive(Clone, Debug, PartialEq)]
pub enum RealtimeEvent {
    /// `session_changed`: the session as it stands.
    SessionChanged(LiveSession),
    /// `participant_changed`: somebody's place in the session.
    ParticipantChanged(Participant),
    /// `stage_changed`: a raised hand or an invitation, one's own or, for those who lead the stage, anybody's.
    StageChanged(StageRequest),
    /// `call_changed`: the call as it stands.
    CallChanged(Call),
    /// What people in the session did.
    Session(SessionNews),
    /// The socket was away: messages may have been missed, so fetch what matters again.
    Resubscribed,
    /// The topic is closed for this user; nothing follows.
    Closed(LiveError),
}

/// What people in a session did, told to everybody who is in it.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum SessionNews {
    /// `message_created`: somebody said this.
    MessageCreated(ChatMessage),
    /// `message_deleted`: this isn't said any more.
    MessageDeleted {
        /// The session.
        session_id: SessionId,
        /// The message.
        message_id: MessageId,
    },
    /// `reactions`: what was tapped since the last time.
    Reactions(Reactions),
    /// `gift_sent`: somebody gave the host this.
    GiftSent(Gift),
    /// `recording_changed`: how far the recording is.
    RecordingChanged(Recording),
}

impl SessionNews {
    /// The session that it is about.
    pub const fn session_id(&self) -> SessionId {
        match self {
            Self::MessageCreated(message) => message.session_id,
            Self::MessageDeleted { session_id, .. } => *session_id,
            Self::Reactions(reactions) => reactions.session_id,
            Self::GiftSent(gift) => gift.session_id,
            Self::RecordingChanged(recording) => recording.session_id,
        }
    }
}

/// A subscription; dropping it unsubscribes.
pub struct Subscription {
    events: mpsc::UnboundedReceiver<RealtimeEvent>,
    _unsubscribe: DropGuard,
}

impl Subscription {
    /// A subscription over a channel; `unsubscribe` fires when it is dropped.
    pub fn new(events: mpsc::UnboundedReceiver<RealtimeEvent>, unsubscribe: DropGuard) -> Self {
        Self {
            events,
            _unsubscribe: unsubscribe,
        }
    }

    /// The next message; `None` after [`RealtimeEvent::Closed`].
    pub async fn next(&mut self) -> Option<RealtimeEvent> {
        self.events.recv().await
    }
}
