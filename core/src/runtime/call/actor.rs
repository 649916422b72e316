//! Runs one call machine.

use std::sync::Arc;

use tokio::sync::{broadcast, mpsc, watch};

use super::center::CallCenter;
use super::handle::CallHandle;
use super::requests::Requests;
use super::snapshot::{CallEvent, CallSnapshot, Message, Reply, Watches};
use super::way_to_talk::WayToTalk;
use crate::backend::CallChange;
use crate::call::{Direction, Effect, Errand, Input, Machine, Timer};
use crate::domain::{CallId, CallType, LiveError, Role, UserId, quality};
use crate::media::MediaRoom;
use crate::runtime::room::{LinkEvent, Presets, RoomLink, RoomNews};
use crate::runtime::shared::{FAREWELL, Ports, moment};
use crate::runtime::timers::Timers;

pub(super) struct CallActor {
    ports: Ports,
    center: Arc<CallCenter>,
    machine: Machine,
    messages: mpsc::Receiver<Message>,
    link: RoomLink,
    timers: Timers<Timer>,
    network: watch::Receiver<u64>,
    requests: Requests,
    way: WayToTalk,
    waiting: Vec<(CallChange, Reply)>,
    registered: Option<CallId>,
    /// How often messages may have been missed before this call was.
    since: u32,
    last_error: Option<LiveError>,
    seq: u64,
    snapshot: watch::Sender<CallSnapshot>,
    room: watch::Sender<Option<Arc<dyn MediaRoom>>>,
    events: broadcast::Sender<CallEvent>,
    done: watch::Sender<bool>,
}

impl CallActor {
    pub(super) fn new(
        ports: Ports,
        center: Arc<CallCenter>,
        messages: mpsc::Receiver<Message>,
        events: broadcast::Sender<CallEvent>,
    ) -> (Self, Watches) {
        let (machine, link) = (Machine::default(), RoomLink::new(ports.with_call_sound()));
        let requests = Requests::new(Arc::clone(&ports.backend));
        let network = ports.network.subscribe();
        let (snapshot, snapshots) = watch::channel(snapshot_of(&machine, &link, ports.user));
        let (room, rooms) = watch::channel(None);
        let (done, finished) = watch::channel(false);
        let actor = Self {
            ports,
            since: center.catch_ups(),
            center,
            machine,
            messages,
            link,
            timers: Timers::default(),
            network,
            requests,
            way: WayToTalk::default(),
            waiting: Vec::new(),
            registered: None,
            last_error: None,
            seq: 0,
            snapshot,
            room,
            events,
            done,
        };
        (
            actor,
            Watches {
                snapshot: snapshots,
                room: rooms,
                done: finished,
            },
        )
    }

    /// Runs until the call is over and what had to be told is told. Holds a handle, so that a call goes on
    /// without its screen.
    pub(super) async fn run(mut self, handle: CallHandle) {
        while !self.machine.state().is_terminal() {
            let input = tokio::select! {
                Some(message) = self.messages.recv() => match message {
                    Message::Input(input) => input,
                    Message::Change(change, input, reply) => {
                        self.waiting.push((change, reply));
                        input
                    }
                    Message::Watch(input) => {
                        if self.link.watch(input) {
                            self.publish_snapshot();
                        }
                        continue;
                    }
                },
                Some(done) = self.requests.next() => match done {
                    Ok(Some(input)) => input,
                    Ok(None) => continue,
                    Err(error) => {
                        tracing::error!(%error, "a request of a call panicked");
                        Input::HangUp
                    }
                },
                event = self.link.next() => match self.observe(event, &handle) {
                    Some(input) => input,
                    None => { self.publish_snapshot(); continue }
                },
                timer = self.timers.next() => Input::Timer(timer),
                Ok(()) = self.network.changed() => Input::NetworkChanged,
                () = self.ports.closing.cancelled() => Input::HangUp,
            };
            self.step(input, &handle);
        }
        self.timers.stop_all();
        let farewell = tokio::time::timeout(FAREWELL, async {
            while let Some(done) = self.requests.next().await {
                if let Ok(Some(input)) = done {
                    self.step(input, &handle);
                }
            }
        });
        if farewell.await.is_err() {
            tracing::warn!("the backend didn't answer the farewell of a call in time");
        }
        if let Some(id) = self.registered {
            self.center.forget(id, &handle);
        }
        self.done.send_replace(true);
    }

