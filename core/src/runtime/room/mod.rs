//! An actor's side of a LiveKit room, and who is in it.

mod link;
mod news;
mod publish;
mod roster;
mod stats;
mod views;

pub(super) use link::{LinkEvent, Presets, RoomLink};
pub(super) use news::RoomNews;
pub use roster::{Member, Members};
pub use stats::StatsStream;
