//! Requests, their immediate responses, and events with everything that comes later.

use super::declare::{field_type, messages};
use super::*;

messages! {
    /// Asks the library for something.
    FfiRequest = "FfiRequest" {
        | message: Request {
            message<ConnectRequest> connect = 3 => Connect;
            message<DisconnectRequest> disconnect = 4 => Disconnect;
            message<PublishTrackRequest> publish_track = 5 => PublishTrack;
            message<UnpublishTrackRequest> unpublish_track = 6 => UnpublishTrack;
            message<SetSubscribedRequest> set_subscribed = 8 => SetSubscribed;
            message<SetLocalAttributesRequest> set_local_attributes = 11 => SetLocalAttributes;
            message<CreateVideoTrackRequest> create_video_track = 15 => CreateVideoTrack;
            message<CreateAudioTrackRequest> create_audio_track = 16 => CreateAudioTrack;
            message<LocalTrackMuteRequest> local_track_mute = 17 => LocalTrackMute;
            message<GetStatsRequest> get_stats = 19 => GetStats;
            message<NewVideoStreamRequest> new_video_stream = 20 => NewVideoStream;
            message<NewVideoSourceRequest> new_video_source = 21 => NewVideoSource;
            message<CaptureVideoFrameRequest> capture_video_frame = 22 => CaptureVideoFrame;
            message<NewAudioStreamRequest> new_audio_stream = 25 => NewAudioStream;
            message<NewAudioSourceRequest> new_audio_source = 26 => NewAudioSource;
            message<CaptureAudioFrameRequest> capture_audio_frame = 27 => CaptureAudioFrame;
            message<EnablePublicationRequest> enable_remote_track_publication = 42 => EnablePublication;
            message<UpdateDimensionRequest> update_remote_track_publication_dimension = 43 => UpdateDimension;
            message<SimulateScenarioRequest> simulate_scenario = 76 => SimulateScenario;
            message<ReadyForRoomEventRequest> ready_for_room_event = 83 => ReadyForRoomEvent;
        }
    }
    /// What the library says at once; what takes time follows as an event.
    FfiResponse = "FfiResponse" {
        | message: Response {
            message<ConnectResponse> connect = 3 => Connect;
            message<DisconnectResponse> disconnect = 4 => Disconnect;
            message<PublishTrackResponse> publish_track = 5 => PublishTrack;
            message<UnpublishTrackResponse> unpublish_track = 6 => UnpublishTrack;
            message<SetLocalAttributesResponse> set_local_attributes = 11 => SetLocalAttributes;
            message<CreateVideoTrackResponse> create_video_track = 15 => CreateVideoTrack;
            message<CreateAudioTrackResponse> create_audio_track = 16 => CreateAudioTrack;
            message<GetStatsResponse> get_stats = 19 => GetStats;
            message<NewVideoStreamResponse> new_video_stream = 20 => NewVideoStream;
            message<NewVideoSourceResponse> new_video_source = 21 => NewVideoSource;
            message<NewAudioStreamResponse> new_audio_stream = 25 => NewAudioStream;
            message<NewAudioSourceResponse> new_audio_source = 26 => NewAudioSource;
            message<CaptureAudioFrameResponse> capture_audio_frame = 27 => CaptureAudioFrame;
        }
    }
    /// What the library says of its own accord, from any of its threads.
    FfiEvent = "FfiEvent" {
        | message: Event {
            message<RoomEvent> room_event = 1 => Room;
            message<VideoStreamEvent> video_stream_event = 3 => VideoStream;
            message<AudioStreamEvent> audio_stream_event = 4 => AudioStream;
            message<ConnectCallback> connect = 5 => Connect;
            message<DisconnectCallback> disconnect = 7 => Disconnect;
            message<PublishTrackCallback> publish_track = 9 => PublishTrack;
            message<UnpublishTrackCallback> unpublish_track = 10 => UnpublishTrack;
            message<CaptureAudioFrameCallback> capture_audio_frame = 13 => CaptureAudioFrame;
            message<SetLocalAttributesCallback> set_local_attributes = 16 => SetLocalAttributes;
            message<GetStatsCallback> get_stats = 17 => GetStats;
            message<LogBatch> logs = 18 => Logs;
            message<Panic> panic = 20 => Panic;
        }
    }
    /// A handle as it travels; owned by [`Handle`] from the moment it is read.
    FfiOwnedHandle = "FfiOwnedHandle" {
        required uint64 id = 1;
    }
    /// A line of the library's log.
    LogRecord = "LogRecord" {
        required enumeration(LogLevel) level = 1;
        required string target = 2;
        required string message = 6;
    }
    /// Lines of the library's log.
    LogBatch = "LogBatch" {
        repeated message<LogRecord> records = 1;
    }
    /// A task of the library panicked.
    Panic = "Panic" {
        required string message = 1;
    }
}
