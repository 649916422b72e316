//! One intent, however often it is sent.

use ipelya_core::domain::ErrorCode::{Conflict, SessionEnded};
use serde_json::json;

use crate::world;

#[tokio::test]
async fn the_same_key_creates_one_session() {
    let world = world().await;
    let host = world.creator().await;
    let body = json!({ "session_type": "video_live", "title": "T", "access": "public" });
    let first = world
        .call_once("create-session", &host, "tap-1", body.clone())
        .await
        .granted();
    let second = world
        .call_once("create-session", &host, "tap-1", body.clone())
        .await
        .granted();
    assert_eq!(first["session"], second["session"]);
    assert_eq!(second["role"], "host");

    let other = json!({ "session_type": "video_live", "title": "Other", "access": "public" });
    let error = world
        .call_once("create-session", &host, "tap-1", other)
        .await
        .refused(Conflict);
    assert_eq!(error["details"]["field"], "idempotency_key");

    let id = &first["session"]["id"];
    world
        .call("end-session", &host, json!({ "session_id": id }))
        .await
        .granted();
    world
        .call_once("create-session", &host, "tap-1", body)
        .await
        .refused(SessionEnded);
}

#[tokio::test]
async fn a_repeated_purchase_answers_the_same_and_charges_once() {
    let world = world().await;
    let (_, id) = world.live("pay_per_view", 30).await;
    let viewer = world.rich(100).await;
    let body = json!({ "session_id": id, "accept_price": 30 });
    for _ in 0..3 {
        let joined = world
            .call_once("join-session", &viewer, "buy", body.clone())
            .await
            .granted();
        assert_eq!(joined["charged_coins"], 30, "what this intent cost");
    }
    assert_eq!(world.balance(&viewer).await, 70);
}

#[tokio::test]
async fn a_refused_request_may_be_sent_again_under_its_key() {
    let world = world().await;
    let (_, id) = world.live("pay_per_view", 30).await;
    let viewer = world.rich(10).await;
    let body = json!({ "session_id": id, "accept_price": 30 });
    assert_eq!(
        world
            .call_once("join-session", &viewer, "buy", body.clone())
            .await
            .status,
        402
    );
    let more = format!("more:{}", viewer.id);
    world
        .db
        .execute("select live.credit_coins($1, 30, $2)", &[&viewer.id, &more])
        .await
        .unwrap();
    assert_eq!(
        world
            .call_once("join-session", &viewer, "buy", body)
            .await
            .granted()["charged_coins"],
        30
    );
}

#[tokio::test]
async fn a_late_retry_does_nothing_again() {
    let world = world().await;
    let (_, id) = world.live("public", 0).await;
    let viewer = world.person().await;
    let body = json!({ "session_id": id });
    let status = "select status from public.live_participants where session_id = $1 and role = 'viewer'";
    world.call("join-session", &viewer, body.clone()).await.granted();
    world
        .call_once("leave-session", &viewer, "leave-1", body.clone())
        .await
        .granted();
    world.call("join-session", &viewer, body.clone()).await.granted();
    world
        .call_once("leave-session", &viewer, "leave-1", body.clone())
        .await
        .granted();
    assert_eq!(
        world.value(status, &id).await,
        "admitted",
        "the retry of the first leave must not undo the second join"
    );
}

#[tokio::test]
async fn keys_belong_to_their_user_and_function() {
    let world = world().await;
    let (host, id) = world.live("public", 0).await;
    let (one, other) = (world.person().await, world.person().await);
    let body = json!({ "session_id": id });
    for person in [&one, &other] {
        world
            .call_once("join-session", person, "1", body.clone())
            .await
            .granted();
    }
    world
        .call_once("leave-session", &one, "1", body.clone())
        .await
        .granted();
    world.call_once("end-session", &host, "1", body).await.granted();
}
