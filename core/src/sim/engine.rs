//! The media engine of a simulated phone.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::model::Model;
use super::network::{Fault, Operation};
use super::on_air::Encoding;
use super::world::{Sim, Wire};
use crate::domain::UserId;
use crate::media::{
    AudioFrame, AudioOptions, AudioSink, ConnectRequest, DisconnectReason, MediaConnection, MediaEngine,
    MediaError, MediaRoom, PublishedTrack, TrackId, TrackKind, TrackSource, TrackStats, VideoFrame,
    VideoOptions, VideoSink, ViewSize,
};

/// How long the server may take to answer a publication.
const PUBLISH_TIMEOUT: Duration = Duration::from_secs(10);

/// Connects one person to the rooms of the world.
pub struct SimEngine {
    sim: Sim,
    user: UserId,
}

impl SimEngine {
    pub(super) const fn new(sim: Sim, user: UserId) -> Self {
        Self { sim, user }
    }

    async fn join(&self, request: ConnectRequest) -> Result<MediaConnection, MediaError> {
        let (trip, fault) = self.sim.with(|model| {
            (
                model.line(self.user).trip(),
                model.fault(self.user, Operation::Connect),
            )
        });
        let slower = match &fault {
            Some(Fault::Slow(more)) => *more,
            Some(Fault::Refused(_) | Fault::AnswerLost) | None => Duration::ZERO,
        };
        tokio::time::sleep(trip + slower).await;
        if matches!(fault, Some(Fault::Refused(_) | Fault::AnswerLost)) {
            return Err(MediaError::Unreachable("scripted".into()));
        }
        let (wire, events) = Wire::new();
        let (ticket, (number, grants, participants)) = self.sim.with(|model| {
            if !model.is_online(self.user) {
                return Err(MediaError::Unreachable("the network is away".into()));
            }
            let ticket = model.tickets.get(&request.token).cloned();
            let ticket = ticket.filter(|ticket| ticket.expires > Instant::now());
            match ticket {
                Some(ticket) if model.rooms.contains_key(&ticket.room) => {
                    let entered = model.enter(&ticket, request.auto_subscribe, Some(wire));
                    Ok((ticket, entered))
                }
                Some(_) => Err(MediaError::Refused("there is no such room".into())),
                None => Err(MediaError::Refused("the token isn't good".into())),
            }
        })?;
        let room = SimRoom {
            sim: self.sim.clone(),
            user: self.user,
            name: ticket.room,
            number,
        };
        Ok(MediaConnection {
            room: Arc::new(room),
            grants,
            participants,
            events,
        })
    }
}

impl MediaEngine for SimEngine {
    fn connect(&self, request: ConnectRequest) -> BoxFuture<'_, Result<MediaConnection, MediaError>> {
        Box::pin(async move {
            tokio::time::timeout(request.timeout, self.join(request))
                .await
                .unwrap_or(Err(MediaError::TimedOut))
        })
    }
}

struct SimRoom {
    sim: Sim,
    user: UserId,
    name: String,
    number: u64,
}

impl SimRoom {
    async fn publish(&self, source: TrackSource, encoding: Encoding) -> Result<TrackId, MediaError> {
        let trip = self.sim.with(|model| model.line(self.user).trip());
        tokio::time::sleep(trip).await;
        if !self.sim.with(|model| model.is_online(self.user)) {
            // As LiveKit's SDK, which waits that long for the server's answer.
            tokio::time::sleep(PUBLISH_TIMEOUT).await;
        }
        self.sim.with(|model| {
            if !model.is_in(&self.name, self.user) {
                return Err(MediaError::Closed);
            }
            if !model.is_online(self.user) {
                return Err(MediaError::TimedOut);
            }
            model
                .publish(&self.name, self.user, source, encoding)
                .ok_or(MediaError::NotPermitted)
        })
    }

    fn leave(&self) {
        self.sim.with(|model| {
            let own = model
                .rooms
                .get(&self.name)
                .and_then(|room| room.peers.get(&self.user));
            if own.is_some_and(|peer| peer.number == self.number) {
                model.put_out(&self.name, self.user, DisconnectReason::ClientInitiated);
            }
        });
    }

