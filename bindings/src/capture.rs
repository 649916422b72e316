//! Camera, microphone and screen of the app.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use ipelya_core::domain::{ErrorCode, LiveError, LiveResult};
use ipelya_core::foreign::LiveFailure;
use ipelya_core::media::{
    AudioFrame, AudioSink, CaptureGuard, Facing, I420, MediaCapture as CoreCapture, VideoFrame, VideoSink,
};

/// What keeps a device from starting.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum CaptureFailure {
    /// The user doesn't permit it: the toggle's error has the code `forbidden`.
    #[error("not permitted: {reason}")]
    NotPermitted {
        /// For the log.
        reason: String,
    },
    /// There is no such device, or another app has it: the toggle's error has the code `internal`.
    #[error("unavailable: {reason}")]
    Unavailable {
        /// For the log.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for CaptureFailure {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Unavailable { reason: error.reason }
    }
}

impl From<CaptureFailure> for LiveError {
    fn from(failure: CaptureFailure) -> Self {
        let code = match failure {
            CaptureFailure::NotPermitted { .. } => ErrorCode::Forbidden,
            CaptureFailure::Unavailable { .. } => ErrorCode::Internal,
        };
        Self::new(code, failure.to_string()).with_field("capture")
    }
}

/// Takes the pictures of a camera or a screen; good from the start of the device until it is stopped.
#[derive(uniffi::Object)]
pub struct VideoInput(VideoSink);

#[uniffi::export]
impl VideoInput {
    /// Hands one I420 picture to the encoder: a full-size luma plane, then two chroma planes of half its width and height,
    /// rounded up, tightly packed. Never waits. `timestamp_us` counts microseconds by any steady clock.
    ///
    /// Fails with `invalid_argument` naming `data` when it isn't as long as the picture is large, `media_unavailable` once
    /// the track is gone.
    pub fn push(&self, width: u32, height: u32, data: Vec<u8>, timestamp_us: i64) -> Result<(), LiveFailure> {
        if width == 0 || height == 0 || data.len() != I420::size(width, height) {
            let message = format!("{} bytes are no picture of {width}x{height}", data.len());
            return Err(LiveError::new(ErrorCode::InvalidArgument, message)
                .with_field("data")
                .into());
        }
        let picture = I420 {
            width,
            height,
            data: data.into(),
        };
        let pushed = self.0.push(VideoFrame {
            picture,
            timestamp_us,
        });
        pushed.map_err(|error| LiveError::from(error).into())
    }
}

/// Takes the sound of a microphone; good from the start of the device until it is stopped.
#[derive(uniffi::Object)]
pub struct AudioInput(AudioSink);

#[uniffi::export]
impl AudioInput {
    /// Hands ten milliseconds of 48 kHz mono to the encoder: 480 samples. Never waits; pace it by the clock.
    ///
    /// Fails with `invalid_argument` naming `samples` when there are more or fewer, `media_unavailable` once the track is gone.
    pub fn push(&self, samples: Vec<i16>) -> Result<(), LiveFailure> {
        if samples.len() != 480 {
            let message = format!("{} samples aren't ten milliseconds", samples.len());
            return Err(LiveError::new(ErrorCode::InvalidArgument, message)
                .with_field("samples")
                .into());
        }
        let pushed = self.0.push(AudioFrame {
            samples,
            sample_rate: 48_000,
            channels: 1,
        });
        pushed.map_err(|error| LiveError::from(error).into())
    }
}

/// Camera, microphone and screen of the platform. Implemented by the app; called from background threads. A device is
/// started once its track is published, and stopped as soon as it isn't wanted: it never runs for nothing. Of each, one
/// runs at a time.
#[uniffi::export(with_foreign)]
#[async_trait::async_trait]
pub trait MediaCapture: Send + Sync {
    /// Starts the camera; pictures go into `output`. It looks where it looked last.
    fn start_camera(&self, output: Arc<VideoInput>) -> Result<(), CaptureFailure>;
    /// Stops it.
    fn stop_camera(&self) -> Result<(), CaptureFailure>;
    /// Starts the microphone; sound goes into `output`.
    fn start_microphone(&self, output: Arc<AudioInput>) -> Result<(), CaptureFailure>;
    /// Stops it.
    fn stop_microphone(&self) -> Result<(), CaptureFailure>;
    /// Starts to film the screen; pictures go into `output`.
    fn start_screen(&self, output: Arc<VideoInput>) -> Result<(), CaptureFailure>;
    /// Stops that.
    fn stop_screen(&self) -> Result<(), CaptureFailure>;
    /// Turns the camera that is running to the other side; the answer is whether it looks at the user then.
    async fn flip_camera(&self) -> Result<bool, CaptureFailure>;
}

/// The app's devices, as the core starts and stops them.
pub(crate) struct Devices(Arc<dyn MediaCapture>);

impl Devices {
    pub(crate) fn new(app: Arc<dyn MediaCapture>) -> Self {
        Self(app)
    }

    fn guard(
        &self,
        stop: impl FnOnce(&dyn MediaCapture) -> Result<(), CaptureFailure> + Send + 'static,
    ) -> CaptureGuard {
        let app = Arc::clone(&self.0);
        CaptureGuard::new(move || {
            if let Err(failure) = stop(&*app) {
                tracing::warn!(%failure, "a device couldn't be stopped");
            }
        })
    }
}

impl CoreCapture for Devices {
    fn start_camera(&self, sink: VideoSink) -> LiveResult<CaptureGuard> {
        self.0.start_camera(Arc::new(VideoInput(sink)))?;
        Ok(self.guard(|app| app.stop_camera()))
    }

    fn start_microphone(&self, sink: AudioSink) -> LiveResult<CaptureGuard> {
        self.0.start_microphone(Arc::new(AudioInput(sink)))?;
        Ok(self.guard(|app| app.stop_microphone()))
    }

    fn start_screen(&self, sink: VideoSink) -> LiveResult<CaptureGuard> {
        self.0.start_screen(Arc::new(VideoInput(sink)))?;
        Ok(self.guard(|app| app.stop_screen()))
    }

    fn flip_camera(&self) -> BoxFuture<'_, LiveResult<Facing>> {
        self.0
            .flip_camera()
            .map(|turned| {
                Ok(if turned? {
                    Facing::User
                } else {
                    Facing::Environment
                })
            })
            .boxed()
    }
}
