//! A real LiveKit server with its admin API, people in its rooms, and what they send.
#![allow(dead_code, unused_imports, reason = "each test file uses a part of it")]

mod broadcast;
mod people;
mod server;
mod signal;

pub use broadcast::{BROADCAST, Broadcast, THUMBNAIL, WHOLE, until_height, until_stats};
pub use people::{CARD, Person, engine, request};
pub use server::{Livekit, Room};
pub use signal::{Camera, Microphone, has_tone, next_times, now_ms};

use std::time::Duration;

/// How long a test waits for what must happen.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// What every role that publishes everything may publish, as a token says it.
pub const EVERYTHING: &[&str] = &["camera", "microphone", "screen_share", "screen_share_audio"];
