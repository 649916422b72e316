//! A published track: its encoding, the layer of it that fits a view, and what is counted on the way.

use std::time::Duration;

use tokio::time::Instant;

use crate::domain::UserId;
use crate::domain::quality::{self, VideoLayer, VideoPreset};
use crate::media::{RemoteTrack, TrackDirection, TrackSource, TrackStats, ViewSize};

/// The part of a view's height that a layer must have to be taken for it, as with LiveKit's server.
const TOLERANCE: f64 = 0.9;
/// Payload of a packet, roughly.
const PACKET_BYTES: u64 = 1_100;

/// A track on the air.
pub(super) struct OnAir {
    pub(super) track: RemoteTrack,
    encoding: Encoding,
    meter: Meter,
}

/// How a track is encoded.
#[derive(Clone, Copy, Debug)]
pub(super) enum Encoding {
    Video(VideoPreset),
    Audio {
        /// Kilobits a second.
        kbps: u32,
    },
}

/// What a subscriber gets of a track.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Share {
    /// None of sound, and of a track that is hidden.
    pub(super) layer: Option<VideoLayer>,
    /// Kilobits a second.
    pub(super) kbps: u32,
}

/// Counts what flows at a bitrate that changes.
#[derive(Clone, Copy, Default)]
pub(super) struct Meter {
    bits: u64,
    kbps: u32,
    since: Option<Instant>,
}

impl OnAir {
    pub(super) fn new(track: RemoteTrack, encoding: Encoding) -> Self {
        let mut this = Self {
            track,
            encoding,
            meter: Meter::default(),
        };
        this.mute(false);
        this
    }

    pub(super) fn mute(&mut self, muted: bool) {
        self.track.muted = muted;
        self.meter.set(self.share(None).kbps);
    }

    /// What somebody gets who sees the track that large: the smallest layer that fills the view, the largest before a
    /// word of it.
    pub(super) fn share(&self, view: Option<Option<ViewSize>>) -> Share {
        let layer = match (self.encoding, view) {
            (Encoding::Audio { .. }, _) | (_, Some(None)) => None,
            (Encoding::Video(preset), None) => Some(whole(preset)),
            (Encoding::Video(preset), Some(Some(view))) => {
                let wanted = f64::from(view.height) * TOLERANCE;
                let mut layers = preset.layers.smallest_first();
                let fits = layers.find(|layer| f64::from(layer.height) >= wanted);
                Some(fits.unwrap_or(whole(preset)))
            }
        };
        let kbps = match self.encoding {
            _ if self.track.muted => 0,
            Encoding::Audio { kbps } => kbps,
            Encoding::Video(_) => layer.map_or(0, |layer| layer.max_kbps),
        };
        Share { layer, kbps }
    }

    /// What is counted of it where it is published.
    pub(super) fn stats(&self, publisher: UserId, round_trip: Duration) -> TrackStats {
        let layer = self.share(None).layer;
        self.row(publisher, TrackDirection::Sent, layer, self.meter, round_trip)
    }

    /// What is counted of it where it is subscribed.
    pub(super) fn received(
        &self,
        publisher: UserId,
        share: Share,
        meter: Meter,
        round_trip: Duration,
    ) -> TrackStats {
        self.row(
            publisher,
            TrackDirection::Received,
            share.layer,
            meter,
            round_trip,
        )
    }

    fn row(
        &self,
        user: UserId,
        direction: TrackDirection,
        layer: Option<VideoLayer>,
        meter: Meter,
        round_trip: Duration,
    ) -> TrackStats {
        let bytes = meter.bits() / 8;
        TrackStats {
            track: self.track.id.clone(),
            user,
            source: self.track.source,
            direction,
            bytes,
            packets: bytes / PACKET_BYTES,
            packets_lost: 0,
            jitter_ms: Some(0.0),
            round_trip_ms: Some(round_trip.as_secs_f64() * 1_000.0),
            width: layer.map(|layer| layer.width),
            height: layer.map(|layer| layer.height),
            frames_per_second: layer.map(|layer| f64::from(layer.max_fps)),
            layers: Vec::new(),
        }
    }
}

const fn whole(preset: VideoPreset) -> VideoLayer {
    VideoLayer {
        width: preset.width,
        height: preset.height,
        max_fps: preset.max_fps,
        max_kbps: preset.max_kbps,
    }
}

impl Encoding {
    /// What a script publishes, which says nothing of quality.
    pub(super) const fn usual(source: TrackSource) -> Self {
        match source {
            TrackSource::Camera => Self::Video(quality::BROADCAST_720P),
            TrackSource::ScreenShare => Self::Video(quality::SCREEN_1080P),
            TrackSource::Microphone | TrackSource::ScreenShareAudio => Self::Audio {
                kbps: quality::ROOM.max_kbps,
            },
        }
    }
}

impl Meter {
    pub(super) fn set(&mut self, kbps: u32) {
        *self = Self {
            bits: self.bits(),
            kbps,
            since: Some(Instant::now()),
        };
    }

    fn bits(&self) -> u64 {
        let passed = self.since.map_or(Duration::ZERO, |since| since.elapsed());
        // Kilobits a second are bits a millisecond.
        self.bits + u64::from(self.kbps) * u64::try_from(passed.as_millis()).unwrap_or(u64::MAX)
    }
}
