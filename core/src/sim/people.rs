//! What people in a session do, by the rules of the backend: chat, gifts, moderation, recordings.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::model::Model;
use super::sessions::{invalid, refuse};
use crate::backend::{
    BanScope, DoNotDisturb, Moderate, ModerationAction, RealtimeEvent, RecordingAction, SendGift,
    SessionNews, Topic,
};
use crate::domain::{
    ChatMessage, ErrorCode, Gift, GiftId, Grants, LiveError, LiveResult, MessageId, MessageKey, Participant,
    ParticipantStatus, ReactionKind, Reactions, Recording, RecordingId, RecordingStatus, Role, SessionId,
    SessionStatus, UserId,
};

impl Model {
    pub(super) fn messages(
        &self,
        user: UserId,
        id: SessionId,
        before: Option<MessageKey>,
        limit: usize,
    ) -> LiveResult<Vec<ChatMessage>> {
        if !self.has_ticket(user, id) {
            return Ok(Vec::new());
        }
        let chat = self.session(id)?.chat.iter().rev();
        let older = chat.filter(|message| before.is_none_or(|before| message.key() < before));
        Ok(older.take(limit).cloned().collect())
    }

    pub(super) fn send_message(
        &mut self,
        user: UserId,
        id: SessionId,
        body: String,
    ) -> LiveResult<ChatMessage> {
        let role = self.require_may_write(user, id)?;
        if !(1..=500).contains(&body.chars().count()) || body.trim().is_empty() {
            return invalid("body", "A message has 1 to 500 characters.");
        }
        let now = self.clock();
        let message = ChatMessage {
            id: MessageId(self.id()),
            session_id: id,
            user_id: user,
            body,
            created_at: now,
        };
        if let Some(session) = self.sessions.get_mut(&id) {
            let slow = TimeDelta::seconds(i64::from(session.slow_mode_seconds));
            let said = session.last_said.get(&user).copied();
            if let Some(wait) = said
                .map(|said| said + slow - now)
                .filter(|wait| *wait > TimeDelta::zero())
                && !role.leads()
            {
                let mut error = LiveError::new(ErrorCode::RateLimited, "Slow mode is on.");
                error.retry_after_ms = u64::try_from(wait.num_milliseconds()).ok();
                return Err(error);
            }
            session.last_said.insert(user, now);
            session.chat.push(message.clone());
        }
        self.tell_session(SessionNews::MessageCreated(message.clone()));
        Ok(message)
    }

    pub(super) fn delete_message(&mut self, user: UserId, message: MessageId) -> LiveResult<()> {
        let found = self.sessions.values().find_map(|session| {
            let said = session.chat.iter().find(|said| said.id == message)?;
            let author = session.seats.get(&said.user_id).map(|seat| seat.role);
            let me = session.seats.get(&user).map(|seat| seat.role);
            let may =
                said.user_id == user || author.zip(me).is_some_and(|(author, me)| me.may_moderate(author));
            may.then_some(said.session_id)
        });
        let Some(session_id) = found else {
            return refuse(ErrorCode::NotFound, "There is no such message.");
        };
        if let Some(session) = self.sessions.get_mut(&session_id) {
            session.chat.retain(|said| said.id != message);
        }
        self.tell_session(SessionNews::MessageDeleted {
            session_id,
            message_id: message,
        });
        Ok(())
    }

    pub(super) fn react(
        &mut self,
        user: UserId,
        id: SessionId,
        kind: ReactionKind,
        count: u8,
    ) -> LiveResult<()> {
        self.require_may_write(user, id)?;
        let counts = BTreeMap::from([(kind, u32::from(count))]);
        self.tell_session(SessionNews::Reactions(Reactions {
            session_id: id,
            counts,
        }));
        Ok(())
    }

    pub(super) fn set_slow_mode(&mut self, user: UserId, id: SessionId, seconds: u32) -> LiveResult<()> {
        if !self.seat(id, user)?.role.leads() {
            return refuse(ErrorCode::Forbidden, "Only the host and co-hosts set the chat.");
        }
        if seconds > 3600 {
            return invalid("slow_mode_seconds", "Slow mode takes up to 3600 seconds.");
        }
        if let Some(session) = self.sessions.get_mut(&id) {
            session.slow_mode_seconds = seconds;
        }
        Ok(())
    }

