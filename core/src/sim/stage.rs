//! Who comes onto the stage, who leaves it, and who is put out.

use std::time::Duration;

use chrono::TimeDelta;

use super::model::{Alarm, Model};
use super::sessions::refuse;
use crate::backend::{ManageStage, RealtimeEvent, StageAction, StageOutcome, Topic};
use crate::domain::{
    ErrorCode, IdempotencyKey, LiveResult, Participant, ParticipantStatus, Role, SessionId, StageRequest,
    StageRequestId, StageRequestKind, StageRequestStatus, UserId,
};
use crate::media::DisconnectReason;

/// How long an invitation waits for its answer.
const INVITATION: Duration = Duration::from_secs(60);

impl Model {
    pub(super) fn manage_stage(
        &mut self,
        caller: UserId,
        request: &ManageStage,
        key: &IdempotencyKey,
    ) -> LiveResult<StageOutcome> {
        let (id, user) = (request.session_id, request.user_id.unwrap_or(caller));
        self.require_open(id)?;
        let intent = (caller, key.as_str().to_owned());
        if !self.stage_intents.contains(&intent) {
            self.decide_stage(caller, user, request)?;
            self.stage_intents.insert(intent);
        }
        Ok(StageOutcome {
            participant: self.seat(id, user)?.clone(),
            request: self.session(id)?.requests.get(&user).cloned(),
        })
    }

    fn decide_stage(&mut self, caller: UserId, user: UserId, request: &ManageStage) -> LiveResult<()> {
        use StageRequestKind::{Invite, Request};
        let id = request.session_id;
        let target = self.seat(id, user)?.clone();
        let by_lead = user != caller;
        let role = request.role.unwrap_or(Role::Speaker);
        let asked = if by_lead { Request } else { Invite };
        if matches!(
            target.status,
            ParticipantStatus::Left | ParticipantStatus::Removed
        ) {
            return refuse(ErrorCode::NotFound, "This person is not in the session.");
        }
        match request.action {
            StageAction::Request => {
                require_audience(&target)?;
                self.ask_for_stage(id, user, caller, Request, role)
            }
            StageAction::CancelRequest => {
                self.decide_request(id, user, Request, StageRequestStatus::Cancelled)?;
                Ok(())
            }
            StageAction::Invite => {
                self.require_stage_lead(id, caller, &target, role)?;
                require_audience(&target)?;
                self.ask_for_stage(id, user, caller, Invite, role)
            }
            StageAction::Accept | StageAction::Decline if by_lead => {
                self.require_stage_lead(id, caller, &target, Role::Speaker)?;
                self.answer_request(id, user, asked, request.action)
            }
            StageAction::Accept | StageAction::Decline => {
                self.answer_request(id, user, asked, request.action)
            }
            StageAction::Promote => {
                self.require_stage_lead(id, caller, &target, role)?;
                if !role.grants().any() {
                    return refuse(ErrorCode::RoleNotAllowed, "That role is not on the stage.");
                }
                self.set_role(id, user, role)
            }
            StageAction::Demote => {
                if by_lead || target.role == Role::Host {
                    self.require_stage_lead(id, caller, &target, Role::Speaker)?;
                }
                let audience = self.session(id)?.row.session_type.audience_role();
                self.set_role(id, user, audience)
            }
        }
    }

    fn require_stage_lead(
        &self,
        id: SessionId,
        caller: UserId,
        target: &Participant,
        role: Role,
    ) -> LiveResult<()> {
        let in_charge = self.require_host(caller, id).is_ok();
        let allowed = match self.seat(id, caller)?.role {
            Role::Host | Role::CoHost if in_charge => target.role != Role::Host,
            Role::CoHost => !matches!(target.role, Role::Host | Role::CoHost) && role != Role::CoHost,
            Role::Host | Role::Speaker | Role::Viewer | Role::Listener => false,
        };
        if allowed {
            return Ok(());
        }
        let message = "Only the host and co-hosts decide who is on the stage.";
        refuse(ErrorCode::RoleNotAllowed, message)
    }

    fn answer_request(
        &mut self,
        id: SessionId,
        user: UserId,
        kind: StageRequestKind,
        action: StageAction,
    ) -> LiveResult<()> {
        if action == StageAction::Decline {
            self.decide_request(id, user, kind, StageRequestStatus::Declined)?;
            return Ok(());
        }
        let role = self.decide_request(id, user, kind, StageRequestStatus::Accepted)?;
        self.set_role(id, user, role)
    }

