//! Sessions, by the rules of the backend.

use std::collections::BTreeMap;
use std::time::Duration;

use super::model::{Alarm, Done, Model, Session};
use super::network::Operation;
use crate::backend::{NewSession, RealtimeEvent, RoomAccess, SessionAdmission, Topic};
use crate::domain::{
    Access, ErrorCode, IdempotencyKey, LiveError, LiveResult, LiveSession, Participant, ParticipantStatus,
    Role, RoomName, SessionEndReason, SessionId, SessionStatus, StageRequestStatus, UserId, limits,
};
use crate::media::DisconnectReason;

/// How long a session may wait to go live.
const PREPARES_FOR: Duration = Duration::from_secs(900);
/// People in one session at a time.
const PLACES: usize = 3_000;

pub(super) fn refuse<T>(code: ErrorCode, message: &str) -> LiveResult<T> {
    Err(LiveError::new(code, message))
}

pub(super) fn invalid<T>(field: &str, message: &str) -> LiveResult<T> {
    Err(LiveError::new(ErrorCode::InvalidArgument, message).with_field(field))
}

impl Model {
    pub(super) fn session(&self, id: SessionId) -> LiveResult<&Session> {
        self.sessions
            .get(&id)
            .ok_or_else(|| LiveError::new(ErrorCode::NotFound, "There is no such session."))
    }

    pub(super) fn create_session(
        &mut self,
        user: UserId,
        request: NewSession,
        key: &IdempotencyKey,
    ) -> LiveResult<SessionAdmission> {
        if let Some(Done::Session(id, _)) = self.remembered(user, Operation::CreateSession, key) {
            return self.admission(id, user, Role::Host, 0);
        }
        let price = match (request.access, request.price_coins) {
            (Access::PayPerView, Some(price)) if price > 0 => price,
            (Access::PayPerView, _) => return invalid("price_coins", "A pay-per-view session has a price."),
            (Access::Public | Access::SubscribersOnly, None) => 0,
            (Access::Public | Access::SubscribersOnly, Some(_)) => {
                return invalid("price_coins", "Only a pay-per-view session has a price.");
            }
        };
        if !(1..=120).contains(&request.title.chars().count()) {
            return invalid("title", "A title has 1 to 120 characters.");
        }
        let id = SessionId(self.id());
        let Some(room) = RoomName::of_session(id, request.session_type) else {
            return invalid("session_type", "A call is no session.");
        };
        if !self.person(user)?.is_creator {
            return refuse(ErrorCode::NotCreator, "Only creators may open a session.");
        }
        let is_open =
            |session: &Session| session.row.host_id == user && session.row.status != SessionStatus::Ended;
        if self.sessions.values().any(is_open) {
            return refuse(ErrorCode::AlreadyLive, "You have an open session already.");
        }
        let row = LiveSession {
            id,
            room_name: room.to_string(),
            session_type: request.session_type,
            title: request.title,
            host_id: user,
            acting_host_id: None,
            access: request.access,
            price_coins: price,
            status: SessionStatus::Preparing,
            viewer_count: 0,
            started_at: None,
            ended_at: None,
            end_reason: None,
        };
        self.rooms.entry(row.room_name.clone()).or_default();
        let session = Session {
            row,
            seats: [(user, seat(id, user, Role::Host))].into(),
            tickets: [user].into(),
            requests: BTreeMap::new(),
            places: PLACES,
            chat: Vec::new(),
            last_said: BTreeMap::new(),
            slow_mode_seconds: 0,
            muted: Default::default(),
            recording: None,
        };
        self.sessions.insert(id, session);
        self.remember(user, Operation::CreateSession, key, Done::Session(id, 0));
        self.alarms.push((PREPARES_FOR, Alarm::NeverStarted(id)));
        self.admission(id, user, Role::Host, 0)
    }

    pub(super) fn start_session(&mut self, user: UserId, id: SessionId) -> LiveResult<LiveSession> {
        self.require_host(user, id)?;
        self.require_open(id)?;
        let now = self.clock();
        self.change(id, |row| {
            row.status = SessionStatus::Live;
            row.started_at.get_or_insert(now);
        });
        self.host_may_be_away(id);
        Ok(self.session(id)?.row.clone())
    }

    pub(super) fn join_session(
        &mut self,
        user: UserId,
        id: SessionId,
        accept_price: Option<u32>,
        key: &IdempotencyKey,
    ) -> LiveResult<SessionAdmission> {
        self.require_admittable(user, id)?;
        let charged = match self.remembered(user, Operation::JoinSession, key) {
            Some(Done::Session(_, charged)) => charged,
            Some(Done::Call(_)) | None => self.admit(user, id, accept_price)?,
        };
        let session = self.session(id)?;
        let role = if session.row.host_id == user {
            Role::Host
        } else {
            session
                .seats
                .get(&user)
                .map_or(session.row.session_type.audience_role(), |seat| seat.role)
        };
        self.remember(user, Operation::JoinSession, key, Done::Session(id, charged));
        self.admission(id, user, role, charged)
    }

