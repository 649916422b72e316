//! A joined room: the port's methods over the SDK's.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use livekit::SimulateScenario;
use livekit::prelude as sdk;
use tokio::runtime;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::engine::Joined;
use super::local_tracks::LocalTrack;
use super::{convert, events, frames, publish, stats};
use crate::domain::UserId;
use crate::media::protocol::{self, Permission};
use crate::media::views::Views;
use crate::media::{
    AudioFrame, AudioOptions, AudioSink, DisconnectReason, MediaConnection, MediaError, MediaEvent,
    MediaRoom, PublishedTrack, TrackId, TrackStats, VideoFrame, VideoOptions, VideoSink, ViewSize,
};

/// How long leaving is waited for; a server that doesn't answer is left behind.
const LEAVE_TIMEOUT: Duration = Duration::from_secs(3);

/// The room as the app holds it. Dropping it leaves.
pub struct Room(Arc<Shared>);

/// What the room, the SDK's events and a publication on its way share.
pub struct Shared {
    pub room: Arc<sdk::Room>,
    pub local_user: UserId,
    pub permission: watch::Sender<Permission>,
    /// Set once the connection is over.
    pub closed: CancellationToken,
    pub runtime: runtime::Handle,
    pub local_tracks: Mutex<Vec<LocalTrack>>,
    /// Between the loss of the connection and its return.
    pub reconnecting: AtomicBool,
    pub views: Mutex<Views>,
    /// The subscribed tracks, and whether a picture of each has been seen.
    pub subscriptions: Mutex<HashMap<TrackId, Arc<AtomicBool>>>,
    /// `None` once the last event was sent.
    events: Mutex<Option<mpsc::UnboundedSender<MediaEvent>>>,
    joined: Mutex<Option<Joined>>,
}

/// A lock that a panicking holder doesn't spoil: every holder leaves the data whole.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes a joined room over.
///
/// # Errors
/// [`MediaError::Refused`] when the token's identity is no user id.
pub async fn start(
    joined: Joined,
    mut sdk_events: mpsc::UnboundedReceiver<sdk::RoomEvent>,
) -> Result<MediaConnection, MediaError> {
    let local = joined.room.local_participant();
    let local_user = protocol::user(local.identity().as_str())
        .ok_or_else(|| MediaError::Refused("the token's identity is no user id".into()))?;
    let Some(sdk::RoomEvent::Connected {
        participants_with_tracks,
    }) = sdk_events.recv().await
    else {
        return Err(MediaError::Engine(
            "the SDK didn't begin with who is in the room".into(),
        ));
    };
    let there = participants_with_tracks.iter();
    let participants = there
        .filter_map(|(one, tracks)| convert::participant(one, tracks))
        .collect();
    let permission = local.permission().map_or_else(Permission::default, |permission| {
        Permission::new(permission.can_publish, &permission.can_publish_sources)
    });
    let grants = permission.grants();
    let (events, reader) = mpsc::unbounded_channel();
    let shared = Arc::new(Shared {
        room: joined.room.clone(),
        local_user,
        permission: watch::Sender::new(permission),
        closed: CancellationToken::new(),
        runtime: runtime::Handle::current(),
        local_tracks: Mutex::default(),
        reconnecting: AtomicBool::new(false),
        views: Mutex::default(),
        subscriptions: Mutex::default(),
        events: Mutex::new(Some(events)),
        joined: Mutex::new(Some(joined)),
    });
    shared
        .runtime
        .spawn(events::forward(Arc::downgrade(&shared), sdk_events));
    Ok(MediaConnection {
        room: Arc::new(Room(shared)),
        grants,
        participants,
        events: reader,
    })
}

impl Drop for Room {
    fn drop(&mut self) {
        self.0.finish(DisconnectReason::ClientInitiated);
    }
}

impl Shared {
    /// Tells the reader, if there is one still.
    pub fn emit(&self, event: MediaEvent) {
        if let Some(events) = &*lock(&self.events) {
            // A reader that is gone has said that it doesn't want to know.
            let _ = events.send(event);
        }
    }

