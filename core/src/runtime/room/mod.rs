//! An actor's side of a LiveKit room, and who is in it.

mod link;
mod roster;

pub(super) use link::{LinkEvent, Presets, RoomLink};
pub use roster::{Member, Members};
