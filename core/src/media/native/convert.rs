//! The SDK's words in the port's.

use std::collections::HashMap;

use livekit::prelude as sdk;
use livekit::webrtc::video_frame::VideoRotation;

use crate::domain::Role;
use crate::media::{
    ConnectionQuality, MediaParticipant, RemoteTrack, Rotation, TrackId, TrackKind, TrackSource, protocol,
};

/// Audio or video.
pub const fn kind(kind: sdk::TrackKind) -> TrackKind {
    match kind {
        sdk::TrackKind::Audio => TrackKind::Audio,
        sdk::TrackKind::Video => TrackKind::Video,
    }
}

/// The source, or the usual one of its kind when its publisher didn't say.
pub const fn source(source: sdk::TrackSource, kind: TrackKind) -> TrackSource {
    match source {
        sdk::TrackSource::Camera => TrackSource::Camera,
        sdk::TrackSource::Microphone => TrackSource::Microphone,
        sdk::TrackSource::Screenshare => TrackSource::ScreenShare,
        sdk::TrackSource::ScreenshareAudio => TrackSource::ScreenShareAudio,
        sdk::TrackSource::Unknown => protocol::default_source(kind),
    }
}

/// The SDK's word for a source.
pub const fn to_sdk_source(source: TrackSource) -> sdk::TrackSource {
    match source {
        TrackSource::Camera => sdk::TrackSource::Camera,
        TrackSource::Microphone => sdk::TrackSource::Microphone,
        TrackSource::ScreenShare => sdk::TrackSource::Screenshare,
        TrackSource::ScreenShareAudio => sdk::TrackSource::ScreenshareAudio,
    }
}

/// How a picture is turned.
pub const fn rotation(rotation: VideoRotation) -> Rotation {
    match rotation {
        VideoRotation::VideoRotation0 => Rotation::Deg0,
        VideoRotation::VideoRotation90 => Rotation::Deg90,
        VideoRotation::VideoRotation180 => Rotation::Deg180,
        VideoRotation::VideoRotation270 => Rotation::Deg270,
    }
}

/// The SDK's word for how a picture is turned.
pub const fn to_sdk_rotation(rotation: Rotation) -> VideoRotation {
    match rotation {
        Rotation::Deg0 => VideoRotation::VideoRotation0,
        Rotation::Deg90 => VideoRotation::VideoRotation90,
        Rotation::Deg180 => VideoRotation::VideoRotation180,
        Rotation::Deg270 => VideoRotation::VideoRotation270,
    }
}

/// A sid.
pub fn track_id(sid: &sdk::TrackSid) -> TrackId {
    TrackId(sid.as_str().to_owned())
}

/// A remote track.
pub fn remote_track(publication: &sdk::RemoteTrackPublication) -> RemoteTrack {
    let kind = kind(publication.kind());
    RemoteTrack {
        id: track_id(&publication.sid()),
        kind,
        source: source(publication.source(), kind),
        muted: publication.is_muted(),
    }
}

/// Somebody else; `None` for those that aren't people.
pub fn participant(
    participant: &sdk::RemoteParticipant,
    publications: &[sdk::RemoteTrackPublication],
) -> Option<MediaParticipant> {
    Some(MediaParticipant {
        user: protocol::user(participant.identity().as_str())?,
        role: role(&participant.attributes()),
        tracks: publications.iter().map(remote_track).collect(),
    })
}

/// The role among attributes.
pub fn role(attributes: &HashMap<String, String>) -> Option<Role> {
    protocol::role(
        attributes
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str())),
    )
}

/// How good a connection is.
pub const fn quality(quality: sdk::ConnectionQuality) -> ConnectionQuality {
    match quality {
        sdk::ConnectionQuality::Excellent => ConnectionQuality::Excellent,
        sdk::ConnectionQuality::Good => ConnectionQuality::Good,
        sdk::ConnectionQuality::Poor => ConnectionQuality::Poor,
        sdk::ConnectionQuality::Lost => ConnectionQuality::Lost,
    }
}
