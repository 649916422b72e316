//! The transitions: what comes of every input in every state.

use super::{
    Effect, IncomingReport, Input, Machine, State, SystemAction, SystemCallId, SystemEffect, SystemEnd,
    SystemInput,
};
use crate::domain::{UserId, limits};

impl Machine {
    pub(super) fn transition(&mut self, input: Input, out: &mut Vec<Effect>) {
        use Input as I;
        use State as S;
        match input {
            I::SignedIn(user) => self.sign_in(user, out),
            I::SignedOut => self.sign_out(out),
            I::Pushed { push, spare } => self.pushed(push, spare, out),
            I::Offered { call, rings_for } => match self.state() {
                S::Idle => {
                    let id = SystemCallId::from(call.id);
                    if self.ended(id).is_none() && self.rings_for_user(call.callee_id) && !rings_for.is_zero()
                    {
                        let report = IncomingReport {
                            call: id,
                            caller: Some(call.caller_id),
                            name: None,
                            call_type: call.call_type,
                        };
                        self.begin(report, call.id, None, rings_for, out);
                    }
                }
                // Shown already; or one call at a time, and the backend knows that this user is in one.
                S::Ringing { .. }
                | S::Answering { .. }
                | S::Dialing { .. }
                | S::Active { .. }
                | S::Held { .. } => {}
            },
            I::RingOver(over) => match self.state() {
                S::Ringing { call } if call == over => self.close(call, SystemEnd::Unanswered, out),
                S::Idle
                | S::Ringing { .. }
                | S::Answering { .. }
                | S::Dialing { .. }
                | S::Active { .. }
                | S::Held { .. } => {}
            },

            I::System(SystemInput::Perform { action, wanted }) => {
                let done = self.perform(wanted, out);
                Self::settle(action, done, out);
            }
            I::System(SystemInput::NotShown { call }) => self.not_shown(call, out),
            I::System(SystemInput::AudioActivated) => self.set_audio_active(true),
            I::System(SystemInput::AudioDeactivated) => self.set_audio_active(false),
            I::System(SystemInput::MediaServicesReset) => self.restart_audio(out),
            I::System(SystemInput::SystemReset) => {
                self.set_audio_active(false);
                match self.state() {
                    S::Idle => {}
                    // The user declined nothing: it rings on elsewhere.
                    S::Ringing { call } => self.stop_ringing(call, out),
                    S::Answering { call } | S::Dialing { call } | S::Active { call } | S::Held { call } => {
                        self.hang_up(call, out)
                    }
                }
            }

            I::Restored {
                report,
                call_id,
                muted,
            } => match (self.user, self.state()) {
                (Some(_), S::Idle) if self.ended(report.call).is_none() => {
                    self.restore(report, call_id, muted, limits::RING, out);
                }
                (
                    _,
                    S::Idle
                    | S::Ringing { .. }
                    | S::Answering { .. }
                    | S::Dialing { .. }
                    | S::Active { .. }
                    | S::Held { .. },
                ) => {}
            },

            I::Dial {
                call,
                callee,
                call_type,
            } => out.push(match self.may_dial() {
                Ok(()) => Effect::System(SystemEffect::Request {
                    wanted: SystemAction::Start {
                        call,
                        callee: callee.to_string(),
                        call_type,
                    },
                }),
                Err(refusal) => Effect::Refuse(refusal),
            }),
            I::Accept => self.ask(|call| SystemAction::Answer { call }, out),
            I::HangUp => self.ask(|call| SystemAction::End { call }, out),
            I::SetHeld(on) => self.ask(|call| SystemAction::Hold { call, on }, out),
            I::SetMuted(on) => self.ask(|call| SystemAction::Mute { call, on }, out),

            I::Dialed(dialed, call_id) => match self.state() {
                S::Dialing { call } if call == dialed => {
                    self.bind(call_id);
                    out.push(Effect::System(SystemEffect::ReportConnecting { call }));
                }
                S::Idle
                | S::Ringing { .. }
                | S::Answering { .. }
                | S::Dialing { .. }
                | S::Active { .. }
                | S::Held { .. } => {}
            },
            I::Connected(connected) => match self.state() {
                S::Answering { call } | S::Dialing { call } if call == connected => self.talk(call, out),
                S::Idle
                | S::Ringing { .. }
                | S::Answering { .. }
                | S::Dialing { .. }
                | S::Active { .. }
                | S::Held { .. } => {}
            },
            I::TypeChanged(changed, call_type) => {
                if self.state().call() == Some(changed) {
                    out.push(Effect::System(SystemEffect::Update {
                        call: changed,
                        call_type,
                    }));
                }
            }
            I::Ended(ended, reason) => {
                if self.state().call() == Some(ended) {
                    self.close(ended, self.end_of(reason), out);
                }
            }
        }
    }

    /// What the system wants. Whether it was done; it is settled in this turn, so that nothing times out.
    fn perform(&mut self, wanted: SystemAction, out: &mut Vec<Effect>) -> bool {
        use State as S;
        match (wanted, self.state()) {
            (
                SystemAction::Start {
                    call,
                    callee,
                    call_type,
                },
                S::Idle,
            ) if self.may_dial().is_ok() => match callee.parse::<UserId>() {
                Ok(callee) => {
                    self.dial(call, callee, call_type, out);
                    true
                }
                Err(_) => false,
            },
            (SystemAction::Answer { call: wanted }, S::Ringing { call }) if call == wanted => {
                self.answer(call, out);
                true
            }
            // A second tap: what was taken is taken.
            (
                SystemAction::Answer { call: wanted },
                S::Answering { call } | S::Active { call } | S::Held { call },
            ) if call == wanted => true,
            (SystemAction::End { call: wanted }, S::Ringing { call }) if call == wanted => {
                self.decline(call, out);
                true
            }
            (
                SystemAction::End { call: wanted },
                S::Answering { call } | S::Dialing { call } | S::Active { call } | S::Held { call },
            ) if call == wanted => {
                self.hang_up(call, out);
                true
            }
            // What is over is as it is wanted.
            (
                SystemAction::End { .. },
                S::Idle
                | S::Ringing { .. }
                | S::Answering { .. }
                | S::Dialing { .. }
                | S::Active { .. }
                | S::Held { .. },
            ) => true,
            (
                SystemAction::Hold { call: wanted, on },
                S::Answering { call } | S::Dialing { call } | S::Active { call } | S::Held { call },
            ) if call == wanted => {
                self.hold(call, on, out);
                true
            }
            (
                SystemAction::Mute { call: wanted, on },
                S::Answering { call } | S::Dialing { call } | S::Active { call } | S::Held { call },
            ) if call == wanted => {
                self.mute(call, on, out);
                true
            }
            (
                SystemAction::Start { .. }
                | SystemAction::Answer { .. }
                | SystemAction::Hold { .. }
                | SystemAction::Mute { .. },
                S::Idle
                | S::Ringing { .. }
                | S::Answering { .. }
                | S::Dialing { .. }
                | S::Active { .. }
                | S::Held { .. },
            ) => false,
        }
    }

    /// A call that nobody sees doesn't ring, and isn't declined either: another device may show it. One that was taken in
    /// the app goes on there.
    fn not_shown(&mut self, hidden: SystemCallId, out: &mut Vec<Effect>) {
        use State as S;
        match self.state() {
            S::Ringing { call } if call == hidden => self.close(call, SystemEnd::Unanswered, out),
            S::Idle
            | S::Ringing { .. }
            | S::Answering { .. }
            | S::Dialing { .. }
            | S::Active { .. }
            | S::Held { .. } => {}
        }
    }
}
