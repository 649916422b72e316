//! What `tests/behaviour.md` lists, by the very objects that Swift and Kotlin hold.

// A test's helpers panic as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod hardships;
mod heap;
mod list;
mod people;
mod surface;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ipelya::{
    LiveClient, SinkFailure, TokenFailure, TokenProvider, VideoFrame, VideoSink, decode_test_card,
    error_codes, localized_message, message_key,
};
use ipelya_core::backend::NewSession;
use ipelya_core::call::State as CallState;
use ipelya_core::domain::{CallEndReason, CallType, ErrorCode, Role, SessionId, UserId};
use ipelya_core::foreign::LiveFailure;
use ipelya_core::session::State;
use people::{Person, World, on_air, story, within};
use tokio::sync::mpsc;

/// A sink that reads the card and forwards what it says.
pub struct Reader(pub mpsc::UnboundedSender<Option<u64>>);

impl VideoSink for Reader {
    fn on_frame(&self, frame: Arc<VideoFrame>) -> Result<(), SinkFailure> {
        assert_eq!(frame.byte_count() as usize, frame.copy_bytes().len());
        // The test may have read enough.
        let _ = self.0.send(decode_test_card(frame));
        Ok(())
    }
}

#[test]
fn a_broadcast_is_seen_by_who_joins() {
    story(async |world: &World| {
        let (creator, viewer) = (world.client("creator").await, world.client("viewer").await);
        let live = on_air(&creator, "Rust films a card").await;
        live.set_camera(true).await.unwrap();
        let seen = viewer.join_session(people::id(&live), None, None).await.unwrap();
        people::until(&seen, |now| now.state == State::Live).await;
        let (tell, mut told) = mpsc::unbounded_channel();
        let _track = seen.video_of(creator.user_id(), Arc::new(Reader(tell))).unwrap();
        let made = within(async {
            loop {
                if let Some(made) = told.recv().await.unwrap() {
                    return made;
                }
            }
        })
        .await;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
        assert!(now - made < 10_000, "the card's time is of this minute");
        seen.leave().await.unwrap();
        live.end().await.unwrap();
    });
}

#[test]
fn a_guest_is_promoted_and_chats() {
    story(async |world: &World| {
        let (creator, viewer) = (world.client("creator").await, world.client("viewer").await);
        let live = on_air(&creator, "Rust has a guest").await;
        let guest = viewer.join_session(people::id(&live), None, None).await.unwrap();
        people::until(&guest, |now| now.state == State::Live).await;
        guest.raise_hand().await.unwrap();
        people::until(&live, |now| !now.stage_requests.is_empty()).await;
        live.promote(viewer.user_id(), Role::CoHost).await.unwrap();
        people::until(&guest, |now| now.role == Some(Role::CoHost) && now.grants.video).await;
        live.chat().send("Merhaba".into()).await.unwrap();
        let chat = guest.chat();
        let heard = within(async {
            loop {
                let now = chat.next_snapshot().await.unwrap().unwrap();
                if !now.messages.is_empty() {
                    return now;
                }
            }
        })
        .await;
        assert_eq!(heard.messages[0].body, "Merhaba");
        assert_eq!(heard.messages[0].user_id, creator.user_id());
        guest.leave().await.unwrap();
        live.end().await.unwrap();
    });
}

#[test]
fn a_call_rings_and_is_answered() {
    story(async |world: &World| {
        let (caller, callee) = (world.client("subscriber").await, world.client("viewer").await);
        let incoming = callee.incoming_calls();
        let calling = caller
            .start_call(callee.user_id(), CallType::AudioCall)
            .await
            .unwrap();
        let ringing = within(incoming.next()).await.unwrap().unwrap();
        within(ringing.accept()).await.unwrap();
        within(calling.active()).await.unwrap();
        assert_eq!(ringing.snapshot().state, CallState::Active);
        ringing.hang_up();
        assert_eq!(within(calling.ended()).await.unwrap(), CallEndReason::HungUp);
        assert_eq!(within(ringing.ended()).await.unwrap(), CallEndReason::HungUp);
    });
}

#[test]
fn a_join_that_is_cancelled_is_given_up() {
    story(async |world: &World| {
        let (creator, viewer) = (world.client("creator").await, world.client("viewer").await);
        let live = on_air(&creator, "Rust changes its mind").await;
        let joining = viewer.join_session(people::id(&live), None, None);
        let first_poll = tokio::time::timeout(Duration::from_millis(1), joining).await;
        assert!(first_poll.is_err(), "nobody joins within a millisecond");
        let seen = viewer.join_session(people::id(&live), None, None).await.unwrap();
        people::until(&seen, |now| now.state == State::Live).await;
        seen.leave().await.unwrap();
        live.end().await.unwrap();
    });
}

#[test]
fn a_panic_is_an_error() {
    story(async |world: &World| {
        let viewer = world.client("viewer").await;
        let failure = viewer.panic_for_test().await.unwrap_err();
        assert_eq!(failure.error().code, ErrorCode::Internal);
        assert!(failure.to_string().contains("asked for by a test"), "{failure}");
        let nowhere: SessionId = "00000000-0000-4000-8000-000000000000".parse().unwrap();
        refused(
            ErrorCode::NotFound,
            viewer.join_session(nowhere, None, None).await,
        );
    });
}

