//! Quality presets: the one table of bitrates and sizes.

use serde::{Deserialize, Serialize};

use super::{Role, SessionType};

/// How a video track is encoded.
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
    /// What simulcast sends beside it.
    pub layers: Layers,
}

/// A smaller encoding of the same picture, for small views and thin links.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoLayer {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Frames a second.
    pub max_fps: u32,
    /// Kilobits a second.
    pub max_kbps: u32,
}

/// The smaller layers of a simulcast: LiveKit carries two at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layers {
    /// The smallest.
    pub low: Option<VideoLayer>,
    /// The one between the smallest and the whole picture.
    pub middle: Option<VideoLayer>,
}

impl Layers {
    /// No simulcast.
    pub const NONE: Self = Self {
        low: None,
        middle: None,
    };

    /// Whether there is no simulcast.
    pub const fn is_empty(self) -> bool {
        self.low.is_none() && self.middle.is_none()
    }

    /// Each layer, the smallest first.
    pub fn smallest_first(self) -> impl Iterator<Item = VideoLayer> {
        [self.low, self.middle].into_iter().flatten()
    }
}

/// How an audio track is encoded. DTX and RED are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudioPreset {
    /// Kilobits a second.
    pub max_kbps: u32,
    /// Channels.
    pub channels: u32,
}

/// A thumbnail.
pub const LAYER_180P: VideoLayer = VideoLayer {
    width: 320,
    height: 180,
    max_fps: 20,
    max_kbps: 160,
};
/// A tile of a stage.
pub const LAYER_360P: VideoLayer = VideoLayer {
    width: 640,
    height: 360,
    max_fps: 20,
    max_kbps: 450,
};

/// A host's camera.
pub const BROADCAST_720P: VideoPreset = VideoPreset {
    width: 1280,
    height: 720,
    max_fps: 30,
    max_kbps: 1_700,
    layers: Layers {
        low: Some(LAYER_180P),
        middle: Some(LAYER_360P),
    },
};
/// A guest's camera.
pub const GUEST_540P: VideoPreset = VideoPreset {
    width: 960,
    height: 540,
    max_fps: 25,
    max_kbps: 800,
    layers: Layers::NONE,
};
/// A call's camera.
pub const CALL_540P: VideoPreset = VideoPreset {
    width: 960,
    height: 540,
    max_fps: 25,
    max_kbps: 800,
    layers: Layers {
        low: Some(LAYER_180P),
        middle: None,
    },
};
/// A screen: sharp, or not at all.
pub const SCREEN_1080P: VideoPreset = VideoPreset {
    width: 1920,
    height: 1080,
    max_fps: 15,
    max_kbps: 1_500,
    layers: Layers::NONE,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layer_is_smaller_and_cheaper_than_the_next_and_of_the_same_shape() {
        for preset in [BROADCAST_720P, GUEST_540P, CALL_540P, SCREEN_1080P] {
            let whole = VideoLayer {
                width: preset.width,
                height: preset.height,
                max_fps: preset.max_fps,
                max_kbps: preset.max_kbps,
            };
            let sizes: Vec<_> = preset.layers.smallest_first().chain([whole]).collect();
            for pair in sizes.windows(2) {
                assert!(pair[0].height < pair[1].height && pair[0].max_kbps < pair[1].max_kbps);
                assert!(pair[0].max_fps <= pair[1].max_fps);
                assert_eq!(pair[0].width * pair[1].height, pair[1].width * pair[0].height);
            }
        }
    }

    #[test]
    fn a_host_is_seen_better_than_a_guest() {
        let of = |role| camera(role, SessionType::VideoLive);
        assert_eq!(of(Role::Host), BROADCAST_720P);
        assert_eq!(of(Role::CoHost), BROADCAST_720P);
        assert_eq!(of(Role::Speaker), GUEST_540P);
    }
}
