//! An actor's side of a LiveKit room: connects, publishes, and reports in one stream.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;

use super::roster::Members;
use crate::backend::LiveKitAccess;
use crate::domain::quality::{AudioPreset, VideoPreset};
use crate::domain::{LiveError, LiveResult, limits};
use crate::media::{
    CaptureGuard, ConnectRequest, MediaCapture, MediaConnection, MediaError, MediaEvent, MediaRoom, TrackId,
    TrackSource,
};
use crate::runtime::shared::Ports;

/// What a link reports.
#[derive(Debug)]
pub(in crate::runtime) enum LinkEvent {
    /// A connection came to be, or not.
    Connected(LiveResult<()>),
    /// A publication came to be, or not.
    Published(TrackSource, LiveResult<()>),
    /// An own track is gone, by the server's wish.
    Unpublished(TrackSource),
    /// Anything else that the room says.
    Room(MediaEvent),
}

/// How the tracks of a room are encoded.
#[derive(Clone, Copy, Debug)]
pub(in crate::runtime) struct Presets {
    pub(in crate::runtime) camera: VideoPreset,
    pub(in crate::runtime) microphone: AudioPreset,
}

enum Outcome {
    Connected(Result<MediaConnection, MediaError>),
    Published(TrackSource, LiveResult<(TrackId, CaptureGuard)>),
}

pub(in crate::runtime) struct RoomLink {
    ports: Ports,
    room: Option<Arc<dyn MediaRoom>>,
    events: Option<UnboundedReceiver<MediaEvent>>,
    roster: Members,
    connecting: Option<AbortHandle>,
    /// Off, the link subscribes to each track itself.
    auto_subscribe: bool,
    /// What is published or about to be; `None` inside while about to be.
    publications: BTreeMap<TrackSource, Option<(TrackId, CaptureGuard)>>,
    generation: u64,
    report: UnboundedSender<(u64, Outcome)>,
    outcomes: UnboundedReceiver<(u64, Outcome)>,
}

impl RoomLink {
    pub(in crate::runtime) fn new(ports: Ports) -> Self {
        let (report, outcomes) = unbounded_channel();
        Self {
            ports,
            room: None,
            events: None,
            roster: Members::default(),
            connecting: None,
            auto_subscribe: true,
            publications: BTreeMap::new(),
            generation: 0,
            report,
            outcomes,
        }
    }

    pub(in crate::runtime) fn room(&self) -> Option<Arc<dyn MediaRoom>> {
        self.room.clone()
    }

    pub(in crate::runtime) fn roster(&self) -> &Members {
        &self.roster
    }

    /// Joins a room; whatever was joined before is left.
    pub(in crate::runtime) fn connect(&mut self, access: LiveKitAccess, auto_subscribe: bool) {
        self.disconnect();
        self.auto_subscribe = auto_subscribe;
        let request = ConnectRequest {
            url: access.url,
            token: access.token,
            auto_subscribe,
            timeout: limits::CONNECT_TIMEOUT,
        };
        let (engine, report) = (Arc::clone(&self.ports.engine), self.reporter());
        let task = self
            .ports
            .actors
            .spawn(async move { report(Outcome::Connected(engine.connect(request).await)) });
        self.connecting = Some(task.abort_handle());
    }

    /// Publishes a device's track, and starts the device once the server has taken it.
    pub(in crate::runtime) fn publish(&mut self, source: TrackSource, presets: Presets) {
        let report = self.reporter();
        let Some(room) = self.room() else {
            report(Outcome::Published(source, Err(MediaError::Closed.into())));
            return;
        };
        self.publications.insert(source, None);
        let capture = Arc::clone(&self.ports.capture);
        self.ports.actors.spawn(async move {
            let published = match source {
                TrackSource::Camera | TrackSource::ScreenShare => {
                    publish_camera(&*room, &*capture, presets).await
                }
                TrackSource::Microphone | TrackSource::ScreenShareAudio => {
                    publish_microphone(&*room, &*capture, presets).await
                }
            };
            report(Outcome::Published(source, published));
        });
    }

    /// Stops the device and takes its track back.
    pub(in crate::runtime) fn unpublish(&mut self, source: TrackSource) {
        if let (Some(Some((track, _stopped))), Some(room)) = (self.publications.remove(&source), self.room())
        {
            self.retract(room, track);
        }
    }

    /// Finds a path over the network of now; the room tells how it went.
    pub(in crate::runtime) fn resume(&self) {
        if let Some(room) = &self.room
            && let Err(error) = room.restart_ice()
        {
            tracing::warn!(%error, "the connection couldn't be moved to the new network");
        }
    }

    /// Leaves the room, and gives up what is in flight.
    pub(in crate::runtime) fn disconnect(&mut self) {
        self.generation += 1;
        self.events = None;
        self.publications.clear();
        self.roster.reset(Vec::new());
        if let Some(connecting) = self.connecting.take() {
            connecting.abort();
        }
        if let Some(room) = self.room.take() {
            self.ports.actors.spawn(async move { room.disconnect().await });
        }
    }

