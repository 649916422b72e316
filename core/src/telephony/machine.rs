//! The machine: what it remembers, and the steps that its transitions are made of.

use std::collections::VecDeque;
use std::fmt;

use super::{
    ActionId, Audio, AudioEffect, Effect, Input, Refusal, State, System, SystemAction, SystemCallId,
    SystemEffect, SystemEnd,
};
use crate::domain::{CallEndReason, CallId, CallType, UserId};

/// Calls that are over, of which a late push may still tell.
const REMEMBERED: usize = 32;

/// What answers without a session of the app.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Ticket(pub(super) Option<String>);

/// A secret.
impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "a ticket" } else { "none" })
    }
}

/// What is known of the call that the system shows, beside where it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Known {
    /// Its row; none of an outgoing call that the backend doesn't know yet.
    pub(super) call_id: Option<CallId>,
    pub(super) is_incoming: bool,
    pub(super) ticket: Ticket,
    pub(super) muted: bool,
    /// On hold before both could talk: it stays so once they can.
    pub(super) held: bool,
}

/// The phone of one device.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Machine {
    pub(super) system: System,
    pub(super) user: Option<UserId>,
    pub(super) state: State,
    pub(super) known: Known,
    pub(super) audio: Audio,
    past: VecDeque<(SystemCallId, SystemEnd)>,
}

impl Machine {
    /// A phone without calls. `user` is who uses it, as the app stored it for a cold start.
    pub fn new(system: System, user: Option<UserId>) -> Self {
        Self {
            system,
            user,
            state: State::Idle,
            known: Known::default(),
            audio: Audio::default(),
            past: VecDeque::new(),
        }
    }

    /// Where it stands.
    pub const fn state(&self) -> State {
        self.state
    }

    /// The sound.
    pub const fn audio(&self) -> Audio {
        self.audio
    }

    /// The row of the call that the system shows; none while there is none, or the backend doesn't know it yet.
    pub const fn call_id(&self) -> Option<CallId> {
        self.known.call_id
    }

    /// Whether the phone is done with that call.
    pub fn is_over(&self, call: SystemCallId) -> bool {
        self.state.call() != Some(call) && self.ended(call).is_some()
    }

    /// Whether the microphone is off by the user's wish.
    pub const fn is_muted(&self) -> bool {
        self.known.muted
    }

    /// Takes an input and says what is to be done, in order and in this turn.
    pub fn handle(&mut self, input: Input) -> Vec<Effect> {
        let mut out = Vec::new();
        self.transition(input, &mut out);
        self.follow_audio(&mut out);
        out
    }

    pub(super) fn sign_in(&mut self, user: UserId, out: &mut Vec<Effect>) {
        if self.user.is_some_and(|before| before != user) {
            self.sign_out(out);
        }
        self.user = Some(user);
    }

    /// The calls of whoever used the phone are nobody's business any more.
    pub(super) fn sign_out(&mut self, out: &mut Vec<Effect>) {
        self.user = None;
        match self.state {
            State::Idle => {}
            State::Ringing { call } => self.close(call, SystemEnd::Failed, out),
            State::Answering { call }
            | State::Dialing { call }
            | State::Active { call }
            | State::Held { call } => {
                out.push(Effect::HangUp(call));
                self.close(call, SystemEnd::Failed, out);
            }
        }
    }

    pub(super) fn dial(
        &mut self,
        call: SystemCallId,
        callee: UserId,
        call_type: CallType,
        out: &mut Vec<Effect>,
    ) {
        self.state = State::Dialing { call };
        self.known = Known::default();
        out.push(Effect::System(SystemEffect::Audio {
            effect: AudioEffect::Prepare,
        }));
        out.push(Effect::Dial {
            call,
            callee,
            call_type,
        });
    }

    pub(super) fn bind(&mut self, call_id: CallId) {
        self.known.call_id = Some(call_id);
    }

    pub(super) fn answer(&mut self, call: SystemCallId, out: &mut Vec<Effect>) {
        self.state = State::Answering { call };
        out.push(Effect::System(SystemEffect::StopRing { call }));
        out.push(Effect::System(SystemEffect::Audio {
            effect: AudioEffect::Prepare,
        }));
        if let Some(call_id) = self.known.call_id {
            out.push(Effect::Answer {
                call_id,
                ticket: self.known.ticket.0.clone(),
            });
        }
    }

    /// The user doesn't take it: known to the system.
    pub(super) fn decline(&mut self, call: SystemCallId, out: &mut Vec<Effect>) {
        if let Some(call_id) = self.known.call_id {
            out.push(Effect::Decline {
                call_id,
                ticket: self.known.ticket.0.clone(),
            });
        }
        self.stop_ringing(call, out);
    }

