//! Runs one stage machine, beside the session's.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::task::{JoinError, JoinSet};

use super::snapshot::Reply;
use crate::backend::{Backend, ManageStage, RealtimeEvent, StageOutcome, Subscription, Topic};
use crate::domain::{
    ErrorCode, IdempotencyKey, LiveError, LiveResult, Role, SessionId, StageRequest, StageRequestId, UserId,
};
use crate::runtime::shared::{Ports, insist, next_message};
use crate::runtime::timers::Timers;
use crate::session;
use crate::stage::{Board, Command, Effect, Input, Machine, Stage, Timer};

/// What came up at the desk.
pub(super) enum News {
    Answer(Result<Answer, JoinError>),
    Heard(Option<RealtimeEvent>),
    Timer(Timer),
}

/// An answer of the backend.
pub(super) enum Answer {
    Listening(Subscription),
    Answered(Command, LiveResult<StageOutcome>),
    Own(StageRequest),
    /// Everything open now, and what was open here before it was asked.
    Open(BTreeSet<StageRequestId>, Vec<StageRequest>),
    Nothing,
}

/// One user's stage: the machine, what it waits for, and the raised hands where this user leads.
pub(super) struct StageDesk {
    backend: Arc<dyn Backend>,
    user: UserId,
    session: Option<SessionId>,
    role: Option<Role>,
    machine: Machine,
    board: Board,
    open: Arc<[StageRequest]>,
    realtime: Option<Subscription>,
    timers: Timers<Timer>,
    tasks: JoinSet<Answer>,
    waiting: Vec<(Command, Reply)>,
    outcomes: Vec<(Reply, LiveResult<()>)>,
}

impl StageDesk {
    pub(super) fn new(ports: &Ports) -> Self {
        Self {
            backend: Arc::clone(&ports.backend),
            user: ports.user,
            session: None,
            role: None,
            machine: Machine::default(),
            board: Board::default(),
            open: Arc::default(),
            realtime: None,
            timers: Timers::default(),
            tasks: JoinSet::new(),
            waiting: Vec::new(),
            outcomes: Vec::new(),
        }
    }

    pub(super) fn view(&self) -> Stage {
        self.machine.view()
    }

    /// Open raised hands and invitations of others; empty for who doesn't lead the stage.
    pub(super) fn open_requests(&self) -> Arc<[StageRequest]> {
        Arc::clone(&self.open)
    }

    /// The next thing to take in; waits for ever while nothing happens. Cancel-safe.
    pub(super) async fn next(&mut self) -> News {
        tokio::select! {
            Some(answer) = self.tasks.join_next() => News::Answer(answer),
            event = next_message(&mut self.realtime) => News::Heard(event),
            timer = self.timers.next() => News::Timer(timer),
        }
    }

    pub(super) fn take(&mut self, news: News) {
        match news {
            News::Timer(timer) => self.step(Input::Timer(timer)),
            News::Heard(event) => self.hear(event),
            News::Answer(Ok(answer)) => self.take_answer(answer),
            News::Answer(Err(error)) if error.is_cancelled() => {}
            News::Answer(Err(error)) => {
                tracing::error!(%error, "a request of a stage panicked");
                if let Some(command) = self.machine.asked() {
                    let panicked = LiveError::new(ErrorCode::Internal, "the request panicked");
                    self.step(Input::Answered(command, Err(panicked)));
                }
            }
        }
    }

    pub(super) fn command(&mut self, command: Command, reply: Reply) {
        self.waiting.push((command, reply));
        self.step(command.into());
    }

    /// Follows the session: who this user is there, and whether it is over.
    pub(super) fn follow(&mut self, session: &session::Machine) {
        if session.state().is_terminal() {
            self.close();
            return;
        }
        if let (None, Some(known)) = (self.session, session.session()) {
            self.session = Some(known.id);
            self.listen();
        }
        if let Some(role) = session.role().filter(|role| self.role != Some(*role)) {
            let led = self.leads();
            self.role = Some(role);
            self.step(Input::RoleChanged(role));
            match (led, self.leads()) {
                (false, true) => self.fetch_open(),
                (true, false) => {
                    self.board.clear();
                    self.open = Arc::default();
                }
                (true, true) | (false, false) => {}
            }
        }
    }

    /// Tells whoever waits; to be called once a snapshot shows what they will be told.
    pub(super) fn settle(&mut self) {
        for (reply, outcome) in self.outcomes.drain(..) {
            // Who gave up waiting needs no answer.
            let _ = reply.send(outcome);
        }
    }

