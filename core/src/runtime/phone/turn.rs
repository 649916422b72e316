//! One turn after the other: the machine, what is to be carried out, and what is to be stored.

use tokio::sync::mpsc::UnboundedSender;
use uuid::Uuid;

use super::line::Order;
use super::stored::{Stored, StoredCall};
use crate::backend::ColdStart;
use crate::call::CallPush;
use crate::domain::{CallId, UserId};
use crate::telephony::{
    AudioEffect, Effect, IncomingReport, Input, Machine, Pushed, Refusal, State, System, SystemCallId,
    SystemEffect,
};

/// What a lock guards.
pub(super) struct Turn {
    machine: Machine,
    cold_start: Option<ColdStart>,
    /// What the system shows of an incoming call.
    shown: Option<IncomingReport>,
    /// The own ticket of the call that was answered last.
    call_ticket: Option<(CallId, String)>,
    /// Of the process before, until it is asked about or another call comes.
    left_behind: Option<StoredCall>,
    /// What the system keeps now.
    kept: Option<String>,
    outbox: Vec<SystemEffect>,
    orders: UnboundedSender<Order>,
}

/// An id that no call has.
pub(super) fn fresh_id() -> SystemCallId {
    SystemCallId(Uuid::new_v4())
}

impl Turn {
    pub(super) fn new(
        system: System,
        stored: Option<Stored>,
        kept: Option<String>,
        orders: UnboundedSender<Order>,
    ) -> Self {
        let (cold_start, left_behind) =
            stored.map_or((None, None), |stored| (Some(stored.cold_start), stored.call));
        Self {
            machine: Machine::new(system, cold_start.as_ref().map(|cold| cold.user_id)),
            cold_start,
            shown: None,
            call_ticket: None,
            left_behind,
            kept,
            outbox: Vec::new(),
            orders,
        }
    }

    pub(super) fn pushed(&mut self, push: Pushed, known: Option<CallPush>) -> Vec<SystemEffect> {
        let spare = fresh_id();
        // Of the system's own input the app's wish isn't a part: nothing is refused.
        let _ = self.step(Input::Pushed { push, spare }, known);
        self.take()
    }

    pub(super) fn turn(&mut self, input: Input) -> Vec<SystemEffect> {
        // As above.
        let _ = self.step(input, None);
        self.take()
    }

    pub(super) fn restarted(&mut self) -> Vec<SystemEffect> {
        if let Some(call) = self.left_behind.take() {
            self.call_ticket = Some((call.call_id, call.ticket.clone()));
            let restored = Input::Restored {
                report: call.report(),
                call_id: call.call_id,
                muted: call.muted,
            };
            self.order(Order::Restore(Box::new(call)));
            // As above.
            let _ = self.step(restored, None);
        }
        self.take()
    }

    pub(super) fn take(&mut self) -> Vec<SystemEffect> {
        std::mem::take(&mut self.outbox)
    }

    pub(super) const fn has_some(&self) -> bool {
        !self.outbox.is_empty()
    }

    pub(super) const fn state(&self) -> State {
        self.machine.state()
    }

    pub(super) fn user(&self) -> Option<UserId> {
        self.cold_start.as_ref().map(|cold| cold.user_id)
    }

    /// Whether nothing can come of that call any more; one that the system was asked for may still come.
    pub(super) fn is_done_with(&self, call: SystemCallId) -> bool {
        self.machine.is_over(call)
    }

    pub(super) fn set_cold_start(&mut self, cold_start: Option<ColdStart>) {
        if self.user() != cold_start.as_ref().map(|cold| cold.user_id) {
            (self.left_behind, self.call_ticket) = (None, None);
        }
        self.cold_start = cold_start;
    }

    pub(super) fn answered_with(&mut self, call: CallId, ticket: String) {
        self.call_ticket = Some((call, ticket));
        self.keep();
    }

