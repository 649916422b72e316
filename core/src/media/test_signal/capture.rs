//! A camera that films a test card, and a microphone that hears a tone.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::MissedTickBehavior;

use super::{TestCard, Tone};
use crate::domain::LiveResult;
use crate::domain::quality::{Layers, VideoPreset};
use crate::media::{
    AudioSink, CaptureGuard, MediaCapture, MediaError, TrackSource, VideoFrame, VideoOptions, VideoSink,
};

/// What the test card is published as.
pub const CARD: VideoPreset = VideoPreset {
    width: 640,
    height: 360,
    max_fps: 24,
    max_kbps: 1_000,
    layers: Layers::NONE,
};
/// What the tone sounds like, in hertz.
pub const TONE_HZ: f64 = 440.0;
/// Samples a second.
pub const SAMPLE_RATE: u32 = 48_000;

/// Milliseconds since 1970, by this machine's clock: what the card's pixels say.
pub fn wall_clock_ms() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |now| now.as_millis() as u64)
}

/// Camera and microphone of a person on a stage that isn't there. Works inside a tokio runtime.
#[derive(Clone, Copy, Debug, Default)]
pub struct TestCapture;

impl MediaCapture for TestCapture {
    fn camera_options(&self, _preset: VideoPreset) -> VideoOptions {
        VideoOptions {
            source: TrackSource::Camera,
            preset: CARD,
        }
    }

    fn start_camera(&self, sink: VideoSink) -> LiveResult<CaptureGuard> {
        let card = TestCard::new(CARD.width, CARD.height);
        let mut frame = 0_u64;
        Ok(repeat(Duration::from_secs(1) / CARD.max_fps, move || {
            let picture = card.render(frame, wall_clock_ms());
            frame += 1;
            sink.push(VideoFrame::upright(picture, (wall_clock_ms() * 1_000) as i64))
        }))
    }

    fn start_microphone(&self, sink: AudioSink) -> LiveResult<CaptureGuard> {
        let mut tone = Tone::new(TONE_HZ, SAMPLE_RATE);
        Ok(repeat(Duration::from_millis(10), move || {
            sink.push(tone.next_frame())
        }))
    }
}

/// Does a thing at a fixed pace until the guard is dropped or the track is gone.
fn repeat(pace: Duration, mut act: impl FnMut() -> Result<(), MediaError> + Send + 'static) -> CaptureGuard {
    let task = tokio::spawn(async move {
        let mut ticks = tokio::time::interval(pace);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        loop {
            ticks.tick().await;
            if act() == Err(MediaError::Closed) {
                return;
            }
        }
    });
    CaptureGuard::new(move || task.abort())
}
