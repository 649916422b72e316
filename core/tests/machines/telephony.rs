//! What users of other systems complain about, and what this phone does instead.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use ipelya_core::domain::{CallEndReason, CallType};
use ipelya_core::telephony::{
    AudioEffect, Effect, Input, Machine, Pushed, Refusal, State, System, SystemAction, SystemEffect,
    SystemEnd, SystemInput,
};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngSeed, TestRunner};

use crate::telephony_model::anything;
use crate::telephony_support::{
    Phone, RING, action, arrives, call_id, dial, me, offered, push, shown, spare, start, stop, user,
};

/// A phone and its system, which panics on what breaks its rules.
struct Device {
    machine: Machine,
    phone: Phone,
}

impl Device {
    fn of(system: System) -> Self {
        Self {
            machine: Machine::new(system, Some(me())),
            phone: Phone::new(system),
        }
    }

    fn takes(&mut self, input: Input) -> Vec<Effect> {
        let effects = self.machine.handle(input.clone());
        self.phone.takes(&input, &effects);
        self.phone.agrees_with(&self.machine);
        effects
    }

    fn performs(&mut self, wanted: SystemAction) -> Vec<Effect> {
        self.takes(Input::System(SystemInput::Perform {
            action: action(1),
            wanted,
        }))
    }

    /// A call that was taken here, and whose sound flows.
    fn in_a_call(system: System) -> Self {
        let mut device = Self::of(system);
        device.takes(push(1, me(), RING));
        device.performs(SystemAction::Answer { call: shown(1) });
        device.takes(Input::System(SystemInput::AudioActivated));
        device.takes(Input::Connected(shown(1)));
        assert!(device.phone.is_engine_running);
        device
    }
}

fn ticket(number: u128) -> Option<String> {
    Some(format!("ticket {number}"))
}

#[test]
fn there_is_sound_after_answering_whenever_the_system_activates_it() {
    for activated_first in [true, false] {
        let mut device = Device::of(System::CallKit);
        device.takes(push(1, me(), RING));
        let effects = device.performs(SystemAction::Answer { call: shown(1) });
        assert!(effects.contains(&Effect::System(SystemEffect::Audio {
            effect: AudioEffect::Prepare
        })));
        let order = [
            Input::System(SystemInput::AudioActivated),
            Input::Connected(shown(1)),
        ];
        let order: Vec<_> = if activated_first {
            order.into()
        } else {
            order.into_iter().rev().collect()
        };
        for input in order {
            device.takes(input);
        }
        assert!(device.phone.is_engine_running);
    }
}

#[test]
fn an_outgoing_call_is_registered_and_waits_for_the_sound_too() {
    let mut device = Device::of(System::CallKit);
    assert_eq!(
        device.takes(dial(1)),
        [Effect::System(SystemEffect::Request { wanted: start(1) })]
    );
    assert_eq!(device.machine.state(), State::Idle, "the system says when");
    device.performs(start(1));
    assert!(!device.phone.is_engine_running);
    device.takes(Input::System(SystemInput::AudioActivated));
    assert!(device.phone.is_engine_running);
    assert_eq!(
        device.takes(Input::Dialed(shown(1), call_id(9))),
        [Effect::System(SystemEffect::ReportConnecting { call: shown(1) })]
    );
    assert_eq!(
        device.takes(Input::Connected(shown(1))),
        [Effect::System(SystemEffect::ReportConnected { call: shown(1) })]
    );
    assert_eq!(device.machine.call_id(), Some(call_id(9)));
}

#[test]
fn a_call_from_the_list_of_recent_calls_is_dialled() {
    let mut device = Device::of(System::CallKit);
    let effects = device.performs(start(1));
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Dial { callee, .. } if *callee == user(9)))
    );
}

