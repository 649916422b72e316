//! İpelya Live for Swift and Kotlin.
//!
//! Objects over the core and traits that the app implements; all plain data is the core's own. Every call that waits may
//! be cancelled from the other side, and gives up what is under way then. Everything that goes wrong is a
//! [`LiveFailure`](ipelya_core::foreign::LiveFailure), a panic too.

mod account;
#[cfg(all(feature = "native", target_os = "android"))]
mod android;
mod audio;
mod bridge;
mod call;
mod capture;
mod chat;
mod client;
mod engine;
mod errors;
mod events;
mod forward;
mod input;
#[cfg(feature = "test-signal")]
mod measured;
mod phone;
#[cfg(feature = "test-signal")]
mod phone_script;
mod session;
mod stats;
#[cfg(feature = "test-signal")]
mod test_signal;
mod tokens;
mod tracks;
mod video;
mod work;

pub use audio::{AudioEngine, AudioFrame, AudioSink, AudioTrack};
pub use bridge::Bridge;
pub use call::{Call, CallSnapshot, CallUpdate, IncomingCalls};
pub use capture::{CaptureFailure, MediaCapture};
pub use chat::{Chat, ChatSnapshot};
pub use client::{ClientConfig, LiveClient};
pub use errors::{error_code_name, error_codes, localized_message, message_key};
pub use input::{AudioInput, VideoInput, VideoPlanes};
#[cfg(feature = "test-signal")]
pub use measured::{BusyRoom, FullRoom};
pub use phone::Phone;
#[cfg(feature = "test-signal")]
pub use phone_script::PhoneScript;
pub use session::{LiveSession, SessionSnapshot, SessionUpdate};
pub use stats::Stats;
#[cfg(all(feature = "test-signal", feature = "prebuilt"))]
pub use test_signal::live_media_handles;
#[cfg(feature = "test-signal")]
pub use test_signal::{Heard, ToneListener, decode_test_card};
pub use tokens::{TokenFailure, TokenProvider};
pub use video::{SinkFailure, VideoFrame, VideoSink, VideoSize, VideoTrack};

uniffi::setup_scaffolding!("ipelya");
