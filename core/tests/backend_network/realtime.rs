use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use ipelya_core::backend::supabase::SupabaseConfig;
use ipelya_core::backend::{Backend as _, RealtimeEvent, Topic};
use ipelya_core::domain::ErrorCode;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async};

use super::stub::{Tokens, USER, backend, jwt, listen, soon};

/// The server's end of one socket.
struct Server {
    socket: WebSocketStream<TcpStream>,
}

impl Server {
    async fn accept(listener: &TcpListener) -> Self {
        let (stream, _) = soon(listener.accept()).await.unwrap();
        Self {
            socket: accept_async(stream).await.unwrap(),
        }
    }

    /// The next frame; `None` once the client has closed the socket.
    async fn next(&mut self) -> Option<Value> {
        loop {
            match soon(self.socket.next()).await {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    async fn send(&mut self, frame: &str) {
        self.socket.send(Message::text(frame)).await.unwrap();
    }

    /// Takes the next frame, which must be a join, and accepts it.
    async fn accept_join(&mut self) -> Value {
        let join = self.next().await.unwrap();
        assert_eq!(join[3], "phx_join");
        let ok = json!({ "status": "ok", "response": {} });
        self.send(&json!([join[0], join[1], join[2], "phx_reply", ok]).to_string())
            .await;
        join
    }
}

fn patient(config: SupabaseConfig) -> SupabaseConfig {
    config.with_heartbeat(Duration::from_secs(60), Duration::from_secs(60))
}

#[tokio::test]
async fn dropping_the_last_subscription_closes_the_socket_and_the_next_opens_another() {
    let (listener, config) = listen().await;
    let backend = Arc::new(backend(patient(config), &Tokens::new()));
    for _ in 0..3 {
        let asking = Arc::clone(&backend);
        let subscribing = tokio::spawn(async move { asking.subscribe(Topic::User(USER)).await.unwrap() });
        let mut server = Server::accept(&listener).await;
        server.accept_join().await;
        drop(soon(subscribing).await.unwrap());
        assert_eq!(server.next().await.unwrap()[3], "phx_leave");
        assert_eq!(server.next().await, None);
    }
}

#[tokio::test]
async fn dropping_the_backend_ends_subscriptions_that_are_still_held() {
    let (listener, config) = listen().await;
    let backend = backend(patient(config), &Tokens::new());
    let serving = tokio::spawn(async move {
        let mut server = Server::accept(&listener).await;
        server.accept_join().await;
        server
    });
    let mut subscription = backend.subscribe(Topic::User(USER)).await.unwrap();
    let mut server = soon(serving).await.unwrap();
    drop(backend);
    assert_eq!(soon(subscription.next()).await, None);
    assert_eq!(server.next().await, None);
}

#[tokio::test]
async fn a_socket_that_fell_silent_is_replaced() {
    let (listener, config) = listen().await;
    let config = config.with_heartbeat(Duration::from_millis(50), Duration::from_millis(100));
    let backend = backend(config, &Tokens::new());
    let serving = tokio::spawn(async move {
        let mut silent = Server::accept(&listener).await;
        silent.accept_join().await;
        assert_eq!(silent.next().await.unwrap()[3], "heartbeat");
        let mut second = Server::accept(&listener).await;
        second.accept_join().await;
        (silent, second)
    });
    let mut subscription = backend.subscribe(Topic::User(USER)).await.unwrap();
    assert_eq!(soon(subscription.next()).await, Some(RealtimeEvent::Resubscribed));
    soon(serving).await.unwrap();
}

#[tokio::test]
async fn a_changed_token_is_pushed_at_once() {
    let (listener, config) = listen().await;
    let tokens = Tokens::new();
    let backend = backend(patient(config), &tokens);
    let serving = tokio::spawn(async move {
        let mut server = Server::accept(&listener).await;
        let join = server.accept_join().await;
        assert_eq!(join[4]["access_token"], jwt("token 0"));
        server
    });
    let _subscription = backend.subscribe(Topic::User(USER)).await.unwrap();
    let mut server = soon(serving).await.unwrap();
    tokens.step();
    let pushed = server.next().await.unwrap();
    assert_eq!(
        (&pushed[3], &pushed[4]["access_token"]),
        (&json!("access_token"), &json!(jwt("token 1")))
    );
}

#[tokio::test]
async fn rubbish_on_the_socket_is_passed_over() {
    let (listener, config) = listen().await;
    let backend = backend(patient(config), &Tokens::new());
    let serving = tokio::spawn(async move {
        let mut server = Server::accept(&listener).await;
        let topic = server.accept_join().await[2].clone();
        for rubbish in ["", "[]", "{}", "[null,null,7,\"broadcast\",{}]", "\u{0}"] {
            server.send(rubbish).await;
        }
        server
            .socket
            .send(Message::binary(vec![4, 255, 255, 255, 1]))
            .await
            .unwrap();
        let unreadable = json!({ "event": "call_changed", "payload": { "call": "no" } });
        server
            .send(&json!([null, null, topic, "broadcast", unreadable]).to_string())
            .await;
        let call = json!({
            "id": USER, "status": "ringing", "call_type": "audio_call", "caller_id": USER, "callee_id": USER,
            "ring_expires_at": "2026-01-01T00:00:00Z", "end_reason": null,
        });
        let message = json!({ "event": "call_changed", "type": "broadcast", "payload": { "call": call } });
        server
            .send(&json!([null, null, topic, "broadcast", message]).to_string())
            .await;
        server
    });
    let mut subscription = backend.subscribe(Topic::User(USER)).await.unwrap();
    let event = soon(subscription.next()).await;
    assert!(matches!(event, Some(RealtimeEvent::CallChanged(_))), "{event:?}");
    soon(serving).await.unwrap();
}

#[tokio::test]
async fn a_join_that_is_never_answered_costs_no_more_than_the_timeout() {
    let (listener, config) = listen().await;
    let config = patient(config).with_request_timeout(Duration::from_millis(200));
    let backend = backend(config, &Tokens::new());
    let serving = tokio::spawn(async move {
        let mut server = Server::accept(&listener).await;
        assert_eq!(server.next().await.unwrap()[3], "phx_join");
        assert_eq!(server.next().await.unwrap()[3], "phx_leave");
        assert_eq!(server.next().await, None);
    });
    let error = soon(backend.subscribe(Topic::User(USER))).await.err().unwrap();
    assert_eq!((error.code, error.retryable), (ErrorCode::Internal, true));
    soon(serving).await.unwrap();
}

#[tokio::test]
async fn a_gateway_that_wants_another_key_is_not_asked_again() {
    let (listener, config) = listen().await;
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream
                .write_all(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n")
                .await;
            let _ = stream.shutdown().await;
        }
    });
    let backend = backend(patient(config), &Tokens::new());
    let error = soon(backend.subscribe(Topic::User(USER))).await.err().unwrap();
    assert_eq!((error.code, error.retryable), (ErrorCode::Internal, false));
    assert!(!error.message.contains("anon"), "{}", error.message);
}

#[tokio::test]
async fn tls_that_fails_is_an_error_like_any_other() {
    let (listener, plain) = listen().await;
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"this is no TLS").await;
        }
    });
    let url = plain.url().as_str().replace("http://", "https://");
    let secure = SupabaseConfig::new(&url, "anon").unwrap();
    let backend = backend(secure, &Tokens::new());
    let error = soon(backend.subscribe(Topic::User(USER))).await.err().unwrap();
    assert_eq!((error.code, error.retryable), (ErrorCode::Internal, true));
}
