//! Samples of what WebRTC counts.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::timeout;

use super::dispatcher::lock;
use super::ffi;
use super::handles::Handle;
use super::shared::Shared;
use super::wire::{Event, GetStatsRequest, Request, RtcReport, RtcStats};
use crate::media::stats::{Received, RemoteReport, Report, Sent, Subject};
use crate::media::{MediaError, TrackStats};

/// How long the reports on a track may take; one that is just going has none.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks for the reports on every track at once.
///
/// # Errors
/// [`MediaError::Closed`].
pub async fn sample(shared: Arc<Shared>) -> Result<Vec<TrackStats>, MediaError> {
    shared.check_open()?;
    let tracks = lock(&shared.state).measurable();
    let asked = tracks.into_iter().map(|(subject, handle)| row(subject, handle));
    tokio::select! {
        rows = join_all(asked) => Ok(rows.into_iter().flatten().collect()),
        () = shared.closed.cancelled() => Err(MediaError::Closed),
    }
}

async fn row(subject: Subject, track: Arc<Handle>) -> Option<TrackStats> {
    let asked = ffi::ask(|id| {
        Request::GetStats(GetStatsRequest {
            track_handle: track.id(),
            request_async_id: Some(id),
        })
    });
    let answer = timeout(PATIENCE, asked.ok()?.answer()).await.ok()?.ok()?;
    let Event::GetStats(answer) = answer else {
        return None;
    };
    if let Some(error) = answer.error {
        tracing::debug!(track = %subject.track, error, "a track has no statistics");
        return None;
    }
    Some(subject.row(answer.stats.into_iter().filter_map(report)))
}

fn report(stats: RtcStats) -> Option<Report> {
    match stats.stats? {
        RtcReport::InboundRtp(stats) => Some(Report::Received(Received {
            bytes: stats.inbound.bytes_received,
            packets: stats.received.packets_received,
            packets_lost: stats.received.packets_lost,
            jitter: stats.received.jitter,
            width: stats.inbound.frame_width,
            height: stats.inbound.frame_height,
            frames_per_second: stats.inbound.frames_per_second,
        })),
        RtcReport::OutboundRtp(stats) => Some(Report::Sent(Sent {
            rid: stats.outbound.rid,
            active: stats.outbound.active,
            bytes: stats.sent.bytes_sent,
            packets: stats.sent.packets_sent,
            width: stats.outbound.frame_width,
            height: stats.outbound.frame_height,
            frames_per_second: stats.outbound.frames_per_second,
        })),
        RtcReport::RemoteInboundRtp(stats) => Some(Report::Remote(RemoteReport {
            packets_lost: stats.received.packets_lost,
            jitter: stats.received.jitter,
            round_trip: (stats.remote_inbound.round_trip_time_measurements > 0)
                .then_some(stats.remote_inbound.round_trip_time),
        })),
        RtcReport::CandidatePair(stats) => {
            let path = stats.candidate_pair;
            let measured = path.responses_received > 0;
            let round_trip = measured.then_some(path.current_round_trip_time);
            path.nominated.then_some(Report::Path(round_trip))
        }
    }
}
