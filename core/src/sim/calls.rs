//! Calls, by the rules of the backend.

use super::model::{Alarm, Done, Model};
use super::network::Operation;
use super::sessions::refuse;
use crate::backend::{
    AnswerCall, AnsweredCall, CallAdmission, InitiateCall, RealtimeEvent, RoomAccess, Topic,
};
use crate::domain::{
    Call, CallEndReason, CallId, CallStatus, ErrorCode, IdempotencyKey, LiveError, LiveResult, Role,
    RoomName, UserId, limits,
};
use crate::media::DisconnectReason;

impl Model {
    pub(super) fn call(&self, id: CallId) -> LiveResult<&Call> {
        self.calls
            .get(&id)
            .ok_or_else(|| LiveError::new(ErrorCode::NotFound, "There is no such call."))
    }

    /// A call of that person; somebody else's isn't told of.
    pub(super) fn own_call(&self, user: UserId, id: CallId) -> LiveResult<&Call> {
        let call = self.call(id)?;
        if call.caller_id == user || call.callee_id == user {
            return Ok(call);
        }
        refuse(ErrorCode::NotFound, "There is no such call.")
    }

    pub(super) fn live_call(&self, user: UserId) -> Option<&Call> {
        self.calls.values().find(|call| {
            call.status != CallStatus::Ended && (call.caller_id == user || call.callee_id == user)
        })
    }

    pub(super) fn initiate_call(
        &mut self,
        user: UserId,
        request: InitiateCall,
        key: &IdempotencyKey,
    ) -> LiveResult<CallAdmission> {
        if let Some(Done::Call(id)) = self.remembered(user, Operation::InitiateCall, key) {
            if self.call(id)?.status == CallStatus::Ended {
                return refuse(ErrorCode::CallEnded, "The call is over.");
            }
            return self.call_admission(user, id);
        }
        let callee = request.callee_id;
        if callee == user {
            let error = LiveError::new(ErrorCode::InvalidArgument, "Nobody calls oneself.");
            return Err(error.with_field("callee_id"));
        }
        self.person(callee)?;
        if self.is_blocked_between(user, callee) {
            return refuse(ErrorCode::Blocked, "You cannot call this person.");
        }
        if self.live_call(user).is_none() && self.wants_no_calls(callee) {
            return refuse(ErrorCode::Busy, "This person wants no calls.");
        }
        let id = match self.live_call(user).cloned() {
            Some(call) if call.peer_of(user) != callee => {
                return refuse(ErrorCode::Busy, "You are in a call.");
            }
            // Both called each other: the second caller joins the first call.
            Some(call) => {
                if call.status == CallStatus::Ringing && call.callee_id == user {
                    self.activate(call.id, None);
                }
                call.id
            }
            None if self.live_call(callee).is_some() => {
                return refuse(ErrorCode::Busy, "This person is in a call.");
            }
            None => self.ring_up(user, request),
        };
        self.remember(user, Operation::InitiateCall, key, Done::Call(id));
        self.call_admission(user, id)
    }

    fn ring_up(&mut self, caller_id: UserId, request: InitiateCall) -> CallId {
        let id = CallId(self.id());
        let call = Call {
            id,
            status: CallStatus::Ringing,
            call_type: request.call_type,
            caller_id,
            callee_id: request.callee_id,
            ring_expires_at: self.clock() + limits::RING,
            answered_device_id: None,
            video_request: None,
            version: 1,
            end_reason: None,
        };
        self.calls.insert(id, call);
        self.rooms.entry(RoomName::Call(id).to_string()).or_default();
        self.alarms.push((limits::RING, Alarm::RingOver(id)));
        self.update_call(id, |_| {});
        id
    }

