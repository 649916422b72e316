//! From WebRTC's reports on one track to its row: the same for both engines.

use super::{LayerStats, TrackDirection, TrackStats};
use crate::domain::UserId;
use crate::media::{TrackId, TrackSource};

/// The track that reports are about.
#[derive(Clone, Debug)]
pub struct Subject {
    pub track: TrackId,
    pub user: UserId,
    pub source: TrackSource,
    pub direction: TrackDirection,
}

/// What WebRTC reports on one stream of packets, or on the path they take.
#[derive(Clone, Debug)]
pub enum Report {
    Received(Received),
    Sent(Sent),
    /// What the other end says of a sent stream.
    Remote(RemoteReport),
    /// The path in use: its round trip in seconds, once ICE has measured it.
    Path(Option<f64>),
}

/// A stream that comes in.
#[derive(Clone, Debug, Default)]
pub struct Received {
    pub bytes: u64,
    pub packets: u64,
    pub packets_lost: i64,
    /// Seconds.
    pub jitter: f64,
    /// Pixels; 0 of sound and before the first picture.
    pub width: u32,
    pub height: u32,
    pub frames_per_second: f64,
}

/// A stream that goes out: a layer of a simulcast, where it has a `rid`.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    pub rid: String,
    pub active: bool,
    pub bytes: u64,
    pub packets: u64,
    /// Pixels; 0 of sound and before the first picture.
    pub width: u32,
    pub height: u32,
    pub frames_per_second: f64,
}

/// What the other end says of a stream that goes out.
#[derive(Clone, Debug, Default)]
pub struct RemoteReport {
    pub packets_lost: i64,
    /// Seconds.
    pub jitter: f64,
    /// Seconds, once it was measured.
    pub round_trip: Option<f64>,
}

impl Subject {
    /// The row that the reports on this track amount to.
    pub fn row(self, reports: impl IntoIterator<Item = Report>) -> TrackStats {
        let mut row = self.empty_row();
        let mut path_ms = None;
        for report in reports {
            match report {
                Report::Received(received) => row.add_received(&received),
                Report::Sent(sent) => row.add_sent(sent),
                Report::Remote(remote) => row.add_remote(&remote),
                Report::Path(round_trip) => path_ms = larger(path_ms, round_trip),
            }
        }
        row.layers.sort_by_key(|layer| rank(&layer.rid));
        // The other end's measure is of the media itself; the path's is of ICE's checks.
        row.round_trip_ms = row.round_trip_ms.or(path_ms);
        row
    }

    fn empty_row(self) -> TrackStats {
        TrackStats {
            track: self.track,
            user: self.user,
            source: self.source,
            direction: self.direction,
            bytes: 0,
            packets: 0,
            packets_lost: 0,
            jitter_ms: None,
            round_trip_ms: None,
            width: None,
            height: None,
            frames_per_second: None,
            layers: Vec::new(),
        }
    }
}

impl TrackStats {
    fn add_received(&mut self, received: &Received) {
        self.bytes += received.bytes;
        self.packets += received.packets;
        self.packets_lost += counted(received.packets_lost);
        let jitter = (received.packets > 0).then_some(received.jitter);
        self.jitter_ms = larger(self.jitter_ms, jitter);
        self.show(received.width, received.height, received.frames_per_second);
    }

    fn add_sent(&mut self, sent: Sent) {
        self.bytes += sent.bytes;
        self.packets += sent.packets;
        if sent.rid.is_empty() || sent.active {
            self.show(sent.width, sent.height, sent.frames_per_second);
        }
        if !sent.rid.is_empty() {
            self.layers.push(LayerStats {
                rid: sent.rid,
                active: sent.active,
                bytes: sent.bytes,
                width: sent.width,
                height: sent.height,
                frames_per_second: sent.frames_per_second,
            });
        }
    }

    fn add_remote(&mut self, remote: &RemoteReport) {
        self.packets_lost += counted(remote.packets_lost);
        self.jitter_ms = larger(self.jitter_ms, Some(remote.jitter));
        self.round_trip_ms = larger(self.round_trip_ms, remote.round_trip);
    }