#[test]
fn the_microphone_comes_back_after_a_gsm_call_and_after_siri() {
    let mut device = Device::in_a_call(System::CallKit);
    // A GSM call: held by the system, and taken back.
    device.takes(Input::System(SystemInput::AudioDeactivated));
    device.performs(SystemAction::Hold {
        call: shown(1),
        on: true,
    });
    assert!(!device.phone.is_engine_running);
    device.performs(SystemAction::Hold {
        call: shown(1),
        on: false,
    });
    device.takes(Input::System(SystemInput::AudioActivated));
    assert!(device.phone.is_engine_running);
    // Siri: the sound alone is taken away.
    device.takes(Input::System(SystemInput::AudioDeactivated));
    assert!(!device.phone.is_engine_running);
    device.takes(Input::System(SystemInput::AudioActivated));
    assert!(device.phone.is_engine_running);
    // The audio server died.
    let effects = device.takes(Input::System(SystemInput::MediaServicesReset));
    let audio = [AudioEffect::Stop, AudioEffect::Prepare, AudioEffect::Start]
        .map(|effect| Effect::System(SystemEffect::Audio { effect }));
    assert_eq!(effects, audio);
}

#[test]
fn every_voip_push_is_reported_in_its_turn_whatever_it_is() {
    let mut device = Device::of(System::CallKit);
    for (push, call, end) in [
        (push(1, user(2), RING), shown(1), SystemEnd::Failed),
        (push(2, me(), Duration::ZERO), shown(2), SystemEnd::Unanswered),
        (arrives(Pushed::Malformed), spare(), SystemEnd::Failed),
        (stop(3), shown(3), SystemEnd::RemoteEnded),
        // The same again.
        (push(2, me(), RING), shown(2), SystemEnd::Unanswered),
    ] {
        let effects = device.takes(push);
        assert_eq!(
            effects[1..],
            [Effect::System(SystemEffect::ReportEnded { call, end })]
        );
        assert_eq!(device.machine.state(), State::Idle);
    }
    device.takes(Input::SignedOut);
    assert_eq!(device.takes(push(5, me(), RING)).len(), 2, "nobody is signed in");
}

#[test]
fn a_push_that_is_no_call_is_dropped_where_nobody_asks_for_a_report() {
    let mut device = Device::of(System::Telecom);
    for push in [
        push(1, user(2), RING),
        push(2, me(), Duration::ZERO),
        arrives(Pushed::Malformed),
        stop(3),
    ] {
        assert_eq!(device.takes(push), []);
    }
}

#[test]
fn a_killed_app_answers_by_the_push_alone() {
    let mut device = Device::of(System::CallKit);
    device.takes(push(1, me(), RING));
    let effects = device.performs(SystemAction::Answer { call: shown(1) });
    let answer = Effect::Answer {
        call_id: call_id(1),
        ticket: ticket(1),
    };
    assert!(effects.contains(&answer), "{effects:?}");
}

#[test]
fn a_push_after_realtime_brings_its_ticket_and_rings_once() {
    let mut device = Device::of(System::Telecom);
    device.takes(offered(1));
    assert_eq!(device.takes(push(1, me(), RING)), [], "it rings already");
    let effects = device.performs(SystemAction::End { call: shown(1) });
    let decline = Effect::Decline {
        call_id: call_id(1),
        ticket: ticket(1),
    };
    assert!(effects.contains(&decline), "{effects:?}");
}

#[test]
fn nothing_rings_after_a_cancel_however_late_the_push() {
    for system in [System::CallKit, System::Telecom] {
        let mut device = Device::of(system);
        device.takes(push(1, me(), RING));
        let effects = device.takes(Input::Ended(shown(1), CallEndReason::Cancelled));
        assert!(effects.contains(&Effect::System(SystemEffect::ReportEnded {
            call: shown(1),
            end: SystemEnd::RemoteEnded
        })));
        device.takes(push(1, me(), RING));
        assert_eq!(device.machine.state(), State::Idle);
        // The stop overtook the push.
        device.takes(stop(2));
        device.takes(push(2, me(), RING));
        assert_eq!(device.machine.state(), State::Idle);
    }
}

