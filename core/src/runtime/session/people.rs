//! What people in a session do beside joining and the stage: chat, reactions, gifts, moderation, recordings.

use tokio::sync::watch;

use super::chat::ChatCommand;
use super::handle::SessionHandle;
use super::snapshot::Message;
use crate::backend::{BanScope, Moderate, ModerationAction, RecordingAction, SendGift};
use crate::chat::{ChatSnapshot, PendingId};
use crate::domain::{
    ChatMessage, IdempotencyKey, LiveResult, MessageId, MessageKey, Participant, ReactionKind, Recording,
    UserId,
};
use crate::runtime::shared::insist;

impl SessionHandle {
    /// The chat: its newest messages without holes, and this user's on their way. Each change wakes the receiver.
    pub fn messages(&self) -> watch::Receiver<ChatSnapshot> {
        self.watches.chat.clone()
    }

    /// Says something: 1 to 500 characters. It is among the pending messages at once, and becomes a message or shows its
    /// error there. Repeating after `internal` may say it twice: see first whether it has become a message.
    ///
    /// # Errors
    /// `rate_limited` with `retry_after_ms`, and with `details.limit` `slow_mode` by slow mode; `invalid_argument` naming `body`; `forbidden` for who is
    /// muted, who isn't in the room yet, and while the session isn't live; `conflict` before it was entered,
    /// `session_ended`; `internal` when the answer was lost.
    pub async fn send_message(&self, body: impl Into<String>) -> LiveResult<ChatMessage> {
        let body = body.into();
        self.request(|reply| Message::Chat(ChatCommand::Send(body, reply)))
            .await
    }

    /// Takes a message that was refused from the pending ones.
    pub async fn dismiss_message(&self, pending: PendingId) {
        // A closed inbox means that it is over.
        let _ = self
            .inbox
            .send(Message::Chat(ChatCommand::Dismiss(pending)))
            .await;
    }

    /// Up to `limit` messages older than `before`, or the newest, the newest first. Fewer than `limit` are the last.
    ///
    /// # Errors
    /// `conflict` before the session was entered; `internal` when the backend can't be reached.
    pub async fn history(&self, before: Option<MessageKey>, limit: usize) -> LiveResult<Vec<ChatMessage>> {
        let session = self.session_id()?;
        insist(|| self.ports.backend.messages(session, before, limit)).await
    }

    /// Deletes a message: one's own, or, for those who moderate, anybody's whom they may moderate.
    ///
    /// # Errors
    /// `not_found` when it is gone, or isn't this user's to delete.
    pub async fn delete_message(&self, message: MessageId) -> LiveResult<()> {
        insist(|| self.ports.backend.delete_message(message)).await
    }

    /// Taps. Several taps travel together, 400 ms after the first; this returns once they have arrived.
    ///
    /// # Errors
    /// As [`SessionHandle::send_message`], without `invalid_argument`.
    pub async fn send_reaction(&self, kind: ReactionKind) -> LiveResult<()> {
        self.request(|reply| Message::Chat(ChatCommand::React(kind, reply)))
            .await
    }

    /// Gives coins to the host of a live session, and answers how many are left. Make the key when the user taps, and keep it
    /// for every retry of that tap: the coins are given once.
    ///
    /// # Errors
    /// `insufficient_coins`, `rate_limited`, `invalid_argument` naming `coins` or `message` (1 to 200 characters),
    /// `forbidden` for the host, `conflict` while the session isn't live, `session_ended`.
    pub async fn send_gift(
        &self,
        coins: u32,
        message: Option<String>,
        key: IdempotencyKey,
    ) -> LiveResult<u64> {
        let gift = SendGift {
            session_id: self.session_id()?,
            coins,
            message,
        };
        insist(|| self.ports.backend.send_gift(gift.clone(), key.clone())).await
    }

