//! Everything that can happen to what is watched.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::UserId;
use crate::media::{ConnectionQuality, TrackId, TrackSource, ViewSize};

/// A view on a screen; named by the app, unique within a session or call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ViewId(pub String);

impl fmt::Display for ViewId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An input of the machine. Any input is accepted in any state.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// A view shows somebody's camera or screen in that size, or is out of sight (`None`).
    Shown {
        /// Which view.
        view: ViewId,
        /// Whose picture.
        user: UserId,
        /// Camera or screen.
        source: TrackSource,
        /// In physical pixels.
        size: Option<ViewSize>,
    },
    /// A view is gone.
    Closed(ViewId),
    /// The user wants voices alone, or pictures again.
    AudioOnly(bool),

    /// A video track can be read.
    Subscribed {
        /// Which one.
        track: TrackId,
        /// Whose.
        user: UserId,
        /// Camera or screen.
        source: TrackSource,
    },
    /// A track can't be read any more.
    Unsubscribed(TrackId),
    /// Somebody left the room, with every track.
    Left(UserId),
    /// How good the own connection is, by LiveKit.
    Quality(ConnectionQuality),
    /// The room was left, or is joined anew.
    Reset,

    /// The timer ran out.
    Timer,
}
