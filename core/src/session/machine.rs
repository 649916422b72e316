//! The machine: what it remembers, and the steps that its transitions are made of.

use std::time::{Duration, Instant};

use super::{Capabilities, Command, Effect, EndReason, Input, Lock, State, Timer};
use crate::backend::SessionAdmission;
use crate::backoff;
use crate::domain::{
    ErrorCode, Grants, LiveError, LiveResult, LiveSession, Role, SessionStatus, grants, limits,
};
use crate::media::{DisconnectReason, TrackSource};
use crate::moment::Moment;
use crate::publisher::{Change, Gate, LocalMedia, Publisher, is_granted};

/// One user's view of one session.
#[derive(Clone, Debug)]
pub struct Machine {
    pub(super) state: State,
    pub(super) session: Option<LiveSession>,
    pub(super) role: Option<Role>,
    pub(super) grants: Grants,
    charged_coins: u32,
    pub(super) attempt: u32,
    /// When connecting or reconnecting is given up.
    give_up_at: Option<Instant>,
    pub(super) publisher: Publisher,
}

impl Default for Machine {
    fn default() -> Self {
        Self {
            state: State::Idle,
            session: None,
            role: None,
            grants: Grants::NONE,
            charged_coins: 0,
            attempt: 0,
            give_up_at: None,
            publisher: Publisher::default(),
        }
    }
}

impl Machine {
    /// Where it stands.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The session as last heard of.
    pub const fn session(&self) -> Option<&LiveSession> {
        self.session.as_ref()
    }

    /// This user's role.
    pub const fn role(&self) -> Option<Role> {
        self.role
    }

    /// What the server lets this user publish.
    pub const fn grants(&self) -> Grants {
        self.grants
    }

    /// What is being published (or about to be).
    pub const fn publishing(&self) -> Grants {
        self.publisher.sending()
    }

    /// This user's microphone, camera and screen.
    pub fn local_media(&self) -> LocalMedia {
        self.publisher.view()
    }

    /// What this user may do now.
    pub fn capabilities(&self) -> Capabilities {
        let can = self.state.capabilities();
        Capabilities {
            go_live: can.go_live && self.role == Some(Role::Host),
            end: can.end && self.may_end(),
            microphone: can.microphone && self.grants.audio,
            camera: can.camera && self.grants.video,
            screen_share: can.screen_share && self.grants.video,
            give: can.give && self.role != Some(Role::Host),
            moderate: can.moderate && self.role.is_some_and(Role::leads),
            record: can.record && self.may_end(),
            ..can
        }
    }

    /// Coins that entering charged.
    pub const fn charged_coins(&self) -> u32 {
        self.charged_coins
    }

    /// Takes an input and says what is to be done.
    pub fn handle(&mut self, input: Input, at: Moment) -> Vec<Effect> {
        let mut out = Vec::new();
        self.transition(input, at, &mut out);
        self.follow_grants(&mut out);
        out
    }

    pub(super) fn admit(&mut self, admission: SessionAdmission, at: Moment, out: &mut Vec<Effect>) {
        self.state = State::Connecting;
        self.role = Some(admission.role);
        self.grants = grants(admission.role, admission.session.session_type);
        self.publisher.limit(self.grants);
        self.charged_coins = admission.charged_coins;
        self.start_budget(at, out);
        out.push(Effect::Connect(admission.livekit));
        out.push(Effect::Listen(admission.session.id));
        self.session = Some(admission.session);
    }

    pub(super) fn keep_out(&mut self, error: LiveError, out: &mut Vec<Effect>) {
        self.state = match lock_of(&error) {
            Some(lock) => State::Locked { lock },
            None if error.code == ErrorCode::SessionEnded => State::Ended {
                reason: EndReason::Other,
            },
            None => State::Failed { error: error.clone() },
        };
        out.push(Effect::Settle(Command::Enter, Err(error)));
    }

    pub(super) fn arrive(&mut self, out: &mut Vec<Effect>) {
        let status = self
            .session
            .as_ref()
            .map_or(SessionStatus::Live, |session| session.status);
        self.attempt = 0;
        self.state = match status {
            SessionStatus::Preparing => State::Backstage,
            SessionStatus::Live | SessionStatus::Ended => State::Live,
        };
        out.push(Effect::StopTimer(Timer::Budget));
        out.push(Effect::StopTimer(Timer::Retry));
        out.push(Effect::Settle(Command::Enter, Ok(())));
    }

    /// Status only ever moves on, whatever order news arrive in.
    pub(super) fn learn(&mut self, news: LiveSession, out: &mut Vec<Effect>) {
        let known = self.session.as_ref().map(|session| session.status);
        if known > Some(news.status) {
            return;
        }
        let (status, reason) = (news.status, news.end_reason);
        self.session = Some(news);
        match (status, &self.state) {
            (SessionStatus::Ended, _) => self.end(reason.map_or(EndReason::Other, Into::into), out),
            (SessionStatus::Live, State::Backstage) => self.state = State::Live,
            (SessionStatus::Live | SessionStatus::Preparing, _) => {}
        }
    }

