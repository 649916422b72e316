//! What a push is taken for, and what rings because of it.

use std::time::Duration;

use super::machine::{Known, Ticket};
use super::{
    Effect, IncomingReport, Machine, Pushed, State, System, SystemAction, SystemCallId, SystemEffect,
    SystemEnd,
};
use crate::call::CallPush;
use crate::domain::{CallId, CallType};

impl Machine {
    /// Every push of CallKit's is shown first, whatever it is; and is over at once where it doesn't ring.
    pub(super) fn pushed(&mut self, push: Pushed, spare: SystemCallId, out: &mut Vec<Effect>) {
        match push {
            Pushed::Ring { push, rings_for } => self.ring(push, rings_for, out),
            Pushed::StopRinging(stop) => {
                let call = SystemCallId::from(stop.call_id);
                let end = SystemEnd::of(stop.reason, true);
                let rings = self.state == (State::Ringing { call });
                self.show_nothing(call, end, rings, out);
                if rings {
                    self.close(call, end, out);
                } else if self.state.call() != Some(call) {
                    self.remember(call, end);
                }
            }
            Pushed::Malformed => self.show_nothing(spare, SystemEnd::Failed, false, out),
        }
    }

    fn ring(&mut self, push: CallPush, rings_for: Duration, out: &mut Vec<Effect>) {
        let call = SystemCallId::from(push.call_id);
        let report = IncomingReport {
            call,
            caller: Some(push.caller_id),
            name: push.caller_name.clone(),
            call_type: push.call_type,
        };
        let is_shown = self.state.call() == Some(call);
        let over = match self.ended(call) {
            _ if is_shown => None,
            Some(end) => Some(end),
            None if self.user.is_none_or(|user| push.call_for(user).is_none()) => Some(SystemEnd::Failed),
            None if rings_for.is_zero() => Some(SystemEnd::Unanswered),
            None if self.state != State::Idle => Some(SystemEnd::Unanswered),
            None => None,
        };
        match over {
            None if is_shown => {
                if self.system == System::CallKit {
                    out.push(Effect::System(SystemEffect::ReportIncoming { report }));
                }
                // Realtime was first, and knew no ticket.
                if self.known.ticket.0.is_none() {
                    self.known.ticket = Ticket(push.answer_ticket);
                }
            }
            None => self.begin(report, push.call_id, push.answer_ticket, rings_for, out),
            Some(end) => {
                if self.system == System::CallKit {
                    out.push(Effect::System(SystemEffect::ReportIncoming { report }));
                    out.push(Effect::System(SystemEffect::ReportEnded { call, end }));
                }
                let is_ours = self.user.is_some_and(|user| push.call_for(user).is_some());
                // One call at a time: whoever calls meanwhile isn't left to wait.
                if is_ours && !rings_for.is_zero() && self.state != State::Idle && self.ended(call).is_none()
                {
                    out.push(Effect::Decline {
                        call_id: push.call_id,
                        ticket: push.answer_ticket,
                    });
                }
                self.remember(call, end);
            }
        }
    }

    /// A call that rings here now.
    pub(super) fn begin(
        &mut self,
        report: IncomingReport,
        call_id: CallId,
        ticket: Option<String>,
        rings_for: Duration,
        out: &mut Vec<Effect>,
    ) {
        let call = report.call;
        self.state = State::Ringing { call };
        self.known = Known {
            call_id: Some(call_id),
            is_incoming: true,
            ticket: Ticket(ticket.clone()),
            ..Known::default()
        };
        out.push(Effect::System(SystemEffect::ReportIncoming { report }));
        out.push(Effect::System(SystemEffect::StartRing { call, rings_for }));
        // It may be over: a cancel that comes meanwhile wakes no iPhone.
        out.push(Effect::CheckState { call_id, ticket });
    }

    /// A call that was taken by a process that died: the system forgot it with the process, so it is shown, and taken, anew.
    pub(super) fn restore(
        &mut self,
        report: IncomingReport,
        call_id: CallId,
        muted: bool,
        rings_for: Duration,
        out: &mut Vec<Effect>,
    ) {
        let call = report.call;
        self.state = State::Ringing { call };
        self.known = Known {
            call_id: Some(call_id),
            is_incoming: true,
            muted,
            ..Known::default()
        };
        out.push(Effect::System(SystemEffect::ReportIncoming { report }));
        out.push(Effect::System(SystemEffect::StartRing { call, rings_for }));
        out.push(Effect::System(SystemEffect::Request {
            wanted: SystemAction::Answer { call },
        }));
    }

    /// A push that rings no call: CallKit wants to have seen one all the same.
    fn show_nothing(&mut self, call: SystemCallId, end: SystemEnd, is_shown: bool, out: &mut Vec<Effect>) {
        if self.system == System::Telecom {
            return;
        }
        out.push(Effect::System(SystemEffect::ReportIncoming {
            report: IncomingReport {
                call,
                caller: None,
                name: None,
                call_type: CallType::AudioCall,
            },
        }));
        // Shown already, it goes on, or is closed by whoever asked.
        if !is_shown && self.state.call() != Some(call) {
            out.push(Effect::System(SystemEffect::ReportEnded { call, end }));
        }
    }
}
