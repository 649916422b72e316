//! Brings together what is told, what is fetched and what is being sent.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::domain::{ChatMessage, ErrorCode, LiveError, LiveResult, MessageId, MessageKey, UserId};

/// Messages kept, and asked for at once: the newest ones.
pub const WINDOW: usize = 100;
/// Deletions remembered, for messages of which is told only later.
const REMEMBERED_DELETIONS: usize = 4 * WINDOW;

/// One fetch of the newest page; the answer to an older one than the last says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FetchId(u64);

/// A message on its way, on this device alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PendingId(pub u64);

/// A message that this user wrote and that isn't known to be said.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct PendingMessage {
    /// Which.
    pub id: PendingId,
    /// What.
    pub body: String,
    /// Why it wasn't said; `None` while it is on its way.
    pub error: Option<LiveError>,
}

/// The chat at one moment. Cloning is cheap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatSnapshot {
    /// The newest messages, [`WINDOW`] at most, the eldest first; without holes.
    pub messages: Arc<[ChatMessage]>,
    /// Whether nothing older was said.
    pub from_the_beginning: bool,
    /// This user's messages on their way, and those that were refused, the eldest first.
    pub pending: Arc<[PendingMessage]>,
}

#[derive(Debug)]
struct Outgoing {
    message: PendingMessage,
    /// What was told meanwhile and is probably this.
    told: Option<ChatMessage>,
}

impl Outgoing {
    /// On its way, or the answer was lost on the way back: it may be said.
    fn may_be_said(&self) -> bool {
        self.message.error.as_ref().is_none_or(is_lost)
    }
}

fn is_lost(error: &LiveError) -> bool {
    error.code == ErrorCode::Internal
}

/// The newest messages of a chat: what the database has from some message on, whatever Realtime lost, said twice or told
/// out of order, as soon as the fetch after the last gap is answered.
#[derive(Debug)]
pub struct ChatLog {
    user: UserId,
    messages: BTreeMap<MessageKey, ChatMessage>,
    /// What comes before isn't kept; `None` when nothing does.
    floor: Option<MessageKey>,
    deleted: VecDeque<MessageId>,
    pending: Vec<Outgoing>,
    last_pending: u64,
    fetch: FetchId,
    is_fetching: bool,
    /// Told since the last fetch was asked for: not in its page where they were said after it.
    told_since: BTreeSet<MessageId>,
}

impl ChatLog {
    /// An empty chat of which nothing is known, as `user` has it.
    pub fn new(user: UserId) -> Self {
        Self {
            user,
            messages: BTreeMap::new(),
            floor: None,
            deleted: VecDeque::new(),
            pending: Vec::new(),
            last_pending: 0,
            fetch: FetchId(0),
            is_fetching: false,
            told_since: BTreeSet::new(),
        }
    }

    /// Something may have been missed: the newest [`WINDOW`] messages are to be fetched, from now on.
    pub fn fetch(&mut self) -> FetchId {
        self.fetch.0 += 1;
        self.is_fetching = true;
        self.told_since.clear();
        self.fetch
    }

    /// The newest messages, [`WINDOW`] at most, as the database had them at some time after they were asked for.
    pub fn fetched(&mut self, fetch: FetchId, page: Vec<ChatMessage>) {
        if fetch != self.fetch || !self.is_fetching {
            return;
        }
        self.is_fetching = false;
        let is_whole = page.len() < WINDOW;
        self.floor = if is_whole {
            None
        } else {
            page.iter().map(ChatMessage::key).min()
        };
        let told_since = std::mem::take(&mut self.told_since);
        let known: BTreeSet<MessageKey> = self.messages.keys().copied().collect();
        self.messages.retain(|key, message| {
            told_since.contains(&message.id) && self.floor.is_none_or(|floor| *key >= floor)
        });
        for message in page {
            if self.learn(message.clone()) && !known.contains(&message.key()) {
                self.recognise(&message);
            }
        }
    }

