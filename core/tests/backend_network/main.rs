//! The Supabase backend against servers that misbehave, each made by its test on loopback.

// A test's helpers panic as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod auth;
mod http;
mod realtime;
mod stub;
