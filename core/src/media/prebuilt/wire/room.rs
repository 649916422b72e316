//! Joining and leaving a room, participants, publishing and subscribing.

use super::declare::{field_type, messages};
use super::*;

messages! {
    /// Joins a room.
    ConnectRequest = "ConnectRequest" {
        required string url = 1;
        required string token = 2;
        required message<RoomOptions> options = 3;
        optional uint64 request_async_id = 4;
    }
    /// Joining has begun.
    ConnectResponse = "ConnectResponse" {
        required uint64 async_id = 1;
    }
    /// Joining is over.
    ConnectCallback = "ConnectCallback" {
        required uint64 async_id = 1;
        | message: ConnectOutcome {
            string error = 2 => Error;
            message<ConnectResult> result = 3 => Result;
        }
    }
    /// The joined room and who is in it.
    ConnectResult = "ConnectCallback.Result" {
        required message<OwnedRoom> room = 1;
        required message<OwnedParticipant> local_participant = 2;
        repeated message<ParticipantWithTracks> participants = 3;
    }
    /// Somebody who was there before.
    ParticipantWithTracks = "ConnectCallback.ParticipantWithTracks" {
        required message<OwnedParticipant> participant = 1;
        repeated message<OwnedTrackPublication> publications = 2;
    }
    /// A room.
    OwnedRoom = "OwnedRoom" {
        required message<RoomHandle> handle = 1;
    }
    /// How to join.
    RoomOptions = "RoomOptions" {
        optional bool auto_subscribe = 1;
        optional bool dynacast = 3;
        optional uint32 join_retries = 6;
        optional bool single_peer_connection = 8;
        optional uint64 connect_timeout_ms = 9;
    }
    /// Lets events of the room flow: none is sent before.
    ReadyForRoomEventRequest = "ReadyForRoomEventRequest" {
        required uint64 room_handle = 1;
    }
    /// Makes the SDK go through a scenario of its connection.
    SimulateScenarioRequest = "SimulateScenarioRequest" {
        required uint64 room_handle = 1;
        required enumeration(SimulateScenarioKind) scenario = 2;
    }
    /// Leaves a room.
    DisconnectRequest = "DisconnectRequest" {
        required uint64 room_handle = 1;
        optional uint64 request_async_id = 2;
    }
    /// Leaving has begun.
    DisconnectResponse = "DisconnectResponse" {
        required uint64 async_id = 1;
    }
    /// Leaving is over.
    DisconnectCallback = "DisconnectCallback" {
        required uint64 async_id = 1;
    }
    /// What is known of a participant.
    ParticipantInfo = "ParticipantInfo" {
        required string identity = 3;
        repeated message<InfoAttribute> attributes = 6;
        optional message<ParticipantPermission> permission = 11;
    }
    /// An entry of the attribute map of [`ParticipantInfo`].
    InfoAttribute = "ParticipantInfo.AttributesEntry" {
        optional string key = 1;
        optional string value = 2;
    }
    /// A participant.
    OwnedParticipant = "OwnedParticipant" {
        required message<Handle> handle = 1;
        required message<ParticipantInfo> info = 2;
    }
    /// What the server lets a participant do. No source named means every source.
    ParticipantPermission = "ParticipantPermission" {
        required bool can_publish = 2;
        repeated enumeration(TrackSource) can_publish_sources = 9;
    }
    /// Publishes a track.
    PublishTrackRequest = "PublishTrackRequest" {
        required uint64 local_participant_handle = 1;
        required uint64 track_handle = 2;
        required message<TrackPublishOptions> options = 3;
        optional uint64 request_async_id = 4;
    }
    /// Publishing has begun.
    PublishTrackResponse = "PublishTrackResponse" {
        required uint64 async_id = 1;
    }
    /// Publishing is over.
    PublishTrackCallback = "PublishTrackCallback" {
        required uint64 async_id = 1;
        | message: PublishOutcome {
            string error = 2 => Error;
            message<OwnedTrackPublication> publication = 3 => Publication;
        }
    }
    /// How to publish.
    TrackPublishOptions = "TrackPublishOptions" {
        optional message<VideoEncoding> video_encoding = 1;
        optional message<AudioEncoding> audio_encoding = 2;
        optional enumeration(VideoCodec) video_codec = 3;
        optional bool dtx = 4;
        optional bool red = 5;
        optional bool simulcast = 6;
        optional enumeration(TrackSource) source = 7;
    }
    /// Bounds of the best layer; bits and frames a second.
    VideoEncoding = "VideoEncoding" {
        required uint64 max_bitrate = 1;
        required double max_framerate = 2;
    }
    /// Bits a second.
    AudioEncoding = "AudioEncoding" {
        required uint64 max_bitrate = 1;
    }
    /// Stops publishing.
    UnpublishTrackRequest = "UnpublishTrackRequest" {
        required uint64 local_participant_handle = 1;
        required string track_sid = 2;
        required bool stop_on_unpublish = 3;
        optional uint64 request_async_id = 4;
    }
    /// Unpublishing has begun.
    UnpublishTrackResponse = "UnpublishTrackResponse" {
        required uint64 async_id = 1;
    }
    /// Unpublishing is over.
    UnpublishTrackCallback = "UnpublishTrackCallback" {
        required uint64 async_id = 1;
        optional string error = 2;
    }
    /// Subscribes to a track, or not any more.
    SetSubscribedRequest = "SetSubscribedRequest" {
        required bool subscribe = 1;
        required uint64 publication_handle = 2;
    }
    /// Changes own attributes; without any, the server only says whether that were allowed.
    SetLocalAttributesRequest = "SetLocalAttributesRequest" {
        required uint64 local_participant_handle = 1;
        repeated message<AttributesEntry> attributes = 2;
        optional uint64 request_async_id = 3;
    }
    /// The request is on its way.
    SetLocalAttributesResponse = "SetLocalAttributesResponse" {
        required uint64 async_id = 1;
    }
    /// The server answered.
    SetLocalAttributesCallback = "SetLocalAttributesCallback" {
        required uint64 async_id = 1;
        optional string error = 2;
    }
    /// An attribute.
    AttributesEntry = "AttributesEntry" {
        required string key = 1;
        required string value = 2;
    }
}