    fn step(&mut self, input: Input, handle: &CallHandle) {
        let before = self.machine.state();
        let effects = self.machine.handle(input, moment());
        // Who waits for an outcome then reads a snapshot that has it.
        let (outcomes, others): (Vec<_>, Vec<_>) = effects
            .into_iter()
            .partition(|effect| matches!(effect, Effect::Settle(..)));
        for effect in others {
            self.perform(effect);
        }
        if let (None, Some(call)) = (self.registered, self.machine.call()) {
            self.registered = Some(call.id);
            let direction = self.machine.direction().unwrap_or(Direction::Out);
            let id = call.id;
            if self.center.register(call, handle, direction, self.since) {
                self.perform(Effect::Fetch(id));
            }
        }
        self.publish_snapshot();
        for outcome in outcomes {
            self.perform(outcome);
        }
        let now = self.machine.state();
        if now != before {
            tracing::debug!(from = ?before, to = ?now, "call");
            let told = self.way.follow(&self.machine).map(CallEvent::Funnel);
            for event in [Some(CallEvent::StateChanged(now)), told].into_iter().flatten() {
                // Nobody has to listen.
                let _ = self.events.send(event);
            }
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Initiate(request, key) => self.requests.ask(Errand::Initiate(request, key)),
            Effect::Answer(request) => self.requests.ask(Errand::Answer(request)),
            Effect::EndCall(id) => self.requests.ask(Errand::EndCall(id)),
            Effect::Fetch(id) => self.requests.ask(Errand::Fetch(id)),
            Effect::RefreshToken(id) => self.requests.ask(Errand::RefreshToken(id)),
            Effect::Change(request, key) => self.requests.ask(Errand::Change(request, key)),
            Effect::Resume => self.link.resume(),
            Effect::Connect(access) => self.link.connect(access, true),
            Effect::Publish(source) => self.link.publish(source, self.presets()),
            Effect::Unpublish(source) => self.link.unpublish(source),
            Effect::FlipCamera => self.link.flip_camera(),
            Effect::Disconnect => {
                self.link.disconnect();
                self.room.send_replace(None);
            }
            Effect::StartTimer(timer, after) => self.timers.start(timer, after),
            Effect::StopTimer(timer) => self.timers.stop(timer),
            Effect::Settle(change, outcome) => {
                for (_, reply) in self.waiting.extract_if(.., |(waiting, _)| *waiting == change) {
                    // Who gave up waiting needs no answer.
                    let _ = reply.send(outcome.clone());
                }
            }
            Effect::Report(error) => self.last_error = Some(error),
        }
    }

    fn observe(&mut self, event: LinkEvent, handle: &CallHandle) -> Option<Input> {
        match event {
            LinkEvent::Connected(outcome) => {
                self.room.send_replace(self.link.room());
                let granted = |grants| self.step(Input::GrantsChanged(grants), handle);
                Some(Input::Connected(outcome.map(granted)))
            }
            LinkEvent::Published(source, outcome) => Some(Input::Published(source, outcome)),
            LinkEvent::Unpublished(source) => Some(Input::Unpublished(source)),
            LinkEvent::Flipped(outcome) => Some(Input::Flipped(outcome)),
            LinkEvent::Viewing => None,
            LinkEvent::Room(event, news) => {
                let told = self.way.hear(&event).map(CallEvent::Funnel);
                for event in [Some(CallEvent::Room(event)), told].into_iter().flatten() {
                    // Nobody has to listen.
                    let _ = self.events.send(event);
                }
                match news? {
                    RoomNews::Lost => Some(Input::ConnectionLost),
                    RoomNews::Resumed => Some(Input::ConnectionResumed),
                    RoomNews::Granted(grants) => Some(Input::GrantsChanged(grants)),
                    RoomNews::Over(reason) => {
                        self.room.send_replace(None);
                        Some(Input::Disconnected(reason))
                    }
                    // Both people of a call have the same one.
                    RoomNews::Role(_) => None,
                }
            }
        }
    }

    fn presets(&self) -> Presets {
        let call_type = self
            .machine
            .call()
            .map_or(CallType::AudioCall, |call| call.call_type);
        let session_type = call_type.session_type();
        Presets {
            camera: quality::camera(Role::Host, session_type),
            microphone: quality::microphone(session_type),
        }
    }

    fn publish_snapshot(&mut self) {
        self.seq += 1;
        self.snapshot.send_replace(CallSnapshot {
            seq: self.seq,
            last_error: self.last_error.clone(),
            funnel: self.way.told(),
            ..snapshot_of(&self.machine, &self.link, self.ports.user)
        });
    }
}

fn snapshot_of(machine: &Machine, link: &RoomLink, user: UserId) -> CallSnapshot {
    CallSnapshot {
        seq: 0,
        state: machine.state(),
        call: machine.call().cloned(),
        publishing: machine.publishing(),
        local: machine.local_media(),
        viewing: link.viewing(),
        can: machine.capabilities(user),
        last_error: None,
        funnel: Arc::default(),
        members: link.roster().clone(),
    }
}
