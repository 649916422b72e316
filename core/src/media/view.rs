//! How large a remote track is seen.

use serde::{Deserialize, Serialize};

/// The size of a view, in physical pixels. One without area shows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewSize {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

impl ViewSize {
    /// Whether there is nothing to see.
    pub const fn is_empty(self) -> bool {
        self.width == 0 || self.height == 0
    }
}
