//! Port to the devices that make pictures and sound.

use super::{AudioOptions, AudioSink, TrackSource, VideoOptions, VideoSink};
use crate::domain::quality::{AudioPreset, VideoPreset};
use crate::domain::{ErrorCode, LiveError, LiveResult};

/// Camera and microphone of the platform. The runtime starts them once a track is published, and
/// stops them by dropping the guard, so a device never runs for nothing.
pub trait MediaCapture: Send + Sync + 'static {
    /// How the camera's track is published, given what quality asks for.
    fn camera_options(&self, preset: VideoPreset) -> VideoOptions {
        VideoOptions {
            source: TrackSource::Camera,
            preset,
            simulcast: true,
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

/// No camera and no microphone: for those who only watch and listen.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCapture;

impl MediaCapture for NoCapture {
    fn start_camera(&self, _sink: VideoSink) -> LiveResult<CaptureGuard> {
        Err(LiveError::new(
            ErrorCode::InvalidArgument,
            "this client was built without a camera",
        )
        .with_field("capture"))
    }

    fn start_microphone(&self, _sink: AudioSink) -> LiveResult<CaptureGuard> {
        Err(LiveError::new(
            ErrorCode::InvalidArgument,
            "this client was built without a microphone",
        )
        .with_field("capture"))
    }
}
