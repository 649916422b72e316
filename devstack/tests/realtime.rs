//! Realtime's socket, message by message, and how `realtime.send` reaches it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failed step fails the test"
)]

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};

use ipelya_devstack::{Stack, shared_stack};
use serde_json::{Value, json};
use support::socket::Socket;
use support::{database, sign_in};
use tokio_tungstenite::tungstenite::Error;

/// A socket that has joined the viewer's own topic, and that topic's name.
async fn joined(stack: &Stack) -> (Socket, String) {
    let token = sign_in(stack, "viewer").await;
    let topic = format!("user:{}", stack.info().user("viewer").unwrap().id);
    let mut socket = Socket::connect(stack.info()).await;
    assert_eq!(socket.join(&topic, &token).await["status"], "ok");
    (socket, topic)
}

/// Tests share the viewer's topic, so each listens to an event of its own.
fn own_event() -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    format!("event_{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The payload of the next broadcast of `event`.
async fn next_of(socket: &mut Socket, event: &str) -> Value {
    loop {
        let message = socket.next().await.expect("an open socket");
        if message["event"] == "broadcast" && message["payload"]["event"] == event {
            return message["payload"]["payload"].clone();
        }
    }
}

#[tokio::test]
async fn a_heartbeat_is_answered_and_an_unknown_topic_refused() {
    let stack = shared_stack().await.unwrap();
    let mut socket = Socket::connect(stack.info()).await;
    socket.send("phoenix", "heartbeat", json!({})).await;
    let reply = socket.next().await.unwrap();
    let expected = json!({
        "topic": "phoenix", "event": "phx_reply", "ref": "7", "payload": { "status": "ok", "response": {} },
    });
    assert_eq!(reply, expected);
    for (topic, event) in [("realtime:never-joined", "broadcast"), ("elsewhere", "phx_join")] {
        socket.send(topic, event, json!({})).await;
        let reply = socket.next().await.unwrap();
        assert_eq!(
            reply["payload"],
            json!({ "status": "error", "response": { "reason": "unmatched topic" } })
        );
    }
}

#[tokio::test]
async fn a_channel_can_be_left_and_joined_again() {
    let stack = shared_stack().await.unwrap();
    let (mut socket, topic) = joined(stack).await;
    let topic = format!("realtime:{topic}");
    socket.send(&topic, "phx_leave", json!({})).await;
    assert_eq!(socket.next().await.unwrap()["payload"]["status"], "ok");
    assert_eq!(socket.next().await.unwrap()["event"], "phx_close");
    let token = sign_in(stack, "viewer").await;
    let name = topic.trim_start_matches("realtime:");
    assert_eq!(socket.join(name, &token).await["status"], "ok");
    // Joining a second time closes the first channel, as Phoenix does.
    let config = json!({ "config": { "private": true }, "access_token": token });
    socket.send(&topic, "phx_join", config).await;
    assert_eq!(socket.next().await.unwrap()["event"], "phx_close");
    assert_eq!(socket.next().await.unwrap()["payload"]["status"], "ok");
}

#[tokio::test]
async fn a_socket_needs_a_key_and_a_known_version() {
    let stack = shared_stack().await.unwrap();
    let info = stack.info();
    for (parameters, status) in [
        ("vsn=1.0.0".to_owned(), 401),
        ("apikey=not.a.key".to_owned(), 401),
        (format!("apikey={}&vsn=9.0.0", info.anon_key), 403),
    ] {
        match Socket::try_connect(info, &parameters).await {
            Err(Error::Http(answer)) => assert_eq!(answer.status().as_u16(), status, "{parameters}"),
            Err(other) => panic!("{parameters}: {other}"),
            Ok(_) => panic!("{parameters} was accepted"),
        }
    }
}

#[tokio::test]
async fn a_message_that_is_no_message_closes_the_socket() {
    let stack = shared_stack().await.unwrap();
    for text in ["", "null", "[]", "{\"topic\":1}", "\u{0}"] {
        let mut socket = Socket::connect(stack.info()).await;
        socket.send_text(text).await;
        assert_eq!(socket.next().await, None, "{text:?}");
    }
}

#[tokio::test]
async fn bad_tokens_and_topics_are_refused_in_realtimes_words() {
    let stack = shared_stack().await.unwrap();
    let mut socket = Socket::connect(stack.info()).await;
    let id = stack.info().user("viewer").unwrap().id;
    let token = sign_in(stack, "viewer").await;
    for (topic, token, reason) in [
        ("", token.as_str(), "TopicNameRequired: "),
        ("anything", "not a token", "MalformedJWT: "),
        (
            "somebody:else",
            token.as_str(),
            "Unauthorized: You do not have permissions to read from this Channel topic",
        ),
        (
            &format!("user:{id}' or true --"),
            token.as_str(),
            "Unauthorized: ",
        ),
    ] {
        let reply = socket.join(topic, token).await;
        assert_eq!(reply["status"], "error", "{topic}");
        let found = reply["response"]["reason"].as_str().unwrap();
        assert!(found.starts_with(reason), "{topic}: {found}");
    }
}

#[tokio::test]
async fn messages_arrive_in_the_order_of_their_commits() {
    const MESSAGES: i64 = 1000;
    let stack = shared_stack().await.unwrap();
    let (mut socket, topic) = joined(stack).await;
    let event = own_event();
    let client = database(stack).await;
    for number in 0..MESSAGES {
        let payload = json!({ "number": number });
        client
            .execute("select realtime.send($1, $2, $3)", &[&payload, &event, &topic])
            .await
            .unwrap();
    }
    for number in 0..MESSAGES {
        assert_eq!(next_of(&mut socket, &event).await["number"], number);
    }
}

#[tokio::test]
async fn a_payload_may_be_large() {
    let stack = shared_stack().await.unwrap();
    let (mut socket, topic) = joined(stack).await;
    let event = own_event();
    let payload = json!({ "text": "ğ".repeat(500_000) });
    let client = database(stack).await;
    client
        .execute("select realtime.send($1, $2, $3)", &[&payload, &event, &topic])
        .await
        .unwrap();
    assert_eq!(next_of(&mut socket, &event).await["text"], payload["text"]);
}

#[tokio::test]
async fn a_transaction_that_rolls_back_sends_nothing() {
    let stack = shared_stack().await.unwrap();
    let (mut socket, topic) = joined(stack).await;
    let event = own_event();
    let mut client = database(stack).await;
    let send = "select realtime.send($1, $2, $3)";
    let transaction = client.transaction().await.unwrap();
    transaction
        .execute(send, &[&json!({ "from": "nowhere" }), &event, &topic])
        .await
        .unwrap();
    transaction.rollback().await.unwrap();
    client
        .execute(send, &[&json!({ "from": "here" }), &event, &topic])
        .await
        .unwrap();
    assert_eq!(next_of(&mut socket, &event).await["from"], "here");
}

#[tokio::test]
async fn joining_leaves_no_row_in_the_messages() {
    let stack = shared_stack().await.unwrap();
    let (_socket, _topic) = joined(stack).await;
    let query = "select count(*) from realtime.messages where event is null";
    let probes: i64 = database(stack).await.query_one(query, &[]).await.unwrap().get(0);
    assert_eq!(probes, 0);
}
