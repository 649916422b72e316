//! Runs one session machine.

use std::sync::Arc;

use tokio::sync::{broadcast, mpsc, watch};
use tokio::task::JoinError;

use super::chat::ChatDesk;
use super::requests::{Answer, Requests};
use super::snapshot::{Message, Reply, SessionEvent, SessionSnapshot, Watches};
use super::stage::StageDesk;
use super::way_in::WayIn;
use crate::backend::{RealtimeEvent, SessionNews, Subscription};
use crate::domain::{ErrorCode, LiveError, Role, SessionId, SessionType, quality};
use crate::media::MediaRoom;
use crate::runtime::room::{LinkEvent, Presets, RoomLink, RoomNews};
use crate::runtime::shared::{FAREWELL, Ports, moment, next_message};
use crate::runtime::timers::Timers;
use crate::session::{Command, Effect, Input, Machine, Timer};

type RoomCell = watch::Sender<Option<Arc<dyn MediaRoom>>>;

pub(super) struct SessionActor {
    ports: Ports,
    machine: Machine,
    messages: mpsc::Receiver<Message>,
    link: RoomLink,
    realtime: Option<Subscription>,
    timers: Timers<Timer>,
    network: watch::Receiver<u64>,
    requests: Requests,
    stage: StageDesk,
    chat: ChatDesk,
    way: WayIn,
    waiting: Vec<(Command, Reply)>,
    seq: u64,
    snapshot: watch::Sender<SessionSnapshot>,
    room: RoomCell,
    events: broadcast::Sender<SessionEvent>,
    done: watch::Sender<bool>,
}

