use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ipelya_core::domain::quality::VideoPreset;
use ipelya_core::media::test_signal::{TestCard, Tone, ToneDetector, decode};
use ipelya_core::media::{AudioFrame, AudioSink, VideoFrame, VideoSink};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use super::DEADLINE;
use super::people::CARD;

/// The test tone's pitch in hertz.
pub const PITCH: f64 = 440.0;

/// Films the test card until dropped or until the track is gone.
pub struct Camera(JoinHandle<()>);

/// Records the test tone until dropped or until the track is gone.
pub struct Microphone(JoinHandle<()>);

impl Camera {
    pub fn start(sink: VideoSink) -> Self {
        Self::film(CARD, sink)
    }

    /// Films a card of that size and rate.
    pub fn film(preset: VideoPreset, sink: VideoSink) -> Self {
        let card = TestCard::new(preset.width, preset.height);
        Self(tokio::spawn(async move {
            let mut ticks = interval(Duration::from_secs(1) / preset.max_fps);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            for index in 0.. {
                ticks.tick().await;
                let now = now_ms();
                let frame = VideoFrame::upright(card.render(index, now), now as i64 * 1_000);
                if sink.push(frame).is_err() {
                    break;
                }
            }
        }))
    }
}

impl Microphone {
    pub fn start(sink: AudioSink) -> Self {
        let mut tone = Tone::new(PITCH, 48_000);
        Self(tokio::spawn(async move {
            let mut ticks = interval(Duration::from_millis(10));
            loop {
                ticks.tick().await;
                if sink.push(tone.next_frame()).is_err() {
                    break;
                }
            }
        }))
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Drop for Microphone {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Milliseconds since 1970.
pub fn now_ms() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as u64)
}

/// The next `count` capture times that can be read off the pictures, with when each was read.
pub async fn next_times(frames: &mut mpsc::Receiver<VideoFrame>, count: usize) -> Vec<(u64, u64)> {
    let reading = async {
        let mut times = Vec::new();
        while times.len() < count {
            let Some(frame) = frames.recv().await else { break };
            times.extend(decode(&frame.picture.i420()).map(|captured| (captured, now_ms())));
        }
        times
    };
    let times = tokio::time::timeout(DEADLINE, reading).await.unwrap_or_default();
    assert_eq!(times.len(), count, "the test card can't be read");
    times
}

/// Whether the tone comes to dominate what is heard.
pub async fn has_tone(sound: &mut mpsc::Receiver<AudioFrame>) -> bool {
    let mut detector = ToneDetector::new(PITCH);
    let listening = async {
        while let Some(frame) = sound.recv().await {
            assert_eq!(
                (frame.sample_rate, frame.channels, frame.samples.len()),
                (48_000, 1, 480)
            );
            if detector.push(&frame).is_some_and(|reading| reading.is_tone()) {
                return true;
            }
        }
        false
    };
    tokio::time::timeout(DEADLINE, listening).await.unwrap_or(false)
}
