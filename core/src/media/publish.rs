//! Publishing: what is said about a track, and where its frames go.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{AudioFrame, MediaError, VideoFrame};
use crate::domain::quality::{AudioPreset, VideoPreset};

/// LiveKit's sid of a published track.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TrackId(pub String);

impl fmt::Display for TrackId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Audio or video.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum TrackKind {
    /// Sound.
    Audio,
    /// A picture.
    Video,
}

/// Where a track comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum TrackSource {
    /// A camera.
    Camera,
    /// A microphone.
    Microphone,
    /// A screen.
    ScreenShare,
    /// The sound of a screen.
    ScreenShareAudio,
}

/// How a video track is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VideoOptions {
    /// [`TrackSource::Camera`] or [`TrackSource::ScreenShare`].
    pub source: TrackSource,
    /// Size of the frames that will come, the encoding's bounds, and the smaller layers that are sent as well.
    pub preset: VideoPreset,
}

/// How an audio track is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AudioOptions {
    /// [`TrackSource::Microphone`] or [`TrackSource::ScreenShareAudio`].
    pub source: TrackSource,
    /// The encoding's bounds.
    pub preset: AudioPreset,
    /// Samples a second of the frames that will come.
    pub sample_rate: u32,
}

/// A track that is being published. Dropping the sink doesn't unpublish it: `unpublish` does.
pub struct PublishedTrack<S> {
    /// LiveKit's sid.
    pub id: TrackId,
    /// Where the frames go.
    pub sink: S,
}

/// Takes the pictures of a published video track. Cheap to clone.
#[derive(Clone)]
pub struct VideoSink(Arc<dyn Fn(VideoFrame) -> Result<(), MediaError> + Send + Sync>);

impl VideoSink {
    /// A sink over what the engine does with a picture.
    pub fn new(push: impl Fn(VideoFrame) -> Result<(), MediaError> + Send + Sync + 'static) -> Self {
        Self(Arc::new(push))
    }

    /// Hands one picture to the encoder; never waits.
    ///
    /// # Errors
    /// [`MediaError::Closed`] once the track is gone.
    pub fn push(&self, frame: VideoFrame) -> Result<(), MediaError> {
        (self.0)(frame)
    }
}

/// Takes the sound of a published audio track. Cheap to clone.
#[derive(Clone)]
pub struct AudioSink(Arc<dyn Fn(AudioFrame) -> Result<(), MediaError> + Send + Sync>);

impl AudioSink {
    /// A sink over what the engine does with sound.
    pub fn new(push: impl Fn(AudioFrame) -> Result<(), MediaError> + Send + Sync + 'static) -> Self {
        Self(Arc::new(push))
    }

    /// Hands ten milliseconds of sound to the encoder; never waits. Pace it by the clock: one frame each 10 ms.
    ///
    /// # Errors
    /// [`MediaError::Closed`] once the track is gone.
    pub fn push(&self, frame: AudioFrame) -> Result<(), MediaError> {
        (self.0)(frame)
    }
}
