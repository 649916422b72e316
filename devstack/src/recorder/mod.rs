//! Doubles of LiveKit Egress and of the storage it records into.
//!
//! The Egress service itself needs a browser and Redis. This one checks what it is asked field by field, and records
//! nothing: a test puts the file into the storage, and tells what LiveKit would tell.

mod egress;
mod storage;

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use axum::Router;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

const REGION: &str = "eu-central-1";
const BUCKET: &str = "recordings-bucket";
const ACCESS_KEY: &str = "AKIADEVSTACK";
const SECRET: &str = "a-storage-secret-that-opens-nothing";

/// The recorder of a stack.
#[derive(Clone)]
pub struct Recorder(Arc<Shared>);

struct Shared {
    url: String,
    livekit_key: String,
    livekit_secret: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    egresses: Vec<Egress>,
    refused: BTreeSet<String>,
    objects: BTreeMap<String, Vec<u8>>,
}

/// A recording that Egress was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Egress {
    /// `EG_…`
    pub id: String,
    /// The room that is recorded.
    pub room_name: String,
    /// Where the file goes.
    pub object_key: String,
    /// Sound without picture.
    pub audio_only: bool,
    /// Whether somebody has stopped it.
    pub is_stopped: bool,
}

impl Recorder {
    /// Serves on a free port until the task is aborted.
    pub(crate) async fn serve(livekit_key: String, livekit_secret: String) -> Result<(Self, AbortHandle)> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let recorder = Self(Arc::new(Shared {
            url: format!("http://{}", listener.local_addr()?),
            livekit_key,
            livekit_secret,
            state: Mutex::default(),
        }));
        let router = Router::new()
            .route(
                "/twirp/livekit.Egress/StartRoomCompositeEgress",
                post(egress::start),
            )
            .route("/twirp/livekit.Egress/StopEgress", post(egress::stop))
            .route("/twirp/livekit.Egress/ListEgress", post(egress::list))
            .route("/{bucket}/{*key}", get(storage::read).delete(storage::delete))
            .with_state(recorder.clone());
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::warn!(%error, "the recorder ended");
            }
        });
        Ok((recorder, task.abort_handle()))
    }

    /// What the functions need to record.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        [
            ("LIVEKIT_EGRESS_URL", self.0.url.as_str()),
            ("RECORDING_S3_ENDPOINT", self.0.url.as_str()),
            ("RECORDING_S3_REGION", REGION),
            ("RECORDING_S3_BUCKET", BUCKET),
            ("RECORDING_S3_ACCESS_KEY", ACCESS_KEY),
            ("RECORDING_S3_SECRET", SECRET),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    /// What was asked for about a room, eldest first.
    #[must_use]
    pub fn egresses(&self, room_name: &str) -> Vec<Egress> {
        let state = self.state();
        let of_room = state
            .egresses
            .iter()
            .filter(|egress| egress.room_name == room_name);
        of_room.cloned().collect()
    }

    /// Refuses to record a room from now on, as an Egress without a worker does.
    pub fn refuse(&self, room_name: &str) {
        self.state().refused.insert(room_name.into());
    }

    /// Forgets an egress, as LiveKit does after a while.
    pub fn forget(&self, egress_id: &str) {
        self.state().egresses.retain(|egress| egress.id != egress_id);
    }

    /// Puts a file into the storage.
    pub fn put(&self, object_key: &str, content: &[u8]) {
        self.state().objects.insert(object_key.into(), content.into());
    }

    /// Whether the storage has a file.
    #[must_use]
    pub fn has(&self, object_key: &str) -> bool {
        self.state().objects.contains_key(object_key)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
