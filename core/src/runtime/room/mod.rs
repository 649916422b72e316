//! An actor's side of a LiveKit room, and who is in it.

mod link;
mod publish;
mod roster;
mod stats;
mod views;

pub(super) use link::{LinkEvent, Presets, RoomLink};
pub use roster::{Member, Members};
pub use stats::StatsStream;