    /// The next thing to know; waits for ever while nothing happens. Cancel-safe.
    pub(in crate::runtime) async fn next(&mut self) -> LinkEvent {
        loop {
            let told = tokio::select! {
                biased;
                Some((generation, outcome)) = self.outcomes.recv() => self.settle(generation, outcome),
                Some(event) = next_event(&mut self.events) => Some(self.observe(event)),
            };
            if let Some(told) = told {
                return told;
            }
        }
    }

    fn settle(&mut self, generation: u64, outcome: Outcome) -> Option<LinkEvent> {
        if generation != self.generation {
            return None;
        }
        match outcome {
            Outcome::Connected(Ok(connection)) => {
                self.connecting = None;
                for track in connection
                    .participants
                    .iter()
                    .flat_map(|participant| &participant.tracks)
                {
                    self.subscribe(&*connection.room, &track.id);
                }
                self.roster.reset(connection.participants);
                self.room = Some(connection.room);
                self.events = Some(connection.events);
                Some(LinkEvent::Connected(Ok(())))
            }
            Outcome::Connected(Err(error)) => Some(LinkEvent::Connected(Err(error.into()))),
            Outcome::Published(source, Ok(published)) => {
                let Some(place) = self.publications.get_mut(&source) else {
                    // Taken back while it was in flight.
                    if let Some(room) = self.room() {
                        self.retract(room, published.0);
                    }
                    return None;
                };
                *place = Some(published);
                Some(LinkEvent::Published(source, Ok(())))
            }
            Outcome::Published(source, Err(error)) => {
                self.publications.remove(&source);
                Some(LinkEvent::Published(source, Err(error)))
            }
        }
    }

    fn subscribe(&self, room: &dyn MediaRoom, track: &TrackId) {
        if !self.auto_subscribe
            && let Err(error) = room.set_subscribed(track, true)
        {
            tracing::warn!(%error, "a track couldn't be subscribed");
        }
    }

    fn observe(&mut self, event: MediaEvent) -> LinkEvent {
        self.roster.apply(&event);
        if let (MediaEvent::TrackPublished { track, .. }, Some(room)) = (&event, &self.room) {
            self.subscribe(&**room, &track.id);
        }
        if let MediaEvent::LocalTrackUnpublished(track) = &event {
            let lost = self
                .publications
                .iter()
                .find(|(_, place)| place.as_ref().is_some_and(|(published, _)| published == track));
            if let Some(source) = lost.map(|(source, _)| *source) {
                self.publications.remove(&source);
                return LinkEvent::Unpublished(source);
            }
        }
        if let MediaEvent::Disconnected(_) = &event {
            self.publications.clear();
            self.room = None;
        }
        LinkEvent::Room(event)
    }

    fn retract(&self, room: Arc<dyn MediaRoom>, track: TrackId) {
        self.ports.actors.spawn(async move {
            if let Err(error) = room.unpublish(track).await {
                tracing::warn!(%error, "a track couldn't be unpublished");
            }
        });
    }

    fn reporter(&self) -> impl Fn(Outcome) + Send + 'static {
        let (generation, outcomes) = (self.generation, self.report.clone());
        move |outcome| {
            // The link is gone: nobody wants to know, and dropping the outcome releases it.
            let _ = outcomes.send((generation, outcome));
        }
    }
}

impl Drop for RoomLink {
    fn drop(&mut self) {
        self.disconnect();
    }
}

async fn next_event(events: &mut Option<UnboundedReceiver<MediaEvent>>) -> Option<MediaEvent> {
    match events {
        Some(receiver) => receiver.recv().await,
        None => std::future::pending().await,
    }
}

async fn publish_camera(
    room: &dyn MediaRoom,
    capture: &dyn MediaCapture,
    presets: Presets,
) -> LiveResult<(TrackId, CaptureGuard)> {
    let published = room.publish_video(capture.camera_options(presets.camera)).await?;
    match capture.start_camera(published.sink) {
        Ok(guard) => Ok((published.id, guard)),
        Err(error) => Err(give_back(room, published.id, error).await),
    }
}

async fn publish_microphone(
    room: &dyn MediaRoom,
    capture: &dyn MediaCapture,
    presets: Presets,
) -> LiveResult<(TrackId, CaptureGuard)> {
    let published = room
        .publish_audio(capture.microphone_options(presets.microphone))
        .await?;
    match capture.start_microphone(published.sink) {
        Ok(guard) => Ok((published.id, guard)),
        Err(error) => Err(give_back(room, published.id, error).await),
    }
}

/// A track without a device behind it would be a frozen picture at the other end.
async fn give_back(room: &dyn MediaRoom, track: TrackId, error: LiveError) -> LiveError {
    if let Err(second) = room.unpublish(track).await {
        tracing::warn!(error = %second, "a track couldn't be unpublished");
    }
    error
}