    fn close(&mut self) {
        self.step(Input::Left);
        self.realtime = None;
        self.timers.stop_all();
        self.tasks.abort_all();
        self.board.clear();
        self.open = Arc::default();
    }

    fn leads(&self) -> bool {
        self.role.is_some_and(Role::leads)
    }

    fn step(&mut self, input: Input) {
        let before = self.machine.shown();
        for effect in self.machine.handle(input) {
            match effect {
                Effect::Ask(command) => self.ask(command),
                Effect::Fetch => self.fetch_own(),
                Effect::StartTimer(timer, after) => self.timers.start(timer, after),
                Effect::StopTimer(timer) => self.timers.stop(timer),
                Effect::Settle(command, outcome) => {
                    let settled = self.waiting.extract_if(.., |(waiting, _)| *waiting == command);
                    self.outcomes
                        .extend(settled.map(|(_, reply)| (reply, outcome.clone())));
                }
            }
        }
        if self.machine.shown() != before {
            tracing::debug!(from = ?before, to = ?self.machine.shown(), "stage");
        }
    }

    fn hear(&mut self, event: Option<RealtimeEvent>) {
        match event {
            Some(RealtimeEvent::StageChanged(request)) => self.learn(request),
            Some(RealtimeEvent::Resubscribed) => self.catch_up(),
            // Told on the session's topic, and to others.
            Some(
                RealtimeEvent::SessionChanged(_)
                | RealtimeEvent::ParticipantChanged(_)
                | RealtimeEvent::CallChanged(_)
                | RealtimeEvent::Session(_),
            ) => {}
            Some(RealtimeEvent::Closed(error)) => {
                tracing::warn!(%error, "the stage isn't heard any more");
                self.realtime = None;
            }
            None => self.realtime = None,
        }
    }

    fn take_answer(&mut self, answer: Answer) {
        match answer {
            Answer::Listening(subscription) => {
                self.realtime = Some(subscription);
                // What was said before listening was missed.
                self.catch_up();
            }
            Answer::Answered(command, answer) => self.step(Input::Answered(command, answer.map(Box::new))),
            Answer::Own(request) => self.learn(request),
            Answer::Open(before, now) if self.leads() => {
                let others = now.into_iter().filter(|request| request.user_id != self.user);
                self.board.replace(&before, others.collect());
                self.open = self.board.snapshot();
            }
            Answer::Open(..) | Answer::Nothing => {}
        }
    }

    fn learn(&mut self, request: StageRequest) {
        if Some(request.session_id) != self.session {
            return;
        }
        if request.user_id == self.user {
            self.step(Input::RequestChanged(Box::new(request)));
        } else if self.leads() && self.board.learn(request) {
            self.open = self.board.snapshot();
        }
    }

    fn catch_up(&mut self) {
        self.fetch_own();
        if self.leads() {
            self.fetch_open();
        }
    }

    fn ask(&mut self, command: Command) {
        let Some(session_id) = self.session else { return };
        let (backend, key) = (Arc::clone(&self.backend), IdempotencyKey::random());
        let request = ManageStage {
            session_id,
            action: command.action(),
            user_id: None,
            role: None,
        };
        self.tasks.spawn(async move {
            let answer = insist(|| backend.manage_stage(request.clone(), key.clone())).await;
            Answer::Answered(command, answer)
        });
    }

    fn listen(&mut self) {
        let (backend, user) = (Arc::clone(&self.backend), self.user);
        self.tasks.spawn(async move {
            let heard = insist(|| backend.subscribe(Topic::User(user))).await;
            heard.map_or_else(|error| unheard(&error), Answer::Listening)
        });
    }

    fn fetch_own(&mut self) {
        let Some(session) = self.session else { return };
        let (backend, user) = (Arc::clone(&self.backend), self.user);
        self.tasks.spawn(async move {
            match insist(|| backend.last_stage_request(session, user)).await {
                Ok(Some(request)) => Answer::Own(request),
                Ok(None) => Answer::Nothing,
                Err(error) => unheard(&error),
            }
        });
    }

    fn fetch_open(&mut self) {
        let Some(session) = self.session else { return };
        let (backend, before) = (Arc::clone(&self.backend), self.board.open_ids());
        self.tasks.spawn(async move {
            let open = insist(|| backend.open_stage_requests(session)).await;
            open.map_or_else(|error| unheard(&error), |open| Answer::Open(before, open))
        });
    }
}

fn unheard(error: &LiveError) -> Answer {
    tracing::warn!(%error, "the backend couldn't be asked about the stage");
    Answer::Nothing
}
