use std::sync::Arc;
use std::time::{Duration, Instant};

use ipelya_core::backend::supabase::{AccessToken, StaticToken, SupabaseBackend, SupabaseConfig};
use ipelya_core::backend::{Backend as _, NewSession};
use ipelya_core::domain::{Call, CallId, ErrorCode, IdempotencyKey, LiveResult};
use serde_json::json;
use uuid::Uuid;

use super::stub::{SOON, Stub, Tokens, USER, backend, jwt, listen};

const CALL: CallId = CallId(Uuid::from_u128(9));
const REFUSED: &str = r#"{"error":{"code":"not_authenticated","message":"expired","retryable":false}}"#;

fn ended_call() -> String {
    let call = json!({
        "id": CALL, "status": "ended", "call_type": "audio_call", "caller_id": USER, "callee_id": USER,
        "ring_expires_at": "2026-01-01T00:00:00Z", "end_reason": "hung_up",
    });
    json!({ "call": call }).to_string()
}

fn bearer(name: &str) -> String {
    format!("Bearer {}", jwt(name))
}

#[tokio::test]
async fn a_refused_token_is_renewed_and_the_request_sent_once_more() {
    let stub = Stub::default();
    stub.answer(401, &[], REFUSED);
    stub.answer(200, &[], &ended_call());
    let backend = backend(stub.serve().await, &Tokens::new());
    assert_eq!(backend.end_call(CALL).await.unwrap().id, CALL);

    let seen = stub.seen();
    let sent: Vec<_> = seen
        .iter()
        .map(|seen| seen.header("authorization").unwrap())
        .collect();
    assert_eq!(sent, [bearer("token 0"), bearer("token 1")]);
    assert!(seen.iter().all(|seen| seen.path == "/functions/v1/end-call"));
    assert!(seen.iter().all(|seen| seen.body == json!({ "call_id": CALL })));
}

#[tokio::test]
async fn a_second_refusal_is_final() {
    let stub = Stub::default();
    stub.answer(401, &[], REFUSED);
    stub.answer(401, &[], REFUSED);
    let backend = backend(stub.serve().await, &Tokens::new());
    let error = backend.end_call(CALL).await.unwrap_err();
    assert_eq!(
        (error.code, error.retryable),
        (ErrorCode::NotAuthenticated, false)
    );
    assert_eq!(stub.seen().len(), 2);
}

#[tokio::test]
async fn a_token_without_successor_is_tried_once() {
    let stub = Stub::default();
    stub.answer(401, &[], r#"{"code":"PGRST301","message":"JWT expired"}"#);
    let token = AccessToken::parse(&jwt("only")).unwrap();
    let backend = SupabaseBackend::new(stub.serve().await, Arc::new(StaticToken::new(token))).unwrap();
    let error = backend.call(CALL).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::NotAuthenticated);
    assert_eq!(stub.seen().len(), 1);
}

#[tokio::test]
async fn an_intent_s_key_travels_with_it() {
    let stub = Stub::default();
    let backend = backend(stub.serve().await, &Tokens::new());
    let key = IdempotencyKey::new("tap-1").unwrap();
    let _ = backend.create_session(NewSession::broadcast("t"), key).await;
    let _ = backend.end_call(CALL).await;
    let seen = stub.seen();
    assert_eq!(seen[0].header("idempotency-key"), Some("tap-1"));
    assert_eq!(seen[0].header("apikey"), Some("anon"));
    assert_eq!(seen[1].header("idempotency-key"), None);
}

/// What the caller learns when the server answers a function with that.
async fn told(
    status: u16,
    headers: &[(&'static str, &'static str)],
    body: &str,
) -> (ErrorCode, bool, Option<u64>) {
    let stub = Stub::default();
    stub.answer(status, headers, body);
    let backend = backend(stub.serve().await, &Tokens::new());
    let error = backend.end_call(CALL).await.unwrap_err();
    assert!(!error.message.contains("secret"), "{}", error.message);
    (error.code, error.retryable, error.retry_after_ms)
}

#[tokio::test]
async fn gateways_speak_for_themselves() {
    let page = "<html>secret</html>";
    assert_eq!(told(502, &[], page).await, (ErrorCode::Internal, true, None));
    assert_eq!(
        told(429, &[("retry-after", "3")], page).await,
        (ErrorCode::RateLimited, true, Some(3_000))
    );
    assert_eq!(told(200, &[], page).await, (ErrorCode::Internal, true, None));
    assert_eq!(told(404, &[], page).await, (ErrorCode::Internal, false, None));
    let elsewhere = [("location", "http://127.0.0.1:1/")];
    assert_eq!(
        told(307, &elsewhere, "").await,
        (ErrorCode::Internal, false, None)
    );
}

async fn lost(config: SupabaseConfig) {
    let backend = backend(
        config.with_request_timeout(Duration::from_millis(300)),
        &Tokens::new(),
    );
    let started = Instant::now();
    let outcomes: [LiveResult<Call>; 2] = [backend.end_call(CALL).await, backend.call(CALL).await];
    assert!(started.elapsed() < SOON / 2, "{:?}", started.elapsed());
    for outcome in outcomes {
        let error = outcome.unwrap_err();
        assert_eq!(
            (error.code, error.retryable),
            (ErrorCode::Internal, true),
            "{error}"
        );
        assert!(!error.message.contains(&jwt("token 0")));
    }
}

#[tokio::test]
async fn a_server_that_never_answers_costs_no_more_than_the_timeout() {
    let (listener, config) = listen().await;
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok(connection) = listener.accept().await {
            held.push(connection);
        }
    });
    lost(config).await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_worth_another_try() {
    let (listener, config) = listen().await;
    drop(listener);
    lost(config).await;
}