    /// The right to be in the session, taken or bought now, or kept from before. Answers the coins charged.
    fn admit(&mut self, user: UserId, id: SessionId, accept_price: Option<u32>) -> LiveResult<u32> {
        let session = self.session(id)?;
        let (access, price, host) = (session.row.access, session.row.price_coins, session.row.host_id);
        let mut charged = 0;
        if !session.tickets.contains(&user) {
            match access {
                Access::Public => {}
                Access::SubscribersOnly if self.person(user)?.subscribed_to.contains(&host) => {}
                Access::SubscribersOnly => {
                    return refuse(
                        ErrorCode::SubscriptionRequired,
                        "This session is for subscribers of its creator.",
                    );
                }
                Access::PayPerView => charged = self.charge(user, price, accept_price)?,
            }
        }
        if let Some(session) = self.sessions.get_mut(&id) {
            session.tickets.insert(user);
        }
        Ok(charged)
    }

    fn charge(&mut self, user: UserId, price: u32, accepted: Option<u32>) -> LiveResult<u32> {
        let costs = |code, message: &str| {
            let mut error = LiveError::new(code, message);
            error.details.price_coins = Some(price);
            Err(error)
        };
        match accepted {
            None => return costs(ErrorCode::PaymentRequired, "Join with the price accepted."),
            Some(accepted) if accepted != price => {
                return costs(ErrorCode::PriceChanged, "The price is a different one.");
            }
            Some(_) => {}
        }
        match self.people.get_mut(&user) {
            Some(person) if person.coins >= price => {
                person.coins -= price;
                Ok(price)
            }
            Some(_) | None => costs(ErrorCode::InsufficientCoins, "The wallet holds too few coins."),
        }
    }

    pub(super) fn session_token(&mut self, user: UserId, id: SessionId) -> LiveResult<RoomAccess> {
        self.require_admittable(user, id)?;
        let session = self.session(id)?;
        let Some(role) = session.seats.get(&user).map(|seat| seat.role) else {
            return refuse(ErrorCode::Forbidden, "Join the session first.");
        };
        let room = session.row.room_name.clone();
        self.rooms.entry(room.clone()).or_default();
        let livekit = self.access(user, room, role);
        Ok(RoomAccess { role, livekit })
    }

    pub(super) fn leave_session(&mut self, user: UserId, id: SessionId) -> LiveResult<LiveSession> {
        let audience = self.session(id)?.row.session_type.audience_role();
        self.close_request(id, user, StageRequestStatus::Cancelled);
        if self.session(id)?.row.host_id != user {
            self.reseat(id, user, |seat| match seat.status {
                ParticipantStatus::Admitted | ParticipantStatus::Joined => {
                    seat.status = ParticipantStatus::Left;
                    seat.role = audience;
                }
                // Whoever was put out stays out.
                ParticipantStatus::Left | ParticipantStatus::Removed => {}
            });
        }
        Ok(self.session(id)?.row.clone())
    }

    pub(super) fn end_session(&mut self, user: UserId, id: SessionId) -> LiveResult<LiveSession> {
        self.require_host(user, id)?;
        self.close_session(id, SessionEndReason::HostEnded);
        Ok(self.session(id)?.row.clone())
    }

    pub(super) fn close_session(&mut self, id: SessionId, reason: SessionEndReason) {
        let Some(session) = self.sessions.get(&id) else {
            return;
        };
        if session.row.status == SessionStatus::Ended {
            return;
        }
        let (room, now) = (session.row.room_name.clone(), self.clock());
        self.change(id, |row| {
            row.status = SessionStatus::Ended;
            row.ended_at = Some(now);
            row.end_reason = Some(reason);
        });
        self.delete_room(&room, DisconnectReason::RoomDeleted);
    }

    pub(super) fn never_started(&mut self, id: SessionId) {
        if self
            .session(id)
            .is_ok_and(|session| session.row.status == SessionStatus::Preparing)
        {
            self.close_session(id, SessionEndReason::NeverStarted);
        }
    }

    /// Gives an absent host of a live session the usual grace to come.
    pub(super) fn host_may_be_away(&mut self, id: SessionId) {
        if self.host_is_away(id) {
            self.alarms.push((limits::HOST_GRACE, Alarm::HostAway(id)));
        }
    }

