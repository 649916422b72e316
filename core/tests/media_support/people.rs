use std::sync::Arc;
use std::time::Duration;

use ipelya_core::domain::quality::{self, Layers, VideoPreset};
use ipelya_core::domain::{Role, UserId};
use ipelya_core::media::prebuilt::PrebuiltEngine;
use ipelya_core::media::{
    AudioFrame, AudioOptions, AudioSink, ConnectRequest, DisconnectReason, MediaConnection, MediaEngine,
    MediaError, MediaEvent, MediaParticipant, MediaRoom, PublishedTrack, RemoteTrack, TrackKind, TrackSource,
    VideoFrame, VideoOptions, VideoSink,
};
use ipelya_devstack::install::Installation;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{DEADLINE, EVERYTHING, Livekit, Room};

/// The test card's size and rate.
pub const CARD: VideoPreset = VideoPreset {
    width: 640,
    height: 360,
    max_fps: 24,
    max_kbps: 300,
    layers: Layers {
        low: Some(quality::LAYER_180P),
        middle: None,
    },
};

/// Somebody in a room.
pub struct Person {
    pub user: UserId,
    pub room: Arc<dyn MediaRoom>,
    pub participants: Vec<MediaParticipant>,
    events: mpsc::UnboundedReceiver<MediaEvent>,
    seen: Vec<MediaEvent>,
}

/// The engine under test.
pub fn engine() -> PrebuiltEngine {
    let library = Installation::locate().livekit_ffi();
    PrebuiltEngine::with_library(library).unwrap_or_else(|error| panic!("{error}"))
}

/// A request as an app makes it.
pub fn request(server: &Livekit, token: String) -> ConnectRequest {
    ConnectRequest {
        url: server.url().to_owned(),
        token,
        auto_subscribe: true,
        timeout: Duration::from_secs(10),
    }
}

impl Person {
    /// Joins as somebody new who may publish everything.
    pub async fn host(room: &Room) -> Self {
        Self::join(room, UserId(Uuid::new_v4()), Role::Host, Some(EVERYTHING), true).await
    }

    /// Joins as somebody new who may publish nothing.
    pub async fn viewer(room: &Room) -> Self {
        Self::join(room, UserId(Uuid::new_v4()), Role::Viewer, None, true).await
    }

    pub async fn join(
        room: &Room,
        user: UserId,
        role: Role,
        sources: Option<&[&str]>,
        auto_subscribe: bool,
    ) -> Self {
        let token = room.server.token(&user.to_string(), &room.name, role, sources);
        let mut request = request(room.server, token);
        request.auto_subscribe = auto_subscribe;
        let connection = engine()
            .connect(request)
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        Self::of(user, connection)
    }

    pub fn of(user: UserId, connection: MediaConnection) -> Self {
        assert_eq!(connection.room.local_identity(), user);
        Self {
            user,
            room: connection.room,
            participants: connection.participants,
            events: connection.events,
            seen: Vec::new(),
        }
    }

    /// Every event taken so far, in order.
    pub fn seen(&self) -> &[MediaEvent] {
        &self.seen
    }

    /// Takes events until one is what is waited for.
    pub async fn until<T>(
        &mut self,
        what: &str,
        within: Duration,
        mut pick: impl FnMut(&MediaEvent) -> Option<T>,
    ) -> T {
        let waiting = async {
            while let Some(event) = self.events.recv().await {
                let picked = pick(&event);
                self.seen.push(event);
                if picked.is_some() {
                    return picked;
                }
            }
            None
        };
        let picked = tokio::time::timeout(within, waiting).await.ok().flatten();
        picked.unwrap_or_else(|| panic!("no {what} among {:#?}", self.seen))
    }

    /// Takes events until exactly that one.
    pub async fn expect(&mut self, wanted: MediaEvent) {
        let what = format!("{wanted:?}");
        self.until(&what, DEADLINE, |event| (*event == wanted).then_some(()))
            .await;
    }

    /// Takes events until somebody came in.
    pub async fn joined(&mut self, who: UserId) -> MediaParticipant {
        let joined = self.until("ParticipantJoined", DEADLINE, |event| match event {
            MediaEvent::ParticipantJoined(participant) if participant.user == who => {
                Some(participant.clone())
            }
            _ => None,
        });
        joined.await
    }

