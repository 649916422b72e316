//! From a device to a published track: the track first, so that a device never runs for nothing.

use crate::domain::quality::{self, AudioPreset, VideoPreset};
use crate::domain::{LiveError, LiveResult};
use crate::media::{CaptureGuard, MediaCapture, MediaRoom, TrackId};

pub(super) async fn camera(
    room: &dyn MediaRoom,
    capture: &dyn MediaCapture,
    preset: VideoPreset,
) -> LiveResult<(TrackId, CaptureGuard)> {
    let published = room.publish_video(capture.camera_options(preset)).await?;
    started(room, published.id, capture.start_camera(published.sink)).await
}

pub(super) async fn screen(
    room: &dyn MediaRoom,
    capture: &dyn MediaCapture,
) -> LiveResult<(TrackId, CaptureGuard)> {
    let options = capture.screen_options(quality::SCREEN_1080P);
    let published = room.publish_video(options).await?;
    started(room, published.id, capture.start_screen(published.sink)).await
}

pub(super) async fn microphone(
    room: &dyn MediaRoom,
    capture: &dyn MediaCapture,
    preset: AudioPreset,
) -> LiveResult<(TrackId, CaptureGuard)> {
    let published = room.publish_audio(capture.microphone_options(preset)).await?;
    started(room, published.id, capture.start_microphone(published.sink)).await
}

/// A track without a device behind it would be a frozen picture at the other end: it is given back.
async fn started(
    room: &dyn MediaRoom,
    track: TrackId,
    device: LiveResult<CaptureGuard>,
) -> LiveResult<(TrackId, CaptureGuard)> {
    let error: LiveError = match device {
        Ok(guard) => return Ok((track, guard)),
        Err(error) => error,
    };
    if let Err(second) = room.unpublish(track).await {
        tracing::warn!(error = %second, "a track couldn't be unpublished");
    }
    Err(error)
}
