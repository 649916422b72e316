//! A client of Supabase Realtime: one Phoenix socket for all topics of the backend, opened with the first
//! subscription and closed with the last.
//!
//! `protocol` reads and writes frames, `machine` decides (inputs and effects in `contract`), `actor` feeds it
//! and runs its effects, `link` is the socket.

mod actor;
mod channel;
mod contract;
mod link;
mod machine;
mod message;
mod protocol;

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use self::actor::{Actor, Subscribe};
use super::config::SupabaseConfig;
use super::http::within;
use super::token::TokenProvider;
use crate::backend::{Subscription, Topic};
use crate::domain::{ErrorCode, LiveError, LiveResult};

pub(super) struct Realtime {
    config: SupabaseConfig,
    tokens: Arc<dyn TokenProvider>,
    /// The way to the actor, which starts with the first subscription and ends when this is dropped.
    actor: Mutex<Option<mpsc::UnboundedSender<Subscribe>>>,
}

impl Realtime {
    pub fn new(config: SupabaseConfig, tokens: Arc<dyn TokenProvider>) -> Self {
        Self {
            config,
            tokens,
            actor: Mutex::new(None),
        }
    }

    /// Listens to `topic`; answered when the server has accepted the join.
    pub async fn subscribe(&self, topic: Topic) -> LiveResult<Subscription> {
        let (events, incoming) = mpsc::unbounded_channel();
        let (begun, answer) = oneshot::channel();
        let dropped = CancellationToken::new();
        // Made before asking: giving up while the join is under way unsubscribes as well.
        let subscription = Subscription::new(incoming, dropped.clone().drop_guard());
        let _ = self.actor().send(Subscribe {
            topic,
            events,
            begun,
            dropped,
        });
        let gone = || LiveError::new(ErrorCode::Internal, "Realtime: the client has ended");
        let begun = async { answer.await.unwrap_or_else(|_| Err(gone())) };
        within(self.config.request_timeout, "Realtime", begun).await?;
        Ok(subscription)
    }

    fn actor(&self) -> mpsc::UnboundedSender<Subscribe> {
        let mut actor = self.actor.lock().unwrap_or_else(PoisonError::into_inner);
        match &*actor {
            Some(commands) if !commands.is_closed() => commands.clone(),
            _ => {
                let (commands, receiver) = mpsc::unbounded_channel();
                tokio::spawn(Actor::new(self.config.clone(), Arc::clone(&self.tokens)).run(receiver));
                *actor = Some(commands.clone());
                commands
            }
        }
    }
}
