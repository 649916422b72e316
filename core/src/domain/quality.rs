//! Quality presets: the one table of bitrates and sizes.

use serde::{Deserialize, Serialize};

use super::{Role, SessionType};

/// One encoding of a video track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoPreset {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Frames a second.
    pub max_fps: u32,
    /// Kilobits a second.
    pub max_kbps: u32,
}

/// How an audio track is encoded. DTX and RED are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudioPreset {
    /// Kilobits a second.
    pub max_kbps: u32,
    /// Channels.
    pub channels: u32,
}

/// A host's camera; sent with two smaller simulcast layers.
pub const BROADCAST_720P: VideoPreset = VideoPreset {
    width: 1280,
    height: 720,
    max_fps: 30,
    max_kbps: 1_700,
};
/// A guest's camera.
pub const GUEST_540P: VideoPreset = VideoPreset {
    width: 960,
    height: 540,
    max_fps: 25,
    max_kbps: 800,
};
/// A call's camera.
pub const CALL_540P: VideoPreset = VideoPreset {
    width: 960,
    height: 540,
    max_fps: 25,
    max_kbps: 800,
};
/// A screen.
pub const SCREEN_1080P: VideoPreset = VideoPreset {
    width: 1920,
    height: 1080,
    max_fps: 15,
    max_kbps: 1_500,
};

/// A voice in a call.
pub const SPEECH: AudioPreset = AudioPreset {
    max_kbps: 24,
    channels: 1,
};
/// Voices of an audio room or a broadcast.
pub const ROOM: AudioPreset = AudioPreset {
    max_kbps: 48,
    channels: 1,
};
/// Music.
pub const MUSIC: AudioPreset = AudioPreset {
    max_kbps: 128,
    channels: 2,
};

/// How a camera is encoded, by role and session type.
pub const fn camera(role: Role, session_type: SessionType) -> VideoPreset {
    match session_type {
        SessionType::VideoCall | SessionType::AudioCall => CALL_540P,
        SessionType::VideoLive | SessionType::AudioRoom => match role {
            Role::Host | Role::CoHost => BROADCAST_720P,
            Role::Speaker | Role::Viewer | Role::Listener => GUEST_540P,
        },
    }
}

/// How a microphone is encoded, by session type.
pub const fn microphone(session_type: SessionType) -> AudioPreset {
    match session_type {
        SessionType::VideoCall | SessionType::AudioCall => SPEECH,
        SessionType::VideoLive | SessionType::AudioRoom => ROOM,
    }
}