    pub(super) fn disconnected(&mut self, reason: DisconnectReason, at: Moment, out: &mut Vec<Effect>) {
        self.publisher.lose_connection();
        match reason {
            DisconnectReason::DuplicateIdentity => self.end(EndReason::JoinedElsewhere, out),
            DisconnectReason::ParticipantRemoved => self.end(EndReason::Removed, out),
            // The database knows whether the session is over or only its room is lost.
            DisconnectReason::RoomDeleted
            | DisconnectReason::ServerShutdown
            | DisconnectReason::Migration
            | DisconnectReason::ConnectionLost
            | DisconnectReason::ClientInitiated => {
                let error = LiveError::new(ErrorCode::MediaUnavailable, format!("disconnected: {reason:?}"));
                self.retry(error, at, out);
            }
        }
    }

    pub(super) fn retry(&mut self, error: LiveError, at: Moment, out: &mut Vec<Effect>) {
        if !error.retryable {
            return self.fail(error, out);
        }
        if self.state.is_connected() {
            self.attempt = 0;
            self.start_budget(at, out);
            self.state = State::Reconnecting { attempt: 0 };
        }
        // The server's word on when to come back counts more than our own guess.
        let pause = error
            .retry_after()
            .unwrap_or_else(|| backoff::full_jitter(self.attempt, at.jitter));
        out.push(Effect::StartTimer(Timer::Retry, pause));
        self.attempt = self.attempt.saturating_add(1);
        if let State::Reconnecting { attempt } = &mut self.state {
            *attempt = self.attempt;
        }
    }

    pub(super) fn start_budget(&mut self, at: Moment, out: &mut Vec<Effect>) {
        self.give_up_at = Some(at.now + limits::RECONNECT_BUDGET);
        out.push(Effect::StartTimer(Timer::Budget, limits::RECONNECT_BUDGET));
    }

    /// Gives up; but an app that was suspended didn't try for all that time, and has its tries when it wakes up.
    pub(super) fn budget_spent(&mut self, at: Moment, out: &mut Vec<Effect>) {
        let has_slept = self
            .give_up_at
            .is_some_and(|until| at.now.saturating_duration_since(until) > limits::SUSPENDED_AFTER);
        if has_slept {
            self.attempt = 0;
            self.start_budget(at, out);
            out.push(Effect::StartTimer(Timer::Retry, Duration::ZERO));
        } else {
            let error = LiveError::new(
                ErrorCode::MediaUnavailable,
                "the connection couldn't be had in time",
            );
            self.fail(error, out);
        }
    }

    pub(super) fn token_refused(&mut self, error: LiveError, at: Moment, out: &mut Vec<Effect>) {
        match error.code {
            // Over, but why? The database's row says it.
            ErrorCode::SessionEnded => out.push(Effect::LearnEnd),
            ErrorCode::Banned => self.end(EndReason::Removed, out),
            // The right to be here has lapsed; it can be had again.
            ErrorCode::SubscriptionRequired
            | ErrorCode::PaymentRequired
            | ErrorCode::InsufficientCoins
            | ErrorCode::PriceChanged
            | ErrorCode::SessionFull => self.lock_out(error, out),
            ErrorCode::InvalidArgument
            | ErrorCode::NotAuthenticated
            | ErrorCode::Forbidden
            | ErrorCode::NotCreator
            | ErrorCode::Blocked
            | ErrorCode::RoleNotAllowed
            | ErrorCode::NotFound
            | ErrorCode::Conflict
            | ErrorCode::AlreadyLive
            | ErrorCode::Busy
            | ErrorCode::AnsweredElsewhere
            | ErrorCode::CallEnded
            | ErrorCode::RateLimited
            | ErrorCode::QuotaExceeded
            | ErrorCode::MediaUnavailable
            | ErrorCode::Internal => self.retry(error, at, out),
        }
    }

    fn lock_out(&mut self, error: LiveError, out: &mut Vec<Effect>) {
        let Some(lock) = lock_of(&error) else {
            return self.fail(error, out);
        };
        self.state = State::Locked { lock };
        self.publisher.stop();
        // Whoever enters again may be something else then: no wish is judged by what this user was.
        (self.role, self.grants) = (None, Grants::NONE);
        self.attempt = 0;
        out.push(Effect::StopTimer(Timer::Retry));
        out.push(Effect::StopTimer(Timer::Budget));
        out.push(Effect::Disconnect);
        out.push(Effect::Settle(Command::Enter, Err(error)));
    }