    fn ask_for_stage(
        &mut self,
        id: SessionId,
        user: UserId,
        by: UserId,
        kind: StageRequestKind,
        role: Role,
    ) -> LiveResult<()> {
        if !matches!(role, Role::Speaker | Role::CoHost) {
            return refuse(ErrorCode::RoleNotAllowed, "That role is not on the stage.");
        }
        let open = self
            .session(id)?
            .requests
            .get(&user)
            .filter(|known| known.is_open());
        match open.map(|known| (known.kind, known.role)) {
            Some(known) if known == (kind, role) => return Ok(()),
            Some((StageRequestKind::Request, _)) if kind == StageRequestKind::Invite => {
                self.close_request(id, user, StageRequestStatus::Cancelled);
            }
            Some(_) => return refuse(ErrorCode::Conflict, "Another request is still open."),
            None => {}
        }
        // Two requests of one moment still have an order.
        let created_at =
            self.clock() + TimeDelta::microseconds(i64::try_from(self.number()).unwrap_or_default());
        let request = StageRequest {
            id: StageRequestId(self.id()),
            session_id: id,
            user_id: user,
            kind,
            role,
            status: StageRequestStatus::Pending,
            created_by: by,
            created_at,
            expires_at: (kind == StageRequestKind::Invite).then_some(created_at + INVITATION),
        };
        if kind == StageRequestKind::Invite {
            self.alarms
                .push((INVITATION, Alarm::InvitationOver(id, user, request.id)));
        }
        self.put_request(request);
        Ok(())
    }

    fn decide_request(
        &mut self,
        id: SessionId,
        user: UserId,
        kind: StageRequestKind,
        status: StageRequestStatus,
    ) -> LiveResult<Role> {
        let known = self.session(id)?.requests.get(&user);
        let Some(role) = known
            .filter(|known| known.is_open() && known.kind == kind)
            .map(|known| known.role)
        else {
            return refuse(ErrorCode::NotFound, "There is no such request.");
        };
        self.close_request(id, user, status);
        Ok(role)
    }

    /// Closes whatever is open of one person.
    pub(super) fn close_request(&mut self, id: SessionId, user: UserId, status: StageRequestStatus) {
        let known = self
            .session(id)
            .ok()
            .and_then(|session| session.requests.get(&user));
        if let Some(mut request) = known.filter(|known| known.is_open()).cloned() {
            request.status = status;
            self.put_request(request);
        }
    }

    pub(super) fn invitation_over(&mut self, id: SessionId, user: UserId, request: StageRequestId) {
        let known = self
            .session(id)
            .ok()
            .and_then(|session| session.requests.get(&user));
        if known.is_some_and(|known| known.id == request) {
            self.close_request(id, user, StageRequestStatus::Expired);
        }
    }

    /// Told to the person and to those who lead the stage.
    fn put_request(&mut self, request: StageRequest) {
        let Some(session) = self.sessions.get_mut(&request.session_id) else {
            return;
        };
        session.requests.insert(request.user_id, request.clone());
        let leads = session.seats.values().filter(|seat| {
            matches!(seat.role, Role::Host | Role::CoHost) && seat.status != ParticipantStatus::Removed
        });
        let mut hearers: Vec<UserId> = leads.map(|seat| seat.user_id).collect();
        hearers.retain(|lead| *lead != request.user_id);
        hearers.push(request.user_id);
        for hearer in hearers {
            self.tell(Topic::User(hearer), &RealtimeEvent::StageChanged(request.clone()));
        }
    }

    /// What is open, as far as the caller may see it.
    pub(super) fn open_stage_requests(&self, caller: UserId, id: SessionId) -> LiveResult<Vec<StageRequest>> {
        let leads = matches!(self.seat(id, caller)?.role, Role::Host | Role::CoHost);
        let requests = self.session(id)?.requests.values();
        let open = requests.filter(|request| request.is_open() && (leads || request.user_id == caller));
        Ok(open.cloned().collect())
    }

    pub(super) fn set_role(&mut self, id: SessionId, user: UserId, role: Role) -> LiveResult<()> {
        self.seat(id, user)?;
        self.reseat(id, user, |seat| seat.role = role);
        if role.grants().any() {
            self.close_request(id, user, StageRequestStatus::Accepted);
        }
        let room = self.session(id)?.row.room_name.clone();
        self.permit(&room, user, role);
        if self.session(id)?.muted.contains(&user) {
            self.silence(id, user, true)?;
        }
        Ok(())
    }

    /// Puts somebody out of a session, for good.
    pub(super) fn kick(&mut self, id: SessionId, user: UserId) -> LiveResult<()> {
        let room = self.session(id)?.row.room_name.clone();
        self.close_request(id, user, StageRequestStatus::Cancelled);
        self.reseat(id, user, |seat| seat.status = ParticipantStatus::Removed);
        self.put_out(&room, user, DisconnectReason::ParticipantRemoved);
        Ok(())
    }

    pub(super) fn seat(&self, id: SessionId, user: UserId) -> LiveResult<&Participant> {
        match self.session(id)?.seats.get(&user) {
            Some(seat) => Ok(seat),
            None => refuse(ErrorCode::NotFound, "This person is not in the session."),
        }
    }
}

fn require_audience(seat: &Participant) -> LiveResult<()> {
    match seat.role {
        Role::Viewer | Role::Listener => Ok(()),
        Role::Host | Role::CoHost | Role::Speaker => {
            refuse(ErrorCode::Conflict, "This person is on the stage already.")
        }
    }
}
