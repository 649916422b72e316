//! Tracks and their publications.

use super::declare::{field_type, messages};
use super::*;

messages! {
    /// Makes a video track of a source.
    CreateVideoTrackRequest = "CreateVideoTrackRequest" {
        required string name = 1;
        required uint64 source_handle = 2;
    }
    /// The video track.
    CreateVideoTrackResponse = "CreateVideoTrackResponse" {
        required message<OwnedTrack> track = 1;
    }
    /// Makes an audio track of a source.
    CreateAudioTrackRequest = "CreateAudioTrackRequest" {
        required string name = 1;
        required uint64 source_handle = 2;
    }
    /// The audio track.
    CreateAudioTrackResponse = "CreateAudioTrackResponse" {
        required message<OwnedTrack> track = 1;
    }
    /// What is known of a publication.
    TrackPublicationInfo = "TrackPublicationInfo" {
        required string sid = 1;
        required enumeration(TrackKind) kind = 3;
        required enumeration(TrackSource) source = 4;
        required bool muted = 9;
    }
    /// A publication.
    OwnedTrackPublication = "OwnedTrackPublication" {
        required message<Handle> handle = 1;
        required message<TrackPublicationInfo> info = 2;
    }
    /// What is known of a track.
    TrackInfo = "TrackInfo" {
        required string sid = 1;
        required enumeration(TrackKind) kind = 3;
        required bool muted = 5;
    }
    /// A track.
    OwnedTrack = "OwnedTrack" {
        required message<Handle> handle = 1;
        required message<TrackInfo> info = 2;
    }
    /// Has a remote track sent, or paused.
    EnablePublicationRequest = "EnableRemoteTrackPublicationRequest" {
        required uint64 track_publication_handle = 1;
        required bool enabled = 2;
    }
    /// Asks for the layer of a remote track that fits a view; pixels.
    UpdateDimensionRequest = "UpdateRemoteTrackPublicationDimensionRequest" {
        required uint64 track_publication_handle = 1;
        required uint32 width = 2;
        required uint32 height = 3;
    }
    /// Mutes or unmutes an own track.
    LocalTrackMuteRequest = "LocalTrackMuteRequest" {
        required uint64 track_handle = 1;
        required bool mute = 2;
    }
}
