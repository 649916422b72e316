//! How large a remote track is seen.

use serde::{Deserialize, Serialize};

/// The size of a view, in physical pixels. One without area shows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ViewSize {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

impl ViewSize {
    /// As large as it gets: the largest layer, whatever that is.
    pub const WHOLE: Self = Self {
        width: 8_192,
        height: 8_192,
    };

    /// A size that both fit into.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            width: self.width.max(other.width),
            height: self.height.max(other.height),
        }
    }

    /// Whether there is nothing to see.
    pub const fn is_empty(self) -> bool {
        self.width == 0 || self.height == 0
    }
}
