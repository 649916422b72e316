//! Taking a call, or not: one device of the callee is the first, and the others learn that they weren't.

use super::machine::Machine;
use super::{Direction, Effect, State};
use crate::backend::{AnswerCall, AnsweredCall};
use crate::domain::{Call, CallEndReason, ErrorCode, LiveError};
use crate::moment::Moment;

impl Machine {
    pub(super) fn answer(&self, accept: bool, out: &mut Vec<Effect>) {
        if let Some(call) = &self.call {
            out.push(Effect::Answer(AnswerCall {
                call_id: call.id,
                accept,
                device_id: self.device.clone(),
            }));
        }
    }

    pub(super) fn answered(&mut self, answered: AnsweredCall, out: &mut Vec<Effect>) {
        // News of what came after may have overtaken the answer.
        let is_news = |known: &Call| known.id != answered.call.id || known.version <= answered.call.version;
        if self.call.as_ref().is_none_or(is_news) {
            self.call = Some(answered.call);
        }
        self.access = answered.livekit;
        self.attempt = 0;
        self.connect(out);
    }

    pub(super) fn answer_refused(&mut self, error: LiveError, at: Moment, out: &mut Vec<Effect>) {
        match error.code {
            ErrorCode::AnsweredElsewhere => self.end(CallEndReason::AnsweredElsewhere, out),
            // Over, but why? The backend writes down a ring that ran out, and its answer corrects this guess.
            ErrorCode::CallEnded => {
                self.end_there(out);
                self.end(CallEndReason::Cancelled, out);
            }
            ErrorCode::InvalidArgument
            | ErrorCode::NotAuthenticated
            | ErrorCode::PaymentRequired
            | ErrorCode::InsufficientCoins
            | ErrorCode::Forbidden
            | ErrorCode::NotCreator
            | ErrorCode::SubscriptionRequired
            | ErrorCode::Banned
            | ErrorCode::Blocked
            | ErrorCode::RoleNotAllowed
            | ErrorCode::NotFound
            | ErrorCode::Conflict
            | ErrorCode::AlreadyLive
            | ErrorCode::Busy
            | ErrorCode::PriceChanged
            | ErrorCode::SessionFull
            | ErrorCode::SessionEnded
            | ErrorCode::RateLimited
            | ErrorCode::QuotaExceeded
            | ErrorCode::MediaUnavailable
            | ErrorCode::Internal => self.retry(error, at, out),
        }
    }

    /// The answer of this device was refused after it was done with the call: why it is over is known better now.
    pub(super) fn refused_late(&mut self, reason: CallEndReason, code: ErrorCode, out: &mut Vec<Effect>) {
        if reason == CallEndReason::GlareMerged {
            return;
        }
        // Of the devices that take a call, one that dialled it doesn't say which it is.
        let is_elsewhere =
            code == ErrorCode::AnsweredElsewhere || (code == ErrorCode::Conflict && self.device.is_none());
        if is_elsewhere {
            self.state = State::Ended {
                reason: CallEndReason::AnsweredElsewhere,
            };
        } else if matches!(code, ErrorCode::CallEnded | ErrorCode::Conflict) {
            // A ring that ran out may not be written down yet, and an answer may have been quicker than being taken
            // back: this ends either, and says why it is over.
            self.end_there(out);
        }
    }

    /// Whether this device took the call, and doesn't know yet whether it was the first to.
    pub(super) fn is_answering(&self) -> bool {
        self.state == State::Connecting
            && self.direction == Some(Direction::In)
            && self.access.is_none()
            && !self.rejoins
    }
}
