//! Feeds the machine and runs its effects. Lives from the first subscription until the backend is dropped.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use futures_util::future::{self, BoxFuture};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::contract::{Effect, Input, SubscriberId, Timing};
use super::link::{Link, LinkEvent};
use super::machine::Machine;
use crate::Moment;
use crate::backend::supabase::config::SupabaseConfig;
use crate::backend::supabase::http::within;
use crate::backend::supabase::token::TokenProvider;
use crate::backend::{RealtimeEvent, Topic};
use crate::domain::LiveResult;

/// What the app asks of the actor.
pub(super) struct Subscribe {
    pub topic: Topic,
    pub events: mpsc::UnboundedSender<RealtimeEvent>,
    /// Answered when the topic is joined, or can't be.
    pub begun: oneshot::Sender<LiveResult<()>>,
    /// Cancelled when the app drops the subscription.
    pub dropped: CancellationToken,
}

struct Subscriber {
    events: mpsc::UnboundedSender<RealtimeEvent>,
    begun: Option<oneshot::Sender<LiveResult<()>>>,
}

pub(super) struct Actor {
    config: SupabaseConfig,
    tokens: Arc<dyn TokenProvider>,
    machine: Machine,
    link: Option<Link>,
    subscribers: BTreeMap<SubscriberId, Subscriber>,
    last_id: u64,
    /// Who dropped its subscription.
    dropped: FuturesUnordered<BoxFuture<'static, SubscriberId>>,
    /// Answers of the token provider that are under way.
    answers: FuturesUnordered<BoxFuture<'static, Option<Input>>>,
}

impl Actor {
    pub fn new(config: SupabaseConfig, tokens: Arc<dyn TokenProvider>) -> Self {
        let timing = Timing {
            heartbeat_interval: config.heartbeat_interval,
            heartbeat_timeout: config.heartbeat_timeout,
            join_timeout: config.request_timeout,
        };
        Self {
            config,
            tokens,
            machine: Machine::new(timing),
            link: None,
            subscribers: BTreeMap::new(),
            last_id: 0,
            dropped: FuturesUnordered::new(),
            answers: FuturesUnordered::new(),
        }
    }

    /// Runs until the backend, which holds the other end of `commands`, is gone.
    pub async fn run(mut self, mut commands: mpsc::UnboundedReceiver<Subscribe>) {
        let mut changes = self.tokens.changes();
        while let Some(inputs) = self.next(&mut commands, &mut changes).await {
            if let Some(input) = inputs {
                let at = Moment {
                    now: Instant::now(),
                    jitter: rand::random(),
                };
                for effect in self.machine.handle(input, at) {
                    self.perform(effect);
                }
            }
        }
    }

    /// The next input; `None` when it is time to go, `Some(None)` when something happened that is none.
    async fn next(
        &mut self,
        commands: &mut mpsc::UnboundedReceiver<Subscribe>,
        changes: &mut watch::Receiver<()>,
    ) -> Option<Option<Input>> {
        let deadline = self.machine.deadline();
        tokio::select! {
            command = commands.recv() => Some(Some(self.subscribe(command?))),
            Some(id) = self.dropped.next(), if !self.dropped.is_empty() => {
                self.subscribers.remove(&id);
                Some(Some(Input::Unsubscribe { id }))
            }
            event = from_link(&mut self.link) => Some(Some(self.link_event(event))),
            Some(answer) = self.answers.next(), if !self.answers.is_empty() => Some(answer),
            () = changed(changes) => {
                self.perform(Effect::CheckToken);
                Some(None)
            }
            () = until(deadline) => Some(Some(Input::Elapsed)),
        }
    }

    fn subscribe(&mut self, command: Subscribe) -> Input {
        self.last_id += 1;
        let id = SubscriberId(self.last_id);
        let subscriber = Subscriber {
            events: command.events,
            begun: Some(command.begun),
        };
        self.subscribers.insert(id, subscriber);
        let dropped = command.dropped;
        self.dropped.push(Box::pin(async move {
            dropped.cancelled().await;
            id
        }));
        Input::Subscribe {
            id,
            topic: command.topic,
        }
    }

    fn link_event(&mut self, event: Option<LinkEvent>) -> Input {
        match event {
            Some(LinkEvent::Opened(token)) => Input::Opened { token },
            Some(LinkEvent::Frame(frame)) => Input::Frame(frame),
            Some(LinkEvent::OpenFailed(error)) => {
                self.link = None;
                Input::OpenFailed(error)
            }
            Some(LinkEvent::Lost) | None => {
                self.link = None;
                Input::Lost
            }
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Connect => self.link = Some(Link::open(&self.config, Arc::clone(&self.tokens))),
            Effect::Disconnect => self.link = None,
            Effect::Send(frame) => {
                if let Some(link) = &self.link {
                    link.send(frame);
                }
            }
            Effect::CheckToken => {
                let tokens = Arc::clone(&self.tokens);
                let limit = self.config.request_timeout;
                self.answers.push(Box::pin(async move {
                    let token = within(limit, "Realtime", tokens.access_token()).await;
                    token.ok().map(Input::Token)
                }));
            }
            Effect::RenewToken(refused) => {
                let tokens = Arc::clone(&self.tokens);
                let limit = self.config.request_timeout;
                self.answers.push(Box::pin(async move {
                    let renewed = within(limit, "Realtime", tokens.renew(&refused)).await;
                    Some(Input::Renewed(renewed))
                }));
            }
            Effect::Subscribed(id) => {
                if let Some(begun) = self.subscribers.get_mut(&id).and_then(|it| it.begun.take()) {
                    let _ = begun.send(Ok(()));
                }
            }
            Effect::Event(id, event) => {
                if let Some(subscriber) = self.subscribers.get(&id) {
                    let _ = subscriber.events.send(event);
                }
            }
            Effect::Closed(id, error) => {
                if let Some(subscriber) = self.subscribers.remove(&id) {
                    let _ = match subscriber.begun {
                        Some(begun) => begun.send(Err(error)).is_ok(),
                        None => subscriber.events.send(RealtimeEvent::Closed(error)).is_ok(),
                    };
                }
            }
        }
    }
}

async fn from_link(link: &mut Option<Link>) -> Option<LinkEvent> {
    match link {
        Some(link) => link.next().await,
        None => future::pending().await,
    }
}

/// A provider that is gone has no news.
async fn changed(changes: &mut watch::Receiver<()>) {
    if changes.changed().await.is_err() {
        future::pending::<()>().await;
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => future::pending().await,
    }
}
