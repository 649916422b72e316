//! LiveKit's prebuilt FFI library: the engine of hosts, tests and bots.
//!
//! The library is loaded at run time and speaks protobuf over four C functions. From the border inwards:
//! `library` (C), `wire` (messages), `handles` (what the library owns for us), `ffi` and `dispatcher`
//! (requests, answers, events), `engine` and `room` (the port).

mod convert;
mod dispatcher;
mod engine;
mod events;
mod ffi;
mod handles;
mod library;
mod logs;
mod publish;
mod room;
mod scenario;
mod shared;
mod sinks;
mod state;
mod stats;
mod streams;
mod views;
mod wire;

pub use engine::PrebuiltEngine;
pub use handles::live_handles;
pub use library::PATH_VARIABLE;
#[doc(hidden)]
pub use scenario::reconnect_fully;

/// The part of LiveKit's schema that is spoken here, for comparison with the installed library's.
#[doc(hidden)]
pub mod schema {
    pub use super::wire::{EnumSchema, FieldSchema, MessageSchema, enums, messages};
}
