//! The client on the real stack: PostgreSQL, edge functions, Realtime, LiveKit.

// A test's helpers panic as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod account;
mod by_push;
mod call_upgrade;
mod calls;
mod chat;
mod gifts;
mod handset;
mod moderation;
mod phone;
mod recording;
mod sessions;
mod stage;
mod support;
