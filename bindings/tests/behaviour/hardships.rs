//! What `tests/behaviour.md` lists of what goes wrong: refusals, silence, other threads, and coming and going without end.

use std::collections::BTreeSet;
use std::sync::{Arc, Barrier, Mutex};
use std::thread::ThreadId;
use std::time::{Duration, Instant};

use ipelya::{
    ClientConfig, LiveClient, SinkFailure, TokenFailure, TokenProvider, VideoFrame, VideoSink,
    live_media_handles,
};
use ipelya_core::backend::{Platform, PushKind};
use ipelya_core::domain::{ErrorCode, SessionId};
use ipelya_core::session::State;
use ipelya_devstack::{Refusal, Refusals};
use tokio::sync::mpsc;

use crate::people::{self, Person, World, on_air, story, within};
use crate::refused;

const NOWHERE: &str = "00000000-0000-4000-8000-000000000000";

fn nowhere() -> SessionId {
    NOWHERE.parse().unwrap()
}

async fn refusals() -> Refusals {
    let codes = ErrorCode::ALL.iter().map(|code| Refusal {
        code: code.as_str().to_owned(),
        status: code.http_status(),
        retryable: code.retryable(),
    });
    Refusals::serve(codes).await.unwrap()
}

async fn client_of(config: ClientConfig, world: &World) -> LiveClient {
    LiveClient::connect(config, Arc::new(Person::of(world, "viewer")), None)
        .await
        .unwrap()
}

#[test]
fn every_code_arrives_typed() {
    story(async |world: &World| {
        let double = refusals().await;
        for code in ErrorCode::ALL {
            let mut config = world.config();
            config.supabase_url = format!("{}/{}", double.url(), code.as_str());
            let client = client_of(config, world).await;
            let answer = client.register_device(Platform::Android, PushKind::Fcm, "token".into());
            let refusal = refused(*code, answer.await);
            let error = refusal.error();
            assert_eq!(error.retryable, code.retryable(), "{code}");
            assert_eq!(error.retry_after(), Some(Duration::from_secs(61)), "{code}");
            assert_eq!(error.details.price_coins, Some(7), "{code}");
            client.shut_down().await.unwrap();
        }
    });
}

#[test]
fn a_server_that_never_answers_is_an_error_in_time() {
    story(async |world: &World| {
        let double = refusals().await;
        for url in [format!("{}/silence", double.url()), "http://127.0.0.1:9".into()] {
            let mut config = world.config();
            config.supabase_url = url;
            config.request_timeout_ms = Some(500);
            let client = client_of(config, world).await;
            let began = Instant::now();
            refused(
                ErrorCode::Internal,
                client.join_session(nowhere(), None, None).await,
            );
            assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
            client.shut_down().await.unwrap();
        }
    });
}

/// Gives an expired token until it is told that it was rejected, and remembers what was rejected.
struct Late {
    expired: String,
    person: Option<Person>,
    rejected: Mutex<BTreeSet<String>>,
}

#[async_trait::async_trait]
impl TokenProvider for Late {
    async fn access_token(&self, rejected: Option<String>) -> Result<String, TokenFailure> {
        let was_rejected = rejected.is_some();
        self.rejected.lock().unwrap().extend(rejected);
        match &self.person {
            Some(person) if was_rejected => Ok(person.token().await),
            Some(_) | None => Ok(self.expired.clone()),
        }
    }
}

#[test]
fn a_wrong_key_and_an_expired_token_are_refused() {
    story(async |world: &World| {
        let mut config = world.config();
        config.anon_key = "another-projects-key".into();
        let client = client_of(config, world).await;
        refused(ErrorCode::NotAuthenticated, client.balance().await);
        client.shut_down().await.unwrap();
        for (renews, code) in [(true, ErrorCode::NotFound), (false, ErrorCode::NotAuthenticated)] {
            let provider = Arc::new(Late {
                expired: world.expired_token("viewer"),
                person: renews.then(|| Person::of(world, "viewer")),
                rejected: Mutex::default(),
            });
            let tokens = Arc::clone(&provider) as Arc<dyn TokenProvider>;
            let client = LiveClient::connect(world.config(), tokens, None).await.unwrap();
            refused(code, client.join_session(nowhere(), None, None).await);
            let rejected = provider.rejected.lock().unwrap().clone();
            assert!(rejected.contains(&provider.expired), "the app is told which one");
            client.shut_down().await.unwrap();
        }
    });
}

