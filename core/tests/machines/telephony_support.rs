//! What happens to a phone, and what the systems make of its answers.

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a model says what matters, and nothing of the rest"
)]

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use ipelya_core::call::{CallPush, StopRinging};
use ipelya_core::domain::{Call, CallEndReason, CallId, CallStatus, CallType, UserId};
use ipelya_core::telephony::{
    ActionId, AudioEffect, Effect, IncomingReport, Input, Machine, Pushed, State, System, SystemAction,
    SystemCallId, SystemEffect, SystemInput,
};
use uuid::Uuid;

pub const RING: Duration = Duration::from_secs(30);

pub fn user(number: u128) -> UserId {
    UserId(Uuid::from_u128(number))
}

pub fn me() -> UserId {
    user(1)
}

pub fn call_id(number: u128) -> CallId {
    CallId(Uuid::from_u128(100 + number))
}

pub fn shown(number: u128) -> SystemCallId {
    call_id(number).into()
}

pub fn action(number: u128) -> ActionId {
    ActionId(Uuid::from_u128(1_000 + number))
}

pub fn spare() -> SystemCallId {
    SystemCallId(Uuid::from_u128(99))
}

pub fn push(number: u128, callee: UserId, rings_for: Duration) -> Input {
    let push = CallPush {
        call_id: call_id(number),
        caller_id: user(9),
        caller_name: Some("Ada".into()),
        callee_id: Some(callee),
        call_type: CallType::VideoCall,
        ring_expires_at: DateTime::<Utc>::UNIX_EPOCH,
        answer_ticket: Some(format!("ticket {number}")),
    };
    arrives(Pushed::Ring { push, rings_for })
}

pub fn stop(number: u128) -> Input {
    arrives(Pushed::StopRinging(StopRinging {
        call_id: call_id(number),
        callee_id: None,
        reason: CallEndReason::Cancelled,
    }))
}

pub fn arrives(push: Pushed) -> Input {
    Input::Pushed { push, spare: spare() }
}

pub fn offered(number: u128) -> Input {
    let call = Call {
        id: call_id(number),
        status: CallStatus::Ringing,
        call_type: CallType::VideoCall,
        caller_id: user(9),
        callee_id: me(),
        ring_expires_at: DateTime::<Utc>::UNIX_EPOCH,
        answered_device_id: None,
        video_request: None,
        version: 0,
        end_reason: None,
    };
    Input::Offered {
        call,
        rings_for: RING,
    }
}

pub fn start(number: u128) -> SystemAction {
    SystemAction::Start {
        call: shown(number),
        callee: user(9).to_string(),
        call_type: CallType::AudioCall,
    }
}

/// What the phone stored of a call that a process before took.
pub fn restored(number: u128) -> Input {
    Input::Restored {
        report: IncomingReport {
            call: shown(number),
            caller: Some(user(9)),
            name: Some("Ada".into()),
            call_type: CallType::AudioCall,
        },
        call_id: call_id(number),
        muted: true,
    }
}

pub fn dial(number: u128) -> Input {
    Input::Dial {
        call: shown(number),
        callee: user(9),
        call_type: CallType::AudioCall,
    }
}

/// The system's side, with the rules that Apple and Google document. What breaks one panics with the rule.
#[derive(Clone, Debug)]
pub struct Phone {
    system: System,
    pub calls: BTreeSet<SystemCallId>,
    pub ringing: Option<SystemCallId>,
    is_audio_ours: bool,
    pub is_engine_running: bool,
}

impl Phone {
    pub fn new(system: System) -> Self {
        Self {
            system,
            calls: BTreeSet::new(),
            ringing: None,
            is_audio_ours: false,
            is_engine_running: false,
        }
    }

    /// Whether the system could say this now.
    pub fn may_say(&self, input: &Input) -> bool {
        match input {
            Input::System(SystemInput::Perform {
                action: _,
                wanted: SystemAction::Start { call, .. },
            }) => !self.calls.contains(call),
            Input::System(SystemInput::Perform { action: _, wanted }) => self.calls.contains(&wanted.call()),
            Input::System(SystemInput::NotShown { call }) => self.calls.contains(call),
            Input::System(SystemInput::AudioActivated) => !self.is_audio_ours && !self.calls.is_empty(),
            Input::System(SystemInput::AudioDeactivated) => self.is_audio_ours,
            Input::RingOver(call) => self.ringing == Some(*call),
            _ => true,
        }
    }

