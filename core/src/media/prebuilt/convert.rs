//! The wire's words in the port's.

use super::wire::{self, ParticipantInfo, ParticipantPermission, TrackPublicationInfo};
use crate::domain::Role;
use crate::media::protocol::{self, Permission};
use crate::media::{
    ConnectionQuality, DisconnectReason, RemoteTrack, Rotation, TrackId, TrackKind, TrackSource,
};

/// The kind, unless it is one that this version doesn't know.
pub fn kind(kind: wire::TrackKind) -> Option<TrackKind> {
    match kind {
        wire::TrackKind::Audio => Some(TrackKind::Audio),
        wire::TrackKind::Video => Some(TrackKind::Video),
        wire::TrackKind::Unknown => None,
    }
}

/// The wire's word for a source.
pub const fn to_wire_source(source: TrackSource) -> wire::TrackSource {
    match source {
        TrackSource::Camera => wire::TrackSource::Camera,
        TrackSource::Microphone => wire::TrackSource::Microphone,
        TrackSource::ScreenShare => wire::TrackSource::ScreenShare,
        TrackSource::ScreenShareAudio => wire::TrackSource::ScreenShareAudio,
    }
}

/// How a picture is turned.
pub const fn rotation(rotation: wire::VideoRotation) -> Rotation {
    match rotation {
        wire::VideoRotation::Rotation0 => Rotation::Deg0,
        wire::VideoRotation::Rotation90 => Rotation::Deg90,
        wire::VideoRotation::Rotation180 => Rotation::Deg180,
        wire::VideoRotation::Rotation270 => Rotation::Deg270,
    }
}

/// The wire's word for how a picture is turned.
pub const fn to_wire_rotation(rotation: Rotation) -> wire::VideoRotation {
    match rotation {
        Rotation::Deg0 => wire::VideoRotation::Rotation0,
        Rotation::Deg90 => wire::VideoRotation::Rotation90,
        Rotation::Deg180 => wire::VideoRotation::Rotation180,
        Rotation::Deg270 => wire::VideoRotation::Rotation270,
    }
}

/// A remote track, unless its kind is one that this version doesn't know.
pub fn remote_track(info: &TrackPublicationInfo) -> Option<RemoteTrack> {
    let kind = kind(info.kind())?;
    Some(RemoteTrack {
        id: TrackId(info.sid.clone()),
        kind,
        source: protocol::source(info.source).unwrap_or_else(|| protocol::default_source(kind)),
        muted: info.muted,
    })
}

/// The role among a participant's attributes.
pub fn role(info: &ParticipantInfo) -> Option<Role> {
    protocol::role(info.attributes.iter().map(|entry| (entry.key(), entry.value())))
}

/// What the server lets a participant publish.
pub fn permission(permission: &ParticipantPermission) -> Permission {
    Permission::new(permission.can_publish, &permission.can_publish_sources)
}

/// How good a connection is.
pub const fn quality(quality: wire::ConnectionQuality) -> ConnectionQuality {
    match quality {
        wire::ConnectionQuality::Poor => ConnectionQuality::Poor,
        wire::ConnectionQuality::Good => ConnectionQuality::Good,
        wire::ConnectionQuality::Excellent => ConnectionQuality::Excellent,
        wire::ConnectionQuality::Lost => ConnectionQuality::Lost,
    }
}

/// Why a connection is over.
pub fn disconnect_reason(reason: i32) -> DisconnectReason {
    tracing::debug!(reason = ?wire::DisconnectReason::try_from(reason), "disconnected");
    protocol::disconnect_reason(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sources_of_the_wire_have_the_numbers_of_the_protocol() {
        for source in [
            TrackSource::Camera,
            TrackSource::Microphone,
            TrackSource::ScreenShare,
            TrackSource::ScreenShareAudio,
        ] {
            assert_eq!(protocol::source(to_wire_source(source) as i32), Some(source));
        }
        assert_eq!(protocol::source(wire::TrackSource::Unknown as i32), None);
    }

    #[test]
    fn every_disconnect_reason_of_the_wire_has_its_meaning() {
        use wire::DisconnectReason as Wire;
        for (wire, ours) in [
            (Wire::ClientInitiated, DisconnectReason::ClientInitiated),
            (Wire::DuplicateIdentity, DisconnectReason::DuplicateIdentity),
            (Wire::ServerShutdown, DisconnectReason::ServerShutdown),
            (Wire::ParticipantRemoved, DisconnectReason::ParticipantRemoved),
            (Wire::RoomDeleted, DisconnectReason::RoomDeleted),
            (Wire::RoomClosed, DisconnectReason::RoomDeleted),
            (Wire::Migration, DisconnectReason::Migration),
            (Wire::UnknownReason, DisconnectReason::ConnectionLost),
            (Wire::StateMismatch, DisconnectReason::ConnectionLost),
            (Wire::JoinFailure, DisconnectReason::ConnectionLost),
            (Wire::SignalClose, DisconnectReason::ConnectionLost),
            (Wire::ConnectionTimeout, DisconnectReason::ConnectionLost),
            (Wire::MediaFailure, DisconnectReason::ConnectionLost),
        ] {
            assert_eq!(disconnect_reason(wire as i32), ours, "{wire:?}");
        }
        assert_eq!(
            disconnect_reason(1_000),
            DisconnectReason::ConnectionLost,
            "a newer server's"
        );
    }
}
