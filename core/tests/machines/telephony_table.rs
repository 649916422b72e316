//! Every pair of a state and an input, with what comes of it: the table beside the machine.

use ipelya_core::domain::{CallEndReason, CallType};
use ipelya_core::telephony::{Effect, Input, Machine, Pushed, State, System, SystemAction, SystemInput};

use crate::diagrams::drawn;
use crate::table::Table;
use crate::telephony_support::{
    RING, action, arrives, call_id, dial, me, offered, push, restored, shown, spare, start, stop, user,
};

/// An iPhone whose sound is this app's, in each state, with call 1.
fn states() -> Vec<(&'static str, Machine)> {
    let after = |inputs: Vec<Input>| {
        let mut machine = Machine::new(System::CallKit, Some(me()));
        for input in inputs {
            machine.handle(input);
        }
        machine
    };
    let rings = || push(1, me(), RING);
    let answer = || {
        Input::System(SystemInput::Perform {
            action: action(1),
            wanted: SystemAction::Answer { call: shown(1) },
        })
    };
    let hold = || {
        Input::System(SystemInput::Perform {
            action: action(2),
            wanted: SystemAction::Hold {
                call: shown(1),
                on: true,
            },
        })
    };
    let talking = || {
        vec![
            rings(),
            answer(),
            Input::System(SystemInput::AudioActivated),
            Input::Connected(shown(1)),
        ]
    };
    let mut held = talking();
    held.push(hold());
    vec![
        ("Idle", after(vec![])),
        ("Ringing", after(vec![rings()])),
        (
            "Answering",
            after(vec![
                rings(),
                answer(),
                Input::System(SystemInput::AudioActivated),
            ]),
        ),
        (
            "Dialing",
            after(vec![
                Input::System(SystemInput::Perform {
                    action: action(1),
                    wanted: start(1),
                }),
                Input::System(SystemInput::AudioActivated),
            ]),
        ),
        ("Active", after(talking())),
        ("Held", after(held)),
    ]
}

fn inputs() -> Vec<(&'static str, Input)> {
    let perform = |wanted| {
        Input::System(SystemInput::Perform {
            action: action(3),
            wanted,
        })
    };
    let none = std::time::Duration::ZERO;
    vec![
        ("SignedIn: the same", Input::SignedIn(me())),
        ("SignedIn: somebody else", Input::SignedIn(user(2))),
        ("SignedOut", Input::SignedOut),
        ("Pushed: call 1", push(1, me(), RING)),
        ("Pushed: call 1, too late", push(1, me(), none)),
        ("Pushed: call 2", push(2, me(), RING)),
        ("Pushed: call 2, for somebody else", push(2, user(2), RING)),
        ("Pushed: stop ringing 1", stop(1)),
        ("Pushed: malformed", arrives(Pushed::Malformed)),
        ("Offered: call 1", offered(1)),
        ("Offered: call 2", offered(2)),
        ("RingOver", Input::RingOver(shown(1))),
        ("Perform: start call 3", perform(start(3))),
        (
            "Perform: answer",
            perform(SystemAction::Answer { call: shown(1) }),
        ),
        ("Perform: end", perform(SystemAction::End { call: shown(1) })),
        (
            "Perform: end another call",
            perform(SystemAction::End { call: shown(4) }),
        ),
        (
            "Perform: hold",
            perform(SystemAction::Hold {
                call: shown(1),
                on: true,
            }),
        ),
        (
            "Perform: take back",
            perform(SystemAction::Hold {
                call: shown(1),
                on: false,
            }),
        ),
        (
            "Perform: mute",
            perform(SystemAction::Mute {
                call: shown(1),
                on: true,
            }),
        ),
        (
            "NotShown",
            Input::System(SystemInput::NotShown { call: shown(1) }),
        ),
        ("AudioActivated", Input::System(SystemInput::AudioActivated)),
        ("AudioDeactivated", Input::System(SystemInput::AudioDeactivated)),
        (
            "MediaServicesReset",
            Input::System(SystemInput::MediaServicesReset),
        ),
        ("SystemReset", Input::System(SystemInput::SystemReset)),
        ("Restored: call 1", restored(1)),
        ("Dial", dial(3)),
        ("Accept", Input::Accept),
        ("HangUp", Input::HangUp),
        ("SetHeld", Input::SetHeld(true)),
        ("SetMuted", Input::SetMuted(true)),
        ("Dialed", Input::Dialed(shown(1), call_id(9))),
        ("Connected", Input::Connected(shown(1))),
        ("TypeChanged", Input::TypeChanged(shown(1), CallType::VideoCall)),
        ("Ended: hung up", Input::Ended(shown(1), CallEndReason::HungUp)),
        ("Ended: declined", Input::Ended(shown(1), CallEndReason::Declined)),
        (
            "Ended: answered elsewhere",
            Input::Ended(shown(1), CallEndReason::AnsweredElsewhere),
        ),
        ("Ended: failed", Input::Ended(shown(1), CallEndReason::Failed)),
        (
            "Ended: another call",
            Input::Ended(shown(4), CallEndReason::HungUp),
        ),
    ]
}

fn state(machine: &Machine) -> String {
    let name = match machine.state() {
        State::Idle => "Idle",
        State::Ringing { .. } => "Ringing",
        State::Answering { .. } => "Answering",
        State::Dialing { .. } => "Dialing",
        State::Active { .. } => "Active",
        State::Held { .. } => "Held",
    };
    name.to_owned()
}

/// With numbers for ids: what a test made up means nothing to a reader.
fn effect(effect: &Effect) -> String {
    let mut text = format!("{effect:?}");
    for number in 1..=9 {
        text = text.replace(&shown(number).to_string(), &number.to_string());
        text = text.replace(&action(number).0.to_string(), "the action");
        text = text.replace(&user(number).to_string(), &format!("user {number}"));
    }
    text = text.replace(&spare().to_string(), "a spare id");
    // What is asked of the system, by name.
    text.replace("SystemCallId", "").replace("UserId", "")
}

fn table() -> Table<Machine, Input, Effect> {
    Table {
        machine: "telephony",
        view: "For an iPhone whose sound is this app's, with call 1.",
        states: states(),
        inputs: inputs(),
        handle: |machine, input| machine.handle(input),
        state,
        effect,
    }
}

#[test]
fn every_state_has_an_outcome_for_every_input() {
    table().hold();
}

#[test]
fn every_change_of_state_is_in_the_diagram_and_no_other() {
    let found: std::collections::BTreeSet<_> = table()
        .changes()
        .into_iter()
        .map(|(from, to, _)| (from, to))
        .collect();
    let drawn: std::collections::BTreeSet<_> = drawn("telephony").into_keys().collect();
    assert_eq!(drawn, found);
}
