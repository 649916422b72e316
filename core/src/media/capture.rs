//! Port to the devices that make pictures and sound.

use std::future::ready;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::{AudioOptions, AudioSink, TrackSource, VideoOptions, VideoSink};
use crate::domain::quality::{AudioPreset, VideoPreset};
use crate::domain::{ErrorCode, LiveError, LiveResult};

/// Which way a camera looks; the names are those of the web's `facingMode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Facing {
    /// At the user.
    #[default]
    User,
    /// Away from the user.
    Environment,
}

/// Camera, microphone and screen of the platform. The runtime starts them once a track is published, and
/// stops them by dropping the guard, so a device never runs for nothing. Of each, one runs at a time: a start follows the
/// stop of the one before. A camera starts where it looked last.
pub trait MediaCapture: Send + Sync + 'static {
    /// How the camera's track is published, given what quality asks for.
    fn camera_options(&self, preset: VideoPreset) -> VideoOptions {
        VideoOptions {
            source: TrackSource::Camera,
            preset,
        }
    }

    /// How the screen's track is published, given what quality asks for.
    fn screen_options(&self, preset: VideoPreset) -> VideoOptions {
        VideoOptions {
            source: TrackSource::ScreenShare,
            preset,
        }
    }

    /// How the microphone's track is published, given what quality asks for.
    fn microphone_options(&self, preset: AudioPreset) -> AudioOptions {
        AudioOptions {
            source: TrackSource::Microphone,
            preset,
            sample_rate: 48_000,
        }
    }

    /// Starts the camera.
    ///
    /// # Errors
    /// What keeps it from starting: no permission, no device, taken by another app.
    fn start_camera(&self, sink: VideoSink) -> LiveResult<CaptureGuard>;

    /// Starts the microphone.
    ///
    /// # Errors
    /// As [`MediaCapture::start_camera`].
    fn start_microphone(&self, sink: AudioSink) -> LiveResult<CaptureGuard>;

    /// Starts to film the screen.
    ///
    /// # Errors
    /// As [`MediaCapture::start_camera`]; by default there is no screen.
    fn start_screen(&self, _sink: VideoSink) -> LiveResult<CaptureGuard> {
        Err(without("a screen"))
    }

    /// Turns the camera that is running to the other side; the answer is where it looks then.
    ///
    /// # Errors
    /// As [`MediaCapture::start_camera`]; by default there is no other side.
    fn flip_camera(&self) -> BoxFuture<'_, LiveResult<Facing>> {
        ready(Err(without("a second camera"))).boxed()
    }
}

fn without(device: &str) -> LiveError {
    LiveError::new(
        ErrorCode::InvalidArgument,
        format!("this client was built without {device}"),
    )
    .with_field("capture")
}

/// A device at work; dropping it stops the device.
pub struct CaptureGuard(Option<Box<dyn FnOnce() + Send>>);

impl CaptureGuard {
    /// A guard that calls `stop` when it is dropped.
    pub fn new(stop: impl FnOnce() + Send + 'static) -> Self {
        Self(Some(Box::new(stop)))
    }
}

impl Drop for CaptureGuard {
    fn drop(&mut self) {
        if let Some(stop) = self.0.take() {
            stop();
        }
    }
}

/// No camera, no microphone and no screen: for those who only watch and listen.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCapture;

impl MediaCapture for NoCapture {
    fn start_camera(&self, _sink: VideoSink) -> LiveResult<CaptureGuard> {
        Err(without("a camera"))
    }

    fn start_microphone(&self, _sink: AudioSink) -> LiveResult<CaptureGuard> {
        Err(without("a microphone"))
    }
}
