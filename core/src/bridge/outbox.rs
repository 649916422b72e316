//! The one ordered stream of updates.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::Utc;
use tokio::sync::{Notify, watch};

use super::update::{Envelope, Update};

/// Updates, replies aside, that may wait to be read; what a busy room says in some minutes.
const LIMIT: usize = 4_096;

/// Updates that wait, in order. When nobody reads for so long that there are too many, what can be said again is thrown
/// away and said again; replies never are.
pub(super) struct Outbox {
    waiting: Mutex<Waiting>,
    news: Notify,
    generation: watch::Sender<u64>,
}

struct Waiting {
    seq: u64,
    queue: VecDeque<Envelope>,
    /// Those in it that aren't replies.
    facts: usize,
    /// Whether what comes to be is read by a host that attached before.
    attached: bool,
    closed: bool,
}

impl Outbox {
    pub(super) fn new() -> Self {
        Self {
            waiting: Mutex::new(Waiting {
                seq: 0,
                queue: VecDeque::new(),
                facts: 0,
                attached: false,
                closed: false,
            }),
            news: Notify::new(),
            generation: watch::Sender::new(0),
        }
    }

    /// Changes whenever everything that stands has to be said again.
    pub(super) fn generations(&self) -> watch::Receiver<u64> {
        self.generation.subscribe()
    }

    pub(super) fn push(&self, update: Update) {
        let mut waiting = self.lock();
        if waiting.facts >= LIMIT && !is_reply(&update) {
            self.start_over(&mut waiting);
        }
        let flushed = !waiting.attached;
        waiting.push(update, flushed);
        drop(waiting);
        self.news.notify_one();
    }

    /// Says again what stands: it was there before the host, so it is flushed.
    pub(super) fn push_again(&self, update: Update) {
        self.lock().push(update, true);
        self.news.notify_one();
    }

    pub(super) fn attach(&self) {
        let mut waiting = self.lock();
        for envelope in &mut waiting.queue {
            envelope.flushed = true;
        }
        if waiting.attached {
            self.start_over(&mut waiting);
        }
        waiting.attached = true;
        drop(waiting);
        self.news.notify_one();
    }

    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.news.notify_one();
    }

    /// The next update; `None` once the bridge is closed and all is read. Cancel-safe; for one reader at a time.
    pub(super) async fn next(&self) -> Option<Envelope> {
        loop {
            {
                let mut waiting = self.lock();
                if let Some(envelope) = waiting.queue.pop_front() {
                    waiting.facts -= usize::from(!is_reply(&envelope.update));
                    return Some(envelope);
                }
                if waiting.closed {
                    return None;
                }
            }
            self.news.notified().await;
        }
    }

    fn start_over(&self, waiting: &mut Waiting) {
        waiting.queue.retain(|envelope| is_reply(&envelope.update));
        waiting.facts = 0;
        waiting.push(Update::Resync, true);
        self.generation.send_modify(|generation| *generation += 1);
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Every change is a single step, so a panic elsewhere leaves it whole.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn push(&mut self, update: Update, flushed: bool) {
        self.seq += 1;
        self.facts += usize::from(!is_reply(&update));
        self.queue.push_back(Envelope {
            seq: self.seq,
            at: Utc::now(),
            flushed,
            update,
        });
    }
}

fn is_reply(update: &Update) -> bool {
    match update {
        Update::Reply { .. } | Update::TokenWanted { .. } => true,
        Update::Resync | Update::Session { .. } | Update::Call { .. } => false,
    }
}
