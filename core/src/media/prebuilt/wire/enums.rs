//! Enums, with all of their values.

use super::declare::enums;

enums! {
    /// Severity of a log record.
    LogLevel = "LogLevel" {
        Error = 0 "LOG_ERROR";
        Warn = 1 "LOG_WARN";
        Info = 2 "LOG_INFO";
        Debug = 3 "LOG_DEBUG";
        Trace = 4 "LOG_TRACE";
    }
    /// What the SDK's connection can be made to go through.
    SimulateScenarioKind = "SimulateScenarioKind" {
        SignalReconnect = 0 "SIMULATE_SIGNAL_RECONNECT";
        Speaker = 1 "SIMULATE_SPEAKER";
        NodeFailure = 2 "SIMULATE_NODE_FAILURE";
        ServerLeave = 3 "SIMULATE_SERVER_LEAVE";
        Migration = 4 "SIMULATE_MIGRATION";
        ForceTcp = 5 "SIMULATE_FORCE_TCP";
        ForceTls = 6 "SIMULATE_FORCE_TLS";
        FullReconnect = 7 "SIMULATE_FULL_RECONNECT";
        DisconnectSignalOnResume = 8 "SIMULATE_DISCONNECT_SIGNAL_ON_RESUME";
    }
    /// Why a participant is gone; the numbers of LiveKit's protocol.
    DisconnectReason = "DisconnectReason" {
        UnknownReason = 0 "UNKNOWN_REASON";
        ClientInitiated = 1 "CLIENT_INITIATED";
        DuplicateIdentity = 2 "DUPLICATE_IDENTITY";
        ServerShutdown = 3 "SERVER_SHUTDOWN";
        ParticipantRemoved = 4 "PARTICIPANT_REMOVED";
        RoomDeleted = 5 "ROOM_DELETED";
        StateMismatch = 6 "STATE_MISMATCH";
        JoinFailure = 7 "JOIN_FAILURE";
        Migration = 8 "MIGRATION";
        SignalClose = 9 "SIGNAL_CLOSE";
        RoomClosed = 10 "ROOM_CLOSED";
        UserUnavailable = 11 "USER_UNAVAILABLE";
        UserRejected = 12 "USER_REJECTED";
        SipTrunkFailure = 13 "SIP_TRUNK_FAILURE";
        ConnectionTimeout = 14 "CONNECTION_TIMEOUT";
        MediaFailure = 15 "MEDIA_FAILURE";
        AgentError = 16 "AGENT_ERROR";
    }
    /// How good a connection is.
    ConnectionQuality = "ConnectionQuality" {
        Poor = 0 "QUALITY_POOR";
        Good = 1 "QUALITY_GOOD";
        Excellent = 2 "QUALITY_EXCELLENT";
        Lost = 3 "QUALITY_LOST";
    }
    /// Audio or video.
    TrackKind = "TrackKind" {
        Unknown = 0 "KIND_UNKNOWN";
        Audio = 1 "KIND_AUDIO";
        Video = 2 "KIND_VIDEO";
    }
    /// Where a track comes from; the numbers of LiveKit's protocol.
    TrackSource = "TrackSource" {
        Unknown = 0 "SOURCE_UNKNOWN";
        Camera = 1 "SOURCE_CAMERA";
        Microphone = 2 "SOURCE_MICROPHONE";
        ScreenShare = 3 "SOURCE_SCREENSHARE";
        ScreenShareAudio = 4 "SOURCE_SCREENSHARE_AUDIO";
    }
    /// Video codecs.
    VideoCodec = "VideoCodec" {
        Vp8 = 0 "VP8";
        H264 = 1 "H264";
        Av1 = 2 "AV1";
        Vp9 = 3 "VP9";
        H265 = 4 "H265";
    }
    /// How a frame is turned.
    VideoRotation = "VideoRotation" {
        Rotation0 = 0 "VIDEO_ROTATION_0";
        Rotation90 = 1 "VIDEO_ROTATION_90";
        Rotation180 = 2 "VIDEO_ROTATION_180";
        Rotation270 = 3 "VIDEO_ROTATION_270";
    }
    /// Layout of a picture.
    VideoBufferType = "VideoBufferType" {
        Rgba = 0 "RGBA";
        Abgr = 1 "ABGR";
        Argb = 2 "ARGB";
        Bgra = 3 "BGRA";
        Rgb24 = 4 "RGB24";
        I420 = 5 "I420";
        I420a = 6 "I420A";
        I422 = 7 "I422";
        I444 = 8 "I444";
        I010 = 9 "I010";
        Nv12 = 10 "NV12";
    }
    /// How frames are delivered.
    VideoStreamType = "VideoStreamType" {
        Native = 0 "VIDEO_STREAM_NATIVE";
        Webgl = 1 "VIDEO_STREAM_WEBGL";
        Html = 2 "VIDEO_STREAM_HTML";
    }
    /// What frames are pushed.
    VideoSourceType = "VideoSourceType" {
        Native = 0 "VIDEO_SOURCE_NATIVE";
        Encoded = 1 "VIDEO_SOURCE_ENCODED";
    }
    /// How sound is delivered.
    AudioStreamType = "AudioStreamType" {
        Native = 0 "AUDIO_STREAM_NATIVE";
        Html = 1 "AUDIO_STREAM_HTML";
    }
    /// Who records the sound.
    AudioSourceType = "AudioSourceType" {
        Native = 0 "AUDIO_SOURCE_NATIVE";
        Platform = 1 "AUDIO_SOURCE_PLATFORM";
    }
}
