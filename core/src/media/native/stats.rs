//! Samples of what WebRTC counts.

use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};
use futures_util::{FutureExt, TryFutureExt};
use livekit::prelude as sdk;
use livekit::webrtc::stats::RtcStats;
use tokio::time::timeout;

use super::convert;
use super::room::{Shared, lock};
use crate::media::stats::{Received, RemoteReport, Report, Sent, Subject};
use crate::media::{MediaError, TrackDirection, TrackStats, protocol};

/// How long the reports on a track may take; one that is just going has none.
const PATIENCE: Duration = Duration::from_secs(2);

type Asked = BoxFuture<'static, sdk::RoomResult<Vec<RtcStats>>>;

/// Asks for the reports on every track at once.
///
/// # Errors
/// [`MediaError::Closed`].
pub async fn sample(shared: &Shared) -> Result<Vec<TrackStats>, MediaError> {
    if shared.closed.is_cancelled() {
        return Err(MediaError::Closed);
    }
    let tracks = sent(shared).into_iter().chain(received(shared));
    let asked = tracks.map(|(subject, asked)| row(subject, asked));
    tokio::select! {
        rows = join_all(asked) => Ok(rows.into_iter().flatten().collect()),
        () = shared.closed.cancelled() => Err(MediaError::Closed),
    }
}

fn sent(shared: &Shared) -> Vec<(Subject, Asked)> {
    let tracks = lock(&shared.local_tracks);
    let asked = tracks.iter().filter_map(|local| {
        let track = local.publication.track()?;
        let subject = Subject {
            track: local.id.clone(),
            user: shared.local_user,
            source: local.source,
            direction: TrackDirection::Sent,
        };
        Some((subject, async move { track.get_stats().await }.boxed()))
    });
    asked.collect()
}

fn received(shared: &Shared) -> Vec<(Subject, Asked)> {
    let participants = shared.room.remote_participants();
    let asked = participants.values().flat_map(|participant| {
        let user = protocol::user(participant.identity().as_str());
        let publications = participant.track_publications().into_values();
        publications.filter_map(move |publication| {
            let track = publication.track()?;
            let known = convert::remote_track(&publication);
            let subject = Subject {
                track: known.id,
                user: user?,
                source: known.source,
                direction: TrackDirection::Received,
            };
            Some((subject, async move { track.get_stats().await }.boxed()))
        })
    });
    asked.collect()
}

async fn row(subject: Subject, asked: Asked) -> Option<TrackStats> {
    let asked = asked.inspect_err(|error| tracing::debug!(%error, "a track has no statistics"));
    let reports = timeout(PATIENCE, asked).await.ok()?.ok()?;
    Some(subject.row(reports.into_iter().filter_map(report)))
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the SDK's enum grows; codecs, sources and certificates concern nobody here"
)]
fn report(stats: RtcStats) -> Option<Report> {
    match stats {
        RtcStats::InboundRtp(stats) => Some(Report::Received(Received {
            bytes: stats.inbound.bytes_received,
            packets: stats.received.packets_received,
            packets_lost: stats.received.packets_lost,
            jitter: stats.received.jitter,
            width: stats.inbound.frame_width,
            height: stats.inbound.frame_height,
            frames_per_second: stats.inbound.frames_per_second,
        })),
        RtcStats::OutboundRtp(stats) => Some(Report::Sent(Sent {
            rid: stats.outbound.rid,
            active: stats.outbound.active,
            bytes: stats.sent.bytes_sent,
            packets: stats.sent.packets_sent,
            width: stats.outbound.frame_width,
            height: stats.outbound.frame_height,
            frames_per_second: stats.outbound.frames_per_second,
        })),
        RtcStats::RemoteInboundRtp(stats) => Some(Report::Remote(RemoteReport {
            packets_lost: stats.received.packets_lost,
            jitter: stats.received.jitter,
            round_trip: (stats.remote_inbound.round_trip_time_measurements > 0)
                .then_some(stats.remote_inbound.round_trip_time),
        })),
        RtcStats::CandidatePair(stats) => {
            let path = stats.candidate_pair;
            let measured = path.responses_received > 0;
            let round_trip = measured.then_some(path.current_round_trip_time);
            path.nominated.then_some(Report::Path(round_trip))
        }
        _ => None,
    }
}
