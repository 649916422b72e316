//! A reference model of the call machine: the rules in a tenth of the words, held against the machine under sequences
//! of inputs that no server would send.
#![allow(clippy::wildcard_enum_match_arm, reason = "a model says only what matters")]

use std::collections::BTreeSet;

use ipelya_core::call::{Direction, Effect, Input, Machine, State, Timer};
use ipelya_core::domain::{CallEndReason, CallStatus, ErrorCode, Grants, LiveError};
use ipelya_core::media::{DisconnectReason, TrackSource};
use ipelya_core::publisher::is_granted;
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

use crate::call_inputs::{accept, any_call_input, dial, initiated, offered};
use crate::support::{at, failures_of, sequences};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Idle,
    Dialing,
    Ringing(Direction),
    /// Taken here, as far as this device knows, and on the way to the room.
    Coming,
    Talking,
    Lost,
    Over(CallEndReason),
}

/// What is known of a call, and nothing of how the machine gets there.
#[derive(Clone, Debug)]
struct Model {
    phase: Phase,
    incoming: bool,
    /// The user took the call on this device.
    taken: bool,
    held: bool,
    /// The ring's time ran out here, and the server was asked.
    rang_out: bool,
    status: Option<CallStatus>,
    grants: Grants,
    wants: Grants,
    on_air: Grants,
}

const ALL: Grants = Grants {
    audio: true,
    video: true,
};

impl Model {
    const fn is_answered(&self) -> bool {
        matches!(self.phase, Phase::Coming | Phase::Talking | Phase::Lost)
    }

    fn end(&mut self, reason: CallEndReason) {
        (self.phase, self.wants) = (Phase::Over(reason), Grants::NONE);
    }

    fn begin(&mut self, phase: Phase) {
        (self.phase, self.wants) = (phase, ALL);
    }

    /// A call lets both publish what its type is made of, until LiveKit says otherwise.
    fn connect(&mut self) {
        (self.phase, self.grants) = (Phase::Coming, ALL);
    }

    fn fail_unless_retryable(&mut self, error: &LiveError) {
        match error.code {
            ErrorCode::Busy => self.end(CallEndReason::Busy),
            _ if error.retryable => {}
            _ => self.end(CallEndReason::Failed),
        }
    }

    /// The server's word. A call only ever goes on, and news of it never say that this device answered.
    fn learn(&mut self, status: CallStatus, reason: CallEndReason) {
        use CallStatus::{Active, Ended, Ringing};
        if self.status.is_some_and(|known| known == Ended || status < known) {
            return;
        }
        self.status = Some(status);
        match (self.phase, status) {
            (Phase::Over(CallEndReason::AnsweredElsewhere | CallEndReason::GlareMerged), _)
            | (_, Ringing) => {}
            (Phase::Over(_) | Phase::Ringing(Direction::In) | Phase::Coming, Active) if self.incoming => {
                self.end(CallEndReason::AnsweredElsewhere);
            }
            (Phase::Ringing(Direction::Out), Active) => self.connect(),
            (_, Active) => {}
            (_, Ended) => self.end(reason),
        }
    }

    fn hang_up(&mut self) {
        match self.phase {
            Phase::Idle | Phase::Dialing | Phase::Ringing(Direction::Out) => {
                self.end(CallEndReason::Cancelled)
            }
            Phase::Ringing(Direction::In) => self.end(CallEndReason::Declined),
            Phase::Coming | Phase::Talking | Phase::Lost => self.end(CallEndReason::HungUp),
            Phase::Over(_) => {}
        }
    }

    fn ring_out(&mut self) {
        if self.rang_out {
            self.end(CallEndReason::Unanswered);
        }
        self.rang_out = true;
    }

    /// What the answer of this device came to.
    fn refused(&mut self, error: &LiveError) {
        let is_elsewhere = error.code == ErrorCode::AnsweredElsewhere;
        let is_unnamed = error.code == ErrorCode::Conflict && !self.taken;
        match self.phase {
            Phase::Over(reason) if reason != CallEndReason::GlareMerged && (is_elsewhere || is_unnamed) => {
                self.end(CallEndReason::AnsweredElsewhere);
            }
            Phase::Coming if is_elsewhere => self.end(CallEndReason::AnsweredElsewhere),
            Phase::Coming if error.code == ErrorCode::CallEnded => self.end(CallEndReason::Cancelled),
            Phase::Coming => self.fail_unless_retryable(error),
            _ => {}
        }
    }

