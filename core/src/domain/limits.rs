//! Limits that the client needs to know. The server's table `live.settings` decides; these are its defaults.

use std::time::Duration;

/// How long a call rings.
pub const RING: Duration = Duration::from_secs(45);
/// How long a wish for a video call waits for the other one's consent.
pub const CALL_UPGRADE: Duration = Duration::from_secs(30);
/// How long a lost connection is tried again before the session or call is given up.
pub const RECONNECT_BUDGET: Duration = Duration::from_secs(60);
/// How late a timer may come before the app was suspended meanwhile rather than busy.
pub const SUSPENDED_AFTER: Duration = Duration::from_secs(5);
/// How long the media engine may resume a lost connection on its own before a fresh token is asked for; it takes
/// three seconds to trust one whose media went on.
pub const RESUME_PATIENCE: Duration = Duration::from_secs(4);
/// The longest pause between two tries.
pub const BACKOFF_CAP: Duration = Duration::from_secs(7);
/// The longest pause before the second try; doubles with every further one up to [`BACKOFF_CAP`].
pub const BACKOFF_BASE: Duration = Duration::from_millis(250);
/// How long a host may be away before the session goes on without or ends.
pub const HOST_GRACE: Duration = Duration::from_secs(60);
/// How long one answer of the backend may take before the request counts as lost.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// How long one connection to LiveKit may take.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the link must be bad before pictures are given up for voices.
pub const AUDIO_ONLY_AFTER: Duration = Duration::from_secs(5);
/// How long it must look well before they come back; doubles with every relapse up to [`VIDEO_BACK_CAP`].
pub const VIDEO_BACK_AFTER: Duration = Duration::from_secs(10);
/// The longest time that a link must look well.
pub const VIDEO_BACK_CAP: Duration = Duration::from_secs(120);
