//! What people in a session do beside joining and the stage.

use serde::{Deserialize, Serialize};

use super::Answer;
use crate::domain::{
    ChatMessage, IdempotencyKey, MessageId, MessageKey, Participant, ReactionKind, Recording, RecordingId,
    SessionId, UserId,
};

/// The most taps that one request sends.
pub const MOST_TAPS: u8 = 20;

/// Chat, reactions, gifts, moderation and recordings. As [`super::Backend`]: each request is one try.
pub trait SessionBackend: Send + Sync + 'static {
    /// Messages older than `before`, or the newest, at most `limit`, the newest first.
    fn messages(
        &self,
        session: SessionId,
        before: Option<MessageKey>,
        limit: usize,
    ) -> Answer<'_, Vec<ChatMessage>>;

    /// Says something. A request whose answer is lost may have been heard, and repeating it says it twice.
    fn send_message(&self, session: SessionId, body: String) -> Answer<'_, ChatMessage>;

    /// Deletes a message; `not_found` when it is gone or this user may not.
    fn delete_message(&self, message: MessageId) -> Answer<'_, ()>;

    /// Taps `count` times, 1 to [`MOST_TAPS`].
    fn send_reactions(&self, session: SessionId, kind: ReactionKind, count: u8) -> Answer<'_, ()>;

    /// The least seconds between two messages of one of the audience; 0 while slow mode is off.
    fn slow_mode(&self, session: SessionId) -> Answer<'_, u32>;

    /// Sets them, 0 to 3600.
    fn set_slow_mode(&self, session: SessionId, seconds: u32) -> Answer<'_, ()>;

    /// Gives coins to the host, and answers how many are left (`send-gift`).
    fn send_gift(&self, gift: SendGift, key: IdempotencyKey) -> Answer<'_, u64>;

    /// Silences somebody or puts somebody out, or lifts it (`moderate`).
    fn moderate(&self, request: Moderate, key: IdempotencyKey) -> Answer<'_, Participant>;

    /// Starts or stops a recording (`record-session`).
    fn record_session(
        &self,
        session: SessionId,
        action: RecordingAction,
        key: IdempotencyKey,
    ) -> Answer<'_, Recording>;

    /// The latest recording of a session, whatever became of it.
    fn last_recording(&self, session: SessionId) -> Answer<'_, Option<Recording>>;

    /// A complete recording, and where it can be watched (`get-recording`).
    fn recording(&self, recording: RecordingId) -> Answer<'_, WatchableRecording>;
}

/// Coins for the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SendGift {
    /// The session.
    pub session_id: SessionId,
    /// How many; 1 at least.
    pub coins: u32,
    /// What to say to it: 1 to 200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// What is done to somebody who misbehaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum ModerationAction {
    /// No chat, and nothing published, until unmuted.
    Mute,
    /// May chat and publish again.
    Unmute,
    /// Out of this session, until a ban is lifted.
    Kick,
    /// The same, with an end, or everywhere.
    Ban {
        /// Where.
        scope: BanScope,
        /// For how long; for good where it is left out.
        #[serde(skip_serializing_if = "Option::is_none")]
        expires_in_seconds: Option<u32>,
    },
    /// Lifts kick and ban.
    Unban {
        /// Which.
        scope: BanScope,
    },
}

/// Where somebody is banned from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum BanScope {
    /// This session.
    #[default]
    Session,
    /// Every session of this creator; for the host alone.
    Creator,
}

/// An act of moderation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moderate {
    /// The session.
    pub session_id: SessionId,
    /// Whom it is about.
    pub user_id: UserId,
    /// What is done.
    #[serde(flatten)]
    pub action: ModerationAction,
    /// Why, for the log: 1 to 500 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What is done about a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingAction {
    /// Record from now on; again, it is the same recording.
    Start,
    /// No longer.
    Stop,
}

/// A complete recording.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct WatchableRecording {
    /// The recording.
    pub recording: Recording,
    /// Where its file can be had for an hour, by anybody who knows the address: a secret.
    pub url: String,
}

impl std::fmt::Debug for WatchableRecording {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WatchableRecording")
            .field("recording", &self.recording)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_act_of_moderation_is_one_flat_object() {
        let id = "0b54c1a2-77a5-4a3e-9d1b-3f2b8b1c9e10";
        let request = Moderate {
            session_id: id.parse().unwrap(),
            user_id: id.parse().unwrap(),
            action: ModerationAction::Ban {
                scope: BanScope::Creator,
                expires_in_seconds: None,
            },
            reason: None,
        };
        let expected = json!({ "session_id": id, "user_id": id, "action": "ban", "scope": "creator" });
        assert_eq!(serde_json::to_value(request).unwrap(), expected);
    }
}
