//! What happens in a room.

use super::declare::{field_type, messages};
use super::*;

messages! {
    /// Something that happened in a room.
    RoomEvent = "RoomEvent" {
        required uint64 room_handle = 1;
        | message: RoomEventMessage {
            message<ParticipantConnected> participant_connected = 2 => ParticipantConnected;
            message<ParticipantDisconnected> participant_disconnected = 3 => ParticipantDisconnected;
            message<LocalTrackUnpublished> local_track_unpublished = 5 => LocalTrackUnpublished;
            message<TrackPublished> track_published = 7 => TrackPublished;
            message<TrackUnpublished> track_unpublished = 8 => TrackUnpublished;
            message<TrackSubscribed> track_subscribed = 9 => TrackSubscribed;
            message<TrackUnsubscribed> track_unsubscribed = 10 => TrackUnsubscribed;
            message<TrackSubscriptionFailed> track_subscription_failed = 11 => TrackSubscriptionFailed;
            message<TrackMuted> track_muted = 12 => TrackMuted;
            message<TrackUnmuted> track_unmuted = 13 => TrackUnmuted;
            message<ActiveSpeakersChanged> active_speakers_changed = 14 => ActiveSpeakersChanged;
            message<ParticipantAttributesChanged> participant_attributes_changed = 19 => ParticipantAttributesChanged;
            message<ConnectionQualityChanged> connection_quality_changed = 20 => ConnectionQualityChanged;
            message<Disconnected> disconnected = 22 => Disconnected;
            message<Reconnecting> reconnecting = 23 => Reconnecting;
            message<Reconnected> reconnected = 24 => Reconnected;
            message<DataPacketReceived> data_packet_received = 27 => DataPacketReceived;
            message<ByteStreamOpened> byte_stream_opened = 34 => ByteStreamOpened;
            message<TextStreamOpened> text_stream_opened = 35 => TextStreamOpened;
            message<ParticipantPermissionChanged> participant_permission_changed = 41 => ParticipantPermissionChanged;
            message<DataTrackPublished> data_track_published = 43 => DataTrackPublished;
            message<LocalTrackRepublished> local_track_republished = 45 => LocalTrackRepublished;
        }
    }
    /// Somebody came in.
    ParticipantConnected = "ParticipantConnected" {
        required message<OwnedParticipant> info = 1;
    }
    /// Somebody left.
    ParticipantDisconnected = "ParticipantDisconnected" {
        required string participant_identity = 1;
    }
    /// An own track isn't published any more.
    LocalTrackUnpublished = "LocalTrackUnpublished" {
        required string publication_sid = 1;
    }
    /// A full reconnect published an own track again, under another sid.
    LocalTrackRepublished = "LocalTrackRepublished" {
        required string previous_sid = 2;
        required message<TrackPublicationInfo> info = 3;
    }
    /// Somebody publishes a track.
    TrackPublished = "TrackPublished" {
        required string participant_identity = 1;
        required message<OwnedTrackPublication> publication = 2;
    }
    /// Somebody stopped publishing a track.
    TrackUnpublished = "TrackUnpublished" {
        required string participant_identity = 1;
        required string publication_sid = 2;
    }
    /// A remote track can be read.
    TrackSubscribed = "TrackSubscribed" {
        required string participant_identity = 1;
        required message<OwnedTrack> track = 2;
    }
    /// A remote track can't be read any more.
    TrackUnsubscribed = "TrackUnsubscribed" {
        required string participant_identity = 1;
        required string track_sid = 2;
    }
    /// A remote track can't be had.
    TrackSubscriptionFailed = "TrackSubscriptionFailed" {
        required string participant_identity = 1;
        required string track_sid = 2;
        required string error = 3;
    }
    /// A track was muted.
    TrackMuted = "TrackMuted" {
        required string participant_identity = 1;
        required string track_sid = 2;
    }
    /// A track was unmuted.
    TrackUnmuted = "TrackUnmuted" {
        required string participant_identity = 1;
        required string track_sid = 2;
    }
    /// Who speaks, loudest first.
    ActiveSpeakersChanged = "ActiveSpeakersChanged" {
        repeated string participant_identities = 1;
    }
    /// Somebody's attributes, all and those that changed.
    ParticipantAttributesChanged = "ParticipantAttributesChanged" {
        required string participant_identity = 1;
        repeated message<AttributesEntry> attributes = 2;
        repeated message<AttributesEntry> changed_attributes = 3;
    }
    /// The server changed what somebody may do.
    ParticipantPermissionChanged = "ParticipantPermissionChanged" {
        required string participant_identity = 1;
        optional message<ParticipantPermission> permission = 2;
    }
    /// How good somebody's connection is.
    ConnectionQualityChanged = "ConnectionQualityChanged" {
        required string participant_identity = 1;
        required enumeration(ConnectionQuality) quality = 2;
    }
    /// The connection is over.
    Disconnected = "Disconnected" {
        required enumeration(DisconnectReason) reason = 1;
    }
    /// The connection is lost for now.
    Reconnecting = "Reconnecting" {}
    /// The connection is back.
    Reconnected = "Reconnected" {}
    /// Data that nobody here reads; its buffer is given back.
    DataPacketReceived = "DataPacketReceived" {
        | value: DataPacketValue {
            message<UserPacket> user = 4 => User;
        }
    }
    /// Bytes of a data packet.
    UserPacket = "UserPacket" {
        required message<OwnedBuffer> data = 1;
    }
    /// Bytes.
    OwnedBuffer = "OwnedBuffer" {
        required message<Handle> handle = 1;
    }
    /// A byte stream that nobody here reads; its reader is given back.
    ByteStreamOpened = "ByteStreamOpened" {
        required message<OwnedByteStreamReader> reader = 1;
    }
    /// Reader of a byte stream.
    OwnedByteStreamReader = "OwnedByteStreamReader" {
        required message<Handle> handle = 1;
    }
    /// A text stream that nobody here reads; its reader is given back.
    TextStreamOpened = "TextStreamOpened" {
        required message<OwnedTextStreamReader> reader = 1;
    }
    /// Reader of a text stream.
    OwnedTextStreamReader = "OwnedTextStreamReader" {
        required message<Handle> handle = 1;
    }
    /// A data track that nobody here reads; it is given back.
    DataTrackPublished = "DataTrackPublished" {
        required message<OwnedRemoteDataTrack> track = 1;
    }
    /// A data track.
    OwnedRemoteDataTrack = "OwnedRemoteDataTrack" {
        required message<Handle> handle = 1;
    }
}
