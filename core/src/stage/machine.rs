//! The machine: what it remembers, and the steps that its transitions are made of.

use super::{Capabilities, Command, Effect, Input, Stage, State, Timer};
use crate::backend::StageOutcome;
use crate::domain::{
    ErrorCode, LiveError, LiveResult, Role, StageRequest, StageRequestKind, StageRequestStatus, limits,
};

/// One user's view of the stage. Its state is the server's word alone; what the user asked for is laid over it
/// by [`Machine::shown`], so a refusal needs no undoing.
#[derive(Clone, Debug)]
pub struct Machine {
    pub(super) state: State,
    /// `None` before the session was entered.
    pub(super) role: Option<Role>,
    /// The latest request of this user, however news of it arrive.
    pub(super) request: Option<StageRequest>,
    /// Accepted; the role is on its way.
    pub(super) arriving: bool,
    /// What the backend was asked; one thing at a time.
    pub(super) asked: Option<Command>,
    /// The hand's next move, for after the answer.
    pub(super) next: Option<Command>,
    last_error: Option<LiveError>,
}

impl Default for Machine {
    fn default() -> Self {
        Self {
            state: State::Audience,
            role: None,
            request: None,
            arriving: false,
            asked: None,
            next: None,
            last_error: None,
        }
    }
}

impl Machine {
    /// Where the server has this user.
    pub const fn state(&self) -> State {
        self.state
    }

    /// Where an app shows this user: raising, lowering and declining harm nobody, so they count at once.
    pub const fn shown(&self) -> State {
        match (&self.state, self.wish()) {
            (State::Audience, Some(Command::Raise)) => State::HandRaised,
            (State::HandRaised, Some(Command::Lower)) | (State::Invited { .. }, Some(Command::Decline)) => {
                State::Audience
            }
            (
                State::Audience
                | State::HandRaised
                | State::Invited { .. }
                | State::OnStage { .. }
                | State::Removed,
                Some(Command::Raise | Command::Lower | Command::Accept | Command::Decline) | None,
            ) => self.state,
        }
    }

    /// What the server hasn't answered yet.
    pub const fn pending(&self) -> Option<Command> {
        self.wish()
    }

    /// The question that the backend hasn't answered.
    pub const fn asked(&self) -> Option<Command> {
        self.asked
    }

    /// What may be done now.
    pub const fn capabilities(&self) -> Capabilities {
        let answering = matches!(self.asked, Some(Command::Accept | Command::Decline));
        if self.role.is_none() || self.arriving || answering {
            return Capabilities::NONE;
        }
        self.shown().capabilities()
    }

    /// All of it, for a snapshot.
    pub fn view(&self) -> Stage {
        Stage {
            state: self.shown(),
            pending: self.pending(),
            can: self.capabilities(),
            last_error: self.last_error.clone(),
            request: self.request.clone(),
        }
    }

    /// Takes an input and says what is to be done.
    pub fn handle(&mut self, input: Input) -> Vec<Effect> {
        let mut out = Vec::new();
        self.transition(input, &mut out);
        out
    }

    const fn wish(&self) -> Option<Command> {
        match self.next {
            Some(next) => Some(next),
            None => self.asked,
        }
    }

    pub(super) fn ask(&mut self, command: Command, out: &mut Vec<Effect>) {
        self.asked = Some(command);
        out.push(Effect::Ask(command));
    }

    /// The hand is to go up or down, while at most one question is open.
    pub(super) fn move_hand(&mut self, command: Command, out: &mut Vec<Effect>) {
        if self.arriving {
            out.push(refused(command, "accepted already"));
        } else if self.asked.is_none() {
            self.ask(command, out);
        } else if self.asked == Some(command) {
            // Its answer settles this one too.
            self.plan(None, out);
        } else {
            self.plan(Some(command), out);
        }
    }

    /// The hand is where the command wants it, as far as the server is concerned.
    pub(super) fn keep_hand(&mut self, command: Command, opposite: Command, out: &mut Vec<Effect>) {
        if self.asked == Some(opposite) || self.next == Some(command) {
            self.plan(Some(command), out);
            return;
        }
        self.plan(None, out);
        if self.asked != Some(command) {
            out.push(Effect::Settle(command, Ok(())));
        }
    }

    fn plan(&mut self, next: Option<Command>, out: &mut Vec<Effect>) {
        if let Some(dropped) = self.next.filter(|planned| next != Some(*planned)) {
            out.push(refused(dropped, "the user changed their mind"));
        }
        self.next = next;
    }

    pub(super) fn answer_invitation(&mut self, command: Command, out: &mut Vec<Effect>) {
        if self.arriving {
            out.push(refused(command, "accepted already"));
        } else if self.asked.is_none() {
            self.ask(command, out);
        } else if self.asked != Some(command) {
            out.push(refused(command, "another answer is on its way"));
        }
    }

