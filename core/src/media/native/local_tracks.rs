//! What is published by this side, from when the server took it until it is gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use livekit::prelude as sdk;

use super::room::{Shared, lock};
use crate::media::{MediaError, MediaEvent, TrackId, TrackSource};

/// What is published by this side. The id stays when a reconnect gives the track another sid.
pub struct LocalTrack {
    pub id: TrackId,
    pub source: TrackSource,
    pub publication: sdk::LocalTrackPublication,
    /// Until the track is gone: whoever is told so finds its sink closed.
    pub open: Arc<AtomicBool>,
}

impl LocalTrack {
    /// Takes no more frames.
    pub fn close(&self) {
        self.open.store(false, Ordering::Release);
    }
}

/// Stops publishing. What the SDK has lost already is no error.
pub async fn unpublish(room: &sdk::Room, publication: &sdk::LocalTrackPublication) {
    let unpublished = room.local_participant().unpublish_track(&publication.sid()).await;
    if let Err(error) = unpublished {
        tracing::debug!(%error, "a track couldn't be unpublished");
    }
}

impl Shared {
    /// Takes a local track out, so that it takes no more frames.
    pub fn take_local(&self, is_it: impl Fn(&LocalTrack) -> bool) -> Option<LocalTrack> {
        let mut tracks = lock(&self.local_tracks);
        let index = tracks.iter().position(is_it)?;
        let track = tracks.remove(index);
        track.close();
        Some(track)
    }

    /// Stops publishing a track. One that isn't there any more is no error.
    pub async fn unpublish(&self, id: TrackId) -> Result<(), MediaError> {
        let Some(track) = self.take_local(|track| track.id == id) else {
            return Ok(());
        };
        self.emit(MediaEvent::LocalTrackUnpublished(id));
        unpublish(&self.room, &track.publication).await;
        Ok(())
    }

    /// Stops publishing without waiting for it.
    pub fn unpublish_in_background(&self, publication: sdk::LocalTrackPublication) {
        let room = self.room.clone();
        self.runtime
            .spawn(async move { unpublish(&room, &publication).await });
    }

    /// The SDK has unpublished a track. During a full reconnect it does so to publish it again.
    pub fn unpublished(&self, sid: &sdk::TrackSid) {
        if !self.reconnecting.load(Ordering::Acquire) {
            self.lose(|track| track.publication.sid() == *sid);
        }
    }

    /// A full reconnect has published a track again; one that was unpublished meanwhile isn't wanted any more.
    pub fn republished(&self, previous: &sdk::TrackSid, publication: sdk::LocalTrackPublication) {
        let mut tracks = lock(&self.local_tracks);
        let track = tracks
            .iter_mut()
            .find(|track| track.publication.sid() == *previous);
        match track {
            Some(track) => track.publication = publication,
            None => {
                drop(tracks);
                self.unpublish_in_background(publication);
            }
        }
    }

    /// The connection is back; tracks that couldn't be published again are gone.
    pub fn reconnected(&self) {
        self.reconnecting.store(false, Ordering::Release);
        self.emit(MediaEvent::Reconnected);
        while self.lose(|track| track.publication.track().is_none()) {}
        self.repeat_views();
    }

    fn lose(&self, is_it: impl Fn(&LocalTrack) -> bool) -> bool {
        let lost = self.take_local(is_it);
        let id = lost.map(|track| track.id);
        id.map(|id| self.emit(MediaEvent::LocalTrackUnpublished(id)))
            .is_some()
    }
}