#[test]
fn a_phone_stops_ringing_when_another_one_answers() {
    let mut device = Device::of(System::CallKit);
    device.takes(push(1, me(), RING));
    let effects = device.takes(Input::Ended(shown(1), CallEndReason::AnsweredElsewhere));
    assert!(effects.contains(&Effect::System(SystemEffect::ReportEnded {
        call: shown(1),
        end: SystemEnd::AnsweredElsewhere
    })));
}

#[test]
fn the_calls_of_the_user_before_are_over_at_the_sign_out() {
    let mut device = Device::in_a_call(System::CallKit);
    let effects = device.takes(Input::SignedIn(user(2)));
    assert!(effects.contains(&Effect::HangUp(shown(1))));
    assert_eq!(device.machine.state(), State::Idle);
    device.takes(push(3, me(), RING));
    assert_eq!(device.machine.state(), State::Idle, "somebody else's call");
    device.takes(push(4, user(2), RING));
    assert_eq!(device.machine.state(), State::Ringing { call: shown(4) });
}

#[test]
fn there_is_one_call_at_a_time() {
    let mut device = Device::in_a_call(System::CallKit);
    let effects = device.takes(push(2, me(), RING));
    let decline = Effect::Decline {
        call_id: call_id(2),
        ticket: ticket(2),
    };
    assert!(
        effects.contains(&decline),
        "whoever calls isn't left to wait: {effects:?}"
    );
    assert_eq!(device.takes(dial(3)), [Effect::Refuse(Refusal::Busy)]);
    assert_eq!(
        device.performs(start(3)),
        [Effect::System(SystemEffect::Fail { action: action(1) })]
    );
    assert_eq!(device.machine.state(), State::Active { call: shown(1) });
}

#[test]
fn a_second_tap_on_accept_is_no_failure() {
    let mut device = Device::of(System::CallKit);
    device.takes(push(1, me(), RING));
    device.performs(SystemAction::Answer { call: shown(1) });
    assert_eq!(
        device.performs(SystemAction::Answer { call: shown(1) }),
        [Effect::System(SystemEffect::Fulfill { action: action(1) })]
    );
    assert_eq!(device.machine.state(), State::Answering { call: shown(1) });
}

#[test]
fn hanging_up_while_connecting_and_twice_is_fine() {
    let mut device = Device::of(System::Telecom);
    device.takes(push(1, me(), RING));
    device.performs(SystemAction::Answer { call: shown(1) });
    let effects = device.performs(SystemAction::End { call: shown(1) });
    assert!(effects.contains(&Effect::HangUp(shown(1))));
    assert_eq!(
        device.performs(SystemAction::End { call: shown(1) }),
        [Effect::System(SystemEffect::Fulfill { action: action(1) })]
    );
    assert_eq!(
        device.takes(Input::Connected(shown(1))),
        [],
        "the answer came too late"
    );
    assert_eq!(device.takes(Input::HangUp), [Effect::Refuse(Refusal::NoCall)]);
}

#[test]
fn what_the_app_switches_goes_through_the_system() {
    let mut device = Device::in_a_call(System::CallKit);
    assert_eq!(
        device.takes(Input::SetMuted(true)),
        [Effect::System(SystemEffect::Request {
            wanted: SystemAction::Mute {
                call: shown(1),
                on: true
            }
        })]
    );
    assert!(!device.machine.is_muted());
    assert_eq!(
        device.performs(SystemAction::Mute {
            call: shown(1),
            on: true
        }),
        [
            Effect::Mute(shown(1), true),
            Effect::System(SystemEffect::Fulfill { action: action(1) })
        ]
    );
    assert!(device.machine.is_muted());
    assert_eq!(
        device.takes(Input::TypeChanged(shown(1), CallType::VideoCall)),
        [Effect::System(SystemEffect::Update {
            call: shown(1),
            call_type: CallType::VideoCall
        })]
    );
}

#[test]
fn a_call_that_the_system_hides_is_left_to_other_devices() {
    let mut device = Device::of(System::CallKit);
    device.takes(push(1, me(), RING));
    let effects = device.takes(Input::System(SystemInput::NotShown { call: shown(1) }));
    assert!(
        !effects
            .iter()
            .any(|effect| matches!(effect, Effect::Decline { .. })),
        "{effects:?}"
    );
    assert_eq!(device.machine.state(), State::Idle);
}

