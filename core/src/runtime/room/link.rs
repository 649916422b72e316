//! An actor's side of a LiveKit room: connects, publishes, and reports in one stream.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::news::RoomNews;
use super::publish::{self, Devices, Failure, Running};
use super::roster::Members;
use super::views::Views;
use crate::backend::LiveKitAccess;
use crate::domain::quality::{AudioPreset, VideoPreset};
use crate::domain::{Grants, LiveResult, limits};
use crate::media::{
    ConnectRequest, Facing, MediaConnection, MediaError, MediaEvent, MediaRoom, TrackId, TrackSource,
};
use crate::runtime::shared::Ports;
use crate::viewing::{self, Viewing};

/// What a link reports.
#[derive(Debug)]
pub(in crate::runtime) enum LinkEvent {
    /// A connection came to be, with what the server lets this user publish; or not.
    Connected(LiveResult<Grants>),
    /// A publication came to be, or not.
    Published(TrackSource, LiveResult<()>),
    /// An own track is gone, by the server's wish.
    Unpublished(TrackSource),
    /// The camera looks the other way, or not.
    Flipped(LiveResult<Facing>),
    /// Pictures were given up, or come back.
    Viewing,
    /// Anything else that the room says, with what of it the machine must hear.
    Room(MediaEvent, Option<RoomNews>),
}

/// How the tracks of a room are encoded.
#[derive(Clone, Copy, Debug)]
pub(in crate::runtime) struct Presets {
    pub(in crate::runtime) camera: VideoPreset,
    pub(in crate::runtime) microphone: AudioPreset,
}

enum Outcome {
    Connected(Result<MediaConnection, MediaError>),
    Published(Attempt, Result<(TrackId, Running), Failure>),
    Flipped(LiveResult<Facing>),
}

/// One try to publish a source; a second tap doesn't take the first one's track for its own.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Attempt {
    source: TrackSource,
    number: u64,
}

/// A source that is published or about to be. Dropping it gives an attempt in flight up.
struct Publication {
    attempt: Attempt,
    track: Option<(TrackId, Running)>,
    _given_up: DropGuard,
}

pub(in crate::runtime) struct RoomLink {
    ports: Ports,
    room: Option<Arc<dyn MediaRoom>>,
    events: Option<UnboundedReceiver<MediaEvent>>,
    roster: Members,
    views: Views,
    connecting: Option<AbortHandle>,
    /// Off, the link subscribes to each track itself.
    auto_subscribe: bool,
    publications: BTreeMap<TrackSource, Publication>,
    devices: Devices,
    attempts: u64,
    report: UnboundedSender<Outcome>,
    outcomes: UnboundedReceiver<Outcome>,
}

impl RoomLink {
    pub(in crate::runtime) fn new(ports: Ports) -> Self {
        let (report, outcomes) = unbounded_channel();
        Self {
            ports,
            room: None,
            events: None,
            roster: Members::default(),
            views: Views::default(),
            connecting: None,
            auto_subscribe: true,
            publications: BTreeMap::new(),
            devices: Devices::default(),
            attempts: 0,
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

    pub(in crate::runtime) fn viewing(&self) -> Viewing {
        self.views.view()
    }

    /// What the app shows, or wants to receive; whether that changed what a snapshot tells of it.
    pub(in crate::runtime) fn watch(&mut self, input: viewing::Input) -> bool {
        let before = self.views.view();
        self.views.step(input, self.room.as_deref());
        before != self.views.view()
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
        self.attempts += 1;
        let attempt = Attempt {
            source,
            number: self.attempts,
        };
        let given_up = CancellationToken::new();
        let publication = Publication {
            attempt,
            track: None,
            _given_up: given_up.clone().drop_guard(),
        };
        self.publications.insert(source, publication);
        // Without a room there is nothing to publish to, and the end of the connection tells so.
        let Some(room) = self.room() else { return };
        let (capture, device) = (Arc::clone(&self.ports.capture), self.devices.of(source));
        self.ports.actors.spawn(async move {
            let publishing = publish::publish(&*room, &*capture, source, presets, device, &given_up);
            report(Outcome::Published(attempt, publishing.await));
        });
    }

    /// Stops the device and takes its track back.
    pub(in crate::runtime) fn unpublish(&mut self, source: TrackSource) {
        let published = self
            .publications
            .remove(&source)
            .and_then(|publication| publication.track);
        if let (Some((track, _stopped)), Some(room)) = (published, self.room()) {
            self.retract(room, track);
        }
    }

    /// Turns to the other camera.
    pub(in crate::runtime) fn flip_camera(&self) {
        let (capture, report) = (Arc::clone(&self.ports.capture), self.reporter());
        self.ports
            .actors
            .spawn(async move { report(Outcome::Flipped(capture.flip_camera().await)) });
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
        // What is still reported of this connection is dropped, and with it what it holds: a device, a room.
        (self.report, self.outcomes) = unbounded_channel();
        self.events = None;
        self.publications.clear();
        self.roster.reset(Vec::new());
        self.watch(viewing::Input::Reset);
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
                Some(outcome) = self.outcomes.recv() => self.settle(outcome),
                Some(event) = next_event(&mut self.events) => Some(self.observe(event)),
                () = self.views.timer() => self.watch(viewing::Input::Timer).then_some(LinkEvent::Viewing),
            };
            if let Some(told) = told {
                return told;
            }
        }
    }

