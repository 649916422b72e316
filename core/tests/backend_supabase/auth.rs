use std::sync::Arc;

use futures_util::future::join_all;
use ipelya_core::backend::Backend as _;
use ipelya_core::backend::supabase::{PasswordSession, TokenProvider as _};
use ipelya_core::domain::ErrorCode;

use super::people::{config, refused, somebody, stack};

#[tokio::test]
async fn somebody_signs_in_and_is_who_they_are() {
    let seeded = stack().await.info().user("viewer").unwrap();
    let session = PasswordSession::sign_in(&config().await, &seeded.email, &seeded.password)
        .await
        .unwrap();
    assert_eq!(session.user_id().0, seeded.id);
    let newcomer = somebody().await;
    assert_eq!(newcomer.backend.user_id().await.unwrap(), newcomer.id);
}

#[tokio::test]
async fn wrong_credentials_and_taken_addresses_are_told_apart() {
    let config = config().await;
    let seeded = stack().await.info().user("viewer").unwrap();
    let sign_in = |email: &'static str| PasswordSession::sign_in(&config, email, "wrong");
    for outcome in [
        sign_in("viewer@ipelya.test").await,
        sign_in("nobody@ipelya.test").await,
    ] {
        refused(outcome.map(|_| ()), ErrorCode::NotAuthenticated);
    }
    let taken = PasswordSession::sign_up(&config, &seeded.email, "correct horse").await;
    refused(taken.map(|_| ()), ErrorCode::Conflict);
    let weak = PasswordSession::sign_up(&config, "weak@example.test", "1").await;
    let error = refused(weak.map(|_| ()), ErrorCode::InvalidArgument);
    assert_eq!(error.details.field.as_deref(), Some("password"));
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_for_everybody_who_asks() {
    let person = somebody().await;
    let mut changes = person.session.changes();
    changes.mark_unchanged();
    let old = person.session.access_token().await.unwrap();

    let renewals = (0..8).map(|_| {
        let (session, old) = (Arc::clone(&person.session), old.clone());
        tokio::spawn(async move { session.renew(&old).await.unwrap() })
    });
    let renewed = join_all(renewals)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect::<Vec<_>>();
    assert_ne!(renewed[0], old);
    // A refresh token is good once: a second renewal would have been refused.
    assert!(renewed.iter().all(|token| *token == renewed[0]));
    assert_eq!(person.session.access_token().await.unwrap(), renewed[0]);
    assert!(changes.has_changed().unwrap());
    assert_eq!(
        person.backend.live_call().await.unwrap(),
        None,
        "the new token is good"
    );
}

#[tokio::test]
async fn a_renewal_that_nobody_waits_for_keeps_the_session() {
    let person = somebody().await;
    let old = person.session.access_token().await.unwrap();
    let mut changes = person.session.changes();
    changes.mark_unchanged();
    drop(person.session.renew(&old));
    super::people::soon(changes.changed()).await.unwrap();
    let renewed = person.session.access_token().await.unwrap();
    assert_ne!(renewed, old);
    assert_ne!(person.session.renew(&renewed).await.unwrap(), renewed);
}
