//! LiveKit's Rust SDK: the engine of phones.
//!
//! It says to the SDK's own types what `prebuilt` says over the wire; what both have to know is in
//! `protocol` and `refusal`.

#[cfg(target_os = "android")]
mod android;
mod convert;
mod engine;
mod events;
mod frames;
mod local_tracks;
#[cfg(target_vendor = "apple")]
mod pixel_buffer;
mod publish;
mod room;
mod sinks;
mod stats;
mod watching;

#[cfg(target_os = "android")]
pub use android::initialize;
pub use engine::NativeEngine;
#[cfg(target_vendor = "apple")]
pub use pixel_buffer::PixelBuffer;
