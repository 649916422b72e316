//! The steps of joins and calls: as typed events, and as spans in an OpenTelemetry collector.

// A test's helpers panic as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod collector;
mod funnel;
