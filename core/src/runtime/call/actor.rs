//! Runs one call machine.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::center::CallCenter;
use super::handle::CallHandle;
use super::snapshot::{CallSnapshot, Watches};
use crate::call::{Direction, Effect, Input, Machine, Timer};
use crate::domain::{CallId, CallType, ErrorCode, LiveError, Role, quality};
use crate::media::{MediaEvent, MediaRoom};
use crate::runtime::room::{LinkEvent, Presets, RoomLink};
use crate::runtime::shared::{FAREWELL, Ports, insist, moment};
use crate::runtime::timers::Timers;

pub(super) struct CallActor {
    ports: Ports,
    center: Arc<CallCenter>,
    machine: Machine,
    inputs: mpsc::UnboundedReceiver<Input>,
    link: RoomLink,
    timers: Timers<Timer>,
    tasks: JoinSet<Option<Input>>,
    registered: Option<CallId>,
    /// How often messages may have been missed before this call was.
    since: u32,
    last_error: Option<LiveError>,
    seq: u64,
    snapshot: watch::Sender<CallSnapshot>,
    room: watch::Sender<Option<Arc<dyn MediaRoom>>>,
    done: watch::Sender<bool>,
}

impl CallActor {
    pub(super) fn new(
        ports: Ports,
        center: Arc<CallCenter>,
        inputs: mpsc::UnboundedReceiver<Input>,
    ) -> (Self, Watches) {
        let (machine, link) = (Machine::default(), RoomLink::new(ports.clone()));
        let (snapshot, snapshots) = watch::channel(CallSnapshot {
            seq: 0,
            state: machine.state(),
            call: None,
            publishing: machine.publishing(),
            last_error: None,
            members: link.roster().clone(),
        });
        let (room, rooms) = watch::channel(None);
        let (done, finished) = watch::channel(false);
        let actor = Self {
            ports,
            since: center.catch_ups(),
            center,
            machine,
            inputs,
            link,
            timers: Timers::default(),
            tasks: JoinSet::new(),
            registered: None,
            last_error: None,
            seq: 0,
            snapshot,
            room,
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
                Some(input) = self.inputs.recv() => input,
                Some(done) = self.tasks.join_next() => match done {
                    Ok(Some(input)) => input,
                    Ok(None) => continue,
                    Err(error) => {
                        tracing::error!(%error, "a request of a call panicked");
                        Input::HangUp
                    }
                },
                event = self.link.next() => match self.observe(event) {
                    Some(input) => input,
                    None => { self.publish_snapshot(); continue }
                },
                timer = self.timers.next() => Input::Timer(timer),
                () = self.ports.closing.cancelled() => Input::HangUp,
            };
            self.step(input, &handle);
        }
        self.timers.stop_all();
        let farewell = tokio::time::timeout(FAREWELL, async {
            while let Some(done) = self.tasks.join_next().await {
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
        for effect in self.machine.handle(input, moment()) {
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
        if self.machine.state() != before {
            tracing::debug!(from = ?before, to = ?self.machine.state(), "call");
        }
        self.publish_snapshot();
    }

    fn perform(&mut self, effect: Effect) {
        let backend = Arc::clone(&self.ports.backend);
        match effect {
            Effect::Initiate(request, key) => {
                self.tasks.spawn(async move {
                    let initiated = insist(|| async {
                        match backend.initiate_call(request.clone(), key.clone()).await {
                            // It may ring there already. The key finds that very call again.
                            Err(error) if error.code == ErrorCode::Internal => Err(error),
                            settled => Ok(settled),
                        }
                    });
                    Some(Input::Initiated(initiated.await.and_then(|settled| settled)))
                });
            }
            Effect::Answer(request) if request.accept => {
                self.tasks
                    .spawn(async move { Some(Input::Answered(backend.answer_call(request).await)) });
            }
            Effect::Answer(request) => {
                self.tasks.spawn(async move {
                    Some(Input::Answered(
                        insist(|| backend.answer_call(request.clone())).await,
                    ))
                });
            }
            Effect::EndCall(id) => {
                self.tasks.spawn(async move {
                    insist(|| backend.end_call(id))
                        .await
                        .inspect_err(untold)
                        .ok()
                        .map(Input::CallChanged)
                });
            }
            Effect::Fetch(id) => {
                self.tasks.spawn(async move {
                    insist(|| backend.call(id))
                        .await
                        .inspect_err(untold)
                        .ok()
                        .map(Input::CallChanged)
                });
            }
            Effect::RefreshToken(id) => {
                self.tasks
                    .spawn(async move { Some(Input::Token(backend.call_token(id).await)) });
            }
            Effect::Connect(access) => self.link.connect(access, true),
            Effect::Publish(source) => self.link.publish(source, self.presets()),
            Effect::Unpublish(source) => self.link.unpublish(source),
            Effect::Disconnect => {
                self.link.disconnect();
                self.room.send_replace(None);
            }
            Effect::StartTimer(timer, after) => self.timers.start(timer, after),
            Effect::StopTimer(timer) => self.timers.stop(timer),
            Effect::Report(error) => self.last_error = Some(error),
        }
    }

    fn observe(&mut self, event: LinkEvent) -> Option<Input> {
        match event {
            LinkEvent::Connected(outcome) => {
                self.room.send_replace(self.link.room());
                Some(Input::Connected(outcome))
            }
            LinkEvent::Published(source, outcome) => Some(Input::Published(source, outcome)),
            LinkEvent::Unpublished(_) => None,
            LinkEvent::Room(MediaEvent::Reconnecting) => Some(Input::ConnectionLost),
            LinkEvent::Room(MediaEvent::Reconnected) => Some(Input::ConnectionResumed),
            LinkEvent::Room(MediaEvent::Disconnected(reason)) => {
                self.room.send_replace(None);
                Some(Input::Disconnected(reason))
            }
            LinkEvent::Room(
                MediaEvent::ParticipantJoined(_)
                | MediaEvent::ParticipantLeft(_)
                | MediaEvent::RoleChanged { .. }
                | MediaEvent::GrantsChanged(_)
                | MediaEvent::TrackPublished { .. }
                | MediaEvent::TrackUnpublished { .. }
                | MediaEvent::TrackSubscribed { .. }
                | MediaEvent::FirstFrame { .. }
                | MediaEvent::TrackUnsubscribed { .. }
                | MediaEvent::TrackMuted { .. }
                | MediaEvent::LocalTrackUnpublished(_)
                | MediaEvent::ActiveSpeakers(_)
                | MediaEvent::QualityChanged { .. },
            ) => None,
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
            state: self.machine.state(),
            call: self.machine.call().cloned(),
            publishing: self.machine.publishing(),
            last_error: self.last_error.clone(),
            members: self.link.roster().clone(),
        });
    }
}

fn untold(error: &LiveError) {
    tracing::warn!(%error, "the backend couldn't be asked about a call");
}