    /// What happens to a call that was taken.
    fn answered(&mut self, input: &Input) {
        let is_trying = matches!(self.phase, Phase::Coming | Phase::Lost);
        match input {
            Input::Connected(Ok(())) if is_trying => self.phase = Phase::Talking,
            // Why it is over, the database knows.
            Input::Connected(Err(error)) | Input::Token(Err(error))
                if is_trying && error.code != ErrorCode::CallEnded =>
            {
                self.fail_unless_retryable(error);
            }
            Input::ConnectionResumed if self.phase == Phase::Lost => self.phase = Phase::Talking,
            Input::ConnectionLost if self.phase == Phase::Talking => self.phase = Phase::Lost,
            Input::Timer(Timer::Budget) if is_trying => self.end(CallEndReason::Failed),
            Input::Token(Ok(_)) if is_trying => self.on_air = Grants::NONE,
            Input::Disconnected(DisconnectReason::DuplicateIdentity) => {
                self.end(CallEndReason::AnsweredElsewhere);
            }
            Input::Disconnected(_) => {
                self.on_air = Grants::NONE;
                if self.phase == Phase::Talking {
                    self.phase = Phase::Lost;
                }
            }
            Input::Hold(on) => self.held = *on,
            Input::GrantsChanged(now) => {
                self.wants.audio &= now.audio;
                self.wants.video &= now.video || !self.grants.video;
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
        TrackSource::Microphone => grants.audio = on,
        TrackSource::Camera | TrackSource::ScreenShare | TrackSource::ScreenShareAudio => grants.video = on,
    }
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Input;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self {
            phase: Phase::Idle,
            incoming: false,
            taken: false,
            held: false,
            rang_out: false,
            status: None,
            grants: Grants::NONE,
            wants: Grants::NONE,
            on_air: Grants::NONE,
        })
        .boxed()
    }

    /// Anything, and as often the next step on the way to a talk, so that sequences get there.
    fn transitions(model: &Self) -> BoxedStrategy<Input> {
        let next = match model.phase {
            Phase::Idle => prop_oneof![Just(dial()), Just(offered())].boxed(),
            Phase::Dialing => Just(initiated(CallStatus::Ringing)).boxed(),
            Phase::Ringing(Direction::Out) => Just(initiated(CallStatus::Active)).boxed(),
            Phase::Ringing(Direction::In) => Just(accept()).boxed(),
            Phase::Coming | Phase::Lost => Just(Input::Connected(Ok(()))).boxed(),
            Phase::Talking | Phase::Over(_) => Just(Input::ConnectionLost).boxed(),
        };
        prop_oneof![1 => any_call_input(), 1 => next].boxed()
    }

    fn apply(mut model: Self, input: &Input) -> Self {
        match (model.phase, input) {
            (Phase::Idle, Input::Dial(..)) => model.begin(Phase::Dialing),
            (Phase::Idle, Input::Offered { call, .. }) => {
                model.begin(Phase::Ringing(Direction::In));
                (model.incoming, model.status) = (true, Some(call.status));
            }
            (_, Input::HangUp | Input::Decline) => model.hang_up(),
            (Phase::Over(_), Input::Want(..)) => {}
            (_, Input::Want(source, on)) => {
                let is_talking = matches!(model.phase, Phase::Talking | Phase::Lost);
                let is_allowed = !is_talking || is_granted(model.grants, *source);
                set(&mut model.wants, *source, *on && is_allowed);
            }
            (Phase::Dialing, Input::Initiated(Ok(admission))) => {
                model.status = Some(admission.call.status);
                match admission.call.status {
                    CallStatus::Ringing => model.phase = Phase::Ringing(Direction::Out),
                    CallStatus::Active => model.connect(),
                    CallStatus::Ended => model.end(CallEndReason::Other),
                }
            }
            (Phase::Over(_), Input::Initiated(Ok(admission))) => model.status = Some(admission.call.status),
            (Phase::Dialing, Input::Initiated(Err(error))) => {
                model.end(if error.code == ErrorCode::Busy {
                    CallEndReason::Busy
                } else {
                    CallEndReason::Failed
                });
            }
            (Phase::Ringing(Direction::In), Input::Accept(_)) => {
                (model.phase, model.taken) = (Phase::Coming, true);
            }
            (Phase::Coming, Input::Answered(Ok(answered))) => {
                model.status = Some(answered.call.status);
                model.connect();
            }
            (_, Input::Answered(Err(error))) => model.refused(error),
            (Phase::Ringing(_), Input::Timer(Timer::Ring)) => model.ring_out(),
            (Phase::Ringing(_) | Phase::Coming | Phase::Talking | Phase::Lost, Input::Merged) => {
                model.end(CallEndReason::GlareMerged);
            }
            (Phase::Idle, Input::CallChanged(_)) => {}
            (_, Input::CallChanged(call)) => {
                model.learn(call.status, call.end_reason.unwrap_or(CallEndReason::Other));
            }
            _ if model.is_answered() => model.answered(input),
            _ => {}
        }
        let wished = model.wants.intersect(model.grants);
        model.on_air = match model.phase {
            Phase::Talking if !model.held => wished,
            Phase::Lost if !model.held => model.on_air.intersect(wished),
            _ => Grants::NONE,
        };
        model
    }
}