    pub(super) fn send_gift(&mut self, user: UserId, gift: SendGift, key: &str) -> LiveResult<u64> {
        let intent = (user, key.to_owned());
        if !self.gift_intents.contains(&intent) {
            self.give(user, gift)?;
            self.gift_intents.insert(intent);
        }
        Ok(u64::from(self.person(user)?.coins))
    }

    fn give(&mut self, user: UserId, gift: SendGift) -> LiveResult<()> {
        let id = gift.session_id;
        self.require_open(id)?;
        let row = &self.session(id)?.row;
        let (host, status) = (row.host_id, row.status);
        self.seat(id, user)?;
        if gift.coins == 0 {
            return invalid("coins", "A gift has a coin at least.");
        }
        if gift
            .message
            .as_ref()
            .is_some_and(|text| !(1..=200).contains(&text.chars().count()))
        {
            return invalid("message", "A gift's message has 1 to 200 characters.");
        }
        if status != SessionStatus::Live {
            return refuse(ErrorCode::Conflict, "The session is not live yet.");
        }
        if host == user {
            return refuse(ErrorCode::Forbidden, "Hosts don't give to themselves.");
        }
        match self.people.get_mut(&user) {
            Some(giver) if giver.coins >= gift.coins => giver.coins -= gift.coins,
            Some(_) | None => return refuse(ErrorCode::InsufficientCoins, "The wallet holds too few coins."),
        }
        if let Some(host) = self.people.get_mut(&host) {
            host.coins = host.coins.saturating_add(gift.coins);
        }
        let gift = Gift {
            id: GiftId(self.id()),
            session_id: id,
            sender_id: user,
            coins: gift.coins,
            message: gift.message,
            created_at: self.clock(),
        };
        self.tell_session(SessionNews::GiftSent(gift));
        Ok(())
    }

    pub(super) fn moderate(&mut self, caller: UserId, request: &Moderate) -> LiveResult<Participant> {
        let (id, user) = (request.session_id, request.user_id);
        let (me, them) = (self.seat(id, caller)?.role, self.seat(id, user)?.role);
        if !me.may_moderate(them) {
            return refuse(
                ErrorCode::RoleNotAllowed,
                "The role doesn't moderate this person.",
            );
        }
        match request.action {
            ModerationAction::Mute => self.silence(id, user, true)?,
            ModerationAction::Unmute => self.silence(id, user, false)?,
            ModerationAction::Kick => {
                self.require_open(id)?;
                self.kick(id, user)?;
            }
            ModerationAction::Ban { scope, .. } => {
                self.require_host_for(scope, me)?;
                self.kick(id, user)?;
                self.ban_everywhere(scope, id, user, true);
            }
            ModerationAction::Unban { scope } => {
                self.require_host_for(scope, me)?;
                self.reseat(id, user, |seat| seat.status = ParticipantStatus::Left);
                self.ban_everywhere(scope, id, user, false);
            }
        }
        Ok(self.seat(id, user)?.clone())
    }

    /// Takes the voice, the picture and the chat from somebody, or gives them back.
    pub(super) fn silence(&mut self, id: SessionId, user: UserId, muted: bool) -> LiveResult<()> {
        self.require_open(id)?;
        let role = self.seat(id, user)?.role;
        let Some(session) = self.sessions.get_mut(&id) else {
            return Ok(());
        };
        let room = session.row.room_name.clone();
        if muted {
            session.muted.insert(user);
            self.grant(&room, user, Grants::NONE);
        } else {
            session.muted.remove(&user);
            self.permit(&room, user, role);
        }
        Ok(())
    }

