//! From a voice call to a video call and back: the other one consents to a picture, and nobody has to for going back.

use super::machine::Machine;
use super::{Effect, State};
use crate::backend::{CallChange, ChangeCall};
use crate::domain::{Call, CallType, ErrorCode, Grants, IdempotencyKey, LiveError, LiveResult, Role, grants};
use crate::media::TrackSource;

/// What this user asked of the call's type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Upgrade {
    /// What the backend was asked; one thing at a time.
    asked: Option<CallChange>,
    /// This user's request for a picture waits for the other one.
    open: bool,
}

impl Machine {
    /// The user wants another type of call, or answers the other one's wish.
    pub(super) fn change(&mut self, change: CallChange, key: IdempotencyKey, out: &mut Vec<Effect>) {
        let Some(call) = self.call.as_ref().filter(|_| self.upgrade.asked.is_none()) else {
            out.push(refused(change, "another change is on its way"));
            return;
        };
        let call_id = call.id;
        self.upgrade.asked = Some(change);
        match change {
            // The wish waits for the grant, which comes with the other one's consent.
            CallChange::RequestVideo | CallChange::AcceptVideo => {
                self.publisher.want(TrackSource::Camera, true);
            }
            CallChange::DeclineVideo | CallChange::ToAudio => self.want_no_picture(),
        }
        out.push(Effect::Change(
            ChangeCall {
                call_id,
                action: change,
            },
            key,
        ));
    }

    /// The backend's answer.
    pub(super) fn changed(
        &mut self,
        change: CallChange,
        answer: LiveResult<Call>,
        out: &mut Vec<Effect>,
    ) -> Option<Call> {
        if self.upgrade.asked == Some(change) {
            self.upgrade.asked = None;
        }
        match answer {
            Ok(call) => {
                if change == CallChange::RequestVideo {
                    self.upgrade.open = true;
                }
                out.push(Effect::Settle(change, Ok(())));
                Some(call)
            }
            Err(error) => {
                if !self.is_video() {
                    self.want_no_picture();
                }
                // The server knows something that didn't arrive here.
                if matches!(error.code, ErrorCode::NotFound | ErrorCode::Conflict) {
                    self.fetch(out);
                }
                out.push(Effect::Settle(change, Err(error)));
                None
            }
        }
    }

    /// The call has news, and was of type `before` so far. A call that lost its picture loses it here at once; one that
    /// gained it waits for LiveKit's permission, which may also have come first.
    pub(super) fn follow_type(&mut self, before: Option<CallType>) {
        let Some(call) = &self.call else { return };
        let (call_type, requested) = (call.call_type, call.video_request.is_some());
        match call_type {
            CallType::VideoCall => self.upgrade.open = false,
            CallType::AudioCall => {
                if before == Some(CallType::VideoCall) {
                    self.take_grants(
                        self.grants
                            .intersect(grants(Role::Host, call_type.session_type())),
                    );
                }
                if self.upgrade.open && !requested && self.upgrade.asked != Some(CallChange::RequestVideo) {
                    // Declined, taken back or run out.
                    self.upgrade.open = false;
                    self.want_no_picture();
                }
            }
        }
    }

    /// What the LiveKit server lets this user send from now on.
    pub(super) fn take_grants(&mut self, now: Grants) {
        // A picture that was asked for waits for its grant; it isn't taken back by the one that the call began with.
        let lost = self.grants.video && !now.video;
        if lost {
            self.want_no_picture();
        }
        if !now.audio {
            self.publisher.want(TrackSource::Microphone, false);
        }
        self.grants = now;
    }

    const fn is_video(&self) -> bool {
        matches!(
            self.call,
            Some(Call {
                call_type: CallType::VideoCall,
                ..
            })
        )
    }

    fn want_no_picture(&mut self) {
        self.publisher.want(TrackSource::Camera, false);
        self.publisher.want(TrackSource::ScreenShare, false);
    }

    /// What is still waited for when the call is over.
    pub(super) fn give_up_change(&mut self, out: &mut Vec<Effect>) {
        if let Some(change) = self.upgrade.asked {
            out.push(Effect::Settle(
                change,
                Err(LiveError::new(ErrorCode::CallEnded, "the call is over")),
            ));
        }
        self.upgrade = Upgrade::default();
    }

    /// Whether this user may ask for another type now.
    pub(super) const fn may_change(&self) -> bool {
        self.upgrade.asked.is_none() && matches!(self.state, State::Active | State::Held)
    }
}

/// The answer to a change that can't be asked for now.
pub(super) fn refused(change: CallChange, why: &str) -> Effect {
    Effect::Settle(change, Err(LiveError::new(ErrorCode::Conflict, why)))
}
