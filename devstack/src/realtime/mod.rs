//! Supabase Realtime's Broadcast: the Phoenix socket, its channels and their authorisation by RLS.
//!
//! Presence and Postgres Changes aren't served; asking for them is refused with a reason that says so.

mod authorise;
mod channel;
mod frame;
mod http;
mod hub;
mod listener;
mod socket;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::database::Database;
use hub::Hub;

pub(crate) use http::{broadcast, broadcast_event};
pub(crate) use socket::upgrade;

/// The state that all sockets share.
#[derive(Clone)]
pub(crate) struct Realtime {
    hub: Hub,
    database: Database,
    jwt_secret: String,
}

impl Realtime {
    pub(crate) fn new(database: Database, jwt_secret: String) -> Self {
        Self {
            hub: Hub::default(),
            database,
            jwt_secret,
        }
    }

    /// Forwards what `realtime.send` inserts, until the task is aborted. Returns once it listens.
    pub(crate) async fn listen(&self) -> anyhow::Result<JoinHandle<()>> {
        listener::start(self.database.config().clone(), self.hub.clone()).await
    }

    /// Drops every socket without a goodbye, as a crash of the server would.
    pub(crate) fn drop_sockets(&self) {
        self.hub.drop_sockets();
    }

    /// Ends with the socket that registered it.
    fn register(&self) -> (u64, CancellationToken) {
        self.hub.register()
    }
}
