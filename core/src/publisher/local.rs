//! What an app shows of its user's own devices.

use serde::{Deserialize, Serialize};

use crate::domain::LiveError;
use crate::media::Facing;

/// This user's devices, as a snapshot has them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LocalMedia {
    /// The microphone.
    pub microphone: Toggle,
    /// The camera.
    pub camera: Toggle,
    /// The screen.
    pub screen_share: Toggle,
    /// Which way the camera looks.
    pub flip: Flip,
}

/// A device that its user switches on and off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Toggle {
    /// The server has taken the track, and the others can have it.
    pub enabled: bool,
    /// The user's last wish isn't carried out: it is on its way, or waits for a grant, the air or the connection.
    pub pending: bool,
    /// Why the last wish was refused (`role_not_allowed`, `media_unavailable`, what the device says); `None` after the next wish.
    pub last_error: Option<LiveError>,
}

/// Which way the camera looks, and the wish to turn it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Flip {
    /// Where it looks; said by the device.
    pub facing: Facing,
    /// It is being turned.
    pub pending: bool,
    /// Why it wasn't: `conflict` while the camera is off, or what the device says.
    pub last_error: Option<LiveError>,
}