    /// Who publishes that track, when it is of that kind.
    fn known(&self, model: &Model, track: &TrackId, kind: TrackKind) -> Result<UserId, MediaError> {
        model
            .track(&self.name, track)
            .filter(|(_, known)| known.kind == kind)
            .map(|(user, _)| user)
            .ok_or(MediaError::NoSuchTrack)
    }
}

impl MediaRoom for SimRoom {
    fn local_identity(&self) -> UserId {
        self.user
    }

    fn publish_video(
        &self,
        options: VideoOptions,
    ) -> BoxFuture<'_, Result<PublishedTrack<VideoSink>, MediaError>> {
        Box::pin(async move {
            let encoding = Encoding::Video(options.preset);
            let id = self.publish(options.source, encoding).await?;
            Ok(PublishedTrack {
                id,
                sink: VideoSink::new(|_| Ok(())),
            })
        })
    }

    fn publish_audio(
        &self,
        options: AudioOptions,
    ) -> BoxFuture<'_, Result<PublishedTrack<AudioSink>, MediaError>> {
        Box::pin(async move {
            let kbps = options.preset.max_kbps;
            let id = self.publish(options.source, Encoding::Audio { kbps }).await?;
            Ok(PublishedTrack {
                id,
                sink: AudioSink::new(|_| Ok(())),
            })
        })
    }

    fn unpublish(&self, track: TrackId) -> BoxFuture<'_, Result<(), MediaError>> {
        self.sim
            .with(|model| model.unpublish(&self.name, self.user, &track));
        Box::pin(std::future::ready(Ok(())))
    }

    fn set_muted(&self, track: &TrackId, muted: bool) -> Result<(), MediaError> {
        let muted = self
            .sim
            .with(|model| model.mute(&self.name, self.user, track, muted));
        muted.ok_or(MediaError::NoSuchTrack)
    }

    fn set_subscribed(&self, track: &TrackId, subscribed: bool) -> Result<(), MediaError> {
        self.sim.with(|model| {
            let found = model
                .track(&self.name, track)
                .map(|(user, track)| (user, track.clone()));
            let (user, found) = found.ok_or(MediaError::NoSuchTrack)?;
            if subscribed {
                model.subscribe(&self.name, self.user, user, found);
            } else {
                model.unsubscribe(&self.name, self.user, user, found.id);
            }
            Ok(())
        })
    }

    fn set_view(&self, track: &TrackId, view: Option<ViewSize>) -> Result<(), MediaError> {
        self.sim.with(|model| {
            let publisher = self.known(model, track, TrackKind::Video)?;
            if publisher == self.user {
                return Err(MediaError::NoSuchTrack);
            }
            model.view(&self.name, self.user, track, view);
            Ok(())
        })
    }

    /// What flows at the bitrate of what is published; nothing is lost.
    fn stats(&self) -> BoxFuture<'_, Result<Vec<TrackStats>, MediaError>> {
        let stats = self.sim.with(|model| model.stats(&self.name, self.user));
        Box::pin(std::future::ready(stats.ok_or(MediaError::Closed)))
    }

    /// One black picture at once, and one whenever the layer changes.
    fn video_frames(&self, track: &TrackId) -> Result<mpsc::Receiver<VideoFrame>, MediaError> {
        self.sim.with(|model| {
            self.known(model, track, TrackKind::Video)?;
            let reader = model.read(&self.name, self.user, track);
            reader.ok_or(MediaError::NoSuchTrack)
        })
    }

    /// Ten milliseconds of silence, at once.
    fn audio_frames(&self, track: &TrackId) -> Result<mpsc::Receiver<AudioFrame>, MediaError> {
        self.sim
            .with(|model| self.known(model, track, TrackKind::Audio).map(drop))?;
        Ok(one(AudioFrame {
            samples: vec![0; 480],
            sample_rate: 48_000,
            channels: 1,
        }))
    }

    fn disconnect(&self) -> BoxFuture<'_, ()> {
        self.leave();
        Box::pin(std::future::ready(()))
    }
}

impl Drop for SimRoom {
    fn drop(&mut self) {
        // The runtime may be gone already, and with it the world.
        if tokio::runtime::Handle::try_current().is_ok() {
            self.leave();
        }
    }
}

fn one<T>(frame: T) -> mpsc::Receiver<T> {
    let (sender, receiver) = mpsc::channel(1);
    // There is room for one.
    let _ = sender.try_send(frame);
    receiver
}
