//! The whole backend on one machine, without Docker or cloud.
//!
//! [`Stack::start`] runs a real PostgreSQL, PostgREST, LiveKit server and Deno (for `supabase/functions`)
//! behind one gateway port that serves the paths of a Supabase project: `/auth/v1`, `/rest/v1`,
//! `/functions/v1` and `/realtime/v1`. Auth and Realtime are doubles of the parts of their protocols that
//! `supabase-js` uses. [`install`] brings the pinned programs into `.stack/`.

mod auth;
mod component;
mod database;
mod functions;
mod gateway;
mod ground;
mod info;
pub mod install;
mod jwt;
mod livekit;
mod options;
mod parts;
mod ports;
mod postgres;
mod postgrest;
mod process;
mod project;
mod push;
mod realtime;
mod recorder;
mod refusals;
mod shared;
mod stack;
mod sweep;

pub use component::Component;
pub use info::{StackInfo, StackUser};
pub use jwt::{JwtError, sign_jwt, verify_jwt};
pub use options::StackOptions;
pub use push::{Push, PushAnswer, PushService, Pushes};
pub use recorder::{Egress, Recorder};
pub use refusals::{Refusal, Refusals};
pub use shared::shared_stack;
pub use stack::Stack;

/// Compiles the page's example.
#[cfg(doctest)]
#[doc = include_str!("../../docs/devstack.md")]
struct Documentation;