    /// One step of the machine; what it asks of the system waits in the outbox, the rest goes to the line.
    pub(super) fn step(&mut self, input: Input, push: Option<CallPush>) -> Option<Refusal> {
        let before = self.machine.state().call();
        let mut refused = None;
        for effect in self.machine.handle(input) {
            match effect {
                Effect::System(effect) => {
                    self.follow(&effect);
                    self.outbox.push(effect);
                }
                Effect::CheckState { call_id, .. } => self.order(Order::Ring {
                    call_id,
                    push: push.clone().map(Box::new),
                }),
                Effect::Answer { call_id, .. } => self.order(Order::Answer(call_id)),
                Effect::Decline { call_id, ticket } => self.order(Order::Decline { call_id, ticket }),
                Effect::Dial {
                    call,
                    callee,
                    call_type,
                } => self.order(Order::Dial {
                    call,
                    callee,
                    call_type,
                }),
                Effect::HangUp(call) => self.order(Order::HangUp(call)),
                Effect::Hold(call, on) => self.order(Order::Hold(call, on)),
                Effect::Mute(call, on) => self.order(Order::Mute(call, on)),
                Effect::Refuse(refusal) => refused = Some(refusal),
            }
        }
        let now = self.machine.state().call();
        if let Some(gone) = before.filter(|before| Some(*before) != now) {
            self.order(Order::LetGo(gone));
        }
        if now.is_some() {
            self.left_behind = None;
        }
        self.keep();
        refused
    }

    fn follow(&mut self, effect: &SystemEffect) {
        match effect {
            SystemEffect::ReportIncoming { report } => {
                if self.machine.state().call() == Some(report.call) {
                    self.shown = Some(report.clone());
                }
            }
            SystemEffect::Update { call, call_type } => {
                if let Some(shown) = self.shown.as_mut().filter(|shown| shown.call == *call) {
                    shown.call_type = *call_type;
                }
            }
            SystemEffect::Audio {
                effect: AudioEffect::Start,
            } => self.order(Order::Sound(true)),
            SystemEffect::Audio {
                effect: AudioEffect::Stop,
            } => self.order(Order::Sound(false)),
            SystemEffect::StartRing { call, rings_for } => {
                self.order(Order::StartRing(*call, *rings_for));
            }
            SystemEffect::StopRing { call } => self.order(Order::StopRing(*call)),
            SystemEffect::Audio {
                effect: AudioEffect::Prepare,
            }
            | SystemEffect::ReportEnded { .. }
            | SystemEffect::ReportConnecting { .. }
            | SystemEffect::ReportConnected { .. }
            | SystemEffect::Request { .. }
            | SystemEffect::Fulfill { .. }
            | SystemEffect::Fail { .. }
            | SystemEffect::Store { .. } => {}
        }
    }

    /// Has the system keep what the next process must know, where that changed.
    fn keep(&mut self) {
        let text = self.cold_start.clone().and_then(|cold_start| {
            let call = self.ongoing().or_else(|| self.left_behind.clone());
            Stored { cold_start, call }.write()
        });
        if text != self.kept {
            self.kept.clone_from(&text);
            self.outbox.push(SystemEffect::Store { state: text });
        }
    }

    /// The call that goes on, where a process that comes after this one could go back into it.
    fn ongoing(&self) -> Option<StoredCall> {
        let (call_id, ticket) = self.call_ticket.as_ref()?;
        let shown = self.shown.as_ref()?;
        if self.machine.call_id() != Some(*call_id) || shown.call != SystemCallId::from(*call_id) {
            return None;
        }
        Some(StoredCall {
            call_id: *call_id,
            caller: shown.caller,
            name: shown.name.clone(),
            call_type: shown.call_type,
            muted: self.machine.is_muted(),
            ticket: ticket.clone(),
        })
    }

    /// The line ends with the phone alone.
    fn order(&self, order: Order) {
        let _ = self.orders.send(order);
    }
}
