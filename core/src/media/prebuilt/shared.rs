//! What a room, the library's events and a publication on its way share.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::runtime;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::dispatcher::{RoomListener, lock};
use super::handles::{Handle, RoomHandle};
use super::state::{LocalHandles, LocalTrack, State};
use super::wire::{Request, RoomEventMessage, UnpublishTrackRequest};
use super::{ffi, streams};
use crate::domain::UserId;
use crate::media::views::Views;
use crate::media::{DisconnectReason, MediaError, MediaEvent, TrackId, TrackKind, protocol};

/// How long the library's word that a track is unpublished is waited for.
const UNPUBLISH_PATIENCE: Duration = Duration::from_secs(3);

/// A joined room, whoever looks at it.
pub struct Shared {
    /// Handle of this side in the room.
    pub local_participant: u64,
    pub permission: watch::Receiver<protocol::Permission>,
    /// Set once the connection is over.
    pub closed: CancellationToken,
    pub runtime: runtime::Handle,
    pub state: Mutex<State>,
    /// Locked before `state` where both are.
    pub views: Mutex<Views>,
    pub room: Mutex<Option<RoomHandle>>,
    pub room_id: u64,
}

impl RoomListener for Shared {
    fn user(&self) -> UserId {
        lock(&self.state).local_user
    }

    fn on_room_event(&self, event: RoomEventMessage) {
        let aftermath = lock(&self.state).apply(event);
        drop(aftermath.released);
        for track in aftermath.revoked {
            self.unpublish_in_background(track.sid);
        }
        if let Some(sid) = aftermath.unwanted {
            self.unpublish_in_background(sid);
        }
        for track in aftermath.came_back {
            self.repeat_view(&track);
        }
        if let Some(reason) = aftermath.over {
            self.finish(reason);
            let room = lock(&self.room).take();
            drop(room);
        }
    }

    fn on_failure(&self) {
        self.finish(DisconnectReason::ConnectionLost);
        let room = lock(&self.room).take();
        drop(room);
    }
}

impl Shared {
    /// Whether there is a room still.
    ///
    /// # Errors
    /// [`MediaError::Closed`].
    pub fn check_open(&self) -> Result<(), MediaError> {
        if self.closed.is_cancelled() {
            return Err(MediaError::Closed);
        }
        Ok(())
    }

    /// Ends it all: one last event, then everything is given back.
    pub fn finish(&self, reason: DisconnectReason) {
        self.closed.cancel();
        let released = {
            let mut state = lock(&self.state);
            state.local_tracks.iter().for_each(LocalTrack::close);
            state.emit(MediaEvent::Disconnected(reason));
            state.events = None;
            let tracks = std::mem::take(&mut state.local_tracks);
            (
                std::mem::take(&mut state.participants),
                tracks,
                state.local_participant.take(),
            )
        };
        drop(released);
    }

    /// Takes a published track in; `None` when the room was left meanwhile.
    pub fn add_local(&self, track: LocalTrack) -> Option<()> {
        let mut state = lock(&self.state);
        state.events.as_ref()?;
        state.local_tracks.push(track);
        Some(())
    }

    /// Stops publishing the track with that sid without waiting for it.
    fn unpublish_in_background(&self, sid: String) {
        if let Err(error) = ffi::ask_keeping(Box::new(()), self.unpublish_request(sid)) {
            tracing::warn!(%error, "a track couldn't be unpublished");
        }
    }

    /// Asks to unpublish the track with that sid.
    pub fn unpublish_request(&self, track_sid: String) -> impl FnOnce(u64) -> Request + use<> {
        let local_participant_handle = self.local_participant;
        move |id| {
            Request::UnpublishTrack(UnpublishTrackRequest {
                local_participant_handle,
                track_sid,
                stop_on_unpublish: true,
                request_async_id: Some(id),
            })
        }
    }

    pub fn local(&self, track: &TrackId) -> Option<(String, Arc<LocalHandles>)> {
        let state = lock(&self.state);
        let local = state.local_tracks.iter().find(|local| local.id == *track)?;
        Some((local.sid.clone(), local.handles.clone()))
    }

    /// The handle of a subscribed track of that kind.
    pub fn subscribed(&self, track: &TrackId, kind: TrackKind) -> Result<Arc<Handle>, MediaError> {
        let mut state = lock(&self.state);
        let publication = state
            .publication(&track.0)
            .filter(|publication| publication.track.kind == kind);
        let subscribed = publication.and_then(|publication| publication.subscribed.as_ref());
        subscribed
            .map(|subscribed| subscribed.handle.clone())
            .ok_or(MediaError::NoSuchTrack)
    }

    /// Lets the track end the stream; a track that is gone by now does so at once.
    pub fn attach(&self, track: &TrackId, handle: &Arc<Handle>, stream: Arc<dyn streams::Stream>) {
        let mut state = lock(&self.state);
        let subscribed = state
            .publication(&track.0)
            .and_then(|publication| publication.subscribed.as_mut());
        match subscribed.filter(|subscribed| Arc::ptr_eq(&subscribed.handle, handle)) {
            Some(subscribed) => {
                // Readers come and go while the track stays.
                subscribed.streams.retain(|stream| !stream.has_ended());
                subscribed.streams.push(stream);
            }
            None => {
                drop(state);
                stream.end();
            }
        }
    }

    pub async fn unpublish(&self, id: TrackId) -> Result<(), MediaError> {
        let Some((sid, handles)) = self.local(&id) else {
            return Ok(());
        };
        let mut pending = ffi::ask(self.unpublish_request(sid))?;
        tokio::select! {
            answer = pending.answer() => drop(answer?),
            () = self.closed.cancelled() => {}
            // During a reconnect the library waits for an event that it leaves out.
            () = tokio::time::sleep(UNPUBLISH_PATIENCE) => {}
        }
        drop(handles);
        // The event came before the answer; a track that the SDK had lost already has none.
        let mut state = lock(&self.state);
        let left = state.take_local(|local| local.id == id);
        if left.is_some() {
            state.emit(MediaEvent::LocalTrackUnpublished(id));
        }
        drop(state);
        drop(left);
        Ok(())
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        ffi::dispatcher().remove_room(self.room_id);
    }
}
