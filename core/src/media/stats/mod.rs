//! What is known of a track's transport: counters as they are sampled, and the rates between two samples.

#[cfg(any(feature = "native", feature = "prebuilt"))]
mod report;
mod sampler;

use serde::{Deserialize, Serialize};

use super::{TrackId, TrackSource};
use crate::domain::UserId;

#[cfg(any(feature = "native", feature = "prebuilt"))]
pub(super) use report::{Received, RemoteReport, Report, Sent, Subject};
pub use sampler::{StatsSampler, TrackRates, TrackReport};

/// Which way a track goes, seen from this side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum TrackDirection {
    /// Published by this side.
    Sent,
    /// Subscribed by this side.
    Received,
}

/// One track at one moment, as WebRTC counts it. Of a simulcast, the layers together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TrackStats {
    /// Which.
    pub track: TrackId,
    /// Who publishes it.
    pub user: UserId,
    /// Camera, microphone or screen.
    pub source: TrackSource,
    /// Which way it goes.
    pub direction: TrackDirection,
    /// Payload in bytes since the start; begins anew with a new connection.
    pub bytes: u64,
    /// RTP packets since the start.
    pub packets: u64,
    /// RTP packets that didn't arrive since the start. Of what is sent, as the server reported last; it does so every
    /// one to five seconds.
    pub packets_lost: u64,
    /// How unevenly packets arrive, in milliseconds; `None` until it was measured.
    pub jitter_ms: Option<f64>,
    /// To the server and back, in milliseconds; `None` until it was measured.
    pub round_trip_ms: Option<f64>,
    /// Pixels; `None` of sound and before the first picture. Of a simulcast, the largest layer that is sent.
    pub width: Option<u32>,
    /// Pixels, as `width`.
    pub height: Option<u32>,
    /// Pictures in the last second, of the layer that `width` tells of; 0 while none comes.
    pub frames_per_second: Option<f64>,
    /// The layers of a simulcast that this side sends, the smallest first; else empty.
    pub layers: Vec<LayerStats>,
}

/// One layer of a simulcast that this side sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LayerStats {
    /// WebRTC's name of it: `q`, `h` or `f`, from the smallest on.
    pub rid: String,
    /// Whether it is sent: what nobody watches is paused.
    pub active: bool,
    /// Payload in bytes since the start.
    pub bytes: u64,
    /// Pixels; 0 before the first picture.
    pub width: u32,
    /// Pixels; 0 before the first picture.
    pub height: u32,
    /// Pictures in the last second.
    pub frames_per_second: f64,
}
