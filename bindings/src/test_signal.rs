//! What tests on hosts need: a camera that films a test card, a microphone that hears a tone, and a panic.

use std::sync::{Arc, Mutex, PoisonError};

use ipelya_core::bridge::BridgeConfig;
use ipelya_core::foreign::LiveFailure;
use ipelya_core::media::AudioFrame as CoreFrame;
use ipelya_core::media::test_signal::{TONE_HZ, TestCapture, ToneDetector, decode};

use crate::audio::AudioFrame;
use crate::tokens::TokenProvider;
use crate::video::VideoFrame;
use crate::{Bridge, ClientConfig, LiveClient};

#[uniffi::export]
impl LiveClient {
    /// As `connect`, with a camera that films a test card, and a microphone that hears a tone of 440 Hz.
    #[uniffi::constructor]
    pub async fn connect_with_test_signal(
        config: ClientConfig,
        tokens: Arc<dyn TokenProvider>,
    ) -> Result<Self, LiveFailure> {
        Self::start(config, tokens, TestCapture).await
    }

    /// Panics within the core, as a defect would: fails with `internal`.
    pub async fn panic_for_test(&self) -> Result<(), LiveFailure> {
        self.run(|_| async {
            if true {
                panic!("asked for by a test");
            }
            Ok(())
        })
        .await
    }
}

/// When the picture of a test card was made, in milliseconds since 1970; none when it isn't one.
#[uniffi::export]
pub fn decode_test_card(frame: Arc<VideoFrame>) -> Option<u64> {
    decode(frame.i420())
}

/// What a tenth of a second of sound was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Heard {
    /// The tone of the test signal.
    Tone,
    /// Nothing.
    Silence,
    /// Another sound.
    Other,
}

/// Listens for the tone of the test signal.
#[derive(uniffi::Object)]
pub struct ToneListener(Mutex<ToneDetector>);

#[uniffi::export]
impl ToneListener {
    /// Hears nothing yet.
    #[uniffi::constructor]
    #[expect(clippy::new_without_default, reason = "other languages have no defaults")]
    pub fn new() -> Self {
        Self(Mutex::new(ToneDetector::new(TONE_HZ)))
    }

    /// Takes a frame of sound; with every tenth it says what they were.
    pub fn listen(&self, frame: AudioFrame) -> Option<Heard> {
        let frame = CoreFrame {
            samples: frame.samples,
            sample_rate: frame.sample_rate,
            channels: frame.channels,
        };
        let reading = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(&frame)?;
        Some(if reading.is_tone() {
            Heard::Tone
        } else if reading.is_silence() {
            Heard::Silence
        } else {
            Heard::Other
        })
    }
}

/// How many handles of LiveKit's library this process holds.
#[cfg(feature = "prebuilt")]
#[uniffi::export]
pub fn live_media_handles() -> u64 {
    ipelya_core::media::prebuilt::live_handles() as u64
}

#[uniffi::export]
impl Bridge {
    /// As `new`, with the devices of `connect_with_test_signal`.
    #[uniffi::constructor(default(media_library = None))]
    pub fn with_test_signal(
        config: BridgeConfig,
        media_library: Option<String>,
    ) -> Result<Self, LiveFailure> {
        Self::start(config, media_library, TestCapture)
    }
}