    fn settle(&mut self, outcome: Outcome) -> Option<LinkEvent> {
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
                Some(LinkEvent::Connected(Ok(connection.grants)))
            }
            Outcome::Connected(Err(error)) => Some(LinkEvent::Connected(Err(error.into()))),
            Outcome::Published(attempt, published) => self.settle_publication(attempt, published),
            Outcome::Flipped(outcome) => Some(LinkEvent::Flipped(outcome)),
        }
    }

    fn settle_publication(
        &mut self,
        attempt: Attempt,
        published: Result<(TrackId, Running), Failure>,
    ) -> Option<LinkEvent> {
        let source = attempt.source;
        let place = self.publications.get_mut(&source);
        match (place.filter(|place| place.attempt == attempt), published) {
            (Some(place), Ok(track)) => {
                place.track = Some(track);
                Some(LinkEvent::Published(source, Ok(())))
            }
            (Some(_), Err(Failure::Refused(error))) => {
                self.publications.remove(&source);
                Some(LinkEvent::Published(source, Err(error)))
            }
            // The end of the connection follows, and says what becomes of the wish.
            (Some(_), Err(Failure::Over)) => None,
            // Taken back while it was in flight.
            (None, Ok((track, _stopped))) => {
                if let Some(room) = self.room() {
                    self.retract(room, track);
                }
                None
            }
            (None, Err(Failure::Refused(_) | Failure::Over)) => None,
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
        self.views.observe(&event, self.room.as_deref());
        if let (MediaEvent::TrackPublished { track, .. }, Some(room)) = (&event, &self.room) {
            self.subscribe(&**room, &track.id);
        }
        if let MediaEvent::LocalTrackUnpublished(track) = &event {
            let lost = self.publications.iter().find(|(_, place)| {
                let published = place.track.as_ref();
                published.is_some_and(|(published, _)| published == track)
            });
            if let Some(source) = lost.map(|(source, _)| *source) {
                self.publications.remove(&source);
                return LinkEvent::Unpublished(source);
            }
        }
        let local = self.room.as_ref().map(|room| room.local_identity());
        let news = RoomNews::of(&event, local);
        if let Some(RoomNews::Over(_)) = news {
            self.publications.clear();
            self.room = None;
        }
        LinkEvent::Room(event, news)
    }

    fn retract(&self, room: Arc<dyn MediaRoom>, track: TrackId) {
        self.ports.actors.spawn(async move {
            if let Err(error) = room.unpublish(track).await {
                tracing::warn!(%error, "a track couldn't be unpublished");
            }
        });
    }

    fn reporter(&self) -> impl Fn(Outcome) + Send + 'static {
        let report = self.report.clone();
        move |outcome| {
            // The connection was left: nobody wants to know, and dropping the outcome releases what it holds.
            let _ = report.send(outcome);
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
