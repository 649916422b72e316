//! What this side sends in a call.

use super::machine::Machine;
use super::{Effect, State};
use crate::domain::{CallType, Grants, LiveResult, Role, grants};
use crate::media::TrackSource;
use crate::publisher::{Change, Gate, is_granted};

impl Machine {
    /// A publication came to be, or not. Silence during an outage is no refusal.
    pub(super) fn published(&mut self, source: TrackSource, outcome: LiveResult<()>) {
        match (self.state, outcome) {
            (State::Reconnecting { .. }, Err(error)) if error.retryable => self.publisher.deferred(source),
            (_, outcome) => self.publisher.published(source, outcome),
        }
    }

    /// What a call of its type lets both publish, until LiveKit says otherwise.
    pub(super) fn grant_by_type(&mut self) {
        self.granted = self.call.as_ref().map_or(Grants::NONE, |call| {
            grants(Role::Host, call.call_type.session_type())
        });
    }

    /// A call begins as its type says: with a voice, and with a picture in a video call.
    pub(super) fn wish_by_type(&mut self, call_type: CallType) {
        for source in [TrackSource::Microphone, TrackSource::Camera] {
            let on = is_granted(grants(Role::Host, call_type.session_type()), source);
            self.publisher.want(source, on);
        }
    }

    pub(super) fn follow_wishes(&mut self, out: &mut Vec<Effect>) {
        let gate = match self.state {
            State::Active => Gate::Open,
            State::Reconnecting { .. } if !self.held => Gate::Keep,
            State::Reconnecting { .. }
            | State::Idle
            | State::Dialing
            | State::Ringing { .. }
            | State::Connecting
            | State::Held
            | State::Ended { .. } => Gate::Shut,
        };
        let grants = self.may_send();
        self.publisher.settle(gate, grants, |change| {
            out.push(match change {
                Change::Publish(source) => Effect::Publish(source),
                Change::Unpublish(source) => Effect::Unpublish(source),
            });
        });
    }
}
