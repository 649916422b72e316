//! A reference model of the stage machine: where somebody stands is read off what the server said last, and the user's
//! last wish is laid over it.

use std::collections::BTreeSet;

use ipelya_core::domain::{Role, StageRequest, StageRequestKind, StageRequestStatus};
use ipelya_core::stage::{Command, Effect, Input, Machine, State, Timer};
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

use crate::stage_support::{command_of, inputs, state_name};
use crate::support::{failures_of, sequences};

/// What the server said, and what the user asked for.
#[derive(Clone, Debug, Default)]
struct Model {
    is_over: bool,
    role: Option<Role>,
    /// The latest request of this user.
    request: Option<StageRequest>,
    /// It was accepted while it was waited for; the role is on its way.
    is_arriving: bool,
    /// The question at the backend, one at a time, and the hand's next move.
    asked: Option<Command>,
    next: Option<Command>,
}

impl Model {
    fn place(&self) -> &'static str {
        let counts = |request: &&StageRequest| request.is_open() || self.is_arriving;
        match (self.role, self.request.as_ref().filter(counts)) {
            _ if self.is_over => "Removed",
            (Some(Role::Host | Role::CoHost | Role::Speaker), _) => "OnStage",
            (_, Some(request)) => match request.kind {
                StageRequestKind::Request => "HandRaised",
                StageRequestKind::Invite => "Invited",
            },
            (_, None) => "Audience",
        }
    }

    /// What harms nobody shows at once.
    fn shown(&self) -> &'static str {
        match (self.place(), self.next.or(self.asked)) {
            ("Audience", Some(Command::Raise)) => "HandRaised",
            ("HandRaised", Some(Command::Lower)) | ("Invited", Some(Command::Decline)) => "Audience",
            (place, _) => place,
        }
    }

    fn learn(&mut self, news: &StageRequest) {
        if self.is_over || self.request.as_ref().is_some_and(|known| !news.supersedes(known)) {
            return;
        }
        let waits = matches!(self.place(), "HandRaised" | "Invited");
        let is_known = self.request.as_ref().is_some_and(|known| known.id == news.id);
        let is_on_stage = self.place() == "OnStage";
        self.request = Some(news.clone());
        if !is_on_stage {
            self.is_arriving = waits && is_known && news.status == StageRequestStatus::Accepted;
        }
    }

    /// The last wish counts. What is so already needs no question, unless the opposite is on its way.
    fn move_hand(&mut self, command: Command) {
        let opposite = match command {
            Command::Raise => Command::Lower,
            Command::Lower | Command::Accept | Command::Decline => Command::Raise,
        };
        let is_up = match self.place() {
            "HandRaised" => true,
            "Audience" => false,
            _ => return,
        };
        let is_so = is_up == (command == Command::Raise);
        if is_so && self.asked != Some(opposite) && self.next != Some(command) {
            self.next = None;
        } else if !is_so && (self.is_arriving || (self.role.is_none() && command == Command::Raise)) {
            // Too late, or too early.
        } else if self.asked.is_none() {
            self.asked = Some(command);
        } else {
            self.next = Some(command).filter(|_| self.asked != Some(command));
        }
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::Raise | Command::Lower => self.move_hand(command),
            Command::Accept | Command::Decline => {
                if self.place() == "Invited" && !self.is_arriving && self.asked.is_none() {
                    self.asked = Some(command);
                }
            }
        }
    }

    fn make_next_move(&mut self) {
        if let Some(next) = self.next.take() {
            self.command(next);
        }
    }
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Input;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::default()).boxed()
    }

    /// Anything; an answer needs its question.
    fn transitions(model: &Self) -> BoxedStrategy<Input> {
        let asked = model.asked;
        let possible: Vec<Input> = inputs()
            .into_iter()
            .filter(|input| is_possible(asked, input))
            .collect();
        let commands: Vec<Input> = Command::ALL.into_iter().map(Input::from).collect();
        prop_oneof![2 => proptest::sample::select(possible), 1 => proptest::sample::select(commands)].boxed()
    }

    fn preconditions(model: &Self, input: &Input) -> bool {
        is_possible(model.asked, input)
    }

    fn apply(mut model: Self, input: &Input) -> Self {
        if model.is_over {
            return model;
        }
        match input {
            Input::Raise | Input::Lower | Input::Accept | Input::Decline => {
                if let Some(command) = command_of(input) {
                    model.command(command);
                }
            }
            Input::Answered(_, answer) => {
                model.asked = None;
                if let Some(request) = answer.as_ref().ok().and_then(|outcome| outcome.request.as_ref()) {
                    model.learn(request);
                }
                model.make_next_move();
            }
            Input::RequestChanged(request) => model.learn(request),
            Input::RoleChanged(role) => {
                model.role = Some(*role);
                if model.place() == "OnStage" {
                    model.is_arriving = false;
                    model.make_next_move();
                }
            }
            Input::Left => (model.is_over, model.asked, model.next) = (true, None, None),
            Input::Timer(Timer::Invitation) => {
                let ran_out = model.place() == "Invited" && !model.is_arriving;
                if let (true, Some(request)) = (
                    ran_out && model.asked != Some(Command::Accept),
                    &mut model.request,
                ) {
                    request.status = StageRequestStatus::Expired;
                }
            }
            Input::Timer(Timer::Arrival) => model.is_arriving = false,
        }
        model
    }
}

