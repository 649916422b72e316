//! The machine: what it remembers, and the steps that its transitions are made of.

use std::time::Instant;

use super::ring::Ring;
use super::upgrade::Upgrade;
use super::{Capabilities, Direction, Effect, Input, State, Timer};
use crate::backend::{CallAdmission, LiveKitAccess};
use crate::backoff;
use crate::domain::{
    Call, CallEndReason, CallStatus, CallType, DeviceId, ErrorCode, Grants, LiveError, UserId, limits,
};
use crate::media::DisconnectReason;
use crate::moment::Moment;
use crate::publisher::{LocalMedia, Publisher};

/// One call on one device.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Machine {
    pub(super) state: State,
    pub(super) direction: Option<Direction>,
    pub(super) ring: Ring,
    /// No ring goes on after it, whatever a clock or the server says.
    pub(super) rings_until: Option<Instant>,
    pub(super) held: bool,
    /// It was taken by a process that died: nobody answers it any more.
    pub(super) rejoins: bool,
    pub(super) call: Option<Call>,
    pub(super) device: Option<DeviceId>,
    pub(super) access: Option<LiveKitAccess>,
    pub(super) attempt: u32,
    /// What the LiveKit server lets this user publish.
    pub(super) granted: Grants,
    pub(super) publisher: Publisher,
    pub(super) upgrade: Upgrade,
}

impl Default for Machine {
    fn default() -> Self {
        Self {
            state: State::Idle,
            direction: None,
            ring: Ring::Counting,
            rings_until: None,
            held: false,
            rejoins: false,
            call: None,
            device: None,
            access: None,
            attempt: 0,
            granted: Grants::NONE,
            publisher: Publisher::default(),
            upgrade: Upgrade::default(),
        }
    }
}

impl Machine {
    /// Where it stands.
    pub const fn state(&self) -> State {
        self.state
    }

    /// The call as last heard of; `None` until the backend knows it.
    pub const fn call(&self) -> Option<&Call> {
        self.call.as_ref()
    }

    /// Who called, as far as this device is concerned; `None` before anything happened.
    pub const fn direction(&self) -> Option<Direction> {
        self.direction
    }

    /// What is being published (or about to be).
    pub const fn publishing(&self) -> Grants {
        self.publisher.sending()
    }

    /// This user's microphone, camera and screen.
    pub fn local_media(&self) -> LocalMedia {
        self.publisher.view()
    }

    /// What this user may do now.
    pub fn capabilities(&self, user: UserId) -> Capabilities {
        let can = self.state.capabilities();
        let video = self
            .call
            .as_ref()
            .is_some_and(|call| call.call_type == CallType::VideoCall);
        let request = self.call.as_ref().and_then(|call| call.video_request.as_ref());
        let asks = self.may_change();
        Capabilities {
            microphone: can.microphone && self.may_send().audio,
            camera: can.camera && self.may_send().video,
            screen_share: can.screen_share && self.may_send().video,
            request_video: asks && !video && request.is_none(),
            answer_video: asks && request.is_some_and(|request| request.user_id != user),
            cancel_video_request: asks && request.is_some_and(|request| request.user_id == user),
            to_audio: asks && video,
            ..can
        }
    }

    /// Takes an input and says what is to be done.
    pub fn handle(&mut self, input: Input, at: Moment) -> Vec<Effect> {
        let mut out = Vec::new();
        self.transition(input, at, &mut out);
        self.follow_wishes(&mut out);
        out
    }

    pub(super) fn initiated(&mut self, admission: CallAdmission, out: &mut Vec<Effect>) {
        let (status, reason) = (admission.call.status, admission.call.end_reason);
        self.access = Some(admission.livekit);
        self.call = Some(admission.call);
        match status {
            CallStatus::Ringing => {
                self.state = State::Ringing {
                    direction: Direction::Out,
                };
                out.push(Effect::StartTimer(Timer::Ring, limits::RING));
            }
            // The other side was calling: its call is this one now.
            CallStatus::Active => self.connect(out),
            CallStatus::Ended => self.end(reason.unwrap_or(CallEndReason::Other), out),
        }
    }

    pub(super) fn connect(&mut self, out: &mut Vec<Effect>) {
        self.state = State::Connecting;
        self.grant_by_type();
        // Both called each other, one with a picture and one without: the call that goes on has its own type.
        self.publisher.limit(self.granted);
        out.push(Effect::StopTimer(Timer::Ring));
        out.push(Effect::StartTimer(Timer::Budget, limits::RECONNECT_BUDGET));
        if let Some(access) = self.access.clone() {
            out.push(Effect::Connect(access));
        }
    }

    pub(super) fn arrive(&mut self, out: &mut Vec<Effect>) {
        self.attempt = 0;
        self.state = if self.held { State::Held } else { State::Active };
        out.push(Effect::StopTimer(Timer::Budget));
        out.push(Effect::StopTimer(Timer::Retry));
    }

