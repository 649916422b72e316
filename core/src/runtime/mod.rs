//! Feeds inputs to the machines and runs their effects.
//!
//! One actor per session or call. Effects run beside the actor and answer with inputs; snapshots and
//! events leave it in order. Nothing here decides: rules are in the machines and on the server.

mod account;
mod call;
mod client;
mod phone;
mod room;
mod session;
mod shared;
mod timers;

pub use call::{CallEvent, CallHandle, CallSnapshot, IncomingCalls};
pub use client::{LiveClient, LiveClientBuilder};
pub use phone::{EngineSource, Phone, PhoneParts};
pub use room::{Member, Members, StatsStream};
pub use session::{SessionEvent, SessionHandle, SessionSnapshot};
pub use shared::EVENT_BUFFER;
