//! A reference model of the session machine: the rules in a tenth of the words, held against the machine under
//! sequences of inputs that no server would send.
#![allow(clippy::wildcard_enum_match_arm, reason = "a model says only what matters")]

use std::collections::BTreeSet;

use ipelya_core::domain::{
    ErrorCode, Grants, LiveError, LiveSession, Role, SessionStatus, SessionType, grants,
};
use ipelya_core::media::{DisconnectReason, TrackSource};
use ipelya_core::publisher::is_granted;
use ipelya_core::session::{Effect, Input, Machine, State, Timer};
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

use crate::session_inputs::{admission, any_input, join};
use crate::support::{at, failures_of, sequences, session};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Outside,
    Asking,
    Locked,
    Coming,
    Backstage,
    Live,
    Lost,
    Over,
}

/// What is known of a session, and nothing of how the machine gets there.
#[derive(Clone, Debug)]
struct Model {
    phase: Phase,
    status: SessionStatus,
    grants: Grants,
    wants: Grants,
    on_air: Grants,
}

impl Model {
    const fn is_inside(&self) -> bool {
        matches!(self.phase, Phase::Coming | Phase::Lost) || self.is_connected()
    }

    const fn is_connected(&self) -> bool {
        matches!(self.phase, Phase::Backstage | Phase::Live)
    }

    fn leave_by(&mut self, phase: Phase) {
        (self.phase, self.wants, self.on_air) = (phase, Grants::NONE, Grants::NONE);
    }

    fn arrive(&mut self) {
        self.phase = match self.status {
            SessionStatus::Preparing => Phase::Backstage,
            SessionStatus::Live | SessionStatus::Ended => Phase::Live,
        };
    }

    fn lose(&mut self) {
        if self.is_connected() {
            self.phase = Phase::Lost;
        }
    }

    fn learn(&mut self, news: &LiveSession) {
        if news.status < self.status {
            return;
        }
        self.status = news.status;
        if news.status == SessionStatus::Ended {
            self.leave_by(Phase::Over);
        } else if news.status == SessionStatus::Live && self.phase == Phase::Backstage {
            self.phase = Phase::Live;
        }
    }

    fn fail_unless_retryable(&mut self, error: &LiveError) {
        if error.retryable {
            self.lose();
        } else {
            self.leave_by(Phase::Over);
        }
    }

    /// What happens to somebody who is in, or on the way in or back.
    fn inside(&mut self, input: &Input) {
        let is_trying = matches!(self.phase, Phase::Coming | Phase::Lost);
        match input {
            Input::SessionChanged(news) | Input::Started(Ok(news)) | Input::EndAnswered(Ok(news)) => {
                self.learn(news);
            }
            Input::Over(_) => self.leave_by(Phase::Over),
            Input::Connected(Ok(())) if is_trying => self.arrive(),
            Input::Connected(Err(error)) if is_trying => self.fail_unless_retryable(error),
            Input::ConnectionResumed if self.phase == Phase::Lost => self.arrive(),
            Input::ConnectionLost => self.lose(),
            Input::Timer(Timer::Budget) if is_trying => self.leave_by(Phase::Over),
            Input::Token(Ok(access)) if is_trying => {
                self.grants = grants(access.role, SessionType::VideoLive);
                self.on_air = Grants::NONE;
            }
            Input::Token(Err(error)) if is_trying => match error.code {
                ErrorCode::SessionEnded => {}
                ErrorCode::SubscriptionRequired | ErrorCode::SessionFull => self.leave_by(Phase::Locked),
                _ => self.fail_unless_retryable(error),
            },
            Input::Disconnected(reason) => {
                self.on_air = Grants::NONE;
                match reason {
                    DisconnectReason::DuplicateIdentity | DisconnectReason::ParticipantRemoved => {
                        self.leave_by(Phase::Over);
                    }
                    _ => self.lose(),
                }
            }
            Input::GrantsChanged(now) => {
                self.wants = self.wants.intersect(*now);
                self.grants = *now;
            }
            // Silence during an outage is no refusal.
            Input::Published(source, Err(error)) if self.phase == Phase::Lost && error.retryable => {
                set(&mut self.on_air, *source, false);
            }
            Input::Published(source, Err(_)) | Input::Unpublished(source) => {
                set(&mut self.wants, *source, false);
                set(&mut self.on_air, *source, false);
            }
            _ => {}
        }
    }
}

