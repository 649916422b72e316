//! The transitions: `match (state, input)`, as in the diagram.

use std::time::Duration;

use super::machine::Machine;
use super::{Direction, Effect, Input, State, Timer};
use crate::domain::{CallEndReason, CallStatus, ErrorCode, LiveError, limits};
use crate::moment::Moment;

impl Machine {
    pub(super) fn transition(&mut self, input: Input, at: Moment, out: &mut Vec<Effect>) {
        use Direction::{In, Out};
        use Input as I;
        use State as S;
        match (self.state, input) {
            // Calling somebody.
            (S::Idle, I::Dial(request, key)) => {
                (self.state, self.direction) = (S::Dialing, Some(Out));
                self.wish_by_type(request.call_type);
                out.push(Effect::Initiate(request, key));
            }
            (S::Dialing, I::Initiated(Ok(admission))) => self.initiated(admission, out),
            (S::Dialing, I::Initiated(Err(error))) => self.fail(error, out),
            (S::Dialing, I::HangUp | I::Decline) => self.end(CallEndReason::Cancelled, out),
            // A hang-up overtook the answer: take the ring back.
            (S::Ended { .. }, I::Initiated(Ok(admission))) => {
                out.push(Effect::EndCall(admission.call.id));
                self.call = Some(admission.call);
            }
            // The ring was over before its answer came through; why, the server knows.
            (S::Ended { .. }, I::Initiated(Err(error))) => {
                if let Some(reason) = error.details.end_reason {
                    self.state = S::Ended { reason };
                }
            }
            (S::Ringing { direction: Out }, I::HangUp | I::Decline) => {
                self.hang_up(CallEndReason::Cancelled, out)
            }
            (S::Ringing { direction }, I::Timer(Timer::Ring)) => self.ring_out(direction, out),

            // Being called.
            (S::Idle, I::Offered { call, rings_for }) => {
                self.wish_by_type(call.call_type);
                self.call = Some(call);
                (self.state, self.direction) = (S::Ringing { direction: In }, Some(In));
                self.rings_until = Some(at.now + limits::RING);
                out.push(Effect::StartTimer(Timer::Ring, rings_for));
                // The news may have been long on its way: is it still true?
                self.fetch(out);
            }
            (S::Idle, I::Rejoin(call, device)) => {
                let id = call.id;
                self.wish_by_type(call.call_type);
                (self.call, self.device, self.rejoins) = (Some(call), Some(device), true);
                (self.state, self.direction) = (S::Connecting, Some(In));
                out.push(Effect::StartTimer(Timer::Budget, limits::RECONNECT_BUDGET));
                out.push(Effect::RefreshToken(id));
            }
            (S::Ringing { direction: In }, I::Accept(device)) => {
                self.device = Some(device);
                self.state = S::Connecting;
                out.push(Effect::StopTimer(Timer::Ring));
                out.push(Effect::StartTimer(Timer::Budget, limits::RECONNECT_BUDGET));
                self.answer(true, out);
            }
            (S::Ringing { direction: In }, I::Decline | I::HangUp) => {
                self.answer(false, out);
                self.end(CallEndReason::Declined, out);
            }
            // Also when it was taken or dialled here already: two machines in one room would throw each other out.
            (
                S::Ringing { direction: In | Out }
                | S::Connecting
                | S::Active
                | S::Held
                | S::Reconnecting { .. },
                I::Merged,
            ) => self.end(CallEndReason::GlareMerged, out),
            (S::Connecting, I::Answered(Ok(answered))) => self.answered(answered, out),
            (S::Connecting, I::Answered(Err(error))) => self.answer_refused(error, at, out),
            // The user was faster than the answer.
            (
                S::Ended {
                    reason: CallEndReason::GlareMerged,
                },
                I::Answered(Ok(_)),
            ) => {}
            (S::Ended { .. }, I::Answered(Ok(answered))) if answered.call.status == CallStatus::Active => {
                out.push(Effect::EndCall(answered.call.id));
            }
            (S::Ended { .. }, I::Answered(Ok(answered))) => self.learn(answered.call, at, out),
            (S::Ended { reason }, I::Answered(Err(error))) => self.refused_late(reason, error.code, out),

            // The room.
            (S::Connecting | S::Reconnecting { .. }, I::Connected(Ok(()))) => self.arrive(out),
            (S::Connecting | S::Reconnecting { .. }, I::Connected(Err(error)) | I::Token(Err(error))) => {
                if error.code == ErrorCode::CallEnded {
                    self.fetch(out);
                } else {
                    self.retry(error, at, out);
                }
            }
            (S::Connecting | S::Reconnecting { .. }, I::Token(Ok(access))) => {
                self.access = Some(access.livekit.clone());
                // Another connection: what the lost one published went with it.
                self.publisher.lose_connection();
                out.push(Effect::Connect(access.livekit));
            }
            (S::Connecting | S::Reconnecting { .. }, I::Timer(Timer::Retry)) => self.try_again(out),
            (S::Connecting | S::Reconnecting { .. }, I::Timer(Timer::Budget)) => {
                self.fail(
                    LiveError::new(
                        ErrorCode::MediaUnavailable,
                        "the connection couldn't be had in time",
                    ),
                    out,
                );
            }
            (S::Active | S::Held, I::ConnectionLost) => self.lose(out),
            (S::Reconnecting { .. }, I::ConnectionResumed) => self.arrive(out),
            (S::Connecting | S::Active | S::Held | S::Reconnecting { .. }, I::Disconnected(reason)) => {
                self.disconnected(reason, at, out);
            }
            (S::Connecting | S::Active | S::Held | S::Reconnecting { .. }, I::Published(source, outcome)) => {
                self.published(source, outcome)
            }
            (S::Connecting | S::Active | S::Held | S::Reconnecting { .. }, I::Unpublished(source)) => {
                self.publisher.unpublished(source);
            }
            (S::Connecting | S::Active | S::Held | S::Reconnecting { .. }, I::GrantsChanged(now)) => {
                self.take_grants(now);
            }

            (S::Active | S::Held, I::NetworkChanged) => out.push(Effect::Resume),
            // The pauses so far were for another network.
            (S::Connecting | S::Reconnecting { .. }, I::NetworkChanged) => {
                self.attempt = 0;
                out.push(Effect::StartTimer(Timer::Retry, Duration::ZERO));
            }

            // Talking.
            (S::Active | S::Held, I::Hold(on)) => {
                self.held = on;
                self.state = if on { S::Held } else { S::Active };
            }
            (S::Connecting | S::Reconnecting { .. }, I::Hold(on)) => self.held = on,
            (S::Active | S::Held, I::Change(change, key)) => self.change(change, key, out),
            (
                S::Idle
                | S::Dialing
                | S::Ringing { .. }
                | S::Connecting
                | S::Reconnecting { .. }
                | S::Ended { .. },
                I::Change(change, _),
            ) => self.refuse_change(change, out),
            (S::Connecting | S::Active | S::Held | S::Reconnecting { .. }, I::Changed(change, answer)) => {
                self.changed(change, answer, at, out)
            }
            (S::Connecting | S::Active | S::Held | S::Reconnecting { .. }, I::HangUp | I::Decline) => {
                self.hang_up(CallEndReason::HungUp, out);
            }

            // Heard from the server, or wished by the user, at any time.
            (
                S::Dialing
                | S::Ringing { .. }
                | S::Connecting
                | S::Active
                | S::Held
                | S::Reconnecting { .. }
                | S::Ended { .. },
                I::CallChanged(call),
            ) => self.learn(call, at, out),
            (
                S::Idle
                | S::Dialing
                | S::Ringing { .. }
                | S::Connecting
                | S::Active
                | S::Held
                | S::Reconnecting { .. },
                I::Want(source, on),
            ) => self.wish(source, on),
            (
                S::Idle
                | S::Dialing
                | S::Ringing { .. }
                | S::Connecting
                | S::Active
                | S::Held
                | S::Reconnecting { .. },
                I::FlipCamera,
            ) => {
                if self.publisher.flip() {
                    out.push(Effect::FlipCamera);
                }
            }
            (S::Connecting | S::Active | S::Held | S::Reconnecting { .. }, I::Flipped(outcome)) => {
                self.publisher.flipped(outcome)
            }
            (S::Idle, I::HangUp | I::Decline) => self.end(CallEndReason::Cancelled, out),

            // Late, early or doubled: nothing to do.
            (
                S::Dialing
                | S::Ringing { .. }
                | S::Connecting
                | S::Active
                | S::Held
                | S::Reconnecting { .. }
                | S::Ended { .. },
                I::Dial(..) | I::Offered { .. } | I::Rejoin(..),
            )
            | (
                S::Idle,
                I::Accept(_)
                | I::Hold(_)
                | I::Merged
                | I::Initiated(_)
                | I::Answered(_)
                | I::Token(_)
                | I::CallChanged(_)
                | I::Connected(_)
                | I::ConnectionLost
                | I::ConnectionResumed
                | I::Disconnected(_)
                | I::GrantsChanged(_)
                | I::Published(..)
                | I::Unpublished(_)
                | I::Flipped(_)
                | I::Changed(..)
                | I::NetworkChanged
                | I::Timer(_),
            )
            | (
                S::Dialing,
                I::Accept(_)
                | I::Hold(_)
                | I::Merged
                | I::Answered(_)
                | I::Token(_)
                | I::Connected(_)
                | I::ConnectionLost
                | I::ConnectionResumed
                | I::Disconnected(_)
                | I::GrantsChanged(_)
                | I::Published(..)
                | I::Unpublished(_)
                | I::Flipped(_)
                | I::Changed(..)
                | I::NetworkChanged
                | I::Timer(_),
            )
            | (
                S::Ringing { direction: In | Out },
                I::Initiated(_)
                | I::Answered(_)
                | I::Hold(_)
                | I::Token(_)
                | I::Connected(_)
                | I::ConnectionLost
                | I::ConnectionResumed
                | I::Disconnected(_)
                | I::GrantsChanged(_)
                | I::Published(..)
                | I::Unpublished(_)
                | I::Flipped(_)
                | I::Changed(..)
                | I::NetworkChanged
                | I::Timer(Timer::Retry | Timer::Budget),
            )
            | (S::Ringing { direction: Out }, I::Accept(_))
            | (
                S::Connecting,
                I::Accept(_)
                | I::Initiated(_)
                | I::ConnectionLost
                | I::ConnectionResumed
                | I::Timer(Timer::Ring),
            )
            | (
                S::Active | S::Held,
                I::Accept(_)
                | I::Initiated(_)
                | I::Answered(_)
                | I::Token(_)
                | I::Connected(_)
                | I::ConnectionResumed
                | I::Timer(_),
            )
            | (
                S::Reconnecting { .. },
                I::Accept(_) | I::Initiated(_) | I::Answered(_) | I::ConnectionLost | I::Timer(Timer::Ring),
            )
            | (
                S::Ended { .. },
                I::Accept(_)
                | I::Decline
                | I::HangUp
                | I::Hold(_)
                | I::Want(..)
                | I::FlipCamera
                | I::Merged
                | I::Token(_)
                | I::Connected(_)
                | I::ConnectionLost
                | I::ConnectionResumed
                | I::Disconnected(_)
                | I::GrantsChanged(_)
                | I::Published(..)
                | I::Unpublished(_)
                | I::Flipped(_)
                | I::Changed(..)
                | I::NetworkChanged
                | I::Timer(_),
            ) => {}
        }
    }
}