impl SessionActor {
    pub(super) fn new(
        ports: Ports,
        messages: mpsc::Receiver<Message>,
        events: broadcast::Sender<SessionEvent>,
    ) -> (Self, Watches) {
        let (machine, link) = (Machine::default(), RoomLink::new(ports.clone()));
        let requests = Requests::new(Arc::clone(&ports.backend));
        let network = ports.network.subscribe();
        let stage = StageDesk::new(&ports);
        let (chat, chats) = ChatDesk::new(&ports);
        let (snapshot, snapshots) = watch::channel(snapshot_of(&machine, &link, &stage, 0));
        let (room, rooms) = watch::channel(None);
        let (done, finished) = watch::channel(false);
        let actor = Self {
            ports,
            machine,
            messages,
            link,
            realtime: None,
            timers: Timers::default(),
            network,
            requests,
            stage,
            chat,
            way: WayIn::default(),
            waiting: Vec::new(),
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
                chat: chats,
                done: finished,
            },
        )
    }

    /// Runs until the session is over and what had to be told is told.
    pub(super) async fn run(mut self) {
        while !self.machine.state().is_terminal() {
            let input = tokio::select! {
                message = self.messages.recv() => match message {
                    Some(Message::Input(input)) => input,
                    Some(Message::Command(command, input, reply)) => {
                        self.waiting.push((command, reply));
                        input
                    }
                    Some(Message::Watch(input)) => {
                        if self.link.watch(input) {
                            self.publish_snapshot();
                        }
                        continue;
                    }
                    Some(Message::Stage(command, reply)) => {
                        self.stage.command(command, reply);
                        self.show_stage();
                        continue;
                    }
                    Some(Message::Chat(command)) => {
                        self.chat.command(command);
                        continue;
                    }
                    // Nobody holds the session any more.
                    None => Input::Leave,
                },
                Some(done) = self.requests.next() => match self.take(done) {
                    Some(input) => input,
                    None => continue,
                },
                event = self.link.next() => match self.observe(event) {
                    Some(input) => input,
                    None => { self.publish_snapshot(); continue }
                },
                event = next_message(&mut self.realtime) => match self.hear(event) {
                    Some(input) => input,
                    None => continue,
                },
                news = self.stage.next() => {
                    self.stage.take(news);
                    self.show_stage();
                    continue;
                }
                news = self.chat.next() => {
                    let told = self.chat.take(news);
                    self.publish_snapshot();
                    self.tell(told);
                    continue;
                }
                timer = self.timers.next() => Input::Timer(timer),
                Ok(()) = self.network.changed() => Input::NetworkChanged,
                () = self.ports.closing.cancelled() => Input::Leave,
            };
            self.step(input);
        }
        self.realtime = None;
        self.timers.stop_all();
        self.requests.give_up_questions();
        // What is in flight may still have to be given back.
        let farewell = tokio::time::timeout(FAREWELL, async {
            while let Some(done) = self.requests.next().await {
                if let Some(input) = self.take(done) {
                    self.step(input);
                }
            }
        });
        if farewell.await.is_err() {
            tracing::warn!("the backend didn't answer the farewell of a session in time");
        }
        self.done.send_replace(true);
    }

    fn step(&mut self, input: Input) {
        let before = self.machine.state().clone();
        let effects = self.machine.handle(input, moment());
        // Who waits for an outcome then reads a snapshot that has it.
        let (outcomes, others): (Vec<_>, Vec<_>) = effects
            .into_iter()
            .partition(|effect| matches!(effect, Effect::Settle(..)));
        for effect in others {
            self.perform(effect);
        }
        self.stage.follow(&self.machine);
        self.chat.follow(&self.machine);
        self.show_stage();
        for outcome in outcomes {
            self.perform(outcome);
        }
        if *self.machine.state() != before {
            tracing::debug!(from = ?before, to = ?self.machine.state(), "session");
            if let Some(told) = self.way.follow(&self.machine) {
                let _ = self.events.send(SessionEvent::Funnel(told));
            }
            let _ = self
                .events
                .send(SessionEvent::StateChanged(self.machine.state().clone()));
        }
    }

    fn show_stage(&mut self) {
        self.publish_snapshot();
        self.stage.settle();
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Authorize(entry) => self.requests.authorize(entry),
            Effect::Listen(id) => self.requests.listen(id),
            Effect::Connect(access) => {
                // A host comes to an empty stage; guests' tracks are subscribed one by one.
                self.link.connect(access, self.machine.role() != Some(Role::Host));
            }
            Effect::Publish(source) => self.link.publish(source, self.presets()),
            Effect::Unpublish(source) => self.link.unpublish(source),
            Effect::FlipCamera => self.link.flip_camera(),
            Effect::Resume => self.link.resume(),
            Effect::Disconnect => {
                self.link.disconnect();
                self.room.send_replace(None);
            }
            Effect::StartTimer(timer, after) => self.timers.start(timer, after),
            Effect::StopTimer(timer) => self.timers.stop(timer),
            Effect::Settle(command, outcome) => {
                for (_, reply) in self.waiting.extract_if(.., |(waiting, _)| *waiting == command) {
                    // Who gave up waiting needs no answer.
                    let _ = reply.send(outcome.clone());
                }
            }
            Effect::Withdraw(id, role) => self.requests.withdraw(id, role),
            Effect::RefreshToken => self.about_session(Requests::refresh_token),
            Effect::StartSession => self.about_session(Requests::start),
            Effect::EndSession => self.about_session(Requests::end),
            Effect::LearnEnd => self.about_session(Requests::learn_end),
        }
    }

    fn about_session(&mut self, ask: impl FnOnce(&mut Requests, SessionId)) {
        if let Some(id) = self.machine.session().map(|session| session.id) {
            ask(&mut self.requests, id);
        }
    }

    fn take(&mut self, answer: Result<Answer, JoinError>) -> Option<Input> {
        match answer {
            Ok(Answer::Input(input)) => Some(input),
            Ok(Answer::Listening(subscription)) => {
                self.realtime = Some(subscription);
                // What was said before listening was missed.
                self.catch_up();
                None
            }
            Ok(Answer::Nothing) => None,
            Err(error) if error.is_cancelled() => None,
            Err(error) => {
                tracing::error!(%error, "a request of a session panicked");
                for (_, reply) in self.waiting.drain(..) {
                    let _ = reply.send(Err(LiveError::new(ErrorCode::Internal, "the request panicked")));
                }
                None
            }
        }
    }

    fn tell(&self, news: Option<SessionNews>) {
        if let Some(news) = news {
            // Nobody has to listen.
            let _ = self.events.send(SessionEvent::News(news));
        }
    }

    fn catch_up(&mut self) {
        self.about_session(Requests::fetch);
        self.chat.catch_up();
    }

    fn hear(&mut self, event: Option<RealtimeEvent>) -> Option<Input> {
        match event {
            Some(RealtimeEvent::SessionChanged(session)) => {
                let known = self.machine.session().map(|known| known.id);
                (known == Some(session.id)).then_some(Input::SessionChanged(session))
            }
            Some(RealtimeEvent::Resubscribed) => {
                self.catch_up();
                None
            }
            Some(RealtimeEvent::Session(news)) => {
                if self.chat.hear(&news) {
                    self.publish_snapshot();
                    self.tell(Some(news));
                }
                None
            }
            Some(
                RealtimeEvent::ParticipantChanged(_)
                | RealtimeEvent::StageChanged(_)
                | RealtimeEvent::CallChanged(_),
            ) => None,
            // LiveKit tells who is out; Realtime going away alone ends nothing.
            Some(RealtimeEvent::Closed(_)) | None => {
                self.realtime = None;
                None
            }
        }
    }

    fn observe(&mut self, event: LinkEvent) -> Option<Input> {
        match event {
            LinkEvent::Connected(outcome) => {
                self.room.send_replace(self.link.room());
                Some(Input::Connected(
                    outcome.map(|grants| self.step(Input::GrantsChanged(grants))),
                ))
            }
            LinkEvent::Published(source, outcome) => Some(Input::Published(source, outcome)),
            LinkEvent::Unpublished(source) => Some(Input::Unpublished(source)),
            LinkEvent::Flipped(outcome) => Some(Input::Flipped(outcome)),
            LinkEvent::Viewing => None,
            LinkEvent::Room(event, news) => {
                let told = self.way.hear(&event).map(SessionEvent::Funnel);
                for event in [Some(SessionEvent::Room(event)), told].into_iter().flatten() {
                    // Nobody has to listen.
                    let _ = self.events.send(event);
                }
                match news? {
                    RoomNews::Lost => Some(Input::ConnectionLost),
                    RoomNews::Resumed => Some(Input::ConnectionResumed),
                    RoomNews::Granted(grants) => Some(Input::GrantsChanged(grants)),
                    RoomNews::Role(role) => Some(Input::RoleChanged(role)),
                    RoomNews::Over(reason) => {
                        self.room.send_replace(None);
                        Some(Input::Disconnected(reason))
                    }
                }
            }
        }
    }

    fn presets(&self) -> Presets {
        let session_type = self
            .machine
            .session()
            .map_or(SessionType::VideoLive, |session| session.session_type);
        let role = self.machine.role().unwrap_or(session_type.audience_role());
        Presets {
            camera: quality::camera(role, session_type),
            microphone: quality::microphone(session_type),
        }
    }

    fn publish_snapshot(&mut self) {
        self.seq += 1;
        self.snapshot.send_replace(SessionSnapshot {
            funnel: self.way.told(),
            recording: self.chat.recording().cloned(),
            ..snapshot_of(&self.machine, &self.link, &self.stage, self.seq)
        });
    }
}

fn snapshot_of(machine: &Machine, link: &RoomLink, stage: &StageDesk, seq: u64) -> SessionSnapshot {
    SessionSnapshot {
        seq,
        state: machine.state().clone(),
        session: machine.session().cloned(),
        role: machine.role(),
        grants: machine.grants(),
        publishing: machine.publishing(),
        local: machine.local_media(),
        viewing: link.viewing(),
        can: machine.capabilities(),
        charged_coins: machine.charged_coins(),
        stage: stage.view(),
        stage_requests: stage.open_requests(),
        recording: None,
        funnel: Arc::default(),
        members: link.roster().clone(),
    }
}
