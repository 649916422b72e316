//! What tests on hosts need: a camera that films a test card, a microphone that hears a tone, and a panic.

use std::sync::Arc;

use ipelya_core::foreign::LiveFailure;
use ipelya_core::media::test_signal::{TestCapture, decode};

use crate::tokens::TokenProvider;
use crate::video::VideoFrame;
use crate::{ClientConfig, LiveClient};

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
