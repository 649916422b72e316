//! The chat of a session, reactions and gifts.

use std::sync::Arc;

use ipelya_core::chat::{ChatSnapshot as CoreSnapshot, PendingId, PendingMessage};
use ipelya_core::domain::{ChatMessage, IdempotencyKey, LiveError, MessageId, MessageKey, ReactionKind};
use ipelya_core::foreign::LiveFailure;
use ipelya_core::runtime::SessionHandle;
use tokio::sync::{Mutex, watch};

use crate::work::Work;

/// The chat at one moment.
#[derive(Clone, Debug, uniffi::Record)]
pub struct ChatSnapshot {
    /// The newest messages, 100 at most, the eldest first; without holes.
    pub messages: Vec<ChatMessage>,
    /// Whether nothing older was said.
    pub from_the_beginning: bool,
    /// This user's messages on their way, and those that were refused, the eldest first.
    pub pending: Vec<PendingMessage>,
}

impl From<&CoreSnapshot> for ChatSnapshot {
    fn from(now: &CoreSnapshot) -> Self {
        Self {
            messages: now.messages.to_vec(),
            from_the_beginning: now.from_the_beginning,
            pending: now.pending.to_vec(),
        }
    }
}

/// What people in a session say.
#[derive(uniffi::Object)]
pub struct Chat {
    core: SessionHandle,
    changes: Arc<Mutex<watch::Receiver<CoreSnapshot>>>,
    work: Arc<Work>,
}

impl Chat {
    pub(crate) fn new(core: SessionHandle, work: &Arc<Work>) -> Self {
        let mut changes = core.messages();
        changes.mark_changed();
        Self {
            core,
            changes: Arc::new(Mutex::new(changes)),
            work: Arc::clone(work),
        }
    }

    async fn run<T: Send + 'static, F>(&self, act: impl FnOnce(SessionHandle) -> F) -> Result<T, LiveFailure>
    where
        F: Future<Output = Result<T, LiveError>> + Send + 'static,
    {
        self.work.run(act(self.core.clone())).await
    }
}

#[uniffi::export]
impl Chat {
    /// The chat now.
    pub fn snapshot(&self) -> ChatSnapshot {
        ChatSnapshot::from(&*self.core.messages().borrow())
    }

    /// The chat as soon as it isn't what this returned last; the first time, at once. None once the session is over.
    /// Cancelling loses none. For one reader at a time: each `chat()` of the session is another.
    pub async fn next_snapshot(&self) -> Result<Option<ChatSnapshot>, LiveFailure> {
        let changes = Arc::clone(&self.changes);
        let next = self.work.follow(async move {
            let mut changes = changes.lock().await;
            changes.changed().await.ok()?;
            Some(ChatSnapshot::from(&*changes.borrow_and_update()))
        });
        next.await
    }

    /// Says something: 1 to 500 characters. It is among the pending messages at once, and becomes a message or shows its
    /// error there.
    ///
    /// Fails with `rate_limited` and `retry_after_ms`; `invalid_argument` naming `body`; `forbidden` for who is muted or isn't
    /// in the room, and while the session isn't live; `session_ended`; `internal` when the answer was lost.
    pub async fn send(&self, body: String) -> Result<ChatMessage, LiveFailure> {
        self.run(|core| async move { core.send_message(body).await })
            .await
    }

    /// Takes a message that was refused from the pending ones.
    pub async fn dismiss(&self, pending: PendingId) -> Result<(), LiveFailure> {
        self.run(|core| async move {
            core.dismiss_message(pending).await;
            Ok(())
        })
        .await
    }

    /// Up to `limit` messages older than `before`, or the newest, the newest first. Fewer than `limit` are the last.
    ///
    /// Fails with `internal` when the backend can't be reached.
    pub async fn history(
        &self,
        before: Option<MessageKey>,
        limit: u32,
    ) -> Result<Vec<ChatMessage>, LiveFailure> {
        self.run(|core| async move { core.history(before, limit as usize).await })
            .await
    }

    /// Deletes a message: one's own, or, for those who moderate, anybody's whom they may moderate.
    ///
    /// Fails with `not_found` when it is gone, or isn't this user's to delete.
    pub async fn delete(&self, message: MessageId) -> Result<(), LiveFailure> {
        self.run(|core| async move { core.delete_message(message).await })
            .await
    }

    /// Taps. Several taps travel together, 400 ms after the first; returns once they have arrived. Fails as `send`.
    pub async fn react(&self, kind: ReactionKind) -> Result<(), LiveFailure> {
        self.run(|core| async move { core.send_reaction(kind).await })
            .await
    }

    /// Gives coins to the host of a live session, and answers how many are left. `idempotency_key` names the user's tap where
    /// the app retries it; a fresh one where it is left out.
    ///
    /// Fails with `insufficient_coins`, `rate_limited`, `invalid_argument` naming `coins` or `message` (1 to 200 characters),
    /// `forbidden` for the host, `conflict` while the session isn't live, `session_ended`.
    #[uniffi::method(default(message = None, idempotency_key = None))]
    pub async fn send_gift(
        &self,
        coins: u32,
        message: Option<String>,
        idempotency_key: Option<String>,
    ) -> Result<u64, LiveFailure> {
        let key = match idempotency_key {
            Some(key) => IdempotencyKey::new(key)?,
            None => IdempotencyKey::random(),
        };
        self.run(|core| async move { core.send_gift(coins, message, key).await })
            .await
    }
}