    pub(super) fn end(&mut self, reason: EndReason, out: &mut Vec<Effect>) {
        self.close(
            State::Ended { reason },
            LiveError::new(ErrorCode::SessionEnded, "the session is over"),
            out,
        );
    }

    pub(super) fn fail(&mut self, error: LiveError, out: &mut Vec<Effect>) {
        self.close(State::Failed { error: error.clone() }, error, out);
    }

    fn close(&mut self, state: State, error: LiveError, out: &mut Vec<Effect>) {
        self.state = state;
        self.publisher.stop();
        out.push(Effect::Disconnect);
        out.push(Effect::Settle(Command::Enter, Err(error.clone())));
        out.push(Effect::Settle(Command::GoLive, Err(error)));
    }

    /// What the user wants of a device; inside, only what is granted can be wished.
    pub(super) fn wish(&mut self, source: TrackSource, on: bool) {
        let known = self.role.is_some() && !self.state.is_terminal();
        if on && known && !is_granted(self.grants, source) {
            let error = LiveError::new(ErrorCode::RoleNotAllowed, "the role doesn't publish this");
            self.publisher.refuse(source, error);
        } else {
            self.publisher.want(source, on);
        }
    }

    /// A publication came to be, or not. Silence during an outage is no refusal.
    pub(super) fn published(&mut self, source: TrackSource, outcome: LiveResult<()>) {
        match (&self.state, outcome) {
            (State::Reconnecting { .. }, Err(error)) if error.retryable => self.publisher.deferred(source),
            (_, outcome) => self.publisher.published(source, outcome),
        }
    }

    /// Publishes what the user wants and the server grants, and takes back at once what it doesn't.
    fn follow_grants(&mut self, out: &mut Vec<Effect>) {
        let gate = match self.state {
            State::Live => Gate::Open,
            // The engine keeps or republishes what was published; nothing new starts meanwhile.
            State::Reconnecting { .. } => Gate::Keep,
            State::Idle
            | State::Authorizing
            | State::Locked { .. }
            | State::Connecting
            | State::Backstage
            | State::Ended { .. }
            | State::Failed { .. } => Gate::Shut,
        };
        self.publisher.settle(gate, self.grants, |change| {
            out.push(match change {
                Change::Publish(source) => Effect::Publish(source),
                Change::Unpublish(source) => Effect::Unpublish(source),
            });
        });
    }

    pub(super) fn grants_of(&self, role: Role) -> Grants {
        self.session
            .as_ref()
            .map_or(Grants::NONE, |session| grants(role, session.session_type))
    }

    /// The host, or a co-host while one of them stands in; the server knows which.
    pub(super) fn may_end(&self) -> bool {
        match self.role {
            Some(Role::Host) => true,
            Some(Role::CoHost) => self
                .session
                .as_ref()
                .is_some_and(|session| session.acting_host_id.is_some()),
            Some(Role::Speaker | Role::Viewer | Role::Listener) | None => false,
        }
    }

    pub(super) fn not_now(&self, command: Command) -> Effect {
        match self.role {
            Some(Role::Host) | None => refused(command, "not in this state"),
            Some(Role::CoHost | Role::Speaker | Role::Viewer | Role::Listener) => {
                let error = LiveError::new(ErrorCode::RoleNotAllowed, "only the host may do this");
                Effect::Settle(command, Err(error))
            }
        }
    }
}

/// The answer to a command that the state doesn't allow.
pub(super) fn refused(command: Command, why: &str) -> Effect {
    Effect::Settle(command, Err(LiveError::new(ErrorCode::Conflict, why)))
}

/// The lock that an error stands for, where entering again may work once the user did something.
fn lock_of(error: &LiveError) -> Option<Lock> {
    match error.code {
        ErrorCode::SubscriptionRequired => Some(Lock::Subscribe),
        ErrorCode::PaymentRequired | ErrorCode::PriceChanged | ErrorCode::InsufficientCoins => error
            .details
            .price_coins
            .map(|price_coins| Lock::Purchase { price_coins }),
        ErrorCode::SessionFull => Some(Lock::Full),
        ErrorCode::Banned => Some(Lock::Banned),
        ErrorCode::InvalidArgument
        | ErrorCode::NotAuthenticated
        | ErrorCode::Forbidden
        | ErrorCode::NotCreator
        | ErrorCode::Blocked
        | ErrorCode::RoleNotAllowed
        | ErrorCode::NotFound
        | ErrorCode::Conflict
        | ErrorCode::AlreadyLive
        | ErrorCode::Busy
        | ErrorCode::AnsweredElsewhere
        | ErrorCode::SessionEnded
        | ErrorCode::CallEnded
        | ErrorCode::RateLimited
        | ErrorCode::QuotaExceeded
        | ErrorCode::MediaUnavailable
        | ErrorCode::Internal => None,
    }
}