/// Waits in its first picture until four threads are in here at once.
struct Meeting {
    here: Barrier,
    met: Mutex<BTreeSet<String>>,
    tell: mpsc::UnboundedSender<usize>,
}

fn name(thread: ThreadId) -> String {
    format!("{thread:?}")
}

impl VideoSink for Meeting {
    fn on_frame(&self, _frame: Arc<VideoFrame>) -> Result<(), SinkFailure> {
        let me = name(std::thread::current().id());
        self.here.wait();
        let mut met = self.met.lock().unwrap();
        met.insert(me);
        // The test may have seen enough.
        let _ = self.tell.send(met.len());
        Ok(())
    }
}

#[test]
fn callbacks_come_from_many_threads_at_once() {
    story(async |world: &World| {
        let (creator, viewer) = (world.client("creator").await, world.client("viewer").await);
        let live = on_air(&creator, "Rust is watched four times").await;
        live.set_camera(true).await.unwrap();
        let seen = viewer.join_session(people::id(&live), None, None).await.unwrap();
        let (tell, mut told) = mpsc::unbounded_channel();
        let meeting = Arc::new(Meeting {
            here: Barrier::new(4),
            met: Mutex::default(),
            tell,
        });
        let tracks: Vec<_> = (0..4)
            .map(|_| {
                seen.video_of(creator.user_id(), Arc::clone(&meeting) as _)
                    .unwrap()
            })
            .collect();
        within(async { while told.recv().await.unwrap() < 4 {} }).await;
        live.end().await.unwrap();
        drop(tracks);
    });
}

/// What a process holds.
#[derive(Debug, PartialEq, Eq)]
struct Held {
    threads: usize,
    files: usize,
    media_handles: u64,
}

impl Held {
    fn now() -> Self {
        let count = |folder| std::fs::read_dir(folder).unwrap().count();
        Self {
            threads: count("/proc/self/task"),
            files: count("/proc/self/fd"),
            media_handles: live_media_handles(),
        }
    }

    /// Nothing more than before.
    fn is_within(&self, before: &Self) -> bool {
        self.threads <= before.threads
            && self.files <= before.files
            && self.media_handles <= before.media_handles
    }
}

async fn comes_and_goes(world: &World, session: SessionId, host: &LiveClient) {
    let viewer = world.client("viewer").await;
    let calls = viewer.incoming_calls();
    let seen = viewer.join_session(session, None, None).await.unwrap();
    people::until(&seen, |now| now.state == State::Live).await;
    let (tell, mut told) = mpsc::unbounded_channel();
    let _track = seen
        .video_of(host.user_id(), Arc::new(crate::Reader(tell)))
        .unwrap();
    within(told.recv()).await;
    viewer.shut_down().await.unwrap();
    drop(calls);
}

#[test]
fn clients_come_and_go_without_a_trace() {
    story(async |world: &World| {
        let cycles = people::cycles();
        let creator = world.client("creator").await;
        let live = on_air(&creator, "Rust comes and goes").await;
        live.set_camera(true).await.unwrap();
        for _ in 0..3 {
            comes_and_goes(world, people::id(&live), &creator).await;
        }
        let (before, heap) = (Held::now(), crate::heap::held_kb());
        for _ in 0..cycles {
            comes_and_goes(world, people::id(&live), &creator).await;
        }
        // Threads end and sockets close in the background.
        within(async {
            while !Held::now().is_within(&before) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await;
        // What hosts and pools have at work goes up and down; a client that stays behind would count for each cycle.
        let grown = crate::heap::held_kb() - heap;
        assert!(grown < 500, "{cycles} clients later {grown} kB more on the heap");
        live.end().await.unwrap();
    });
}

#[test]
fn what_is_released_in_flight_ends_as_it_would() {
    story(async |world: &World| {
        let creator = world.client("creator").await;
        let live = on_air(&creator, "Rust lets go").await;
        let viewer = Arc::new(world.client("viewer").await);
        let joining = tokio::spawn({
            let (viewer, session) = (Arc::clone(&viewer), people::id(&live));
            async move { viewer.join_session(session, None, None).await }
        });
        drop(viewer);
        let seen = within(joining).await.unwrap().unwrap();
        people::until(&seen, |now| now.state == State::Live).await;
        seen.leave().await.unwrap();
        live.end().await.unwrap();
    });
}
