//! The media engine of a simulated phone.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::network::{Fault, Operation};
use super::world::{Sim, Wire};
use crate::domain::UserId;
use crate::media::{
    AudioFrame, AudioOptions, AudioSink, ConnectRequest, DisconnectReason, I420, MediaConnection,
    MediaEngine, MediaError, MediaEvent, MediaRoom, PublishedTrack, TrackId, TrackKind, TrackSource,
    VideoFrame, VideoOptions, VideoSink,
};

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
        let (ticket, (number, participants)) = self.sim.with(|model| {
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
    async fn publish(&self, source: TrackSource) -> Result<TrackId, MediaError> {
        let trip = self.sim.with(|model| model.line(self.user).trip());
        tokio::time::sleep(trip).await;
        self.sim.with(|model| {
            if !model.is_in(&self.name, self.user) {
                return Err(MediaError::Closed);
            }
            model
                .publish(&self.name, self.user, source)
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

    /// Whether somebody publishes that track.
    fn readable(&self, track: &TrackId, kind: TrackKind) -> Result<(), MediaError> {
        let found = self.sim.with(|model| {
            model
                .track(&self.name, track)
                .is_some_and(|(_, known)| known.kind == kind)
        });
        found.then_some(()).ok_or(MediaError::NoSuchTrack)
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
            let id = self.publish(options.source).await?;
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
            let id = self.publish(options.source).await?;
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
        self.sim.with(|model| {
            let peer = model
                .rooms
                .get_mut(&self.name)
                .and_then(|room| room.peers.get_mut(&self.user));
            let known = peer.and_then(|peer| peer.tracks.iter_mut().find(|known| known.id == *track));
            known.ok_or(MediaError::NoSuchTrack)?.muted = muted;
            let event = MediaEvent::TrackMuted {
                user: self.user,
                track: track.clone(),
                muted,
            };
            model.say(&self.name, None, &event);
            Ok(())
        })
    }

    fn set_subscribed(&self, track: &TrackId, subscribed: bool) -> Result<(), MediaError> {
        self.sim.with(|model| {
            let found = model
                .track(&self.name, track)
                .map(|(user, track)| (user, track.clone()));
            let (user, found) = found.ok_or(MediaError::NoSuchTrack)?;
            let event = if subscribed {
                MediaEvent::TrackSubscribed { user, track: found }
            } else {
                MediaEvent::TrackUnsubscribed {
                    user,
                    track: found.id,
                }
            };
            model.say_to(&self.name, self.user, event);
            Ok(())
        })
    }

    /// One black picture, at once.
    fn video_frames(&self, track: &TrackId) -> Result<mpsc::Receiver<VideoFrame>, MediaError> {
        self.readable(track, TrackKind::Video)?;
        let (width, height) = (16, 16);
        let picture = I420 {
            width,
            height,
            data: Bytes::from(vec![0; I420::size(width, height)]),
        };
        Ok(one(VideoFrame {
            picture,
            timestamp_us: 0,
        }))
    }

    /// Ten milliseconds of silence, at once.
    fn audio_frames(&self, track: &TrackId) -> Result<mpsc::Receiver<AudioFrame>, MediaError> {
        self.readable(track, TrackKind::Audio)?;
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