    pub(super) fn host_away(&mut self, id: SessionId) {
        if !self.host_is_away(id) {
            return;
        }
        match self.heir(id) {
            Some(heir) => self.change(id, |row| row.acting_host_id = Some(heir)),
            None => self.close_session(id, SessionEndReason::HostAway),
        }
    }

    /// The co-host who takes over: whoever came first of those who are there.
    fn heir(&self, id: SessionId) -> Option<UserId> {
        let seats = self.session(id).ok()?.seats.values();
        seats
            .filter(|seat| seat.role == Role::CoHost && seat.status == ParticipantStatus::Joined)
            .min_by_key(|seat| (seat.joined_at, seat.user_id))
            .map(|seat| seat.user_id)
    }

    fn host_is_away(&self, id: SessionId) -> bool {
        self.session(id).is_ok_and(|session| {
            let in_charge = session.row.acting_host_id.unwrap_or(session.row.host_id);
            let seat = session.seats.get(&in_charge);
            session.row.status == SessionStatus::Live
                && seat.is_some_and(|seat| seat.status != ParticipantStatus::Joined)
        })
    }

    /// Changes a session's row, and tells its topic.
    pub(super) fn change(&mut self, id: SessionId, change: impl FnOnce(&mut LiveSession)) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let before = session.row.clone();
        change(&mut session.row);
        let row = session.row.clone();
        if row != before {
            self.tell(Topic::Session(id), &RealtimeEvent::SessionChanged(row));
        }
    }

    /// Changes somebody's place in a session, counts the viewers, and tells its topic.
    pub(super) fn reseat(&mut self, id: SessionId, user: UserId, change: impl FnOnce(&mut Participant)) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let Some(seat) = session.seats.get_mut(&user) else {
            return;
        };
        change(seat);
        let (seat, host) = (seat.clone(), session.row.host_id);
        let viewers = session
            .seats
            .values()
            .filter(|seat| seat.user_id != host && seat.status == ParticipantStatus::Joined)
            .count();
        let stands_in = seat.role == Role::CoHost && seat.status != ParticipantStatus::Removed;
        let back = user == host && seat.status == ParticipantStatus::Joined;
        self.tell(Topic::Session(id), &RealtimeEvent::ParticipantChanged(seat));
        self.change(id, |row| {
            row.viewer_count = u32::try_from(viewers).unwrap_or(u32::MAX);
            if back || (row.acting_host_id == Some(user) && !stands_in) {
                row.acting_host_id = None;
            }
        });
    }

    fn admission(
        &mut self,
        id: SessionId,
        user: UserId,
        role: Role,
        charged_coins: u32,
    ) -> LiveResult<SessionAdmission> {
        let now = self.clock();
        if let Some(session) = self.sessions.get_mut(&id) {
            let place = session.seats.entry(user).or_insert_with(|| seat(id, user, role));
            place.joined_at.get_or_insert(now);
        }
        let session = self.session(id)?.row.clone();
        let livekit = self.access(user, session.room_name.clone(), role);
        Ok(SessionAdmission {
            session,
            role,
            livekit,
            charged_coins,
        })
    }

    fn require_admittable(&self, user: UserId, id: SessionId) -> LiveResult<()> {
        self.require_open(id)?;
        let session = self.session(id)?;
        let seat = session.seats.get(&user);
        let is_out = seat.is_some_and(|seat| seat.status == ParticipantStatus::Removed);
        if is_out || self.creator_bans.contains(&(session.row.host_id, user)) {
            return refuse(ErrorCode::Banned, "You were put out of this session.");
        }
        if self.is_blocked_between(user, session.row.host_id) {
            return refuse(ErrorCode::Blocked, "You cannot enter this session.");
        }
        let taken = session
            .seats
            .values()
            .filter(|other| other.user_id != user && other.status == ParticipantStatus::Joined)
            .count();
        if taken >= session.places {
            return refuse(ErrorCode::SessionFull, "The session has no place left.");
        }
        Ok(())
    }

    pub(super) fn require_open(&self, id: SessionId) -> LiveResult<()> {
        match self.session(id)?.row.status {
            SessionStatus::Preparing | SessionStatus::Live => Ok(()),
            SessionStatus::Ended => refuse(ErrorCode::SessionEnded, "The session is over."),
        }
    }

    pub(super) fn require_host(&self, user: UserId, id: SessionId) -> LiveResult<()> {
        let row = &self.session(id)?.row;
        if row.host_id == user || row.acting_host_id == Some(user) {
            return Ok(());
        }
        refuse(ErrorCode::Forbidden, "Only the host may do this.")
    }
}

fn seat(session_id: SessionId, user_id: UserId, role: Role) -> Participant {
    Participant {
        session_id,
        user_id,
        role,
        status: ParticipantStatus::Admitted,
        joined_at: None,
        left_at: None,
    }
}
