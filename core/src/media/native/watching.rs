//! Remote tracks as they are watched: the size of their views, and their first pictures.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use livekit::prelude as sdk;

use super::room::{Shared, lock};
use crate::domain::UserId;
use crate::media::views::Views;
use crate::media::{MediaError, MediaEvent, RemoteTrack, TrackId, ViewSize};

impl Shared {
    /// Has the server send what fits the view, or nothing.
    ///
    /// # Errors
    /// [`MediaError::NoSuchTrack`].
    pub fn set_view(&self, track: &TrackId, view: Option<ViewSize>) -> Result<(), MediaError> {
        // Locked until the SDK knows: it hears of wishes in their order.
        let mut views = lock(&self.views);
        let (_, publication) = self.remote(track)?;
        if publication.kind() != sdk::TrackKind::Video {
            return Err(MediaError::NoSuchTrack);
        }
        let view = views.wish(track, view);
        self.show(&publication, view);
        Ok(())
    }

    /// Says again what LiveKit may have forgotten of every track.
    pub fn repeat_views(&self) {
        let tracks: Vec<TrackId> = lock(&self.subscriptions).keys().cloned().collect();
        tracks.iter().for_each(|track| self.repeat_view(track));
    }

    fn repeat_view(&self, track: &TrackId) {
        let views = lock(&self.views);
        if let (Some(view), Ok((_, publication))) = (views.of(track), self.remote(track)) {
            self.show(&publication, view);
        }
    }

    /// The SDK tells the server that a track is hidden when that is news to the SDK, and of the size every time; with
    /// the size it tells both. Of a track that isn't subscribed it tells nothing.
    fn show(&self, publication: &sdk::RemoteTrackPublication, view: Option<ViewSize>) {
        // The SDK spawns, and whoever sets a view may be no task.
        let _runtime = self.runtime.enter();
        publication.set_enabled(view.is_some());
        let ViewSize { width, height } = view.unwrap_or(Views::HIDDEN);
        publication.update_video_dimensions(sdk::TrackDimension(width, height));
    }

    /// A track can be read.
    pub fn subscribed(&self, user: UserId, track: RemoteTrack) {
        let id = track.id.clone();
        lock(&self.subscriptions).entry(id.clone()).or_default();
        self.emit(MediaEvent::TrackSubscribed { user, track });
        self.repeat_view(&id);
    }

    /// A track can't be read any more.
    pub fn unsubscribed(&self, user: UserId, track: TrackId) {
        lock(&self.subscriptions).remove(&track);
        self.emit(MediaEvent::TrackUnsubscribed { user, track });
    }

    /// Whether a picture of this subscription has been seen; the SDK may have it before its event is here.
    pub fn seen(&self, track: &TrackId) -> Arc<AtomicBool> {
        lock(&self.subscriptions)
            .entry(track.clone())
            .or_default()
            .clone()
    }

    /// Tells of the first picture of a subscription, if that is still there and it wasn't told of.
    pub fn first_frame(&self, user: UserId, track: TrackId, seen: &Arc<AtomicBool>) {
        let subscriptions = lock(&self.subscriptions);
        let current = subscriptions
            .get(&track)
            .is_some_and(|known| Arc::ptr_eq(known, seen));
        if current && !seen.swap(true, Ordering::AcqRel) {
            self.emit(MediaEvent::FirstFrame { user, track });
        }
    }
}