fn is_possible(asked: Option<Command>, input: &Input) -> bool {
    match input {
        Input::Answered(command, _) => asked == Some(*command),
        Input::Raise
        | Input::Lower
        | Input::Accept
        | Input::Decline
        | Input::RequestChanged(_)
        | Input::RoleChanged(_)
        | Input::Left
        | Input::Timer(_) => true,
    }
}

/// The machine, what runs for it, and who waits for an outcome.
#[derive(Default)]
struct UnderTest {
    machine: Machine,
    timers: BTreeSet<&'static str>,
    waiting: BTreeSet<&'static str>,
}

const fn timer_name(timer: Timer) -> &'static str {
    match timer {
        Timer::Invitation => "invitation",
        Timer::Arrival => "arrival",
    }
}

const fn command_name(command: Command) -> &'static str {
    match command {
        Command::Raise => "raise",
        Command::Lower => "lower",
        Command::Accept => "accept",
        Command::Decline => "decline",
    }
}

struct Stage;

impl StateMachineTest for Stage {
    type SystemUnderTest = UnderTest;
    type Reference = Model;

    fn init_test(_: &Model) -> UnderTest {
        UnderTest::default()
    }

    fn apply(mut test: UnderTest, model: &Model, input: Input) -> UnderTest {
        if let Some(command) = command_of(&input) {
            test.waiting.insert(command_name(command));
        }
        if let Input::Timer(timer) = &input {
            test.timers.remove(timer_name(*timer));
        }
        for effect in test.machine.handle(input) {
            match effect {
                Effect::Settle(command, _) => {
                    test.waiting.remove(command_name(command));
                }
                Effect::StartTimer(timer, _) => {
                    test.timers.insert(timer_name(timer));
                }
                Effect::StopTimer(timer) => {
                    test.timers.remove(timer_name(timer));
                }
                Effect::Ask(_) | Effect::Fetch => {}
            }
        }
        assert_eq!(state_name(test.machine.state()), model.place());
        assert_eq!(state_name(test.machine.shown()), model.shown());
        assert_eq!(test.machine.asked(), model.asked);
        test
    }

    fn check_invariants(test: &UnderTest, model: &Model) {
        let owed: BTreeSet<_> = [model.asked, model.next]
            .into_iter()
            .flatten()
            .map(command_name)
            .collect();
        assert!(test.waiting.is_subset(&owed), "who waits is owed an outcome");
        let clock = match test.machine.state() {
            State::Invited { .. } if !model.is_arriving => Some("invitation"),
            State::HandRaised | State::Invited { .. } if model.is_arriving => Some("arrival"),
            State::Audience
            | State::HandRaised
            | State::Invited { .. }
            | State::OnStage { .. }
            | State::Removed => None,
        };
        assert_eq!(
            test.timers,
            clock.into_iter().collect(),
            "what waits has its time"
        );
    }
}

prop_state_machine! {
    #![proptest_config(sequences(failures_of!("stage_model")))]

    #[test]
    fn the_machine_does_what_the_model_says(sequential 1..30 => Stage);
}