/// The machine, and what a runtime that does as it is told has running.
#[derive(Default)]
struct UnderTest {
    machine: Machine,
    on_air: Grants,
    timers: BTreeSet<&'static str>,
    disconnects: usize,
    /// The backend was told that this side is done.
    told: bool,
}

const fn name(timer: Timer) -> &'static str {
    match timer {
        Timer::Ring => "ring",
        Timer::Retry => "retry",
        Timer::Budget => "budget",
    }
}

impl UnderTest {
    fn perform(&mut self, effect: &Effect, was_over: bool) {
        let is_farewell = matches!(effect, Effect::EndCall(_) | Effect::Fetch(_));
        assert!(!was_over || is_farewell, "{effect:?} after the end");
        match effect {
            Effect::Publish(source) => set(&mut self.on_air, *source, true),
            Effect::Unpublish(source) => set(&mut self.on_air, *source, false),
            Effect::StartTimer(timer, _) => {
                self.timers.insert(name(*timer));
            }
            Effect::StopTimer(timer) => {
                self.timers.remove(name(*timer));
            }
            Effect::Connect(_) => self.on_air = Grants::NONE,
            Effect::Disconnect => {
                self.on_air = Grants::NONE;
                self.disconnects += 1;
            }
            Effect::EndCall(_) => self.told = true,
            Effect::Answer(answer) if !answer.accept => self.told = true,
            _ => {}
        }
    }
}

struct Call;

impl StateMachineTest for Call {
    type SystemUnderTest = UnderTest;
    type Reference = Model;

    fn init_test(_: &Model) -> UnderTest {
        UnderTest::default()
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
        let before = test.machine.state();
        let was_over = before.is_terminal();
        for effect in test.machine.handle(input.clone(), at()) {
            test.perform(&effect, was_over);
        }
        let phase = match test.machine.state() {
            State::Idle => Phase::Idle,
            State::Dialing => Phase::Dialing,
            State::Ringing { direction } => Phase::Ringing(direction),
            State::Connecting => Phase::Coming,
            State::Active | State::Held => Phase::Talking,
            State::Reconnecting { .. } => Phase::Lost,
            State::Ended { reason } => Phase::Over(reason),
        };
        assert_eq!(phase, model.phase);
        assert_eq!(test.machine.publishing(), model.on_air);
        let is_by_user = matches!(input, Input::HangUp | Input::Decline);
        // A dial is taken back once its answer says what to take back.
        if is_by_user && !was_over && before != State::Dialing && test.machine.call().is_some() {
            assert!(test.told, "the other side isn't told of a hang-up");
        }
        test
    }

    fn check_invariants(test: &UnderTest, model: &Model) {
        assert_eq!(
            test.on_air,
            test.machine.publishing(),
            "the runtime sends what the machine says"
        );
        let is_over = test.machine.state().is_terminal();
        assert_eq!(test.disconnects, usize::from(is_over), "one room, left once");
        match test.machine.state() {
            State::Ringing { .. } => assert!(test.timers.contains("ring"), "no ring is for ever"),
            State::Connecting | State::Reconnecting { .. } => {
                assert!(test.timers.contains("budget"), "nobody waits for ever");
            }
            State::Held => assert!(model.held),
            State::Active => assert!(!model.held),
            State::Idle | State::Dialing | State::Ended { .. } => {}
        }
        if let State::Idle | State::Dialing | State::Active | State::Held = test.machine.state() {
            let timers = &test.timers;
            assert!(timers.is_empty(), "{timers:?} in a state that has time");
        }
    }
}

prop_state_machine! {
    #![proptest_config(sequences(failures_of!("call_model")))]

    #[test]
    fn the_machine_does_what_the_model_says(sequential 1..30 => Call);
}
