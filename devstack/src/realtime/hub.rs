use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::ws::Message as Wire;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio_util::sync::CancellationToken;

use super::frame::{Broadcast, Version};

/// A topic without the prefix `realtime:`. Private and public channels of one name never hear each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Topic {
    pub(super) name: String,
    pub(super) private: bool,
}

/// A channel that hears a topic.
#[derive(Debug, Clone)]
pub(super) struct Subscriber {
    pub(super) socket: u64,
    pub(super) version: Version,
    pub(super) outbox: mpsc::Sender<Wire>,
    /// Ends the socket: the fate of one that doesn't read.
    pub(super) socket_end: CancellationToken,
}

/// Who hears what.
#[derive(Debug, Clone, Default)]
pub(super) struct Hub(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    next_socket: u64,
    sockets: BTreeMap<u64, CancellationToken>,
    topics: BTreeMap<Topic, Vec<Subscriber>>,
}

impl Hub {
    /// Numbers a new socket.
    pub(super) fn register(&self) -> (u64, CancellationToken) {
        let mut state = self.state();
        state.next_socket += 1;
        let (number, end) = (state.next_socket, CancellationToken::new());
        state.sockets.insert(number, end.clone());
        (number, end)
    }

    /// Forgets a socket and its subscriptions.
    pub(super) fn unregister(&self, socket: u64) {
        let mut state = self.state();
        state.sockets.remove(&socket);
        state.topics.retain(|_, subscribers| {
            subscribers.retain(|subscriber| subscriber.socket != socket);
            !subscribers.is_empty()
        });
    }

    pub(super) fn subscribe(&self, topic: Topic, subscriber: Subscriber) {
        self.state().topics.entry(topic).or_default().push(subscriber);
    }

    pub(super) fn unsubscribe(&self, topic: &Topic, socket: u64) {
        let mut state = self.state();
        let Some(subscribers) = state.topics.get_mut(topic) else {
            return;
        };
        subscribers.retain(|subscriber| subscriber.socket != socket);
        if subscribers.is_empty() {
            state.topics.remove(topic);
        }
    }

    /// Sends to everyone who hears `topic`, but not to the socket `except`. Messages of one caller arrive in
    /// the order of its calls.
    pub(super) fn send(&self, topic: &Topic, broadcast: &Broadcast, except: Option<u64>) {
        let state = self.state();
        let Some(subscribers) = state.topics.get(topic) else {
            return;
        };
        let wire_topic = format!("realtime:{}", topic.name);
        let encode = |version| broadcast.encode(version, &wire_topic);
        let (v1, v2) = (
            std::cell::LazyCell::new(|| encode(Version::V1)),
            std::cell::LazyCell::new(|| encode(Version::V2)),
        );
        for subscriber in subscribers
            .iter()
            .filter(|subscriber| Some(subscriber.socket) != except)
        {
            let wire = match subscriber.version {
                Version::V1 => v1.clone(),
                Version::V2 => v2.clone(),
            };
            let Some(wire) = wire else { continue };
            if let Err(TrySendError::Full(_)) = subscriber.outbox.try_send(wire) {
                tracing::warn!(
                    socket = subscriber.socket,
                    "a socket that doesn't read is dropped"
                );
                subscriber.socket_end.cancel();
            }
        }
    }

    pub(super) fn drop_sockets(&self) {
        self.state().sockets.values().for_each(CancellationToken::cancel);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn topic(private: bool) -> Topic {
        Topic {
            name: "user:1".into(),
            private,
        }
    }

    fn subscriber(hub: &Hub, capacity: usize) -> (Subscriber, mpsc::Receiver<Wire>) {
        let (outbox, received) = mpsc::channel(capacity);
        let (socket, socket_end) = hub.register();
        (
            Subscriber {
                socket,
                version: Version::V2,
                outbox,
                socket_end,
            },
            received,
        )
    }

    fn message() -> Broadcast {
        Broadcast::Plain(json!({ "type": "broadcast", "event": "hi", "payload": {} }))
    }

    #[test]
    fn private_and_public_channels_of_one_name_are_apart() {
        let hub = Hub::default();
        let ((one, mut private), (other, mut public)) = (subscriber(&hub, 8), subscriber(&hub, 8));
        hub.subscribe(topic(true), one);
        hub.subscribe(topic(false), other);
        hub.send(&topic(true), &message(), None);
        assert!(private.try_recv().is_ok());
        assert!(public.try_recv().is_err());
    }

    #[test]
    fn the_sender_is_left_out_and_a_gone_socket_hears_nothing() {
        let hub = Hub::default();
        let ((one, mut first), (other, mut second)) = (subscriber(&hub, 8), subscriber(&hub, 8));
        let (sender, gone) = (one.socket, other.socket);
        hub.subscribe(topic(true), one);
        hub.subscribe(topic(true), other);
        hub.send(&topic(true), &message(), Some(sender));
        assert!(first.try_recv().is_err() && second.try_recv().is_ok());
        hub.unregister(gone);
        hub.send(&topic(true), &message(), None);
        assert!(first.try_recv().is_ok() && second.try_recv().is_err());
    }

    #[test]
    fn a_socket_that_does_not_read_is_dropped_and_never_blocks_the_others() {
        let hub = Hub::default();
        let ((slow, _unread), (quick, mut read)) = (subscriber(&hub, 1), subscriber(&hub, 8));
        let (slow_end, quick_end) = (slow.socket_end.clone(), quick.socket_end.clone());
        hub.subscribe(topic(true), slow);
        hub.subscribe(topic(true), quick);
        for _ in 0..3 {
            hub.send(&topic(true), &message(), None);
        }
        assert!(slow_end.is_cancelled() && !quick_end.is_cancelled());
        assert_eq!(std::iter::from_fn(|| read.try_recv().ok()).count(), 3);
    }
}
