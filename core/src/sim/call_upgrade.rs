//! From a voice call to a video call and back.

use super::model::{Alarm, Done, Model};
use super::network::Operation;
use super::sessions::refuse;
use crate::backend::{CallChange, ChangeCall};
use crate::domain::{
    Call, CallId, CallStatus, CallType, ErrorCode, IdempotencyKey, LiveResult, Role, RoomName, UserId,
    VideoRequest, grants, limits,
};

impl Model {
    pub(super) fn change_call(
        &mut self,
        user: UserId,
        request: &ChangeCall,
        key: &IdempotencyKey,
    ) -> LiveResult<Call> {
        let id = request.call_id;
        if self.remembered(user, Operation::ChangeCall, key).is_some() {
            return self.own_call(user, id).cloned();
        }
        let call = self.own_call(user, id)?;
        match call.status {
            CallStatus::Ringing => return refuse(ErrorCode::Conflict, "The call was not answered."),
            CallStatus::Ended => return refuse(ErrorCode::CallEnded, "The call is over."),
            CallStatus::Active => {}
        }
        let open = call.video_request.as_ref().map(|request| request.user_id);
        match (request.action, call.call_type, open) {
            (CallChange::RequestVideo, CallType::VideoCall, _) => {
                return refuse(ErrorCode::Conflict, "It is a video call.");
            }
            (CallChange::RequestVideo, CallType::AudioCall, None) => self.ask_for_video(id, user),
            (CallChange::RequestVideo, CallType::AudioCall, Some(asker)) if asker == user => {}
            // Both ask: each consents to the other.
            (CallChange::RequestVideo, CallType::AudioCall, Some(_)) => {
                self.set_call_type(id, CallType::VideoCall);
            }
            (CallChange::AcceptVideo, _, Some(asker)) if asker != user => {
                self.set_call_type(id, CallType::VideoCall);
            }
            (CallChange::DeclineVideo, _, Some(_)) => self.update_call(id, |call| call.video_request = None),
            (CallChange::AcceptVideo | CallChange::DeclineVideo, _, _) => {
                return refuse(ErrorCode::NotFound, "Nobody asks for a video call.");
            }
            (CallChange::ToAudio, CallType::VideoCall, _) => self.set_call_type(id, CallType::AudioCall),
            (CallChange::ToAudio, CallType::AudioCall, _) => {}
        }
        self.remember(user, Operation::ChangeCall, key, Done::Call(id));
        self.call(id).cloned()
    }

    /// The other one didn't answer the wish in time.
    pub(super) fn video_request_over(&mut self, id: CallId, asked: &VideoRequest) {
        if self
            .call(id)
            .is_ok_and(|call| call.video_request.as_ref() == Some(asked))
        {
            self.update_call(id, |call| call.video_request = None);
        }
    }

    fn ask_for_video(&mut self, id: CallId, user_id: UserId) {
        let expires_at = self.clock() + limits::CALL_UPGRADE;
        let request = VideoRequest { user_id, expires_at };
        self.alarms
            .push((limits::CALL_UPGRADE, Alarm::VideoRequestOver(id, request.clone())));
        self.update_call(id, |call| call.video_request = Some(request));
    }

    /// What the row says, LiveKit permits both from then on.
    fn set_call_type(&mut self, id: CallId, call_type: CallType) {
        self.update_call(id, |call| {
            call.call_type = call_type;
            call.video_request = None;
        });
        let Ok(call) = self.call(id) else { return };
        let people = [call.caller_id, call.callee_id];
        let room = RoomName::Call(id).to_string();
        for user in people {
            self.grant(&room, user, grants(Role::Host, call_type.session_type()));
        }
    }
}
