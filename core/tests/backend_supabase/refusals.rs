use std::sync::Arc;

use ipelya_core::backend::supabase::{SupabaseBackend, SupabaseConfig, TokenProvider};
use ipelya_core::backend::{Backend as _, NewSession};
use ipelya_core::domain::{ErrorCode, SessionId};
use uuid::Uuid;

use super::people::{Person, creator, key, refused, somebody, somebody_with, sql, stack};

async fn on_air(host: &Person, request: NewSession) -> SessionId {
    let created = host.backend.create_session(request, key()).await.unwrap();
    host.backend.start_session(created.session.id).await.unwrap();
    created.session.id
}

#[tokio::test]
async fn a_subscribers_session_is_closed_to_others() {
    let (host, fan, stranger) = (creator().await, somebody().await, somebody().await);
    let id = on_air(&host, NewSession::broadcast("Abonelere").subscribers_only()).await;
    sql(
        "insert into public.creator_subscriptions (creator_id, subscriber_id) values ($1, $2)",
        &[&host.id.0, &fan.id.0],
    )
    .await;
    fan.backend.join_session(id, None, key()).await.unwrap();
    refused(
        stranger.backend.join_session(id, None, key()).await,
        ErrorCode::SubscriptionRequired,
    );
    refused(stranger.backend.session_token(id).await, ErrorCode::Forbidden);
}

#[tokio::test]
async fn the_price_comes_with_the_refusal() {
    let host = creator().await;
    let id = on_air(&host, NewSession::broadcast("Konser").pay_per_view(30)).await;
    let (viewer, poor) = (somebody_with(100).await, somebody_with(10).await);
    let unasked = viewer.backend.join_session(id, None, key()).await;
    let error = refused(unasked, ErrorCode::PaymentRequired);
    assert_eq!(error.details.price_coins, Some(30));
    assert!(!error.retryable);
    let outdated = viewer.backend.join_session(id, Some(20), key()).await;
    assert_eq!(
        refused(outdated, ErrorCode::PriceChanged).details.price_coins,
        Some(30)
    );
    refused(
        poor.backend.join_session(id, Some(30), key()).await,
        ErrorCode::InsufficientCoins,
    );
}

#[tokio::test]
async fn a_wrong_request_names_the_field() {
    let host = creator().await;
    let too_long = NewSession::broadcast("x".repeat(10_000));
    let error = refused(
        host.backend.create_session(too_long, key()).await,
        ErrorCode::InvalidArgument,
    );
    assert_eq!(error.details.field.as_deref(), Some("title"));
    let free = NewSession::broadcast("Bedava").pay_per_view(0);
    let error = refused(
        host.backend.create_session(free, key()).await,
        ErrorCode::InvalidArgument,
    );
    assert_eq!(error.details.field.as_deref(), Some("price_coins"));
}

#[tokio::test]
async fn who_may_not_is_told_why() {
    let (host, viewer) = (creator().await, somebody().await);
    let request = NewSession::broadcast("Yayın");
    refused(
        viewer.backend.create_session(request.clone(), key()).await,
        ErrorCode::NotCreator,
    );
    let id = on_air(&host, request.clone()).await;
    refused(
        host.backend.create_session(request, key()).await,
        ErrorCode::AlreadyLive,
    );
    refused(viewer.backend.end_session(id).await, ErrorCode::Forbidden);
    let nowhere = SessionId(Uuid::new_v4());
    refused(
        viewer.backend.join_session(nowhere, None, key()).await,
        ErrorCode::NotFound,
    );
    refused(viewer.backend.session(nowhere).await, ErrorCode::NotFound);
}

#[tokio::test]
async fn another_projects_key_is_final_and_never_shown() {
    let person = somebody().await;
    let info = stack().await.info();
    let config = SupabaseConfig::new(&info.supabase_url, "another-projects-key").unwrap();
    let tokens: Arc<dyn TokenProvider> = Arc::clone(&person.session) as _;
    let backend = SupabaseBackend::new(config, tokens).unwrap();
    let token = person.session.access_token().await.unwrap();
    let error = backend
        .subscribe(ipelya_core::backend::Topic::User(person.id))
        .await
        .err()
        .unwrap();
    assert!(!error.retryable, "the same key will not do later: {error}");
    assert!(!format!("{error:?}").contains(token.expose()));
    assert!(!format!("{error:?}").contains("another-projects-key"));
}
