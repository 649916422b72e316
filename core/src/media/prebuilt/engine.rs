//! Joining a room.

use std::path::PathBuf;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::wire::{ConnectOutcome, Event, Request, RoomOptions};
use super::{ffi, room, wire};
use crate::media::{ConnectRequest, MediaConnection, MediaEngine, MediaError, protocol};

/// Connects through LiveKit's prebuilt FFI library. Cheap to clone; all engines of a process share
/// the one library.
#[derive(Clone, Debug)]
pub struct PrebuiltEngine(());

impl PrebuiltEngine {
    /// Loads the library from where `IPELYA_LIVEKIT_FFI` says, else from `.stack/ffi` in the working
    /// directory or one above it.
    ///
    /// # Errors
    /// [`MediaError::Engine`] when it isn't there or isn't LiveKit's.
    pub fn new() -> Result<Self, MediaError> {
        ffi::load(None).map(|()| Self(()))
    }

    /// Loads the library from that file.
    ///
    /// # Errors
    /// [`MediaError::Engine`] when it isn't there, isn't LiveKit's, or another file is loaded already.
    pub fn with_library(path: impl Into<PathBuf>) -> Result<Self, MediaError> {
        ffi::load(Some(path.into())).map(|()| Self(()))
    }
}

impl MediaEngine for PrebuiltEngine {
    fn connect(&self, request: ConnectRequest) -> BoxFuture<'_, Result<MediaConnection, MediaError>> {
        connect(request).boxed()
    }
}

async fn connect(request: ConnectRequest) -> Result<MediaConnection, MediaError> {
    let ConnectRequest {
        url,
        token,
        auto_subscribe,
        timeout,
    } = request;
    let mut pending = ffi::ask(|id| {
        Request::Connect(wire::ConnectRequest {
            url,
            token,
            options: RoomOptions {
                auto_subscribe: Some(auto_subscribe),
                dynacast: Some(true),
                // Trying again is the runtime's business, which asks for a fresh token first.
                join_retries: Some(0),
                single_peer_connection: Some(true),
                connect_timeout_ms: Some(millis(timeout)),
            },
            request_async_id: Some(id),
        })
    })?;
    // A room that is joined after the wait is over is left at once: its handle is dropped unread.
    let answer = tokio::time::timeout(timeout, pending.answer())
        .await
        .map_err(|_| MediaError::TimedOut)??;
    let Event::Connect(answer) = answer else {
        return Err(MediaError::Engine(
            "the media library answered something else".into(),
        ));
    };
    match answer.message {
        Some(ConnectOutcome::Result(joined)) => room::Room::start(joined),
        Some(ConnectOutcome::Error(error)) => Err(protocol::connect_error(&error)),
        None => Err(MediaError::Engine("the media library answered nothing".into())),
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
