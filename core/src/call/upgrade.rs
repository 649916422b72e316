//! From a voice call to a video call and back: the other one consents to a picture, and nobody has to for going back.

use super::machine::Machine;
use super::{Effect, State};
use crate::backend::{CallChange, ChangeCall};
use crate::domain::{Call, CallType, ErrorCode, Grants, IdempotencyKey, LiveError, LiveResult};
use crate::media::TrackSource;
use crate::moment::Moment;
use crate::publisher::is_granted;

/// What this user asked of the call's type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Upgrade {
    /// What the backend was asked; one thing at a time.
    asked: Option<CallChange>,
}

impl Machine {
    /// The user wants another type of call, or answers the other one's wish.
    pub(super) fn change(&mut self, change: CallChange, key: IdempotencyKey, out: &mut Vec<Effect>) {
        if self.upgrade.asked == Some(change) {
            // A second tap: the answer settles both.
            return;
        }
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
                self.publisher.unwish(TrackSource::ScreenShare);
            }
            CallChange::DeclineVideo | CallChange::ToAudio => self.drop_picture(),
        }
        out.push(Effect::Change(
            ChangeCall {
                call_id,
                action: change,
            },
            key,
        ));
    }

    /// A change that the state doesn't let anybody ask for.
    pub(super) fn refuse_change(&self, change: CallChange, out: &mut Vec<Effect>) {
        if self.upgrade.asked != Some(change) {
            out.push(refused(change, "not in this state"));
        }
    }

    /// The backend's answer.
    pub(super) fn changed(
        &mut self,
        change: CallChange,
        answer: LiveResult<Call>,
        at: Moment,
        out: &mut Vec<Effect>,
    ) {
        if self.upgrade.asked == Some(change) {
            self.upgrade.asked = None;
        }
        match answer {
            Ok(call) => {
                self.learn(call, at, out);
                // The news that this answer made may have been overtaken.
                self.follow_request();
                out.push(Effect::Settle(change, Ok(())));
            }
            Err(error) => {
                if !self.is_video() {
                    self.drop_picture();
                }
                // The server knows something that didn't arrive here.
                if matches!(error.code, ErrorCode::NotFound | ErrorCode::Conflict) {
                    self.fetch(out);
                }
                out.push(Effect::Settle(change, Err(error)));
            }
        }
    }

    /// In a voice call a picture is wished only while somebody is asked for it.
    pub(super) fn follow_request(&mut self) {
        let asking = self.upgrade.asked.is_some()
            || self
                .call
                .as_ref()
                .is_some_and(|call| call.video_request.is_some());
        if !self.is_video() && !asking {
            // Declined, taken back, run out, or back to voices.
            self.drop_picture();
        }
    }

    /// What the LiveKit server lets this user send from now on.
    pub(super) fn take_grants(&mut self, now: Grants) {
        // A picture that was asked for waits for its grant; it isn't taken back by the one that the call began with.
        if self.granted.video && !now.video {
            self.drop_picture();
        }
        if !now.audio {
            self.publisher.unwish(TrackSource::Microphone);
        }
        self.granted = now;
    }

    /// What both LiveKit and the call's row permit: either may be first to take a picture away, and neither opens a camera
    /// alone.
    pub(super) const fn may_send(&self) -> Grants {
        Grants {
            audio: self.granted.audio,
            video: self.granted.video && self.is_video(),
        }
    }

    /// What the user wants of a device. In a voice call a picture is asked for by [`CallChange::RequestVideo`].
    pub(super) fn wish(&mut self, source: TrackSource, on: bool) {
        let talking = match self.state {
            State::Active | State::Held | State::Reconnecting { .. } => true,
            State::Idle
            | State::Dialing
            | State::Ringing { .. }
            | State::Connecting
            | State::Ended { .. } => false,
        };
        if on && talking && !is_granted(self.may_send(), source) {
            let error = LiveError::new(ErrorCode::Conflict, "ask the other one for a video call first");
            self.publisher.refuse(source, error);
        } else {
            self.publisher.want(source, on);
        }
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

    pub(super) fn drop_picture(&mut self) {
        self.publisher.unwish(TrackSource::Camera);
        self.publisher.unwish(TrackSource::ScreenShare);
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
fn refused(change: CallChange, why: &str) -> Effect {
    Effect::Settle(change, Err(LiveError::new(ErrorCode::Conflict, why)))
}
