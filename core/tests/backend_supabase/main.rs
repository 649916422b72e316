//! The Supabase backend against the real functions, PostgREST and policies, on a stack of this machine.

// A test's helpers panic as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod auth;
mod calls;
mod people;
mod realtime;
mod refusals;
mod sessions;
