//! What arrives at the other end, measured.

use std::fmt;
use std::time::{Duration, Instant};

use ipelya_core::media::test_signal::{ToneDetector, decode};
use ipelya_core::media::{AudioFrame, VideoFrame};
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;

use ipelya_core::media::test_signal::{TONE_HZ, wall_clock_ms};

/// How long anything may take to show up before it counts as missing.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Pictures as they came.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    /// Frames that came in all.
    pub frames: usize,
    /// Frames whose pixels told their time.
    pub readable: usize,
    /// From capture to decoded, in ms, by one clock: the median of the readable frames.
    pub glass_to_glass_ms: Option<u64>,
}

impl Picture {
    /// Whether it was the test card, moving at a fair part of its rate.
    pub fn is_the_card(&self, watched: Duration) -> bool {
        let due = watched.as_secs_f64() * f64::from(ipelya_core::media::test_signal::CARD.max_fps);
        self.readable as f64 > due * 0.5
    }
}

impl fmt::Display for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let latency = self
            .glass_to_glass_ms
            .map_or("unknown".into(), |ms| format!("{ms} ms"));
        write!(
            f,
            "{} frames, {} readable, glass to glass {latency}",
            self.frames, self.readable
        )
    }
}

/// The first picture that can be read, and how long after `since` it came.
pub async fn first_frame(frames: &mut Receiver<VideoFrame>, since: Instant) -> Option<Duration> {
    let first = timeout(PATIENCE, frames.recv()).await.ok()??;
    let took = since.elapsed();
    (first.picture.width() > 0).then_some(took)
}

/// Watches for a while.
pub async fn watch(frames: &mut Receiver<VideoFrame>, how_long: Duration) -> Picture {
    let until = tokio::time::Instant::now() + how_long;
    let (mut picture, mut latencies) = (Picture::default(), Vec::new());
    while let Ok(Some(frame)) = tokio::time::timeout_at(until, frames.recv()).await {
        picture.frames += 1;
        if let Some(captured) = decode(&frame.picture.i420()) {
            picture.readable += 1;
            latencies.push(wall_clock_ms().saturating_sub(captured));
        }
    }
    latencies.sort_unstable();
    picture.glass_to_glass_ms = latencies.get(latencies.len() / 2).copied();
    picture
}

/// Waits until the tone is heard; how long that took.
pub async fn hear_tone(frames: &mut Receiver<AudioFrame>) -> Option<Duration> {
    listen(frames, true).await
}

/// Waits until the tone is gone: silence, or no sound at all any more.
pub async fn hear_silence(frames: &mut Receiver<AudioFrame>) -> Option<Duration> {
    listen(frames, false).await
}

async fn listen(frames: &mut Receiver<AudioFrame>, tone: bool) -> Option<Duration> {
    let start = Instant::now();
    let mut detector = ToneDetector::new(TONE_HZ);
    while start.elapsed() < PATIENCE {
        match timeout(Duration::from_millis(500), frames.recv()).await {
            Ok(Some(frame)) => {
                let reading = detector.push(&frame);
                if reading.is_some_and(|reading| {
                    if tone {
                        reading.is_tone()
                    } else {
                        reading.is_silence()
                    }
                }) {
                    return Some(start.elapsed());
                }
            }
            // The track is gone, or nothing is sent on it.
            Ok(None) | Err(_) if !tone => return Some(start.elapsed()),
            Ok(None) => return None,
            Err(_) => {}
        }
    }
    None
}
