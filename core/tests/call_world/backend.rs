//! The backend's calls, by the rules of `supabase/migrations/*_call_functions.sql`, `*_sweep.sql` and
//! `*_broadcast.sql`. Its clock is the steps [`Backend::ring_is_over`] and [`Backend::sweep`].

use ipelya_core::backend::{AnswerCall, AnsweredCall, CallAdmission, InitiateCall, RoomAccess};
use ipelya_core::call::{Errand, Reply};
use ipelya_core::domain::{
    Call, CallEndReason, CallId, CallStatus, ErrorCode, IdempotencyKey, LiveError, LiveResult, Role, UserId,
    VideoRequest,
};

use crate::cast::{Row, Tap, access, call_id, error, row_of, tap_of};
use crate::guards::Guard;

/// A row of `calls`, and what is known of its past.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CallRow {
    /// The call as it was broadcast, each time that it changed.
    pub told: Vec<Call>,
    /// `ring_expires_at <= now()`.
    pub is_overdue: bool,
    /// `answered_at is not null`.
    pub was_answered: bool,
    /// `video_request_expires_at <= now()`, and nobody wrote it down.
    pub wish_is_overdue: bool,
    /// The tap that made it.
    pub made_by: Tap,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Backend {
    pub rows: Vec<CallRow>,
    /// `live.idempotency_keys`: which call a tap found or made.
    taps: Vec<(Tap, Row)>,
    pub(crate) changes: Vec<IdempotencyKey>,
    /// A rule that was broken here.
    pub breach: Option<&'static str>,
}

impl CallRow {
    /// `live.call_is_over`: also before the sweeper has written it down.
    pub(crate) fn is_over(&self) -> bool {
        self.call().status == CallStatus::Ended
            || (self.call().status == CallStatus::Ringing && self.is_overdue)
    }

    pub fn is_with(&self, user: UserId) -> bool {
        self.call().caller_id == user || self.call().callee_id == user
    }

    pub fn is_live(&self) -> bool {
        self.call().status != CallStatus::Ended
    }

    /// `live.fail_call_ended`.
    pub(crate) fn ended(&self) -> LiveError {
        let mut refusal = error(ErrorCode::CallEnded);
        refusal.details.end_reason = Some(self.call().end_reason.unwrap_or(CallEndReason::Unanswered));
        refusal
    }

    /// The call as it stands.
    pub fn call(&self) -> &Call {
        &self.told[self.told.len() - 1]
    }

    /// The call as it is read (`live.call_json`): a wish that ran out is none, also before that is written down.
    pub fn read(&self) -> Call {
        let mut call = self.call().clone();
        call.video_request = call.video_request.filter(|_| !self.wish_is_overdue);
        call
    }

    /// Changes the row; what comes of it is broadcast, under the next version (`live.count_call_version`).
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Call)) {
        let mut call = self.call().clone();
        change(&mut call);
        if call != *self.call() {
            self.tell(call);
        }
    }

    /// As [`change`](Self::change), for the open request: one that takes the place of one that ran out is news, even where
    /// both are the same person's.
    pub(crate) fn change_wish(&mut self, wish: Option<UserId>) {
        let is_overdue = std::mem::take(&mut self.wish_is_overdue);
        let mut call = self.call().clone();
        call.video_request = wish.map(|user_id| VideoRequest {
            user_id,
            expires_at: call.ring_expires_at,
        });
        if is_overdue || call != *self.call() {
            self.tell(call);
        }
    }

    fn tell(&mut self, mut call: Call) {
        call.version += 1;
        self.told.push(call);
    }
}

impl Backend {
    pub fn serve(&mut self, user: UserId, errand: &Errand, missing: Option<Guard>) -> LiveResult<Reply> {
        match errand {
            Errand::Initiate(request, key) => self.initiate(user, request, tap_of(key), missing).map(|row| {
                Reply::Initiated(CallAdmission {
                    call: self.rows[row].read(),
                    livekit: access(),
                })
            }),
            Errand::Answer(request) => self.answer(user, request, missing).map(Reply::Answered),
            Errand::EndCall(id) => self.end(user, *id, missing).map(Reply::Call),
            Errand::Fetch(id) => self.own(user, *id).map(|row| Reply::Call(self.rows[row].read())),
            Errand::RefreshToken(id) => self.token(user, *id).map(Reply::Token),
            Errand::Change(request, key) => {
                let changed = self.change_call(user, request, key, missing);
                changed.map(|call| Reply::Changed(request.action, call))
            }
        }
    }

    pub fn live_call(&self, user: UserId) -> Option<Call> {
        self.live_row(user).map(|row| self.rows[row].read())
    }

    pub fn row_of_tap(&self, tap: Tap) -> Option<Row> {
        let known = self.taps.iter().find(|(known, _)| *known == tap)?;
        Some(known.1)
    }

    fn live_row(&self, user: UserId) -> Option<Row> {
        self.rows
            .iter()
            .position(|row| row.is_live() && row.is_with(user))
    }

    /// `live.lock_call`: somebody else's call does not exist.
    pub(crate) fn own(&self, user: UserId, id: CallId) -> LiveResult<Row> {
        let row = row_of(id);
        match self.rows.get(row) {
            Some(found) if found.is_with(user) => Ok(row),
            Some(_) | None => Err(error(ErrorCode::NotFound)),
        }
    }

