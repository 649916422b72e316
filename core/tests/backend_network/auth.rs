use ipelya_core::backend::supabase::{PasswordSession, TokenProvider as _};
use ipelya_core::domain::ErrorCode;
use serde_json::json;

use super::stub::{Stub, jwt, soon};

fn grant(name: &str, lifetime_seconds: u32) -> String {
    let (access_token, refresh_token) = (jwt(name), format!("refresh {name}"));
    json!({ "access_token": access_token, "refresh_token": refresh_token, "expires_in": lifetime_seconds })
        .to_string()
}

/// Signed in with a token that is over at once.
async fn signed_in(stub: &Stub) -> PasswordSession {
    stub.answer(200, &[], &grant("first", 0));
    let config = stub.serve().await;
    PasswordSession::sign_in(&config, "a@example.test", "pw")
        .await
        .unwrap()
}

#[tokio::test]
async fn a_token_that_is_over_is_renewed_before_it_is_used() {
    let stub = Stub::default();
    let session = signed_in(&stub).await;
    stub.answer(200, &[], &grant("second", 3_600));
    let tokens = soon(async { tokio::join!(session.access_token(), session.access_token()) }).await;
    assert_eq!(tokens.0.unwrap().expose(), jwt("second"));
    assert_eq!(tokens.1.unwrap().expose(), jwt("second"));

    let seen = stub.seen();
    assert_eq!(seen.len(), 2, "one renewal for both: {seen:?}");
    assert_eq!(seen[0].path, "/auth/v1/token?grant_type=password");
    assert_eq!(seen[0].header("authorization"), None);
    assert_eq!(seen[1].path, "/auth/v1/token?grant_type=refresh_token");
    assert_eq!(seen[1].body, json!({ "refresh_token": "refresh first" }));
}

#[tokio::test]
async fn a_renewal_outlasts_trouble_of_the_network() {
    let stub = Stub::default();
    let session = signed_in(&stub).await;
    stub.answer(502, &[], "<html>");
    stub.answer(503, &[], "<html>");
    stub.answer(200, &[], &grant("second", 3_600));
    assert_eq!(
        soon(session.access_token()).await.unwrap().expose(),
        jwt("second")
    );
    let sent: Vec<_> = stub.seen()[1..].iter().map(|seen| seen.body.clone()).collect();
    assert!(
        sent.iter()
            .all(|body| *body == json!({ "refresh_token": "refresh first" }))
    );
    assert_eq!(sent.len(), 3);
}

#[tokio::test]
async fn a_session_that_is_over_is_not_asked_for_again() {
    let stub = Stub::default();
    let session = signed_in(&stub).await;
    stub.answer(400, &[], r#"{"error_code":"refresh_token_not_found"}"#);
    for _ in 0..3 {
        let error = soon(session.access_token()).await.unwrap_err();
        assert_eq!(
            (error.code, error.retryable),
            (ErrorCode::NotAuthenticated, false)
        );
    }
    assert_eq!(stub.seen().len(), 2);
}