#[test]
fn a_hold_before_the_connection_is_kept() {
    let mut device = Device::of(System::CallKit);
    device.takes(push(1, me(), RING));
    device.performs(SystemAction::Answer { call: shown(1) });
    device.performs(SystemAction::Hold {
        call: shown(1),
        on: true,
    });
    device.takes(Input::System(SystemInput::AudioActivated));
    device.takes(Input::Connected(shown(1)));
    assert_eq!(device.machine.state(), State::Held { call: shown(1) });
    assert!(!device.phone.is_engine_running);
}

#[test]
fn no_ticket_is_shown_in_a_log() {
    let mut machine = Machine::new(System::CallKit, Some(me()));
    let effects = machine.handle(push(1, me(), RING));
    assert!(!format!("{effects:?}").contains("ticket 1"));
    assert!(!format!("{machine:?}").contains("ticket 1"));
}

/// A rule, and what a phone answers that forgot it.
type Mutation = (&'static str, fn(&Input, &mut Vec<Effect>));

fn mutations() -> [Mutation; 7] {
    fn without(effects: &mut Vec<Effect>, unwanted: fn(&Effect) -> bool) {
        effects.retain(|effect| !unwanted(effect));
    }
    [
        ("a malformed push is dropped", |input, effects| {
            if matches!(
                input,
                Input::Pushed {
                    push: Pushed::Malformed,
                    ..
                }
            ) {
                effects.clear();
            }
        }),
        ("a push is reported after the backend was asked", |_, effects| {
            effects.reverse()
        }),
        ("an end is not told", |_, effects| {
            without(effects, |effect| {
                matches!(effect, Effect::System(SystemEffect::ReportEnded { .. }))
            });
        }),
        ("audio begins with the answer", |input, effects| {
            if matches!(
                input,
                Input::System(SystemInput::Perform {
                    action: _,
                    wanted: SystemAction::Answer { .. }
                })
            ) {
                effects.push(Effect::System(SystemEffect::Audio {
                    effect: AudioEffect::Start,
                }));
            }
        }),
        ("audio goes on after the system took it", |_, effects| {
            without(effects, |effect| {
                *effect
                    == Effect::System(SystemEffect::Audio {
                        effect: AudioEffect::Stop,
                    })
            });
        }),
        ("an action isn't settled", |_, effects| {
            without(effects, |effect| {
                matches!(effect, Effect::System(SystemEffect::Fail { .. }))
            });
        }),
        ("a ring is reported twice", |_, effects| {
            let ring = effects
                .iter()
                .find(|effect| matches!(effect, Effect::System(SystemEffect::ReportIncoming { .. })))
                .cloned();
            effects.extend(ring);
        }),
    ]
}

#[test]
fn the_simulated_system_notices_a_phone_that_forgets_a_rule() {
    for (rule, mutate) in mutations() {
        let config = Config {
            rng_seed: RngSeed::Fixed(7),
            ..Config::default()
        };
        let mut runner = TestRunner::new(config);
        let sequences = proptest::collection::vec(anything(), 1..60);
        let caught = (0..300).any(|_| {
            let inputs = sequences.new_tree(&mut runner).unwrap().current();
            let run = || {
                let (mut machine, mut phone) = (
                    Machine::new(System::CallKit, Some(me())),
                    Phone::new(System::CallKit),
                );
                for input in inputs
                    .iter()
                    .filter(|input| !matches!(input, Input::System(SystemInput::NotShown { .. })))
                {
                    if phone.may_say(input) {
                        let mut effects = machine.handle(input.clone());
                        mutate(input, &mut effects);
                        phone.takes(input, &effects);
                        phone.agrees_with(&machine);
                    }
                }
            };
            catch_unwind(AssertUnwindSafe(run)).is_err()
        });
        assert!(caught, "nobody notices: {rule}");
    }
}
