//! How remote tracks are viewed: what is wished, and what the library is asked for.

use std::sync::Arc;

use super::dispatcher::lock;
use super::ffi;
use super::handles::Handle;
use super::shared::Shared;
use super::wire::{EnablePublicationRequest, Request, UpdateDimensionRequest};
use crate::media::views::Views;
use crate::media::{MediaError, TrackId, TrackKind, ViewSize};

impl Shared {
    /// Has the server send what fits the view, or nothing.
    ///
    /// # Errors
    /// [`MediaError::NoSuchTrack`].
    pub fn set_view(&self, track: &TrackId, view: Option<ViewSize>) -> Result<(), MediaError> {
        // Locked until the library knows: it hears of wishes in their order.
        let mut views = lock(&self.views);
        let publication = self.video(track).ok_or(MediaError::NoSuchTrack)?;
        let view = views.wish(track, view);
        show(&publication, view)
    }

    /// Says again what LiveKit may have forgotten.
    pub fn repeat_view(&self, track: &TrackId) {
        let views = lock(&self.views);
        let (Some(view), Some(publication)) = (views.of(track), self.video(track)) else {
            return;
        };
        if let Err(error) = show(&publication, view) {
            tracing::warn!(%error, "the size of a view couldn't be told");
        }
    }

    /// The publication of a remote video track.
    fn video(&self, track: &TrackId) -> Option<Arc<Handle>> {
        let mut state = lock(&self.state);
        let publication = state.publication(&track.0)?;
        (publication.track.kind == TrackKind::Video).then(|| publication.handle.clone())
    }
}

/// The SDK tells the server that a track is hidden when that is news to the SDK, and of the size every time; with the
/// size it tells both. Of a track that isn't subscribed it tells nothing.
fn show(publication: &Handle, view: Option<ViewSize>) -> Result<(), MediaError> {
    ffi::request(Request::EnablePublication(EnablePublicationRequest {
        track_publication_handle: publication.id(),
        enabled: view.is_some(),
    }))?;
    let ViewSize { width, height } = view.unwrap_or(Views::HIDDEN);
    ffi::request(Request::UpdateDimension(UpdateDimensionRequest {
        track_publication_handle: publication.id(),
        width,
        height,
    }))
    .map(drop)
}