    /// Takes over a picture's size when it is the largest so far.
    fn show(&mut self, width: u32, height: u32, frames_per_second: f64) {
        let area = |width: u32, height: u32| u64::from(width) * u64::from(height);
        let known = area(self.width.unwrap_or(0), self.height.unwrap_or(0));
        if area(width, height) > known {
            (self.width, self.height) = (Some(width), Some(height));
            self.frames_per_second = Some(frames_per_second);
        }
    }
}

/// WebRTC counts below zero when packets arrive twice.
fn counted(packets: i64) -> u64 {
    u64::try_from(packets).unwrap_or(0)
}

/// The larger of both, in milliseconds.
fn larger(known_ms: Option<f64>, seconds: Option<f64>) -> Option<f64> {
    let ms = seconds.map(|seconds| seconds * 1_000.0);
    [known_ms, ms].into_iter().flatten().reduce(f64::max)
}

/// LiveKit's names of layers, from the smallest on.
fn rank(rid: &str) -> u8 {
    match rid {
        "q" => 0,
        "h" => 1,
        "f" => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn camera(direction: TrackDirection) -> Subject {
        Subject {
            track: TrackId("TR_1".into()),
            user: UserId(uuid::Uuid::from_u128(1)),
            source: TrackSource::Camera,
            direction,
        }
    }

    fn layer(rid: &str, active: bool, height: u32) -> Report {
        Report::Sent(Sent {
            rid: rid.into(),
            active,
            bytes: 100,
            packets: 1,
            width: height * 16 / 9,
            height,
            frames_per_second: f64::from(height / 10),
        })
    }

    #[test]
    fn layers_add_up_and_the_largest_that_is_sent_gives_the_size() {
        let reports = [
            layer("f", false, 720),
            layer("h", true, 360),
            layer("q", true, 180),
        ];
        let row = camera(TrackDirection::Sent).row(reports);
        assert_eq!((row.bytes, row.packets), (300, 3));
        assert_eq!((row.height, row.frames_per_second), (Some(360), Some(36.0)));
        let rids: Vec<_> = row.layers.iter().map(|layer| layer.rid.as_str()).collect();
        assert_eq!(rids, ["q", "h", "f"]);
    }

    #[test]
    fn a_track_without_simulcast_has_no_layers_and_a_size() {
        let row = camera(TrackDirection::Sent).row([layer("", false, 540)]);
        assert_eq!((row.height, row.layers.len()), (Some(540), 0));
    }

    #[test]
    fn what_was_not_measured_is_unknown_and_not_zero() {
        let reports = [Report::Received(Received::default()), Report::Path(None)];
        let row = camera(TrackDirection::Received).row(reports);
        assert_eq!((row.jitter_ms, row.round_trip_ms), (None, None));
        assert_eq!((row.width, row.height, row.frames_per_second), (None, None, None));
    }

    #[test]
    fn the_round_trip_is_the_media_s_and_else_the_path_s() {
        let path = || Report::Path(Some(0.02));
        let row = camera(TrackDirection::Received).row([path()]);
        assert_eq!(row.round_trip_ms, Some(20.0));
        let remote = Report::Remote(RemoteReport {
            round_trip: Some(0.03),
            ..RemoteReport::default()
        });
        let row = camera(TrackDirection::Sent).row([path(), remote]);
        assert_eq!(row.round_trip_ms, Some(30.0));
    }

    #[test]
    fn a_path_too_quick_for_a_millisecond_is_measured() {
        let row = camera(TrackDirection::Received).row([Report::Path(Some(0.0))]);
        assert_eq!(row.round_trip_ms, Some(0.0));
    }

    #[test]
    fn packets_that_came_twice_are_not_lost() {
        let received = Received {
            packets_lost: -3,
            ..Received::default()
        };
        let row = camera(TrackDirection::Received).row([Report::Received(received)]);
        assert_eq!(row.packets_lost, 0);
    }
}