    /// Ends it all: one last event, then everything is given back.
    pub fn finish(&self, reason: DisconnectReason) {
        self.closed.cancel();
        let tracks = std::mem::take(&mut *lock(&self.local_tracks));
        tracks.iter().for_each(LocalTrack::close);
        if let Some(events) = lock(&self.events).take() {
            // As in `emit`.
            let _ = events.send(MediaEvent::Disconnected(reason));
        }
        let joined = lock(&self.joined).take();
        drop(joined);
    }

    /// The publication with that sid, of somebody else, who may be no person.
    pub fn remote(
        &self,
        track: &TrackId,
    ) -> Result<(Option<UserId>, sdk::RemoteTrackPublication), MediaError> {
        let sid = sdk::TrackSid::try_from(track.0.clone()).map_err(|_| MediaError::NoSuchTrack)?;
        let participants = self.room.remote_participants();
        let mut publications = participants.values().filter_map(|one| {
            let publication = one.get_track_publication(&sid)?;
            Some((protocol::user(one.identity().as_str()), publication))
        });
        publications.next().ok_or(MediaError::NoSuchTrack)
    }
}

impl MediaRoom for Room {
    fn local_identity(&self) -> UserId {
        self.0.local_user
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
        let tracks = lock(&self.0.local_tracks);
        let local = tracks
            .iter()
            .find(|local| local.id == *track)
            .ok_or(MediaError::NoSuchTrack)?;
        if muted {
            local.publication.mute();
        } else {
            local.publication.unmute();
        }
        Ok(())
    }

    fn set_subscribed(&self, track: &TrackId, subscribed: bool) -> Result<(), MediaError> {
        let (_, publication) = self.0.remote(track)?;
        // The SDK spawns, and whoever subscribes may be no task.
        let _runtime = self.0.runtime.enter();
        publication.set_subscribed(subscribed);
        Ok(())
    }

    fn set_view(&self, track: &TrackId, view: Option<ViewSize>) -> Result<(), MediaError> {
        self.0.set_view(track, view)
    }

    fn stats(&self) -> BoxFuture<'_, Result<Vec<TrackStats>, MediaError>> {
        stats::sample(&self.0).boxed()
    }

    fn restart_ice(&self) -> Result<(), MediaError> {
        if self.0.closed.is_cancelled() {
            return Err(MediaError::Closed);
        }
        let room = self.0.room.clone();
        self.0.runtime.spawn(async move {
            // Closing the signal channel is what the SDK answers by a resume, which restarts ICE.
            if let Err(error) = room.simulate_scenario(SimulateScenario::SignalReconnect).await {
                tracing::warn!(%error, "ICE couldn't be restarted");
            }
        });
        Ok(())
    }

    fn video_frames(&self, track: &TrackId) -> Result<mpsc::Receiver<VideoFrame>, MediaError> {
        let (user, publication) = self.0.remote(track)?;
        let Some(sdk::RemoteTrack::Video(video)) = publication.track() else {
            return Err(MediaError::NoSuchTrack);
        };
        let (shared, seen, track) = (Arc::downgrade(&self.0), self.0.seen(track), track.clone());
        let on_first = move || {
            if let (Some(shared), Some(user)) = (shared.upgrade(), user) {
                shared.first_frame(user, track, &seen);
            }
        };
        Ok(frames::video(&video, &self.0, on_first))
    }

    fn audio_frames(&self, track: &TrackId) -> Result<mpsc::Receiver<AudioFrame>, MediaError> {
        let (_, publication) = self.0.remote(track)?;
        match publication.track() {
            Some(sdk::RemoteTrack::Audio(audio)) => Ok(frames::audio(&audio, &self.0)),
            Some(sdk::RemoteTrack::Video(_)) | None => Err(MediaError::NoSuchTrack),
        }
    }

    fn disconnect(&self) -> BoxFuture<'_, ()> {
        async {
            let room = self.0.room.clone();
            let closing = self.0.runtime.spawn(async move { room.close().await });
            if tokio::time::timeout(LEAVE_TIMEOUT, closing).await.is_err() {
                tracing::warn!("leaving the room takes long; it goes on in the background");
            }
            self.0.finish(DisconnectReason::ClientInitiated);
        }
        .boxed()
    }
}
