//! The client as a stream of JSON: commands in, updates out, for hosts that speak no Rust.
//!
//! A host starts with [`Command::Attach`], sends requests, each with an id of its own, and reads updates in their order. What
//! stands is told as facts that changed, so that a store redraws what they concern and nothing else. Sessions and calls
//! go on while nobody reads, and are told to whoever attaches next.

mod call;
mod command;
mod dispatch;
mod outbox;
mod perform;
mod room;
#[cfg(feature = "typescript")]
pub mod rules;
mod session;
mod tokens;
#[cfg(feature = "typescript")]
pub mod typescript;
mod update;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::LiveClient;
use crate::domain::{ErrorCode, LiveError, LiveResult};
use crate::runtime::{CallHandle, SessionHandle};

pub use command::{Command, Malformed, Request, RoomRef};
pub use tokens::{BridgeConfig, BridgeTokens};
pub use update::{
    CallChange, CallRef, ChatChange, Envelope, MemberState, MemberTrack, Outcome, PendingState, RoomChange,
    SessionChange, SessionRef, Update,
};

use outbox::Outbox;

/// One client behind JSON. Share it freely.
pub struct Bridge {
    core: Arc<Core>,
}

/// The client, once it is connected; the attempt is shared by all who wait for it.
type Connecting = Shared<BoxFuture<'static, LiveResult<LiveClient>>>;

struct Core {
    runtime: Handle,
    client: Connecting,
    outbox: Arc<Outbox>,
    /// Asks the host; nobody does where the client has tokens of its own.
    tokens: Option<Arc<BridgeTokens>>,
    table: Mutex<Table>,
}

/// What has a number.
#[derive(Default)]
struct Table {
    last: u32,
    sessions: BTreeMap<SessionRef, SessionHandle>,
    calls: BTreeMap<CallRef, CallHandle>,
    requests: BTreeMap<u32, CancellationToken>,
    stats: BTreeMap<RoomRef, CancellationToken>,
    listens_for_calls: bool,
}

impl Bridge {
    /// A bridge to a client that is there. Must run inside a tokio runtime, which runs everything that the bridge does.
    pub fn new(client: LiveClient) -> Self {
        Self::start(Arc::new(Outbox::new()), None, async move { Ok(client) }.boxed())
    }

    fn start(
        outbox: Arc<Outbox>,
        tokens: Option<Arc<BridgeTokens>>,
        client: BoxFuture<'static, LiveResult<LiveClient>>,
    ) -> Self {
        Self {
            core: Arc::new(Core {
                runtime: Handle::current(),
                client: client.shared(),
                outbox,
                tokens,
                table: Mutex::default(),
            }),
        }
    }

    /// Takes a request and returns at once. What comes of it is an update, [`Update::Reply`] with its id; for one that is
    /// malformed, too.
    ///
    /// # Errors
    /// `invalid_argument` when there is no id to answer under; `conflict` when a request of that id isn't answered yet.
    pub fn send(&self, json: &str) -> LiveResult<()> {
        match Request::parse(json) {
            Ok(request) => dispatch::run(&self.core, request),
            Err(Malformed { id: Some(id), error }) => {
                self.core.reply(id, Outcome::Refused { error });
                Ok(())
            }
            Err(Malformed { id: None, error }) => Err(error),
        }
    }

    /// The next update; `None` once the bridge is closed and everything is read. Cancel-safe; for one reader at a time.
    pub async fn next_update(&self) -> Option<Envelope> {
        self.core.outbox.next().await
    }

    /// The same as JSON.
    ///
    /// # Errors
    /// `internal` when it can't be written; the reader goes on with the next.
    pub async fn next_json(&self) -> Option<LiveResult<String>> {
        let envelope = self.next_update().await?;
        Some(serde_json::to_string(&envelope).map_err(|error| {
            LiveError::new(
                ErrorCode::Internal,
                format!("an update can't be written: {error}"),
            )
        }))
    }
}

impl Bridge {
    /// The session of that number, for what isn't said in JSON: pictures.
    ///
    /// # Errors
    /// `not_found` when there is none, or it is over.
    pub fn session(&self, session: SessionRef) -> LiveResult<SessionHandle> {
        self.core.session(session)
    }

    /// The call of that number, as [`Bridge::session`].
    ///
    /// # Errors
    /// `not_found` when there is none, or it is over.
    pub fn call(&self, call: CallRef) -> LiveResult<CallHandle> {
        self.core.call(call)
    }
}

impl Core {
    fn table(&self) -> MutexGuard<'_, Table> {
        // Every change is a single step, so a panic elsewhere leaves it whole.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reply(&self, id: u32, outcome: Outcome) {
        self.outbox.push(Update::Reply { id, outcome });
    }

    async fn client(&self) -> LiveResult<LiveClient> {
        self.client.clone().await
    }

    fn session(&self, session: SessionRef) -> LiveResult<SessionHandle> {
        let known = self.table().sessions.get(&session).cloned();
        known.ok_or_else(|| unknown("session"))
    }

    fn call(&self, call: CallRef) -> LiveResult<CallHandle> {
        let known = self.table().calls.get(&call).cloned();
        known.ok_or_else(|| unknown("call"))
    }

    fn open_session(self: &Arc<Self>, handle: SessionHandle) -> SessionRef {
        let session = {
            let mut table = self.table();
            table.last += 1;
            let session = SessionRef(table.last);
            table.sessions.insert(session, handle.clone());
            session
        };
        let core = Arc::clone(self);
        self.runtime.spawn(async move {
            session::tell(session, &handle, Arc::clone(&core.outbox)).await;
            core.table().sessions.remove(&session);
            core.outbox.push(Update::Session {
                session,
                change: SessionChange::Closed,
            });
        });
        session
    }

    fn open_call(self: &Arc<Self>, handle: CallHandle) -> CallRef {
        let call = {
            let mut table = self.table();
            table.last += 1;
            let call = CallRef(table.last);
            table.calls.insert(call, handle.clone());
            call
        };
        let core = Arc::clone(self);
        self.runtime.spawn(async move {
            call::tell(call, handle, Arc::clone(&core.outbox)).await;
            core.table().calls.remove(&call);
            core.outbox.push(Update::Call {
                call,
                change: CallChange::Closed,
            });
        });
        call
    }
}

fn unknown(field: &str) -> LiveError {
    LiveError::new(ErrorCode::NotFound, format!("no {field} of that number")).with_field(field)
}