    pub(super) fn learn(&mut self, news: Call, at: Moment, out: &mut Vec<Effect>) {
        // Messages overtake each other; a call only ever goes on.
        if self.call.as_ref().is_some_and(|known| {
            known.id != news.id
                || known.status == CallStatus::Ended
                || (news.status, news.version) < (known.status, known.version)
        }) {
            return;
        }
        let (status, reason) = (news.status, news.end_reason.unwrap_or(CallEndReason::Other));
        let elsewhere = self.is_taken_elsewhere(&news);
        self.call = Some(news);
        self.follow_request();
        match (status, self.state) {
            // This device had its own reason to be done, and the call may well go on elsewhere.
            (
                CallStatus::Ringing | CallStatus::Active | CallStatus::Ended,
                State::Ended {
                    reason: CallEndReason::AnsweredElsewhere | CallEndReason::GlareMerged,
                },
            )
            | (CallStatus::Ringing, State::Ended { .. }) => {}
            (CallStatus::Active, State::Ended { .. }) => {
                if elsewhere {
                    self.state = State::Ended {
                        reason: CallEndReason::AnsweredElsewhere,
                    };
                }
            }
            (CallStatus::Ended, State::Ended { .. }) => self.state = State::Ended { reason },
            (
                CallStatus::Ended,
                State::Idle
                | State::Dialing
                | State::Ringing { .. }
                | State::Connecting
                | State::Active
                | State::Held
                | State::Reconnecting { .. },
            ) => self.end(reason, out),
            (
                CallStatus::Active,
                State::Ringing {
                    direction: Direction::Out,
                },
            ) => self.connect(out),
            (
                CallStatus::Active,
                State::Ringing {
                    direction: Direction::In,
                }
                | State::Connecting,
            ) if elsewhere => {
                self.end(CallEndReason::AnsweredElsewhere, out);
            }
            (CallStatus::Ringing, State::Ringing { .. }) => self.ring_on(at, out),
            (
                CallStatus::Ringing | CallStatus::Active,
                State::Idle
                | State::Dialing
                | State::Ringing { .. }
                | State::Connecting
                | State::Active
                | State::Held
                | State::Reconnecting { .. },
            ) => {}
        }
    }

    /// Whether the device that answered is another one of this user.
    fn is_taken_elsewhere(&self, news: &Call) -> bool {
        self.direction == Some(Direction::In)
            && match &self.device {
                Some(own) => news.answered_device_id.as_deref() != Some(own.as_str()),
                None => true,
            }
    }

    pub(super) fn disconnected(&mut self, reason: DisconnectReason, at: Moment, out: &mut Vec<Effect>) {
        self.publisher.lose_connection();
        match reason {
            DisconnectReason::DuplicateIdentity => self.end(CallEndReason::AnsweredElsewhere, out),
            // Whether the call is over or only its room is lost, the database knows.
            DisconnectReason::ParticipantRemoved
            | DisconnectReason::RoomDeleted
            | DisconnectReason::ServerShutdown
            | DisconnectReason::Migration
            | DisconnectReason::ConnectionLost
            | DisconnectReason::ClientInitiated => {
                self.lose(out);
                self.fetch(out);
                let error = LiveError::new(ErrorCode::MediaUnavailable, format!("disconnected: {reason:?}"));
                self.retry(error, at, out);
            }
        }
    }

    pub(super) fn lose(&mut self, out: &mut Vec<Effect>) {
        match self.state {
            State::Active | State::Held => {
                self.attempt = 0;
                self.state = State::Reconnecting { attempt: 0 };
                out.push(Effect::StartTimer(Timer::Budget, limits::RECONNECT_BUDGET));
            }
            State::Idle
            | State::Dialing
            | State::Ringing { .. }
            | State::Connecting
            | State::Reconnecting { .. }
            | State::Ended { .. } => {}
        }
    }

    pub(super) fn retry(&mut self, error: LiveError, at: Moment, out: &mut Vec<Effect>) {
        if !error.retryable {
            return self.fail(error, out);
        }
        out.push(Effect::StartTimer(
            Timer::Retry,
            backoff::full_jitter(self.attempt, at.jitter),
        ));
        self.attempt = self.attempt.saturating_add(1);
        if let State::Reconnecting { attempt } = &mut self.state {
            *attempt = self.attempt;
        }
    }

    /// The next try of whatever failed: the answer, where it isn't in yet, or else the room.
    pub(super) fn try_again(&self, out: &mut Vec<Effect>) {
        match (&self.access, &self.call) {
            (None, Some(_)) if !self.rejoins => self.answer(true, out),
            (None | Some(_), Some(call)) => out.push(Effect::RefreshToken(call.id)),
            (None | Some(_), None) => {}
        }
    }

    pub(super) fn fail(&mut self, error: LiveError, out: &mut Vec<Effect>) {
        let reason = match error.details.end_reason {
            Some(reason) => reason,
            None if error.code == ErrorCode::Busy => CallEndReason::Busy,
            None => CallEndReason::Failed,
        };
        out.push(Effect::Report(error));
        self.hang_up(reason, out);
    }

    /// Over by this side's doing: the backend must hear of it.
    pub(super) fn hang_up(&mut self, reason: CallEndReason, out: &mut Vec<Effect>) {
        if self.is_answering() {
            // Another device may have been quicker, and the call is that one's to end.
            self.answer(false, out);
        } else {
            self.end_there(out);
        }
        self.end(reason, out);
    }

    /// Tells the backend that it is over, and learns why it says it is.
    pub(super) fn end_there(&self, out: &mut Vec<Effect>) {
        if let Some(call) = &self.call {
            out.push(Effect::EndCall(call.id));
        }
    }

    pub(super) fn end(&mut self, reason: CallEndReason, out: &mut Vec<Effect>) {
        self.state = State::Ended { reason };
        self.publisher.stop();
        out.push(Effect::Disconnect);
        self.give_up_change(out);
    }

    pub(super) fn fetch(&self, out: &mut Vec<Effect>) {
        if let Some(call) = &self.call {
            out.push(Effect::Fetch(call.id));
        }
    }
}
