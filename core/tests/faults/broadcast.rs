//! A live broadcast with one viewer, and what both see of it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use ipelya_core::LiveClient;
use ipelya_core::backend::NewSession;
use ipelya_core::domain::quality::{AudioPreset, Layers, VideoPreset};
use ipelya_core::domain::{LiveResult, SessionId, UserId};
use ipelya_core::media::test_signal::decode;
use ipelya_core::media::{
    AudioOptions, AudioSink, CaptureGuard, MediaCapture, TrackSource, VideoOptions, VideoSink,
};
use ipelya_core::runtime::{SessionEvent, SessionHandle, SessionSnapshot};
use ipelya_core::session::State;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use crate::media_support::{Camera, Microphone, now_ms};
use crate::people::{Account, PATIENCE};

/// A test card instead of a camera, and a tone instead of a microphone.
pub struct TestCapture;

impl MediaCapture for TestCapture {
    fn camera_options(&self, preset: VideoPreset) -> VideoOptions {
        VideoOptions {
            source: TrackSource::Camera,
            preset: VideoPreset {
                width: 640,
                height: 360,
                layers: Layers::NONE,
                ..preset
            },
        }
    }

    fn microphone_options(&self, preset: AudioPreset) -> AudioOptions {
        AudioOptions {
            source: TrackSource::Microphone,
            preset,
            sample_rate: 48_000,
        }
    }

    fn start_camera(&self, sink: VideoSink) -> LiveResult<CaptureGuard> {
        let camera = Camera::start(sink);
        Ok(CaptureGuard::new(move || drop(camera)))
    }

    fn start_microphone(&self, sink: AudioSink) -> LiveResult<CaptureGuard> {
        let microphone = Microphone::start(sink);
        Ok(CaptureGuard::new(move || drop(microphone)))
    }
}

/// A creator on the air with a test card, and a viewer who sees it.
pub struct Broadcast {
    pub creator: Account,
    pub viewer: Account,
    pub host: LiveClient,
    pub watcher: LiveClient,
    pub session: SessionHandle,
    pub watching: SessionHandle,
}

impl Broadcast {
    /// Returns once the viewer sees the picture.
    pub async fn start(title: &str) -> Self {
        let (creator, viewer) = (Account::new(true).await, Account::new(false).await);
        let host = creator
            .builder()
            .await
            .capture(TestCapture)
            .connect()
            .await
            .unwrap();
        let watcher = viewer.device().await;
        let session = host.create_session(NewSession::broadcast(title)).await.unwrap();
        session.go_live().await.unwrap();
        session.set_camera(true).await;
        let id = session.snapshot().session.unwrap().id;
        let watching = watcher.join_session(id).await.unwrap();
        let broadcast = Self {
            creator,
            viewer,
            host,
            watcher,
            session,
            watching,
        };
        broadcast.picture_since(now_ms(), PATIENCE).await;
        broadcast
    }

    pub fn id(&self) -> SessionId {
        self.session.snapshot().session.unwrap().id
    }

    pub fn host_id(&self) -> UserId {
        self.host.user_id()
    }

    /// Waits until the viewer reads a picture that was filmed after `since`, and says when, in ms since 1970.
    pub async fn picture_since(&self, since: u64, patience: Duration) -> u64 {
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            let open = timeout(Duration::from_secs(1), self.watching.video_of(self.host_id()));
            let Ok(Ok(mut pictures)) = open.await else {
                // Between two connections there is nothing to read.
                sleep(Duration::from_millis(20)).await;
                continue;
            };
            // A track of the lost connection yields nothing more: look again after a while.
            while let Ok(Some(frame)) = timeout(Duration::from_millis(700), pictures.recv()).await {
                if decode(&frame.picture.i420()).is_some_and(|filmed| filmed > since) {
                    return now_ms();
                }
            }
        }
        panic!(
            "no picture: host {:?}, viewer {:?}",
            self.session.snapshot(),
            self.watching.snapshot()
        );
    }

    /// Ends it and closes both clients.
    pub async fn finish(self) {
        self.session.end().await.unwrap();
        self.close().await;
    }

    /// Closes both clients.
    pub async fn close(self) {
        self.host.close().await.unwrap();
        self.watcher.close().await.unwrap();
    }
}

/// The states that somebody sees, with the ms from the start of watching.
pub struct Witness {
    seen: Arc<Mutex<Vec<(u128, State)>>>,
    snapshots: watch::Receiver<SessionSnapshot>,
    task: tokio::task::JoinHandle<()>,
}

impl Witness {
    pub fn of(session: &SessionHandle) -> Self {
        let mut events = session.events();
        let (seen, from) = (Arc::<Mutex<Vec<_>>>::default(), Instant::now());
        let writer = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            loop {
                match events.recv().await {
                    Ok(SessionEvent::StateChanged(state)) => {
                        writer.lock().unwrap().push((from.elapsed().as_millis(), state));
                    }
                    Ok(SessionEvent::Room(_) | SessionEvent::News(_) | SessionEvent::Funnel(_))
                    | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => break,
                }
            }
        });
        let snapshots = session.snapshots();
        Self {
            seen,
            snapshots,
            task,
        }
    }

    /// What was seen, as a cell of the fault table.
    pub async fn cell(&self) -> String {
        let last = self.snapshots.borrow().state.clone();
        let is_written = || match self.seen.lock().unwrap().last() {
            Some((_, state)) => *state == last,
            None => last == State::Live,
        };
        let deadline = Instant::now() + PATIENCE;
        while !is_written() && Instant::now() < deadline {
            sleep(Duration::from_millis(5)).await;
        }
        let seen = self.seen.lock().unwrap();
        let names: Vec<_> = seen
            .iter()
            .map(|(ms, state)| format!("{} {ms} ms", short(state)))
            .collect();
        if names.is_empty() {
            "nothing".into()
        } else {
            names.join(", ")
        }
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn short(state: &State) -> String {
    let json = serde_json::to_value(state).unwrap();
    let name = json["state"].as_str().unwrap_or_default().to_owned();
    match state {
        State::Ended { .. } => format!("{name}({})", json["reason"].as_str().unwrap_or_default()),
        State::Failed { error } => format!("{name}({})", error.code),
        State::Reconnecting { attempt } => format!("{name}({attempt})"),
        State::Idle
        | State::Authorizing
        | State::Locked { .. }
        | State::Connecting
        | State::Backstage
        | State::Live => name,
    }
}

/// One row of the fault table in docs/error-scenarios.md.
#[allow(clippy::print_stdout, reason = "the table is the test's output")]
pub fn row(fault: &str, host: &str, viewer: &str, outcome: &str) {
    println!("| {fault} | {host} | {viewer} | {outcome} |");
}

/// Waits until it is over, and says why.
pub async fn over(session: &SessionHandle, patience: Duration) -> State {
    timeout(patience, session.wait_for(|now| now.state.is_terminal()))
        .await
        .unwrap_or_else(|_| panic!("still {:?}", session.snapshot().state))
        .unwrap()
        .state
}
