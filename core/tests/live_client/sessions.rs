use ipelya_core::backend::NewSession;
use ipelya_core::domain::{ErrorCode, IdempotencyKey, SessionId, SessionStatus};
use ipelya_core::session::{EndReason, Lock, State};
use tokio::time::timeout;

use crate::support::{Account, PATIENCE, as_json, until_row};

const STATUS_OF_ANYBODY: &str =
    "select status::text from public.live_participants where session_id = $1 and role not in ('host')";
const SESSION_STATUS: &str = "select status::text from public.live_sessions where id = $1";

#[tokio::test(flavor = "multi_thread")]
async fn dropping_the_last_handle_leaves_the_session() {
    let (creator, viewer) = (Account::new(true).await, Account::new(false).await);
    let (host, watcher) = (creator.device().await, viewer.device().await);
    let session = host.create_session(NewSession::broadcast("Drop")).await.unwrap();
    session.go_live().await.unwrap();
    let id = session.snapshot().session.unwrap().id;
    let watching = watcher.join_session(id).await.unwrap();
    until_row(&creator, STATUS_OF_ANYBODY, id.0, "joined").await;
    drop(watching);
    until_row(&creator, STATUS_OF_ANYBODY, id.0, "left").await;
    drop(session);
    until_row(&creator, SESSION_STATUS, id.0, "ended").await;
    host.close().await.unwrap();
    watcher.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_who_comes_early_waits_backstage_and_is_told_when_it_starts() {
    let (creator, viewer) = (Account::new(true).await, Account::new(false).await);
    let (host, watcher) = (creator.device().await, viewer.device().await);
    let session = host
        .create_session(NewSession::audio_room("Early"))
        .await
        .unwrap();
    let id = session.snapshot().session.unwrap().id;
    let waiting = watcher.join_session(id).await.unwrap();
    assert_eq!(waiting.snapshot().state, State::Backstage);
    session.go_live().await.unwrap();
    let live = timeout(PATIENCE, waiting.wait_for(|now| now.state == State::Live))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(live.session.unwrap().status, SessionStatus::Live);
    session.end().await.unwrap();
    let ended = timeout(PATIENCE, waiting.wait_for(|now| now.state.is_terminal()))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        ended.state,
        State::Ended {
            reason: EndReason::HostEnded
        }
    );
    host.close().await.unwrap();
    watcher.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn joining_elsewhere_ends_the_session_here() {
    let (creator, viewer) = (Account::new(true).await, Account::new(false).await);
    let (host, phone, tablet) = (
        creator.device().await,
        viewer.device().await,
        viewer.device().await,
    );
    let session = host
        .create_session(NewSession::broadcast("Two devices"))
        .await
        .unwrap();
    session.go_live().await.unwrap();
    let id = session.snapshot().session.unwrap().id;
    let on_phone = phone.join_session(id).await.unwrap();
    let on_tablet = tablet.join_session(id).await.unwrap();
    let ended = timeout(PATIENCE, on_phone.wait_for(|now| now.state.is_terminal()))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        ended.state,
        State::Ended {
            reason: EndReason::JoinedElsewhere
        }
    );
    assert_eq!(on_tablet.snapshot().state, State::Live);
    session.end().await.unwrap();
    for client in [host, phone, tablet] {
        client.close().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_says_what_to_do_and_the_same_handle_may_try_again() {
    let (creator, viewer) = (Account::new(true).await, Account::new(false).await);
    let (host, watcher) = (creator.device().await, viewer.device().await);
    let session = host
        .create_session(NewSession::broadcast("Paid").pay_per_view(30))
        .await
        .unwrap();
    session.go_live().await.unwrap();
    let id = session.snapshot().session.unwrap().id;
    let screen = watcher.session();
    let refusal = screen.join(id, None, IdempotencyKey::random()).await.unwrap_err();
    assert_eq!(as_json(&refusal)["code"], "payment_required");
    assert_eq!(as_json(&refusal)["details"]["price_coins"], 30);
    assert_eq!(
        screen.snapshot().state,
        State::Locked {
            lock: Lock::Purchase { price_coins: 30 }
        }
    );
    let refusal = screen
        .join(id, Some(30), IdempotencyKey::random())
        .await
        .unwrap_err();
    assert_eq!(refusal.code, ErrorCode::InsufficientCoins);
    screen.leave().await;
    assert_eq!(
        screen.snapshot().state,
        State::Ended {
            reason: EndReason::Left
        }
    );
    session.end().await.unwrap();
    host.close().await.unwrap();
    watcher.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_exist_is_not_found() {
    let viewer = Account::new(false).await;
    let watcher = viewer.device().await;
    let refusal = watcher
        .join_session(SessionId(uuid::Uuid::new_v4()))
        .await
        .err()
        .unwrap();
    assert_eq!(refusal.code, ErrorCode::NotFound);
    let refusal = watcher
        .create_session(NewSession::broadcast("Not a creator"))
        .await
        .err()
        .unwrap();
    assert_eq!(refusal.code, ErrorCode::NotCreator);
    watcher.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_title_that_is_too_long_is_refused_by_name_and_creates_nothing() {
    let creator = Account::new(true).await;
    let host = creator.device().await;
    let refusal = host
        .create_session(NewSession::broadcast("x".repeat(10_000)))
        .await
        .err()
        .unwrap();
    assert_eq!(refusal.code, ErrorCode::InvalidArgument);
    assert_eq!(refusal.details.field.as_deref(), Some("title"));
    let session = host.create_session(NewSession::broadcast("Short")).await.unwrap();
    session.end().await.unwrap();
    host.close().await.unwrap();
}
