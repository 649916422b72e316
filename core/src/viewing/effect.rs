//! Everything that the machine asks for.

use std::time::Duration;

use crate::media::{TrackId, ViewSize};

/// What the runtime does for the machine, in this order.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Have the track sent in the layer that fits that size; `None`: not at all for now.
    SetView(TrackId, Option<ViewSize>),
    /// Start the timer; a running one starts anew.
    StartTimer(Duration),
    /// Stop the timer.
    StopTimer,
}
