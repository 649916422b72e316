//! Joining a room.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use livekit::prelude as sdk;
use tokio::runtime;
use tokio::sync::{mpsc, oneshot};

use super::room;
use crate::media::{ConnectRequest, MediaConnection, MediaEngine, MediaError, protocol};

/// Connects through LiveKit's Rust SDK.
#[derive(Clone, Debug, Default)]
pub struct NativeEngine(());

impl NativeEngine {
    /// An engine. On Android, WebRTC must know the Java machine before the first connection.
    pub fn new() -> Self {
        Self(())
    }
}

impl MediaEngine for NativeEngine {
    fn connect(&self, request: ConnectRequest) -> BoxFuture<'_, Result<MediaConnection, MediaError>> {
        connect(request).boxed()
    }
}

/// A joined room of the SDK. Dropping it leaves, so a room that nobody waits for any more is left as
/// soon as it is there.
pub struct Joined {
    pub room: Arc<sdk::Room>,
    runtime: runtime::Handle,
}

impl Drop for Joined {
    fn drop(&mut self) {
        let room = self.room.clone();
        self.runtime.spawn(async move {
            // The only error is that it is closed already.
            let _ = room.close().await;
        });
    }
}

type Events = mpsc::UnboundedReceiver<sdk::RoomEvent>;

async fn connect(request: ConnectRequest) -> Result<MediaConnection, MediaError> {
    let (reply, answer) = oneshot::channel();
    let (timeout, runtime) = (request.timeout, runtime::Handle::current());
    runtime.clone().spawn(async move {
        let joined = join(request, runtime).await;
        // Whoever stopped waiting drops the room, and that leaves it.
        drop(reply.send(joined));
    });
    let answer = tokio::time::timeout(timeout, answer)
        .await
        .map_err(|_| MediaError::TimedOut)?;
    let (joined, events) = answer.map_err(|_| MediaError::Engine("joining panicked".into()))??;
    room::start(joined, events).await
}

async fn join(request: ConnectRequest, runtime: runtime::Handle) -> Result<(Joined, Events), MediaError> {
    let mut options = sdk::RoomOptions::default();
    options.auto_subscribe = request.auto_subscribe;
    options.dynacast = true;
    // Trying again is the runtime's business, which asks for a fresh token first.
    options.join_retries = 0;
    options.single_peer_connection = true;
    options.connect_timeout = request.timeout;
    let joined = sdk::Room::connect(&request.url, &request.token, options).await;
    let (room, events) = joined.map_err(|error| protocol::connect_error(&error.to_string()))?;
    let room = Arc::new(room);
    Ok((Joined { room, runtime }, events))
}