    pub(super) fn answer_call(&mut self, user: UserId, request: &AnswerCall) -> LiveResult<AnsweredCall> {
        let id = request.call_id;
        let call = self.own_call(user, id)?;
        if call.callee_id != user {
            return refuse(ErrorCode::Forbidden, "Only the callee answers a call.");
        }
        let device = request
            .device_id
            .as_ref()
            .map(|device| device.as_str().to_owned());
        match (call.status, request.accept) {
            (CallStatus::Ended, _) => return refuse(ErrorCode::CallEnded, "The call is over."),
            (CallStatus::Active, _) if call.answered_device_id != device => {
                return refuse(ErrorCode::AnsweredElsewhere, "Another device answered.");
            }
            (CallStatus::Active, false) => {
                return refuse(ErrorCode::Conflict, "The call was answered; hang up instead.");
            }
            (CallStatus::Active, true) => {}
            (CallStatus::Ringing, true) => self.activate(id, device),
            (CallStatus::Ringing, false) => self.close_call(id, CallEndReason::Declined),
        }
        let call = self.call(id)?.clone();
        let livekit = request
            .accept
            .then(|| self.access(user, RoomName::Call(id).to_string(), Role::Host));
        Ok(AnsweredCall { call, livekit })
    }

    pub(super) fn end_call(&mut self, user: UserId, id: CallId) -> LiveResult<Call> {
        let call = self.own_call(user, id)?;
        let reason = match call.status {
            CallStatus::Active => CallEndReason::HungUp,
            CallStatus::Ringing | CallStatus::Ended if call.caller_id == user => CallEndReason::Cancelled,
            CallStatus::Ringing | CallStatus::Ended => CallEndReason::Declined,
        };
        self.close_call(id, reason);
        self.call(id).cloned()
    }

    pub(super) fn call_token(&mut self, user: UserId, id: CallId) -> LiveResult<RoomAccess> {
        let call = self.own_call(user, id)?;
        match call.status {
            CallStatus::Ended => return refuse(ErrorCode::CallEnded, "The call is over."),
            CallStatus::Ringing if call.callee_id == user => {
                return refuse(ErrorCode::Conflict, "Answer the call first.");
            }
            CallStatus::Ringing | CallStatus::Active => {}
        }
        let room = RoomName::Call(id).to_string();
        self.rooms.entry(room.clone()).or_default();
        let livekit = self.access(user, room, Role::Host);
        Ok(RoomAccess {
            role: Role::Host,
            livekit,
        })
    }

    pub(super) fn ring_over(&mut self, id: CallId) {
        if self.call(id).is_ok_and(|call| call.status == CallStatus::Ringing) {
            self.close_call(id, CallEndReason::Unanswered);
        }
    }

    /// Somebody was away from an answered call for longer than the grace.
    pub(super) fn call_deserted(&mut self, id: CallId, user: UserId) {
        let there = self.is_in(&RoomName::Call(id).to_string(), user);
        if !there && self.call(id).is_ok_and(|call| call.status == CallStatus::Active) {
            self.close_call(id, CallEndReason::Failed);
        }
    }

    fn activate(&mut self, id: CallId, device: Option<String>) {
        self.update_call(id, |call| {
            call.status = CallStatus::Active;
            call.answered_device_id = device;
        });
    }

    fn close_call(&mut self, id: CallId, reason: CallEndReason) {
        if self.call(id).is_ok_and(|call| call.status == CallStatus::Ended) {
            return;
        }
        self.update_call(id, |call| {
            call.status = CallStatus::Ended;
            call.end_reason = Some(reason);
        });
        self.delete_room(&RoomName::Call(id).to_string(), DisconnectReason::RoomDeleted);
    }

    pub(super) fn update_call(&mut self, id: CallId, change: impl FnOnce(&mut Call)) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        change(call);
        call.version += 1;
        let call = call.clone();
        for user in [call.caller_id, call.callee_id] {
            self.tell(Topic::User(user), &RealtimeEvent::CallChanged(call.clone()));
        }
    }

    fn call_admission(&mut self, user: UserId, id: CallId) -> LiveResult<CallAdmission> {
        let call = self.call(id)?.clone();
        let livekit = self.access(user, RoomName::Call(id).to_string(), Role::Host);
        Ok(CallAdmission { call, livekit })
    }
}