    /// No longer here, as the system knows.
    pub(super) fn stop_ringing(&mut self, call: SystemCallId, out: &mut Vec<Effect>) {
        out.push(Effect::System(SystemEffect::StopRing { call }));
        self.forget(call, SystemEnd::RemoteEnded);
    }

    pub(super) fn hang_up(&mut self, call: SystemCallId, out: &mut Vec<Effect>) {
        out.push(Effect::HangUp(call));
        self.forget(call, SystemEnd::RemoteEnded);
    }

    pub(super) fn talk(&mut self, call: SystemCallId, out: &mut Vec<Effect>) {
        if !self.known.is_incoming {
            out.push(Effect::System(SystemEffect::ReportConnected { call }));
        }
        self.state = if self.known.held {
            State::Held { call }
        } else {
            State::Active { call }
        };
    }

    pub(super) fn hold(&mut self, call: SystemCallId, on: bool, out: &mut Vec<Effect>) {
        self.known.held = on;
        self.state = match (self.state, on) {
            (State::Active { .. } | State::Held { .. }, true) => State::Held { call },
            (State::Active { .. } | State::Held { .. }, false) => State::Active { call },
            (
                before @ (State::Idle
                | State::Ringing { .. }
                | State::Answering { .. }
                | State::Dialing { .. }),
                _,
            ) => before,
        };
        out.push(Effect::Hold(call, on));
    }

    pub(super) fn mute(&mut self, call: SystemCallId, on: bool, out: &mut Vec<Effect>) {
        self.known.muted = on;
        out.push(Effect::Mute(call, on));
    }

    /// Over, and the system doesn't know it yet.
    pub(super) fn close(&mut self, call: SystemCallId, end: SystemEnd, out: &mut Vec<Effect>) {
        if self.state == (State::Ringing { call }) {
            out.push(Effect::System(SystemEffect::StopRing { call }));
        }
        out.push(Effect::System(SystemEffect::ReportEnded { call, end }));
        self.forget(call, end);
    }

    pub(super) fn end_of(&self, reason: CallEndReason) -> SystemEnd {
        SystemEnd::of(reason, self.known.is_incoming)
    }

    fn forget(&mut self, call: SystemCallId, end: SystemEnd) {
        self.state = State::Idle;
        self.known = Known::default();
        self.remember(call, end);
    }

    pub(super) fn remember(&mut self, call: SystemCallId, end: SystemEnd) {
        if self.ended(call).is_none() {
            self.past.push_back((call, end));
            if self.past.len() > REMEMBERED {
                self.past.pop_front();
            }
        }
    }

    pub(super) fn ended(&self, call: SystemCallId) -> Option<SystemEnd> {
        self.past
            .iter()
            .find(|(past, _)| *past == call)
            .map(|(_, end)| *end)
    }

    pub(super) fn rings_for_user(&self, callee: UserId) -> bool {
        self.user == Some(callee)
    }

    pub(super) fn may_dial(&self) -> Result<(), Refusal> {
        match (self.user, self.state) {
            (None, _) => Err(Refusal::SignedOut),
            (Some(_), State::Idle) => Ok(()),
            (
                Some(_),
                State::Ringing { .. }
                | State::Answering { .. }
                | State::Dialing { .. }
                | State::Active { .. }
                | State::Held { .. },
            ) => Err(Refusal::Busy),
        }
    }

    pub(super) fn set_audio_active(&mut self, active: bool) {
        self.audio.active = active;
    }

    /// The audio server is a new one: the engine begins anew, where it ran.
    pub(super) fn restart_audio(&mut self, out: &mut Vec<Effect>) {
        if self.audio.running {
            self.audio.running = false;
            out.push(Effect::System(SystemEffect::Audio {
                effect: AudioEffect::Stop,
            }));
        }
        if self.state.has_audio() {
            out.push(Effect::System(SystemEffect::Audio {
                effect: AudioEffect::Prepare,
            }));
        }
    }

    /// The engine runs while the call has sound and the system lets it, and never otherwise.
    fn follow_audio(&mut self, out: &mut Vec<Effect>) {
        let runs = self.audio.active && self.state.has_audio() && !self.known.held;
        if runs != self.audio.running {
            self.audio.running = runs;
            out.push(Effect::System(SystemEffect::Audio {
                effect: if runs {
                    AudioEffect::Start
                } else {
                    AudioEffect::Stop
                },
            }));
        }
    }

    pub(super) fn settle(action: ActionId, done: bool, out: &mut Vec<Effect>) {
        out.push(if done {
            Effect::System(SystemEffect::Fulfill { action })
        } else {
            Effect::System(SystemEffect::Fail { action })
        });
    }

    pub(super) fn ask(&self, action: impl FnOnce(SystemCallId) -> SystemAction, out: &mut Vec<Effect>) {
        out.push(match self.state.call() {
            Some(call) => Effect::System(SystemEffect::Request { wanted: action(call) }),
            None => Effect::Refuse(Refusal::NoCall),
        });
    }
}