    pub(super) fn record(
        &mut self,
        user: UserId,
        id: SessionId,
        action: RecordingAction,
    ) -> LiveResult<Recording> {
        self.require_host(user, id)?;
        self.require_open(id)?;
        let (now, fresh) = (self.clock(), RecordingId(self.id()));
        let status = self.session(id)?.row.status;
        let last = self.session(id)?.recording.clone();
        let running = last.clone().filter(|recording| recording.status.is_on());
        let recording = match (action, running) {
            (RecordingAction::Start, Some(running)) => return Ok(running),
            (RecordingAction::Start, None) if status != SessionStatus::Live => {
                return refuse(ErrorCode::Conflict, "The session is not live yet.");
            }
            (RecordingAction::Start, None) => Recording {
                id: fresh,
                session_id: id,
                status: RecordingStatus::Active,
                created_at: now,
                ended_at: None,
                duration_ms: None,
                size_bytes: None,
                expires_at: None,
            },
            (RecordingAction::Stop, Some(running)) => Recording {
                status: RecordingStatus::Complete,
                ended_at: Some(now),
                duration_ms: u64::try_from((now - running.created_at).num_milliseconds()).ok(),
                ..running
            },
            (RecordingAction::Stop, None) => {
                return last
                    .ok_or_else(|| LiveError::new(ErrorCode::NotFound, "The session is not recorded."));
            }
        };
        if let Some(session) = self.sessions.get_mut(&id) {
            session.recording = Some(recording.clone());
        }
        self.tell_session(SessionNews::RecordingChanged(recording.clone()));
        Ok(recording)
    }

    /// A block ends what is between the two; a host's puts the other one out, who may not come back meanwhile.
    pub(super) fn block(&mut self, user: UserId, other: UserId) -> LiveResult<()> {
        if user == other {
            return refuse(ErrorCode::InvalidArgument, "Nobody blocks themselves.");
        }
        self.person(other)?;
        if let Some(person) = self.people.get_mut(&user) {
            person.blocked.insert(other);
        }
        let rooms: Vec<SessionId> = self
            .sessions
            .values()
            .filter(|session| session.row.host_id == user && session.row.status != SessionStatus::Ended)
            .map(|session| session.row.id)
            .collect();
        for id in rooms {
            if self
                .seat(id, other)
                .is_ok_and(|seat| seat.status != ParticipantStatus::Removed)
            {
                self.kick(id, other)?;
                self.reseat(id, other, |seat| seat.status = ParticipantStatus::Left);
            }
        }
        Ok(())
    }

    /// Whether somebody's calls are not to ring.
    pub(super) fn wants_no_calls(&self, user: UserId) -> bool {
        match self.people.get(&user).map(|person| person.do_not_disturb) {
            Some(DoNotDisturb::On) => true,
            Some(DoNotDisturb::Until { time }) => time > self.clock(),
            Some(DoNotDisturb::Off) | None => false,
        }
    }

    fn ban_everywhere(&mut self, scope: BanScope, id: SessionId, user: UserId, banned: bool) {
        let host = self.sessions.get(&id).map(|session| session.row.host_id);
        match (scope, host) {
            (BanScope::Creator, Some(host)) if banned => drop(self.creator_bans.insert((host, user))),
            (BanScope::Creator, Some(host)) => drop(self.creator_bans.remove(&(host, user))),
            (BanScope::Creator, None) | (BanScope::Session, _) => {}
        }
    }

    fn require_host_for(&self, scope: BanScope, me: Role) -> LiveResult<()> {
        match scope {
            BanScope::Creator if me != Role::Host => {
                refuse(ErrorCode::RoleNotAllowed, "Only the host bans from all sessions.")
            }
            BanScope::Creator | BanScope::Session => Ok(()),
        }
    }

    /// Answers the role of who may.
    fn require_may_write(&self, user: UserId, id: SessionId) -> LiveResult<Role> {
        let session = self.session(id)?;
        let seat = session.seats.get(&user);
        let is_in = seat.filter(|seat| seat.status == ParticipantStatus::Joined);
        let seat =
            is_in.filter(|_| session.row.status == SessionStatus::Live && !session.muted.contains(&user));
        seat.map(|seat| seat.role)
            .ok_or_else(|| LiveError::new(ErrorCode::Forbidden, "You may not write here now."))
    }

    fn tell_session(&mut self, news: SessionNews) {
        self.tell(Topic::Session(news.session_id()), &RealtimeEvent::Session(news));
    }
}