    /// Silences somebody, in the chat and on the stage, until [`SessionHandle::unmute`].
    ///
    /// # Errors
    /// `role_not_allowed` for who doesn't moderate that person; `not_found` when that person was never in the session;
    /// `invalid_argument` naming `reason` (1 to 500 characters); `session_ended`.
    pub async fn mute(&self, user: UserId, reason: Option<String>) -> LiveResult<Participant> {
        self.moderate(ModerationAction::Mute, user, reason).await
    }

    /// Lets somebody speak and write again.
    ///
    /// # Errors
    /// As [`SessionHandle::mute`].
    pub async fn unmute(&self, user: UserId) -> LiveResult<Participant> {
        self.moderate(ModerationAction::Unmute, user, None).await
    }

    /// Puts somebody out of this session, until [`SessionHandle::unban`].
    ///
    /// # Errors
    /// As [`SessionHandle::mute`].
    pub async fn kick(&self, user: UserId, reason: Option<String>) -> LiveResult<Participant> {
        self.moderate(ModerationAction::Kick, user, reason).await
    }

    /// Puts somebody out of this session or, for the host alone, out of every session of this creator: for that many seconds,
    /// or for good. It may be done after the session, too.
    ///
    /// # Errors
    /// As [`SessionHandle::mute`], without `session_ended`.
    pub async fn ban(
        &self,
        user: UserId,
        scope: BanScope,
        expires_in_seconds: Option<u32>,
        reason: Option<String>,
    ) -> LiveResult<Participant> {
        let action = ModerationAction::Ban {
            scope,
            expires_in_seconds,
        };
        self.moderate(action, user, reason).await
    }

    /// Lifts a kick, and a ban of that scope.
    ///
    /// # Errors
    /// As [`SessionHandle::ban`]; `role_not_allowed` for a co-host, too, about what the host gave.
    pub async fn unban(&self, user: UserId, scope: BanScope) -> LiveResult<Participant> {
        self.moderate(ModerationAction::Unban { scope }, user, None).await
    }

    /// The least seconds between two messages of one of the audience; 0 while slow mode is off.
    ///
    /// # Errors
    /// `conflict` before the session was entered; `internal` when the backend can't be reached.
    pub async fn slow_mode(&self) -> LiveResult<u32> {
        let session = self.session_id()?;
        insist(|| self.ports.backend.slow_mode(session)).await
    }

    /// Sets it, for those who lead: 0 switches it off, 3600 is the most.
    ///
    /// # Errors
    /// `forbidden` for anybody else, `invalid_argument` naming `slow_mode_seconds`.
    pub async fn set_slow_mode(&self, seconds: u32) -> LiveResult<()> {
        let session = self.session_id()?;
        insist(|| self.ports.backend.set_slow_mode(session, seconds)).await
    }

    /// Records the session from now on, for its host. The snapshot's `recording` says how far it is.
    ///
    /// # Errors
    /// `forbidden` for anybody else, `conflict` while the session isn't live or the last recording is being written,
    /// `media_unavailable` when nobody records.
    pub async fn start_recording(&self) -> LiveResult<Recording> {
        self.record(RecordingAction::Start).await
    }

    /// Stops the recording, for the host.
    ///
    /// # Errors
    /// `forbidden` for anybody else, `not_found` when nothing was recorded, `session_ended`.
    pub async fn stop_recording(&self) -> LiveResult<Recording> {
        self.record(RecordingAction::Stop).await
    }

    async fn record(&self, action: RecordingAction) -> LiveResult<Recording> {
        let (session, key) = (self.session_id()?, IdempotencyKey::random());
        insist(|| self.ports.backend.record_session(session, action, key.clone())).await
    }

    async fn moderate(
        &self,
        action: ModerationAction,
        user_id: UserId,
        reason: Option<String>,
    ) -> LiveResult<Participant> {
        let request = Moderate {
            session_id: self.session_id()?,
            user_id,
            action,
            reason,
        };
        let key = IdempotencyKey::random();
        insist(|| self.ports.backend.moderate(request.clone(), key.clone())).await
    }
}
