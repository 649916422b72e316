//! Camera, microphone and screen of the app.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use ipelya_core::domain::{ErrorCode, LiveError, LiveResult};
use ipelya_core::media::{AudioSink, CaptureGuard, Facing, MediaCapture as CoreCapture, VideoSink};

use crate::input::{AudioInput, VideoInput};

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
