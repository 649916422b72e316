//! The bridge over the real client in the simulated world: what a JavaScript host sends and reads.

// A test's helpers panic as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod host;
mod requests;
mod updates;

use ipelya_core::domain::LiveError;

type Outcome = Result<(), LiveError>;
