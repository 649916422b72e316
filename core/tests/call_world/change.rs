//! From a voice call to a video call and back, by the rules of `supabase/migrations/*_call_upgrade.sql`.

use ipelya_core::backend::{CallChange, ChangeCall};
use ipelya_core::domain::{Call, CallStatus, CallType, ErrorCode, IdempotencyKey, LiveResult, UserId};

use crate::backend::Backend;
use crate::cast::{Row, error};
use crate::guards::Guard;

impl Backend {
    pub fn change_call(
        &mut self,
        user: UserId,
        request: &ChangeCall,
        key: &IdempotencyKey,
        missing: Option<Guard>,
    ) -> LiveResult<Call> {
        let row = self.own(user, request.call_id)?;
        if !self.changes.contains(key) {
            self.make_change(user, row, request.action, missing)?;
            self.changes.push(key.clone());
        }
        Ok(self.rows[row].read())
    }

    fn make_change(
        &mut self,
        user: UserId,
        row: Row,
        change: CallChange,
        missing: Option<Guard>,
    ) -> LiveResult<()> {
        let found = &self.rows[row];
        if found.is_over() {
            return Err(found.ended());
        }
        let call = found.read();
        if call.status != CallStatus::Active {
            return Err(error(ErrorCode::Conflict));
        }
        let asker = call.video_request.map(|request| request.user_id);
        match (change, call.call_type) {
            (CallChange::RequestVideo, CallType::VideoCall) => return Err(error(ErrorCode::Conflict)),
            // Both asked: each one's request consents to the other's.
            (CallChange::RequestVideo, CallType::AudioCall)
                if asker.is_some_and(|asker| asker != user) || missing == Some(Guard::OtherOneConsents) =>
            {
                self.agree_on_video(row, asker, user);
            }
            (CallChange::RequestVideo, CallType::AudioCall) if asker.is_none() => {
                self.rows[row].change_wish(Some(user))
            }
            (CallChange::RequestVideo, CallType::AudioCall) => {}
            (CallChange::AcceptVideo, _) if asker.is_none_or(|asker| asker == user) => {
                return Err(error(ErrorCode::NotFound));
            }
            (CallChange::AcceptVideo, _) => self.agree_on_video(row, asker, user),
            (CallChange::DeclineVideo, _) if asker.is_none() => return Err(error(ErrorCode::NotFound)),
            (CallChange::DeclineVideo, _) => self.rows[row].change_wish(None),
            (CallChange::ToAudio, CallType::VideoCall) => self.set_type(row, CallType::AudioCall),
            (CallChange::ToAudio, CallType::AudioCall) => {}
        }
        Ok(())
    }

    fn agree_on_video(&mut self, row: Row, asker: Option<UserId>, user: UserId) {
        if asker.is_none_or(|asker| asker == user) {
            self.breach = Some("one person made a video call of a voice call");
        }
        self.set_type(row, CallType::VideoCall);
    }

    fn set_type(&mut self, row: Row, call_type: CallType) {
        let row = &mut self.rows[row];
        row.wish_is_overdue = false;
        row.change(|call| (call.call_type, call.video_request) = (call_type, None));
    }

    /// The time of a wish is over.
    pub fn wish_is_over(&mut self, row: Row) {
        self.rows[row].wish_is_overdue = true;
    }

    /// The sweeper writes down that nobody answered a wish (`live.expire_video_requests`).
    pub fn sweep_wish(&mut self, row: Row) {
        self.rows[row].change_wish(None);
    }
}
