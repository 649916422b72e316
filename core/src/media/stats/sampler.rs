//! Rates between two samples. Without clock: time is an argument.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::{TrackDirection, TrackStats};
use crate::media::TrackId;

/// How a track went since the sample before.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TrackRates {
    /// Payload in kilobits a second.
    pub kbps: f64,
    /// Share of the packets that didn't arrive, from 0 to 1; 0 when there were none.
    pub loss: f64,
}

/// A track's counters, and what came of them since the sample before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TrackReport {
    /// The counters.
    #[serde(flatten)]
    pub stats: TrackStats,
    /// The rates; `None` in the first sample of a track.
    pub rates: Option<TrackRates>,
}

/// Turns samples into rates. Counters that begin anew, as after a reconnect, count from zero.
#[derive(Clone, Debug, Default)]
pub struct StatsSampler {
    before: BTreeMap<(TrackId, TrackDirection), Counters>,
}

#[derive(Clone, Copy, Debug)]
struct Counters {
    at: Instant,
    bytes: u64,
    packets: u64,
    packets_lost: u64,
}

impl StatsSampler {
    /// Takes the sample of `now`; what isn't in it any more is forgotten.
    pub fn sample(&mut self, now: Instant, sample: Vec<TrackStats>) -> Vec<TrackReport> {
        let before = std::mem::take(&mut self.before);
        let reports = sample.into_iter().map(|stats| {
            let key = (stats.track.clone(), stats.direction);
            let counters = Counters::of(now, &stats);
            let rates = before
                .get(&key)
                .and_then(|before| counters.since(before, stats.direction));
            self.before.insert(key, counters);
            TrackReport { stats, rates }
        });
        reports.collect()
    }
}

impl Counters {
    const fn of(at: Instant, stats: &TrackStats) -> Self {
        Self {
            at,
            bytes: stats.bytes,
            packets: stats.packets,
            packets_lost: stats.packets_lost,
        }
    }

    /// The rates since then; `None` when no time has passed.
    fn since(&self, before: &Self, direction: TrackDirection) -> Option<TrackRates> {
        let passed = self.at.saturating_duration_since(before.at);
        if passed < Duration::from_millis(1) {
            return None;
        }
        let began_anew = self.bytes < before.bytes || self.packets < before.packets;
        let (bytes, packets, lost) = if began_anew {
            (self.bytes, self.packets, self.packets_lost)
        } else {
            (
                self.bytes - before.bytes,
                self.packets - before.packets,
                // WebRTC takes a loss back when the packet comes late.
                self.packets_lost.saturating_sub(before.packets_lost),
            )
        };
        let expected = match direction {
            TrackDirection::Sent => packets,
            TrackDirection::Received => packets.saturating_add(lost),
        };
        Some(TrackRates {
            kbps: bytes as f64 * 8.0 / 1_000.0 / passed.as_secs_f64(),
            loss: share(lost, expected),
        })
    }
}

/// A server that reports on several intervals at once may name more losses than this one had packets.
fn share(lost: u64, expected: u64) -> f64 {
    if expected == 0 {
        return 0.0;
    }
    (lost as f64 / expected as f64).min(1.0)
}
