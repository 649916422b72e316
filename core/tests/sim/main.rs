//! The real client in the simulated world: every test takes milliseconds, whatever it waits for.

// A test's helpers panic as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod call_upgrade;
mod calls;
mod chat;
mod devices;
mod phone;
mod sessions;
mod trace;

use ipelya_core::domain::LiveError;

type Outcome = Result<(), LiveError>;