    /// A message was said. Answers whether it is news.
    pub fn created(&mut self, message: ChatMessage) -> bool {
        if self.is_fetching {
            self.told_since.insert(message.id);
        }
        let is_news = self.learn(message.clone());
        if is_news {
            self.recognise(&message);
        }
        is_news
    }

    /// Whether a message is here.
    pub fn has(&self, message: &ChatMessage) -> bool {
        self.messages.contains_key(&message.key())
    }

    /// A message was deleted. Answers whether it was here.
    pub fn deleted(&mut self, id: MessageId) -> bool {
        if !self.deleted.contains(&id) {
            self.deleted.push_back(id);
            if self.deleted.len() > REMEMBERED_DELETIONS {
                self.deleted.pop_front();
            }
        }
        let before = self.messages.len();
        self.messages.retain(|_, message| message.id != id);
        self.messages.len() < before
    }

    /// This user says something: shown at once, until [`ChatLog::sent`].
    pub fn send(&mut self, body: String) -> PendingId {
        self.last_pending += 1;
        let id = PendingId(self.last_pending);
        let message = PendingMessage {
            id,
            body,
            error: None,
        };
        self.pending.push(Outgoing { message, told: None });
        id
    }

    /// The database's answer to what was sent. Answers what the sender is told: where the answer was lost and the message
    /// was told meanwhile, it was said.
    ///
    /// # Errors
    /// The refusal; the message stays, with it, until it is told after all or [`ChatLog::dismiss`].
    pub fn sent(&mut self, id: PendingId, answer: LiveResult<ChatMessage>) -> LiveResult<ChatMessage> {
        let place = self.pending.iter().position(|pending| pending.message.id == id);
        let told = place.and_then(|place| self.pending.get_mut(place)?.told.take());
        let answer = match (answer, &told) {
            (Err(error), Some(told)) if is_lost(&error) => Ok(told.clone()),
            (answer, _) => answer,
        };
        match &answer {
            Ok(said) => {
                self.pending.retain(|pending| pending.message.id != id);
                if self.is_fetching {
                    self.told_since.insert(said.id);
                }
                self.learn(said.clone());
                // What was told is another one that says the same.
                if let Some(told) = told.filter(|told| told.id != said.id) {
                    self.recognise(&told);
                }
            }
            Err(error) => {
                if let Some(pending) = place.and_then(|place| self.pending.get_mut(place)) {
                    pending.message.error = Some(error.clone());
                }
            }
        }
        answer
    }

    /// Takes away a message that was refused. Answers whether there was one.
    pub fn dismiss(&mut self, id: PendingId) -> bool {
        let before = self.pending.len();
        let refused = |pending: &Outgoing| pending.message.id == id && pending.message.error.is_some();
        self.pending.retain(|pending| !refused(pending));
        self.pending.len() < before
    }

    /// The chat now.
    pub fn snapshot(&self) -> ChatSnapshot {
        let shown = self.pending.iter().filter(|pending| pending.told.is_none());
        ChatSnapshot {
            messages: self.messages.values().cloned().collect(),
            from_the_beginning: self.floor.is_none(),
            pending: shown.map(|pending| pending.message.clone()).collect(),
        }
    }

    fn learn(&mut self, message: ChatMessage) -> bool {
        let key = message.key();
        let is_kept = self.floor.is_none_or(|floor| key >= floor);
        if !is_kept || self.deleted.contains(&message.id) || self.has(&message) {
            return false;
        }
        self.messages.insert(key, message);
        if self.messages.len() > WINDOW {
            self.messages.pop_first();
            self.floor = self.messages.keys().next().copied();
        }
        true
    }

    /// One's own message may be told before the answer to it, or instead.
    fn recognise(&mut self, message: &ChatMessage) {
        if message.user_id != self.user {
            return;
        }
        let same = |pending: &Outgoing| {
            pending.told.is_none() && pending.may_be_said() && pending.message.body == message.body
        };
        let Some(place) = self.pending.iter().position(same) else {
            return;
        };
        match self.pending.get_mut(place) {
            Some(pending) if pending.message.error.is_none() => pending.told = Some(message.clone()),
            Some(_) => drop(self.pending.remove(place)),
            None => {}
        }
    }
}
