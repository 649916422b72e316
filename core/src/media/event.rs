//! What a room reports.

use serde::{Deserialize, Serialize};

use super::{TrackId, TrackKind, TrackSource};
use crate::domain::{Grants, Role, UserId};

/// Something that happened in a room. Participants are known by identity, which is the user id.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum MediaEvent {
    /// Somebody else came in.
    ParticipantJoined(MediaParticipant),
    /// Somebody else left; the tracks are gone with it.
    ParticipantLeft(UserId),
    /// The role attribute of somebody changed, the own one too.
    RoleChanged {
        /// Whose.
        user: UserId,
        /// The role now.
        role: Role,
    },
    /// The LiveKit server changed what this participant may publish.
    GrantsChanged(Grants),
    /// Somebody else publishes a track.
    TrackPublished {
        /// Who.
        user: UserId,
        /// What.
        track: RemoteTrack,
    },
    /// Somebody else stopped publishing a track.
    TrackUnpublished {
        /// Who.
        user: UserId,
        /// What.
        track: TrackId,
    },
    /// Frames of a remote track can be read now.
    TrackSubscribed {
        /// Who.
        user: UserId,
        /// What.
        track: RemoteTrack,
    },
    /// The first picture of a remote video track reached a reader; once a subscription.
    FirstFrame {
        /// Who.
        user: UserId,
        /// What.
        track: TrackId,
    },
    /// No more frames of a remote track.
    TrackUnsubscribed {
        /// Who.
        user: UserId,
        /// What.
        track: TrackId,
    },
    /// A track of anybody was muted or unmuted.
    TrackMuted {
        /// Who.
        user: UserId,
        /// What.
        track: TrackId,
        /// Muted now.
        muted: bool,
    },
    /// An own track isn't published any more, by the server's or the own wish.
    LocalTrackUnpublished(TrackId),
    /// Who speaks now, loudest first.
    ActiveSpeakers(Vec<UserId>),
    /// How good somebody's connection is.
    QualityChanged {
        /// Whose.
        user: UserId,
        /// How good.
        quality: ConnectionQuality,
    },
    /// The connection is lost; the engine tries again.
    Reconnecting,
    /// The connection is back.
    Reconnected,
    /// The connection is over; nothing follows.
    Disconnected(DisconnectReason),
}

/// Somebody else in the room.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct MediaParticipant {
    /// Who.
    pub user: UserId,
    /// What the role attribute says; `None` where there is none.
    pub role: Option<Role>,
    /// What is published.
    pub tracks: Vec<RemoteTrack>,
}

/// A track that somebody else publishes.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct RemoteTrack {
    /// LiveKit's track sid.
    pub id: TrackId,
    /// Audio or video.
    pub kind: TrackKind,
    /// Camera, microphone or screen.
    pub source: TrackSource,
    /// Muted now.
    pub muted: bool,
}

/// How good a connection is, by LiveKit's own judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum ConnectionQuality {
    /// Nothing is heard of it.
    Lost,
    /// Picture and sound suffer.
    Poor,
    /// Fine.
    Good,
    /// As good as it gets.
    Excellent,
}

/// Why a connection is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum DisconnectReason {
    /// This side left.
    ClientInitiated,
    /// The same identity joined from elsewhere.
    DuplicateIdentity,
    /// The server shuts down.
    ServerShutdown,
    /// The server put this participant out.
    ParticipantRemoved,
    /// The room was deleted or closed.
    RoomDeleted,
    /// The session went on on another server, and this one can't be resumed.
    Migration,
    /// The connection was lost and couldn't be had back.
    ConnectionLost,
}