    /// What the phone answered to an input.
    pub fn takes(&mut self, input: &Input, effects: &[Effect]) {
        match input {
            Input::System(SystemInput::AudioActivated) => self.is_audio_ours = true,
            Input::System(SystemInput::AudioDeactivated) => self.is_audio_ours = false,
            Input::System(SystemInput::SystemReset) => {
                self.calls.clear();
                self.is_audio_ours = false;
            }
            Input::RingOver(_) => self.ringing = None,
            Input::Pushed { .. } if self.system == System::CallKit => {
                let reports = effects
                    .iter()
                    .filter(|effect| matches!(effect, Effect::System(SystemEffect::ReportIncoming { .. })));
                assert_eq!(reports.count(), 1, "a VoIP push is reported, once: {effects:?}");
                assert!(
                    matches!(
                        effects.first(),
                        Some(Effect::System(SystemEffect::ReportIncoming { .. }))
                    ),
                    "a VoIP push is reported before anything else: {effects:?}"
                );
            }
            _ => {}
        }
        for effect in effects {
            self.does(effect);
        }
        let settled = effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::System(SystemEffect::Fulfill { action }) => Some((*action, true)),
                Effect::System(SystemEffect::Fail { action }) => Some((*action, false)),
                _ => None,
            })
            .collect::<Vec<_>>();
        match input {
            Input::System(SystemInput::Perform { action, wanted }) => {
                let [(settled, done)] = settled[..] else {
                    panic!("an action is settled in its turn, once: {effects:?}");
                };
                assert_eq!(settled, *action);
                match wanted {
                    SystemAction::Start { call, .. } if done => drop(self.calls.insert(*call)),
                    SystemAction::End { call } if done => drop(self.calls.remove(call)),
                    _ => {}
                }
            }
            _ => assert!(settled.is_empty(), "nobody waits for it: {effects:?}"),
        }
        assert!(
            !self.is_engine_running || self.is_audio_ours,
            "the engine runs only while the system lets it"
        );
    }

    fn does(&mut self, effect: &Effect) {
        let knows = |call: &SystemCallId| {
            assert!(
                self.calls.contains(call),
                "the system shows no such call: {effect:?}"
            )
        };
        match effect {
            Effect::System(SystemEffect::ReportIncoming { report }) => drop(self.calls.insert(report.call)),
            Effect::System(SystemEffect::ReportEnded { call, end: _ }) => {
                knows(call);
                self.calls.remove(call);
            }
            Effect::System(SystemEffect::ReportConnecting { call })
            | Effect::System(SystemEffect::ReportConnected { call })
            | Effect::System(SystemEffect::Update { call, call_type: _ }) => knows(call),
            Effect::System(SystemEffect::Request {
                wanted: SystemAction::Start { call, .. },
            }) => {
                assert!(!self.calls.contains(call), "the system shows it already");
            }
            Effect::System(SystemEffect::Request { wanted }) => knows(&wanted.call()),
            Effect::System(SystemEffect::Audio {
                effect: AudioEffect::Start,
            }) => {
                assert!(self.is_audio_ours, "audio before the system activated it");
                assert!(!self.is_engine_running, "the engine runs already");
                self.is_engine_running = true;
            }
            Effect::System(SystemEffect::Audio {
                effect: AudioEffect::Stop,
            }) => {
                assert!(self.is_engine_running, "the engine doesn't run");
                self.is_engine_running = false;
            }
            Effect::System(SystemEffect::StartRing { call, rings_for: _ }) => self.ringing = Some(*call),
            // One that has rung is over already.
            Effect::System(SystemEffect::StopRing { call }) => {
                assert!(self.ringing.is_none_or(|rings| rings == *call));
                self.ringing = None;
            }
            Effect::System(SystemEffect::Audio {
                effect: AudioEffect::Prepare,
            })
            | Effect::System(SystemEffect::Fulfill { .. })
            | Effect::System(SystemEffect::Fail { .. })
            | Effect::System(SystemEffect::Store { .. })
            | Effect::CheckState { .. }
            | Effect::Answer { .. }
            | Effect::Decline { .. }
            | Effect::Dial { .. }
            | Effect::HangUp(_)
            | Effect::Hold(..)
            | Effect::Mute(..)
            | Effect::Refuse(_) => {}
        }
    }

    /// What holds between two turns: the system shows the one call that there is, and none that is over.
    pub fn agrees_with(&self, machine: &Machine) {
        let expected: BTreeSet<_> = machine.state().call().into_iter().collect();
        assert_eq!(self.calls, expected, "the system shows the one call there is");
        let rings = match machine.state() {
            State::Ringing { call } => Some(call),
            State::Idle
            | State::Answering { .. }
            | State::Dialing { .. }
            | State::Active { .. }
            | State::Held { .. } => None,
        };
        assert_eq!(self.ringing, rings, "what rings is waited for");
        assert_eq!(self.is_engine_running, machine.audio().running);
        assert!(!machine.audio().running || machine.state().has_audio());
    }
}
