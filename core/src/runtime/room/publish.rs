//! From a device to a published track: the track first, so that a device never runs for nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio_util::sync::CancellationToken;

use super::link::Presets;
use crate::domain::quality;
use crate::domain::{LiveError, LiveResult};
use crate::media::{CaptureGuard, MediaCapture, MediaError, MediaRoom, TrackId, TrackSource};

/// The devices behind the sources: one runs at a time of each, whatever is tapped.
#[derive(Default)]
pub(super) struct Devices(BTreeMap<TrackSource, Arc<Mutex<()>>>);

/// A device at work; dropping it stops the device, and lets the next attempt have it.
pub(super) struct Running {
    _device: CaptureGuard,
    _turn: OwnedMutexGuard<()>,
}

/// Why a source isn't published.
pub(super) enum Failure {
    /// The server or the device refuses it, or didn't answer in time.
    Refused(LiveError),
    /// The connection is over, or nobody wants it any more.
    Over,
}

impl Devices {
    pub(super) fn of(&mut self, source: TrackSource) -> Arc<Mutex<()>> {
        Arc::clone(self.0.entry(source).or_default())
    }
}

/// Publishes a source, then starts its device, unless it was given up meanwhile.
pub(super) async fn publish(
    room: &dyn MediaRoom,
    capture: &dyn MediaCapture,
    source: TrackSource,
    presets: Presets,
    device: Arc<Mutex<()>>,
    given_up: &CancellationToken,
) -> Result<(TrackId, Running), Failure> {
    let (track, start) = take(room, capture, source, presets).await?;
    let started = tokio::select! {
        biased;
        // Whoever is given up doesn't wait for a device that a later attempt may have.
        () = given_up.cancelled() => Err(Failure::Over),
        // The device of the attempt before stops first.
        turn = device.lock_owned() => match start(capture) {
            Ok(guard) => Ok(Running { _device: guard, _turn: turn }),
            Err(error) => Err(Failure::Refused(error)),
        },
    };
    match started {
        Ok(running) => Ok((track, running)),
        // A track without a device behind it would be a frozen picture at the other end.
        Err(failure) => {
            if let Err(second) = room.unpublish(track).await {
                tracing::warn!(error = %second, "a track couldn't be unpublished");
            }
            Err(failure)
        }
    }
}

type Start = Box<dyn FnOnce(&dyn MediaCapture) -> LiveResult<CaptureGuard> + Send>;

/// Has the server take the track, and says how its device starts.
async fn take(
    room: &dyn MediaRoom,
    capture: &dyn MediaCapture,
    source: TrackSource,
    presets: Presets,
) -> Result<(TrackId, Start), Failure> {
    match source {
        TrackSource::Camera => {
            let options = capture.camera_options(presets.camera);
            let published = room.publish_video(options).await?;
            Ok((
                published.id,
                Box::new(|capture| capture.start_camera(published.sink)),
            ))
        }
        TrackSource::ScreenShare => {
            let options = capture.screen_options(quality::SCREEN_1080P);
            let published = room.publish_video(options).await?;
            Ok((
                published.id,
                Box::new(|capture| capture.start_screen(published.sink)),
            ))
        }
        TrackSource::Microphone | TrackSource::ScreenShareAudio => {
            let options = capture.microphone_options(presets.microphone);
            let published = room.publish_audio(options).await?;
            Ok((
                published.id,
                Box::new(|capture| capture.start_microphone(published.sink)),
            ))
        }
    }
}

impl From<MediaError> for Failure {
    fn from(error: MediaError) -> Self {
        match error {
            MediaError::Closed => Self::Over,
            MediaError::Unreachable(_)
            | MediaError::Refused(_)
            | MediaError::TimedOut
            | MediaError::NotPermitted
            | MediaError::NoSuchTrack
            | MediaError::Engine(_) => Self::Refused(error.into()),
        }
    }
}
