//! A joined room: the port's methods over the library's requests.

use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::runtime;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::dispatcher::{RoomListener, lock};
use super::shared::Shared;
use super::state::{Participant, State};
use super::wire::{ConnectResult, LocalTrackMuteRequest, Request, SetSubscribedRequest};
use super::{convert, ffi, publish, scenario, stats, streams};
use crate::domain::UserId;
use crate::media::{
    AudioFrame, AudioOptions, AudioSink, DisconnectReason, MediaConnection, MediaError, MediaRoom,
    PublishedTrack, TrackId, TrackKind, TrackStats, VideoFrame, VideoOptions, VideoSink, ViewSize, protocol,
};

/// How long leaving is waited for; a server that doesn't answer is left behind.
const LEAVE_TIMEOUT: Duration = Duration::from_secs(3);

/// The room as the app holds it. Dropping it leaves.
pub struct Room(Arc<Shared>);

impl Room {
    /// Takes a joined room over, and lets its events flow.
    ///
    /// # Errors
    /// [`MediaError::Refused`] when the token's identity is no user id.
    pub fn start(joined: ConnectResult) -> Result<MediaConnection, MediaError> {
        let local = joined.local_participant;
        let local_identity = local.info.identity.clone();
        let local_user = protocol::user(&local_identity)
            .ok_or_else(|| MediaError::Refused("the token's identity is no user id".into()))?;
        let permission = local
            .info
            .permission
            .as_ref()
            .map(convert::permission)
            .unwrap_or_default();
        let grants = permission.grants();
        let (permission, permission_now) = watch::channel(permission);
        let (events, reader) = mpsc::unbounded_channel();
        let participants = joined.participants.into_iter();
        let participants = participants
            .filter_map(|entry| Participant::new(entry.participant, entry.publications))
            .collect();
        let (room_id, local_participant) = (joined.room.handle.id(), local.handle.id());
        let state = State {
            local_identity,
            local_user,
            participants,
            local_tracks: Vec::new(),
            permission,
            events: Some(events),
            local_participant: Some(local.handle),
        };
        let snapshot = state.participants.values().map(Participant::describe).collect();
        let shared = Arc::new(Shared {
            local_participant,
            permission: permission_now,
            closed: CancellationToken::new(),
            runtime: runtime::Handle::current(),
            state: Mutex::new(state),
            views: Mutex::default(),
            room: Mutex::new(None),
            room_id,
        });
        let listener: Weak<dyn RoomListener> = Arc::<Shared>::downgrade(&shared);
        ffi::dispatcher().add_room(room_id, listener);
        let mut room = joined.room.handle;
        room.open()?;
        lock(&shared.room).replace(room);
        if shared.closed.is_cancelled() {
            // It was over before the handle was in its place.
            drop(lock(&shared.room).take());
        }
        Ok(MediaConnection {
            room: Arc::new(Self(shared)),
            grants,
            participants: snapshot,
            events: reader,
        })
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let room = lock(&self.0.room).take();
        self.0.finish(DisconnectReason::ClientInitiated);
        drop(room);
    }
}

impl MediaRoom for Room {
    fn local_identity(&self) -> UserId {
        self.0.user()
    }

    fn publish_video(
        &self,
        options: VideoOptions,
    ) -> BoxFuture<'_, Result<PublishedTrack<VideoSink>, MediaError>> {
        publish::video(self.0.clone(), options).boxed()
    }

    fn publish_audio(
        &self,
        options: AudioOptions,
    ) -> BoxFuture<'_, Result<PublishedTrack<AudioSink>, MediaError>> {
        publish::audio(self.0.clone(), options).boxed()
    }

    fn unpublish(&self, track: TrackId) -> BoxFuture<'_, Result<(), MediaError>> {
        self.0.unpublish(track).boxed()
    }

    fn set_muted(&self, track: &TrackId, muted: bool) -> Result<(), MediaError> {
        let (_, handles) = self.0.local(track).ok_or(MediaError::NoSuchTrack)?;
        let request = LocalTrackMuteRequest {
            track_handle: handles.track.id(),
            mute: muted,
        };
        ffi::request(Request::LocalTrackMute(request)).map(drop)
    }

    fn set_subscribed(&self, track: &TrackId, subscribed: bool) -> Result<(), MediaError> {
        let publication = lock(&self.0.state)
            .publication(&track.0)
            .map(|publication| publication.handle.clone());
        let publication = publication.ok_or(MediaError::NoSuchTrack)?;
        let request = SetSubscribedRequest {
            subscribe: subscribed,
            publication_handle: publication.id(),
        };
        ffi::request(Request::SetSubscribed(request)).map(drop)
    }

    fn set_view(&self, track: &TrackId, view: Option<ViewSize>) -> Result<(), MediaError> {
        self.0.set_view(track, view)
    }

    fn stats(&self) -> BoxFuture<'_, Result<Vec<TrackStats>, MediaError>> {
        stats::sample(self.0.clone()).boxed()
    }

    fn restart_ice(&self) -> Result<(), MediaError> {
        self.0.check_open()?;
        scenario::restart_ice(self.0.room_id)
    }

    fn video_frames(&self, track: &TrackId) -> Result<mpsc::Receiver<VideoFrame>, MediaError> {
        let handle = self.0.subscribed(track, TrackKind::Video)?;
        let (shared, subscription) = (Arc::downgrade(&self.0), Arc::downgrade(&handle));
        let subject = track.clone();
        let on_first = move || {
            if let Some(shared) = shared.upgrade() {
                lock(&shared.state).first_frame(&subject, &subscription);
            }
        };
        let (reader, stream) = streams::open_video(&handle, &self.0.runtime, on_first)?;
        self.0.attach(track, &handle, stream);
        Ok(reader)
    }

    fn audio_frames(&self, track: &TrackId) -> Result<mpsc::Receiver<AudioFrame>, MediaError> {
        let handle = self.0.subscribed(track, TrackKind::Audio)?;
        let (reader, stream) = streams::open_audio(&handle, &self.0.runtime)?;
        self.0.attach(track, &handle, stream);
        Ok(reader)
    }

    fn disconnect(&self) -> BoxFuture<'_, ()> {
        async {
            let room = lock(&self.0.room).take();
            if let Some(room) = room {
                let left = room.leave();
                if tokio::time::timeout(LEAVE_TIMEOUT, left).await.is_err() {
                    tracing::warn!("leaving the room takes long; it goes on in the background");
                }
            }
            self.0.finish(DisconnectReason::ClientInitiated);
        }
        .boxed()
    }
}
