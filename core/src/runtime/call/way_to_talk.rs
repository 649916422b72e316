//! How long each step took until both could talk.

use std::sync::Arc;

use tokio::time::Instant;

use crate::call::{Machine, State};
use crate::domain::{CallEndReason, ErrorCode};
use crate::media::MediaEvent;
use crate::telemetry::trail::Trail;
use crate::telemetry::{FunnelEvent, Journey, Step};

/// The steps of one call.
#[derive(Default)]
pub(super) struct WayToTalk(Option<Trail>);

impl WayToTalk {
    /// The call changed its state.
    pub(super) fn follow(&mut self, machine: &Machine) -> Option<FunnelEvent> {
        let now = Instant::now().into_std();
        let trail = self.0.get_or_insert_with(|| Trail::start(Journey::Call, now));
        if let Some(call) = machine.call() {
            trail.name(call.id);
        }
        match machine.state() {
            State::Ringing { .. } => trail.reach(Step::Ring, now),
            State::Connecting => trail.reach(Step::Answer, now),
            State::Active => trail.reach(Step::Connect, now),
            State::Ended { reason } => trail.fail(code_of(reason), now),
            State::Idle | State::Dialing | State::Held | State::Reconnecting { .. } => None,
        }
    }

    /// The steps so far.
    pub(super) fn told(&self) -> Arc<[FunnelEvent]> {
        self.0.as_ref().map_or_else(Arc::default, Trail::told)
    }

    /// The room said something.
    pub(super) fn hear(&mut self, event: &MediaEvent) -> Option<FunnelEvent> {
        self.0.as_mut()?.hear(event, Instant::now().into_std())
    }
}

/// What a call that ended before both could talk failed with.
const fn code_of(reason: CallEndReason) -> ErrorCode {
    match reason {
        CallEndReason::Busy => ErrorCode::Busy,
        CallEndReason::AnsweredElsewhere => ErrorCode::AnsweredElsewhere,
        CallEndReason::Failed => ErrorCode::MediaUnavailable,
        CallEndReason::HungUp
        | CallEndReason::Declined
        | CallEndReason::Unanswered
        | CallEndReason::Cancelled
        | CallEndReason::GlareMerged
        | CallEndReason::TimeLimit
        | CallEndReason::Other => ErrorCode::CallEnded,
    }
}