    /// Takes events until the connection is over, and makes sure that nothing follows.
    pub async fn disconnected(&mut self, within: Duration) -> DisconnectReason {
        let reason = self.until("Disconnected", within, |event| match event {
            MediaEvent::Disconnected(reason) => Some(*reason),
            _ => None,
        });
        let reason = reason.await;
        assert_eq!(self.events.recv().await, None, "nothing follows Disconnected");
        reason
    }

    /// Takes events until a track of that source can be read.
    pub async fn subscribed(&mut self, source: TrackSource) -> (UserId, RemoteTrack) {
        self.until(&format!("subscribed {source:?}"), DEADLINE, |event| match event {
            MediaEvent::TrackSubscribed { user, track } if track.source == source => {
                Some((*user, track.clone()))
            }
            _ => None,
        })
        .await
    }

    /// The track of that source, from the participants at the start or from an event.
    pub async fn knows(&mut self, source: TrackSource) -> RemoteTrack {
        let mut known = self
            .participants
            .iter()
            .flat_map(|participant| &participant.tracks);
        if let Some(track) = known.find(|track| track.source == source) {
            return track.clone();
        }
        self.until(&format!("published {source:?}"), DEADLINE, |event| match event {
            MediaEvent::TrackPublished { track, .. } if track.source == source => Some(track.clone()),
            _ => None,
        })
        .await
    }

    /// The role that somebody has by the last word about it.
    pub fn role_of(&self, who: UserId) -> Option<Role> {
        let first = self
            .participants
            .iter()
            .find(|participant| participant.user == who);
        let told = self.seen.iter().rev().find_map(|event| match event {
            MediaEvent::ParticipantJoined(participant) if participant.user == who => participant.role,
            MediaEvent::RoleChanged { user, role } if *user == who => Some(*role),
            _ => None,
        });
        told.or_else(|| first.and_then(|participant| participant.role))
    }

    /// The pictures of the track of that source, once it can be read.
    pub async fn watch(&mut self, source: TrackSource) -> mpsc::Receiver<VideoFrame> {
        let (_, track) = self.subscribed(source).await;
        assert_eq!(track.kind, TrackKind::Video);
        self.room
            .video_frames(&track.id)
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// The sound of the track of that source, once it can be read.
    pub async fn hear(&mut self, source: TrackSource) -> mpsc::Receiver<AudioFrame> {
        let (_, track) = self.subscribed(source).await;
        assert_eq!(track.kind, TrackKind::Audio);
        self.room
            .audio_frames(&track.id)
            .unwrap_or_else(|error| panic!("{error}"))
    }

    pub async fn try_video(&self, source: TrackSource) -> Result<PublishedTrack<VideoSink>, MediaError> {
        self.try_card(source, CARD).await
    }

    /// Publishes a test card of that quality; a screen has one layer.
    pub async fn try_card(
        &self,
        source: TrackSource,
        preset: VideoPreset,
    ) -> Result<PublishedTrack<VideoSink>, MediaError> {
        let layers = if source == TrackSource::Camera {
            preset.layers
        } else {
            Layers::NONE
        };
        let options = VideoOptions {
            source,
            preset: VideoPreset { layers, ..preset },
        };
        self.room.publish_video(options).await
    }

    pub async fn try_audio(&self) -> Result<PublishedTrack<AudioSink>, MediaError> {
        let options = AudioOptions {
            source: TrackSource::Microphone,
            preset: quality::ROOM,
            sample_rate: 48_000,
        };
        self.room.publish_audio(options).await
    }

    pub async fn publish_video(&self, source: TrackSource) -> PublishedTrack<VideoSink> {
        self.try_video(source)
            .await
            .unwrap_or_else(|error| panic!("{error}"))
    }

    pub async fn publish_card(&self, source: TrackSource, preset: VideoPreset) -> PublishedTrack<VideoSink> {
        self.try_card(source, preset)
            .await
            .unwrap_or_else(|error| panic!("{error}"))
    }

    pub async fn publish_audio(&self) -> PublishedTrack<AudioSink> {
        self.try_audio().await.unwrap_or_else(|error| panic!("{error}"))
    }
}