fn set(grants: &mut Grants, source: TrackSource, on: bool) {
    match source {
        TrackSource::Microphone | TrackSource::ScreenShareAudio => grants.audio = on,
        TrackSource::Camera | TrackSource::ScreenShare => grants.video = on,
    }
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Input;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self {
            phase: Phase::Outside,
            status: SessionStatus::Preparing,
            grants: Grants::NONE,
            wants: Grants::NONE,
            on_air: Grants::NONE,
        })
        .boxed()
    }

    /// Anything, and now and then the next step on the way to the air, so that sequences get there.
    fn transitions(model: &Self) -> BoxedStrategy<Input> {
        let next = match model.phase {
            Phase::Outside | Phase::Locked => join(None),
            Phase::Asking => admission(Role::Host, SessionType::VideoLive, SessionStatus::Live),
            Phase::Coming | Phase::Lost => Input::Connected(Ok(())),
            Phase::Backstage => Input::SessionChanged(session(SessionType::VideoLive, SessionStatus::Live)),
            Phase::Live | Phase::Over => Input::Want(TrackSource::Camera, true),
        };
        prop_oneof![3 => any_input(), 1 => Just(next)].boxed()
    }

    fn apply(mut model: Self, input: &Input) -> Self {
        if model.phase == Phase::Over {
            return model;
        }
        match input {
            Input::Leave => model.leave_by(Phase::Over),
            Input::Want(source, on) => {
                let allowed = !model.is_inside() || is_granted(model.grants, *source);
                set(&mut model.wants, *source, *on && allowed);
            }
            Input::Enter(_) if matches!(model.phase, Phase::Outside | Phase::Locked) => {
                model.phase = Phase::Asking;
            }
            Input::Admission(Ok(admission)) if model.phase == Phase::Asking => {
                model.phase = Phase::Coming;
                model.status = admission.session.status;
                model.grants = grants(admission.role, admission.session.session_type);
                model.wants = model.wants.intersect(model.grants);
            }
            Input::Admission(Err(error)) if model.phase == Phase::Asking => {
                model.phase = match error.code {
                    ErrorCode::SubscriptionRequired | ErrorCode::SessionFull | ErrorCode::Banned => {
                        Phase::Locked
                    }
                    _ => Phase::Over,
                };
            }
            inside if model.is_inside() => model.inside(inside),
            _ => {}
        }
        let wished = model.wants.intersect(model.grants);
        model.on_air = match model.phase {
            Phase::Live => wished,
            Phase::Lost => model.on_air.intersect(wished),
            _ => Grants::NONE,
        };
        model
    }
}

/// The machine, and what a runtime that does as it is told has running.
struct UnderTest {
    machine: Machine,
    on_air: Grants,
    timers: BTreeSet<&'static str>,
    is_connected: bool,
}

const fn name(timer: Timer) -> &'static str {
    match timer {
        Timer::Retry => "retry",
        Timer::Budget => "budget",
    }
}

impl UnderTest {
    fn perform(&mut self, effect: &Effect) {
        match effect {
            Effect::Publish(source) => set(&mut self.on_air, *source, true),
            Effect::Unpublish(source) => set(&mut self.on_air, *source, false),
            Effect::StartTimer(timer, _) => {
                self.timers.insert(name(*timer));
            }
            Effect::StopTimer(timer) => {
                self.timers.remove(name(*timer));
            }
            Effect::Connect(_) => (self.on_air, self.is_connected) = (Grants::NONE, true),
            Effect::Disconnect => {
                assert!(self.is_connected, "there is nothing to leave");
                (self.on_air, self.is_connected) = (Grants::NONE, false);
            }
            Effect::Authorize(_)
            | Effect::Listen(_)
            | Effect::FlipCamera
            | Effect::LearnEnd
            | Effect::Resume
            | Effect::RefreshToken
            | Effect::StartSession
            | Effect::EndSession
            | Effect::Withdraw(..)
            | Effect::Settle(..) => {}
        }
    }
}

struct Session;

impl StateMachineTest for Session {
    type SystemUnderTest = UnderTest;
    type Reference = Model;

    fn init_test(_: &Model) -> UnderTest {
        UnderTest {
            machine: Machine::default(),
            on_air: Grants::NONE,
            timers: BTreeSet::new(),
            is_connected: false,
        }
    }

    fn apply(mut test: UnderTest, model: &Model, input: Input) -> UnderTest {
        match &input {
            // The room takes its tracks with it.
            Input::Disconnected(_) => test.on_air = Grants::NONE,
            Input::Published(source, Err(_)) | Input::Unpublished(source) => {
                set(&mut test.on_air, *source, false);
            }
            Input::Timer(timer) => {
                test.timers.remove(name(*timer));
            }
            _ => {}
        }
        for effect in test.machine.handle(input, at()) {
            test.perform(&effect);
        }
        let phase = match test.machine.state() {
            State::Idle => Phase::Outside,
            State::Authorizing => Phase::Asking,
            State::Locked { .. } => Phase::Locked,
            State::Connecting => Phase::Coming,
            State::Backstage => Phase::Backstage,
            State::Live => Phase::Live,
            State::Reconnecting { .. } => Phase::Lost,
            State::Ended { .. } | State::Failed { .. } => Phase::Over,
        };
        assert_eq!(phase, model.phase);
        assert_eq!(test.machine.publishing(), model.on_air);
        test
    }

    fn check_invariants(test: &UnderTest, _: &Model) {
        assert_eq!(
            test.on_air,
            test.machine.publishing(),
            "the runtime sends what the machine says"
        );
        match test.machine.state() {
            State::Connecting | State::Reconnecting { .. } => {
                assert!(test.timers.contains("budget"), "nobody waits for ever");
            }
            State::Idle | State::Authorizing | State::Locked { .. } | State::Backstage | State::Live => {
                assert!(
                    test.timers.is_empty(),
                    "{:?} in a state that has time",
                    test.timers
                );
            }
            State::Ended { .. } | State::Failed { .. } => {
                assert!(!test.is_connected, "a room is left when it is over");
            }
        }
        if test.machine.role() == Some(Role::Viewer) && test.machine.grants() == Grants::NONE {
            assert_eq!(test.machine.publishing(), Grants::NONE);
        }
    }
}

prop_state_machine! {
    #![proptest_config(sequences(failures_of!("session_model")))]

    #[test]
    fn the_machine_does_what_the_model_says(sequential 1..30 => Session);
}
