//! What an app shows of how it watches.

use serde::{Deserialize, Serialize};

/// Whether pictures are received.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[cfg_attr(feature = "uniffi", uniffi(name = "ViewingMode"))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "ViewingMode"))]
pub enum Mode {
    /// Those that are seen.
    #[default]
    Video,
    /// None: the link is too bad; they come back by themselves.
    AudioOnlyByLink,
    /// None: the user wants it so.
    AudioOnlyByUser,
}

/// How this user watches, as a snapshot has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Viewing {
    /// Whether pictures are received, and why not.
    pub mode: Mode,
}
