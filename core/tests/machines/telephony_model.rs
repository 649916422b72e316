//! A reference model of the phone, under CallKit's rules and under Telecom's: where the call stands is read off who said
//! what last.

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a model says what matters, and nothing of the rest"
)]

use std::collections::BTreeSet;

use ipelya_core::domain::{CallEndReason, CallType, UserId};
use ipelya_core::telephony::{
    Input, Machine, Pushed, State, System, SystemAction, SystemCallId, SystemInput,
};
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

use crate::support::{failures_of, sequences};
use crate::telephony_support::{
    Phone, RING, action, arrives, call_id, dial, me, offered, push, restored, shown, start, stop, user,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Ringing,
    Answering,
    Dialing,
    Talking,
}

#[derive(Clone, Debug)]
struct Model {
    system: System,
    user: Option<UserId>,
    call: Option<(SystemCallId, Phase)>,
    held: bool,
    sound_is_ours: bool,
    past: BTreeSet<SystemCallId>,
    /// What the system would say next of what it shows.
    phone: Phone,
    machine: Machine,
}

impl Model {
    fn is_on(&self, call: SystemCallId) -> Option<Phase> {
        self.call
            .filter(|(known, _)| *known == call)
            .map(|(_, phase)| phase)
    }

    fn over(&mut self, call: SystemCallId) {
        self.past.insert(call);
        if self.is_on(call).is_some() {
            (self.call, self.held) = (None, false);
        }
    }

    fn rings(&mut self, call: SystemCallId, is_mine: bool, in_time: bool) {
        if self.is_on(call).is_some() {
        } else if self.call.is_none() && is_mine && in_time && !self.past.contains(&call) {
            self.call = Some((call, Phase::Ringing));
        } else {
            self.past.insert(call);
        }
    }

    fn is_running(&self) -> bool {
        let has_sound = self.call.is_some_and(|(_, phase)| phase != Phase::Ringing);
        self.sound_is_ours && has_sound && !self.held
    }

    fn learn(&mut self, input: &Input) {
        match input {
            Input::SignedIn(user) if self.user == Some(*user) => {}
            Input::SignedIn(_) | Input::SignedOut => {
                if let Some((call, _)) = self.call.filter(|_| self.user.is_some()) {
                    self.over(call);
                }
                self.user = match input {
                    Input::SignedIn(user) => Some(*user),
                    _ => None,
                };
            }
            Input::Pushed {
                push: Pushed::Ring { push, rings_for },
                ..
            } => {
                let is_mine = self.user.is_some_and(|user| push.callee_id == Some(user));
                self.rings(push.call_id.into(), is_mine, !rings_for.is_zero());
            }
            Input::Pushed {
                push: Pushed::StopRinging(stop),
                ..
            } => {
                let call = stop.call_id.into();
                if matches!(self.is_on(call), None | Some(Phase::Ringing)) {
                    self.over(call);
                }
            }
            Input::Offered { call, rings_for } if self.call.is_none() => {
                let is_mine = self.user == Some(call.callee_id);
                if is_mine && !rings_for.is_zero() && !self.past.contains(&call.id.into()) {
                    self.call = Some((call.id.into(), Phase::Ringing));
                }
            }
            Input::RingOver(call) | Input::System(SystemInput::NotShown { call })
                if self.is_on(*call) == Some(Phase::Ringing) =>
            {
                self.over(*call);
            }
            Input::System(SystemInput::Perform { action: _, wanted }) => self.perform(wanted),
            Input::System(SystemInput::AudioActivated) => self.sound_is_ours = true,
            Input::System(SystemInput::AudioDeactivated) => self.sound_is_ours = false,
            Input::System(SystemInput::SystemReset) => {
                self.sound_is_ours = false;
                if let Some((call, _)) = self.call {
                    self.over(call);
                }
            }
            Input::Restored { report, .. } => {
                let may = self.call.is_none() && self.user.is_some() && !self.past.contains(&report.call);
                if may {
                    self.call = Some((report.call, Phase::Ringing));
                }
            }
            Input::Connected(call) => {
                if matches!(self.is_on(*call), Some(Phase::Answering | Phase::Dialing)) {
                    self.call = Some((*call, Phase::Talking));
                }
            }
            Input::Ended(call, _) if self.is_on(*call).is_some() => self.over(*call),
            _ => {}
        }
    }

    fn perform(&mut self, wanted: &SystemAction) {
        let phase = self.is_on(wanted.call());
        match wanted {
            SystemAction::Start { call, .. } => {
                if self.call.is_none() && self.user.is_some() {
                    self.call = Some((*call, Phase::Dialing));
                }
            }
            SystemAction::Answer { call } if phase == Some(Phase::Ringing) => {
                self.call = Some((*call, Phase::Answering));
            }
            SystemAction::End { call } if phase.is_some() => self.over(*call),
            SystemAction::Hold { call: _, on } if phase.is_some_and(|phase| phase != Phase::Ringing) => {
                self.held = *on
            }
            SystemAction::Answer { .. }
            | SystemAction::End { .. }
            | SystemAction::Hold { .. }
            | SystemAction::Mute { .. } => {}
        }
    }
}