    fn initiate(
        &mut self,
        caller: UserId,
        request: &InitiateCall,
        tap: Tap,
        missing: Option<Guard>,
    ) -> LiveResult<Row> {
        if let (Some(row), true) = (self.row_of_tap(tap), missing != Some(Guard::KeyIsRemembered)) {
            return if self.rows[row].is_over() {
                Err(self.rows[row].ended())
            } else {
                Ok(row)
            };
        }
        let callee = request.callee_id;
        for row in 0..self.rows.len() {
            if self.rows[row].is_over() && (self.rows[row].is_with(caller) || self.rows[row].is_with(callee))
            {
                self.close(row, CallEndReason::Unanswered, missing);
            }
        }
        let own = self
            .live_row(caller)
            .filter(|_| missing != Some(Guard::CallerIsFree));
        let theirs = self
            .live_row(callee)
            .filter(|_| missing != Some(Guard::CalleeIsFree));
        let row = match own {
            Some(row) if !self.rows[row].is_with(callee) => return Err(error(ErrorCode::Busy)),
            // Both called each other: the second caller joins the first call.
            Some(row) => {
                let call = self.rows[row].call();
                let is_called = call.status == CallStatus::Ringing && call.callee_id == caller;
                if is_called && missing != Some(Guard::SecondCallerJoins) {
                    self.activate(row, None);
                }
                row
            }
            None if theirs.is_some() => return Err(error(ErrorCode::Busy)),
            None => self.ring(caller, request, tap),
        };
        self.taps.push((tap, row));
        Ok(row)
    }

    fn ring(&mut self, caller_id: UserId, request: &InitiateCall, tap: Tap) -> Row {
        if self.rows.iter().any(|row| row.made_by == tap) {
            self.breach = Some("one tap made two calls");
        }
        let row = self.rows.len();
        self.rows.push(CallRow {
            told: vec![Call {
                id: call_id(row),
                status: CallStatus::Ringing,
                call_type: request.call_type,
                caller_id,
                callee_id: request.callee_id,
                ring_expires_at: chrono::DateTime::UNIX_EPOCH,
                answered_device_id: None,
                video_request: None,
                version: 1,
                end_reason: None,
            }],
            is_overdue: false,
            was_answered: false,
            wish_is_overdue: false,
            made_by: tap,
        });
        row
    }

    fn activate(&mut self, row: Row, device: Option<String>) {
        let row = &mut self.rows[row];
        if row.is_overdue {
            self.breach = Some("a ring was answered after its time");
        }
        row.was_answered = true;
        row.change(|call| (call.status, call.answered_device_id) = (CallStatus::Active, device));
    }

    fn close(&mut self, row: Row, reason: CallEndReason, missing: Option<Guard>) {
        let row = &mut self.rows[row];
        if row.is_live() || missing == Some(Guard::EndIsFinal) {
            row.change(|call| {
                (call.status, call.end_reason) = (CallStatus::Ended, Some(reason));
                call.video_request = None;
            });
        }
    }

    fn answer(
        &mut self,
        user: UserId,
        request: &AnswerCall,
        missing: Option<Guard>,
    ) -> LiveResult<AnsweredCall> {
        let row = self.own(user, request.call_id)?;
        let found = &self.rows[row];
        if found.call().callee_id != user {
            return Err(error(ErrorCode::Forbidden));
        }
        let is_over = match missing {
            Some(Guard::RingRunsOut) => found.call().status == CallStatus::Ended,
            Some(_) | None => found.is_over(),
        };
        let device = request
            .device_id
            .as_ref()
            .map(|device| device.as_str().to_owned());
        match (found.call().status, request.accept) {
            _ if is_over => return Err(found.ended()),
            (CallStatus::Active, accept) if found.call().answered_device_id != device => {
                if !accept || missing != Some(Guard::OneDeviceAnswers) {
                    return Err(error(ErrorCode::AnsweredElsewhere));
                }
                self.activate(row, device);
            }
            (CallStatus::Active, false) => return Err(error(ErrorCode::Conflict)),
            (CallStatus::Active, true) => {}
            (CallStatus::Ringing | CallStatus::Ended, true) => self.activate(row, device),
            (CallStatus::Ringing | CallStatus::Ended, false) => {
                self.close(row, CallEndReason::Declined, missing);
            }
        }
        Ok(AnsweredCall {
            call: self.rows[row].read(),
            livekit: request.accept.then(access),
        })
    }

    fn end(&mut self, user: UserId, id: CallId, missing: Option<Guard>) -> LiveResult<Call> {
        let row = self.own(user, id)?;
        let found = &self.rows[row];
        let reason = if found.call().status == CallStatus::Ringing && found.is_overdue {
            CallEndReason::Unanswered
        } else if found.call().status == CallStatus::Active {
            CallEndReason::HungUp
        } else if found.call().caller_id == user {
            CallEndReason::Cancelled
        } else {
            CallEndReason::Declined
        };
        self.close(row, reason, missing);
        Ok(self.rows[row].read())
    }

    fn token(&self, user: UserId, id: CallId) -> LiveResult<RoomAccess> {
        let found = &self.rows[self.own(user, id)?];
        if found.is_over() {
            return Err(found.ended());
        }
        if found.call().status == CallStatus::Ringing && found.call().callee_id == user {
            return Err(error(ErrorCode::Conflict));
        }
        Ok(RoomAccess {
            role: Role::Host,
            livekit: access(),
        })
    }

    /// The time of a ring is over. Nobody hears of it before somebody writes it down.
    pub fn ring_is_over(&mut self, row: Row) {
        self.rows[row].is_overdue = true;
    }

    /// The sweeper writes down that a ring ran out.
    pub fn sweep(&mut self, row: Row) {
        self.close(row, CallEndReason::Unanswered, None);
    }

    /// The sweeper ends a call that somebody has been away from for too long.
    pub fn desert(&mut self, row: Row) {
        self.close(row, CallEndReason::Failed, None);
    }
}
