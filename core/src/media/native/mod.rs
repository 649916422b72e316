//! LiveKit's Rust SDK: the engine of phones.
//!
//! It says to the SDK's own types what `prebuilt` says over the wire; what both have to know is in
//! `protocol` and `refusal`.

mod convert;
mod engine;
mod events;
mod frames;
mod local_tracks;
mod publish;
mod room;
mod sinks;
mod stats;
mod watching;

pub use engine::NativeEngine;