/// A sink that fails.
struct Broken(AtomicUsize, mpsc::UnboundedSender<usize>);

impl VideoSink for Broken {
    fn on_frame(&self, _frame: Arc<VideoFrame>) -> Result<(), SinkFailure> {
        // The test may have seen enough.
        let _ = self.1.send(self.0.fetch_add(1, Ordering::SeqCst) + 1);
        Err(SinkFailure::Failed {
            reason: "a defect of the app".into(),
        })
    }
}

#[test]
fn a_sink_that_throws_gets_the_next_picture() {
    story(async |world: &World| {
        let (creator, viewer) = (world.client("creator").await, world.client("viewer").await);
        let live = on_air(&creator, "Rust fails to show").await;
        live.set_camera(true).await.unwrap();
        let seen = viewer.join_session(people::id(&live), None, None).await.unwrap();
        let (tell, mut told) = mpsc::unbounded_channel();
        let sink = Arc::new(Broken(AtomicUsize::new(0), tell));
        let _track = seen.video_of(creator.user_id(), sink).unwrap();
        within(async { while told.recv().await.unwrap() < 3 {} }).await;
        seen.leave().await.unwrap();
        live.end().await.unwrap();
    });
}

/// A provider that answers so.
struct Answers(fn() -> Option<TokenFailure>);

#[async_trait::async_trait]
impl TokenProvider for Answers {
    async fn access_token(&self, _rejected: Option<String>) -> Result<String, TokenFailure> {
        match (self.0)() {
            Some(failure) => Err(failure),
            None => std::future::pending().await,
        }
    }
}

#[test]
fn a_token_provider_that_hangs_or_throws_is_an_error() {
    story(async |world: &World| {
        let connect = async |answers: fn() -> Option<TokenFailure>| {
            let mut config = world.config();
            config.request_timeout_ms = Some(500);
            LiveClient::connect(config, Arc::new(Answers(answers)), None).await
        };
        let began = Instant::now();
        refused(ErrorCode::Internal, connect(|| None).await);
        assert!(began.elapsed() < Duration::from_secs(5));
        let unavailable = || {
            Some(TokenFailure::Unavailable {
                reason: "a defect".into(),
            })
        };
        refused(ErrorCode::Internal, connect(unavailable).await);
        refused(
            ErrorCode::NotAuthenticated,
            connect(|| Some(TokenFailure::SignedOut)).await,
        );
    });
}

#[test]
fn what_comes_after_the_shut_down_is_refused() {
    story(async |world: &World| {
        let client = world.client("viewer").await;
        let calls = client.incoming_calls();
        client.shut_down().await.unwrap();
        client.shut_down().await.unwrap();
        let broadcast = NewSession::broadcast("too late");
        refused(ErrorCode::Conflict, client.create_session(broadcast).await);
        refused(
            ErrorCode::Conflict,
            client.start_call(client.user_id(), CallType::AudioCall).await,
        );
        refused(ErrorCode::Conflict, client.handle_push("{}".into()));
        refused(ErrorCode::Conflict, calls.next().await);
    });
}

#[test]
fn wrong_input_is_refused_and_named() {
    story(async |world: &World| {
        let mut config = world.config();
        config.supabase_url = "not a url".into();
        let refusal = refused(
            ErrorCode::InvalidArgument,
            LiveClient::connect(config, Arc::new(Person::of(world, "viewer")), None).await,
        );
        assert_eq!(refusal.error().details.field.as_deref(), Some("url"));
        let refusal = "null".parse::<UserId>().unwrap_err();
        assert_eq!(refusal.details.field.as_deref(), Some("user_id"));
        let creator = world.client("creator").await;
        refused(
            ErrorCode::InvalidArgument,
            creator.handle_push("x".repeat(1_000_000)),
        );
        let huge = creator
            .create_session(NewSession::broadcast("x".repeat(1_000)))
            .await;
        let refusal = refused(ErrorCode::InvalidArgument, huge);
        assert_eq!(refusal.error().details.field.as_deref(), Some("title"));
    });
}

#[test]
fn every_error_has_a_text_in_both_languages() {
    assert_eq!(error_codes(), ErrorCode::ALL);
    assert_eq!(localized_message(ErrorCode::Busy, "tr-TR".into()), "Hat meşgul.");
    assert_eq!(
        localized_message(ErrorCode::Busy, "de".into()),
        "The line is busy."
    );
    assert_eq!(message_key(ErrorCode::Busy), "live.error.busy");
}

#[test]
fn what_is_released_is_gone() {
    story(async |world: &World| {
        let viewer = world.client("viewer").await;
        for _ in 0..1_000 {
            drop(viewer.incoming_calls());
        }
        let calls = viewer.incoming_calls();
        let waiting = tokio::spawn(async move { calls.next().await.map(|call| call.is_some()) });
        viewer.shut_down().await.unwrap();
        let outcome = within(waiting).await.unwrap();
        assert!(!matches!(outcome, Ok(true)), "nobody called");
    });
}

/// The refusal of what must be refused as `code`.
pub fn refused<T>(code: ErrorCode, outcome: Result<T, LiveFailure>) -> LiveFailure {
    let Err(failure) = outcome else {
        panic!("it wasn't refused as {code}")
    };
    assert_eq!(failure.error().code, code, "{failure}");
    failure
}