    pub(super) fn answered(
        &mut self,
        command: Command,
        answer: LiveResult<Box<StageOutcome>>,
        out: &mut Vec<Effect>,
    ) {
        if self.asked == Some(command) {
            self.asked = None;
        }
        match answer {
            Ok(outcome) => {
                self.last_error = None;
                if let Some(request) = outcome.request {
                    self.learn(request, out);
                }
                out.push(Effect::Settle(command, Ok(())));
            }
            Err(error) => {
                // The server knows something that didn't arrive here.
                if matches!(error.code, ErrorCode::NotFound | ErrorCode::Conflict) {
                    out.push(Effect::Fetch);
                }
                self.last_error = Some(error.clone());
                out.push(Effect::Settle(command, Err(error)));
            }
        }
        if let Some(next) = self.next.take() {
            self.transition(next.into(), out);
        }
    }

    /// Takes in what the server says of this user's requests, in whatever order it arrives.
    pub(super) fn learn(&mut self, news: StageRequest, out: &mut Vec<Effect>) {
        if self.request.as_ref().is_some_and(|known| !news.supersedes(known)) {
            return;
        }
        let waited_for = self.request.as_ref().is_some_and(|known| known.id == news.id)
            && matches!(self.state, State::HandRaised | State::Invited { .. });
        let (status, kind) = (news.status, news.kind);
        self.request = Some(news);
        if matches!(self.state, State::OnStage { .. } | State::Removed) {
            return;
        }
        self.arriving = false;
        match status {
            StageRequestStatus::Pending => self.open(kind, out),
            StageRequestStatus::Accepted if waited_for => {
                self.arriving = true;
                out.push(Effect::StopTimer(Timer::Invitation));
                out.push(Effect::StartTimer(Timer::Arrival, limits::REQUEST_TIMEOUT));
            }
            StageRequestStatus::Accepted
            | StageRequestStatus::Declined
            | StageRequestStatus::Cancelled
            | StageRequestStatus::Expired
            | StageRequestStatus::Other => self.sit_down(out),
        }
    }

    fn open(&mut self, kind: StageRequestKind, out: &mut Vec<Effect>) {
        let Some(request) = &self.request else { return };
        match (kind, request.expires_at) {
            (StageRequestKind::Invite, Some(expires_at)) => {
                // The whole lifetime from here on, so that no clock but the server's decides; the server ends it sooner.
                let lifetime = (expires_at - request.created_at).to_std().unwrap_or_default();
                self.state = State::Invited {
                    role: request.role,
                    expires_at,
                };
                out.push(Effect::StopTimer(Timer::Arrival));
                out.push(Effect::StartTimer(Timer::Invitation, lifetime));
            }
            (StageRequestKind::Request, _) | (StageRequestKind::Invite, None) => {
                self.stop_timers(out);
                self.state = State::HandRaised;
            }
        }
    }

    /// Off the stage, and back to what is open of this user since.
    pub(super) fn come_down(&mut self, out: &mut Vec<Effect>) {
        self.sit_down(out);
        if let Some(kind) = self
            .request
            .as_ref()
            .filter(|known| known.is_open())
            .map(|known| known.kind)
        {
            self.open(kind, out);
        }
        out.push(Effect::Fetch);
    }

    pub(super) fn sit_down(&mut self, out: &mut Vec<Effect>) {
        self.arriving = false;
        self.stop_timers(out);
        self.state = State::Audience;
    }

    pub(super) fn take_the_stage(&mut self, role: Role, out: &mut Vec<Effect>) {
        self.arriving = false;
        self.stop_timers(out);
        self.state = State::OnStage { role };
        if let Some(next) = self.next.take() {
            self.transition(next.into(), out);
        }
    }

    /// The server's silence: whether the invitation is still open is for the database to say.
    pub(super) fn invitation_ran_out(&mut self, out: &mut Vec<Effect>) {
        if self.asked == Some(Command::Accept) {
            out.push(Effect::StartTimer(Timer::Invitation, limits::REQUEST_TIMEOUT));
            return;
        }
        if let Some(request) = &mut self.request {
            request.status = StageRequestStatus::Expired;
        }
        self.sit_down(out);
        out.push(Effect::Fetch);
    }

    pub(super) fn leave(&mut self, out: &mut Vec<Effect>) {
        self.arriving = false;
        self.state = State::Removed;
        self.stop_timers(out);
        for command in [self.asked.take(), self.next.take()].into_iter().flatten() {
            out.push(over(command));
        }
    }

    fn stop_timers(&self, out: &mut Vec<Effect>) {
        out.push(Effect::StopTimer(Timer::Invitation));
        out.push(Effect::StopTimer(Timer::Arrival));
    }
}

/// The answer to a command that the state doesn't allow.
pub(super) fn refused(command: Command, why: &str) -> Effect {
    Effect::Settle(command, Err(LiveError::new(ErrorCode::Conflict, why)))
}

pub(super) fn over(command: Command) -> Effect {
    let error = LiveError::new(ErrorCode::SessionEnded, "the session is over");
    Effect::Settle(command, Err(error))
}
