//! What breaks in the field, broken on purpose under a live broadcast on the real stack.
//!
//! Each test prints a row: the fault, what each side saw and when. One fault at a time: they share the stack.

// A test's helpers panic as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod broadcast;
mod call_process;
mod churn;
mod ending;
mod host_process;
mod livekit;
mod observers;
mod process;
mod realtime;
mod server;

#[path = "../live_client/support.rs"]
#[allow(dead_code, reason = "shared with the tests of the client")]
mod people;

#[path = "../media_support/mod.rs"]
#[allow(clippy::wildcard_enum_match_arm, reason = "a test picks out what it is about")]
mod media_support;
