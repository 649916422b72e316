//! A camera and a microphone that always work, and show nothing.

use crate::domain::LiveResult;
use crate::media::{AudioSink, CaptureGuard, MediaCapture, VideoSink};

/// Devices of a simulated phone.
#[derive(Clone, Copy, Debug, Default)]
pub struct SimCapture;

impl MediaCapture for SimCapture {
    fn start_camera(&self, _sink: VideoSink) -> LiveResult<CaptureGuard> {
        Ok(CaptureGuard::new(|| {}))
    }

    fn start_microphone(&self, _sink: AudioSink) -> LiveResult<CaptureGuard> {
        Ok(CaptureGuard::new(|| {}))
    }
}