/// Everything that may happen to a phone with three incoming and three outgoing calls.
pub fn anything() -> BoxedStrategy<Input> {
    let number = 0..3_u128;
    let call = number.clone().prop_map(shown).boxed();
    let reasons = prop::sample::select(vec![
        CallEndReason::HungUp,
        CallEndReason::Declined,
        CallEndReason::AnsweredElsewhere,
        CallEndReason::Failed,
    ]);
    let id = any::<u64>().prop_map(|number| action(number.into())).boxed();
    let wanted = prop_oneof![
        1 => number.clone().prop_map(|number| start(number + 10)),
        3 => call.clone().prop_map(|call| SystemAction::Answer { call }),
        2 => call.clone().prop_map(|call| SystemAction::End { call }),
        1 => (call.clone(), any::<bool>()).prop_map(|(call, on)| SystemAction::Hold { call, on }),
        1 => (call.clone(), any::<bool>()).prop_map(|(call, on)| SystemAction::Mute { call, on }),
        1 => (10..13_u128).prop_map(|number| SystemAction::End { call: shown(number) }),
        1 => ((10..13_u128), any::<bool>()).prop_map(|(number, on)| SystemAction::Hold { call: shown(number), on }),
    ];
    let outgoing = (10..13_u128).prop_map(shown).boxed();
    let either = prop_oneof![call.clone(), outgoing.clone()].boxed();
    prop_oneof![
        6 => (number.clone(), prop::bool::weighted(0.85), prop::bool::weighted(0.85)).prop_map(|(number, mine, in_time)| {
            push(number, if mine { me() } else { user(2) }, if in_time { RING } else { std::time::Duration::ZERO })
        }),
        2 => number.clone().prop_map(stop),
        1 => Just(arrives(Pushed::Malformed)),
        2 => number.clone().prop_map(offered),
        2 => call.clone().prop_map(Input::RingOver),
        8 => (id, wanted).prop_map(|(id, wanted)| Input::System(SystemInput::Perform { action: id, wanted })),
        1 => either.clone().prop_map(|call| Input::System(SystemInput::NotShown { call })),
        4 => Just(Input::System(SystemInput::AudioActivated)),
        2 => Just(Input::System(SystemInput::AudioDeactivated)),
        1 => Just(Input::System(SystemInput::MediaServicesReset)),
        1 => Just(Input::System(SystemInput::SystemReset)),
        1 => number.clone().prop_map(restored),
        1 => (10..13_u128).prop_map(dial),
        1 => Just(Input::Accept),
        1 => Just(Input::HangUp),
        1 => any::<bool>().prop_map(Input::SetHeld),
        1 => any::<bool>().prop_map(Input::SetMuted),
        1 => outgoing.prop_map(|call| Input::Dialed(call, call_id(50))),
        4 => either.clone().prop_map(Input::Connected),
        1 => either.clone().prop_map(|call| Input::TypeChanged(call, CallType::VideoCall)),
        3 => (either, reasons).prop_map(|(call, reason)| Input::Ended(call, reason)),
        1 => Just(Input::SignedOut),
        1 => prop::sample::select(vec![me(), me(), user(2)]).prop_map(Input::SignedIn),
    ]
    .boxed()
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Input;

    fn init_state() -> BoxedStrategy<Self> {
        prop::sample::select(vec![System::CallKit, System::Telecom])
            .prop_map(|system| Self {
                system,
                user: Some(me()),
                call: None,
                held: false,
                sound_is_ours: false,
                past: BTreeSet::new(),
                phone: Phone::new(system),
                machine: Machine::new(system, Some(me())),
            })
            .boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Input> {
        anything()
    }

    /// The app and the network say anything; a system only what it documents.
    fn preconditions(model: &Self, input: &Input) -> bool {
        model.phone.may_say(input)
    }

    fn apply(mut model: Self, input: &Input) -> Self {
        let effects = model.machine.handle(input.clone());
        model.phone.takes(input, &effects);
        model.learn(input);
        model
    }
}

struct Telephony;

impl StateMachineTest for Telephony {
    type SystemUnderTest = (Machine, Phone);
    type Reference = Model;

    fn init_test(model: &Model) -> (Machine, Phone) {
        (Machine::new(model.system, Some(me())), Phone::new(model.system))
    }

    fn apply((mut machine, mut phone): (Machine, Phone), model: &Model, input: Input) -> (Machine, Phone) {
        let effects = machine.handle(input.clone());
        phone.takes(&input, &effects);
        let stands = match machine.state() {
            State::Idle => None,
            State::Ringing { call } => Some((call, Phase::Ringing)),
            State::Answering { call } => Some((call, Phase::Answering)),
            State::Dialing { call } => Some((call, Phase::Dialing)),
            State::Active { call } | State::Held { call } => Some((call, Phase::Talking)),
        };
        assert_eq!(stands, model.call);
        assert_eq!(machine.audio().running, model.is_running());
        (machine, phone)
    }

    fn check_invariants((machine, phone): &(Machine, Phone), _: &Model) {
        phone.agrees_with(machine);
    }
}

prop_state_machine! {
    // What a system wouldn't say is thrown away: about as much as is kept.
    #![proptest_config(ProptestConfig { max_local_rejects: u32::MAX, ..sequences(failures_of!("telephony_model")) })]

    #[test]
    fn the_machine_does_what_the_model_says(sequential 1..40 => Telephony);
}
